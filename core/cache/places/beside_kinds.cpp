// SPDX-License-Identifier: Apache-2.0
#include "core/cache/places/beside_kinds.hpp"

#include <array>

#include "core/util/text/text.hpp"

namespace tcm::cache {
namespace {

constexpr std::array kWords = std::to_array<BesideWord>({
    {BesideKind::graphs, "graphs", "graph cache (fxgraph)"},
    {BesideKind::autograd, "autograd", "graph cache (aotautograd)"},
    {BesideKind::compiled, "compiled", "compiled models"},
    {BesideKind::code, "code", "generated code"},
    {BesideKind::tunings, "tunings", "autotuning results"},
    {BesideKind::locks, "locks", "locks"},
    {BesideKind::store, "store", "local store of remote caches"},
    {BesideKind::other, "other", "other files"},
});

struct Rule {
  std::string_view pattern;
  BesideKind kind;
};

// Names of directories anywhere above the file; the outermost decides.
constexpr std::array kDirectories = std::to_array<Rule>({
    {"fxgraph", BesideKind::graphs},
    {"aotautograd", BesideKind::autograd},
    {"artifact_compile_range_*", BesideKind::compiled},
    {"locks", BesideKind::locks},
    {"cache", BesideKind::store},
});

// Names of files, where no directory decided. "model" is what vLLM calls a compiled model whole.
constexpr std::array kFiles = std::to_array<Rule>({
    {"artifact_compile_range_*", BesideKind::compiled},
    {"model", BesideKind::compiled},
    {"model.*.tmp", BesideKind::compiled},
    {"*.best_config", BesideKind::tunings},
    {"*.autotune.json", BesideKind::tunings},
    {"*.lock", BesideKind::locks},
    {"*.py", BesideKind::code},
    {"*.cpp", BesideKind::code},
    {"*.h", BesideKind::code},
    {"*.so", BesideKind::code},
    {"*.o", BesideKind::code},
    {"cache_key_factors.json", BesideKind::code},
});

}  // namespace

std::span<const BesideWord> beside_words() { return kWords; }
std::string_view to_string(BesideKind kind) { return kWords[static_cast<std::size_t>(kind)].name; }
std::string_view text_of(BesideKind kind) { return kWords[static_cast<std::size_t>(kind)].text; }

BesideKind beside_kind(std::string_view path) {
  const auto parts = util::split(path, '/');
  for (std::size_t i = 0; i + 1 < parts.size(); ++i)
    for (const Rule& rule : kDirectories)
      if (util::glob_match(rule.pattern, parts[i])) return rule.kind;
  for (const Rule& rule : kFiles)
    if (util::glob_match(rule.pattern, parts.back())) return rule.kind;
  return BesideKind::other;
}

}  // namespace tcm::cache
