// SPDX-License-Identifier: Apache-2.0
#include "tests/support/postgres.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/other_user.hpp"
#include "tests/support/temp_dir.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kNobody = 65534;

[[noreturn]] void throw_errno(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// The newest release that is installed, and has what the tests need: 15 or later.
fs::path program(const std::string& name) {
  fs::path best;
  int newest = 14;
  std::error_code error;
  for (const auto& release : fs::directory_iterator("/usr/lib/postgresql", error)) {
    const int version = std::atoi(release.path().filename().c_str());
    if (version <= newest || !fs::exists(release.path() / "bin" / name)) continue;
    newest = version;
    best = release.path() / "bin" / name;
  }
  if (best.empty()) throw std::runtime_error("no PostgreSQL 15 or later below /usr/lib/postgresql");
  return best;
}

/// A directory that the server's user can reach, with a path so short that a socket's name fits.
fs::path make_directory() {
  constexpr std::size_t kLongest = 80;
  for (const fs::path& parent : {fs::temp_directory_path(), fs::path("/tmp")}) {
    std::string made = (parent / "tcm-pg-XXXXXX").string();
    if (made.size() > kLongest || ::mkdtemp(made.data()) == nullptr) continue;
    if (::chmod(made.c_str(), 0755) == 0 && (::geteuid() != 0 || ::chown(made.c_str(), kNobody, kNobody) == 0) &&
        as_ordinary_user([&] { return std::string(::access(made.c_str(), W_OK) == 0 ? "yes" : "no"); }) == "yes")
      return made;
    fs::remove_all(made);
  }
  throw std::runtime_error("no directory that a server could use");
}

/// Starts a program of PostgreSQL, which refuses to run as root, with its output in `log`. It dies with this process.
pid_t spawn(std::vector<std::string> words, const fs::path& log) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) throw_errno("fork");
  if (child > 0) return child;
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  const int in = ::open("/dev/null", O_RDONLY);
  ::dup2(in, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  ::close_range(STDERR_FILENO + 1, ~0U, 0);
  if (::geteuid() == 0 && (::setgroups(0, nullptr) != 0 || ::setgid(kNobody) != 0 || ::setuid(kNobody) != 0))
    ::_exit(126);
  // After the change of user, which forgets it. SIGQUIT is the server's immediate shutdown.
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
  if (::getppid() != parent) ::_exit(126);
  ::setsid();
  ::execv(arguments.front(), arguments.data());
  ::_exit(127);
}

int status_of(pid_t process) {
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(socket, generic, size) != 0 || ::getsockname(socket, generic, &size) != 0) throw_errno("bind");
  ::close(socket);
  return ntohs(address.sin_port);
}

void make_data(const fs::path& directory) {
  const fs::path log = directory / "initdb.log";
  const fs::path password = directory / "password";
  write_file(password, PostgresServer::kPassword);
  const int status = status_of(
      spawn({program("initdb").string(), "-D", (directory / "data").string(), "-U", PostgresServer::kUser, "-A",
             "trust", "--auth-host=scram-sha-256", "--pwfile=" + password.string(), "-E", "UTF8", "--locale=C.UTF-8",
             "--locale-provider=icu", "--icu-locale=en-US", "--no-sync", "--no-instructions"},
            log));
  if (status != 0) throw std::runtime_error("initdb failed: " + read_file(log));
}

bool answers(const std::string& url) { return PQping(url.c_str()) == PQPING_OK; }

class Connection {
 public:
  explicit Connection(const std::string& url) : connection_(PQconnectdb(url.c_str())) {
    PQsetNoticeProcessor(
        connection_, [](void*, const char*) {}, nullptr);
    if (PQstatus(connection_) == CONNECTION_OK) return;
    const std::string why = PQerrorMessage(connection_);
    PQfinish(connection_);
    throw std::runtime_error(why);
  }
  ~Connection() { PQfinish(connection_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// The first column of the first row, if there is one.
  std::string run(const std::string& sql) {
    PGresult* const result = PQexec(connection_, sql.c_str());
    const ExecStatusType status = PQresultStatus(result);
    const std::string answer = PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "";
    PQclear(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) throw std::runtime_error(PQerrorMessage(connection_));
    return answer;
  }

 private:
  PGconn* connection_;
};

}  // namespace

PostgresServer::PostgresServer(Listen listen) : directory_(make_directory()), listen_(listen) {
  try {
    make_data(directory_);
    if (listen == Listen::loopback) port_ = free_port();
    start();
  } catch (...) {
    if (process_ > 0) end(SIGQUIT);
    fs::remove_all(directory_);
    throw;
  }
}

PostgresServer::~PostgresServer() {
  if (process_ > 0) end(SIGQUIT);
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

std::string PostgresServer::url(const std::string& database) const {
  return "postgresql:///" + database + "?host=" + directory_.string() + "&port=" + std::to_string(port_) +
         "&user=" + kUser;
}

void PostgresServer::start() {
  const fs::path log = directory_ / "server.log";
  process_ = spawn({program("postgres").string(), "-D", (directory_ / "data").string(), "-k", directory_.string(), "-p",
                    std::to_string(port_), "-c",
                    listen_ == Listen::loopback ? "listen_addresses=127.0.0.1" : "listen_addresses=", "-c", "fsync=off",
                    "-c", "full_page_writes=off", "-c", "shared_buffers=64MB", "-c", "max_connections=60"},
                   log);
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!answers(url())) {
    int status = 0;
    if (::waitpid(process_, &status, WNOHANG) == process_) {
      process_ = -1;
      throw std::runtime_error("the server ended: " + read_file(log));
    }
    if (std::chrono::steady_clock::now() > give_up) throw std::runtime_error("the server does not answer");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

void PostgresServer::stop() { end(SIGINT); }

void PostgresServer::kill() { end(SIGQUIT); }

void PostgresServer::end(int signal) {
  ::kill(process_, signal);
  status_of(process_);
  process_ = -1;
}

void run_postgres(const std::string& url, const std::string& sql) { Connection(url).run(sql); }

std::string ask_postgres(const std::string& url, const std::string& sql) { return Connection(url).run(sql); }

}  // namespace tcm::test
