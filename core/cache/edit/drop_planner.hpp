// SPDX-License-Identifier: Apache-2.0
// The first step of a drop or a rewrite: what goes, what the groups say then, and whether that may be.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/cache/edit/drop_plan.hpp"
#include "core/cache/edit/edit_context.hpp"
#include "core/cache/edit/group_paths.hpp"
#include "core/cache/format/group_edit.hpp"
#include "core/cache/format/metadata_edit.hpp"
#include "core/disk/directory.hpp"

namespace tcm::cache {

/// One use each.
class DropPlanner {
 public:
  /// `count` numbers the new groups of an editor.
  DropPlanner(EditContext& context, GroupPaths& group_paths, std::uint64_t& count, const Change& change)
      : context_(context), group_paths_(group_paths), count_(count), change_(change) {}

  DropPlan plan();

 private:
  std::optional<Outcome> open();
  std::optional<Outcome> read();
  std::optional<Outcome> pick();
  std::optional<Outcome> pick_of(std::size_t ordinal);
  std::optional<Outcome> edit_texts();
  std::optional<Outcome> edit(std::size_t ordinal, model::Artifact& group);
  std::optional<Outcome> check_hit(std::size_t ordinal, const std::vector<std::string>& children) const;
  Outcome keep_broken(std::size_t ordinal, model::SkipReason reason, std::string detail) const;
  std::optional<Outcome> edit_metadata_of(std::size_t ordinal);
  bool names_other_place(std::size_t ordinal) const;
  const std::vector<std::string>* path_fields_of(const model::Record& record) const;
  NewValue metadata_change(const model::Record& record) const;
  std::optional<Outcome> read_text(const std::string& name, disk::Node& node, std::string& text) const;
  GroupEdit group_change();
  std::optional<Outcome> check_children(const model::Record& record, const std::string& group,
                                        const std::vector<std::string>& children);
  std::optional<Outcome> write(const std::string& name, const disk::Node& old, std::string text);
  std::optional<Outcome> refuse_by_look(const EntryLook& look);
  Outcome failed(std::string_view name, std::string_view what) const {
    return context_.failed(change_.key, name, what);
  }

  bool is_rewrite() const { return change_.action == model::Action::rewrite; }
  bool is_asked(std::size_t ordinal) const;
  bool goes(std::string_view name) const;
  void take_out();

  EditContext& context_;
  GroupPaths& group_paths_;
  std::uint64_t& count_;
  const Change& change_;
  DropPlan plan_;
  util::Fd directory_;
  std::vector<std::string> present_;  ///< names directly in the entry, sorted
};

}  // namespace tcm::cache
