// SPDX-License-Identifier: Apache-2.0
// Entries that are damaged, or made to do damage.
#include <map>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/cache/format/json_reader.hpp"
#include "core/cache/read/entry_files.hpp"
#include "tests/cache/read/reading.hpp"
#include "tests/support/other_user.hpp"
#include "tests/support/temp_dir.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using model::EntryKind;
using model::SkipReason;
using testing::HasSubstr;

class HostileEntry : public testing::Test {
 protected:
  HostileEntry() : entry_(add_kernel(dir_.path())) {}

  // Reads the entry; every file but `uncounted` must be in the totals.
  model::Record broken(SkipReason problem) {
    const model::Entry found = read(entry_);
    EXPECT_EQ(found.records.size(), 1U);
    EXPECT_EQ(total_bytes(found), bytes_below(entry_));
    const model::Record& record = found.records.front();
    EXPECT_EQ(record.kind, EntryKind::broken);
    EXPECT_EQ(record.problem, problem) << model::to_string(record.problem) << " " << record.problem_detail;
    EXPECT_EQ(record.facts.name, "add_kernel");
    EXPECT_EQ(record.facts.metadata, "");
    EXPECT_EQ(record.problem_detail.find('\n'), std::string::npos);
    return record;
  }
  std::size_t names_in_entry() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(entry_), fs::directory_iterator()));
  }
  void make_huge(const std::string& name) {
    write_file(entry_ / name, "{}");
    fs::resize_file(entry_ / name, std::uintmax_t{17} << 20);
  }

  TempDir dir_;
  fs::path entry_;
};

TEST_F(HostileEntry, GroupMalformed) {
  for (const char* text : {"", "{", "[]", "{\"child_paths\": 3}", "{\"child_paths\": [\"..\"]}", "\xff\xfe"}) {
    write_file(entry_ / kGroup, text);
    EXPECT_THAT(broken(SkipReason::group_malformed).problem_detail, HasSubstr(kGroup)) << text;
  }
}

TEST_F(HostileEntry, GroupTooLarge) {
  make_huge(kGroup);
  EXPECT_EQ(broken(SkipReason::group_too_large).problem_detail, kGroup + ": 17825792 bytes");
}

// One file may have many names: what it costs whoever makes them is a name.
TEST_F(HostileEntry, AnEntrysMetadataIsBoundedTogether) {
  std::string text = read_file(entry_ / kMetadata);
  text.resize(cache::kMaxJsonBytes, ' ');
  write_file(entry_ / kMetadata, text);
  for (int i = 0; i < 8; ++i) {
    const std::string name = "k" + std::to_string(i) + ".json";
    fs::create_hard_link(entry_ / kGroup, entry_ / ("__grp__" + name));
    fs::create_hard_link(entry_ / kMetadata, entry_ / name);
  }
  std::map<SkipReason, int> problems;
  std::size_t kept = 0;
  for (const model::Record& record : read(entry_).records) {
    ++problems[record.problem];
    kept += record.facts.metadata.size();
  }
  EXPECT_EQ(problems, (std::map<SkipReason, int>{{SkipReason::none, 4}, {SkipReason::metadata_too_large, 5}}));
  EXPECT_EQ(kept, 4 * cache::kMaxJsonBytes);
}

TEST_F(HostileEntry, TheNamesOfItsGroupsAreBoundedTogether) {
  std::string text = R"({"child_paths": ["x")";
  for (int i = 1; i < 1500; ++i) text += ", \"x\"";
  write_file(entry_ / kGroup, text + "]}");
  for (int i = 0; i < 4; ++i)
    fs::create_hard_link(entry_ / kGroup, entry_ / ("__grp__k" + std::to_string(i) + ".json"));
  int too_large = 0;
  for (const model::Record& record : read(entry_).records)
    too_large += record.problem == SkipReason::group_too_large ? 1 : 0;
  EXPECT_EQ(too_large, 3);
}

TEST_F(HostileEntry, MoreFilesThanAnEntryHasAreNotRead) {
  const auto fill = [](const fs::path& directory, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) write_file(directory / std::to_string(i), "");
  };
  fill(entry_, cache::kMaxEntryFiles - names_in_entry());
  EXPECT_EQ(read(entry_).records.front().kind, EntryKind::kernel);
  write_file(entry_ / "one-more", "");
  const model::Entry found = read(entry_);
  ASSERT_EQ(found.records.size(), 1U);
  EXPECT_EQ(found.records.front().kind, EntryKind::foreign);
  EXPECT_EQ(found.records.front().problem, SkipReason::too_many_files);
  EXPECT_EQ(found.records.front().problem_detail, "more than 4096 files, not read");
  EXPECT_TRUE(found.records.front().artifacts.empty());
  const fs::path nested = add_empty(dir_ / "other", 2);
  fs::create_directories(nested / "a/b");
  fill(nested / "a/b", cache::kMaxEntryFiles);
  EXPECT_EQ(read(nested).records.front().problem, SkipReason::too_many_files);
}

TEST_F(HostileEntry, MetadataMissing) {
  fs::remove(entry_ / kMetadata);
  EXPECT_EQ(broken(SkipReason::metadata_missing).problem_detail, kMetadata + ": not in the entry");
}

TEST_F(HostileEntry, MetadataMalformed) {
  for (const std::string& text : {std::string(), std::string("{\"target\": {\"back"), std::string("[]"),
                                  std::string(10000, '['), std::string("{\"num_warps\": nan, \"name\": \"x\"}"),
                                  std::string("{\"name\": \"\xff\"}"), std::string(5, '\0')}) {
    write_file(entry_ / kMetadata, text);
    EXPECT_THAT(broken(SkipReason::metadata_malformed).problem_detail, HasSubstr(kMetadata));
  }
}

TEST_F(HostileEntry, MetadataTooLarge) {
  make_huge(kMetadata);
  broken(SkipReason::metadata_too_large);
}

TEST_F(HostileEntry, TheLargestJsonIsRead) {
  std::string text = read_file(entry_ / kMetadata);
  text.resize(cache::kMaxJsonBytes, ' ');
  write_file(entry_ / kMetadata, text);
  EXPECT_EQ(read_one(entry_).kind, EntryKind::kernel);
  write_file(entry_ / kMetadata, text + " ");
  broken(SkipReason::metadata_too_large);
}

TEST_F(HostileEntry, NotAKernel) {
  write_file(entry_ / kMetadata, R"({"name": "left-pad", "version": "1.3.0"})");
  broken(SkipReason::not_a_kernel);
}

TEST_F(HostileEntry, LinkedGroup) {
  fs::rename(entry_ / kGroup, dir_ / "group");
  fs::create_symlink(dir_ / "group", entry_ / kGroup);
  EXPECT_THAT(broken(SkipReason::symlink).problem_detail, HasSubstr(kGroup));
}

TEST_F(HostileEntry, LinkedMetadata) {
  fs::rename(entry_ / kMetadata, dir_ / "metadata");
  fs::create_symlink(dir_ / "metadata", entry_ / kMetadata);
  EXPECT_THAT(broken(SkipReason::symlink).problem_detail, HasSubstr(kMetadata));
}

TEST_F(HostileEntry, OtherLinksAreNeitherFollowedNorCounted) {
  fs::create_symlink("/etc/passwd", entry_ / "add_kernel.extra");
  fs::create_directory_symlink("/usr/lib", entry_ / "tmp.pid_1_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12");
  const model::Record record = read_one(entry_);
  EXPECT_EQ(record.kind, EntryKind::kernel);
  EXPECT_EQ(record.problem, SkipReason::none);
  EXPECT_EQ(model::totals_of(record.artifacts).total(), bytes_below(entry_));
  EXPECT_EQ(record.artifacts.size(), 8U);
}

TEST_F(HostileEntry, LinkedEntry) {
  const fs::path link = dir_ / make_key(99);
  fs::create_directory_symlink(entry_, link);
  const model::Record record = read_one(link);
  EXPECT_EQ(record.kind, EntryKind::foreign);
  EXPECT_EQ(record.problem, SkipReason::symlink);
  EXPECT_TRUE(record.artifacts.empty());
}

TEST_F(HostileEntry, AFileInPlaceOfAnEntry) {
  write_file(dir_ / make_key(99), "x");
  EXPECT_EQ(read_one(dir_ / make_key(99)).problem, SkipReason::not_an_entry);
}

// Opening one of these the plain way would wait for ever.
TEST_F(HostileEntry, FifosDoNotHoldUp) {
  ASSERT_EQ(::mkfifo((entry_ / "add_kernel.pipe").c_str(), 0666), 0);
  EXPECT_EQ(read_one(entry_).kind, EntryKind::kernel);
  for (const std::string& name : {kMetadata, kGroup}) {
    fs::remove(entry_ / name);
    ASSERT_EQ(::mkfifo((entry_ / name).c_str(), 0666), 0);
    EXPECT_EQ(broken(SkipReason::unreadable).problem_detail, name + ": not a regular file");
  }
}

TEST_F(HostileEntry, Sockets) {
  // Bound relative to the entry: the path of a socket is short.
  const int here = ::open(".", O_RDONLY | O_DIRECTORY);
  fs::remove(entry_ / kMetadata);
  fs::current_path(entry_);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  kMetadata.copy(address.sun_path, sizeof address.sun_path - 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  EXPECT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::close(fd);
  EXPECT_EQ(::fchdir(here), 0);
  ::close(here);
  EXPECT_EQ(broken(SkipReason::unreadable).problem_detail, kMetadata + ": not a regular file");
}

TEST_F(HostileEntry, DirectoryInPlaceOfMetadata) {
  fs::remove(entry_ / kMetadata);
  fs::create_directory(entry_ / kMetadata);
  broken(SkipReason::metadata_missing);
}

TEST_F(HostileEntry, NamesOfAnyBytes) {
  const std::string name = "add_kernel.\xff\n\x1b[31m";
  write_file(entry_ / name, "x");
  const std::string group = "__grp__\x1b[31m\n.json";
  write_file(entry_ / group, "{");
  const model::Entry found = read(entry_);
  ASSERT_EQ(found.records.size(), 2U);
  EXPECT_EQ(found.records[0].problem_detail.find_first_of("\n\x1b"), std::string::npos);
  EXPECT_EQ(artifact(found.records[1], name).bytes, 1U);
  EXPECT_EQ(total_bytes(found), bytes_below(entry_));
}

TEST_F(HostileEntry, KeysThatLeaveTheRoot) {
  const cache::Root root = open_root(entry_);
  for (const std::string& key :
       std::vector<std::string>{"..", ".", "", "../" + make_key(1), std::string("a\0b", 3), "/etc"}) {
    const model::Entry found = root.read_entry(key, plugin_naming());
    ASSERT_EQ(found.records.size(), 1U);
    EXPECT_EQ(found.records[0].kind, EntryKind::foreign);
    EXPECT_EQ(found.records[0].problem, SkipReason::not_an_entry);
  }
}

// What another user sees of an entry; "KIND PROBLEM settled|unsettled DETAIL".
std::string seen_by_others(const fs::path& entry) {
  let_settle();
  return as_ordinary_user([&] {
    const model::Entry found = read(entry);
    const model::Record& record = found.records.front();
    return std::string(model::to_string(record.kind)) + " " + std::string(model::to_string(record.problem)) +
           (found.stamp.settled ? " settled " : " unsettled ") + record.problem_detail;
  });
}

TEST_F(HostileEntry, ReadableByOthers) { EXPECT_EQ(seen_by_others(entry_), "kernel  settled "); }

TEST_F(HostileEntry, UnreadableGroup) {
  fs::permissions(entry_ / kGroup, fs::perms::none);
  EXPECT_EQ(seen_by_others(entry_), "broken unreadable unsettled " + kGroup + ": Permission denied");
}

TEST_F(HostileEntry, UnreadableMetadata) {
  fs::permissions(entry_ / kMetadata, fs::perms::none);
  EXPECT_EQ(seen_by_others(entry_), "broken unreadable unsettled " + kMetadata + ": Permission denied");
  fs::remove(entry_ / kGroup);
  EXPECT_EQ(seen_by_others(entry_), "partial unreadable unsettled " + kMetadata + ": Permission denied");
}

TEST_F(HostileEntry, OtherUnreadableFilesAreOnlyLookedAt) {
  fs::permissions(entry_ / "add_kernel.cubin", fs::perms::none);
  EXPECT_EQ(seen_by_others(entry_), "kernel  settled ");
}

TEST_F(HostileEntry, UnreadableEntry) {
  fs::permissions(entry_, fs::perms::none);
  EXPECT_EQ(seen_by_others(entry_), "broken unreadable unsettled Permission denied");
}

TEST_F(HostileEntry, EntryThatCanOnlyBeListed) {
  fs::permissions(entry_, fs::perms::owner_read | fs::perms::others_read | fs::perms::group_read);
  EXPECT_THAT(seen_by_others(entry_), HasSubstr("broken unreadable unsettled"));
}

TEST_F(HostileEntry, UnreadableSubdirectory) {
  write_file(entry_ / "tmp.pid_1_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12/a", "x");
  set_tree_age(entry_, std::chrono::hours(1));
  fs::permissions(entry_ / "tmp.pid_1_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12", fs::perms::none);
  EXPECT_EQ(seen_by_others(entry_),
            "kernel unreadable unsettled tmp.pid_1_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12/: Permission denied");
}

// No descriptor may be left open, whatever is wrong with an entry.
TEST_F(HostileEntry, DescriptorsAreClosed) {
  const auto open_descriptors = [] {
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
  };
  write_file(entry_ / "tmp.pid_1_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12/a/b/c", "x");
  const auto before = open_descriptors();
  for (const char* text : {"{}", "{", ""}) {
    write_file(entry_ / kMetadata, text);
    read(entry_);
  }
  fs::remove(entry_ / kGroup);
  read(entry_);
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace tcm::test
