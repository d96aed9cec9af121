// SPDX-License-Identifier: Apache-2.0
// Groups and metadata cut or with one bit turned, a hundred times each: what Triton would fail on may not pass. What it
// fails on is told here by another parser, and by what changed.
#include <random>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/cache/verify/looking.hpp"
#include "tests/support/temp_dir.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr unsigned kSeeds = 100;

struct Damaged {
  fs::path entry;
  json before;
  json after;  ///< discarded: no JSON
  std::string findings;
};

using Break = std::function<std::string(std::string text, std::mt19937& random)>;

std::string cut_somewhere(std::string text, std::mt19937& random) {
  text.resize(random() % text.size());
  return text;
}
std::string turn_a_bit(std::string text, std::mt19937& random) {
  text[random() % text.size()] ^= static_cast<char>(1U << random() % 8);
  return text;
}

void for_each_seed(const std::string& file, const Break& damage, const std::function<void(const Damaged&)>& each) {
  for (const std::string_view source : {kCuda90, kHip942}) {
    const TempDir dir;
    KernelSpec spec;
    spec.source = source;
    const fs::path entry = add_kernel(dir.path(), spec);
    const std::string text = read_file(entry / file);
    for (unsigned seed = 1; seed <= kSeeds; ++seed) {
      std::mt19937 random(seed);
      const std::string broken = damage(text, random);
      write_file(entry / file, broken);
      SCOPED_TRACE(std::string(source.substr(0, 4)) + ", seed " + std::to_string(seed) + ": " + broken);
      each({entry, json::parse(text), json::parse(broken, nullptr, false), checked(entry)});
    }
  }
}

TEST(Seeds, ACutGroupIsFound) {
  for_each_seed(kGroup, cut_somewhere, [](const Damaged& damaged) { EXPECT_EQ(damaged.findings, "group-unreadable"); });
}

TEST(Seeds, CutMetadataIsFound) {
  for_each_seed(kMetadata, cut_somewhere,
                [](const Damaged& damaged) { EXPECT_EQ(damaged.findings, "metadata-unreadable"); });
}

TEST(Seeds, ABitOfTheGroupIsFoundWhereItMatters) {
  for_each_seed(kGroup, turn_a_bit, [](const Damaged& damaged) {
    if (damaged.after.is_discarded()) {
      EXPECT_EQ(damaged.findings, "group-unreadable");
      return;
    }
    // "child_paths" spelled otherwise is a group that lists nothing: a miss, which heals.
    if (!damaged.after.contains("child_paths")) return;
    const json& before = damaged.before["child_paths"];
    const json& after = damaged.after["child_paths"];
    // Metadata is found by its name, and every file by its path.
    for (const auto& [name, path] : before.items()) {
      const bool is_metadata = name.ends_with(".json");
      const bool found = is_metadata ? after.contains(name) && after[name] == path
                                     : std::find(after.begin(), after.end(), path) != after.end();
      const bool is_needed = is_metadata || name.ends_with(".cubin") || name.ends_with(".hsaco");
      if (is_needed && !found) {
        EXPECT_NE(damaged.findings, "") << name;
      }
    }
  });
}

TEST(Seeds, ABitOfTheMetadataIsFoundWhereItMatters) {
  for_each_seed(kMetadata, turn_a_bit, [](const Damaged& damaged) {
    if (damaged.after.is_discarded()) {
      EXPECT_EQ(damaged.findings, "metadata-unreadable");
      return;
    }
    for (const char* pointer : {"/name", "/shared", "/num_warps", "/num_ctas", "/target/backend", "/target/arch",
                                "/target/warp_size", "/launch_cooperative_grid", "/launch_pdl", "/profile_scratch_size",
                                "/profile_scratch_align", "/global_scratch_size", "/global_scratch_align"}) {
      const json::json_pointer at(pointer);
      if (!damaged.before.contains(at)) continue;
      if (!damaged.after.contains(at) || damaged.after[at].type() != damaged.before[at].type()) {
        EXPECT_NE(damaged.findings, "") << pointer;
      }
    }
    const json::json_pointer backend("/target/backend");
    if (damaged.after.contains(backend) && damaged.after[backend] != damaged.before[backend]) {
      EXPECT_NE(damaged.findings, "");
    }
  });
}

}  // namespace
}  // namespace tcm::test
