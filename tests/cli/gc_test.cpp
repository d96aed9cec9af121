// SPDX-License-Identifier: Apache-2.0
// `tcm gc` and `tcm watch`, as timers and service managers run them.
#include <csignal>
#include <fstream>
#include <functional>
#include <thread>

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/cli/cli_fixture.hpp"
#include "tests/support/file_user.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class GcProgramTest : public CliTest {
 protected:
  std::vector<std::string> left() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(cache())) names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }
  fs::path data() const { return home_ / ".local/share/triton-cache-manager"; }
};

TEST_F(GcProgramTest, SaysWhatWentAndWhyAndThenNothing) {
  add_kernel(cache(), {.seed = 1, .age = 24h * 90});
  add_kernel(cache(), {.seed = 2});
  add_leftover(cache(), 3);
  set_tree_age(cache() / make_key(3), 1h);
  environment_["TCM_PRUNE_UNUSED_FOR"] = "30d";
  const ProgramResult dry = tcm({"gc", "--dry-run"});
  EXPECT_EQ(dry.exit_code, 0) << dry.err;
  EXPECT_THAT(dry.out, AllOf(HasSubstr("Would remove 2 entries"), HasSubstr("temporaries of a dead writer")));
  EXPECT_EQ(left().size(), 3U);
  const ProgramResult first = tcm({"gc"});
  EXPECT_EQ(first.exit_code, 0);
  EXPECT_THAT(first.out, AllOf(HasSubstr(cache().string() + ": freed "),
                               HasSubstr(", 2 entries: 1 left by dead writers, 1 unused (prune.unused_for)\n")));
  EXPECT_THAT(first.err, IsEmpty());
  EXPECT_EQ(left(), std::vector<std::string>{make_key(2)});
  const ProgramResult second = tcm({"gc"});
  EXPECT_EQ(second.exit_code, 0);
  EXPECT_EQ(second.out + second.err, "");
}

TEST_F(GcProgramTest, WithoutALimitItSaysHowToSetOne) {
  add_kernel(cache());
  const ProgramResult result = tcm({"gc"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_EQ(result.err, "No limit is set, so only leftovers go; `tcm config set prune.max_size 50GiB` sets one.\n");
  EXPECT_EQ(left().size(), 1U);
}

TEST_F(GcProgramTest, ALimitThatIsNotMetIsSaidAndHasItsExitCode) {
  add_kernel(cache(), {.seed = 1, .age = 1min});
  environment_["TCM_PRUNE_MAX_SIZE"] = "1K";
  const ProgramResult result = tcm({"gc", "-v"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("prune.max_size 1.0 KiB (env TCM_PRUNE_MAX_SIZE): not met, "));
  EXPECT_THAT(result.out, HasSubstr("kept: 1 younger than the grace period"));
  EXPECT_EQ(left().size(), 1U);
}

TEST_F(GcProgramTest, WhatIsInUseIsKeptAndNamed) {
  add_module(cache(), 1, "cuda_utils.so");
  set_tree_age(cache() / make_key(1), 1h);
  environment_["TCM_PRUNE_MAX_SIZE"] = "0";
  std::string pid;
  {
    const FileUser user(cache() / make_key(1) / "cuda_utils.so", FileUser::How::mapped);
    pid = std::to_string(user.pid());
    for (const std::vector<std::string>& command : {std::vector<std::string>{"gc", "-v"},
                                                    {"gc", "--dry-run"},
                                                    {"prune", "--full", "--all", "--kind", "module", "-y"}})
      EXPECT_THAT(tcm(command).out,
                  AllOf(HasSubstr("kept: 1 in use by a live process"), HasSubstr(": in use by pid " + pid + " (")));
    EXPECT_EQ(left().size(), 1U);
  }
  EXPECT_EQ(tcm({"gc"}).exit_code, 0);
  EXPECT_TRUE(left().empty());
}

TEST_F(GcProgramTest, IsDueOnceInItsTime) {
  add_leftover(cache(), 1);
  set_tree_age(cache() / make_key(1), 1h);
  environment_["TCM_PRUNE_UNUSED_FOR"] = "30d";
  EXPECT_THAT(tcm({"gc", "--if-due", "24h"}).out, HasSubstr("freed"));
  add_leftover(cache(), 2);
  set_tree_age(cache() / make_key(2), 1h);
  const ProgramResult early = tcm({"gc", "--if-due", "24h", "-v"});
  EXPECT_EQ(early.exit_code, 0);
  EXPECT_EQ(early.out, "");
  EXPECT_THAT(early.err, HasSubstr("Not due: the last run was "));
  EXPECT_EQ(tcm({"gc", "--if-due", "24h", "--json"}).out, "{\"schema\":1,\"due\":false}\n");
  EXPECT_EQ(left().size(), 1U);
  EXPECT_THAT(tcm({"gc", "--if-due", "0s"}).out, HasSubstr("freed"));
  write_file(data() / "gc.stamp", "9100000000000000000\n");
  EXPECT_EQ(tcm({"gc", "--if-due", "24h", "-v"}).err, "") << "a time to come is none";
  EXPECT_EQ(tcm({"gc", "--if-due", "soon"}).exit_code, 2);
}

TEST_F(GcProgramTest, OfTwoAtOnceOneDoesIt) {
  for (std::uint64_t i = 1; i <= 40; ++i) add_kernel(cache(), {.seed = i, .age = 24h * 90});
  const std::string program = "HOME=" + home_.path().string() + " TCM_PRUNE_UNUSED_FOR=30d " + TCM_PROGRAM;
  const std::string out = (home_ / "out").string();
  std::string script;
  for (int i = 0; i < 4; ++i) script += program + " gc --if-due 24h >>" + out + " 2>&1 & ";
  ASSERT_EQ(::system((script + "wait").c_str()), 0);
  const std::string said = read_file(out);
  EXPECT_THAT(said, HasSubstr("40 entries: 40 unused"));
  EXPECT_EQ(lines_of(said).size(), 1U) << said;
}

TEST_F(GcProgramTest, FiguresAreForPrometheus) {
  add_kernel(cache(), {.seed = 1, .age = 24h * 90});
  add_kernel(cache(), {.seed = 2, .age = 1min});
  environment_["TCM_PRUNE_UNUSED_FOR"] = "30d";
  const std::string file = (home_ / "tcm.prom").string();
  EXPECT_EQ(tcm({"gc", "--metrics-file", file}).exit_code, 0);
  const std::string root = "{root=\"" + cache().string() + "\"}";
  EXPECT_THAT(read_file(file),
              AllOf(HasSubstr("tcm_cache_entries" + root + " 1\n"), HasSubstr("tcm_gc_removed_entries" + root + " 1\n"),
                    HasSubstr("tcm_gc_success 1\n")));
  environment_["TCM_PRUNE_MAX_SIZE"] = "1K";
  EXPECT_EQ(tcm({"gc", "--metrics-file", file}).exit_code, 3);
  EXPECT_THAT(read_file(file),
              AllOf(HasSubstr("tcm_gc_success 0\n"), HasSubstr("tcm_gc_limit{limit=\"max_size\"} 1024\n"),
                    HasSubstr("tcm_gc_limit_met{limit=\"max_size\"} 0\n"),
                    HasSubstr("tcm_gc_last_success_timestamp_seconds ")));
  const ProgramResult unwritable = tcm({"gc", "--metrics-file", "/proc/tcm.prom"});
  EXPECT_NE(unwritable.exit_code, 0);
  EXPECT_THAT(unwritable.err, HasSubstr("/proc/tcm.prom"));
}

TEST_F(GcProgramTest, ImportsWhatJobsCounted) {
  const std::string used = add_kernel(cache(), {.seed = 1, .age = 24h * 90}).filename().string();
  add_kernel(cache(), {.seed = 2, .age = 24h * 90});
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
  write_file(data() / "hits/job.7-1.hits",
             std::to_string(ns) + "\t7\tH\t" + cache().string() + "\t" + used + "\tadd_kernel\t\n");
  tcm({"index"});
  environment_["TCM_PRUNE_UNUSED_FOR"] = "30d";
  EXPECT_EQ(tcm({"gc"}).exit_code, 0);
  EXPECT_EQ(left(), std::vector<std::string>{used});
  EXPECT_THAT(tcm({"show", used}).out, HasSubstr("hits            1\n"));
}

TEST_F(GcProgramTest, AnswersProgramsInJson) {
  add_kernel(cache(), {.seed = 1, .age = 24h * 90});
  environment_["TCM_PRUNE_UNUSED_FOR"] = "30d";
  environment_["TCM_PRUNE_MAX_FILES"] = "100";
  const boost::json::value answer = json({"gc", "--json"});
  const auto& root = answer.at("roots").at(0);
  EXPECT_EQ(root.at("path").as_string(), cache().string());
  EXPECT_EQ(root.at("causes").at("unused").as_int64(), 1);
  EXPECT_GT(root.at("freed_bytes").as_int64(), 0);
  EXPECT_TRUE(answer.at("budgets").at(0).at("met").as_bool());
}

TEST_F(GcProgramTest, WhatIsNotThereIsMissedOnlyWhenItIsNamed) {
  fs::remove_all(home_ / ".triton");
  environment_["TCM_PRUNE_UNUSED_FOR"] = "30d";
  EXPECT_EQ(tcm({"gc"}).exit_code, 0);
  EXPECT_EQ(tcm({"gc", "--cache-dir", (home_ / "nowhere").string()}).exit_code, 6);
}

TEST_F(GcProgramTest, NeverHitBytesAreThoseThatWereCounted) {
  const std::string used = add_kernel(cache(), {.seed = 1}).filename().string();
  const std::string never = add_kernel(cache(), {.seed = 2}).filename().string();
  add_kernel(cache(), {.seed = 3});
  tcm({"index"});
  EXPECT_THAT(tcm({"stats"}).err, Not(HasSubstr("Never hit")));
  EXPECT_TRUE(json({"stats", "--json"}).at("never_hit").is_null());
  std::string log;
  for (const auto& [kind, key] : {std::pair{'H', used}, {'M', never}})
    log +=
        "1750000000000000000\t7\t" + std::string(1, kind) + "\t" + cache().string() + "\t" + key + "\tadd_kernel\t\n";
  write_file(data() / "hits/job.7-1.hits", log);
  tcm({"hits", "import"});
  EXPECT_THAT(tcm({"stats"}).err, HasSubstr("Never hit: 1 of 2 kernels that were counted, "));
  EXPECT_EQ(json({"stats", "--json"}).at("never_hit").at("kernels").as_int64(), 1);
  EXPECT_THAT(tcm({"show", never}).out, HasSubstr("misses          1\n"));
}

/// `tcm watch` in the background, until it is told to end.
class Watching {
 public:
  Watching(const std::map<std::string, std::string>& environment, const fs::path& log) {
    pid_ = ::fork();
    if (pid_ != 0) return;
    const int fd = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(fd, 1);
    ::dup2(fd, 2);
    for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    ::execl(TCM_PROGRAM, TCM_PROGRAM, "watch", "-v", "--metrics-file", (log.string() + ".prom").c_str(), nullptr);
    ::_exit(127);
  }
  ~Watching() {
    if (pid_ > 0) end(SIGKILL);
  }
  int end(int signal) {
    int status = 0;
    ::kill(pid_, signal);
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
};

bool wait_for(const std::function<bool()>& met) {
  for (int i = 0; i < 600; ++i) {
    if (met()) return true;
    std::this_thread::sleep_for(100ms);
  }
  return false;
}

TEST_F(GcProgramTest, WatchKeepsTheIndexInStepUntilItIsTold) {
  add_kernel(cache(), {.seed = 1, .age = 5h});
  const std::string socket_path = (home_ / "notify").string();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy(socket_path.begin(), socket_path.end(), address.sun_path);
  const int manager = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::bind(manager, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  environment_["NOTIFY_SOCKET"] = socket_path;
  environment_["TCM_PRUNE_MAX_FILES"] = "16";
  const std::string log = (home_ / "log").string();
  Watching watch(environment_, log);
  char word[64];
  ASSERT_EQ(::recv(manager, word, sizeof word, 0), 7);
  ::close(manager);
  EXPECT_EQ(std::string(word, 7), "READY=1");
  add_kernel(cache(), {.seed = 2, .age = 4h});
  add_kernel(cache(), {.seed = 3, .age = 3h});
  EXPECT_TRUE(wait_for([&] { return left().size() == 2; })) << read_file(log);
  EXPECT_TRUE(wait_for([&] { return read_file(log).find("freed ") != std::string::npos; })) << read_file(log);
  EXPECT_FALSE(fs::exists(cache() / make_key(1)));
  EXPECT_TRUE(wait_for([&] {
    const std::string figures = fs::exists(log + ".prom") ? read_file(log + ".prom") : std::string();
    return figures.find("tcm_cache_entries{root=\"" + cache().string() + "\"} 2\n") != std::string::npos;
  }));
  EXPECT_EQ(lines_of(tcm({"list", "-q"}).out).size(), 2U);
  EXPECT_EQ(watch.end(SIGTERM), 0) << read_file(log);
}

TEST_F(GcProgramTest, WatchEndsAtAnInterruptToo) {
  const std::string log = (home_ / "log").string();
  Watching watch(environment_, log);
  ASSERT_TRUE(wait_for([&] { return fs::exists(log) && read_file(log).find("Watching") != std::string::npos; }));
  EXPECT_EQ(watch.end(SIGINT), 0);
  EXPECT_THAT(read_file(log), HasSubstr("No budget is set"));
}

}  // namespace
}  // namespace tcm::test
