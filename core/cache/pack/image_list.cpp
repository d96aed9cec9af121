// SPDX-License-Identifier: Apache-2.0
#include "core/cache/pack/image_list.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "core/util/text/text.hpp"

namespace tcm::cache {
namespace {

namespace json = boost::json;

/// The directory of a model: its compiled graphs lie below the first name, or below that of the other way to compile.
std::string hash_of(const std::string& root) {
  const auto parts = util::split(root, '/');
  const bool is_aot = parts.size() > 2 && parts[1] == "torch_aot_compile";
  const std::size_t at = is_aot ? 2 : 1;
  return parts.size() > at ? std::string(parts[at]) : std::string();
}

std::string text_of(const CarriedKernel& kernel) {
  json::object object;
  object["hash"] = kernel.hash;
  if (kernel.num_stages.value_or(0) != 0) object["num_stages"] = *kernel.num_stages;
  if (kernel.num_warps.value_or(0) != 0) object["num_warps"] = *kernel.num_warps;
  object["backend"] = kernel.backend;
  object["arch"] = kernel.arch;
  object["warp_size"] = kernel.warp_size.value_or(0);
  return json::serialize(object);
}

}  // namespace

std::optional<std::string> vllm_root(std::string_view path) {
  const std::size_t at = path.rfind(fmt::format("/{}/", kVllmDirectory));
  if (at == std::string_view::npos) return std::nullopt;
  return std::string(path.substr(at + 1));
}

std::string ImageList::begin() const { return is_vllm_ ? "{\n  \"vllm\": [" : "{\n  \"triton\": ["; }

std::string ImageList::next(const std::string& root, const CarriedKernel& kernel) {
  const std::string text = text_of(kernel);
  const bool first = !std::exchange(any_, true);
  if (!is_vllm_) return (first ? "\n    " : ",\n    ") + text;
  const std::string hash = hash_of(root);
  if (!first && hash == hashes_.back()) return ",\n      " + text;
  hashes_.push_back(hash);
  return fmt::format("{}\n    {{\"vllmHash\":{},\"cacheFormat\":\"triton\",\"triton\":[\n      {}", first ? "" : "]},",
                     json::serialize(json::value(hash)), text);
}

std::string ImageList::end() const {
  const std::string_view closed = is_vllm_ && any_ ? "]}" : "";
  return fmt::format("{}\n  ]\n}}\n", closed);
}

}  // namespace tcm::cache
