// SPDX-License-Identifier: Apache-2.0
// A backend of an invented vendor. Its compiler writes .acme files: "ACME", then three little-endian numbers of 32
// bits: the version, the registers of a thread, and the bytes of machine code that follow.
#include <string>

#include <tcm/plugin/plugin.hpp>

namespace {

namespace plugin = tcm::plugin;

constexpr std::uint64_t kHeaderBytes = 16;

/// What both functions need to know: is it ours, and is it whole?
tcm_status check(const plugin::Artifact& artifact, plugin::Sink& sink) {
  const plugin::Bytes file = artifact.bytes;
  if (!file.matches(0, "ACME")) return TCM_NOT_APPLICABLE;
  if (file.size() < kHeaderBytes) return sink.fail(TCM_TRUNCATED, "the header is not whole");
  if (*file.u32(4) != 1) return sink.fail(TCM_UNSUPPORTED_VERSION, "not version 1");
  if (!file.holds(kHeaderBytes, *file.u32(12))) return sink.fail(TCM_TRUNCATED, "the code is not whole");
  return TCM_OK;
}

tcm_status validate(const plugin::Artifact& artifact, plugin::Sink& sink) { return check(artifact, sink); }

/// Emits what the file says. What it does not say is left out: absent is not zero.
tcm_status probe(const plugin::Artifact& artifact, plugin::Sink& sink) {
  if (const tcm_status status = check(artifact, sink); status != TCM_OK) return status;
  sink.emit(TCM_ATTR_REGISTERS, *artifact.bytes.u32(8));
  sink.emit(TCM_ATTR_CODE_BYTES, *artifact.bytes.u32(12), "bytes");
  return sink.status();
}

/// Users write "acme-7", the metadata has 7. Without these three functions the metadata's text is used as it is.
tcm_status arch_from_user(std::string_view /*target*/, std::string_view word, tcm_text& out) {
  constexpr std::string_view kPrefix = "acme-";
  if (word.size() <= kPrefix.size() || word.substr(0, kPrefix.size()) != kPrefix) return TCM_NOT_APPLICABLE;
  const std::string_view number = word.substr(kPrefix.size());
  if (number.find_first_not_of("0123456789") != std::string_view::npos) return TCM_NOT_APPLICABLE;
  return plugin::write(&out, number);
}
tcm_status arch_for_people(std::string_view /*target*/, std::string_view canonical, tcm_text& out) {
  return plugin::write(&out, "acme-" + std::string(canonical));
}

constexpr tcm_target kTarget = plugin::target("acme");
constexpr const tcm_target* kTargets[] = {&kTarget};
constexpr tcm_file_type kBinary = plugin::file_type(".acme", TCM_KIND_BINARY, "acme");
constexpr const tcm_file_type* kFileTypes[] = {&kBinary};

constexpr tcm_kernel_backend_plugin kPlugin = plugin::Descriptor("com.example.acme", "Acme GPU", "0.1.0")
                                                  .vendor("Example")
                                                  .targets(kTargets)
                                                  .file_types(kFileTypes)
                                                  .arch_from_user<arch_from_user>()
                                                  .arch_for_people<arch_for_people>()
                                                  .probe<probe>()
                                                  .validate<validate>()
                                                  .build();

}  // namespace

TCM_PLUGIN_DEFINE(kPlugin)
