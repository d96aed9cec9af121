// SPDX-License-Identifier: Apache-2.0
// One server for all tests of a build, however many processes they are. Whoever uses it holds a shared lock on the file
// `users`; a keeper outside all tests stops the server when it could lock that file alone for a while. Locks go with
// their processes, so no test can leave a server behind.
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <spawn.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/util/system/fd.hpp"
#include "tests/support/postgres.hpp"
#include "tests/support/temp_dir.hpp"

extern char** environ;

namespace tcm::test {
namespace {

namespace fs = std::filesystem;

constexpr int kIdleSeconds = 20;

util::Fd open_lock(const fs::path& file) {
  util::Fd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (fd.get() < 0) throw std::system_error(errno, std::generic_category(), file.string());
  return fd;
}

void lock(const util::Fd& fd, int operation) {
  while (::flock(fd.get(), operation) != 0)
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "flock");
}

bool answers_queries(const std::string& url) {
  try {
    return ask_postgres(url, "SELECT 1") == "1";
  } catch (const std::runtime_error&) {
    return false;
  }
}

/// Starts the keeper; returns when its server answers.
std::string start_keeper(const fs::path& base) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  // None of the test's own outputs: whoever reads them waits until the last holder closes them.
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, (base / "keeper.log").c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                   0644);
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  std::string program = TCM_TEST_POSTGRES_KEEPER;
  std::string argument = base.string();
  char* const words[] = {program.data(), argument.data(), nullptr};
  pid_t keeper = -1;
  const int result = ::posix_spawn(&keeper, program.c_str(), &actions, &attributes, words, environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  ::close(ends[1]);
  std::string url;
  char buffer[512];
  for (ssize_t got = 0; result == 0 && (got = ::read(ends[0], buffer, sizeof buffer)) > 0;)
    url.append(buffer, static_cast<std::size_t>(got));
  ::close(ends[0]);
  if (url.empty()) throw std::runtime_error("no PostgreSQL server: " + read_file(base / "keeper.log"));
  return url;
}

/// The URL of the shared server, up to its database.
const std::string& shared_server() {
  static util::Fd users;
  static std::string url;
  if (!url.empty()) return url;
  const fs::path base = TCM_TEST_POSTGRES_BASE;
  fs::create_directories(base);
  users = open_lock(base / "users");
  lock(users, LOCK_SH);
  const util::Fd starting = open_lock(base / "starting");
  lock(starting, LOCK_EX);
  const fs::path known = base / "url";
  if (fs::exists(known)) url = read_file(known);
  if (url.empty() || !answers_queries(url)) url = start_keeper(base);
  return url;
}

std::string with_database(std::string url, const std::string& name) {
  return url.replace(url.find("/postgres?"), std::string("/postgres").size(), "/" + name);
}

}  // namespace

int keep_shared_postgres(const fs::path& base) {
  ::signal(SIGHUP, SIG_IGN);
  PostgresServer server;
  write_file(base / "url", server.url());
  std::fputs(server.url().c_str(), stdout);
  std::fclose(stdout);
  const util::Fd users = open_lock(base / "users");
  const util::Fd starting = open_lock(base / "starting");
  for (int idle = 0; idle < kIdleSeconds;) {
    std::this_thread::sleep_for(std::chrono::seconds(1));
    if (!fs::exists(server.directory())) return 0;
    idle = ::flock(users.get(), LOCK_EX | LOCK_NB) == 0 ? idle + 1 : 0;
    ::flock(users.get(), LOCK_UN);
    if (idle < kIdleSeconds) continue;
    // A test that has just come asks for both locks in this order, and finds no server when they are its own.
    if (::flock(users.get(), LOCK_EX | LOCK_NB) != 0) {
      idle = 0;
      continue;
    }
    if (::flock(starting.get(), LOCK_EX | LOCK_NB) != 0) {
      ::flock(users.get(), LOCK_UN);
      idle = 0;
    }
  }
  if (fs::exists(base / "url") && read_file(base / "url") == server.url()) fs::remove(base / "url");
  server.kill();
  return 0;
}

PostgresDatabase::PostgresDatabase() {
  static std::atomic<int> count{0};
  name_ = "t" + std::to_string(::getpid()) + "_" + std::to_string(++count);
  const std::string& server = shared_server();
  run_postgres(server, "DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
  run_postgres(server, "CREATE DATABASE " + name_);
  url_ = with_database(server, name_);
}

PostgresDatabase::~PostgresDatabase() {
  try {
    run_postgres(shared_server(), "DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
  } catch (const std::runtime_error&) {
    // It goes with the server.
  }
}

}  // namespace tcm::test
