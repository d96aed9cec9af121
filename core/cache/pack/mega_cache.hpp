// SPDX-License-Identifier: Apache-2.0
// What `torch.compiler.save_cache_artifacts` writes: caches of torch.compile in one file. It is read as far as it can
// be without believing it: types, keys and sizes. What the artifacts hold are pickles, which nobody unpickles here.
//
// Numbers are big-endian: a CRC-32 of all that follows, a version, then sections to the end, each of a type, a number
// of artifacts, and for each a key and bytes. Texts are base64 (torch/utils/_appending_byte_serializer.py and
// torch/compiler/_cache.py of PyTorch 2.7 to 2.15).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/cache/pack/archive_reader.hpp"
#include "core/util/result.hpp"

namespace tcm::cache {

struct MegaArtifact {
  std::string type;  ///< "inductor", "aot_autograd", "autotune", …: any text
  std::string key;
  std::uint64_t bytes = 0;
};

/// So many bytes tell whether a file is one.
inline constexpr std::size_t kMegaCacheHead = 12;

/// Whether a file with this beginning is one. Pure.
bool is_mega_cache(std::string_view head);

/// Reads `source` to its end and calls `each` for every artifact. Errors: corrupt (in one line, without a path: of
/// another version, cut short, larger texts than any has, a checksum that does not fit), interrupted; the source's.
/// Artifacts that were told before an error are not to be believed.
Result<void> read_mega_cache(const ArchiveReader::Source& source, const std::atomic<bool>& stop,
                             const std::function<void(const MegaArtifact&)>& each);

}  // namespace tcm::cache
