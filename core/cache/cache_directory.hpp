// SPDX-License-Identifier: Apache-2.0
// From what a user points at to the roots in it: the layouts, told by shape.
#pragma once

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
  model::Beside beside;                    ///< files that lie under the cache directory but in none of the roots
  std::vector<SearchProblem> problems;
};

/// Finds the roots under `path` (any spelling; made canonical here). Without `layout` it is told by shape:
///  - triton:   `path` itself holds key directories;
///  - inductor: key directories lie in `…/triton/<device number>`;
///  - vllm:     … in `torch_compile_cache/<hash>/rank_*/triton_cache`, and in inductor trees inside it.
/// A directory that holds no key directory is a root only when `layout` is triton, or when it is empty or holds nothing
/// of another shape (a cache not yet used). Follows no symbolic link below `path`. Errors: missing, denied, failed
/// (not a directory). Never opens a file.
Result<CacheDirectory> find_roots(const std::string& path, std::optional<model::Layout> layout);

}  // namespace tcm::cache
