// SPDX-License-Identifier: Apache-2.0
// A host built with a verbatim copy of the released 1.0 header works with a backend of today. Nothing here sees the
// header of today: structs have the size that they had.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <dlfcn.h>
#include <gtest/gtest.h>

#include "v1_0/plugin.h"

static_assert(TCM_PLUGIN_ABI_MINOR == 0);

namespace {

struct Answer {
  std::vector<std::string> keys;
  std::vector<std::string> diagnostics;
};

std::string text(tcm_str s) { return {s.data, s.size}; }
tcm_str borrow(const std::string& s) { return {s.data(), s.size()}; }

tcm_status emit(void* ctx, const tcm_attr* attr) {
  static_cast<Answer*>(ctx)->keys.push_back(text(attr->key));
  return TCM_OK;
}
void diag(void* ctx, tcm_severity /*severity*/, tcm_str line) {
  static_cast<Answer*>(ctx)->diagnostics.push_back(text(line));
}

const tcm_kernel_backend_plugin& backend_of_today() {
  static const tcm_host kHost{TCM_STRUCT_SIZE(tcm_host, get_extension),
                              1,
                              0,
                              "old",
                              "1.0.0",
                              nullptr,
                              [](void*, tcm_severity, tcm_str) {},
                              [](void*, const char*) -> const void* { return nullptr; }};
  void* library = dlopen(TCM_TEST_BACKEND, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw std::runtime_error(dlerror());
  const auto entry = reinterpret_cast<tcm_kernel_backend_plugin_entry>(dlsym(library, TCM_PLUGIN_ENTRY_NAME));
  return *entry(&kHost);
}

tcm_status ask(tcm_status (*function)(void*, const tcm_artifact*, const tcm_sink*), const std::string& bytes,
               Answer& answer) {
  const std::string extension = ".cubin", target = "cuda", arch = "90";
  // On the heap, so that a sanitizer sees whoever reads past their ends.
  const auto artifact = std::make_unique<tcm_artifact>();
  artifact->struct_size = TCM_STRUCT_SIZE(tcm_artifact, display_path);
  artifact->kind = TCM_KIND_BINARY;
  artifact->data = reinterpret_cast<const uint8_t*>(bytes.data());
  artifact->size = bytes.size();
  artifact->extension = borrow(extension);
  artifact->target = borrow(target);
  artifact->arch = borrow(arch);
  const auto sink = std::make_unique<tcm_sink>(tcm_sink{TCM_STRUCT_SIZE(tcm_sink, diag), 0, &answer, &emit, &diag});
  return function(nullptr, artifact.get(), sink.get());
}

TEST(OldHost, OfVersion10WorksWithABackendOfToday) {
  const tcm_kernel_backend_plugin& plugin = backend_of_today();
  ASSERT_GE(plugin.struct_size, TCM_PLUGIN_STRUCT_SIZE_1_0);
  EXPECT_EQ(plugin.abi_major, 1);
  EXPECT_GT(plugin.abi_minor, TCM_PLUGIN_ABI_MINOR);

  std::ifstream in(TCM_TEST_CUBIN, std::ios::binary);
  const std::string cubin{std::istreambuf_iterator<char>(in), {}};
  ASSERT_FALSE(cubin.empty());
  Answer probed;
  EXPECT_EQ(ask(plugin.probe, cubin, probed), TCM_OK);
  EXPECT_NE(std::find(probed.keys.begin(), probed.keys.end(), "registers"), probed.keys.end());

  Answer cut;
  EXPECT_NE(ask(plugin.validate, cubin.substr(0, cubin.size() / 2), cut), TCM_OK);
  EXPECT_FALSE(cut.diagnostics.empty()) << "without the newer diagnose its words come through the older diag";
}

}  // namespace
