// SPDX-License-Identifier: Apache-2.0
#include "core/cache/format/group_stems.hpp"

#include "core/cache/format/file_names.hpp"

namespace tcm::cache {

void GroupStems::add(std::string_view name) {
  if (is_group(name)) stems_.emplace(group_stem(name));
}

bool GroupStems::has_file(std::string_view name) const { return has(stem_of(name)); }

bool GroupStems::has_prefix_of(std::string_view name) const {
  for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.', dot + 1))
    if (has(name.substr(0, dot))) return true;
  return false;
}

}  // namespace tcm::cache
