// SPDX-License-Identifier: Apache-2.0
// Packs entries of a cache directory into an archive. Nothing in the cache is changed.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/cache/pack/archive_writer.hpp"
#include "core/cache/pack/carried_entry.hpp"
#include "core/cache/pack/manifest_spool.hpp"
#include "core/model/change.hpp"
#include "core/service/backends.hpp"
#include "core/service/transfer/report.hpp"
#include "core/service/transfer/selection.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

struct ExportRequest {
  SelectionRequest selection;
  model::KindSet drop{};  ///< these kinds of artifacts stay behind
  std::string place{};    ///< where the cache directory will be seen; empty: see default_place()
  std::string since{};    ///< the word of a place with a manifest: what that has is left out; empty: nothing
  std::string tool{};     ///< what the manifest says wrote it
  cache::Compression compression = cache::Compression::zstd;
  bool image = false;  ///< laid out as a layer of an image of kernels; of one root only
  unsigned jobs = 1;
};

/// Where a process in a container, without any variable set, looks for a cache of this layout.
std::string_view default_place(model::Layout layout);

/// How an entry of a root there is to be read. Borrows `backends`.
cache::CarryOptions carry_options(const std::string& place, const std::string& relative, model::KindSet drop,
                                  const Backends& backends);

/// Packs what the request selects. The archive goes to `sink`; none: nothing is written, the report says what would be.
/// Memory does not grow with the cache, but for the names of its entries. Errors: as select_entries(); those of the
/// sink; corrupt (--since).
Result<ExportReport> export_entries(const ExportRequest& request, index::Index* index, const Backends& backends,
                                    const cache::ArchiveWriter::Sink& sink, TransferProgress& progress);

}  // namespace tcm::service
