// SPDX-License-Identifier: Apache-2.0
// Archives with a signature beside them: made and checked by the programs that users have for it.
#include <fstream>

#include "tests/cli/cli_fixture.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class Signature : public CliTest {
 protected:
  void SetUp() override {
    add_kernels(cache(), 2);
    fs::create_directories(keys());
  }

  /// With a blank in it, and what a shell would make something of.
  std::string pack() const { return (home_ / "my $(touch spoilt) 'kernels'.tar.zst").string(); }
  fs::path keys() const { return home_ / "keys"; }
  fs::path other() const { return home_ / "other"; }

  static void must(const std::string& command) { ASSERT_EQ(std::system((command + " >/dev/null 2>&1").c_str()), 0); }
  static void expect_ok(const ProgramResult& result) { EXPECT_EQ(result.exit_code, 0) << result.out << result.err; }

  ProgramResult import(const std::string& verify) {
    return tcm({"import", "--cache-dir", other().string(), "--verify-with", verify, pack()});
  }

  bool nothing_came() const { return !fs::exists(other()) || fs::is_empty(other()); }

  /// Another archive under the name of the one that was signed.
  void swap_archive() {
    add_kernels(cache(), 1, 70);
    expect_ok(tcm({"export", pack()}));
  }
};

TEST_F(Signature, OfSshHoldsForTheArchiveAndForNoOther) {
  if (!fs::exists("/usr/bin/ssh-keygen")) GTEST_SKIP() << "ssh-keygen is not installed (Debian: openssh-client)";
  const std::string key = (keys() / "id").string();
  must("ssh-keygen -q -t ed25519 -N '' -C ci -f " + key);
  write_file(keys() / "allowed", "ci@example " + read_file(key + ".pub"));
  const std::string verify =
      "ssh-keygen -Y verify -f " + (keys() / "allowed").string() + " -I ci@example -n tcm -s {}.sig < {}";

  const auto signed_one = json({"export", "--json", "--sign-with", "ssh-keygen -q -Y sign -n tcm -f " + key, pack()});
  EXPECT_TRUE(signed_one.at("signed").as_bool());
  EXPECT_TRUE(fs::exists(pack() + ".sig"));
  const auto taken = json({"import", "--json", "--cache-dir", other().string(), "--verify-with", verify, pack()});
  EXPECT_EQ(taken.at("imported").at("kernels"), 2);
  EXPECT_TRUE(taken.at("sources").at(0).at("verified").as_bool());

  fs::remove_all(other());
  swap_archive();
  const ProgramResult swapped = import(verify);
  EXPECT_EQ(swapped.exit_code, 1) << swapped.out;
  EXPECT_THAT(swapped.err, AllOf(HasSubstr("exit code 255"), HasSubstr("nothing of it was taken")));
  EXPECT_TRUE(nothing_came());
}

TEST_F(Signature, OfMinisignHoldsForTheArchiveAndForNoOther) {
  if (!fs::exists("/usr/bin/minisign")) GTEST_SKIP() << "minisign is not installed (Debian: minisign)";
  const std::string secret = (keys() / "secret").string();
  const std::string shared = (keys() / "shared").string();
  must("minisign -GW -s " + secret + " -p " + shared);
  const std::string verify = "minisign -qVp " + shared + " -m";
  expect_ok(tcm({"export", "--sign-with", "minisign -Ss " + secret + " -m", pack()}));
  EXPECT_TRUE(fs::exists(pack() + ".minisig"));
  expect_ok(import(verify));
  fs::remove_all(other());
  swap_archive();
  EXPECT_EQ(import(verify).exit_code, 1);
  fs::remove(pack() + ".minisig");
  EXPECT_EQ(import(verify).exit_code, 1) << "without a signature nothing is taken";
  EXPECT_TRUE(nothing_came());
}

TEST_F(Signature, OfAnArchiveThatChangesMeanwhileIsNone) {
  expect_ok(tcm({"export", pack()}));
  // It says yes, and puts another archive there.
  const ProgramResult result =
      import("cp {} " + (home_ / "copy").string() + "; cat " + (home_ / "copy").string() + " > {}; true");
  EXPECT_EQ(result.exit_code, 1) << result.out;
  EXPECT_THAT(result.err, HasSubstr("changed while it was verified"));
  EXPECT_TRUE(nothing_came());
}

TEST_F(Signature, TheCommandGetsThePathAsItIs) {
  const std::string told = (home_ / "told").string();
  expect_ok(tcm({"export", "--sign-with", "printf %s {} > " + told, pack()}));
  EXPECT_EQ(read_file(told), pack());
  expect_ok(tcm({"export", "--sign-with", "printf %s > " + told, pack()}));
  EXPECT_EQ(read_file(told), pack());
  EXPECT_FALSE(fs::exists("spoilt"));
}

TEST_F(Signature, AnArchiveThatCouldNotBeSignedStaysAndIsToldOf) {
  const ProgramResult result = tcm({"export", "--sign-with", "no-such-signer", pack()});
  EXPECT_EQ(result.exit_code, 1) << result.out;
  EXPECT_THAT(result.err, AllOf(HasSubstr("exit code 127"), HasSubstr("was written and is not signed")));
  EXPECT_TRUE(fs::exists(pack()));
}

TEST_F(Signature, OnlyFilesHaveOne) {
  EXPECT_EQ(tcm({"export", "--sign-with", "true", "-"}).exit_code, 2);
  EXPECT_EQ(tcm({"export", "--sign-with", "true", "dir:" + other().string()}).exit_code, 2);
  const ProgramResult image = tcm({"export", "--sign-with", "true", "oci:" + (home_ / "x").string()});
  EXPECT_EQ(image.exit_code, 2);
  EXPECT_THAT(image.err, HasSubstr("cosign sign"));
  EXPECT_EQ(tcm({"import", "--verify-with", "true", "-"}).exit_code, 2);
  EXPECT_EQ(tcm({"import", "--verify-with", "true", "dir:" + cache().string()}).exit_code, 2);
  EXPECT_EQ(tcm({"import", "--verify-with", "", "x.tar"}).exit_code, 2);
}

}  // namespace
}  // namespace tcm::test
