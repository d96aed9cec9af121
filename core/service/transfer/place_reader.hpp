// SPDX-License-Identifier: Apache-2.0
// Reads whatever kind of pack a place is: an archive, a stream, or the layers of an image.
#pragma once

#include "core/cache/pack/pack_reader.hpp"
#include "core/service/transfer/place.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

/// As cache::read_pack(), of all layers of an image in their order; messages name the place. Not of a directory.
/// Errors: also missing (no such image; skopeo is not installed).
Result<cache::PackReport> read_place(const Place& place, cache::Receiver& to, const cache::PackOptions& options);

}  // namespace tcm::service
