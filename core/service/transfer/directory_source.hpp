// SPDX-License-Identifier: Apache-2.0
// Another cache directory as the place that entries come from. It is only read.
#pragma once

#include <functional>
#include <string>

#include "core/model/change.hpp"
#include "core/service/backends.hpp"
#include "core/service/transfer/intake.hpp"
#include "core/service/transfer/report.hpp"
#include "core/service/transfer/selection.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

struct DirectoryOptions {
  model::KindSet drop;
  bool link = false;  ///< files are shared where that can be
  bool modules = true;
};

class DirectorySource {
 public:
  /// Borrows both.
  DirectorySource(const Selection& selection, DirectoryOptions options, const Backends& backends)
      : selection_(selection), options_(options), backends_(backends) {}

  /// Hands every entry to the intake of its root. Entries that cannot be carried are told in the report. Errors:
  /// interrupted; those of `intake_of` and of the stagers.
  Result<void> hand_over(const std::function<Result<Intake*>(const std::string& root)>& intake_of, SourceReport& source,
                         IntakeReport& report, TransferProgress& progress) const;

 private:
  const Selection& selection_;
  DirectoryOptions options_;
  const Backends& backends_;
};

}  // namespace tcm::service
