// SPDX-License-Identifier: Apache-2.0
// Asks the backends what a kernel costs on the GPU, while its entry is being indexed.
#pragma once

#include <string>

#include "core/cache/read/root.hpp"
#include "core/index/index.hpp"
#include "core/model/entry.hpp"
#include "core/service/backends.hpp"
#include "core/util/thread/byte_budget.hpp"

namespace tcm::service {

/// The largest artifact of the plugin interface (TCM_MAX_ARTIFACT_BYTES), and what all probers hold at once.
inline constexpr std::size_t kMaxProbedBytes = std::size_t{256} << 20;

/// One a reading thread: it keeps a buffer.
class Prober {
 public:
  /// All borrowed; must outlive the prober. `memory` is shared by all probers.
  Prober(const cache::Root& root, const Backends& backends, util::ByteBudget& memory)
      : root_(root), backends_(backends), memory_(memory) {}

  /// Fills resources, probed_by and spill_bytes of every kernel. What cannot be read is left out and logged: finding
  /// out what is wrong with a binary is another question.
  void probe(model::Entry& entry);

 private:
  void probe_kernel(const std::string& key, model::Record& record);
  void probe_artifact(const std::string& key, const model::Artifact& artifact, model::Record& record);

  /// About what is in `bytes_`.
  void ask(const model::Artifact& artifact, const std::string& key, model::Record& record);

  const cache::Root& root_;
  const Backends& backends_;
  util::ByteBudget& memory_;
  std::string bytes_;
};

/// Which backend serves which target, as Record::probed_by says it.
std::vector<index::ServedTarget> served_targets(const Backends& backends);

/// The same as one text, for the row of a root.
std::string plugins_signature(const std::vector<index::ServedTarget>& served);

}  // namespace tcm::service
