// SPDX-License-Identifier: Apache-2.0
#include "core/index/postgres/library.hpp"

#include <string>

#include <dlfcn.h>
#include <fmt/format.h>
#include <soci/version.h>

namespace tcm::index {
namespace {

#ifdef TCM_WITHOUT_POSTGRESQL

Result<PostgresLibrary> load() {
  return fail(ErrorCode::failed,
              "this build of tcm cannot use PostgreSQL, as it has its libraries linked in; install tcm from its Debian "
              "package or build it (docs/install.md), or use an index in a file");
}

#else

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

// By its name alone, so that only the system's own places are searched. SOCI would look into the working directory.
Result<PostgresLibrary> load() {
  const std::string name =
      fmt::format("libsoci_postgresql.so.{}.{}", SOCI_VERSION / 100'000, SOCI_VERSION / 100 % 1'000);
  const std::string package =
      fmt::format("libsoci-postgresql{}.{}", SOCI_VERSION / 100'000, SOCI_VERSION / 100 % 1'000);
  void* const library = ::dlopen(name.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) {
    const char* const why = ::dlerror();
    return fail(ErrorCode::failed,
                fmt::format("an index in PostgreSQL needs the package {}: {}; install it, or use an index in a file",
                            package, why != nullptr ? why : name));
  }
  // A library's handle finds what it depends on, too: libpq.
  PostgresLibrary found;
  const soci::backend_factory* (*factory)() = nullptr;
  const bool whole =
      find(library, "factory_postgresql", factory) && find(library, "PQconninfoParse", found.conninfo_parse) &&
      find(library, "PQconninfo", found.conninfo) && find(library, "PQconninfoFree", found.conninfo_free) &&
      find(library, "PQfreemem", found.free_memory) &&
      find(library, "PQsetErrorVerbosity", found.set_error_verbosity) &&
      find(library, "PQsetNoticeProcessor", found.set_notice_processor) &&
      find(library, "PQparameterStatus", found.parameter_status) && find(library, "PQstatus", found.status);
  if (!whole)
    return fail(ErrorCode::failed,
                fmt::format("{} is not what tcm was built with; install the package {}", name, package));
  found.factory = factory();
  return found;
}

#endif

}  // namespace

Result<const PostgresLibrary*> postgres_library() {
  static const Result<PostgresLibrary> library = load();
  if (!library) return fail(library.error());
  return &*library;
}

}  // namespace tcm::index
