// SPDX-License-Identifier: Apache-2.0
//
// A thin C++17 helper over the C interface of plugin.h: nothing but headers, no library behind it, and no need to use
// it: a backend in plain C is as good. It offers
//
//   Bytes         a view of a file whose every read is bounds-checked and little-endian
//   Sink          emit("registers", 64u) with the rule "stop when the host says so" built in
//   Artifact      the C struct with C++ views
//   Descriptor    builds the descriptor as a constant: no constructor runs when the object is loaded
//   guarded       keeps exceptions inside
//
//   namespace plugin = tcm::plugin;
//
//   tcm_status probe(const plugin::Artifact& artifact, plugin::Sink& sink) {
//     const auto version = artifact.bytes.u32(4);
//     if (!version) return TCM_TRUNCATED;
//     return sink.emit("x.acme.version", *version);
//   }
//   constexpr tcm_target kAcme = plugin::target("acme");
//   constexpr const tcm_target* kTargets[] = {&kAcme};
//   constexpr tcm_file_type kBinary = plugin::file_type(".acme", TCM_KIND_BINARY, "acme");
//   constexpr const tcm_file_type* kFileTypes[] = {&kBinary};
//   constexpr tcm_kernel_backend_plugin kPlugin = plugin::Descriptor("com.acme.gpu", "Acme GPU", "1.0.0")
//                                                     .targets(kTargets)
//                                                     .file_types(kFileTypes)
//                                                     .probe<probe>()
//                                                     .build();
//   TCM_PLUGIN_DEFINE(kPlugin)
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <optional>
#include <string_view>
#include <type_traits>

#include <tcm/plugin/plugin.h>

namespace tcm {
namespace plugin {

// ---- text
// ------------------------------------------------------------------------------------------------------------

/// Borrows `text`; valid as long as it is.
constexpr tcm_str str(std::string_view text) noexcept { return tcm_str{text.data(), text.size()}; }

/// Borrows `text`; empty for a null pointer.
constexpr std::string_view view(tcm_str text) noexcept {
  return text.data == nullptr ? std::string_view{} : std::string_view{text.data, text.size};
}

/// Writes an answer into the host's buffer: TCM_LIMIT, and nothing written, when it does not fit.
inline tcm_status write(tcm_text* out, std::string_view text) noexcept {
  if (out == nullptr || out->data == nullptr) return TCM_INVALID_ARGUMENT;
  out->size = 0;
  if (text.size() > out->capacity) return TCM_LIMIT;
  if (!text.empty()) std::memcpy(out->data, text.data(), text.size());
  out->size = text.size();
  return TCM_OK;
}

// ---- bytes
// -----------------------------------------------------------------------------------------------------------

/// A view of bytes. Every read says whether it lay inside; none depends on alignment or on the machine's byte order.
/// Offsets and sizes are 64 bits wide, as files claim them, so that no caller has to narrow before the check.
class Bytes {
 public:
  constexpr Bytes() noexcept = default;
  constexpr Bytes(const std::uint8_t* data, std::size_t size) noexcept : data_(data), size_(size) {}

  constexpr const std::uint8_t* data() const noexcept { return data_; }
  constexpr std::size_t size() const noexcept { return size_; }
  constexpr bool empty() const noexcept { return size_ == 0; }

  /// Do [offset, offset + count) all lie inside? No overflow, whatever the numbers.
  constexpr bool holds(std::uint64_t offset, std::uint64_t count) const noexcept {
    return offset <= size_ && count <= size_ - offset;
  }

  /// The part [offset, offset + count), or nothing when it is not all there.
  constexpr std::optional<Bytes> slice(std::uint64_t offset, std::uint64_t count) const noexcept {
    if (!holds(offset, count)) return std::nullopt;
    return Bytes(count == 0 ? nullptr : data_ + offset, static_cast<std::size_t>(count));
  }
  /// All from `offset` on.
  constexpr std::optional<Bytes> from(std::uint64_t offset) const noexcept {
    if (offset > size_) return std::nullopt;
    return slice(offset, size_ - offset);
  }

  /// A little-endian number at `offset`, or nothing when it is not all there.
  constexpr std::optional<std::uint8_t> u8(std::uint64_t offset) const noexcept { return read<std::uint8_t>(offset); }
  constexpr std::optional<std::uint16_t> u16(std::uint64_t offset) const noexcept {
    return read<std::uint16_t>(offset);
  }
  constexpr std::optional<std::uint32_t> u32(std::uint64_t offset) const noexcept {
    return read<std::uint32_t>(offset);
  }
  constexpr std::optional<std::uint64_t> u64(std::uint64_t offset) const noexcept {
    return read<std::uint64_t>(offset);
  }

  /// Do the bytes at `offset` equal `expected`?
  bool matches(std::uint64_t offset, std::string_view expected) const noexcept {
    return holds(offset, expected.size()) &&
           (expected.empty() || std::memcmp(data_ + offset, expected.data(), expected.size()) == 0);
  }

  /// The text from `offset` up to its NUL, which must lie inside and within `limit` bytes.
  std::optional<std::string_view> c_string(std::uint64_t offset, std::size_t limit = TCM_MAX_ATTR_TEXT) const noexcept {
    if (offset >= size_) return std::nullopt;
    const std::size_t rest = size_ - static_cast<std::size_t>(offset);
    const std::size_t span = rest < limit ? rest : limit;
    const void* end = std::memchr(data_ + offset, 0, span);
    if (end == nullptr) return std::nullopt;
    const auto* begin = reinterpret_cast<const char*>(data_ + offset);
    return std::string_view(begin, static_cast<std::size_t>(static_cast<const char*>(end) - begin));
  }

  /// The bytes as text, of any encoding.
  std::string_view text() const noexcept {
    return empty() ? std::string_view{} : std::string_view(reinterpret_cast<const char*>(data_), size_);
  }

 private:
  template <class T>
  constexpr std::optional<T> read(std::uint64_t offset) const noexcept {
    if (!holds(offset, sizeof(T))) return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) value |= static_cast<std::uint64_t>(data_[offset + i]) << (8 * i);
    return static_cast<T>(value);
  }

  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

// ---- an artifact
// -----------------------------------------------------------------------------------------------------

/// tcm_artifact with C++ views. Valid for the call.
struct Artifact {
  explicit Artifact(const tcm_artifact& c) noexcept
      : kind(c.kind),
        bytes(c.data, c.size),
        extension(view(c.extension)),
        target(view(c.target)),
        arch(view(c.arch)),
        metadata_json(view(c.metadata_json)),
        display_path(view(c.display_path)) {}

  tcm_artifact_kind kind;
  Bytes bytes;
  std::string_view extension;      ///< with its dot
  std::string_view target;         ///< one of the plugin's targets
  std::string_view arch;           ///< canonical form; empty when the metadata has none
  std::string_view metadata_json;  ///< valid JSON, or empty
  std::string_view display_path;   ///< for messages only
};

// ---- answers
// ---------------------------------------------------------------------------------------------------------

/// Where a probe's answers go. Once the host has said TCM_LIMIT or TCM_ABORTED every emit returns that and sends
/// nothing: `return sink.status();` at the end of a probe is always right.
class Sink {
 public:
  explicit Sink(const tcm_sink& sink) noexcept : sink_(sink) {}

  /// `unit` is "" for counts and names, else "bytes", "threads", … The host copies everything.
  tcm_status emit(std::string_view key, std::uint64_t value, std::string_view unit = "") noexcept {
    tcm_attr attr = make(TCM_ATTR_U64, key, unit);
    attr.value.u64 = value;
    return send(attr);
  }
  tcm_status emit(std::string_view key, std::int64_t value, std::string_view unit = "") noexcept {
    tcm_attr attr = make(TCM_ATTR_I64, key, unit);
    attr.value.i64 = value;
    return send(attr);
  }
  tcm_status emit(std::string_view key, double value, std::string_view unit = "") noexcept {
    tcm_attr attr = make(TCM_ATTR_F64, key, unit);
    attr.value.f64 = value;
    return send(attr);
  }
  tcm_status emit(std::string_view key, std::string_view value, std::string_view unit = "") noexcept {
    tcm_attr attr = make(TCM_ATTR_STR, key, unit);
    attr.value.str = str(value);
    return send(attr);
  }
  /// A literal is text, not the bool that its pointer would become.
  tcm_status emit(std::string_view key, const char* value, std::string_view unit = "") noexcept {
    return emit(key, std::string_view(value), unit);
  }
  /// Narrower numbers, by their sign.
  template <class T, class = std::enable_if_t<std::is_integral<T>::value && !std::is_same<T, bool>::value>>
  tcm_status emit(std::string_view key, T value, std::string_view unit = "") noexcept {
    using Wide = std::conditional_t<std::is_signed<T>::value, std::int64_t, std::uint64_t>;
    return emit(key, static_cast<Wide>(value), unit);
  }

  /// One line for the user.
  void diag(tcm_severity severity, std::string_view text) noexcept { sink_.diag(sink_.ctx, severity, str(text)); }
  /// One line for the user, and the status to leave with: `return sink.fail(TCM_MALFORMED, "…");`
  tcm_status fail(tcm_status status, std::string_view text) noexcept {
    diag(TCM_ERROR, text);
    return status;
  }

  /// TCM_OK, or the status with which the host asked to stop.
  tcm_status status() const noexcept { return stopped_; }

 private:
  static tcm_attr make(tcm_attr_type type, std::string_view key, std::string_view unit) noexcept {
    tcm_attr attr;
    std::memset(&attr, 0, sizeof attr);
    attr.struct_size = TCM_STRUCT_SIZE(tcm_attr, value);
    attr.type = type;
    attr.key = str(key);
    attr.unit = str(unit);
    return attr;
  }
  tcm_status send(const tcm_attr& attr) noexcept {
    if (stopped_ != TCM_OK) return stopped_;
    const tcm_status status = sink_.emit(sink_.ctx, &attr);
    if (status != TCM_OK && status != TCM_INVALID_ARGUMENT) stopped_ = status;
    return status;
  }

  const tcm_sink& sink_;
  tcm_status stopped_ = TCM_OK;
};

// ---- the exception guard
// ---------------------------------------------------------------------------------------------

/// Runs `function` and turns what it throws into a status: TCM_LIMIT when memory ran out, else TCM_INTERNAL.
template <class Function>
tcm_status guarded(Function&& function) noexcept {
  try {
    return function();
  } catch (const std::bad_alloc&) {
    return TCM_LIMIT;
  } catch (...) {
    return TCM_INTERNAL;
  }
}

using Analyser = tcm_status (*)(const Artifact&, Sink&);
using Speller = tcm_status (*)(std::string_view target, std::string_view text, tcm_text& out);

namespace detail {

template <Analyser kFunction>
tcm_status analyse(void*, const tcm_artifact* artifact, const tcm_sink* sink) {
  if (artifact == nullptr || sink == nullptr) return TCM_INVALID_ARGUMENT;
  return guarded([&] {
    Sink out(*sink);
    return kFunction(Artifact(*artifact), out);
  });
}

template <Speller kFunction>
tcm_status spell(void*, tcm_str target, tcm_str text, tcm_text* out) {
  if (out == nullptr) return TCM_INVALID_ARGUMENT;
  out->size = 0;
  return guarded([&] { return kFunction(view(target), view(text), *out); });
}

}  // namespace detail

// ---- the descriptor
// --------------------------------------------------------------------------------------------------

/// A target that has no other names.
constexpr tcm_target target(const char* name) noexcept {
  return tcm_target{TCM_STRUCT_SIZE(tcm_target, aliases), 0, name, nullptr};
}
/// A target and the other words that users have for it. `aliases` must be static.
template <std::size_t kCount>
constexpr tcm_target target(const char* name, const char* const (&aliases)[kCount]) noexcept {
  return tcm_target{TCM_STRUCT_SIZE(tcm_target, aliases), static_cast<std::uint32_t>(kCount), name, aliases};
}

/// `extension` with its dot; `label` as it shall stand in tables.
constexpr tcm_file_type file_type(const char* extension, tcm_artifact_kind kind, const char* label) noexcept {
  return tcm_file_type{TCM_STRUCT_SIZE(tcm_file_type, flags), kind, extension, label, 0};
}

/// Builds the descriptor. Everything that it is given must be static; the result belongs into a constexpr object.
class Descriptor {
 public:
  constexpr Descriptor(const char* id, const char* display_name, const char* version) noexcept {
    plugin_.struct_size = TCM_STRUCT_SIZE(tcm_kernel_backend_plugin, reserved);
    plugin_.abi_major = TCM_PLUGIN_ABI_MAJOR;
    plugin_.abi_minor = TCM_PLUGIN_ABI_MINOR;
    plugin_.id = id;
    plugin_.display_name = display_name;
    plugin_.version = version;
  }

  constexpr Descriptor& vendor(const char* name) noexcept {
    plugin_.vendor = name;
    return *this;
  }
  constexpr Descriptor& url(const char* url) noexcept {
    plugin_.url = url;
    return *this;
  }
  constexpr Descriptor& flags(std::uint64_t flags) noexcept {
    plugin_.flags = flags;
    return *this;
  }
  template <std::size_t kCount>
  constexpr Descriptor& targets(const tcm_target* const (&targets)[kCount]) noexcept {
    plugin_.targets = targets;
    plugin_.target_count = static_cast<std::uint32_t>(kCount);
    return *this;
  }
  template <std::size_t kCount>
  constexpr Descriptor& file_types(const tcm_file_type* const (&types)[kCount]) noexcept {
    plugin_.file_types = types;
    plugin_.file_type_count = static_cast<std::uint32_t>(kCount);
    return *this;
  }
  template <std::size_t kCount>
  constexpr Descriptor& path_fields(const char* const (&names)[kCount]) noexcept {
    plugin_.path_fields = names;
    plugin_.path_field_count = static_cast<std::uint32_t>(kCount);
    return *this;
  }

  /// Stateless functions, each behind the exception guard.
  template <Analyser kFunction>
  constexpr Descriptor& probe() noexcept {
    plugin_.probe = &detail::analyse<kFunction>;
    return *this;
  }
  template <Analyser kFunction>
  constexpr Descriptor& validate() noexcept {
    plugin_.validate = &detail::analyse<kFunction>;
    return *this;
  }
  template <Speller kFunction>
  constexpr Descriptor& arch_from_metadata() noexcept {
    plugin_.arch_from_metadata = &detail::spell<kFunction>;
    return *this;
  }
  template <Speller kFunction>
  constexpr Descriptor& arch_from_user() noexcept {
    plugin_.arch_from_user = &detail::spell<kFunction>;
    return *this;
  }
  template <Speller kFunction>
  constexpr Descriptor& arch_for_people() noexcept {
    plugin_.arch_for_people = &detail::spell<kFunction>;
    return *this;
  }

  /// The descriptor so far; set what has no word here (open, close, get_extension, functions with an instance) on the
  /// result.
  constexpr tcm_kernel_backend_plugin build() const noexcept { return plugin_; }

 private:
  tcm_kernel_backend_plugin plugin_ = {};
};

}  // namespace plugin
}  // namespace tcm

/// Defines the entry. `descriptor` is a static tcm_kernel_backend_plugin.
#define TCM_PLUGIN_DEFINE(descriptor)                                                                    \
  extern "C" TCM_PLUGIN_EXPORT const tcm_kernel_backend_plugin* TCM_PLUGIN_ENTRY(const tcm_host* host) { \
    static_cast<void>(host);                                                                             \
    return &(descriptor);                                                                                \
  }
