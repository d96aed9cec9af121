// SPDX-License-Identifier: Apache-2.0
#include "core/service/transfer/import.hpp"

#include "core/cache/pack/pack_reader.hpp"
#include "core/service/transfer/destination.hpp"
#include "core/service/transfer/directory_source.hpp"
#include "core/service/transfer/places/place_reader.hpp"

namespace tcm::service {
namespace {

/// Hands every file to the root that it belongs into.
class ToRoots : public cache::Receiver {
 public:
  explicit ToRoots(Destination& destination) : destination_(destination) {}

  Result<bool> begin(const cache::PackedFile& file) override {
    TCM_ASSIGN(Intake * intake, destination_.root(file.root));
    current_ = &intake->stager();
    return current_->begin(file);
  }
  Result<void> piece(std::string_view bytes) override { return current_->piece(bytes); }
  Result<void> end() override { return current_->end(); }

 private:
  Destination& destination_;
  cache::Stager* current_ = nullptr;
};

/// Whether the fault lies with the source: others may be taken all the same.
bool is_of_source(ErrorCode code) {
  return code == ErrorCode::corrupt || code == ErrorCode::missing || code == ErrorCode::denied;
}

class Importing {
 public:
  Importing(const ImportRequest& request, index::Index* index, const Backends& backends, TransferProgress& progress,
            Destination destination)
      : request_(request),
        index_(index),
        backends_(backends),
        progress_(progress),
        destination_(std::move(destination)) {
    report_.cache_dir = destination_.path();
  }

  Result<IntakeReport> run() {
    for (const Place& place : request_.sources) {
      SourceReport& source = report_.sources.emplace_back();
      source.word = place.word;
      auto staged = stage(place, source);
      if (!staged && staged.error().code == ErrorCode::interrupted) return interrupted();
      if (!staged && !is_of_source(staged.error().code)) return fail(std::move(staged).error());
      if (!staged) {
        source.failure = std::move(staged).error();
        for (auto& [name, intake] : destination_.roots()) TCM_TRY(intake.discard());
        continue;
      }
      for (auto& [name, intake] : destination_.roots()) {
        auto settled = intake.settle(report_, progress_);
        if (!settled && settled.error().code == ErrorCode::interrupted) return interrupted();
        if (!settled) return fail(std::move(settled).error());
      }
    }
    for (auto& [name, intake] : destination_.roots()) report_.linked += intake.stager().linked();
    if (report_.replaced > 0) report_.trash_id = request_.trash_id;
    return std::move(report_);
  }

 private:
  /// What is in the roots by now stays, whole.
  Result<IntakeReport> interrupted() {
    report_.interrupted = true;
    return std::move(report_);
  }

  Result<void> stage(const Place& place, SourceReport& source) {
    if (place.kind == Place::Kind::directory) return stage_directory(place, source);
    ToRoots receiver(destination_);
    cache::PackOptions options;
    options.stop = &progress_.stop;
    options.progress = [this](std::uint64_t, std::uint64_t bytes) { progress_.bytes.store(bytes); };
    auto read = read_place(place, receiver, options, request_.verify_with);
    if (!read && read.error().code == ErrorCode::corrupt)
      return fail(ErrorCode::corrupt, read.error().message + "; nothing of it was taken");
    if (!read) return fail(std::move(read).error());
    source.verified = !request_.verify_with.empty();
    source.has_manifest = read->manifest.has_value();
    source.entries = read->entries;
    source.bytes = read->bytes;
    source.absent = read->absent_total;
    source.other_files = read->other_files;
    return {};
  }

  Result<void> stage_directory(const Place& place, SourceReport& source) {
    SelectionRequest selection = request_.selection;
    selection.cache_dir = place.path;
    selection.jobs = request_.jobs;
    TCM_ASSIGN(const Selection selected, select_entries(selection, index_, backends_, progress_));
    for (const Error& error : selected.unread) report_.refused.add({{}, {}, error.message});
    const DirectorySource from(selected, {request_.drop, request_.link, selection.modules}, backends_);
    TCM_TRY(from.hand_over([this](const std::string& root) { return destination_.root(root); }, source, report_,
                           progress_));
    return {};
  }

  const ImportRequest& request_;
  index::Index* index_;
  const Backends& backends_;
  TransferProgress& progress_;
  Destination destination_;
  IntakeReport report_;
};

}  // namespace

Result<IntakeReport> import_entries(const ImportRequest& request, index::Index* index, const Backends& backends,
                                    TransferProgress& progress) {
  IntakeOptions options;
  options.place = request.place;
  options.replace = request.replace;
  options.trash_id = request.trash_id;
  options.dry_run = request.dry_run;
  options.jobs = request.jobs;
  TCM_ASSIGN(Destination destination, Destination::open(request.cache_dir, request.layout, options, backends));
  return Importing(request, index, backends, progress, std::move(destination)).run();
}

}  // namespace tcm::service
