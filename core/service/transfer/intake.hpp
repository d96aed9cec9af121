// SPDX-License-Identifier: Apache-2.0
// One root that entries come into: they are made beside it, checked there as jobs will see them, and moved in one by
// one. One thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/cache/import/stager.hpp"
#include "core/service/backends.hpp"
#include "core/service/transfer/report.hpp"
#include "core/service/transfer/selection.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

struct IntakeOptions {
  std::string relative{};  ///< of the root to its cache directory, for the report
  std::string place{};     ///< the root as groups are to name it; empty: as it is called
  bool replace = false;    ///< an entry of the same key that is another one goes
  std::string trash_id{};  ///< … where it can be restored from
  bool dry_run = false;    ///< all is checked, beside no root, and nothing goes in
  unsigned jobs = 1;
};

class Intake {
 public:
  /// Takes the lock of the root at `path`, which is there; of a dry run it need not be, and is not locked. Borrows
  /// `backends`. Errors: as cache::Editor::open().
  static Result<Intake> open(const std::string& path, const IntakeOptions& options, const Backends& backends);
  ~Intake();  ///< what was not moved in goes
  Intake(Intake&&) noexcept;
  Intake& operator=(Intake&&) noexcept;

  /// What takes the files.
  cache::Stager& stager();

  /// Checks every entry that was staged and moves those in that hold; the others are told in the report and go. An
  /// entry is in the root whole or not at all, whatever happens. Errors: interrupted, no_space, denied, failed.
  Result<void> settle(IntakeReport& report, TransferProgress& progress);

  /// Forgets an entry that was staged.
  Result<void> drop(const std::string& key);

  /// Forgets what was staged.
  Result<void> discard();

 private:
  class Impl;
  explicit Intake(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tcm::service
