# SPDX-License-Identifier: Apache-2.0
# Finds SOCI 4, the database access library. Debian's libsoci-dev ships neither a CMake package nor a .pc file; where a
# newer release brings its own package, that one is preferred.
#
#   find_package(SOCI 4.0 REQUIRED COMPONENTS SQLite3 [PostgreSQL])
#
# Imported targets: SOCI::Core, and for each component SOCI::<component>. Variables: SOCI_FOUND, SOCI_VERSION.

find_package(SOCI CONFIG QUIET)
if(SOCI_FOUND AND TARGET SOCI::Core)
  return()
endif()

find_path(SOCI_INCLUDE_DIR soci/soci.h)
find_library(SOCI_CORE_LIBRARY NAMES soci_core)
mark_as_advanced(SOCI_INCLUDE_DIR SOCI_CORE_LIBRARY)

if(SOCI_INCLUDE_DIR AND EXISTS "${SOCI_INCLUDE_DIR}/soci/version.h")
  file(STRINGS "${SOCI_INCLUDE_DIR}/soci/version.h" _soci_version REGEX "define SOCI_LIB_VERSION \"")
  string(REGEX REPLACE ".*\"([0-9]+)_([0-9]+)_?([0-9]*)\".*" "\\1.\\2.\\3" SOCI_VERSION "${_soci_version}")
  string(REGEX REPLACE "\\.$" "" SOCI_VERSION "${SOCI_VERSION}")
endif()

foreach(_component IN LISTS SOCI_FIND_COMPONENTS)
  string(TOLOWER "${_component}" _name)
  find_library(SOCI_${_component}_LIBRARY NAMES soci_${_name})
  mark_as_advanced(SOCI_${_component}_LIBRARY)
  if(SOCI_${_component}_LIBRARY AND EXISTS "${SOCI_INCLUDE_DIR}/soci/${_name}")
    set(SOCI_${_component}_FOUND TRUE)
  endif()
endforeach()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(SOCI
  REQUIRED_VARS SOCI_CORE_LIBRARY SOCI_INCLUDE_DIR
  VERSION_VAR SOCI_VERSION
  HANDLE_COMPONENTS)

if(SOCI_FOUND AND NOT TARGET SOCI::Core)
  add_library(SOCI::Core UNKNOWN IMPORTED)
  set_target_properties(SOCI::Core PROPERTIES
    IMPORTED_LOCATION "${SOCI_CORE_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${SOCI_INCLUDE_DIR}"
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${SOCI_INCLUDE_DIR}"
    INTERFACE_LINK_LIBRARIES "${CMAKE_DL_LIBS}")
endif()
foreach(_component IN LISTS SOCI_FIND_COMPONENTS)
  if(SOCI_${_component}_FOUND AND NOT TARGET SOCI::${_component})
    add_library(SOCI::${_component} UNKNOWN IMPORTED)
    set_target_properties(SOCI::${_component} PROPERTIES
      IMPORTED_LOCATION "${SOCI_${_component}_LIBRARY}"
      INTERFACE_LINK_LIBRARIES SOCI::Core)
  endif()
endforeach()
