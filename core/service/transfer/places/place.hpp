// SPDX-License-Identifier: Apache-2.0
// Where entries are carried from and to, in a user's words.
#pragma once

#include <cstdint>
#include <string>

#include "core/cache/pack/archive_writer.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

struct Place {
  enum class Kind : std::uint8_t {
    archive,    ///< a file
    stream,     ///< standard input or output
    directory,  ///< another cache directory
    layout,     ///< a directory with images, as OCI lays them out
    image,      ///< an image elsewhere, that skopeo copies
  };
  Kind kind = Kind::archive;
  std::string path;  ///< of an archive or a directory; of an image what skopeo calls it
  std::string tag;   ///< of a layout: which image; empty: the only one
  cache::Compression compression = cache::Compression::zstd;  ///< of what is written
  std::string word;                                           ///< as it was given, for messages
};

/// "x.tar.zst", "x.tar.gz", "x.tar", "-", "dir:PATH", "oci:DIR[:TAG]",
/// "docker://…", "containers-storage:…". Of an archive that is written the name
/// says how it is compressed; of one that is read its first bytes do. Errors:
/// usage.
Result<Place> place_to_write(const std::string& word);
Result<Place> place_to_read(const std::string& word);

}  // namespace tcm::service
