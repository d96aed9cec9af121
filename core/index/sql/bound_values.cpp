// SPDX-License-Identifier: Apache-2.0
#include "core/index/sql/bound_values.hpp"

#include <utility>

#include <fmt/format.h>

namespace tcm::index {

std::string BoundValues::bind(Value value) {
  if (auto* text = std::get_if<std::string>(&value)) return bind_as_is(sql_.stored(std::move(*text)));
  values_.push_back(std::move(value));
  return fmt::format(":p{}", values_.size() - 1);
}

std::string BoundValues::bind_as_is(std::string text) {
  values_.emplace_back(std::move(text));
  return fmt::format(":p{}", values_.size() - 1);
}

}  // namespace tcm::index
