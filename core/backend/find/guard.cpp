// SPDX-License-Identifier: Apache-2.0
#include "core/backend/find/guard.hpp"

#include <cerrno>
#include <filesystem>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/backend/find/elf_check.hpp"
#include "core/util/system/fd.hpp"
#include "core/util/system/system_error.hpp"
#include "core/util/text/text.hpp"

namespace tcm::backend {
namespace {

/// A user's own group (the same name, no other member) is as good as the user: distributions that make one for each
/// user set a umask of 002.
bool is_private_group(gid_t group, uid_t owner) {
  std::vector<char> user_buffer(16384);
  std::vector<char> group_buffer(16384);
  passwd user{};
  passwd* found_user = nullptr;
  ::group record{};
  ::group* found_group = nullptr;
  if (getpwuid_r(owner, &user, user_buffer.data(), user_buffer.size(), &found_user) != 0 || found_user == nullptr)
    return false;
  if (getgrgid_r(group, &record, group_buffer.data(), group_buffer.size(), &found_group) != 0 || found_group == nullptr)
    return false;
  if (std::string_view(user.pw_name) != record.gr_name) return false;
  for (char** member = record.gr_mem; *member != nullptr; ++member)
    if (std::string_view(*member) != user.pw_name) return false;
  return true;
}

/// Who but root and this user could change it? Empty when nobody.
std::string trust_problem(const struct stat& status, std::string_view what) {
  if (status.st_uid != 0 && status.st_uid != ::geteuid())
    return fmt::format("{} belongs to user {}, neither root nor you", what, status.st_uid);
  if ((status.st_mode & S_IWOTH) != 0) return fmt::format("{} is writable by everyone; chmod o-w it", what);
  if ((status.st_mode & S_IWGRP) != 0 && !is_private_group(status.st_gid, status.st_uid))
    return fmt::format("{} is writable by its group; chmod g-w it", what);
  return {};
}

std::string directory_problem(const std::string& file) {
  const std::string directory = std::filesystem::path(file).parent_path().string();
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0) return fmt::format("its directory: {}", util::error_text(errno));
  return trust_problem(status, fmt::format("its directory {}", util::escape_control(directory)));
}

}  // namespace

std::optional<Refusal> judge_file(const Candidate& candidate) {
  const auto refuse = [&](Stage stage, std::string reason) {
    return Refusal{util::escape_control(candidate.path), stage, std::move(reason)};
  };
  if (candidate.canonical.empty()) return refuse(Stage::file, "a dangling symbolic link");

  // O_NONBLOCK: a fifo of that name must not hold the program up.
  const util::Fd file(::open(candidate.canonical.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file.valid()) return refuse(Stage::file, fmt::format("cannot be opened: {}", util::error_text(errno)));
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return refuse(Stage::file, std::string(util::error_text(errno)));
  if (!S_ISREG(status.st_mode)) return refuse(Stage::file, "not a regular file");
  if (auto problem = trust_problem(status, "the file"); !problem.empty()) return refuse(Stage::file, problem);
  if (auto problem = directory_problem(candidate.canonical); !problem.empty()) return refuse(Stage::file, problem);

  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (auto problem = elf_header_problem(file.get(), size)) return refuse(Stage::elf, *problem);
  if (auto problem = entry_problem(file.get())) return refuse(Stage::symbols, *problem);
  return std::nullopt;
}

}  // namespace tcm::backend
