// SPDX-License-Identifier: Apache-2.0
// The C++ helper of the SDK.
#include <array>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <tcm/plugin/plugin.hpp>

namespace tcm::plugin {
namespace {

constexpr std::array<std::uint8_t, 9> kBytes{1, 2, 3, 4, 5, 6, 7, 0x88, 0};

Bytes bytes() { return {kBytes.data(), kBytes.size()}; }

TEST(HelperBytes, ReadsLittleEndianInsideOnly) {
  EXPECT_EQ(bytes().u8(8), 0);
  EXPECT_FALSE(bytes().u8(9));
  EXPECT_EQ(bytes().u16(0), 0x0201);
  EXPECT_EQ(bytes().u16(7), 0x0088);
  EXPECT_FALSE(bytes().u16(8));
  EXPECT_EQ(bytes().u32(4), 0x88070605u);
  EXPECT_FALSE(bytes().u32(6));
  EXPECT_EQ(bytes().u64(0), 0x8807060504030201u);
  EXPECT_FALSE(bytes().u64(2));
}

TEST(HelperBytes, NoNumberOverflowsTheCheck) {
  constexpr std::uint64_t kMost = ~std::uint64_t{0};
  EXPECT_FALSE(bytes().u64(kMost));
  EXPECT_FALSE(bytes().u64(kMost - 3));
  EXPECT_FALSE(bytes().holds(1, kMost));
  EXPECT_FALSE(bytes().holds(kMost, 1));
  EXPECT_FALSE(bytes().slice(kMost, kMost));
  EXPECT_FALSE(bytes().from(kMost));
  EXPECT_FALSE(bytes().matches(kMost - 1, "ab"));
  EXPECT_FALSE(bytes().c_string(kMost));
}

TEST(HelperBytes, SlicesStayInside) {
  ASSERT_TRUE(bytes().slice(2, 3));
  EXPECT_EQ(bytes().slice(2, 3)->u8(2), 5);
  EXPECT_FALSE(bytes().slice(2, 3)->u8(3));
  EXPECT_TRUE(bytes().slice(9, 0));
  EXPECT_FALSE(bytes().slice(9, 1));
  EXPECT_EQ(bytes().from(7)->size(), 2u);
  EXPECT_EQ(bytes().from(9)->size(), 0u);
  EXPECT_FALSE(Bytes().u8(0));
  EXPECT_TRUE(Bytes().slice(0, 0));
}

TEST(HelperBytes, TextsEndInside) {
  const std::string text("ab\0cd", 5);
  const Bytes view(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  EXPECT_EQ(view.c_string(0), "ab");
  EXPECT_EQ(view.c_string(2), "");
  EXPECT_FALSE(view.c_string(3)) << "no NUL behind it";
  EXPECT_FALSE(view.c_string(0, 2)) << "not within the limit";
  EXPECT_FALSE(view.c_string(5));
  EXPECT_TRUE(view.matches(3, "cd"));
  EXPECT_FALSE(view.matches(3, "cde"));
  EXPECT_EQ(view.text(), text);
}

struct Host {
  std::vector<std::string> keys;
  std::vector<tcm_attr_type> types;
  std::vector<std::string> lines;
  std::size_t stop_after = 100;
  tcm_sink sink{TCM_STRUCT_SIZE(tcm_sink, diag), 0, this, emit, diag, nullptr};

  static tcm_status emit(void* ctx, const tcm_attr* attr) {
    auto& host = *static_cast<Host*>(ctx);
    host.keys.emplace_back(view(attr->key));
    host.types.push_back(attr->type);
    if (view(attr->key) == "invalid") return TCM_INVALID_ARGUMENT;
    return host.keys.size() > host.stop_after ? TCM_LIMIT : TCM_OK;
  }
  static void diag(void* ctx, tcm_severity, tcm_str text) { static_cast<Host*>(ctx)->lines.emplace_back(view(text)); }
};

TEST(HelperSink, TypesFollowTheValue) {
  Host host;
  Sink sink(host.sink);
  sink.emit("a", 1u);
  sink.emit("b", -1);
  sink.emit("c", 0.5);
  sink.emit("d", "text");
  sink.emit("e", std::string("text"));
  sink.emit("f", std::uint8_t{1});
  sink.emit("g", std::size_t{1}, "bytes");
  EXPECT_EQ(host.types, (std::vector<tcm_attr_type>{TCM_ATTR_U64, TCM_ATTR_I64, TCM_ATTR_F64, TCM_ATTR_STR,
                                                    TCM_ATTR_STR, TCM_ATTR_U64, TCM_ATTR_U64}));
}

TEST(HelperSink, StopsForGoodWhenToldTo) {
  Host host;
  host.stop_after = 1;
  Sink sink(host.sink);
  EXPECT_EQ(sink.emit("a", 1), TCM_OK);
  EXPECT_EQ(sink.emit("b", 1), TCM_LIMIT);
  EXPECT_EQ(sink.emit("c", 1), TCM_LIMIT);
  EXPECT_EQ(sink.status(), TCM_LIMIT);
  EXPECT_EQ(host.keys, (std::vector<std::string>{"a", "b"})) << "nothing was sent after the stop";
}

TEST(HelperSink, ADroppedAttributeIsNoStop) {
  Host host;
  Sink sink(host.sink);
  EXPECT_EQ(sink.emit("invalid", 1), TCM_INVALID_ARGUMENT);
  EXPECT_EQ(sink.status(), TCM_OK);
  EXPECT_EQ(sink.emit("a", 1), TCM_OK);
}

TEST(HelperSink, FailSaysWhy) {
  Host host;
  Sink sink(host.sink);
  EXPECT_EQ(sink.fail(TCM_TRUNCATED, "too short"), TCM_TRUNCATED);
  EXPECT_EQ(host.lines, std::vector<std::string>{"too short"});
}

TEST(HelperGuard, TurnsExceptionsIntoStatuses) {
  EXPECT_EQ(guarded([]() -> tcm_status { throw std::runtime_error("x"); }), TCM_INTERNAL);
  EXPECT_EQ(guarded([]() -> tcm_status { throw 1; }), TCM_INTERNAL);
  EXPECT_EQ(guarded([]() -> tcm_status { throw std::bad_alloc(); }), TCM_LIMIT);
  EXPECT_EQ(guarded([]() -> tcm_status { return TCM_TRUNCATED; }), TCM_TRUNCATED);
}

TEST(HelperText, WritesAllOrNothing) {
  std::array<char, 4> buffer{};
  tcm_text out{TCM_STRUCT_SIZE(tcm_text, size), 4, buffer.data(), 77};
  EXPECT_EQ(write(&out, "abcde"), TCM_LIMIT);
  EXPECT_EQ(out.size, 0u);
  EXPECT_EQ(write(&out, "abcd"), TCM_OK);
  EXPECT_EQ(std::string(buffer.data(), out.size), "abcd");
  EXPECT_EQ(write(nullptr, "a"), TCM_INVALID_ARGUMENT);
}

tcm_status throwing_probe(const Artifact&, Sink&) { throw std::runtime_error("x"); }

constexpr const char* kAliases[] = {"other"};
constexpr tcm_target kTarget = target("gpu", kAliases);
constexpr const tcm_target* kTargets[] = {&kTarget};
constexpr tcm_file_type kType = file_type(".bin", TCM_KIND_BINARY, "bin");
constexpr const tcm_file_type* kTypes[] = {&kType};
constexpr const char* kFields[] = {"dir"};
constexpr tcm_kernel_backend_plugin kPlugin = Descriptor("org.example.gpu", "GPU", "1.0.0")
                                                  .vendor("v")
                                                  .url("u")
                                                  .flags(TCM_PLUGIN_SERIAL_ONLY)
                                                  .targets(kTargets)
                                                  .file_types(kTypes)
                                                  .path_fields(kFields)
                                                  .probe<throwing_probe>()
                                                  .build();

TEST(HelperDescriptor, IsAConstant) {
  static_assert(kPlugin.struct_size == TCM_PLUGIN_STRUCT_SIZE_1_0);
  static_assert(kPlugin.abi_major == TCM_PLUGIN_ABI_MAJOR && kPlugin.abi_minor == TCM_PLUGIN_ABI_MINOR);
  static_assert(kPlugin.target_count == 1 && kPlugin.targets[0]->alias_count == 1);
  static_assert(kPlugin.file_type_count == 1 && kPlugin.path_field_count == 1);
  EXPECT_STREQ(kPlugin.targets[0]->aliases[0], "other");
  EXPECT_EQ(kPlugin.reserved_count, 0u);
  for (const void* field : kPlugin.reserved) EXPECT_EQ(field, nullptr);
}

TEST(HelperDescriptor, GuardsItsFunctions) {
  Host host;
  tcm_artifact artifact{};
  artifact.struct_size = TCM_STRUCT_SIZE(tcm_artifact, display_path);
  EXPECT_EQ(kPlugin.probe(nullptr, &artifact, &host.sink), TCM_INTERNAL);
  EXPECT_EQ(kPlugin.probe(nullptr, nullptr, &host.sink), TCM_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace tcm::plugin
