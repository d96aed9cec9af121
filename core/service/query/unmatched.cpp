// SPDX-License-Identifier: Apache-2.0
#include "core/service/query/unmatched.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/util/system/path.hpp"
#include "core/util/text/text.hpp"

namespace tcm::service {
namespace {

constexpr std::size_t kShownValues = 8;

/// Every value of a column, those with most bytes first.
Result<std::vector<std::string>> values_of(index::GroupKey key, index::Index& index) {
  index::Criteria kernels;
  kernels.kinds = {model::EntryKind::kernel};
  TCM_ASSIGN(const auto groups, index.group(kernels, {key}));
  std::vector<std::string> values;
  for (const index::Group& group : groups)
    if (!group.values.front().empty()) values.push_back(group.values.front());
  return values;
}

std::string joined(std::vector<std::string> values) {
  const bool more = values.size() > kShownValues;
  if (more) values.resize(kShownValues);
  return fmt::format("{}{}", fmt::join(values, ", "), more ? ", …" : "");
}

bool holds(const std::vector<std::string>& values, const std::string& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

/// The parts of "a,b" that are not negated.
std::vector<std::string> wanted(const std::vector<std::string>& words) {
  std::vector<std::string> parts;
  for (const std::string& word : words)
    for (const std::string_view part : util::split(word, ','))
      if (const auto text = util::trim(part); !text.starts_with('!')) parts.emplace_back(text);
  return parts;
}

void explain(std::string_view what, const std::string& word, const std::vector<std::string>& held,
             std::vector<std::string>& lines) {
  if (held.empty()) return;
  lines.push_back(fmt::format("no kernel in the index has the {} '{}'; it holds {}", what, word, joined(held)));
}

}  // namespace

Result<std::vector<std::string>> unmatched_words(const FilterWords& words, index::Index& index,
                                                 const Backends& backends) {
  std::vector<std::string> lines;
  if (const auto asked = wanted(words.backends); !asked.empty()) {
    TCM_ASSIGN(const auto held, values_of(index::GroupKey::backend, index));
    for (const std::string& word : asked)
      if (!holds(held, backends.registry().target_of_word(word).value_or(util::lower_ascii(word))))
        explain("backend", word, held, lines);
  }
  if (const auto asked = wanted(words.archs); !asked.empty()) {
    TCM_ASSIGN(const auto held, values_of(index::GroupKey::arch, index));
    for (const std::string& word : asked) {
      const auto forms = backends.registry().arch_from_user(word);
      if (std::none_of(forms.begin(), forms.end(), [&](const auto& form) { return holds(held, form.arch); }))
        explain("architecture", word, held, lines);
    }
  }
  if (words.cache_dirs.empty()) return lines;
  TCM_ASSIGN(const auto roots, index.roots());
  for (const std::string& directory : words.cache_dirs) {
    const std::string path = util::canonical_directory(directory);
    const bool known = std::any_of(roots.begin(), roots.end(), [&](const index::RootRow& row) {
      return util::is_at_or_below(row.location.path, path) || util::is_at_or_below(path, row.location.path);
    });
    if (!known) lines.push_back(fmt::format("{0}: not in the index; `tcm index --cache-dir {0}` reads it", directory));
  }
  return lines;
}

}  // namespace tcm::service
