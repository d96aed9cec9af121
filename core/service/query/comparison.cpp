// SPDX-License-Identifier: Apache-2.0
#include "core/service/query/comparison.hpp"

namespace tcm::service {

std::optional<index::Comparison> take_comparison(std::string_view& text) {
  const index::ComparisonSign* found = nullptr;
  for (const index::ComparisonSign& known : index::kComparisonSigns) {
    // The longest: ">=" must not be read as ">".
    const bool longer = found == nullptr || known.sign.size() > found->sign.size();
    if (longer && text.starts_with(known.sign)) found = &known;
  }
  if (found == nullptr) return std::nullopt;
  text.remove_prefix(found->sign.size());
  // "==" means the same as "=".
  if (found->comparison == index::Comparison::equal && text.starts_with('=')) text.remove_prefix(1);
  return found->comparison;
}

}  // namespace tcm::service
