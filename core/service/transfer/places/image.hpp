// SPDX-License-Identifier: Apache-2.0
// Images in a directory, as OCI lays them out, and on their way to and from
// registries and container engines.
#pragma once

#include <functional>
#include <string>

#include "core/cache/pack/archive_writer.hpp"
#include "core/cache/pack/oci_image.hpp"
#include "core/service/transfer/report.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

/// Finds an image in a layout: that of the tag, or without one the only one; of
/// an index the one for linux. Errors: missing, denied, corrupt (also documents
/// whose digests are others); they name the layout.
Result<cache::ImageManifest> open_image(const std::string& directory, const std::string& tag);

std::string blob_path(const std::string& directory, const util::Sha256& digest);

/// Writes an image of one layer, which `pack` writes as a plain tar to the sink
/// that it is given. Other images of the layout stay. Errors: denied, no_space,
/// failed; those of `pack`.
Result<ExportReport> write_image(
    const std::string& directory, const std::string& tag,
    const std::function<Result<ExportReport>(const cache::ArchiveWriter::Sink& sink)>& pack);

/// Lets skopeo copy an image; names as skopeo takes them. Errors: missing
/// (skopeo is not installed), failed.
Result<void> copy_image(const std::string& from, const std::string& to);

}  // namespace tcm::service
