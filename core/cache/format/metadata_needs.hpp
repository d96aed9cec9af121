// SPDX-License-Identifier: Apache-2.0
// Which fields of a kernel's metadata each release of Triton reads when it loads the kernel: without one of them the
// look-up ends in an exception.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/cache/format/release.hpp"

namespace tcm::cache {

/// What a value is in JSON. `absent`: there is none.
enum class ValueType : std::uint8_t { absent, null, boolean, number, text, list, map };

enum class NeededType : std::uint8_t { any, text, number, list };

struct NeededField {
  std::string_view name;  ///< "target.arch": in the object `target`
  NeededType type;
  Release from;           ///< the first release that reads it
  Release to;             ///< the last one
  std::string_view with;  ///< only backends read it whose metadata has this field, too; empty: all
  bool at_launch;         ///< it is read when the kernel is launched, not when it is loaded
};

/// Fields that a release reads and that are wanting.
struct MissingFields {
  std::string names;      ///< "shared, target.arch"; empty when nothing is wanting
  bool at_start = false;  ///< one of them is read when the kernel is loaded
};

/// Sources: CompiledKernel of Triton 3.0 to 3.9, and the launchers that come with these releases.
std::span<const NeededField> needed_fields();

/// Which of these fields a metadata file has, and of what type.
class FieldsSeen {
 public:
  /// A member of the whole, "shared", or of its target, "target.arch". Of several of one name the last counts.
  void note(std::string_view name, ValueType type);

  ValueType type_of(std::string_view name) const;

  /// The fields that are not there or of another type. Without a release, of those that every one of them reads.
  MissingFields missing(std::optional<Release> release) const;

 private:
  static constexpr std::size_t kMaxFields = 24;
  std::array<ValueType, kMaxFields> types_{};
};

}  // namespace tcm::cache
