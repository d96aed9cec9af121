// SPDX-License-Identifier: Apache-2.0
#include "core/index/rows/artifact_text.hpp"

#include <iterator>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/index/rows/escaped_text.hpp"

namespace tcm::index {
namespace {

namespace json = boost::json;

std::optional<model::Artifact> artifact_of(const json::value& value) {
  const json::array* fields = value.if_array();
  if (fields == nullptr || fields->size() != 4) return std::nullopt;
  const json::string* name = (*fields)[0].if_string();
  const json::string* kind = (*fields)[1].if_string();
  const json::string* type = (*fields)[2].if_string();
  if (name == nullptr || kind == nullptr || type == nullptr) return std::nullopt;
  json::error_code error;
  const auto bytes = (*fields)[3].to_number<std::uint64_t>(error);
  const auto known_kind = model::value_of<model::ArtifactKind>(model::kArtifactKinds, std::string_view(*kind));
  auto plain_name = unescaped(*name);
  auto plain_type = unescaped(*type);
  if (error || !known_kind || !plain_name || !plain_type) return std::nullopt;
  return model::Artifact{std::move(*plain_name), *known_kind, std::move(*plain_type), bytes};
}

}  // namespace

std::string pack_artifacts(const std::vector<model::Artifact>& artifacts) {
  std::string out = "[";
  out.reserve(2 + artifacts.size() * 64);
  for (const model::Artifact& artifact : artifacts) {
    out += out.size() > 1 ? ",[\"" : "[\"";
    append_escaped(out, artifact.name);
    out += "\",\"";
    out += model::to_string(artifact.kind);
    out += "\",\"";
    append_escaped(out, artifact.type);
    out += "\",";
    fmt::format_to(std::back_inserter(out), "{}]", artifact.bytes);
  }
  out += ']';
  return out;
}

std::optional<std::vector<model::Artifact>> unpack_artifacts(std::string_view text) {
  json::error_code error;
  const json::value value = json::parse(text, error);
  if (error || !value.is_array()) return std::nullopt;
  std::vector<model::Artifact> artifacts;
  artifacts.reserve(value.get_array().size());
  for (const json::value& item : value.get_array()) {
    auto artifact = artifact_of(item);
    if (!artifact) return std::nullopt;
    artifacts.push_back(std::move(*artifact));
  }
  return artifacts;
}

}  // namespace tcm::index
