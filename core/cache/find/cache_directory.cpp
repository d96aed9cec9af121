// SPDX-License-Identifier: Apache-2.0
#include "core/cache/find/cache_directory.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include <fcntl.h>
#include <fmt/format.h>

#include "core/cache/find/shape.hpp"
#include "core/disk/directory.hpp"
#include "core/util/system/system_error.hpp"

namespace tcm::cache {
namespace {

using model::Layout;

// vLLM's roots lie up to seven directories below its cache root; one more for whoever points above that.
constexpr int kMaxRootDepth = 8;
// Below this nothing is counted any more, and it is said so.
constexpr int kMaxWalkDepth = 32;

struct FreeDeleter {
  void operator()(char* text) const { std::free(text); }
};

Result<std::string> canonical(const std::string& path) {
  if (path.empty()) return fail(ErrorCode::usage, "the path of the cache directory is empty; give a directory");
  if (path.find('\0') != std::string::npos)
    return fail(ErrorCode::failed, "the cache directory's path holds a NUL byte");
  const std::unique_ptr<char, FreeDeleter> real(::realpath(path.c_str(), nullptr));
  if (real) return std::string(real.get());
  const int error = errno;
  if (error == ENOENT) return fail(ErrorCode::missing, path + ": no such directory; give one with --cache-dir");
  if (error == EACCES) return fail(ErrorCode::denied, path + ": no permission to reach this directory");
  return util::system_error(path, error);
}

// Walks the tree once: roots are noted and not entered, all other files are counted.
class Walk {
 public:
  Walk(CacheDirectory& found, std::optional<Layout> wanted, const std::function<bool(const std::string&)>& was_root)
      : found_(found), wanted_(wanted), was_root_(was_root) {}

  int start() {
    util::Fd directory;
    if (const int error = disk::open_directory_at(AT_FDCWD, found_.path.c_str(), directory); error != 0) return error;
    return enter(directory.get(), found_.path, 0);
  }
  bool is_entry() const { return is_entry_; }
  bool is_unused() const { return is_unused_; }

 private:
  int enter(int directory, const std::string& path, int depth) {
    Survey seen;
    const bool trusted = was_root_ && was_root_(path);
    if (const int error = survey(directory, wanted_.has_value(), trusted, seen); error != 0) return error;
    if (depth == 0) {
      is_entry_ = seen.is_entry;
      is_unused_ = seen.is_unused && !seen.is_entry;
    }
    const bool is_root = seen.is_root || (seen.is_unused && is_root_path(path));
    if (is_root && depth <= kMaxRootDepth && is_wanted(path)) {
      found_.roots.push_back({path, found_.path, layout_at(path, depth)});
      return 0;
    }
    count(directory, seen.files, path);
    for (const std::string& name : seen.directories) descend(directory, path, name, depth + 1);
    return 0;
  }

  void descend(int parent, const std::string& parent_path, const std::string& name, int depth) {
    std::string path = parent_path == "/" ? "/" + name : parent_path + "/" + name;
    if (depth > kMaxWalkDepth) {
      found_.problems.push_back(
          {std::move(path), fmt::format("more than {} directories deep, not counted", kMaxWalkDepth)});
      return;
    }
    util::Fd directory;
    int error = disk::open_directory_at(parent, name.c_str(), directory);
    if (error == 0) error = enter(directory.get(), path, depth);
    // Gone or replaced since it was listed.
    if (error == 0 || error == ENOENT || error == ENOTDIR || error == ELOOP) return;
    found_.problems.push_back({std::move(path), std::string(util::error_text(error))});
  }

  void count(int directory, const std::vector<std::string>& files, const std::string& path) {
    for (const std::string& name : files) {
      disk::Node node;
      const int error = disk::stat_at(directory, name.c_str(), node);
      if (error == ENOENT || (error == 0 && node.type != disk::NodeType::file)) continue;
      if (error != 0) {
        found_.problems.push_back({path, std::string(util::error_text(error))});
        return;
      }
      ++found_.other_files.files;
      found_.other_files.bytes += node.bytes;
    }
  }

  bool is_wanted(const std::string& path) const {
    if (!wanted_) return true;
    return *wanted_ == Layout::inductor ? is_device_path(path) : layout_of_path(path) == *wanted_;
  }

  // The directory that the user points at is a plain root, wherever it lies.
  Layout layout_at(const std::string& path, int depth) const {
    if (wanted_) return *wanted_;
    return depth == 0 ? Layout::triton : layout_of_path(path);
  }

  CacheDirectory& found_;
  std::optional<Layout> wanted_;
  const std::function<bool(const std::string&)>& was_root_;
  bool is_entry_ = false;
  bool is_unused_ = false;
};

Layout layout_of(const std::vector<model::RootLocation>& roots) {
  const auto any = [&roots](Layout layout) {
    return std::any_of(roots.begin(), roots.end(), [layout](const auto& root) { return root.layout == layout; });
  };
  if (any(Layout::vllm)) return Layout::vllm;
  return any(Layout::inductor) ? Layout::inductor : Layout::triton;
}

tl::unexpected<Error> none_found(const std::string& path, std::optional<Layout> layout, bool is_entry) {
  if (is_entry)
    return fail(ErrorCode::missing, path + ": this is one entry of a Triton cache; give the directory above it");
  if (layout == Layout::inductor)
    return fail(ErrorCode::missing, path +
                                        ": not an inductor cache: no entries in a …/triton/<device number> below "
                                        "it; omit --layout to detect it by shape");
  if (layout == Layout::vllm)
    return fail(ErrorCode::missing, path +
                                        ": not a vLLM cache: no entries in torch_compile_cache/<hash>/rank_* below it; "
                                        "omit --layout to detect it by shape");
  return fail(ErrorCode::missing, path +
                                      ": not a Triton cache: no key directory in it or below it; "
                                      "give another directory, or --layout triton to take it as it is");
}

Result<void> check_directory(const std::string& path) {
  util::Fd directory;
  const int error = disk::open_directory_at(AT_FDCWD, path.c_str(), directory);
  if (error == 0) return {};
  if (error == ENOENT) return fail(ErrorCode::missing, path + ": no such directory");
  if (error == ENOTDIR) return fail(ErrorCode::missing, path + ": not a directory; give a cache directory");
  if (util::error_code_of(error) == ErrorCode::denied)
    return fail(ErrorCode::denied, path + ": no permission to read this directory");
  return util::system_error(path, error);
}

}  // namespace

Result<CacheDirectory> find_roots(const std::string& path, std::optional<Layout> layout,
                                  const std::function<bool(const std::string&)>& was_root) {
  CacheDirectory found;
  TCM_ASSIGN(found.path, canonical(path));
  TCM_TRY(check_directory(found.path));
  if (layout == Layout::triton) {
    found.roots.push_back({found.path, found.path, Layout::triton});
    return found;
  }
  Walk walk(found, layout, was_root);
  // Whatever it is: the directory was there a moment ago, so it is not called missing, which makes the index forget it.
  if (const int error = walk.start(); error != 0)
    return fail(ErrorCode::failed, fmt::format("{}: {}", found.path, util::error_text(error)));
  if (found.roots.empty() && !layout && walk.is_unused()) {
    found.roots.push_back({found.path, found.path, Layout::triton});
    found.other_files = {};
  }
  if (found.roots.empty()) return none_found(found.path, layout, walk.is_entry());
  std::sort(found.roots.begin(), found.roots.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  found.layout = layout_of(found.roots);
  return found;
}

}  // namespace tcm::cache
