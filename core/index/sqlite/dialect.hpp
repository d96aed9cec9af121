// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/index/sql/dialect.hpp"

namespace tcm::index {

const Dialect& sqlite_dialect();

/// For SqliteAccess::immutable: what looks like damage may be the owner's writing, so errors advise to try again and
/// not to delete the file.
const Dialect& sqlite_immutable_dialect();

}  // namespace tcm::index
