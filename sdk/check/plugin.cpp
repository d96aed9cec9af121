// SPDX-License-Identifier: Apache-2.0
#include "sdk/check/plugin.hpp"

#include <cmath>
#include <cstring>

#include <dlfcn.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

namespace tcm::check {
namespace {

void ignore_log(void* /*ctx*/, tcm_severity /*severity*/, tcm_str /*text*/) {}
const void* no_extension(void* /*ctx*/, const char* /*id*/) { return nullptr; }

std::string copy(tcm_str text) { return text.data == nullptr ? std::string() : std::string(text.data, text.size); }

std::string value_text(const tcm_attr& attr) {
  switch (attr.type) {
    case TCM_ATTR_I64: return fmt::format("{}", attr.value.i64);
    case TCM_ATTR_U64: return fmt::format("{}", attr.value.u64);
    case TCM_ATTR_F64: return fmt::format("{}", attr.value.f64);
    case TCM_ATTR_STR: return copy(attr.value.str);
    default: return {};
  }
}

struct Recording {
  Answer answer;
  SinkOptions options;
  bool stopped = false;
};

tcm_status record_attribute(void* ctx, const tcm_attr* attr) {
  auto& recording = *static_cast<Recording*>(ctx);
  if (recording.stopped) ++recording.answer.emitted_after_stop;
  if (recording.answer.attributes.size() >= recording.options.stop_after) {
    recording.stopped = true;
    return recording.options.stop_with;
  }
  if (attr == nullptr || !TCM_HAS_FIELD(tcm_attr, attr, value)) return TCM_INVALID_ARGUMENT;
  const bool finite = attr->type != TCM_ATTR_F64 || std::isfinite(attr->value.f64);
  recording.answer.attributes.push_back({copy(attr->key), copy(attr->unit), attr->type, value_text(*attr), finite});
  return TCM_OK;
}

void record_diag(void* ctx, tcm_severity severity, tcm_str text) {
  static_cast<Recording*>(ctx)->answer.diags.push_back(fmt::format("{}: {}", severity, copy(text)));
}

void record_diagnostic(void* ctx, const tcm_diagnostic* diagnostic) {
  record_diag(ctx, diagnostic->severity, diagnostic->text);
}

/// A struct of a later host: the fields of today, then room that this plugin cannot know.
template <class T>
struct Later {
  T now;
  std::uint64_t more[16];
};

tcm_str as_str(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

const tcm_host& test_host() {
  static const tcm_host kHost{TCM_STRUCT_SIZE(tcm_host, get_extension),
                              TCM_PLUGIN_ABI_MAJOR,
                              TCM_PLUGIN_ABI_MINOR,
                              "tcm-plugin-check",
                              TCM_VERSION,
                              nullptr,
                              ignore_log,
                              no_extension};
  return kHost;
}

void* load(const std::string& path) {
  void* handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) throw Failure(::dlerror());
  return handle;
}

const tcm_kernel_backend_plugin& describe(const std::string& path) {
  void* symbol = ::dlsym(load(path), TCM_PLUGIN_ENTRY_NAME);
  if (symbol == nullptr) throw Failure("exports no " TCM_PLUGIN_ENTRY_NAME);
  const auto entry = reinterpret_cast<tcm_kernel_backend_plugin_entry>(symbol);
  const tcm_kernel_backend_plugin* descriptor = nullptr;
  try {
    descriptor = entry(&test_host());
  } catch (...) {
    throw Failure("the entry let an exception out");
  }
  if (descriptor == nullptr) throw Failure("the entry returned null");
  return *descriptor;
}

OpenPlugin::OpenPlugin(const std::string& path) : api_(&describe(path)) {
  if (api_->open == nullptr) return;
  tcm_status status = TCM_OK;
  try {
    status = api_->open(&test_host(), &instance_);
  } catch (...) {
    throw Failure("open let an exception out");
  }
  if (status != TCM_OK) throw Failure(fmt::format("open answered status {}", status));
}

OpenPlugin::~OpenPlugin() {
  if (api_->open != nullptr) api_->close(instance_);
}

std::string Answer::text() const {
  std::string all = fmt::format("status {}", status);
  for (const auto& a : attributes) all += fmt::format("; {} ({}) = {} {}", a.key, a.type, a.value, a.unit);
  for (const auto& d : diags) all += "; " + d;
  return all;
}

std::string status_name(tcm_status status) {
  constexpr const char* kNames[] = {"TCM_OK",        "TCM_NOT_APPLICABLE",      "TCM_MALFORMED",
                                    "TCM_TRUNCATED", "TCM_UNSUPPORTED_VERSION", "TCM_LIMIT",
                                    "TCM_ABORTED",   "TCM_INVALID_ARGUMENT",    "TCM_INTERNAL"};
  return status >= TCM_OK && status <= TCM_INTERNAL ? kNames[status] : fmt::format("status {}", status);
}

const char* to_string(Function function) { return function == Function::probe ? "probe" : "validate"; }

std::optional<Answer> analyse(const OpenPlugin& plugin, Function function, const Input& input,
                              const SinkOptions& options) {
  const auto& api = plugin.api();
  const auto call = function == Function::probe ? api.probe : api.validate;
  if (call == nullptr) return std::nullopt;

  Later<tcm_artifact> artifact{};
  artifact.now.struct_size = TCM_STRUCT_SIZE(tcm_artifact, launch);
  artifact.now.kind = input.kind;
  artifact.now.data = input.data;
  artifact.now.size = input.size;
  artifact.now.extension = as_str(input.extension);
  artifact.now.target = as_str(api.targets[0]->name);
  artifact.now.display_path = as_str("/no/such/file");
  Recording recording;
  recording.options = options;
  Later<tcm_sink> sink{};
  sink.now = {TCM_STRUCT_SIZE(tcm_sink, diagnose), 0, &recording, record_attribute, record_diag, record_diagnostic};
  if (input.first_host) {
    artifact.now.struct_size = TCM_STRUCT_SIZE(tcm_artifact, display_path);
    sink.now.struct_size = TCM_STRUCT_SIZE(tcm_sink, diag);
  }
  if (input.later_host) {
    std::memset(artifact.more, 0xa5, sizeof artifact.more);
    std::memset(sink.more, 0xa5, sizeof sink.more);
    artifact.now.struct_size = sizeof artifact;
    sink.now.struct_size = sizeof sink;
  }
  try {
    recording.answer.status = call(plugin.instance(), &artifact.now, &sink.now);
  } catch (...) {
    throw Failure(fmt::format("{} let an exception out", to_string(function)));
  }
  return recording.answer;
}

void analyse_all(const OpenPlugin& plugin, const Input& input) {
  constexpr SinkOptions kShort{16, TCM_LIMIT};  // nobody looks at the answers
  analyse(plugin, Function::probe, input, kShort);
  analyse(plugin, Function::validate, input, kShort);
}

std::vector<Sample> inputs_of(const Subject& subject, const tcm_kernel_backend_plugin& api) {
  const auto kind_of = [&](const std::string& extension) {
    for (std::uint32_t i = 0; i < api.file_type_count; ++i)
      if (extension == api.file_types[i]->extension) return api.file_types[i]->kind;
    return static_cast<tcm_artifact_kind>(TCM_KIND_UNKNOWN);
  };
  std::vector<Sample> inputs = subject.samples;
  for (auto& sample : inputs)
    if (sample.kind == TCM_KIND_UNKNOWN) sample.kind = kind_of(sample.extension);
  if (!inputs.empty()) return inputs;

  std::vector<std::uint8_t> header(64, 0);
  std::memcpy(header.data(),
              "\x7f"
              "ELF\2\1\1",
              7);
  const std::string text = "// text\n.version 1.0\n";
  for (std::uint32_t i = 0; i < api.file_type_count; ++i) {
    const std::string extension = api.file_types[i]->extension;
    for (const auto& bytes :
         {header, std::vector<std::uint8_t>(4096, 0), std::vector<std::uint8_t>(text.begin(), text.end())})
      inputs.push_back({"(made up)" + extension, extension, api.file_types[i]->kind, bytes});
  }
  return inputs;
}

GuardedBytes::GuardedBytes(std::size_t capacity) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  guard_ = (capacity + page - 1) / page * page;
  mapped_ = guard_ + page;
  void* pages = ::mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) throw Failure("out of memory");
  pages_ = static_cast<std::uint8_t*>(pages);
  ::mprotect(pages_ + guard_, page, PROT_NONE);
}

GuardedBytes::~GuardedBytes() { ::munmap(pages_, mapped_); }

const std::uint8_t* GuardedBytes::set(const std::uint8_t* bytes, std::size_t size) {
  std::uint8_t* place = pages_ + guard_ - size;
  if (size != 0) std::memcpy(place, bytes, size);
  return place;
}

std::uint64_t Random::next() {
  state_ += 0x9e3779b97f4a7c15ULL;
  std::uint64_t value = state_;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

}  // namespace tcm::check
