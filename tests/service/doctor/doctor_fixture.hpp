// SPDX-License-Identifier: Apache-2.0
// A machine of its own, as far as a program can tell: a home with an indexed cache, an environment, files of settings.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/types.h>

#include "core/config/variables.hpp"
#include "core/service/doctor/doctor.hpp"
#include "tests/service/service_fixture.hpp"

namespace tcm::test {

class Machine {
 public:
  Machine();
  ~Machine();

  std::filesystem::path home() const { return home_.path(); }
  std::filesystem::path cache() const { return home_ / ".triton/cache"; }
  std::filesystem::path database() const { return home_ / "data/tcm.db"; }

  /// Indexes these cache directories, or the usual one.
  void index(std::vector<std::string> dirs = {});
  /// Looks at it all, as `tcm doctor` does.
  service::DoctorReport examine();

  /// Mounts a file system in memory over a directory, and what a kernel needs of it; throws SkipTest where it may not.
  void mount(const std::filesystem::path& at, unsigned long flags, const std::string& options);
  /// Writes until less than so many bytes are free.
  static void fill(const std::filesystem::path& at, std::uint64_t left);
  /// Makes files until less than so many inodes are free.
  static void fill_inodes(const std::filesystem::path& at, std::uint64_t left);
  /// Starts a process that does nothing, as `user`, with this environment, and with `mapped` mapped, if it is one.
  pid_t start(std::vector<std::string> environment, ::uid_t user, const std::string& mapped = {});

  struct SkipTest {
    std::string why;
  };

  std::map<std::string, std::string> variables;
  std::string proc = "/proc";
  std::vector<std::string> set_variables;  ///< names of the environment that are looked at for mistyped ones
  std::string plugins = TCM_TEST_PLUGINS;

 private:
  TempDir home_;
  std::vector<std::string> mounted_;
  std::vector<pid_t> children_;
};

}  // namespace tcm::test
