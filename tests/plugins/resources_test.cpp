// SPDX-License-Identifier: Apache-2.0
//
// What the backends read must be what the vendors' own tools print: cuobjdump --dump-resource-usage for cubins,
// llvm-readelf --notes for code objects. The tables were made with those tools and lie next to the binaries.
#include <sstream>

#include <gmock/gmock.h>

#include "tests/plugins/samples.hpp"

namespace tcm::plugin_test {
namespace {

const Group* group_named(const Answer& answer, const std::string& kernel) {
  for (const Group& group : answer.groups) {
    const auto name = group.values.find("kernel_name");
    if (name != group.values.end() && name->second == kernel) return &group;
  }
  return nullptr;
}

// One line for each figure that differs: file, column, the tool's value, ours.
std::string differences(const std::string& archive, const Vendor& vendor) {
  std::ostringstream table;
  for (const Row& row : read_table(archive, vendor)) {
    const std::string bytes = read_sample(archive, row.at("file"));
    const Answer answer = vendor.plugin().probe({bytes, vendor.extension, vendor.target});
    if (answer.status != TCM_OK) {
      table << row.at("file") << "  status " << answer.status << "\n";
      continue;
    }
    const Group* group = group_named(answer, row.at("kernel"));
    for (const auto& [column, key] : vendor.columns) {
      if (!row.contains(column)) continue;
      const bool there = group != nullptr && group->values.contains(key);
      const std::string ours = there ? group->values.at(key) : "";
      if (ours != row.at(column)) {
        table << row.at("file") << "  " << column << "  tool '" << row.at(column) << "'  ours '" << ours << "'\n";
      }
    }
  }
  return table.str();
}

TEST(Resources, EveryCubinOfTriton36EqualsCuobjdump) {
  ASSERT_EQ(read_table("binaries-3.6", cuda()).size(), 44u);
  EXPECT_EQ(differences("binaries-3.6", cuda()), "");
}

TEST(Resources, EveryHsacoOfTriton36EqualsReadelf) {
  ASSERT_EQ(read_table("binaries-3.6", rocm()).size(), 44u);
  EXPECT_EQ(differences("binaries-3.6", rocm()), "");
}

// sm_75 to sm_121, so both flavours of cubin; files with two kernels and a device function.
TEST(Resources, CubinsOfEveryArchitecture) {
  ASSERT_EQ(read_table("architectures", cuda()).size(), 20u);
  EXPECT_EQ(differences("architectures", cuda()), "");
}

// gfx10, gfx11 and gfx12 have waves of 32 lanes and no accumulation registers: no figure, not a zero.
TEST(Resources, HsacosOfEveryArchitecture) {
  ASSERT_EQ(read_table("architectures", rocm()).size(), 13u);
  EXPECT_EQ(differences("architectures", rocm()), "");
}

TEST(Resources, TheFiguresThatTheTablesLack) {
  const Answer cubin = cuda_backend().probe({read_sample("architectures", "two_kernels.90.cubin"), ".cubin", "cuda"});
  ASSERT_EQ(cubin.groups.size(), 2u);
  const Group* alpha = group_named(cubin, "alpha");
  ASSERT_NE(alpha, nullptr);
  EXPECT_EQ(alpha->values.at("max_threads"), "512");  // .maxntid 256,2,1
  EXPECT_EQ(alpha->values.at("code_bytes"), "640");   // size of .text.alpha
  EXPECT_EQ(alpha->values.at("kernarg_bytes"), "12");
  const Group* beta = group_named(cubin, "beta");
  ASSERT_NE(beta, nullptr);
  EXPECT_EQ(beta->values.at("max_threads"), "32");  // .reqntid 32

  const Answer hsaco = rocm_backend().probe({read_sample("architectures", "row_sum.gfx90a.hsaco"), ".hsaco", "hip"});
  ASSERT_EQ(hsaco.groups.size(), 1u);
  EXPECT_GT(std::stoi(hsaco.groups[0].values.at("code_bytes")), 0);
}

TEST(Resources, EveryFigureHasItsUnit) {
  const Answer cubin = cuda_backend().probe({read_sample("architectures", "row_sum.90.cubin"), ".cubin", "cuda"});
  ASSERT_EQ(cubin.groups.size(), 1u);
  for (const auto& [key, unit] : cubin.groups[0].units) {
    EXPECT_EQ(unit, key.ends_with("_bytes") ? "bytes" : key == "max_threads" ? "threads" : "") << key;
  }
}

TEST(Resources, ASinkThatIsFullIsObeyed) {
  for (size_t limit = 0; limit < 12; ++limit) {
    const std::string two = read_sample("architectures", "two_kernels.90.cubin");
    EXPECT_EQ(cuda_backend().probe({two, ".cubin", "cuda"}, limit).status, TCM_LIMIT) << limit;
  }
  const std::string one = read_sample("architectures", "row_sum.gfx90a.hsaco");
  EXPECT_EQ(rocm_backend().probe({one, ".hsaco", "hip"}, 3).status, TCM_LIMIT);
}

}  // namespace
}  // namespace tcm::plugin_test
