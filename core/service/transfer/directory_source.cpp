// SPDX-License-Identifier: Apache-2.0
#include "core/service/transfer/directory_source.hpp"

#include "core/cache/import/stager.hpp"
#include "core/cache/pack/carried_entry.hpp"
#include "core/service/transfer/export.hpp"
#include "core/service/transfer/survey/survey.hpp"
#include "core/util/text/text.hpp"

namespace tcm::service {
namespace {

/// One entry into a stager.
class HandOver {
 public:
  HandOver(const SelectedRoot& root, const std::string& key, cache::Stager& to) : root_(root), key_(key), to_(to) {}

  /// False: it changed or went meanwhile; what was staged of it is to go.
  Result<bool> copy(const SurveyedEntry& entry) {
    util::Fd directory;
    if (disk::open_directory_at(root_.root.descriptor(), key_.c_str(), directory) != 0) return false;
    for (std::size_t i = 0; i < entry.files.size(); ++i) {
      const cache::ManifestFile& file = entry.manifest.files[i];
      std::string content;
      if (!read_surveyed(directory.get(), file.name, entry.files[i], file.digest, content)) return false;
      TCM_TRY(write(file.name, content));
    }
    return true;
  }

  Result<bool> link(const cache::CarriedEntry& entry) {
    util::Fd directory;
    if (disk::open_directory_at(root_.root.descriptor(), key_.c_str(), directory) != 0) return false;
    for (const cache::CarriedFile& file : entry.files) {
      if (file.text) {
        TCM_TRY(write(file.name, *file.text));
        continue;
      }
      TCM_ASSIGN(const bool linked,
                 to_.link({root_.relative, key_, file.name, file.bytes}, directory.get(), file.name.c_str()));
      if (linked) continue;
      std::string content;
      if (disk::read_file_at(directory.get(), file.name.c_str(), cache::kMaxPackedFile, content).status !=
          disk::ReadStatus::ok)
        return false;
      TCM_TRY(write(file.name, content));
    }
    return true;
  }

 private:
  Result<void> write(const std::string& name, const std::string& content) {
    TCM_ASSIGN(const bool wanted, to_.begin({root_.relative, key_, name, content.size()}));
    if (wanted) TCM_TRY(to_.piece(content));
    return to_.end();
  }

  const SelectedRoot& root_;
  const std::string& key_;
  cache::Stager& to_;
};

}  // namespace

Result<void> DirectorySource::hand_over(const std::function<Result<Intake*>(const std::string& root)>& intake_of,
                                        SourceReport& source, IntakeReport& report, TransferProgress& progress) const {
  for (const SelectedRoot& root : selection_.roots) {
    if (root.keys.empty()) continue;
    TCM_ASSIGN(Intake * intake, intake_of(root.relative));
    // Groups are put right, and all is checked, where the entries arrive.
    cache::CarryOptions options = carry_options(root.root.path(), {}, options_.drop, backends_);
    options.look_into = false;
    for (const std::string& key : root.keys) {
      if (progress.stop.load(std::memory_order_relaxed)) return fail(ErrorCode::interrupted, "interrupted");
      const auto tell = [&](const cache::NotCarried& why) {
        if (why.fault) report.refused.add({root.relative, util::escape_control(key), why.reason});
      };
      HandOver one(root, key, intake->stager());
      bool whole = true;
      std::uint64_t bytes = 0;
      if (options_.link) {
        const auto carried = cache::carried_entry(root.root, key, options);
        if (!carried) {
          tell(carried.error());
          continue;
        }
        if (carried->kind == model::EntryKind::module && !options_.modules) continue;
        for (const cache::CarriedFile& file : carried->files) bytes += file.bytes;
        TCM_ASSIGN(whole, one.link(*carried));
      } else {
        const auto surveyed = survey_entry(root.root, root.relative, key, options);
        if (!surveyed) {
          tell(surveyed.error());
          continue;
        }
        if (surveyed->manifest.kind == model::EntryKind::module && !options_.modules) continue;
        bytes = surveyed->manifest.bytes();
        TCM_ASSIGN(whole, one.copy(*surveyed));
      }
      if (!whole) {
        TCM_TRY(intake->drop(key));
        tell({true, "gone or changed while it was read", false});
        continue;
      }
      ++source.entries;
      source.bytes += bytes;
      progress.bytes.fetch_add(bytes, std::memory_order_relaxed);
    }
  }
  return {};
}

}  // namespace tcm::service
