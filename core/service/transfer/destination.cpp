// SPDX-License-Identifier: Apache-2.0
#include "core/service/transfer/destination.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "core/cache/find/cache_directory.hpp"
#include "core/cache/import/root_directory.hpp"
#include "core/cache/read/root.hpp"
#include "core/util/system/path.hpp"
#include "core/util/text/text.hpp"

namespace tcm::service {
namespace {

bool holds_something(const std::string& root) {
  const auto opened = cache::Root::open(root);
  bool any = false;
  if (opened)
    static_cast<void>(opened->scan(
        [&any](const cache::RootItem&) {
          any = true;
          return false;
        },
        [](std::string_view, const std::string&) {}));
  return any;
}

}  // namespace

Result<Destination> Destination::open(const std::string& cache_dir, std::optional<model::Layout> layout,
                                      const IntakeOptions& options, const Backends& backends) {
  std::error_code error;
  const std::string absolute = std::filesystem::absolute(cache_dir, error).lexically_normal().string();
  if (error || cache_dir.empty()) return fail(ErrorCode::usage, "the cache directory has no name");
  if (!options.dry_run) TCM_TRY(cache::make_cache_directory(absolute));
  Destination destination(util::canonical_directory(absolute), options, backends);
  auto found = cache::find_roots(destination.path_, layout);
  if (!found) {
    if (options.dry_run && found.error().code == ErrorCode::missing) return destination;
    // A directory without any sign of a cache becomes one.
    found = cache::find_roots(destination.path_, model::Layout::triton);
    if (!found) return fail(std::move(found).error());
  }
  for (const model::RootLocation& root : found->roots) {
    std::string relative = root.path.substr(destination.path_.size());
    if (relative.starts_with('/')) relative.erase(0, 1);
    destination.known_.push_back(std::move(relative));
  }
  const bool is_one = destination.known_.size() == 1 && destination.known_.front().empty();
  destination.is_root_ = is_one && holds_something(destination.path_);
  destination.is_new_ = is_one && !destination.is_root_;
  return destination;
}

Result<std::string> Destination::own_root(const std::string& relative) const {
  if (is_new_) return relative;
  if (!relative.empty()) {
    if (!is_root_) return relative;
    return fail(ErrorCode::usage,
                fmt::format("{}: holds entries itself, and {} is a root in a cache directory of a framework; "
                            "choose such a directory with --cache-dir",
                            path_, util::escape_control(relative)));
  }
  if (is_root_) return relative;
  if (known_.size() == 1) return known_.front();
  return fail(ErrorCode::usage,
              fmt::format("{}: holds {} roots, such as {}/{}; choose one of them with --cache-dir", path_,
                          known_.size(), path_, known_.empty() ? std::string() : known_.front()));
}

Result<std::string> Destination::make(const std::string& relative) const {
  if (relative.empty()) return path_;
  const std::string path = path_ + '/' + relative;
  if (options_.dry_run) return path;
  TCM_TRY(cache::make_root_below(path_, relative));
  return path;
}

Result<Intake*> Destination::root(const std::string& relative) {
  if (const auto found = intakes_.find(relative); found != intakes_.end()) return &found->second;
  TCM_ASSIGN(const std::string own, own_root(relative));
  for (auto& [name, intake] : intakes_)
    if (own_root(name) == own) return &intake;
  TCM_ASSIGN(const std::string path, make(own));
  IntakeOptions options = options_;
  options.relative = own;
  if (!options.place.empty() && !own.empty()) options.place += '/' + own;
  TCM_ASSIGN(Intake intake, Intake::open(path, options, backends_));
  return &intakes_.emplace(relative, std::move(intake)).first->second;
}

}  // namespace tcm::service
