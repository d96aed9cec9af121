// SPDX-License-Identifier: Apache-2.0
// How an index is opened.
#pragma once

#include <chrono>
#include <cstdint>

namespace tcm::index {

enum class OpenMode : std::uint8_t {
  read,    ///< must exist (ErrorCode::missing); an older schema is migrated when the database can be written
  create,  ///< made, with its directory, when it does not exist; a database in PostgreSQL must exist, empty or not
};

/// How long a server may take to answer a connection, and how long a wait for another writer of any index may be.
inline constexpr std::chrono::seconds kDefaultTimeout{5};

}  // namespace tcm::index
