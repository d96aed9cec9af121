// SPDX-License-Identifier: Apache-2.0
#include "core/cache/verify/entry_check.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/cache/format/file_names.hpp"
#include "core/cache/format/json_reader.hpp"
#include "core/cache/format/key.hpp"
#include "core/cache/inspect/writer.hpp"
#include "core/cache/verify/autotune_text.hpp"
#include "core/cache/verify/digest_check.hpp"
#include "core/cache/verify/shared_object.hpp"
#include "core/cache/verify/trust.hpp"
#include "core/disk/directory.hpp"
#include "core/util/system/system_error.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cache {
namespace {

// Helper modules are tens of kilobytes.
constexpr std::size_t kMaxModuleBytes = std::size_t{64} << 20;
constexpr std::size_t kKeptBytes = std::size_t{1} << 20;
constexpr int kMaxReadings = 3;

/// One look at an entry.
class Look {
 public:
  Look(int directory, const std::string& key, const EntryCheck& check, DigestCheck* digests)
      : directory_(directory), key_(key), check_(check), digests_(digests) {}

  /// Returns 0 or an errno.
  int run() {
    if (const int error = list_entry(directory_, files_); error != 0) return error;
    if (files_.too_many) {
      add(FindingId::unchecked, {}, fmt::format("more than {} files", kMaxEntryFiles));
      return 0;
    }
    size_files(directory_, files_);
    for (const EntryFile& file : files_.files) found_.bytes += file.bytes;
    if (!files_.unreadable.empty()) add(FindingId::unreadable, {}, files_.unreadable);
    // What a writer has not named by its key yet no look-up finds.
    if (is_temporary_entry(key_)) {
      check_whole_leftover();
      return 0;
    }
    check_kernels();
    check_others();
    check_temporaries();
    if (check_.trust && found_.is_entry)
      for (Finding& finding : check_owners(directory_, files_)) found_.findings.push_back(std::move(finding));
    return 0;
  }

  bool changed() const { return files_.changed; }
  EntryFindings take() { return std::move(found_); }

 private:
  void add(FindingId id, std::string_view file, std::string detail = {}, LookupOutcome outcome = LookupOutcome::hit) {
    Finding finding;
    finding.id = id;
    finding.outcome = outcome;
    finding.severity = severity_of(id, outcome);
    finding.repair = text_of(id).repair;
    finding.file = util::escape_control(file);
    finding.detail = std::move(detail);
    found_.findings.push_back(std::move(finding));
  }

  void check_kernels() {
    std::vector<KernelOnDisk> kernels = read_kernels(directory_, key_, files_, *check_.types);
    has_kernels_ = !kernels.empty();
    for (KernelOnDisk& kernel : kernels) {
      if (check_.look_into && kernel.metadata_file.state == JsonFile::State::read)
        kernel.damage = check_.look_into(directory_, kernel);
      compare_binaries(kernel);
      const bool wrong_key = check_.whole && !key_fits(kernel.metadata.hash, key_);
      // What runs then is not what was looked up.
      count(wrong_key ? LookupOutcome::fails_at_launch : look_up(kernel, check_.viewpoint).outcome);
      if (wrong_key) {
        add(FindingId::key_mismatch, kernel.metadata_name, "hash is " + util::escape_control(kernel.metadata.hash));
        found_.findings.back().group = kernel.group;
      }
      std::vector<Finding> findings = check_kernel(std::move(kernel), check_.viewpoint);
      std::move(findings.begin(), findings.end(), std::back_inserter(found_.findings));
    }
  }

  void compare_binaries(KernelOnDisk& kernel) {
    if (!digests_ || (kernel.damage && kernel.damage->id != FindingId::unchecked)) return;
    for (const ListedFile& file : kernel.files) {
      if (file.role != HitRole::binary) continue;
      auto damage = digests_->compare(file.at_path == FileState::absent ? file.name : file.file);
      if (!damage) continue;
      kernel.damage = std::move(damage);
      return;
    }
  }

  void count(LookupOutcome outcome) {
    switch (outcome) {
      case LookupOutcome::hit: ++found_.hits; return;
      case LookupOutcome::miss: ++found_.misses; return;
      case LookupOutcome::other_root: ++found_.other_roots; return;
      case LookupOutcome::crash_at_start:
      case LookupOutcome::fails_at_launch: break;
    }
    ++found_.failures;
  }

  void check_others() {
    const auto encoding = key_encoding(key_);
    bool is_known = has_kernels_;
    bool has_outputs = false;
    for (const EntryFile& file : files_.files) {
      if (file.nested() || is_temporary_file_in(key_, file.name)) continue;
      if (is_autotune(file.name)) {
        is_known = true;
        if (check_.whole) check_autotune(file.name);
      } else if (!has_kernels_ && is_module(file.name) && encoding) {
        is_known = true;
        if (check_.whole && file.name.find(".so") != std::string::npos) check_module(file.name);
      } else if (!has_kernels_ && encoding && is_compile_output(file.name)) {
        has_outputs = true;
      }
    }
    if (has_outputs && looks_random(key_, *encoding)) {
      // Triton 2.0 wrote no groups; its keys are md5 digests.
      if (!is_known && *encoding == KeyEncoding::md5_hex)
        found_.unjudged = true;
      else if (!is_known && is_settled())
        add(FindingId::partial, {});
      is_known = true;
    }
    found_.is_entry = is_known || encoding.has_value();
  }

  bool is_settled() const {
    disk::Node node;
    return disk::stat_of(directory_, node) == 0 && node.mtime_ns < check_.settled_ns;
  }

  template <class Check>
  void with_bytes(const std::string& name, std::size_t limit, const Check& check) {
    thread_local std::string bytes;
    const disk::ReadOutcome outcome = disk::read_file_at(directory_, name.c_str(), limit, bytes);
    if (outcome.status == disk::ReadStatus::ok)
      check(bytes);
    else if (outcome.status == disk::ReadStatus::too_large)
      add(FindingId::unchecked, name, fmt::format("{} bytes, not read", outcome.bytes));
    else if (outcome.error != ENOENT)
      add(FindingId::unreadable, name, std::string(util::error_text(outcome.error)));
    if (bytes.capacity() > kKeptBytes) bytes = std::string();
  }

  void check_autotune(const std::string& name) {
    with_bytes(name, kMaxJsonBytes, [&](const std::string& text) {
      if (auto wrong = autotune_problem(text)) add(FindingId::autotune_unreadable, name, std::move(*wrong));
    });
  }

  void check_module(const std::string& name) {
    with_bytes(name, kMaxModuleBytes, [&](const std::string& bytes) {
      const SharedObject object = inspect_shared_object(bytes);
      if (!object.problem.empty()) return add(FindingId::module_broken, name, object.problem);
      if (const auto missed = replaced_library(object, system_libraries()); missed && missed->asked_all)
        add(FindingId::module_needs_library, name, "needs " + missed->detail);
      else if (missed)
        add(FindingId::unchecked, name,
            fmt::format("needs {}; it also looks in directories that are not asked about", missed->detail));
      if (!digests_) return;
      if (auto damage = digests_->compare(name)) add(damage->id, name, std::move(damage->detail));
    });
  }

  bool is_dead(const std::string& name) const {
    disk::Node node;
    if (disk::stat_at(directory_, name.c_str(), node) != 0 || node.mtime_ns >= check_.settled_ns) return false;
    const auto writer = writer_of(name);
    return !writer || !is_live_writer(*writer, std::max(node.mtime_ns, files_.newest_nested_ns));
  }

  void check_temporaries() {
    for (const std::string& name : files_.directories)
      if (is_temporary_directory(name) && is_dead(name)) add(FindingId::leftover, name);
    for (const EntryFile& file : files_.files)
      if (!file.nested() && is_temporary_file_in(key_, file.name) && is_dead(file.name))
        add(FindingId::leftover, file.name);
  }

  void check_whole_leftover() {
    if (!is_settled() || files_.newest_nested_ns >= check_.settled_ns) return;
    add(FindingId::leftover, {});
    found_.findings.back().repair = Repair::remove_entry;
  }

  int directory_;
  const std::string& key_;
  const EntryCheck& check_;
  DigestCheck* digests_;  ///< null: nothing is compared
  EntryFiles files_;
  EntryFindings found_;
  bool has_kernels_ = false;
};

EntryFindings unreadable(int error) {
  EntryFindings found;
  if (error == ENOENT || error == ENOTDIR || error == ELOOP) return found;
  Finding finding;
  finding.id = FindingId::unreadable;
  finding.severity = severity_of(finding.id, LookupOutcome::hit);
  finding.detail = util::error_text(error);
  found.findings.push_back(std::move(finding));
  return found;
}

}  // namespace

EntryFindings check_entry(int root, const std::string& key, const EntryCheck& check,
                          const model::EntryDigests* recorded) {
  for (int reading = 1;; ++reading) {
    util::Fd directory;
    disk::Node before;
    int error = disk::open_directory_at(root, key.c_str(), directory);
    if (error == 0) error = disk::stat_of(directory.get(), before);
    if (error != 0) return unreadable(error);
    std::optional<DigestCheck> digests;
    if (recorded != nullptr) digests.emplace(directory.get(), before.ctime_ns, *recorded);
    Look look(directory.get(), key, check, digests ? &*digests : nullptr);
    if (error = look.run(); error != 0) return unreadable(error);
    EntryFindings found = look.take();
    if (digests) found.unrecorded = digests->unrecorded();
    if (found.findings.empty() || reading == kMaxReadings) return found;
    // A writer may have been at it: only what stays is told.
    disk::Node after;
    error = disk::stat_at(root, key.c_str(), after);
    if (error == ENOENT) return {};
    if (error == 0 && !look.changed() && after.inode == before.inode && after.ctime_ns == before.ctime_ns) return found;
  }
}

}  // namespace tcm::cache
