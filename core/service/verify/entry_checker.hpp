// SPDX-License-Identifier: Apache-2.0
// Checks single entries as a run of verify does.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/cache/verify/entry_check.hpp"
#include "core/service/verify/known_roots.hpp"

namespace tcm::service {

class EntryChecker {
 public:
  /// Digests of entries, by their keys.
  using Digests = std::map<std::string, model::EntryDigests, std::less<>>;

  /// Opens the roots of the request; `request`, `index` and `backends` are borrowed. What cannot be read goes to
  /// `unread`. Errors: as verify_caches().
  static Result<EntryChecker> create(const VerifyRequest& request, index::Index* index, const Backends& backends,
                                     std::vector<Error>& unread);
  ~EntryChecker();
  EntryChecker(EntryChecker&&) noexcept;
  EntryChecker& operator=(EntryChecker&&) noexcept;

  const std::vector<CheckedRoot>& roots() const;
  /// What was recorded of entries of one of the roots, given by its position: nothing below the level deep, or without
  /// an index. One thread at a time, that of the index. Errors: those of the index.
  Result<Digests> digests(std::size_t root, const std::vector<std::string>& keys) const;
  /// What is wrong with an entry of one of the roots, of which this was recorded. Thread-safe.
  cache::EntryFindings check(std::size_t root, const std::string& key, const Digests& recorded) const;

 private:
  struct State;
  explicit EntryChecker(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tcm::service
