// SPDX-License-Identifier: Apache-2.0
// Asks the backends what a kernel costs on the GPU, while its entry is being indexed.
#pragma once

#include <string>

#include "core/cache/read/root.hpp"
#include "core/index/index.hpp"
#include "core/model/entry.hpp"
#include "core/service/backends.hpp"
#include "core/service/binary_check.hpp"
#include "core/util/thread/byte_budget.hpp"

namespace tcm::service {

/// What all probers together hold of artifacts at once: one of the largest that the plugin interface allows.
inline constexpr std::size_t kMaxProbedBytes = kMaxArtifactBytes;

/// One a reading thread: it keeps a buffer.
class Prober {
 public:
  /// All borrowed; must outlive the prober. `memory` is shared by all probers.
  Prober(const cache::Root& root, const Backends& backends, util::ByteBudget& memory)
      : root_(root), backends_(backends), memory_(memory) {}

  /// Fills resources, probed_by and spill_bytes of every kernel. A kernel whose binary its backend refuses, or whose
  /// assembly is not UTF-8, becomes broken; one whose files cannot be read says so, and is asked again the next time,
  /// as one at which the backend failed.
  void probe(model::Entry& entry);

 private:
  void probe_kernel(const std::string& key, const backend::PluginInfo& plugin, model::Record& record);
  /// False when the file makes its kernel broken.
  bool look_into(const std::string& key, const backend::PluginInfo& plugin, const model::Artifact& artifact,
                 model::Record& record);
  std::string path_of(const std::string& key, const model::Artifact& artifact) const;
  bool read(const std::string& key, const model::Artifact& artifact, model::Record& record);  ///< into bytes_
  bool is_sound(const std::string& key, const model::Artifact& artifact, model::Record& record);
  void ask_again(model::Record& record);
  void probe_artifact(const std::string& key, const model::Artifact& artifact, model::Record& record);

  const cache::Root& root_;
  const Backends& backends_;
  util::ByteBudget& memory_;
  std::string bytes_;
  bool try_again_ = false;
  std::int64_t left_ns_ = 0;  ///< the newest access time that reading this entry's files left
};

/// Which backend serves which target, as Record::probed_by says it.
std::vector<index::ServedTarget> served_targets(const Backends& backends);

/// The same as one text, for the row of a root.
std::string plugins_signature(const std::vector<index::ServedTarget>& served);

}  // namespace tcm::service
