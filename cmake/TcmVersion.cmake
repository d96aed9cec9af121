# SPDX-License-Identifier: Apache-2.0
# Which sources these are: TCM_COMMIT and TCM_COMMIT_DATE, from git when this is a work tree of its own, else from the
# line that `git archive` fills in, else "unknown" and the day of the build (of SOURCE_DATE_EPOCH where that is set).
# The version of the plugin interface: TCM_PLUGIN_ABI_MAJOR, TCM_PLUGIN_ABI_MINOR. And what is linked: TCM_LIBRARIES, as
# rows of a C++ table; TCM_DATABASES, what an index can lie in.
#
# Asked when the build is configured, so that a commit alone builds nothing anew.
set(TCM_COMMIT unknown)
string(TIMESTAMP TCM_COMMIT_DATE "%Y-%m-%d" UTC)

find_program(TCM_GIT git)
mark_as_advanced(TCM_GIT)
set(commit_line "")
if(TCM_GIT AND EXISTS "${PROJECT_SOURCE_DIR}/.git")
  execute_process(COMMAND "${TCM_GIT}" -C "${PROJECT_SOURCE_DIR}" log -1 --format=%H\ %cs
    OUTPUT_VARIABLE commit_line OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
else()
  file(READ "${CMAKE_CURRENT_LIST_DIR}/commit.txt" commit_line)
endif()
if(commit_line MATCHES "^([0-9a-f]+) ([0-9]+-[0-9]+-[0-9]+)")
  string(SUBSTRING "${CMAKE_MATCH_1}" 0 12 TCM_COMMIT)
  set(TCM_COMMIT_DATE "${CMAKE_MATCH_2}")
endif()

file(STRINGS "${PROJECT_SOURCE_DIR}/plugin-api/include/tcm/plugin/plugin.h" abi_lines
  REGEX "^#define TCM_PLUGIN_ABI_(MAJOR|MINOR) ")
if(NOT "${abi_lines}" MATCHES "_MAJOR ([0-9]+).*_MINOR ([0-9]+)")
  message(FATAL_ERROR "plugin.h does not say its version")
endif()
set(TCM_PLUGIN_ABI_MAJOR "${CMAKE_MATCH_1}")
set(TCM_PLUGIN_ABI_MINOR "${CMAKE_MATCH_2}")

set(TCM_DATABASES "\"sqlite\", \"postgresql\"")
if(TCM_PORTABLE)
  set(TCM_DATABASES "\"sqlite\"")
  unset(PostgreSQL_VERSION_STRING)
endif()
set(TCM_LIBRARIES "")
foreach(row IN ITEMS
    "SQLite;SQLite3_VERSION" "SOCI;SOCI_VERSION" "libpq;PostgreSQL_VERSION_STRING" "Boost;Boost_VERSION_STRING"
    "CLI11;CLI11_VERSION" "{fmt};fmt_VERSION" "spdlog;spdlog_VERSION" "toml++;tomlplusplus_VERSION"
    "tl::expected;tl-expected_VERSION" "xxHash;xxhash_VERSION")
  list(GET row 0 library)
  list(GET row 1 variable)
  if(${variable})
    string(APPEND TCM_LIBRARIES "    {\"${library}\", \"${${variable}}\"},\n")
  endif()
endforeach()
