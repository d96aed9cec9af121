# SPDX-License-Identifier: Apache-2.0
#
# tcm_add_backend_plugin(NAME SOURCES file… [LINKS library…])
#
# A backend for tcm, the same way inside tcm's own tree and outside it: a module target tcm_backend_<NAME> whose file is
# libtcm_backend_<NAME>.so. Its symbols are hidden but for the entry, an unresolved symbol is a link error, and
# `cmake --install` puts it where tcm looks (component backend-<NAME>).
#
#   NAME       [a-z][a-z0-9_]*; by custom the target it serves
#   SOURCES    C or C++ files
#   LINKS      libraries, linked privately; link them statically where you can: every shared library that a backend
#              needs is one that may be missing on the user's machine
#
# Variables that change where things go:
#   TCM_PLUGIN_OUTPUT_DIR     where the built module lies (default: the current build directory)
#   TCM_PLUGIN_INSTALL_DIR    where it is installed (default: ${CMAKE_INSTALL_LIBDIR}/tcm/plugins)
include_guard(GLOBAL)

function(tcm_add_backend_plugin name)
  cmake_parse_arguments(PLUGIN "" "" "SOURCES;LINKS" ${ARGN})
  if(NOT name MATCHES "^[a-z][a-z0-9_]*$")
    message(FATAL_ERROR "tcm_add_backend_plugin: '${name}' is not a name; use [a-z][a-z0-9_]*")
  endif()
  if(NOT PLUGIN_SOURCES)
    message(FATAL_ERROR "tcm_add_backend_plugin(${name}): SOURCES is empty")
  endif()
  if(PLUGIN_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "tcm_add_backend_plugin(${name}): unknown arguments ${PLUGIN_UNPARSED_ARGUMENTS}")
  endif()

  set(version_script "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/tcm-plugin.map")
  set(target tcm_backend_${name})
  add_library(${target} MODULE ${PLUGIN_SOURCES})
  target_link_libraries(${target} PRIVATE tcm::plugin_api ${PLUGIN_LINKS})
  set_target_properties(${target} PROPERTIES
    PREFIX lib
    SUFFIX .so
    C_VISIBILITY_PRESET hidden
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON
    LINK_DEPENDS "${version_script}")
  target_link_options(${target} PRIVATE "LINKER:--version-script=${version_script}")

  # A sanitizer's runtime is found in the program with clang, so its symbols are open in the module.
  if(NOT (TCM_SANITIZE AND CMAKE_CXX_COMPILER_ID MATCHES "Clang"))
    target_link_options(${target} PRIVATE "LINKER:-z,defs")
  endif()
  if(TCM_PLUGIN_OUTPUT_DIR)
    set_target_properties(${target} PROPERTIES LIBRARY_OUTPUT_DIRECTORY "${TCM_PLUGIN_OUTPUT_DIR}")
  endif()

  # Inside tcm's tree a backend is compiled with the project's own settings.
  if(TARGET tcm_settings)
    target_link_libraries(${target} PRIVATE tcm_settings tcm_warnings)
  endif()

  include(GNUInstallDirs)
  set(destination "${CMAKE_INSTALL_LIBDIR}/tcm/plugins")
  if(TCM_PLUGIN_INSTALL_DIR)
    set(destination "${TCM_PLUGIN_INSTALL_DIR}")
  endif()
  install(TARGETS ${target} LIBRARY DESTINATION "${destination}" COMPONENT backend-${name})
endfunction()
