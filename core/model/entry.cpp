// SPDX-License-Identifier: Apache-2.0
#include "core/model/entry.hpp"

namespace tcm::model {

void ByteTotals::add(ArtifactKind kind, std::uint64_t bytes) {
  switch (kind) {
    case ArtifactKind::ir: ir += bytes; return;
    case ArtifactKind::assembly: assembly += bytes; return;
    case ArtifactKind::binary: binary += bytes; return;
    case ArtifactKind::source: source += bytes; return;
    case ArtifactKind::module: module += bytes; return;
    case ArtifactKind::metadata:
    case ArtifactKind::group: metadata += bytes; return;
    case ArtifactKind::other: other += bytes; return;
  }
}

ByteTotals& ByteTotals::operator+=(const ByteTotals& more) {
  ir += more.ir;
  assembly += more.assembly;
  binary += more.binary;
  source += more.source;
  module += more.module;
  metadata += more.metadata;
  other += more.other;
  return *this;
}

ByteTotals totals_of(const std::vector<Artifact>& artifacts) {
  ByteTotals totals;
  for (const Artifact& artifact : artifacts) totals.add(artifact.kind, artifact.bytes);
  return totals;
}

}  // namespace tcm::model
