// SPDX-License-Identifier: Apache-2.0
// Files that are no index, no longer one, or out of reach: one clear line each, and never "nothing found".
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/index/support.hpp"

namespace tcm::index::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class DamageTest : public IndexTest {
 protected:
  void fill(int entries) const {
    Index index = open();
    std::vector<model::Entry> all;
    for (int i = 0; i < entries; ++i) all.push_back(entry("KEY" + std::to_string(i), "name", i));
    write(index, "/r", all);
  }
  std::string content() const {
    std::ifstream in(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void replace(const std::string& bytes) const { std::ofstream(path(), std::ios::binary) << bytes; }

  /// Asks everything; the first error, if any.
  static std::optional<Error> first_error(const std::string& path) {
    auto index = Index::open(path, OpenMode::read);
    if (!index) return index.error();
    std::size_t seen = 0;
    std::vector<std::int64_t> ids;
    if (auto done = index->list({}, {}, std::nullopt, [&](const Row& row) { ids.push_back(row.id); }); !done)
      return done.error();
    seen = ids.size();
    for (const std::int64_t id : ids)
      if (auto done = index->detail(id); !done) return done.error();
    if (auto done = index->sum({}); !done) return done.error();
    if (auto done = index->roots(); !done) return done.error();
    if (auto done = index->known_entries(1, 1, 0, [](const KnownEntry&) {}); !done) return done.error();
    EXPECT_EQ(seen, 300u) << "no error, and yet not all of it";
    return std::nullopt;
  }
};

// Runs `work` as a user without rights, also where the tests run as root. `work` returns what is wrong, or nothing.
std::string as_nobody(const std::function<std::string()>& work) {
  int ends[2];
  if (::pipe(ends) != 0) return "no pipe";
  const pid_t child = ::fork();
  if (child == 0) {
    std::string said;
    if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) said = "cannot become another user";
    if (said.empty()) said = work();
    const ssize_t written = ::write(ends[1], said.data(), said.size());
    ::_exit(written == static_cast<ssize_t>(said.size()) ? 0 : 1);
  }
  ::close(ends[1]);
  std::string said;
  char buffer[512];
  for (ssize_t n; (n = ::read(ends[0], buffer, sizeof buffer)) > 0;) said.append(buffer, static_cast<std::size_t>(n));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return status == 0 ? said : said + " (the child failed)";
}

TEST_F(DamageTest, NoIndexYetIsMissing) {
  const auto index = Index::open(path(), OpenMode::read);
  ASSERT_FALSE(index);
  EXPECT_EQ(index.error().code, ErrorCode::missing);
  EXPECT_THAT(index.error().message, StartsWith(path() + ":"));
  EXPECT_FALSE(std::filesystem::exists(path())) << "reading makes no file";
}

TEST_F(DamageTest, CreatingMakesTheDirectories) {
  const std::string deep = dir() + "/a b/it's \"odd\" =x;\n%20?#/c/index.db";
  Index index = value(Index::open(deep, OpenMode::create));
  write(index, "/r", {entry("K", "x")});
  EXPECT_TRUE(std::filesystem::is_regular_file(deep));
  Index again = value(Index::open(deep, OpenMode::read));
  EXPECT_EQ(keys(again, {}), "K");
}

TEST_F(DamageTest, SpecialNamesOfSqliteAreFiles) {
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(dir());
  for (const char* name : {":memory:", "file:x?mode=memory"}) {
    value(Index::open(name, OpenMode::create));
    EXPECT_TRUE(std::filesystem::is_regular_file(dir() + "/" + name)) << name;
  }
  std::filesystem::current_path(before);
  EXPECT_EQ(Index::open("", OpenMode::create).error().code, ErrorCode::usage);
}

TEST_F(DamageTest, ADirectoryIsNoIndex) {
  const auto index = Index::open(dir(), OpenMode::create);
  ASSERT_FALSE(index);
  EXPECT_THAT(index.error().message, StartsWith(dir() + ": not a file"));
}

TEST_F(DamageTest, AFileInPlaceOfADirectory) {
  std::ofstream(dir() + "/file") << "x";
  const auto index = Index::open(dir() + "/file/index.db", OpenMode::create);
  ASSERT_FALSE(index);
  EXPECT_THAT(index.error().message, StartsWith(dir() + "/file"));
}

TEST_F(DamageTest, ATextFileIsNoIndex) {
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{50}, std::size_t{99}, std::size_t{100}, std::size_t{5000}}) {
    replace(std::string(size, 'x'));
    for (const OpenMode mode : {OpenMode::read, OpenMode::create}) {
      const auto index = Index::open(path(), mode);
      ASSERT_FALSE(index) << size;
      EXPECT_EQ(index.error().code, ErrorCode::corrupt) << index.error().message;
      EXPECT_THAT(index.error().message, HasSubstr("delete it and run `tcm index` to rebuild"));
    }
    EXPECT_EQ(content(), std::string(size, 'x')) << "it may be anything; it is not touched";
  }
}

// The user gets one line that says that the index is damaged, wherever it ends.
TEST_F(DamageTest, ATruncatedIndexIsCorruptWhereverItEnds) {
  fill(300);
  const std::string whole = content();
  ASSERT_GT(whole.size(), 100'000u);
  for (std::size_t size = 1; size < whole.size(); size += size < 8192 ? 1021 : 30'011) {
    replace(whole.substr(0, size));
    const auto error = first_error(path());
    ASSERT_TRUE(error) << size;
    EXPECT_EQ(error->code, ErrorCode::corrupt) << size << ": " << error->message;
    EXPECT_THAT(error->message, HasSubstr("delete it and run `tcm index` to rebuild"));
    EXPECT_THAT(error->message, Not(HasSubstr("\n")));
  }
}

TEST_F(DamageTest, OverwrittenPagesAreCorruptOrHarmless) {
  fill(300);
  const std::string whole = content();
  int found = 0;
  for (std::size_t page = 0; page + 4096 <= whole.size(); page += 4096) {
    std::string damaged = whole;
    damaged.replace(page, 4096, std::string(4096, '\x5a'));
    replace(damaged);
    if (const auto error = first_error(path())) {
      ++found;
      EXPECT_EQ(error->code, ErrorCode::corrupt) << page << ": " << error->message;
    }
  }
  EXPECT_GT(found, 10);
}

// With one column missing, "No kernels found" would be a lie.
TEST_F(DamageTest, AMissingTableOrColumnIsAnError) {
  fill(2);
  run_sql(path(), "ALTER TABLE record RENAME COLUMN arch TO arch2");
  Index index = open(OpenMode::read);
  const auto listed = index.list({}, {}, std::nullopt, [](const Row&) {});
  ASSERT_FALSE(listed);
  EXPECT_EQ(listed.error().code, ErrorCode::corrupt);
  EXPECT_THAT(listed.error().message, HasSubstr("arch"));
  run_sql(path(), "DROP TABLE detail");
  EXPECT_EQ(index.detail(1).error().code, ErrorCode::corrupt);
}

TEST_F(DamageTest, UnknownWordsAndBadArtifactsAreCorrupt) {
  fill(2);
  Index index = open(OpenMode::read);
  run_sql(path(), "UPDATE detail SET artifacts = '[[1]]'");
  EXPECT_EQ(index.detail(rows(index).at(0).id).error().code, ErrorCode::corrupt);
  run_sql(path(), "UPDATE record SET kind = 'spaceship'");
  EXPECT_EQ(index.list({}, {}, std::nullopt, [](const Row&) {}).error().code, ErrorCode::corrupt);
  run_sql(path(), "UPDATE root SET layout = 'spaceship'");
  EXPECT_EQ(index.roots().error().code, ErrorCode::corrupt);
}

TEST_F(DamageTest, AReadOnlyDirectoryCanBeReadAndNotWritten) {
  fill(3);
  ASSERT_EQ(::chmod(path().c_str(), 0444), 0);
  ASSERT_EQ(::chmod(dir().c_str(), 0555), 0);
  const std::string said = as_nobody([&]() -> std::string {
    for (const OpenMode mode : {OpenMode::read, OpenMode::create}) {
      auto index = Index::open(path(), mode);
      if (!index) return index.error().message;
      if (keys(*index, {}) != "KEY0 KEY1 KEY2") return "not all rows";
      const auto refused = index->ensure_root(location("/new"));
      if (refused) return "wrote into a read-only file";
      if (refused.error().code != ErrorCode::denied) return "not denied: " + refused.error().message;
      if (refused.error().message.find("cannot be written") == std::string::npos) return refused.error().message;
    }
    return "";
  });
  EXPECT_EQ(said, "");
  ::chmod(dir().c_str(), 0755);
}

// A reader without lock files would miss those changes, or see them arrive in the middle of a question.
TEST_F(DamageTest, AnIndexWithChangesBesideItIsNotReadWithoutLocks) {
  fill(3);
  std::ofstream(path() + "-wal") << "what a stopped writer left";
  ASSERT_EQ(::chmod((path() + "-wal").c_str(), 0600), 0);
  ASSERT_EQ(::chmod(path().c_str(), 0444), 0);
  ASSERT_EQ(::chmod(dir().c_str(), 0555), 0);
  const std::string said = as_nobody([&]() -> std::string {
    const auto index = Index::open(path(), OpenMode::read);
    if (index) return "opened";
    return index.error().code == ErrorCode::busy ? index.error().message : "not busy: " + index.error().message;
  });
  EXPECT_THAT(said, StartsWith(path() + ": its owner is writing it"));
  EXPECT_THAT(said, Not(HasSubstr("delete")));
  ::chmod(dir().c_str(), 0755);
}

TEST_F(DamageTest, AReaderWithoutLocksIsNotToldToDeleteTheIndex) {
  fill(300);
  std::string bytes = content();
  for (std::size_t page = 16 * 4096; page + 4096 <= bytes.size(); page += 4096) bytes.replace(page, 4096, 4096, '\x5a');
  replace(bytes);
  ASSERT_EQ(::chmod(path().c_str(), 0444), 0);
  ASSERT_EQ(::chmod(dir().c_str(), 0555), 0);
  const std::string said = as_nobody([&]() -> std::string {
    const auto error = first_error(path());
    return error ? error->message : "no error";
  });
  EXPECT_THAT(said, HasSubstr("try again"));
  EXPECT_THAT(said, Not(HasSubstr("delete")));
  ::chmod(dir().c_str(), 0755);
}

TEST_F(DamageTest, DirectoriesMadeForAnIndexAreTheirOwnersAlone) {
  const ::mode_t before = ::umask(0);
  value(Index::open(dir() + "/a/b/index.db", OpenMode::create));
  ::umask(before);
  for (const char* made : {"/a", "/a/b"}) {
    struct stat status {};
    ASSERT_EQ(::stat((dir() + made).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700u) << made;
  }
}

TEST_F(DamageTest, AReadOnlyFileInAWritableDirectoryCanBeRead) {
  fill(3);
  ASSERT_EQ(::chmod(path().c_str(), 0444), 0);
  ASSERT_EQ(::chmod(dir().c_str(), 0777), 0);
  EXPECT_EQ(as_nobody([&]() -> std::string {
              auto index = Index::open(path(), OpenMode::read);
              if (!index) return index.error().message;
              return keys(*index, {}) == "KEY0 KEY1 KEY2" ? "" : "not all rows";
            }),
            "");
}

TEST_F(DamageTest, NoPermissionIsDenied) {
  fill(3);
  ASSERT_EQ(::chmod(path().c_str(), 0), 0);
  EXPECT_EQ(as_nobody([&]() -> std::string {
              for (const std::string& file : {path(), dir() + "/new/index.db"}) {
                const auto index = Index::open(file, OpenMode::create);
                if (index) return "opened " + file;
                if (index.error().code != ErrorCode::denied) return "not denied: " + index.error().message;
              }
              return "";
            }),
            "");
}

}  // namespace
}  // namespace tcm::index::test
