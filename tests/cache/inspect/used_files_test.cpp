// SPDX-License-Identifier: Apache-2.0
#include "core/cache/inspect/used_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/cache/inspect/entry_look.hpp"
#include "tests/cache/edit/editing.hpp"
#include "tests/support/file_user.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class UsedFilesTest : public testing::Test {
 protected:
  cache::UsedFiles look() const { return cache::UsedFiles::look({open_root(root()).id().device}); }
  cache::Inspection inspected(const fs::path& entry) const {
    return cache::inspect(open_root(root()), entry.filename().string());
  }
  fs::path root() const { return directory_.path(); }
  /// What the kernel calls this program, of which the users are forks.
  static std::string comm() {
    std::string name = read_file("/proc/self/comm");
    name.pop_back();
    return name;
  }

  TempDir directory_;
  fs::path module_ = add_module(root(), 1, "cuda_utils.so");
  fs::path kernel_ = add_kernel(root(), {.seed = 2});
};

TEST_F(UsedFilesTest, AFileThatIsOpenOrMappedIsInUse) {
  EXPECT_THAT(look().user_of(inspected(module_).files), IsEmpty());
  for (const auto how : {FileUser::How::open, FileUser::How::mapped}) {
    const FileUser user(module_ / "cuda_utils.so", how);
    const std::string pid = std::to_string(user.pid());
    EXPECT_THAT(look().user_of(inspected(module_).files), StartsWith("in use by pid " + pid + " (" + comm() + ")"));
    EXPECT_THAT(look().user_of(inspected(kernel_).files), IsEmpty());
  }
}

// A container may have another name for it, and what is opened may be renamed since.
TEST_F(UsedFilesTest, NamesDoNotCount) {
  fs::create_hard_link(module_ / "cuda_utils.so", directory_ / "elsewhere.so");
  const FileUser user(directory_ / "elsewhere.so", FileUser::How::mapped);
  fs::remove(directory_ / "elsewhere.so");
  EXPECT_THAT(look().user_of(inspected(module_).files), HasSubstr(std::to_string(user.pid())));
}

TEST_F(UsedFilesTest, WhatThisProcessReadsItselfIsNotInUse) {
  const int fd = ::open((module_ / "cuda_utils.so").c_str(), O_RDONLY | O_CLOEXEC);
  EXPECT_THAT(look().user_of(inspected(module_).files), IsEmpty());
  ::close(fd);
}

TEST_F(UsedFilesTest, TheEditorLooksAgainBeforeItRemoves) {
  const cache::Change module = change_of(module_, model::Action::remove);
  const cache::Change kernel = change_of(kernel_, model::Action::remove);
  cache::Editor editor = open_editor(root());
  {
    const FileUser user(module_ / "cuda_utils.so", FileUser::How::mapped);
    const auto outcomes = run(editor, {module, kernel});
    EXPECT_EQ(outcomes.at(0).kept, model::KeptReason::in_use);
    EXPECT_THAT(outcomes.at(0).detail, HasSubstr("in use by pid " + std::to_string(user.pid())));
    EXPECT_EQ(outcomes.at(1).status, cache::Status::done);
    EXPECT_TRUE(fs::exists(module_ / "cuda_utils.so"));
  }
  EXPECT_EQ(run(editor, {module}).at(0).status, cache::Status::done);
  EXPECT_FALSE(fs::exists(module_));
}

}  // namespace
}  // namespace tcm::test
