// SPDX-License-Identifier: Apache-2.0
#include "core/backend/load/collector.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "core/backend/load/host.hpp"
#include "core/backend/load/words.hpp"
#include "core/util/text/text.hpp"

namespace tcm::backend {
namespace {

constexpr std::size_t kMaxUnit = 64;

std::optional<std::string_view> text_of(tcm_str text, std::size_t limit) {
  if (text.size > limit || (text.data == nullptr && text.size != 0)) return std::nullopt;
  const std::string_view view = text.size == 0 ? std::string_view{} : std::string_view{text.data, text.size};
  if (!util::is_valid_utf8(view)) return std::nullopt;
  return view;
}

std::optional<AttributeValue> value_of(const tcm_attr& attr) {
  switch (attr.type) {
    case TCM_ATTR_I64: return AttributeValue(attr.value.i64);
    case TCM_ATTR_U64: return AttributeValue(attr.value.u64);
    case TCM_ATTR_F64:
      if (!std::isfinite(attr.value.f64)) return std::nullopt;
      return AttributeValue(attr.value.f64);
    case TCM_ATTR_STR:
      if (const auto text = text_of(attr.value.str, TCM_MAX_ATTR_TEXT)) return AttributeValue(std::string(*text));
      return std::nullopt;
    default: return std::nullopt;
  }
}

/// Null when it breaks a rule.
std::optional<Attribute> read_attribute(const tcm_attr* attr) {
  if (attr == nullptr || !TCM_HAS_FIELD(tcm_attr, attr, value)) return std::nullopt;
  const auto key = text_of(attr->key, 64);
  const auto unit = text_of(attr->unit, kMaxUnit);
  if (!key || !is_attribute_key(*key) || !unit) return std::nullopt;
  auto value = value_of(*attr);
  if (!value) return std::nullopt;
  return Attribute{std::string(*key), util::escape_control(*unit), std::move(*value)};
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
  return tcm_sink{TCM_STRUCT_SIZE(tcm_sink, diag), 0, this, &Collector::emit_entry, &Collector::diag_entry};
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

void Collector::say(Severity severity, std::string text) {
  if (report_.diagnostics.size() >= TCM_MAX_DIAGS)
    ++report_.dropped_diagnostics;
  else
    report_.diagnostics.push_back({severity, std::move(text)});
}

tcm_status Collector::take(const tcm_attr* attr) {
  if (report_.attributes.size() >= TCM_MAX_ATTRS) full_ = true;
  auto attribute = full_ || !takes_attributes_ ? std::nullopt : read_attribute(attr);
  if (attribute) {
    report_.attributes.push_back(std::move(*attribute));
    return TCM_OK;
  }
  ++report_.dropped_attributes;
  return full_ ? TCM_LIMIT : TCM_INVALID_ARGUMENT;
}

Report Collector::finish(tcm_status status) {
  report_.status = full_ && status == TCM_OK ? Status::limit : status_of(status);
  full_ = false;
  return std::exchange(report_, Report{});
}

}  // namespace tcm::backend
