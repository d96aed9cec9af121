// SPDX-License-Identifier: Apache-2.0
#include "core/service/transfer/survey/since.hpp"

#include "core/cache/format/file_names.hpp"
#include "core/service/transfer/places/place.hpp"
#include "core/service/transfer/places/place_reader.hpp"

namespace tcm::service {
namespace {

util::Digest identity_of(const cache::ManifestEntry& entry) {
  util::Digester digester;
  digester.add(entry.root);
  digester.add("/");
  digester.add(entry.key);
  for (const cache::ManifestFile& file : entry.files) {
    digester.add("/");
    digester.add(file.name);
    if (cache::is_group(file.name)) continue;
    digester.add("/");
    digester.add({reinterpret_cast<const char*>(file.digest.data()), file.digest.size()});
  }
  return digester.finish();
}

}  // namespace

Result<Since> Since::read(const std::string& word) {
  TCM_ASSIGN(const Place place, place_to_read(word));
  TCM_ASSIGN(cache::ManifestSpool spool, read_place_manifest(place));
  Since since;
  for (std::size_t i = 0; i < spool.count(); ++i) {
    TCM_ASSIGN(const cache::ManifestEntry entry, spool.entry(i));
    since.entries_.insert(identity_of(entry));
  }
  return since;
}

bool Since::has(const cache::ManifestEntry& entry) const { return entries_.contains(identity_of(entry)); }

}  // namespace tcm::service
