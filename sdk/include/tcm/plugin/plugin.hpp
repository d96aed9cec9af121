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
//   Extension     what get_extension returns for an id; those of the interface in C++ are in extensions.hpp
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

#include <tcm/plugin/bytes.hpp>
#include <tcm/plugin/plugin.h>

namespace tcm {
namespace plugin {

// ---- an artifact
// -----------------------------------------------------------------------------------------------------

/// tcm_launch with a question for each fact. Nothing where it is unknown, or the host is older than 1.1.
class Launch {
 public:
  constexpr explicit Launch(const tcm_launch* launch) noexcept : launch_(launch) {}
  std::optional<std::uint64_t> num_warps() const noexcept { return get(TCM_LAUNCH_NUM_WARPS, &tcm_launch::num_warps); }
  std::optional<std::uint64_t> num_ctas() const noexcept { return get(TCM_LAUNCH_NUM_CTAS, &tcm_launch::num_ctas); }
  std::optional<std::uint64_t> warp_size() const noexcept { return get(TCM_LAUNCH_WARP_SIZE, &tcm_launch::warp_size); }
  std::optional<std::uint64_t> dynamic_shared_bytes() const noexcept {
    return get(TCM_LAUNCH_DYNAMIC_SHARED_BYTES, &tcm_launch::dynamic_shared_bytes);
  }

 private:
  template <class Member>
  std::optional<std::uint64_t> get(std::uint32_t bit, Member member) const noexcept {
    if (launch_ == nullptr || (launch_->known & bit) == 0) return std::nullopt;
    return launch_->*member;
  }
  const tcm_launch* launch_;
};

/// tcm_artifact with C++ views. Valid for the call.
struct Artifact {
  explicit Artifact(const tcm_artifact& c) noexcept
      : kind(c.kind),
        bytes(c.data, c.size),
        extension(view(c.extension)),
        target(view(c.target)),
        arch(view(c.arch)),
        metadata_json(view(c.metadata_json)),
        display_path(view(c.display_path)),
        launch(TCM_HAS_FIELD(tcm_artifact, &c, launch) ? c.launch : nullptr) {}

  tcm_artifact_kind kind;
  Bytes bytes;
  std::string_view extension;      ///< with its dot
  std::string_view target;         ///< one of the plugin's targets
  std::string_view arch;           ///< canonical form; empty when the metadata has none
  std::string_view metadata_json;  ///< valid JSON, or empty
  std::string_view display_path;   ///< for messages only
  Launch launch;                   ///< how the kernel is launched, as far as the host says
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
  /// One finding with a stable code ("acme.bad_magic") and the place in the file. A host of 1.0 gets the text alone.
  void diagnose(tcm_severity severity, std::string_view code, std::string_view text,
                std::uint64_t offset = TCM_NO_OFFSET) noexcept {
    if (!TCM_HAS_FIELD(tcm_sink, &sink_, diagnose) || sink_.diagnose == nullptr) return diag(severity, text);
    const tcm_diagnostic diagnostic{TCM_STRUCT_SIZE(tcm_diagnostic, offset), severity, str(code), str(text), offset};
    sink_.diagnose(sink_.ctx, &diagnostic);
  }
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

// ---- extensions
// ------------------------------------------------------------------------------------------------------

/// One extension that a plugin offers: its id and the table that get_extension() returns for it.
struct Extension {
  const char* id;
  const void* table;
};

namespace detail {

template <const auto& kExtensions>
const void* find_extension(const char* id) {
  if (id == nullptr) return nullptr;
  for (const Extension& extension : kExtensions)
    if (std::strcmp(extension.id, id) == 0) return extension.table;
  return nullptr;
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

  /// `kExtensions` is a static array of Extension.
  template <const auto& kExtensions>
  constexpr Descriptor& extensions() noexcept {
    plugin_.get_extension = &detail::find_extension<kExtensions>;
    return *this;
  }

  /// The descriptor so far; set what has no word here (open, close, functions with an instance) on the
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
