// SPDX-License-Identifier: Apache-2.0
// The plugin under test, loaded as a host loads it, and calls into it that record everything. Helpers throw Failure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tcm/plugin/plugin.h>

#include "sdk/check/check.hpp"

namespace tcm::check {

/// The host that the checker plays.
const tcm_host& test_host();

/// dlopen as a host does it; stays loaded.
void* load(const std::string& path);
/// The descriptor, after load().
const tcm_kernel_backend_plugin& describe(const std::string& path);

/// An open plugin, closed with the object.
class OpenPlugin {
 public:
  explicit OpenPlugin(const std::string& path);
  ~OpenPlugin();
  OpenPlugin(const OpenPlugin&) = delete;
  OpenPlugin& operator=(const OpenPlugin&) = delete;

  const tcm_kernel_backend_plugin& api() const { return *api_; }
  void* instance() const { return instance_; }

 private:
  const tcm_kernel_backend_plugin* api_;
  void* instance_ = nullptr;
};

/// What is analysed. `data` is borrowed.
struct Input {
  const std::uint8_t* data = nullptr;
  std::size_t size = 0;
  std::string extension;
  tcm_artifact_kind kind = 0;
  bool later_host = false;  ///< structs larger than those of today
  bool first_host = false;  ///< structs as small as those of 1.0
};

struct Attribute {
  std::string key;
  std::string unit;
  tcm_attr_type type = 0;
  std::string value;  ///< as text
  bool is_finite = true;
};

/// How the sink behaves.
struct SinkOptions {
  std::size_t stop_after = TCM_MAX_ATTRS + 1;  ///< from this attribute on emit answers stop_with
  tcm_status stop_with = TCM_LIMIT;
};

/// One call, recorded.
struct Answer {
  tcm_status status = TCM_OK;
  std::vector<Attribute> attributes;
  std::vector<std::string> diags;
  std::size_t emitted_after_stop = 0;

  /// Everything in one text, to compare answers.
  std::string text() const;
};

/// "TCM_NOT_APPLICABLE"; "status 4711" for what the interface does not define.
std::string status_name(tcm_status status);

enum class Function : std::uint8_t { probe, validate };
const char* to_string(Function function);

/// Nothing when the plugin does not have the function. An exception of the plugin is a Failure.
std::optional<Answer> analyse(const OpenPlugin& plugin, Function function, const Input& input,
                              const SinkOptions& options = {});

/// Both functions.
void analyse_all(const OpenPlugin& plugin, const Input& input);

/// The samples, or, without any, small files of each type that the plugin names: a bare object header, zeros, text.
std::vector<Sample> inputs_of(const Subject& subject, const tcm_kernel_backend_plugin& api);

/// Bytes with nothing behind them: reading the byte after the last one crashes.
class GuardedBytes {
 public:
  explicit GuardedBytes(std::size_t capacity);
  ~GuardedBytes();
  GuardedBytes(const GuardedBytes&) = delete;
  GuardedBytes& operator=(const GuardedBytes&) = delete;

  /// Copies `size` bytes (at most the capacity) to the end. Valid until the next call.
  const std::uint8_t* set(const std::uint8_t* bytes, std::size_t size);

 private:
  std::uint8_t* pages_ = nullptr;
  std::size_t mapped_ = 0;
  std::size_t guard_ = 0;
};

/// A fast generator of the same numbers everywhere (splitmix64).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  /// In [0, below); 0 when below is 0.
  std::size_t below(std::size_t below) { return below == 0 ? 0 : static_cast<std::size_t>(next() % below); }

 private:
  std::uint64_t state_;
};

}  // namespace tcm::check
