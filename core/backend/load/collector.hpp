// SPDX-License-Identifier: Apache-2.0
// The sink that a plugin answers into: copies what it is given, checks it, keeps to the host's limits.
#pragma once

#include <string>

#include <tcm/plugin/plugin.h>

#include "core/backend/load/answers.hpp"

namespace tcm::backend {

/// Collects what a plugin emits in one call, within the host's limits. Used by one thread.
class Collector {
 public:
  /// With `attributes` false (validate) every attribute is refused.
  explicit Collector(bool attributes) : takes_attributes_(attributes) {}
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  /// The sink to pass to the plugin; valid as long as the collector.
  tcm_sink sink();

  /// The report of a call that returned `status`. A plugin that hit the limit and says OK all the same did not obey:
  /// the report says limit. Leaves the collector empty.
  Report finish(tcm_status status);

  /// Adds a line of the host itself.
  void say(Severity severity, std::string text);

 private:
  static tcm_status emit_entry(void* ctx, const tcm_attr* attr);
  static void diag_entry(void* ctx, tcm_severity severity, tcm_str text);
  static void diagnose_entry(void* ctx, const tcm_diagnostic* given);
  void keep(Diagnostic diagnostic);
  tcm_status take(const tcm_attr* attr);

  Report report_;
  bool takes_attributes_;
  bool full_ = false;
};

Status status_of(tcm_status number);

}  // namespace tcm::backend
