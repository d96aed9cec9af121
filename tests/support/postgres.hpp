// SPDX-License-Identifier: Apache-2.0
// Real PostgreSQL servers for tests, run from the system's programs as an ordinary user. Functions throw when a server
// does not do what it is told: the test fails.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include <sys/types.h>

namespace tcm::test {

/// A server in a directory of its own. It goes with the object, and with the process, however that ends. Its default
/// collation is a language's, not that of bytes, as it would be where it was set up for people.
class PostgresServer {
 public:
  enum class Listen {
    socket,    ///< a Unix socket; everybody on it is trusted
    loopback,  ///< also a port of 127.0.0.1, where the password kPassword is asked for
  };
  static constexpr const char* kUser = "tcm";
  static constexpr const char* kPassword = "s3cr3t word";

  /// Makes the data and starts.
  explicit PostgresServer(Listen listen = Listen::socket);
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  /// Starts again what was stopped or killed; returns when it answers.
  void start();
  /// Ends all connections, and the server, as an administrator would.
  void stop();
  /// Ends the server as a crash of the machine would.
  void kill();

  const std::filesystem::path& directory() const { return directory_; }
  int port() const { return port_; }
  /// Of a database in it, through the socket.
  std::string url(const std::string& database = "postgres") const;

 private:
  void end(int signal);

  std::filesystem::path directory_;
  int port_ = 5432;
  Listen listen_;
  pid_t process_ = -1;
};

/// Keeps a server for all tests of a build: says its URL on standard output, returns when nobody has asked for it for
/// a while. `base` is where the tests look for it.
int keep_shared_postgres(const std::filesystem::path& base);

/// A new, empty database in the server that all tests of this build share; the first to ask starts it. Gone with the
/// object.
class PostgresDatabase {
 public:
  PostgresDatabase();
  ~PostgresDatabase();
  PostgresDatabase(const PostgresDatabase&) = delete;
  PostgresDatabase& operator=(const PostgresDatabase&) = delete;
  const std::string& url() const { return url_; }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  std::string url_;
};

/// Runs SQL past the index.
void run_postgres(const std::string& url, const std::string& sql);
/// The first column of the first row.
std::string ask_postgres(const std::string& url, const std::string& sql);

}  // namespace tcm::test
