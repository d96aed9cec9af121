// SPDX-License-Identifier: Apache-2.0
// Reads whatever kind of pack a place is: an archive, a stream, or the layers
// of an image.
#pragma once

#include <string>

#include "core/cache/pack/pack_reader.hpp"
#include "core/service/transfer/places/place.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

/// As cache::read_pack(), of all layers of an image in their order; messages
/// name the place. Not of a directory. `verify_with`, of an archive alone: this
/// command of the user must first say yes to it, see run_over_file(); empty:
/// there is none. Errors: also missing (no such image; skopeo is not
/// installed), corrupt (the command said no, or the archive changed before it
/// was read), usage (a pipe is to be verified).
Result<cache::PackReport> read_place(const Place& place, cache::Receiver& to, const cache::PackOptions& options,
                                     const std::string& verify_with = {});

/// The manifest of an archive, of an image, or alone in a file. Errors: as
/// above; corrupt (there is none), usage (a directory).
Result<cache::ManifestSpool> read_place_manifest(const Place& place);

}  // namespace tcm::service
