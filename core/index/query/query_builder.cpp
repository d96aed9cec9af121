// SPDX-License-Identifier: Apache-2.0
#include "core/index/query/query_builder.hpp"

#include <map>
#include <utility>

#include <fmt/format.h>

#include "core/index/query/condition_query.hpp"

namespace tcm::index {
namespace {

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  return fmt::format("{}", fmt::join(parts, between));
}

// The texts of those matches that are (not) negated.
std::vector<std::string_view> texts_of(const std::vector<TextMatch>& matches, bool negate) {
  std::vector<std::string_view> texts;
  for (const TextMatch& match : matches)
    if (match.negate == negate) texts.emplace_back(match.text);
  return texts;
}

// The smallest text that sorts after everything that begins with `prefix`; empty when there is none.
std::string end_of_prefix(std::string prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xff) prefix.pop_back();
  if (!prefix.empty()) prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

}  // namespace

void QueryBuilder::add(std::string condition) { conditions_.push_back(std::move(condition)); }

std::string QueryBuilder::bind(Value value) { return values_.bind(std::move(value)); }

std::string QueryBuilder::bind_as_is(std::string text) { return values_.bind_as_is(std::move(text)); }

std::string QueryBuilder::has(const Field& field) { return has_field_condition(values_, field); }

std::string QueryBuilder::where() const {
  return conditions_.empty() ? std::string() : " WHERE " + joined(conditions_, " AND ");
}

void QueryBuilder::add(const Criteria& criteria) {
  add_texts("record.name", criteria.names);
  add_globs(criteria.globs);
  add_texts("record.backend", criteria.backends);
  add_archs(criteria.archs);
  add_kinds(criteria.kinds);
  for (const VersionBound& bound : criteria.triton_versions)
    compare("record.version_rank", bound.comparison, bound.rank);
  if (criteria.modified_before_ns) compare("record.mtime_ns", Comparison::less, *criteria.modified_before_ns);
  if (criteria.modified_after_ns) compare("record.mtime_ns", Comparison::greater, *criteria.modified_after_ns);
  for (const SizeBound& bound : criteria.sizes) compare("record.total_bytes", bound.comparison, bound.bytes);
  if (!criteria.key_prefix.empty()) add_key_prefix(criteria.key_prefix);
  if (criteria.with_problem) add("record.problem <> ''");
  if (criteria.spilling) add("record.spill_bytes > 0");
  if (criteria.elsewhere) add("record.elsewhere = 1");
  for (const Condition& part : criteria.where) add(condition_text(values_, part));
  add_hosts(criteria);
  if (!criteria.root_paths.empty())
    add(root_column("record") + " IN (SELECT root.id FROM root WHERE " + roots_condition(criteria.root_paths) + ")");
}

// Not from an index: the planner would start at the root and sort all its rows, and filters come in the list's order.
std::string QueryBuilder::root_column(std::string_view table) const {
  return sql().without_index(fmt::format("{}.root_id", table));
}

void QueryBuilder::add_hosts(const Criteria& criteria) {
  if (!criteria.all_hosts)
    add(fmt::format("{} IN (SELECT root.id FROM root WHERE root.host_id = {})", root_column("record"), host_id_));
  if (criteria.root_ids) add(root_column("record") + " IN (" + ids(*criteria.root_ids) + ")");
  if (!criteria.without_root_ids.empty())
    add(root_column("record") + " NOT IN (" + ids(criteria.without_root_ids) + ")");
  if (criteria.missing_in_root_ids)
    add("NOT EXISTS (SELECT 1 FROM record AS there WHERE there.key = record.key AND " + root_column("there") + " IN (" +
        ids(*criteria.missing_in_root_ids) + "))");
}

std::string QueryBuilder::ids(const std::vector<std::int64_t>& ids) {
  const std::string list = fmt::format("[\"{}\"]", fmt::join(ids, "\",\""));
  return fmt::format("SELECT CAST(item.value AS BIGINT) FROM ({}) AS item",
                     sql().rows_of_list(bind_as_is(ids.empty() ? "[]" : list)));
}

void QueryBuilder::roots_at_or_below(const std::vector<std::string>& paths) { add(roots_condition(paths)); }

void QueryBuilder::root_path_not_in(const std::vector<std::string>& paths) {
  if (paths.empty()) return;
  const std::vector<std::string_view> texts(paths.begin(), paths.end());
  add("NOT " + one_of("root.path", texts));
}

std::string QueryBuilder::bind_list(const std::vector<std::string_view>& texts) {
  return sql().rows_of_list(bind_as_is(sql().text_list(texts)));
}

// One text is compared directly, so that an index that goes on with the list's order can serve it.
std::string QueryBuilder::one_of(std::string_view column, const std::vector<std::string_view>& texts) {
  if (texts.size() == 1) return fmt::format("({} = {})", column, bind(std::string(texts.front())));
  return fmt::format("({} IN ({}))", column, bind_list(texts));
}

std::string QueryBuilder::any_glob(const std::vector<std::string_view>& patterns) {
  std::vector<std::string> translated;
  translated.reserve(patterns.size());
  for (const std::string_view pattern : patterns) translated.push_back(sql().glob_pattern(pattern));
  if (translated.size() == 1) return "(" + sql().matches_glob("record.name", bind(std::move(translated.front()))) + ")";
  return fmt::format("EXISTS (SELECT 1 FROM ({}) AS item WHERE {})", bind_list({translated.begin(), translated.end()}),
                     sql().matches_glob("record.name", "item.value"));
}

// '0' is the byte after '/': what lies between is below the path. No LIKE, whose wildcards occur in paths.
std::string QueryBuilder::roots_condition(const std::vector<std::string>& paths) {
  std::vector<std::string_view> texts;
  for (std::string_view path : paths) {
    while (path.ends_with('/')) path.remove_suffix(1);
    texts.push_back(path);
  }
  return fmt::format(
      "EXISTS (SELECT 1 FROM ({}) AS item WHERE root.path = item.value OR "
      "(root.path >= item.value || '/' AND root.path < item.value || '0'))",
      bind_list(texts));
}

void QueryBuilder::add_texts(std::string_view column, const std::vector<TextMatch>& matches) {
  if (const auto wanted = texts_of(matches, false); !wanted.empty()) add(one_of(column, wanted));
  if (const auto unwanted = texts_of(matches, true); !unwanted.empty()) add("NOT " + one_of(column, unwanted));
}

void QueryBuilder::add_globs(const std::vector<TextMatch>& matches) {
  if (const auto wanted = texts_of(matches, false); !wanted.empty()) add(any_glob(wanted));
  if (const auto unwanted = texts_of(matches, true); !unwanted.empty()) add("NOT " + any_glob(unwanted));
}

void QueryBuilder::add_archs(const std::vector<ArchMatch>& matches) {
  for (const bool negate : {false, true}) {
    std::map<std::string_view, std::vector<std::string_view>> by_backend;
    for (const ArchMatch& match : matches)
      if (match.negate == negate) by_backend[match.backend].emplace_back(match.arch);
    std::vector<std::string> alternatives;
    for (const auto& [backend, archs] : by_backend) {
      std::string condition = one_of("record.arch", archs);
      if (!backend.empty())
        condition = fmt::format("({} AND record.backend = {})", condition, bind(std::string(backend)));
      alternatives.push_back(std::move(condition));
    }
    if (!alternatives.empty()) add(fmt::format("{}({})", negate ? "NOT " : "", joined(alternatives, " OR ")));
  }
}

void QueryBuilder::add_kinds(const std::vector<model::EntryKind>& kinds) {
  if (kinds.empty()) return;
  std::vector<std::string_view> words;
  for (const model::EntryKind kind : kinds) words.push_back(model::to_string(kind));
  add(one_of("record.kind", words));
}

void QueryBuilder::add_key_prefix(const std::string& prefix) {
  std::string value = bind(prefix);
  if (std::string condition = sql().begins_with("record.key", value); !condition.empty())
    return add(std::move(condition));
  add("record.key >= " + value);
  if (std::string end = end_of_prefix(prefix); !end.empty()) add("record.key < " + bind(std::move(end)));
}

void QueryBuilder::compare(std::string_view column, Comparison comparison, std::int64_t value) {
  add(fmt::format("{} {} {}", column, sign_of(comparison), bind(value)));
}

}  // namespace tcm::index
