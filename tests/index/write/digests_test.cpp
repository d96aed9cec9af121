// SPDX-License-Identifier: Apache-2.0
// Digests of what processes run: kept beside the records, which are written anew whenever an entry is read.
#include <algorithm>
#include <map>

#include "core/index/upkeep/copy.hpp"
#include "core/util/sha256.hpp"
#include "tests/index/support.hpp"

namespace tcm::index::test {
namespace {

class DigestsTest : public IndexTest {
 protected:
  /// An entry with one binary of these bytes; a file put in its place has another inode.
  static model::Entry with_digest(const std::string& key, std::string_view bytes, std::uint64_t inode = 5,
                                  std::int64_t ctime_ns = 50) {
    model::Entry made = entry(key, "x");
    made.records.front().artifacts = {{"x.cubin", model::ArtifactKind::binary, "cubin", bytes.size()}};
    made.stamp.ctime_ns = ctime_ns;
    made.digests = {{"x.cubin", bytes.size(), inode, 9, util::sha256_of(bytes)}};
    return made;
  }
  static model::Entry without_digest(model::Entry made) {
    made.digests.clear();
    return made;
  }
  static std::map<std::string, model::EntryDigests> digests(Index& index, std::int64_t root,
                                                            const std::vector<std::string>& keys) {
    std::map<std::string, model::EntryDigests> found;
    ok(index.digests_of(root, keys, [&found](const std::string& key, model::EntryDigests&& one) {
      found.emplace(key, std::move(one));
    }));
    return found;
  }
  static std::string sha256(Index& index, std::int64_t root, const std::string& key) {
    const auto found = digests(index, root, {key});
    return found.empty() ? "" : util::hex_of(found.at(key).files.at(0).sha256);
  }
  static std::string of(std::string_view bytes) { return util::hex_of(util::sha256_of(bytes)); }
};

TEST_F(DigestsTest, ComeBackByKeyAndRoot) {
  Index index = open();
  const std::string odd = "K\xff\"\\',{}";
  const std::int64_t root = write(index, "/r", {with_digest(odd, "a"), with_digest("L", "b"), entry("M", "x")});
  const std::int64_t other = write(index, "/s", {with_digest("L", "c")});
  const auto found = digests(index, root, {odd, "L", "M", "N"});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found.at(odd).entry_ctime_ns, 50);
  EXPECT_EQ(found.at(odd).files.at(0).inode, 5U);
  EXPECT_EQ(sha256(index, root, "L"), of("b"));
  EXPECT_EQ(sha256(index, other, "L"), of("c"));
  EXPECT_TRUE(digests(index, root, {}).empty());
}

TEST_F(DigestsTest, StayWhenAnEntryIsOnlyReadAgainAndGoWithIt) {
  Index index = open();
  const std::int64_t root = write(index, "/r", {with_digest("K", "a"), with_digest("L", "b")});
  write(index, "/r", {without_digest(with_digest("K", "a", 5, 60))});
  EXPECT_EQ(sha256(index, root, "K"), of("a"));
  const Row row = rows(index, {.key_prefix = "K"}).at(0);
  {
    const auto writer = value(index.write_root(root));
    ok(writer->remove(row.id));
    ok(writer->finish({}));
  }
  EXPECT_EQ(sha256(index, root, "K"), "");
  EXPECT_EQ(sha256(index, root, "L"), of("b"));
  value(index.forget_roots("/r", {}));
  EXPECT_EQ(sha256(index, root, "L"), "");
}

// What damaged a file must not become what it should be.
TEST_F(DigestsTest, OfAFileThatIsTheSameTheFirstOneStays) {
  Index index = open();
  const std::int64_t root = write(index, "/r", {with_digest("K", "a")});
  write(index, "/r", {with_digest("K", "b")});
  EXPECT_EQ(sha256(index, root, "K"), of("a")) << "the directory has not changed";
  write(index, "/r", {with_digest("K", "b", 5, 60)});
  EXPECT_EQ(sha256(index, root, "K"), of("a")) << "inode, size and time are the same";
  write(index, "/r", {with_digest("K", "b", 6, 70)});
  EXPECT_EQ(sha256(index, root, "K"), of("b")) << "another file in its place";
}

TEST_F(DigestsTest, WhatHasNoneAsItIsNowIsReadAgain) {
  Index index = open();
  model::Entry changed = with_digest("C", "c");
  const std::int64_t root = write(index, "/r",
                                  {with_digest("A", "a"), without_digest(with_digest("B", "b")), changed,
                                   entry("D", std::vector<model::Record>{model::Record{}})});
  changed = without_digest(with_digest("C", "c", 5, 60));
  write(index, "/r", {changed});
  EXPECT_EQ(value(index.mark_undigested(root)), 2);
  std::vector<std::int64_t> ids;
  ok(index.known_entries(root, 1, 0, [&ids](const KnownEntry& known) {
    if (!known.stamp.settled) ids.push_back(known.id);
  }));
  std::string unsettled;
  ok(index.keys_of(ids, [&unsettled](std::int64_t, const std::string& key) { unsettled += key; }));
  std::sort(unsettled.begin(), unsettled.end());
  EXPECT_EQ(unsettled, "BC");
}

TEST_F(DigestsTest, AreCopiedWithTheIndex) {
  Index index = open();
  write(index, "/r", {with_digest("K", "a")});
  const std::string other = dir() + "/copy.db";
  value(copy_index(path(), other));
  Index copy = value(Index::open(other, OpenMode::read));
  EXPECT_EQ(sha256(copy, value(copy.roots()).at(0).id, "K"), of("a"));
}

}  // namespace
}  // namespace tcm::index::test
