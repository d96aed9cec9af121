// SPDX-License-Identifier: Apache-2.0
#include "core/util/machine/processes.hpp"

#include <algorithm>
#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/temp_dir.hpp"

namespace tcm::util {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(Processes, AreReadFromProcfs) {
  const test::TempDir proc;
  test::write_file(proc / "17/environ", std::string("HOME=/x\0TRITON_CACHE_DIR=/a=b\0NOT\0", 34));
  test::write_file(proc / "17/comm", "python3\n");
  test::write_file(proc / "17/maps",
                   "7f00-7f01 r-xp 00000000 08:02 12      /cache/KEY/a b.so (deleted)\n"
                   "7f01-7f02 r--p 00001000 08:02 12      /cache/KEY/a b.so (deleted)\n"
                   "7f03-7f04 rw-p 00000000 00:00 0 \n"
                   "7f05-7f06 r-xp 00000000 08:02 13      /lib/libc.so\n");
  test::write_file(proc / "9/environ", "HOME=/x");
  test::write_file(proc / "self/environ", "TRITON_CACHE_DIR=/no");
  ProcessQuery query;
  query.proc = proc.path().string();
  query.variables = {"TRITON_CACHE_DIR"};
  query.wants_mapping = [](std::string_view path) { return path.starts_with("/cache/"); };
  const ProcessList list = list_processes(query);
  ASSERT_EQ(list.processes.size(), 1U);
  EXPECT_EQ(list.processes[0].id, 17);
  EXPECT_EQ(list.processes[0].command, "python3");
  EXPECT_THAT(list.processes[0].variables, ElementsAre(Pair("TRITON_CACHE_DIR", "/a=b")));
  EXPECT_THAT(list.processes[0].mapped, ElementsAre("/cache/KEY/a b.so (deleted)"));
}

TEST(Processes, OfThisMachineAreThere) {
  const pid_t child = ::fork();
  if (child == 0) {
    char program[] = "sleep", time[] = "60", variable[] = "TCM_TEST_OF_PROCESSES=/here";
    char* const arguments[] = {program, time, nullptr};
    char* const environment[] = {variable, nullptr};
    ::execve("/bin/sleep", arguments, environment);
    ::_exit(127);
  }
  ProcessQuery query;
  query.variables = {"TCM_TEST_OF_PROCESSES"};
  std::vector<Process> found;
  for (int i = 0; i < 500 && found.empty(); ++i, ::usleep(10'000)) found = list_processes(query).processes;
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].id, child);
  EXPECT_EQ(found[0].user, ::geteuid());
  EXPECT_EQ(found[0].command, "sleep");
  EXPECT_TRUE(found[0].same_mounts);
}

}  // namespace
}  // namespace tcm::util
