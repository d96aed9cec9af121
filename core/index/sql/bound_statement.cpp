// SPDX-License-Identifier: Apache-2.0
#include "core/index/sql/bound_statement.hpp"

#include <atomic>

#include <fmt/format.h>

namespace tcm::index {
namespace {

// Rows of a part: so many that the way to the server does not count, so few that they need no memory to speak of.
constexpr int kPart = 1'000;

}  // namespace

Cursor::Cursor(Session& session) : session_(session), outermost_(session.transactions_ == 0) {
  static std::atomic<unsigned> count{0};
  name_ = fmt::format("tcm_rows_{}", ++count);
  if (outermost_) session_.sql() << "BEGIN";
  ++session_.transactions_;
}

Cursor::~Cursor() {
  try {
    close();
  } catch (const soci::soci_error&) {
    // The connection is gone, and the cursor with it.
  }
}

void Cursor::close() {
  if (!open_) return;
  open_ = false;
  --session_.transactions_;
  // The end of a transaction closes its cursors, also of one that has failed.
  session_.sql() << (outermost_ ? "COMMIT" : "CLOSE " + name_);
}

BoundStatement::BoundStatement(Session& session, std::string text, const std::vector<Value>& values, Rows rows)
    : session_(session),
      by_cursor_(rows == Rows::many && session.dialect().reads_by_cursor()),
      statement_(session.sql()),
      rows_(session.sql()),
      text_(std::move(text)) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string name = fmt::format("p{}", i);
    std::visit([&](const auto& value) { statement_.exchange(soci::use(value, name)); }, values[i]);
  }
}

BoundStatement& BoundStatement::into(std::string& target) {
  target_statement().exchange(soci::into(target));
  texts_.push_back(&target);
  return *this;
}

BoundStatement& BoundStatement::into(std::string& target, soci::indicator& indicator) {
  target_statement().exchange(soci::into(target, indicator));
  texts_.push_back(&target);
  return *this;
}

void BoundStatement::prepare(const std::string& text) {
  statement_.alloc();
  statement_.prepare(text, soci::details::st_one_time_query);
  statement_.define_and_bind();
}

void BoundStatement::execute() {
  if (!by_cursor_) {
    prepare(text_);
    statement_.execute(false);
    return;
  }
  cursor_.emplace(session_);
  prepare(fmt::format("DECLARE {} NO SCROLL CURSOR FOR {}", cursor_->name(), text_));
  statement_.execute(false);
  rows_.alloc();
  rows_.prepare(fmt::format("FETCH FORWARD {} FROM {}", kPart, cursor_->name()), soci::details::st_one_time_query);
  rows_.define_and_bind();
  rows_.execute(false);
}

void BoundStatement::run() {
  prepare(text_);
  statement_.execute(true);
}

bool BoundStatement::fetch_part() {
  if (rows_.fetch()) return true;
  rows_.execute(false);
  if (rows_.fetch()) return true;
  cursor_->close();
  return false;
}

bool BoundStatement::fetch() {
  if (!(by_cursor_ ? fetch_part() : statement_.fetch())) return false;
  session_.note_delivery();
  for (std::string* text : texts_) *text = session_.dialect().plain(std::move(*text));
  return true;
}

}  // namespace tcm::index
