// SPDX-License-Identifier: Apache-2.0
// The document in an image that lists its kernels, as mcv reads it: of a cache of Triton one list, of vLLM one for each
// directory of a model. It is made kernel by kernel, as a cache may hold a million. One thread at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/cache/pack/carried_entry.hpp"
#include "core/model/words.hpp"

namespace tcm::cache {

/// What vLLM calls the directory that all its roots lie in.
inline constexpr std::string_view kVllmDirectory = "torch_compile_cache";

/// The root as a vLLM directory names it, "torch_compile_cache/<hash>/rank_0_0/triton_cache", from its canonical path.
/// Nothing when it lies in no such directory. Pure.
std::optional<std::string> vllm_root(std::string_view path);

class ImageList {
 public:
  /// `layout` is triton or vllm.
  explicit ImageList(model::Layout layout) : is_vllm_(layout == model::Layout::vllm) {}

  std::string begin() const;
  /// A kernel of this root, with what stands before it. Roots come in ascending order.
  std::string next(const std::string& root, const CarriedKernel& kernel);
  std::string end() const;

  /// Of vLLM: the directories of models so far.
  const std::vector<std::string>& hashes() const { return hashes_; }

 private:
  bool is_vllm_;
  bool any_ = false;
  std::vector<std::string> hashes_;
};

}  // namespace tcm::cache
