// SPDX-License-Identifier: Apache-2.0
// The roots of a run: those that are checked, with the paths that lead to them, and others that groups may name.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/cache/read/root.hpp"
#include "core/index/index.hpp"
#include "core/service/verify/verify.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

struct CheckedRoot {
  cache::Root root;
  std::vector<std::string> seen_at;  ///< paths at which processes see it, the canonical one first
};

/// Finds and opens the roots of the request's cache directories. What cannot be read goes to `unread`. Errors: usage,
/// missing, denied, failed: when nothing can be read.
Result<std::vector<CheckedRoot>> open_roots(const VerifyRequest& request, std::vector<Error>& unread);

/// Roots that groups may name, and no others: a path from a group is never opened as it stands.
class OtherRoots {
 public:
  /// Those of `checked`, and the roots of this host that `index` knows and that are here; null: no index.
  static Result<OtherRoots> find(const std::vector<CheckedRoot>& checked, index::Index* index);

  /// Whether "<root>/<key>/<file>" is a regular file of one of them. Thread-safe.
  bool has(const std::string& path) const;

 private:
  std::map<std::string, cache::Root, std::less<>> roots_;
};

}  // namespace tcm::service
