// SPDX-License-Identifier: Apache-2.0
#include "tests/plugins/plugin_under_test.hpp"

#include <stdexcept>

#include <dlfcn.h>

namespace tcm::plugin_test {
namespace {

struct Collector {
  Answer answer;
  size_t taken = 0;
  size_t limit;
};

std::string text(tcm_str s) { return s.data == nullptr ? std::string() : std::string(s.data, s.size); }
tcm_str borrow(std::string_view s) { return {s.data(), s.size()}; }

std::string value_of(const tcm_attr& attr) {
  switch (attr.type) {
    case TCM_ATTR_U64: return std::to_string(attr.value.u64);
    case TCM_ATTR_I64: return std::to_string(attr.value.i64);
    case TCM_ATTR_F64: return std::to_string(attr.value.f64);
    case TCM_ATTR_STR: return text(attr.value.str);
    default: return "?";
  }
}

tcm_status emit(void* ctx, const tcm_attr* attr) {
  auto& collector = *static_cast<Collector*>(ctx);
  if (collector.taken++ >= collector.limit) return TCM_LIMIT;
  const std::string key = text(attr->key);
  auto& groups = collector.answer.groups;
  if (groups.empty() || key == TCM_ATTR_KERNEL_NAME) groups.emplace_back();
  groups.back().values[key] = value_of(*attr);
  groups.back().units[key] = text(attr->unit);
  return TCM_OK;
}

void diag(void* ctx, tcm_severity /*severity*/, tcm_str line) {
  static_cast<Collector*>(ctx)->answer.diags.push_back(text(line));
}

tcm_artifact artifact_of(const Question& question) {
  tcm_artifact artifact{};
  artifact.struct_size = TCM_STRUCT_SIZE(tcm_artifact, display_path);
  artifact.kind = TCM_KIND_BINARY;
  artifact.data = reinterpret_cast<const uint8_t*>(question.bytes.data());
  artifact.size = question.bytes.size();
  artifact.extension = borrow(question.extension);
  artifact.target = borrow(question.target);
  artifact.arch = borrow(question.arch);
  artifact.display_path = borrow("sample");
  return artifact;
}

using Function = tcm_status (*)(void*, const tcm_artifact*, const tcm_sink*);

Answer ask(Function function, const Question& question, size_t limit) {
  Collector collector;
  collector.limit = limit;
  tcm_sink sink{};
  sink.struct_size = TCM_STRUCT_SIZE(tcm_sink, diag);
  sink.ctx = &collector;
  sink.emit = &emit;
  sink.diag = &diag;
  const tcm_artifact artifact = artifact_of(question);
  collector.answer.status = function(nullptr, &artifact, &sink);
  return collector.answer;
}

}  // namespace

PluginUnderTest::PluginUnderTest(const char* path) {
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw std::runtime_error(dlerror());
  const auto entry = reinterpret_cast<tcm_kernel_backend_plugin_entry>(dlsym(library, TCM_PLUGIN_ENTRY_NAME));
  if (entry == nullptr) throw std::runtime_error(dlerror());
  descriptor_ = entry(nullptr);
}

Answer PluginUnderTest::probe(const Question& question, size_t limit) const {
  return ask(descriptor_->probe, question, limit);
}

Answer PluginUnderTest::validate(const Question& question) const {
  return ask(descriptor_->validate, question, TCM_MAX_ATTRS);
}

const PluginUnderTest& cuda_backend() {
  static const PluginUnderTest kPlugin(TCM_CUDA_BACKEND);
  return kPlugin;
}

const PluginUnderTest& rocm_backend() {
  static const PluginUnderTest kPlugin(TCM_ROCM_BACKEND);
  return kPlugin;
}

}  // namespace tcm::plugin_test
