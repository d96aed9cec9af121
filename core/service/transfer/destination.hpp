// SPDX-License-Identifier: Apache-2.0
// The cache directory that entries go into, and the roots in it.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/service/transfer/intake.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

/// One thread at a time.
class Destination {
 public:
  /// `options` are those of every root, without paths: `place` is the cache directory's. Borrows `backends`. Errors:
  /// denied, failed; of a dry run it need not be there.
  static Result<Destination> open(const std::string& cache_dir, std::optional<model::Layout> layout,
                                  const IntakeOptions& options, const Backends& backends);

  /// The root that is called so relative to a cache directory elsewhere; made, and locked, when it is first asked for.
  /// Errors: usage (it has no place here); those of Intake::open().
  Result<Intake*> root(const std::string& relative);

  std::map<std::string, Intake, std::less<>>& roots() { return intakes_; }
  const std::string& path() const { return path_; }

 private:
  Destination(std::string path, const IntakeOptions& options, const Backends& backends)
      : path_(std::move(path)), options_(options), backends_(backends) {}
  Result<std::string> own_root(const std::string& relative) const;
  Result<std::string> make(const std::string& relative) const;

  std::string path_;
  IntakeOptions options_;
  const Backends& backends_;
  std::vector<std::string> known_;                      ///< roots that are there, relative
  bool is_root_ = false;                                ///< it is a root itself, with entries in it
  bool is_new_ = true;                                  ///< nothing is there
  std::map<std::string, Intake, std::less<>> intakes_;  ///< by what they are called elsewhere
};

}  // namespace tcm::service
