// SPDX-License-Identifier: Apache-2.0
// PostgreSQL's client library and SOCI's backend for it, loaded when an index in PostgreSQL is opened: the program
// runs where neither is installed.
#pragma once

#include <libpq-fe.h>

#include "core/util/result.hpp"

namespace soci {
class backend_factory;
}  // namespace soci

namespace tcm::index {

/// What of libpq is called directly. The rest goes through SOCI.
struct PostgresLibrary {
  const soci::backend_factory* factory = nullptr;
  decltype(&PQconninfoParse) conninfo_parse = nullptr;
  decltype(&PQconninfo) conninfo = nullptr;
  decltype(&PQconninfoFree) conninfo_free = nullptr;
  decltype(&PQfreemem) free_memory = nullptr;
  decltype(&PQsetErrorVerbosity) set_error_verbosity = nullptr;
  decltype(&PQsetNoticeProcessor) set_notice_processor = nullptr;
  decltype(&PQparameterStatus) parameter_status = nullptr;
  decltype(&PQstatus) status = nullptr;
};

/// Loads once, for good. Errors: failed; names the package that is missing.
Result<const PostgresLibrary*> postgres_library();

}  // namespace tcm::index
