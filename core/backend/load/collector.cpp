// SPDX-License-Identifier: Apache-2.0
#include "core/backend/load/collector.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <tl/expected.hpp>

#include "core/backend/load/host.hpp"
#include "core/backend/terms/standard_attributes.hpp"
#include "core/backend/terms/words.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/utf8.hpp"

namespace tcm::backend {
namespace {

constexpr std::size_t kMaxUnit = 64;

std::optional<std::string_view> text_of(tcm_str text, std::size_t limit) {
  if (text.size > limit || (text.data == nullptr && text.size != 0)) return std::nullopt;
  const std::string_view view = text.size == 0 ? std::string_view{} : std::string_view{text.data, text.size};
  if (!util::is_valid_utf8(view)) return std::nullopt;
  return view;
}

using Dropped = tl::unexpected<std::string>;

tl::expected<AttributeValue, std::string> value_of(const tcm_attr& attr) {
  switch (attr.type) {
    case TCM_ATTR_I64: return AttributeValue(attr.value.i64);
    case TCM_ATTR_U64: return AttributeValue(attr.value.u64);
    case TCM_ATTR_F64:
      if (!std::isfinite(attr.value.f64)) return Dropped("its value is not finite");
      return AttributeValue(attr.value.f64);
    case TCM_ATTR_STR:
      if (const auto text = text_of(attr.value.str, TCM_MAX_ATTR_TEXT)) return AttributeValue(std::string(*text));
      return Dropped("its value is not UTF-8, or too long");
    default: return Dropped("its type is unknown");
  }
}

/// A standard key means the same for every backend, so its figures are comparable. A unit may be left out: the key
/// tells it.
std::optional<std::string> broken_standard(const StandardAttribute& standard, std::string_view unit,
                                           const AttributeValue& value) {
  const bool is_text = standard.type == AttributeType::text;
  const bool right =
      is_text ? std::holds_alternative<std::string>(value) : std::holds_alternative<std::uint64_t>(value);
  if (!right) return fmt::format("its value is not {}", is_text ? "text" : "an unsigned number");
  if (unit.empty() || unit == standard.unit) return std::nullopt;
  return fmt::format("its unit is '{}', not '{}'", util::escape_control(unit), standard.unit);
}

/// The reason when it breaks a rule.
tl::expected<Attribute, std::string> read_attribute(const tcm_attr* attr) {
  if (attr == nullptr || !TCM_HAS_FIELD(tcm_attr, attr, value)) return Dropped("an attribute without its fields");
  const auto key = text_of(attr->key, 64);
  if (!key || !is_attribute_key(*key)) return Dropped("an attribute whose key is not [a-z][a-z0-9_.]{0,63}");
  const auto unit = text_of(attr->unit, kMaxUnit);
  if (!unit) return Dropped(fmt::format("'{}': its unit is not UTF-8, or too long", *key));
  auto value = value_of(*attr);
  if (!value) return Dropped(fmt::format("'{}': {}", *key, value.error()));
  const StandardAttribute* standard = find_standard_attribute(*key);
  if (standard == nullptr) return Attribute{std::string(*key), util::escape_control(*unit), std::move(*value)};
  if (const auto why = broken_standard(*standard, *unit, *value)) return Dropped(fmt::format("'{}': {}", *key, *why));
  return Attribute{std::string(*key), std::string(standard->unit), std::move(*value)};
}

constexpr std::array<std::string_view, 9> kStatusWords{"ok",        "not_applicable",      "malformed",
                                                       "truncated", "unsupported_version", "limit",
                                                       "aborted",   "invalid_argument",    "internal"};

}  // namespace

std::string_view to_string(Status status) { return kStatusWords[static_cast<std::size_t>(status)]; }

Status status_of(tcm_status number) {
  return number >= TCM_OK && number <= TCM_INTERNAL ? static_cast<Status>(number) : Status::internal;
}

tcm_sink Collector::sink() {
  return tcm_sink{TCM_STRUCT_SIZE(tcm_sink, diagnose), 0, this, &Collector::emit_entry, &Collector::diag_entry,
                  &Collector::diagnose_entry};
}

tcm_status Collector::emit_entry(void* ctx, const tcm_attr* attr) {
  try {
    return static_cast<Collector*>(ctx)->take(attr);
  } catch (...) {  // out of memory: no exception crosses the interface
    return TCM_LIMIT;
  }
}

void Collector::diag_entry(void* ctx, tcm_severity severity, tcm_str text) {
  try {
    if (text.data == nullptr) return;
    const std::string_view line(text.data, std::min<std::size_t>(text.size, TCM_MAX_ATTR_TEXT));
    static_cast<Collector*>(ctx)->say(severity_of(severity), util::escape_control(line));
  } catch (...) {  // out of memory: the line is lost
  }
}

void Collector::diagnose_entry(void* ctx, const tcm_diagnostic* given) {
  try {
    if (given == nullptr || !TCM_HAS_FIELD(tcm_diagnostic, given, offset) || given->text.data == nullptr) return;
    const std::string_view line(given->text.data, std::min<std::size_t>(given->text.size, TCM_MAX_ATTR_TEXT));
    Diagnostic diagnostic{severity_of(given->severity), util::escape_control(line)};
    // A code that breaks the rule is lost, its finding is not.
    if (const auto code = text_of(given->code, 64); code && is_attribute_key(*code)) diagnostic.code = *code;
    if (given->offset != TCM_NO_OFFSET) diagnostic.offset = given->offset;
    static_cast<Collector*>(ctx)->keep(std::move(diagnostic));
  } catch (...) {  // out of memory: the finding is lost
  }
}

void Collector::keep(Diagnostic diagnostic) {
  if (report_.diagnostics.size() >= TCM_MAX_DIAGS)
    ++report_.dropped_diagnostics;
  else
    report_.diagnostics.push_back(std::move(diagnostic));
}

void Collector::say(Severity severity, std::string text) { keep({severity, std::move(text)}); }

tcm_status Collector::take(const tcm_attr* attr) {
  if (report_.attributes.size() >= TCM_MAX_ATTRS) full_ = true;
  if (full_ || !takes_attributes_) {
    ++report_.dropped_attributes;
    return full_ ? TCM_LIMIT : TCM_INVALID_ARGUMENT;
  }
  auto attribute = read_attribute(attr);
  if (!attribute) {
    if (report_.first_dropped.empty()) report_.first_dropped = std::move(attribute.error());
    ++report_.dropped_attributes;
    return TCM_INVALID_ARGUMENT;
  }
  report_.attributes.push_back(std::move(*attribute));
  return TCM_OK;
}

Report Collector::finish(tcm_status status) {
  report_.status = full_ && status == TCM_OK ? Status::limit : status_of(status);
  full_ = false;
  return std::exchange(report_, Report{});
}

}  // namespace tcm::backend
