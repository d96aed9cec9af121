// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "core/index/index.hpp"
#include "core/index/sql/session.hpp"

namespace tcm::index {

class Index::Impl {
 public:
  explicit Impl(Session opened) : session(std::move(opened)) {}
  /// Makes the row of the host that use_host() named, before the first of its roots is written. Throws
  /// soci::soci_error.
  void ensure_host();

  Session session;
  std::optional<HostName> new_host;  // named, and not as it is in the index
};

}  // namespace tcm::index
