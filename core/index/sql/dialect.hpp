// SPDX-License-Identifier: Apache-2.0
// What differs between databases. Everything else in this room is one text for all of them.
#pragma once

#include "core/index/sql/administration.hpp"
#include "core/index/sql/execution.hpp"
#include "core/index/sql/sql_text.hpp"

namespace tcm::index {

class Dialect : public SqlText, public Execution, public Administration {
 public:
  virtual ~Dialect() = default;
};

}  // namespace tcm::index
