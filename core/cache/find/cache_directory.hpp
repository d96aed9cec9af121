// SPDX-License-Identifier: Apache-2.0
// From what a user points at to the roots in it: the layouts, told by shape.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/model/entry.hpp"
#include "core/util/result.hpp"

namespace tcm::cache {

/// A directory that could not be searched, and why: one line for the user.
struct SearchProblem {
  std::string path;
  std::string message;
};

struct CacheDirectory {
  std::string path;  ///< canonical
  model::Layout layout = model::Layout::triton;
  std::vector<model::RootLocation> roots;  ///< sorted by path; at least one
  model::OtherFiles other_files;           ///< files that lie under the cache directory but in none of the roots
  std::vector<SearchProblem> problems;
};

/// Finds the roots under `path` (made canonical here). Without `layout` it is told by shape:
///  - triton:   `path` itself holds key directories;
///  - inductor: key directories lie in `…/triton/<device number>`;
///  - vllm:     … in `torch_compile_cache/<hash>/rank_*/triton_cache`, and in inductor trees inside it.
/// A directory that holds no key directory is a root only when `layout` is triton, or when it is empty or holds nothing
/// of another shape (a cache not yet used). Follows no symbolic link below `path`. Errors: missing, denied, failed
/// (not a directory). Never opens a file. `was_root` tells of a canonical path whether it was found to be a root
/// before: then the names in it are enough, and none of its entries is opened.
Result<CacheDirectory> find_roots(const std::string& path, std::optional<model::Layout> layout,
                                  const std::function<bool(const std::string&)>& was_root = {});

}  // namespace tcm::cache
