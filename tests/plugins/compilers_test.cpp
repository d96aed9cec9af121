// SPDX-License-Identifier: Apache-2.0
//
// Entries of compilers other than Triton 3.6, as they wrote them.
#include <filesystem>
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/plugins/samples.hpp"

namespace tcm::plugin_test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

struct Reader {
  const PluginUnderTest& (*plugin)();
  const char* target;
};

const std::map<std::string, Reader>& readers() {
  static const std::map<std::string, Reader> kReaders{{".cubin", {&cuda_backend, "cuda"}},
                                                      {".ptx", {&cuda_backend, "cuda"}},
                                                      {".hsaco", {&rocm_backend, "hip"}},
                                                      {".amdgcn", {&rocm_backend, "hip"}}};
  return kReaders;
}

/// The architecture that the kernel's metadata names; empty where it names none (Triton 2.0).
std::string arch_in_metadata(const fs::path& artifact) {
  fs::path file = artifact;
  const auto metadata = nlohmann::json::parse(read_sample(file.replace_extension(".json").string()));
  if (!metadata.contains("target")) return "";
  const auto& arch = metadata["target"]["arch"];
  return arch.is_string() ? arch.get<std::string>() : std::to_string(arch.get<int>());
}

std::vector<fs::path> artifacts() {
  std::vector<fs::path> found;
  for (const auto& item : fs::recursive_directory_iterator(TCM_PLUGIN_SAMPLES "/compilers"))
    if (readers().count(item.path().extension().string()) != 0) found.push_back(item.path());
  return found;
}

TEST(Compilers, EveryBinaryAndAssemblyIsReadAndWhole) {
  const auto all = artifacts();
  EXPECT_EQ(all.size(), 12u);
  for (const fs::path& file : all) {
    const std::string extension = file.extension().string();
    const Reader& reader = readers().at(extension);
    const std::string bytes = read_sample(file.string());
    const std::string arch = arch_in_metadata(file);
    const Answer whole = reader.plugin().validate({bytes, extension, reader.target, arch});
    EXPECT_EQ(whole.status, TCM_OK) << file << testing::PrintToString(whole.diags);
    const Answer read = reader.plugin().probe({bytes, extension, reader.target, arch});
    EXPECT_EQ(read.status, TCM_OK) << file;
    EXPECT_THAT(read.diags, IsEmpty());
    ASSERT_EQ(read.groups.size(), 1u) << file;
    if (!arch.empty()) {
      EXPECT_EQ(read.groups[0].values.at("arch"), arch) << file;
    }
  }
}

// LLVM spells its triples otherwise since then.
TEST(Compilers, TritonsAssemblyOfAmd39NamesItsProcessor) {
  std::map<std::string, std::string> archs;
  for (const fs::path& file : artifacts())
    if (file.extension() == ".amdgcn")
      archs[file.stem().string()] =
          rocm_backend().probe({read_sample(file.string()), ".amdgcn", "hip"}).groups.at(0).values.at("arch");
  EXPECT_THAT(archs, ElementsAre(testing::Pair("gluon_copy", "gfx942"), testing::Pair("rope_kernel", "gfx950")));
}

}  // namespace
}  // namespace tcm::plugin_test
