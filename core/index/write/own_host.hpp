// SPDX-License-Identifier: Apache-2.0
// The rows of hosts. The host without a name, 0, has the roots of programs that never named one.
#pragma once

#include <optional>

#include "core/index/sql/session.hpp"
#include "core/index/values/roots.hpp"
#include "core/util/result.hpp"

namespace tcm::index {

/// The host whose roots a session reads and writes.
class OwnHost {
 public:
  /// See Index::use_host().
  Result<void> use(Session& session, const HostName& host);
  /// Makes the row of the host that use() named, before the first of its roots is written. Throws soci::soci_error.
  void ensure_row(Session& session);

 private:
  std::optional<HostName> new_host_;   // named, and not as it is in the index
  std::optional<long long> unhashed_;  // its row of a release that stored the machine-id itself
};

}  // namespace tcm::index
