// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/index/sql/dialect.hpp"

namespace tcm::index {

const Dialect& postgres_dialect();

}  // namespace tcm::index
