// SPDX-License-Identifier: Apache-2.0
// Telling a root from other directories by its shape: the names in it and, one level below, the names in those. Opens
// directories only, never a file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/disk/directory.hpp"
#include "core/model/words.hpp"

namespace tcm::cache {

/// What a look into a directory told.
struct Survey {
  bool is_root = false;   ///< a directory in it is an entry of a Triton cache; the rest is then incomplete
  bool is_entry = false;  ///< it holds a group itself
  bool is_unused = true;  ///< nothing in it speaks against a root: loose files, temporaries, entries without a group
  std::vector<std::string> directories;
  std::vector<std::string> files;
};

/// Lists `directory` and looks into some of the directories in it, enough to know a root. Returns 0 or an errno of the
/// listing. `whole`: list on when it is known to be a root. `trusted`: it was a root before, so that a name of the
/// right shape is enough, and nothing in it is opened.
int survey(int directory, bool whole, bool trusted, Survey& found);

/// What the path of a root says: `vllm` below `torch_compile_cache/…/rank_*` and `…/torch_aot_compile`, `inductor` in
/// `triton/<device number>`, else `triton`. Pure.
model::Layout layout_of_path(std::string_view path);

/// Whether frameworks keep a root at such a path, used or not: `triton/<device number>`, `rank_*/triton_cache`. Pure.
bool is_root_path(std::string_view path);

/// `triton/<device number>` at the end of `path`. Pure.
bool is_device_path(std::string_view path);

}  // namespace tcm::cache
