// SPDX-License-Identifier: Apache-2.0
// What is refused before any code of a file runs, and that it does not run.
#include "core/backend/find/guard.hpp"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>

#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/backend/plugin_dir.hpp"

namespace tcm::backend {
namespace {

namespace fs = std::filesystem;
using test::PluginDir;
using testing::AnyOf;
using testing::HasSubstr;

Candidate candidate_of(const std::string& path) {
  std::error_code error;
  const auto canonical = fs::canonical(path, error);
  return {path, error ? std::string() : canonical.string()};
}

testing::AssertionResult refused(const std::string& path, Stage stage, const std::string& words) {
  const auto refusal = judge_file(candidate_of(path));
  if (!refusal) return testing::AssertionFailure() << path << " was accepted";
  if (refusal->path != path) return testing::AssertionFailure() << "names " << refusal->path;
  if (refusal->stage != stage) return testing::AssertionFailure() << "stage " << to_string(refusal->stage);
  if (refusal->reason.find(words) == std::string::npos) return testing::AssertionFailure() << refusal->reason;
  return testing::AssertionSuccess();
}

bool accepted(const std::string& path) { return !judge_file(candidate_of(path)); }

std::string good_bytes() { return test::read_file(test::module_path("good")); }

TEST(Guard, AcceptsAPlugin) {
  PluginDir dir;
  EXPECT_TRUE(accepted(dir.add("good")));
}

TEST(Guard, ALinkIsJudgedByItsTarget) {
  PluginDir dir;
  const std::string real = dir.add("good");
  const std::string link = dir.path() + "/libtcm_backend_link.so";
  fs::create_symlink(real, link);
  EXPECT_TRUE(accepted(link));
  fs::permissions(real, fs::perms{0666});
  EXPECT_TRUE(refused(link, Stage::file, "writable by everyone"));
  fs::remove(real);
  EXPECT_TRUE(refused(link, Stage::file, "dangling symbolic link"));
}

TEST(Guard, RefusesFilesThatOthersCanChange) {
  PluginDir dir;
  const std::string path = dir.add("good");
  fs::permissions(path, fs::perms{0646});
  EXPECT_TRUE(refused(path, Stage::file, "the file is writable by everyone"));
  fs::permissions(path, fs::perms{0644});
  EXPECT_TRUE(accepted(path));
  fs::permissions(dir.path(), fs::perms{0777});
  EXPECT_TRUE(refused(path, Stage::file, "its directory"));
  fs::permissions(dir.path(), fs::perms{01777});
  EXPECT_TRUE(refused(path, Stage::file, "its directory"));
  fs::permissions(dir.path(), fs::perms{0755});
  EXPECT_TRUE(accepted(path));
}

TEST(Guard, RefusesFilesOfAGroupThatOthersAreIn) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  PluginDir dir;
  const std::string path = dir.add("good");
  ASSERT_EQ(::chown(path.c_str(), 0, 1), 0);
  fs::permissions(path, fs::perms{0664});
  EXPECT_TRUE(refused(path, Stage::file, "writable by its group"));
}

TEST(Guard, RefusesFilesOfSomebodyElse) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  PluginDir dir;
  const std::string path = dir.add("good");
  ASSERT_EQ(::chown(path.c_str(), 12345, 0), 0);
  EXPECT_TRUE(refused(path, Stage::file, "belongs to user 12345"));
  ASSERT_EQ(::chown(path.c_str(), 0, 0), 0);
  ASSERT_EQ(::chown(dir.path().c_str(), 12345, 0), 0);
  EXPECT_TRUE(refused(path, Stage::file, "its directory"));
  ASSERT_EQ(::chown(dir.path().c_str(), 0, 0), 0);
}

TEST(Guard, RefusesWhatIsNoRegularFile) {
  PluginDir dir;
  const std::string directory = dir.path() + "/libtcm_backend_dir.so";
  fs::create_directory(directory);
  EXPECT_TRUE(refused(directory, Stage::file, "not a regular file"));
  const std::string fifo = dir.path() + "/libtcm_backend_fifo.so";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_TRUE(refused(fifo, Stage::file, "not a regular file"));
}

TEST(Guard, RefusesWhatIsNoObject) {
  PluginDir dir;
  EXPECT_TRUE(refused(dir.add_bytes("I am a text file.\n", "text"), Stage::elf, "not an ELF object"));
  EXPECT_TRUE(refused(dir.add_bytes("", "empty"), Stage::elf, "not an ELF object"));
  EXPECT_TRUE(refused(dir.add_bytes("!<arch>\n", "archive"), Stage::elf, "not an ELF object"));
  EXPECT_TRUE(refused(dir.add_bytes("\x7f"
                                    "ELF",
                                    "magic"),
                      Stage::elf, "truncated"));
}

class ChangedHeader : public testing::Test {
 protected:
  /// The good plugin with other bytes in its header.
  template <class Change>
  std::string with(Change change) {
    std::string bytes = good_bytes();
    Elf64_Ehdr header;
    std::memcpy(&header, bytes.data(), sizeof header);
    change(header);
    std::memcpy(bytes.data(), &header, sizeof header);
    return dir_.add_bytes(bytes, "changed");
  }
  PluginDir dir_;
};

TEST_F(ChangedHeader, OfAnotherMachine) {
  EXPECT_TRUE(refused(with([](auto& h) { h.e_machine = EM_S390; }), Stage::elf, "another machine"));
  EXPECT_TRUE(refused(with([](auto& h) { h.e_ident[EI_CLASS] = ELFCLASS32; }), Stage::elf, "another machine"));
  EXPECT_TRUE(refused(with([](auto& h) { h.e_ident[EI_DATA] = ELFDATA2MSB; }), Stage::elf, "another machine"));
}

TEST_F(ChangedHeader, OfAnotherKind) {
  EXPECT_TRUE(refused(with([](auto& h) { h.e_type = ET_REL; }), Stage::elf, "not a shared object"));
  EXPECT_TRUE(refused(with([](auto& h) { h.e_version = 9; }), Stage::elf, "version"));
}

TEST_F(ChangedHeader, WithAHostileSectionTable) {
  EXPECT_TRUE(refused(with([](auto& h) { h.e_shoff = ~0ULL; }), Stage::elf, "truncated"));
  EXPECT_TRUE(refused(with([](auto& h) { h.e_shoff = ~0ULL - 63; }), Stage::elf, "truncated"));
  EXPECT_TRUE(refused(with([](auto& h) { h.e_shnum = 0xffff; }), Stage::elf, "truncated"));
  EXPECT_TRUE(refused(with([](auto& h) { h.e_shnum = 0; }), Stage::elf, "no section table"));
  EXPECT_TRUE(refused(with([](auto& h) { h.e_shentsize = 1; }), Stage::elf, "entry size"));
}

/// Section headers that claim what they like. Accepted or refused: neither crash nor memory by the claim.
TEST(Guard, SurvivesHostileSectionHeaders) {
  PluginDir dir;
  const std::string good = good_bytes();
  Elf64_Ehdr header;
  std::memcpy(&header, good.data(), sizeof header);
  const std::uint64_t values[] = {0, 1, 23, 0x7fffffff, 0xffffffff, 1ULL << 40, ~0ULL >> 1, ~0ULL - 15, ~0ULL};
  for (unsigned section = 0; section < header.e_shnum; ++section) {
    for (const std::uint64_t value : values) {
      for (auto field : {&Elf64_Shdr::sh_size, &Elf64_Shdr::sh_offset, &Elf64_Shdr::sh_entsize}) {
        std::string bytes = good;
        Elf64_Shdr row;
        char* place = bytes.data() + header.e_shoff + section * sizeof row;
        std::memcpy(&row, place, sizeof row);
        if (row.sh_type != SHT_DYNSYM && row.sh_type != SHT_STRTAB && value != ~0ULL) continue;
        row.*field = value;
        std::memcpy(place, &row, sizeof row);
        const std::string path = dir.add_bytes(bytes, "hostile");
        const auto refusal = judge_file(candidate_of(path));
        if (refusal) {
          EXPECT_THAT(refusal->stage, AnyOf(Stage::elf, Stage::symbols));
        }
      }
    }
  }
}

TEST(Guard, ATruncatedPluginIsNeverAccepted) {
  PluginDir dir;
  const std::string good = good_bytes();
  for (std::size_t size = 0; size < good.size(); size += size < 256 ? 1 : 4001) {
    const std::string path = dir.add_bytes(std::string_view(good).substr(0, size), "cut");
    EXPECT_FALSE(accepted(path)) << size << " of " << good.size();
  }
}

TEST(Guard, SurvivesRandomDamage) {
  PluginDir dir;
  const std::string good = good_bytes();
  std::mt19937 random(20261123);  // NOLINT: the same damage at every run
  int judged = 0;
  for (int round = 0; round < 300; ++round) {
    std::string bytes = good;
    for (int i = 0; i < 64; ++i) {
      // Most of it where the structure is: the header, and the section table at the end.
      const std::size_t where = i % 2 == 0 ? random() % 512 : bytes.size() - 1 - random() % 4096;
      bytes[where] = static_cast<char>(random());
    }
    bytes.replace(0, 4,
                  "\x7f"
                  "ELF");
    judge_file(candidate_of(dir.add_bytes(bytes, "damaged")));
    ++judged;
  }
  EXPECT_EQ(judged, 300);
}

TEST(Guard, RefusesAnObjectThatIsNoBackend) {
  PluginDir dir;
  EXPECT_TRUE(refused(dir.add("no_entry"), Stage::symbols, "not a tcm backend"));
  EXPECT_TRUE(refused(dir.add("wrong_major"), Stage::symbols, "major version 2"));
}

/// Loading these modules creates a file. A plugin's load does; a foreign object's must not happen.
TEST(Guard, RunsNothingOfAForeignObject) {
  PluginDir dir;
  const test::TempDir marks;
  const std::string mark = (marks / "mark").string();
  ASSERT_EQ(::setenv("TCM_TEST_MARK", mark.c_str(), 1), 0);

  dir.add("no_entry");
  dir.add("wrong_major");
  fs::permissions(dir.add("good", "open_to_all"), fs::perms{0666});
  EXPECT_EQ(dir.load().refusals().size(), 3u);
  EXPECT_FALSE(fs::exists(mark));

  dir.add("good");
  EXPECT_EQ(dir.load().plugins().size(), 1u);
  EXPECT_TRUE(fs::exists(mark)) << "so the mark works";
  ::unsetenv("TCM_TEST_MARK");
}

}  // namespace
}  // namespace tcm::backend
