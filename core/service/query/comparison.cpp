// SPDX-License-Identifier: Apache-2.0
#include "core/service/query/comparison.hpp"

namespace tcm::service {
namespace {

using index::Comparison;

struct Sign {
  std::string_view text;
  Comparison comparison;
};

// Longer ones first: ">=" must not be read as ">".
constexpr Sign kSigns[] = {
    {">=", Comparison::greater_equal}, {"<=", Comparison::less_equal}, {"!=", Comparison::not_equal},
    {"==", Comparison::equal},         {">", Comparison::greater},     {"<", Comparison::less},
    {"=", Comparison::equal},
};

}  // namespace

std::optional<Comparison> take_comparison(std::string_view& text) {
  for (const Sign& sign : kSigns)
    if (text.starts_with(sign.text)) {
      text.remove_prefix(sign.text.size());
      return sign.comparison;
    }
  return std::nullopt;
}

}  // namespace tcm::service
