// SPDX-License-Identifier: Apache-2.0
#include "core/service/query/filters.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/backend/terms/standard_attributes.hpp"
#include "core/index/values/version_rank.hpp"
#include "core/service/query/comparison.hpp"
#include "core/service/query/where.hpp"
#include "core/util/system/path.hpp"
#include "core/util/text/bytes.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/time.hpp"

namespace tcm::service {
namespace {

using index::Comparison;

Error bad_value(std::string_view option, std::string_view value, std::string_view expected) {
  return {ErrorCode::usage, fmt::format("{}: '{}' is not {}", option, util::escape_control(value), expected)};
}

/// Takes a leading '!' off.
bool take_negation(std::string_view& text) {
  if (!text.starts_with('!')) return false;
  text.remove_prefix(1);
  return true;
}

Result<std::vector<index::TextMatch>> parse_texts(std::string_view option, const std::vector<std::string>& words) {
  std::vector<index::TextMatch> matches;
  for (const std::string& word : words) {
    std::string_view text = word;
    const bool negate = take_negation(text);
    if (text.empty()) return fail(bad_value(option, word, "a name"));
    matches.push_back({std::string(text), negate});
  }
  return matches;
}

/// "a,b" is short for giving the option twice; for words that hold no comma themselves.
std::vector<std::string> split_lists(const std::vector<std::string>& words) {
  std::vector<std::string> parts;
  for (const std::string& word : words)
    for (const std::string_view part : util::split(word, ',')) parts.emplace_back(util::trim(part));
  return parts;
}

Result<std::vector<index::TextMatch>> parse_backends(const FilterWords& words, const Backends& backends) {
  std::vector<index::TextMatch> matches;
  for (const std::string& word : split_lists(words.backends)) {
    std::string_view text = word;
    const bool negate = take_negation(text);
    if (text.empty()) return fail(bad_value("--backend", word, "the name of a backend"));
    // A backend without a plugin is shown by its target name, so that name must find it, too.
    matches.push_back({backends.registry().target_of_word(text).value_or(util::lower_ascii(text)), negate});
  }
  return matches;
}

Result<std::vector<index::ArchMatch>> parse_archs(const FilterWords& words, const Backends& backends) {
  std::vector<index::ArchMatch> matches;
  for (const std::string& word : split_lists(words.archs)) {
    std::string_view text = word;
    const bool negate = take_negation(text);
    if (text.empty()) return fail(bad_value("--arch", word, "an architecture"));
    for (auto& [target, arch] : backends.registry().arch_from_user(text))
      matches.push_back({std::move(target), std::move(arch), negate});
  }
  return matches;
}

Result<void> parse_times(const FilterWords& words, std::int64_t now_ns, index::Criteria& criteria) {
  const auto parse = [&](std::string_view option, const std::string& word) -> Result<std::int64_t> {
    auto bound = util::parse_time_bound(word, now_ns);
    if (!bound) return fail(ErrorCode::usage, fmt::format("{}: {}", option, bound.error().message));
    return bound;
  };
  for (const std::string& word : words.older_than) {
    TCM_ASSIGN(const std::int64_t bound, parse("--older-than", word));
    criteria.modified_before_ns = std::min(criteria.modified_before_ns.value_or(bound), bound);
  }
  for (const std::string& word : words.younger_than) {
    TCM_ASSIGN(const std::int64_t bound, parse("--younger-than", word));
    criteria.modified_after_ns = std::max(criteria.modified_after_ns.value_or(bound), bound);
  }
  if (criteria.modified_before_ns && criteria.modified_after_ns &&
      *criteria.modified_before_ns <= *criteria.modified_after_ns)
    return fail(ErrorCode::usage,
                fmt::format("--older-than {} and --younger-than {} contradict each other; nothing can be both",
                            words.older_than.back(), words.younger_than.back()));
  return {};
}

/// A version with fewer than three numbers stands for all that start with it: the bound is a range of ranks.
struct VersionRange {
  std::int64_t first = 0;
  std::int64_t last = 0;
};

Result<VersionRange> version_range(std::string_view text) {
  const auto rank = index::version_rank(text);
  // Only digits and dots: "3.6.0rc1" has no place in an order that does not know release candidates.
  const bool plain = !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
  const auto dots = std::count(text.begin(), text.end(), '.');
  if (!rank || !plain || dots > 2 || text.back() == '.')
    return fail(bad_value("--triton-version", text, "a version such as 3.6.0, 3.3 or '>=3.3,<3.5'"));
  constexpr std::int64_t kMinor = 10'000;
  constexpr std::int64_t kMajor = 100'000'000;
  const std::int64_t span = dots == 0 ? kMajor : dots == 1 ? kMinor : 1;
  return VersionRange{*rank, *rank + span - 1};
}

/// Users' words for backends and architectures mean here what they mean as filters.
index::Condition in_canonical_words(index::Condition condition, const Backends& backends) {
  for (index::Condition& part : condition.parts) part = in_canonical_words(std::move(part), backends);
  const bool equality = condition.comparison == Comparison::equal || condition.comparison == Comparison::not_equal;
  if (condition.kind != index::Condition::Kind::comparison || condition.field.column == nullptr || !equality ||
      !std::holds_alternative<std::string>(condition.value))
    return condition;
  const std::string word = std::get<std::string>(condition.value);
  const std::string_view name = condition.field.column->name;
  if (name == "backend") condition.value = backends.registry().target_of_word(word).value_or(util::lower_ascii(word));
  if (name != "arch") return condition;

  index::Condition any;
  any.kind = index::Condition::Kind::any;
  for (auto& [target, arch] : backends.registry().arch_from_user(word)) {
    index::Condition same = condition;
    same.comparison = Comparison::equal;
    same.value = std::move(arch);
    any.parts.push_back(std::move(same));
  }
  if (condition.comparison == Comparison::equal) return any;
  index::Condition none;
  none.kind = index::Condition::Kind::negation;
  none.parts.push_back(std::move(any));
  return none;
}

}  // namespace

Result<std::vector<model::EntryKind>> parse_kinds(const std::vector<std::string>& given) {
  const std::vector<std::string> words = split_lists(given);
  std::string names = "all";
  for (const auto& word : model::kEntryKinds) names += fmt::format(", {}", word.name);
  std::vector<model::EntryKind> wanted;
  std::vector<model::EntryKind> unwanted;
  bool all = false;
  for (const std::string& word : words) {
    std::string_view text = word;
    const bool negate = take_negation(text);
    const std::string lower = util::lower_ascii(text);
    if (lower == "all" && !negate) {
      all = true;
      continue;
    }
    const auto kind = model::value_of<model::EntryKind>(model::kEntryKinds, lower);
    if (!kind) return fail(bad_value("--kind", word, "one of " + names));
    (negate ? unwanted : wanted).push_back(*kind);
  }
  if (wanted.empty() && (all || !unwanted.empty()))
    for (const auto& word : model::kEntryKinds) wanted.push_back(word.value);
  std::erase_if(wanted, [&](model::EntryKind kind) {
    return std::find(unwanted.begin(), unwanted.end(), kind) != unwanted.end();
  });
  if (wanted.empty() && !words.empty())
    return fail(ErrorCode::usage, "--kind: the kinds given exclude each other; nothing can match");
  return wanted;
}

Result<std::vector<index::VersionBound>> parse_version_bounds(const std::string& text) {
  std::vector<index::VersionBound> bounds;
  for (std::string_view part : util::split(text, ',')) {
    part = util::trim(part);
    const Comparison comparison = take_comparison(part).value_or(Comparison::equal);
    TCM_ASSIGN(const VersionRange range, version_range(util::trim(part)));
    switch (comparison) {
      case Comparison::equal:
        bounds.push_back({Comparison::greater_equal, range.first});
        bounds.push_back({Comparison::less_equal, range.last});
        break;
      case Comparison::not_equal:
        if (range.first != range.last)
          return fail(bad_value("--triton-version", text, "a full version after '!=' (such as '!=3.6.0')"));
        bounds.push_back({comparison, range.first});
        break;
      case Comparison::greater_equal:
      case Comparison::less: bounds.push_back({comparison, range.first}); break;
      case Comparison::greater:
      case Comparison::less_equal: bounds.push_back({comparison, range.last}); break;
    }
  }
  return bounds;
}

Result<index::SizeBound> parse_size_bound(const std::string& text) {
  std::string_view rest = util::trim(text);
  const Comparison comparison = take_comparison(rest).value_or(Comparison::greater_equal);
  auto bytes = util::parse_bytes(util::trim(rest));
  if (!bytes) return fail(ErrorCode::usage, "--size: " + bytes.error().message);
  constexpr std::uint64_t kLargest = INT64_MAX;
  return index::SizeBound{comparison, static_cast<std::int64_t>(std::min(*bytes, kLargest))};
}

Result<index::Criteria> parse_filters(const FilterWords& words, const Backends& backends, std::int64_t now_ns,
                                      index::RecordColumns columns) {
  index::Criteria criteria;
  TCM_ASSIGN(criteria.names, parse_texts("--name", words.names));
  TCM_ASSIGN(criteria.globs, parse_texts("--glob", words.globs));
  TCM_ASSIGN(criteria.backends, parse_backends(words, backends));
  TCM_ASSIGN(criteria.archs, parse_archs(words, backends));
  TCM_ASSIGN(criteria.kinds, parse_kinds(words.kinds));
  TCM_TRY(parse_times(words, now_ns, criteria));
  for (const std::string& text : words.triton_versions) {
    TCM_ASSIGN(const auto bounds, parse_version_bounds(text));
    criteria.triton_versions.insert(criteria.triton_versions.end(), bounds.begin(), bounds.end());
  }
  for (const std::string& text : words.sizes) {
    TCM_ASSIGN(const index::SizeBound bound, parse_size_bound(text));
    criteria.sizes.push_back(bound);
  }
  for (const std::string& path : words.cache_dirs) criteria.root_paths.push_back(util::canonical_directory(path));
  criteria.key_prefix = words.key_prefix;
  for (const std::string& text : words.where) {
    TCM_ASSIGN(index::Condition condition, parse_where(text, now_ns, columns));
    criteria.where.push_back(in_canonical_words(std::move(condition), backends));
  }
  return criteria;
}

Result<void> check_field(const index::Field& field, std::string_view option, index::Index& index) {
  if (field.place == index::FieldPlace::column) return {};
  if (field.place == index::FieldPlace::resource && backend::is_standard_attribute(field.path.front())) return {};
  TCM_ASSIGN(const bool known, index.has_field(field));
  if (known) return {};
  return fail(ErrorCode::usage, fmt::format("{}: no record has a field '{}'{}", option, field.word,
                                            suggestion(field.word, index.columns())));
}

Result<void> check_fields(const index::Criteria& criteria, index::Index& index) {
  for (const index::Condition& condition : criteria.where)
    for (const index::Field& field : fields_of(condition)) TCM_TRY(check_field(field, "--where", index));
  return {};
}

bool is_empty(const FilterWords& words) {
  return words.names.empty() && words.globs.empty() && words.backends.empty() && words.archs.empty() &&
         words.triton_versions.empty() && words.kinds.empty() && words.older_than.empty() &&
         words.younger_than.empty() && words.sizes.empty() && words.where.empty() && words.cache_dirs.empty() &&
         words.key_prefix.empty();
}

}  // namespace tcm::service
