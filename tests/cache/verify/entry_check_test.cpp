// SPDX-License-Identifier: Apache-2.0
// What is told of an entry that is more, or less, than a kernel.
#include "core/cache/verify/entry_check.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "core/cache/verify/shared_object.hpp"
#include "core/cache/verify/trust.hpp"
#include "core/util/text/time.hpp"
#include "tests/cache/verify/looking.hpp"
#include "tests/support/temp_dir.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using cache::FindingId;

const fs::path kModule = data_dir() /
                         "inductor/triton/0/XU5DT2AO5BD5AEHEYGLPP5LRDFHHCUEJT4LGDVLB4STXUGVGHFPA/"
                         "cuda_utils.cpython-312-x86_64-linux-gnu.so";

std::vector<cache::Finding> check(const fs::path& entry, bool whole = true, bool trust = false) {
  cache::EntryCheck what;
  what.viewpoint = seen_by(entry, "own");
  what.types = &plugin_file_types();
  what.whole = whole;
  what.trust = trust;
  what.settled_ns = util::now_ns() - 600 * util::kSecond;
  return cache::check_entry(open_root(entry.parent_path()).descriptor(), entry.filename().string(), what).findings;
}

std::string ids(const std::vector<cache::Finding>& findings) {
  std::string text;
  for (const cache::Finding& finding : findings) (text += text.empty() ? "" : " ") += cache::to_string(finding.id);
  return text;
}

TEST(EntryCheck, WholeEntriesOfEveryKindAreFine) {
  const TempDir dir;
  EXPECT_EQ(ids(check(add_kernel(dir.path()))), "");
  EXPECT_EQ(ids(check(add_autotune(dir.path(), 2, "tuned"))), "");
  EXPECT_EQ(ids(check(add_empty(dir.path(), 3))), "");
  EXPECT_EQ(ids(check(add_entry(dir.path(), make_key(4), {{"cuda_utils.so", read_file(kModule)}}))), "");
}

TEST(EntryCheck, APartialEntryIsAHint) {
  const TempDir dir;
  const auto findings = check(add_partial(dir.path(), 1), false);
  ASSERT_EQ(ids(findings), "partial");
  EXPECT_EQ(findings.front().severity, cache::Severity::hint);
  EXPECT_EQ(findings.front().repair, cache::Repair::remove_entry);
}

TEST(EntryCheck, WhatMayStillBeWrittenIsNotTold) {
  const TempDir dir;
  const fs::path entry = add_partial(dir.path(), 1);
  write_file(entry / "tmp.pid_1_0b7cf1d4-2f6c-4d53-9d0e-6f8e4c0f3a11" / "add_kernel.cubin", "x");
  EXPECT_EQ(ids(check(entry)), "");
}

TEST(EntryCheck, ADeadWritersTemporariesAreAHint) {
  const TempDir dir;
  const auto findings = check(add_leftover(dir.path(), 1), false);
  ASSERT_EQ(ids(findings), "leftover");
  EXPECT_EQ(findings.front().repair, cache::Repair::remove_file);
}

TEST(EntryCheck, AnEntryUnderATemporaryNameGoesWhole) {
  const TempDir dir;
  KernelSpec spec;
  spec.key = "tmp.0b7cf1d4-2f6c-4d53-9d0e-6f8e4c0f3a11";
  const auto findings = check(add_kernel(dir.path(), spec));
  ASSERT_EQ(ids(findings), "leftover");
  EXPECT_EQ(findings.front().repair, cache::Repair::remove_entry);
}

TEST(EntryCheck, ATuningThatCannotBeRead) {
  const TempDir dir;
  std::uint64_t seed = 1;
  for (const char* text : {"", "[]", "{}", R"({"configs_timings": {}})", R"({"configs_timings": []})",
                           R"({"configs_timings": [[1, 2]]})", R"({"configs_timings": [[{}]]})"}) {
    const fs::path entry = add_autotune(dir.path(), seed++, "tuned");
    write_file(entry / "tuned.autotune.json", text);
    EXPECT_EQ(ids(check(entry)), "autotune-unreadable") << text;
    EXPECT_EQ(ids(check(entry, false)), "") << text;
  }
}

TEST(EntryCheck, AModuleThatIsCutShortOrNoneAtAll) {
  const TempDir dir;
  const std::string whole = read_file(kModule);
  std::uint64_t seed = 1;
  for (const std::size_t size : {std::size_t{0}, std::size_t{3}, std::size_t{40}, whole.size() / 2, whole.size() - 1}) {
    const fs::path entry = add_entry(dir.path(), make_key(seed++), {{"cuda_utils.so", whole.substr(0, size)}});
    EXPECT_EQ(ids(check(entry)), "module-broken") << size;
  }
  std::string other = whole;
  other[18] = 8;  // e_machine: MIPS
  EXPECT_EQ(ids(check(add_entry(dir.path(), make_key(seed), {{"cuda_utils.so", other}}))), "module-broken");
}

TEST(EntryCheck, ALibraryOfAnotherReleaseIsTold) {
  const cache::SharedObject object = cache::inspect_shared_object(read_file(kModule));
  EXPECT_EQ(object.problem, "");
  EXPECT_EQ(object.needed, (std::vector<std::string>{"libcuda.so.1", "libc.so.6"}));
  EXPECT_FALSE(cache::replaced_library(object, {"libcuda.so.1", "libc.so.6"}));
  EXPECT_FALSE(cache::replaced_library(object, {"libc.so.6"}));
  const auto missed = cache::replaced_library(object, {"libcuda.so.2", "libc.so.6"});
  ASSERT_TRUE(missed);
  EXPECT_EQ(missed->detail, "libcuda.so.1, and here is libcuda.so.2");
  EXPECT_TRUE(missed->asked_all);
}

TEST(EntryCheck, TheLibrariesOfThisMachineAreKnown) {
  // Those that this program runs with.
  for (const char* name : {"libc.so.6", "libstdc++.so.6"})
    EXPECT_TRUE(cache::system_libraries().contains(name)) << name;
}

TEST(EntryCheck, MetadataOfAnotherKey) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  const fs::path other = dir / make_key(9);
  copy_tree(entry, other);
  EXPECT_EQ(ids(check(other)), "key-mismatch paths-elsewhere");
  EXPECT_EQ(ids(check(other, false)), "paths-elsewhere");
}

TEST(EntryCheck, TrustTellsWhoElseMayWrite) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  EXPECT_EQ(ids(check(entry, false, true)), "");
  ASSERT_EQ(::chmod((entry / "add_kernel.cubin").c_str(), 0666), 0);
  fs::create_symlink("add_kernel.cubin", entry / "add_kernel.link");
  EXPECT_EQ(ids(check(entry, false, true)), "trust-writable trust-link");
  ASSERT_EQ(::chmod(dir.path().c_str(), 0777), 0);
  const auto above = cache::check_ancestors(dir.path().string());
  ASSERT_FALSE(above.empty());
  EXPECT_EQ(above.front().id, FindingId::trust_writable);
  EXPECT_EQ(above.front().file, dir.path().string());
}

TEST(EntryCheck, AnEntryThatIsGoneHasNoFindings) {
  const TempDir dir;
  EXPECT_EQ(ids(check(dir / make_key(1))), "");
}

}  // namespace
}  // namespace tcm::test
