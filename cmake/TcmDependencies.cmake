# SPDX-License-Identifier: Apache-2.0
# Everything tcm is built with comes from the system. scripts/packages lists the Debian packages.

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
# Static: it is the only compiled Boost library, small, and one less for the dynamic loader at every start.
set(Boost_USE_STATIC_LIBS ON)
find_package(Boost 1.81 CONFIG REQUIRED COMPONENTS json)
find_package(SOCI 4.0 REQUIRED COMPONENTS SQLite3)
find_package(SQLite3 3.35 REQUIRED)
find_package(CLI11 2.1 CONFIG REQUIRED)
find_package(fmt 9.1 CONFIG REQUIRED)
find_package(spdlog 1.10 CONFIG REQUIRED)
find_package(tomlplusplus 3.3 CONFIG REQUIRED)
find_package(tl-expected 1.0 CONFIG REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash>=0.8)
find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto)
# Its parser and writer of tar and its filters; files are read and written by tcm itself.
pkg_check_modules(libarchive REQUIRED IMPORTED_TARGET libarchive>=3.6)
# Its headers only: the library is loaded when an index in PostgreSQL is asked for.
find_package(PostgreSQL 13 REQUIRED)

if(TCM_PORTABLE)
  tcm_finish_portable()
endif()
