// SPDX-License-Identifier: Apache-2.0
#include "core/cache/edit/edit_context.hpp"

#include <fmt/format.h>

#include "core/disk/directory.hpp"
#include "core/disk/file_changes.hpp"
#include "core/util/system/system_error.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/time.hpp"

namespace tcm::cache {

using model::KeptReason;

Outcome kept(KeptReason reason, std::string detail) {
  Outcome outcome;
  outcome.status = Status::kept;
  outcome.kept = reason;
  outcome.detail = std::move(detail);
  outcome.gone = reason == KeptReason::gone;
  return outcome;
}

Outcome failed(Error error) {
  Outcome outcome;
  outcome.status = Status::failed;
  outcome.error = error.code;
  outcome.detail = std::move(error.message);
  return outcome;
}

std::string EditContext::line(std::string_view key, std::string_view name, std::string_view what) const {
  std::string text = root.path();
  for (const std::string_view part : {key, name})
    if (!part.empty()) (text += '/') += part;
  return fmt::format("{}: {}", util::escape_control(text), what);
}

Outcome EditContext::failed(std::string_view key, std::string_view name, std::string_view what) const {
  return cache::failed({ErrorCode::failed, line(key, name, what)});
}

Outcome EditContext::failed(std::string_view key, std::string_view name, std::string_view what, int error) const {
  return cache::failed(util::system_error(line(key, name, what), error).value());
}

bool EditContext::is_young(std::int64_t newest_ns) const {
  return options.grace_ns > 0 && util::now_ns() - newest_ns < options.grace_ns;
}

std::optional<Outcome> EditContext::refuse_changed(const Change& change, const EntryLook& look) const {
  if (look.seen.untouchable) return kept(*look.seen.untouchable, look.seen.detail);
  if (!look.seen.stamp.same_state(change.stamp)) return kept(KeptReason::changed, {});
  return std::nullopt;
}

std::optional<Outcome> EditContext::refuse(const Change& change, const EntryLook& look) const {
  if (look.seen.untouchable) return kept(*look.seen.untouchable, look.seen.detail);
  if (!look.seen.writer.empty()) return kept(KeptReason::in_use, look.seen.writer);
  // What only is rewritten stays, with all that is open of it.
  if (change.action != model::Action::rewrite)
    if (std::string user = used.user_of(look.seen.files); !user.empty())
      return kept(KeptReason::in_use, std::move(user));
  if (auto refused = refuse_changed(change, look)) return refused;
  if (is_young(look.seen.newest_ns)) return kept(KeptReason::young, {});
  return refuse_links(look);
}

std::optional<Outcome> EditContext::refuse_links(const EntryLook& look) const {
  for (const std::string& name : look.seen.links) {
    disk::Node node;
    const bool is_link =
        disk::stat_at(look.directory.get(), name.c_str(), node) == 0 && node.type == disk::NodeType::link;
    return kept(is_link ? KeptReason::symlink : KeptReason::foreign_file,
                fmt::format("{}: {}", util::escape_control(name),
                            is_link ? "symbolic link, not followed" : "neither a file nor a directory"));
  }
  return std::nullopt;
}

void EditContext::read_again(const Change& change, Outcome& outcome) const {
  outcome.now = root.read_entry(change.key, options.naming);
}

void put_time_back(int directory, std::int64_t mtime_ns, Outcome& outcome) {
  const int error = disk::set_mtime(directory, mtime_ns);
  if (error != 0 && outcome.detail.empty())
    outcome.detail = fmt::format("its modification time could not be put back: {}", util::error_text(error));
}

void put_time_back(const EntryLook& look, Outcome& outcome) {
  put_time_back(look.directory.get(), look.node.mtime_ns, outcome);
}

}  // namespace tcm::cache
