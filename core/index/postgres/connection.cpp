// SPDX-License-Identifier: Apache-2.0
#include "core/index/postgres/connection.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <string_view>

#include <fmt/format.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>

#include "core/index/postgres/library.hpp"
#include "core/util/text/redact.hpp"
#include "core/util/text/text.hpp"

namespace tcm::index {
namespace {

using Words = std::map<std::string, std::string, std::less<>>;

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// Everything but letters and digits in hexadecimal: SOCI splits what it hands on at blanks and quotes.
std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 && static_cast<unsigned char>(c) < 0x80)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string word(const Words& words, std::string_view name) {
  const auto found = words.find(name);
  return found == words.end() ? std::string() : found->second;
}

std::string described(const Words& words) {
  std::string where = "postgresql://";
  if (const std::string user = word(words, "user"); !user.empty()) where += user + "@";
  const std::string host = word(words, "host");
  where += host.empty() ? word(words, "hostaddr") : host;
  if (const std::string port = word(words, "port"); !port.empty()) where += ":" + port;
  where += "/" + word(words, "dbname");
  if (const std::string service = word(words, "service"); !service.empty()) where += "?service=" + service;
  return util::escape_control(where);
}

/// Lines of libpq as one, without the password, which it never prints and which may still be in a name.
std::string one_line(std::string_view text, const std::string& password) {
  std::string line;
  for (const char c : text) {
    const bool blank = c == '\n' || c == '\t' || c == '\r' || c == ' ';
    if (!blank)
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  util::hide_word(line, password);
  return util::escape_control(line);
}

struct Refusal {
  std::string_view part;  // of libpq's message, in English
  ErrorCode code;
  std::string_view advice;
};

// libpq gives a failed connection no code, only text; what is worded otherwise is passed on all the same.
constexpr std::array<Refusal, 12> kRefusals{{
    {"password authentication failed", ErrorCode::denied,
     "check user and password (~/.pgpass, PGPASSFILE or PGPASSWORD)"},
    {"no password supplied", ErrorCode::denied, "give a password in ~/.pgpass, PGPASSFILE or PGPASSWORD"},
    {"pg_hba.conf", ErrorCode::denied, "ask the server's administrator for access"},
    {"authentication failed", ErrorCode::denied, "check the user"},
    {"permission denied for database", ErrorCode::denied, "ask the server's administrator for access"},
    {"role \"", ErrorCode::denied, "check the user"},
    {"database \"", ErrorCode::missing, "make it with createdb, or name another"},
    {"too many", ErrorCode::busy, "try again later"},
    {"starting up", ErrorCode::busy, "try again later"},
    {"shutting down", ErrorCode::busy, "try again later"},
    {"timeout expired", ErrorCode::failed, "check the host, or allow more with storage.timeout"},
    {"invalid ", ErrorCode::usage, "correct the URL"},
}};

Error refused(const PostgresTarget& target, std::string_view said) {
  // SOCI's own first line says nothing more.
  if (const auto end = said.find('\n'); said.starts_with("Cannot establish") && end != std::string_view::npos)
    said.remove_prefix(end + 1);
  Refusal why{"", ErrorCode::failed, "check that the server runs and the URL is right"};
  const auto known =
      std::find_if(kRefusals.begin(), kRefusals.end(), [&](const Refusal& row) { return contains(said, row.part); });
  if (known != kRefusals.end()) why = *known;
  return {why.code, fmt::format("{}: {}; {}", target.where, one_line(said, target.password), why.advice)};
}

/// The five letters of an error (PostgreSQL, "Error Codes"), which stand before its text in verbose messages; and that
/// text. Empty when the connection itself failed.
struct Said {
  std::string_view state;
  std::string text;
};

Said said_by(std::string_view text) {
  for (std::size_t at = text.find(": "); at != std::string_view::npos; at = text.find(": ", at + 1)) {
    if (at < 5) continue;
    const std::string_view state = text.substr(at - 5, 5);
    const bool code = std::all_of(state.begin(), state.end(),
                                  [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
    // With a digit, which tells it from the word that says how bad it is.
    const bool digit = state.find_first_of("0123456789") != std::string_view::npos;
    if (!code || !digit || (at > 5 && text[at - 6] != ' ')) continue;
    const std::string_view rest = text.substr(at + 2);
    return {state, std::string(rest.substr(0, rest.find('\n')))};
  }
  return {{}, one_line(text, "")};
}

PGconn* connection_of(soci::session& session) {
  return static_cast<soci::postgresql_session_backend*>(session.get_backend())->conn_;
}

Result<Words> parse_words(const PostgresLibrary& library, const std::string& text) {
  char* why = nullptr;
  PQconninfoOption* const options = library.conninfo_parse(text.c_str(), &why);
  if (options == nullptr) {
    if (why != nullptr) library.free_memory(why);
    // Why not is left out: libpq quotes what it could not read, and that may be a password.
    const std::string named = contains(text, "://") ? util::redact_url(text) : std::string("postgresql:…");
    return fail(ErrorCode::usage, fmt::format("{}: is not what PostgreSQL's library takes; name "
                                              "postgresql://USER@HOST/DATABASE or key=value words",
                                              util::escape_control(named)));
  }
  Words words;
  for (const PQconninfoOption* option = options; option->keyword != nullptr; ++option)
    if (option->val != nullptr) words[option->keyword] = option->val;
  library.conninfo_free(options);
  return words;
}

Result<void> prepare_session(const PostgresLibrary& library, const PostgresTarget& target, soci::session& session) {
  PGconn* const connection = connection_of(session);
  library.set_error_verbosity(connection, PQERRORS_VERBOSE);
  library.set_notice_processor(
      connection, [](void*, const char*) {}, nullptr);
  const char* const encoding = library.parameter_status(connection, "server_encoding");
  if (encoding == nullptr || std::string_view(encoding) != "UTF8")
    return fail(ErrorCode::failed, fmt::format("{}: the database has the encoding {}; make one with UTF8", target.where,
                                               encoding != nullptr ? encoding : "(none)"));
  // - lock_timeout bounds every wait for another writer;
  // - a list is read to its end, so plans for its beginning only are the wrong ones.
  const std::string lock_timeout = std::to_string(std::chrono::milliseconds(target.timeout).count());
  std::string ignored;
  session << "SELECT set_config('lock_timeout', :timeout, false), set_config('cursor_tuple_fraction', '1', false)",
      soci::into(ignored), soci::into(ignored), soci::use(lock_timeout);
  return {};
}

}  // namespace

Result<PostgresTarget> parse_postgres_target(const std::string& text, std::chrono::seconds timeout) {
  TCM_ASSIGN(const PostgresLibrary* library, postgres_library());
  if (text.find('\0') != std::string::npos) return fail(ErrorCode::usage, "the index's URL holds a zero byte");
  TCM_ASSIGN(Words words, parse_words(*library, text));
  PostgresTarget target;
  target.where = described(words);
  target.password = word(words, "password");
  // Below two seconds libpq rounds up, and zero means for ever.
  target.timeout = std::max(timeout, std::chrono::seconds(1));
  words.try_emplace("connect_timeout", std::to_string(target.timeout.count()));
  words.try_emplace("application_name", "tcm");
  // So that a host that went away in the middle is noticed.
  words.try_emplace("tcp_user_timeout", std::to_string(std::chrono::milliseconds(target.timeout).count() * 6));
  words.insert_or_assign("client_encoding", "UTF8");
  target.url = "postgresql://";
  char before = '?';
  for (const auto& [name, value] : words) {
    target.url += before + name + "=" + percent_encoded(value);
    before = '&';
  }
  return target;
}

Result<std::unique_ptr<soci::session>> connect_postgres(const PostgresTarget& target) {
  TCM_ASSIGN(const PostgresLibrary* library, postgres_library());
  try {
    auto session = std::make_unique<soci::session>(*library->factory, target.url);
    TCM_TRY(prepare_session(*library, target, *session));
    return session;
  } catch (const soci::soci_error& error) {
    return fail(refused(target, error.get_error_message()));
  }
}

Error describe_postgres_error(const std::string& where, const soci::soci_error& error) {
  const std::string whole = error.get_error_message();
  const Said said = said_by(whole);
  const std::string_view state = said.state;
  const auto is = [&](std::initializer_list<std::string_view> states) {
    return std::find(states.begin(), states.end(), state) != states.end();
  };
  const auto made = [&](ErrorCode code, std::string_view advice) {
    return Error{code, fmt::format("{}: {}; {}", where, util::escape_control(said.text), advice)};
  };
  if (is({"55P03"})) return {ErrorCode::busy, where + ": another process holds the index; try again when it is done"};
  if (is({"40001", "40P01"})) return made(ErrorCode::busy, "try again");
  if (is({"57014"})) return made(ErrorCode::busy, "ask less at once, or allow more time");
  if (is({"53300", "57P03"})) return made(ErrorCode::busy, "try again later");
  if (is({"42501"})) return made(ErrorCode::denied, "ask the owner of the database for the right");
  if (is({"25006"}))
    return {ErrorCode::denied, where + ": the index cannot be written: the server or the user is read-only"};
  if (is({"42P01", "42703", "42883"}))
    return {ErrorCode::corrupt, fmt::format("{}: the index is damaged ({}); drop its tables and run `tcm index` to "
                                            "rebuild",
                                            where, util::escape_control(said.text))};
  if (is({"XX001", "XX002"})) return made(ErrorCode::corrupt, "restore the database, or rebuild with `tcm index`");
  // Not no_space: that is a disk of this machine, where an index in memory can stand in.
  if (is({"53100"})) return made(ErrorCode::failed, "free some space on the server");
  if (is({"54000"})) return made(ErrorCode::failed, "a path or name is too long for this database");
  if (state.empty() || state.starts_with("57P") || state.starts_with("08"))
    return {ErrorCode::failed, fmt::format("{}: the connection was lost ({}); what was committed is whole, run again",
                                           where, util::escape_control(said.text))};
  return {ErrorCode::failed, fmt::format("{}: the index does not answer: {}", where, util::escape_control(said.text))};
}

Failure judge_postgres_error(soci::session& session, const soci::soci_error& error) {
  const std::string whole = error.get_error_message();
  const Said said = said_by(whole);
  if (said.state == "40001" || said.state == "40P01") return Failure::conflict;
  if (said.state.starts_with("57P0") || said.state.starts_with("08")) return Failure::lost;
  // A failure without a code does not come from the server but from the way to it; its first sign leaves the
  // connection's state as it was. SOCI's own complaints are no failures of a query.
  if (said.state.empty() && contains(whole, "Fatal error.")) return Failure::lost;
  const auto library = postgres_library();
  if (library && (*library)->status(connection_of(session)) != CONNECTION_OK) return Failure::lost;
  return Failure::final;
}

}  // namespace tcm::index
