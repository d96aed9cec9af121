// SPDX-License-Identifier: Apache-2.0
#include "core/service/hits/tracker.hpp"

#include <filesystem>
#include <optional>

#include <fmt/format.h>
#include <unistd.h>

#include "core/service/hits/log_dir.hpp"
#include "core/util/system/child.hpp"
#include "core/util/system/env.hpp"
#include "core/util/system/file.hpp"
#include "core/util/system/scratch.hpp"
#include "core/util/text/time.hpp"

namespace tcm::service {
namespace fs = std::filesystem;
namespace {

std::string with_tracker(const std::string& directory) {
  const auto path = util::get_env("PYTHONPATH");
  return path && !path->empty() ? directory + ":" + *path : directory;
}

/// Everything that was logged of a job.
Result<JobSum> read_job(const std::string& directory, const std::string& job) {
  TCM_ASSIGN(const LogDirectory logs, LogDirectory::open(directory));
  TCM_ASSIGN(const auto names, logs.names(job));
  JobUse use;
  std::uint64_t unreadable = 0;
  for (const std::string& name : names) {
    TCM_ASSIGN(const LogPart part, logs.read(name, 0, [&use](LookupLine&& line) { use.add(std::move(line)); }));
    unreadable += part.unreadable;
  }
  JobSum sum = sum_up(use);
  sum.processes = static_cast<std::int64_t>(names.size());
  sum.unreadable = unreadable;
  return sum;
}

}  // namespace

Result<std::string> tracker_directory() {
  std::error_code error;
  const fs::path executable = fs::read_symlink("/proc/self/exe", error);
  const fs::path beside = executable.parent_path().parent_path() / TCM_PYTHON_RELATIVE_DIR;
  for (const fs::path& directory : {beside, fs::path(TCM_PYTHON_FULL_DIR)})
    if (fs::is_regular_file(directory / "tcm_hits.py", error)) return directory.string();
  return fail(ErrorCode::missing, beside.string() + ": tcm_hits.py is not there; install tcm anew");
}

Result<TrackedRun> run_tracked(const std::vector<std::string>& command, int output) {
  TCM_ASSIGN(const std::string tracker, tracker_directory());
  std::optional<util::ScratchDirectory> scratch;
  std::string directory = util::get_env("TCM_HITS_DIR").value_or("");
  if (directory.empty()) {
    TCM_ASSIGN(util::ScratchDirectory made, util::ScratchDirectory::create("tcm-run-"));
    scratch.emplace(std::move(made));
    directory = scratch->path();
  } else {
    directory = fs::absolute(directory).string();
    TCM_TRY(util::make_private_directories(directory));
  }
  const std::string job = fmt::format("run-{}-{:x}", ::getpid(), util::now_ns());
  TrackedRun run;
  auto exit_code = util::run_child(
      command, {{"TCM_HITS_DIR", directory}, {"TCM_HITS_JOB", job}, {"PYTHONPATH", with_tracker(tracker)}}, output);
  if (!exit_code) {
    run.not_run = std::move(exit_code).error();
    return run;
  }
  run.exit_code = *exit_code;
  if (auto sum = read_job(directory, job))
    run.sum = std::move(*sum);
  else
    run.unread = std::move(sum).error();
  return run;
}

}  // namespace tcm::service
