# SPDX-License-Identifier: Apache-2.0
# TCM_PORTABLE: a program and backends that need nothing but glibc, for the wheel and the tarball. Every other library,
# libstdc++ included, is linked statically.
#
# PostgreSQL is left out: its client library loads others at run time, and SOCI's backend for it is a shared library with
# a copy of SOCI of its own. `tcm version` says which databases a build can use.
#
# Included before the libraries are looked for; tcm_finish_portable() is called after.
#
#   TCM_LICENSES_DIR   a folder with the licences of what is linked in, one file a library, where they do not come from
#                      Debian packages; they are installed with the program
set(TCM_LICENSES_DIR "" CACHE PATH "Licences of the libraries that are linked in (default: those of the Debian packages)")

set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
set(OPENSSL_USE_STATIC_LIBS TRUE)
# A library that is linked in offers nothing to whoever loads the result, and what is not used of it is left out, with what
# only that would need: libarchive has xar, for which it needs an XML parser.
add_link_options(-static-libstdc++ -static-libgcc LINKER:--exclude-libs,ALL LINKER:--gc-sections)

# Debian has {fmt} as a shared library only. Its package leaves targets alone that are there before it.
find_path(TCM_FMT_INCLUDE_DIR fmt/format-inl.h REQUIRED)
find_library(TCM_FMT_LIBRARY fmt)
mark_as_advanced(TCM_FMT_INCLUDE_DIR TCM_FMT_LIBRARY)
if(NOT TCM_FMT_LIBRARY)
  add_library(tcm_fmt STATIC "${PROJECT_SOURCE_DIR}/cmake/portable/fmt.cpp")
  target_include_directories(tcm_fmt SYSTEM PUBLIC "${TCM_FMT_INCLUDE_DIR}")
  target_link_libraries(tcm_fmt PRIVATE tcm_settings)
  add_library(fmt::fmt ALIAS tcm_fmt)
  add_library(tcm_fmt_headers INTERFACE)
  target_include_directories(tcm_fmt_headers SYSTEM INTERFACE "${TCM_FMT_INCLUDE_DIR}")
  target_compile_definitions(tcm_fmt_headers INTERFACE FMT_HEADER_ONLY=1)
  add_library(fmt::fmt-header-only ALIAS tcm_fmt_headers)
endif()

# libelf, and what it reads compressed sections with. Found before whoever needs libelf looks for it.
find_library(TCM_STATIC_elf elf REQUIRED)
find_library(TCM_STATIC_z z REQUIRED)
mark_as_advanced(TCM_STATIC_elf TCM_STATIC_z)
set(LIBELF_LIBRARY "${TCM_STATIC_elf};${TCM_STATIC_z}" CACHE STRING "libelf" FORCE)
execute_process(COMMAND "${CMAKE_C_COMPILER}" -shared -o "${PROJECT_BINARY_DIR}/elf_probe.so" -Wl,-u,elf_errno
  "${TCM_STATIC_elf}" "${TCM_STATIC_z}" RESULT_VARIABLE elf_is_not_shareable OUTPUT_QUIET ERROR_QUIET)
if(elf_is_not_shareable)
  find_path(LIBELF_INCLUDE_DIR gelf.h REQUIRED)
  add_library(tcm_elf_error STATIC "${PROJECT_SOURCE_DIR}/cmake/portable/elf_error.c")
  target_include_directories(tcm_elf_error SYSTEM PRIVATE "${LIBELF_INCLUDE_DIR}")
  target_link_libraries(tcm_elf_error PRIVATE tcm_settings)
  list(PREPEND LIBELF_LIBRARY tcm_elf_error)
  set(LIBELF_LIBRARY "${LIBELF_LIBRARY}" CACHE STRING "libelf" FORCE)
endif()

# tcm_add_dependencies_of(TARGET LIBRARY…): a static library does not name what it needs itself.
function(tcm_add_dependencies_of target)
  foreach(name IN LISTS ARGN)
    find_library(TCM_STATIC_${name} ${name} REQUIRED)
    mark_as_advanced(TCM_STATIC_${name})
    set_property(TARGET ${target} APPEND PROPERTY INTERFACE_LINK_LIBRARIES "${TCM_STATIC_${name}}")
  endforeach()
endfunction()

# What tcm uses of libarchive is tar, gzip and zstd; the linker leaves the rest of it out, with what that needs.
function(tcm_finish_portable)
  tcm_add_dependencies_of(PkgConfig::libarchive zstd z)
  set_property(TARGET SQLite::SQLite3 APPEND PROPERTY INTERFACE_LINK_LIBRARIES m ${CMAKE_DL_LIBS})
endfunction()

# The licences of all that is linked in, in the component tcm.
function(tcm_install_licenses)
  set(destination "${CMAKE_INSTALL_DATAROOTDIR}/doc/tcm/licenses")
  if(TCM_LICENSES_DIR)
    install(DIRECTORY "${TCM_LICENSES_DIR}/" DESTINATION "${destination}" COMPONENT tcm)
    return()
  endif()
  string(REGEX MATCH "^[0-9]+" gcc "${CMAKE_CXX_COMPILER_VERSION}")
  foreach(package IN ITEMS
      libboost1.81-dev libsoci-dev libsqlite3-dev libcli11-dev libspdlog-dev libfmt-dev libtomlplusplus-dev libexpected-dev
      libelf-dev libxxhash-dev libssl-dev libarchive-dev libzstd-dev zlib1g-dev nlohmann-json3-dev
      libstdc++-${gcc}-dev)
    set(file "/usr/share/doc/${package}/copyright")
    if(NOT EXISTS "${file}")
      message(FATAL_ERROR "TCM_PORTABLE: ${file} does not exist. Name a folder with the licences of what is linked in: "
        "-DTCM_LICENSES_DIR=DIR")
    endif()
    file(REAL_PATH "${file}" file)
    install(FILES "${file}" DESTINATION "${destination}" RENAME "${package}" COMPONENT tcm)
  endforeach()
endfunction()
