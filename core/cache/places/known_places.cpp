// SPDX-License-Identifier: Apache-2.0
#include "core/cache/places/known_places.hpp"

#include <algorithm>
#include <array>

#include <fcntl.h>
#include <unistd.h>

#include "core/disk/directory.hpp"
#include "core/util/system/env.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cache {
namespace {

// clang-format off
constexpr std::array kPlaces = std::to_array<KnownPlace>({
    {"triton",       "TRITON_CACHE_DIR",          "",                                 true},
    {"triton",       "TRITON_HOME",               "/.triton/cache",                   true},
    {"triton",       "",                          "~/.triton/cache",                  true},
    {"inductor",     "TORCHINDUCTOR_CACHE_DIR",   "",                                 true},
    {"inductor",     "",                          "$TMPDIR/torchinductor_*",          true},
    {"vllm",         "VLLM_CACHE_ROOT",           "",                                 true},
    {"vllm",         "",                          "$XDG_CACHE_HOME/vllm",             true},
    {"vllm-0.7",     "",                          "~/.triton/cache_[0-9]*",           true},
    {"sglang",       "SGLANG_CACHE_DIR",          "",                                 true},
    {"sglang",       "",                          "~/.cache/sglang",                  true},
    {"helion",       "HELION_CACHE_DIR",          "",                                 true},
    {"tilelang",     "TILELANG_CACHE_DIR",        "",                                 false},
    {"tilelang",     "",                          "~/.tilelang/cache",                false},
    {"flashinfer",   "FLASHINFER_WORKSPACE_BASE", "/.cache/flashinfer",               false},
    {"flashinfer",   "",                          "~/.cache/flashinfer",              false},
    {"cute-dsl",     "CUTE_DSL_CACHE_DIR",        "",                                 false},
    {"cute-dsl",     "",                          "$TMPDIR/$USER/cutlass_python_cache", false},
    {"deep-gemm",    "DG_JIT_CACHE_DIR",          "",                                 false},
    {"deep-gemm",    "",                          "~/.deep_gemm",                     false},
    {"comgr",        "",                          "$XDG_CACHE_HOME/comgr",            false},
    {"compute-cache", "",                         "~/.nv/ComputeCache",               false},
});

struct Meaning {
  std::string_view tool;
  std::string_view text;
};
constexpr std::array kMeanings = std::to_array<Meaning>({
    {"triton", "kernels of Triton"},
    {"inductor", "torch.compile: kernels of Triton, graphs and code"},
    {"vllm", "vLLM: kernels of Triton in its compile caches"},
    {"vllm-0.7", "vLLM up to 0.7: a cache for each process, never used again"},
    {"sglang", "SGLang: kernels of Triton and of others"},
    {"helion", "Helion: kernels of Triton, and tunings"},
    {"tilelang", "TileLang's kernels"},
    {"flashinfer", "FlashInfer's kernels"},
    {"cute-dsl", "CuTe DSL's kernels"},
    {"deep-gemm", "DeepGEMM's kernels"},
    {"comgr", "code objects of the code object manager"},
    {"compute-cache", "kernels that the driver compiled"},
});
// clang-format on

std::optional<std::string> absolute_value(const PlaceEnvironment& environment, std::string_view name) {
  auto value = environment.variable(std::string(name));
  if (!value || value->empty() || value->front() != '/' || value->find('\0') != std::string::npos) return std::nullopt;
  while (value->size() > 1 && value->back() == '/') value->pop_back();
  return value;
}

/// A default with its variables replaced; empty when it has no place here.
std::string expanded(std::string_view path, const PlaceEnvironment& environment) {
  constexpr std::string_view kCache = "$XDG_CACHE_HOME";
  constexpr std::string_view kTemp = "$TMPDIR";
  constexpr std::string_view kUser = "$USER/";
  const std::string& home = environment.home;
  if (path.starts_with("~/")) return home.empty() ? std::string() : home + std::string(path.substr(1));
  if (path.starts_with(kCache)) {
    const auto base = absolute_value(environment, kCache.substr(1));
    if (!base && home.empty()) return {};
    return base.value_or(home + "/.cache") + std::string(path.substr(kCache.size()));
  }
  std::string rest(path.substr(kTemp.size()));
  if (const std::size_t at = rest.find(kUser); at != std::string::npos) {
    const auto user = environment.variable("USER");
    if (!user || user->empty() || user->find('/') != std::string::npos) return {};
    rest.replace(at, kUser.size(), *user + "/");
  }
  return absolute_value(environment, kTemp.substr(1)).value_or("/tmp") + rest;
}

/// Directories that match a pattern in the last part of `path`; without a pattern `path` itself, when it is there.
std::vector<std::string> existing(const std::string& path, std::uint32_t user) {
  const std::size_t slash = path.rfind('/');
  const std::string pattern = path.substr(slash + 1);
  disk::Node node;
  if (pattern.find('*') == std::string::npos) {
    return disk::stat_at(AT_FDCWD, path.c_str(), node) == 0 ? std::vector{path} : std::vector<std::string>();
  }
  const std::string parent = path.substr(0, slash);
  std::vector<std::string> found;
  util::Fd directory;
  if (disk::open_directory_at(AT_FDCWD, parent.c_str(), directory) != 0) return found;
  disk::list_directory(directory.get(), disk::list_buffer(), [&](const char* name, disk::NodeType type) {
    if (type != disk::NodeType::directory || !util::glob_match(pattern, name)) return true;
    // In a directory in which everybody may write, others could show us where to look.
    if (disk::stat_at(directory.get(), name, node) == 0 && node.uid == user) found.push_back(parent + "/" + name);
    return true;
  });
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

std::span<const KnownPlace> known_places() { return kPlaces; }

std::vector<std::string> place_variables() {
  std::vector<std::string> names;
  for (const KnownPlace& place : kPlaces)
    if (!place.variable.empty()) names.emplace_back(place.variable);
  return names;
}

std::string_view meaning_of(std::string_view tool) {
  const auto row =
      std::find_if(kMeanings.begin(), kMeanings.end(), [tool](const Meaning& meaning) { return meaning.tool == tool; });
  return row == kMeanings.end() ? std::string_view() : row->text;
}

PlaceEnvironment place_environment() {
  PlaceEnvironment environment;
  environment.variable = [](const std::string& name) { return util::get_env(name.c_str()); };
  environment.home = util::get_env("HOME").value_or(std::string());
  if (!environment.home.starts_with('/')) environment.home.clear();
  environment.user = ::geteuid();
  return environment;
}

std::vector<NamedPlace> named_places(const PlaceEnvironment& environment) {
  std::vector<NamedPlace> named;
  std::string_view tool;
  bool by_variable = false;
  for (const KnownPlace& place : kPlaces) {
    if (place.tool != tool) by_variable = false;
    tool = place.tool;
    // The first variable that is set decides; the default is the last row of a tool.
    if (by_variable) continue;
    if (place.variable.empty()) {
      const std::string path = expanded(place.path, environment);
      if (path.empty()) continue;
      for (std::string& found : existing(path, environment.user)) named.push_back({&place, std::move(found)});
    } else if (const auto value = absolute_value(environment, place.variable)) {
      named.push_back({&place, *value + std::string(place.path)});
      by_variable = true;
    }
  }
  return named;
}

std::vector<NamedPlace> places_of_variable(std::string_view name, const std::string& value) {
  const PlaceEnvironment one{
      [&](const std::string& asked) { return asked == name ? std::optional(value) : std::nullopt; }, {}, 0};
  std::vector<NamedPlace> places;
  for (const KnownPlace& place : kPlaces)
    if (place.variable == name && !name.empty())
      if (const auto path = absolute_value(one, name)) places.push_back({&place, *path + std::string(place.path)});
  return places;
}

}  // namespace tcm::cache
