# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts where. Everything is relative to the prefix, and the program finds its backends relative to
# itself, so the installed tree may be moved as a whole.
#
#   component        what
#   tcm              bin/tcm; share/tcm/python: what counts look-ups in a job, which needs no other part of tcm; manual
#                    pages and completion (TcmGuide.cmake); lib/systemd: units that call it, which nothing enables
#   backend-<name>   <libdir>/tcm/plugins/libtcm_backend_<name>.so (installed by tcm_add_backend_plugin)
#   sdk              the headers, the CMake package tcm-plugin-sdk and tcm-plugin-sdk.pc: what a backend is built with
#
# Each is a Debian package of its own: TcmPackaging.cmake.
include(CMakePackageConfigHelpers)

# The name of a component's package: tcm, tcm-backend-<name>, tcm-plugin-sdk.
function(tcm_package_of component variable)
  if(component STREQUAL tcm)
    set(package tcm)
  elseif(component STREQUAL sdk)
    set(package tcm-plugin-sdk)
  else()
    set(package tcm-${component})
  endif()
  set(${variable} ${package} PARENT_SCOPE)
endfunction()

set(TCM_COMPONENTS sdk)
if(TARGET tcm)
  install(TARGETS tcm RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT tcm)
  install(FILES "${PROJECT_SOURCE_DIR}/python/tcm_hits.py" "${PROJECT_SOURCE_DIR}/python/sitecustomize.py"
    DESTINATION "${CMAKE_INSTALL_DATADIR}/tcm/python" COMPONENT tcm)
  if(TCM_PORTABLE)
    tcm_install_licenses()
  endif()
  # systemd looks for a program without a path in the usual places, so that the tree may be moved.
  set(TCM_PROGRAM tcm)
  set(TCM_WRITABLE "")
  set(units "${PROJECT_SOURCE_DIR}/core/service/upkeep/units")
  foreach(scope IN ITEMS system user)
    foreach(unit IN ITEMS tcm-gc.service tcm-watch.service)
      configure_file("${units}/${unit}.${scope}.in" "${PROJECT_BINARY_DIR}/units/${scope}/${unit}" @ONLY)
    endforeach()
    configure_file("${units}/tcm-gc.timer.in" "${PROJECT_BINARY_DIR}/units/${scope}/tcm-gc.timer" @ONLY)
    # Nothing reads units in a prefix of Python's, where a wheel is installed.
    if(NOT SKBUILD)
      install(DIRECTORY "${PROJECT_BINARY_DIR}/units/${scope}/" DESTINATION "lib/systemd/${scope}" COMPONENT tcm)
    endif()
  endforeach()
  list(APPEND TCM_COMPONENTS tcm)
endif()
foreach(backend IN ITEMS cuda rocm)
  if(TARGET tcm_backend_${backend})
    list(APPEND TCM_COMPONENTS backend-${backend})
  endif()
endforeach()

# The SDK. Its version is that of the plugin interface (TcmVersion.cmake); it does not follow tcm's own.
set(sdk_version "${TCM_PLUGIN_ABI_MAJOR}.${TCM_PLUGIN_ABI_MINOR}")
set(sdk_dir "${CMAKE_INSTALL_DATAROOTDIR}/cmake/tcm-plugin-sdk")

install(TARGETS tcm_plugin_api EXPORT tcm-plugin-sdk
  FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT sdk)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/sdk/include/" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT sdk)
install(EXPORT tcm-plugin-sdk NAMESPACE tcm:: FILE tcm-plugin-sdk-targets.cmake
  DESTINATION "${sdk_dir}" COMPONENT sdk)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/sdk/cmake/" DESTINATION "${sdk_dir}" COMPONENT sdk
  FILES_MATCHING PATTERN "*.cmake" PATTERN "*.map")

set(package_dir "${PROJECT_BINARY_DIR}/package")
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/tcm-plugin-sdk-config.cmake.in"
  "${package_dir}/tcm-plugin-sdk-config.cmake"
  INSTALL_DESTINATION "${sdk_dir}"
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${package_dir}/tcm-plugin-sdk-config-version.cmake"
  VERSION "${sdk_version}" COMPATIBILITY SameMajorVersion ARCH_INDEPENDENT)
install(FILES
  "${package_dir}/tcm-plugin-sdk-config.cmake"
  "${package_dir}/tcm-plugin-sdk-config-version.cmake"
  DESTINATION "${sdk_dir}" COMPONENT sdk)

# pkg-config works out the prefix from where the file lies, so the way up is all that it needs.
set(pc_dir "${CMAKE_INSTALL_DATAROOTDIR}/pkgconfig")
file(RELATIVE_PATH pc_to_prefix "/${pc_dir}" "/")
string(REGEX REPLACE "/$" "" pc_to_prefix "${pc_to_prefix}")
configure_file("${PROJECT_SOURCE_DIR}/cmake/tcm-plugin-sdk.pc.in" "${package_dir}/tcm-plugin-sdk.pc" @ONLY)
install(FILES "${package_dir}/tcm-plugin-sdk.pc" DESTINATION "${pc_dir}" COMPONENT sdk)

# Each component carries the licence, in a folder named as its package.
foreach(component IN LISTS TCM_COMPONENTS)
  tcm_package_of(${component} package)
  install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DATAROOTDIR}/doc/${package}"
    RENAME copyright COMPONENT ${component})
endforeach()
