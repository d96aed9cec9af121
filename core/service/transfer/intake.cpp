// SPDX-License-Identifier: Apache-2.0
#include "core/service/transfer/intake.hpp"

#include <algorithm>
#include <future>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "core/cache/edit/editor.hpp"
#include "core/cache/import/comparison.hpp"
#include "core/cache/inspect/entry_look.hpp"
#include "core/cache/verify/finding.hpp"
#include "core/service/transfer/export.hpp"
#include "core/service/verify/entry_checker.hpp"
#include "core/util/system/scratch.hpp"
#include "core/util/system/system_error.hpp"
#include "core/util/text/text.hpp"
#include "core/util/thread/workers.hpp"

namespace tcm::service {
namespace {

// So many entries share one sync of the file system.
constexpr std::size_t kBatch = 512;

/// What a look at a staged entry came to.
struct Judged {
  std::string key;
  cache::CarriedEntry entry{};
  std::optional<std::string> refused{};  ///< why it does not go in
  cache::ComparedEntry compared{};
  std::optional<Error> error{};  ///< nothing can be said, nor done, about any other either
};

/// Why a look-up would not hit, or a hit would not run. Nothing: all is well.
std::optional<std::string> fault_of(const cache::EntryFindings& found) {
  const bool looks_up = found.misses == 0 && found.failures == 0 && found.other_roots == 0;
  if (!found.is_entry) return "not an entry of a Triton cache";
  for (const cache::Finding& finding : found.findings) {
    const bool fails = finding.severity == cache::Severity::error || finding.outcome != cache::LookupOutcome::hit ||
                       finding.id == cache::FindingId::unchecked || finding.id == cache::FindingId::key_mismatch;
    if (!fails) continue;
    std::string text(cache::text_of(finding.id).what);
    if (!finding.file.empty()) text = finding.file + ": " + text;
    return finding.detail.empty() ? text : text + ": " + finding.detail;
  }
  return looks_up ? std::nullopt : std::optional<std::string>("a look-up would miss it");
}

std::optional<disk::Owner> owner_in(int root) {
  disk::Node node;
  // A system's administrator leaves nothing in a user's cache that is not the user's.
  if (::geteuid() != 0 || disk::stat_of(root, node) != 0 || node.uid == 0) return std::nullopt;
  return disk::Owner{node.uid, node.gid};
}

std::uint64_t bytes_of(const cache::CarriedEntry& entry) {
  std::uint64_t sum = 0;
  for (const cache::CarriedFile& file : entry.files) sum += file.bytes;
  return sum;
}

}  // namespace

class Intake::Impl {
 public:
  Impl(std::string path, const IntakeOptions& options, const Backends& backends)
      : path_(std::move(path)), options_(options), backends_(backends) {}

  Result<void> start() {
    carry_ = carry_options(options_.place.empty() ? path_ : options_.place, {}, {}, backends_);
    carry_.look_into = false;  // the checker does
    if (options_.dry_run) {
      TCM_ASSIGN(auto scratch, util::ScratchDirectory::create("tcm-import-"));
      scratch_.emplace(std::move(scratch));
      staging_ = {scratch_->path(), -1};
      if (auto root = cache::Root::open(path_)) there_.emplace(std::move(*root));
    } else {
      cache::EditorOptions wanted;
      wanted.naming = backends_.naming();
      wanted.trash_id = options_.trash_id;
      wanted.jobs = options_.jobs;
      TCM_ASSIGN(cache::Editor editor, cache::Editor::open(path_, std::move(wanted)));
      editor_.emplace(std::move(editor));
      TCM_ASSIGN(staging_, editor_->staging());
      owner_ = owner_in(editor_->root().descriptor());
    }
    TCM_ASSIGN(cache::Root root, cache::Root::open(staging_.path));
    staged_.emplace(std::move(root));
    stager_ = std::make_unique<cache::Stager>(staging_.path, staged_->descriptor(), owner_);
    return {};
  }

  cache::Stager& stager() { return *stager_; }

  Result<void> settle(IntakeReport& report, TransferProgress& progress) {
    stager_->leave();
    TCM_ASSIGN(const EntryChecker checker, make_checker());
    for (;;) {
      TCM_ASSIGN(const std::vector<std::string> keys, some_keys());
      if (keys.empty()) break;
      if (progress.stop.load(std::memory_order_relaxed)) return fail(ErrorCode::interrupted, "interrupted");
      TCM_TRY(settle_batch(keys, checker, report, progress));
    }
    return {};
  }

  Result<void> drop(const std::string& key) {
    stager_->leave();
    return remove(key);
  }

  Result<void> discard() {
    stager_->leave();
    for (;;) {
      TCM_ASSIGN(const std::vector<std::string> keys, some_keys());
      if (keys.empty()) return {};
      for (const std::string& key : keys) TCM_TRY(remove(key));
    }
  }

 private:
  /// Sees the staged entries as jobs will see them in the root.
  Result<EntryChecker> make_checker() {
    request_.cache_dirs = {staging_.path};
    request_.layout = model::Layout::triton;
    request_.seen_at = carry_.place;
    std::vector<Error> unread;
    return EntryChecker::create(request_, nullptr, backends_, unread);
  }

  Result<std::vector<std::string>> some_keys() {
    std::vector<std::string> keys;
    TCM_TRY(staged_->scan(
        [&keys](const cache::RootItem& item) {
          keys.emplace_back(item.name);
          return keys.size() < kBatch;
        },
        [](std::string_view, const std::string&) {}));
    std::sort(keys.begin(), keys.end());
    return keys;
  }

  Result<void> settle_batch(const std::vector<std::string>& keys, const EntryChecker& checker, IntakeReport& report,
                            TransferProgress& progress) {
    std::vector<Judged> batch;
    {
      util::Workers<Judged> workers(options_.jobs - 1);
      std::vector<std::future<Judged>> waiting;
      for (const std::string& key : keys)
        waiting.push_back(workers.run(util::Workers<Judged>::Task([&, this] { return judge(key, checker); })));
      for (std::future<Judged>& one : waiting) batch.push_back(one.get());
    }
    for (const Judged& judged : batch)
      if (judged.error) return fail(*judged.error);
    if (editor_) TCM_TRY(editor_->sync_staging());
    for (Judged& judged : batch) {
      if (progress.stop.load(std::memory_order_relaxed)) return fail(ErrorCode::interrupted, "interrupted");
      TCM_TRY(finish(judged, report));
      progress.entries.fetch_add(1, std::memory_order_relaxed);
    }
    return {};
  }

  /// May be called from any thread.
  Judged judge(const std::string& key, const EntryChecker& checker) const {
    Judged judged{key};
    auto carried = cache::carried_entry(*staged_, key, carry_);
    if (!carried) {
      judged.refused = std::move(carried.error().reason);
      return judged;
    }
    judged.entry = std::move(*carried);
    if (auto put = cache::put_texts(staged_->descriptor(), staging_.path, judged.entry, owner_); !put) {
      judged.error = std::move(put).error();
      return judged;
    }
    judged.refused = fault_of(checker.check(0, key));
    if (!judged.refused) judged.compared = compare(judged.entry);
    return judged;
  }

  cache::ComparedEntry compare(const cache::CarriedEntry& entry) const {
    const cache::Root* const root = editor_ ? &editor_->root() : there_ ? &*there_ : nullptr;
    if (root == nullptr) return {};
    return cache::compare_entries(*root, *staged_, entry, carry_);
  }

  /// Every way out takes the entry out of the staging place.
  Result<void> finish(Judged& judged, IntakeReport& report) {
    if (judged.refused) {
      report.refused.add(told(judged, std::move(*judged.refused)));
      return remove(judged.key);
    }
    if (judged.compared.result == cache::Comparison::absent) return move_in(judged, report, false);
    if (judged.compared.result == cache::Comparison::same) {
      ++report.there;
      return remove(judged.key);
    }
    if (options_.replace) return replace(judged, report);
    report.conflicts.add(told(judged, std::move(judged.compared.detail)));
    return remove(judged.key);
  }

  ToldEntry told(const Judged& judged, std::string reason) const {
    return {options_.relative, util::escape_control(judged.key), std::move(reason)};
  }

  Result<void> move_in(Judged& judged, IntakeReport& report, bool is_replacement) {
    const cache::CarriedEntry& entry = judged.entry;
    if (editor_) {
      const int error = editor_->add(judged.key);
      if (error == EEXIST) {
        // A job wrote it meanwhile.
        judged.compared = compare(entry);
        if (judged.compared.result == cache::Comparison::same) {
          ++report.there;
        } else {
          report.conflicts.add(told(judged, "came there meanwhile: " + judged.compared.detail));
        }
        return remove(judged.key);
      }
      if (error != 0) return util::system_error(fmt::format("{}/{}: cannot be moved there", path_, judged.key), error);
    }
    report.added.add(entry.kind, entry.kernels.size(), entry.files.size(), bytes_of(entry));
    if (is_replacement) ++report.replaced;
    return editor_ ? Result<void>() : remove(judged.key);
  }

  Result<void> replace(Judged& judged, IntakeReport& report) {
    if (!editor_) return move_in(judged, report, true);
    cache::Change change;
    change.key = judged.key;
    change.stamp = cache::inspect(editor_->root(), judged.key).stamp;
    change.action = model::Action::remove;
    std::optional<std::string> stays;
    editor_->run(std::span(&change, 1), [&stays](std::size_t, cache::Outcome&& outcome) {
      if (outcome.gone) return;
      const std::string why(outcome.status == cache::Status::kept ? model::text_of(outcome.kept) : "");
      stays = outcome.detail.empty() ? why : why.empty() ? outcome.detail : why + ": " + outcome.detail;
    });
    if (!stays) return move_in(judged, report, true);
    report.conflicts.add(told(judged, "what is there stays: " + *stays));
    return remove(judged.key);
  }

  Result<void> remove(const std::string& key) {
    cache::discard_staged(staged_->descriptor(), key);
    disk::Node node;
    if (disk::stat_at(staged_->descriptor(), key.c_str(), node) == ENOENT) return {};
    return fail(ErrorCode::failed, fmt::format("{}/{}: cannot be deleted", staging_.path, util::escape_control(key)));
  }

  std::string path_;
  IntakeOptions options_;
  const Backends& backends_;
  cache::CarryOptions carry_;
  std::optional<util::ScratchDirectory> scratch_;  ///< of a dry run
  std::optional<cache::Root> there_;               ///< of a dry run, when there is one
  std::optional<cache::Editor> editor_;            ///< of any other
  cache::StagingPlace staging_;
  std::optional<disk::Owner> owner_;
  std::optional<cache::Root> staged_;
  std::unique_ptr<cache::Stager> stager_;
  VerifyRequest request_;
};

Intake::Intake(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Intake::~Intake() = default;
Intake::Intake(Intake&&) noexcept = default;
Intake& Intake::operator=(Intake&&) noexcept = default;

Result<Intake> Intake::open(const std::string& path, const IntakeOptions& options, const Backends& backends) {
  auto impl = std::make_unique<Impl>(path, options, backends);
  TCM_TRY(impl->start());
  return Intake(std::move(impl));
}

cache::Stager& Intake::stager() { return impl_->stager(); }

Result<void> Intake::settle(IntakeReport& report, TransferProgress& progress) {
  return impl_->settle(report, progress);
}

Result<void> Intake::drop(const std::string& key) { return impl_->drop(key); }

Result<void> Intake::discard() { return impl_->discard(); }

}  // namespace tcm::service
