# SPDX-License-Identifier: Apache-2.0
# `cpack -G DEB`: one Debian package for each install component.
#
# A backend depends on tcm-plugin-abi-1, which the package tcm provides, and not on a version of tcm: so do the packages
# of other vendors, and none of them has to follow tcm's releases. Removing a backend's package removes the backend; no
# list of backends is kept anywhere.

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME tcm)
set(CPACK_PACKAGE_VENDOR "The tcm developers")
set(CPACK_PACKAGE_CONTACT "The tcm developers")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # so that the first line of each component's description is its summary
set(CPACK_PACKAGE_DIRECTORY "${PROJECT_BINARY_DIR}/packages")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_COMPONENTS_ALL ${TCM_COMPONENTS})
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)

set(abi_package "tcm-plugin-abi-${TCM_PLUGIN_ABI_MAJOR}")

foreach(component IN LISTS TCM_COMPONENTS)
  string(TOUPPER ${component} COMPONENT)
  tcm_package_of(${component} package)
  set(CPACK_DEBIAN_${COMPONENT}_PACKAGE_NAME ${package})
  if(component MATCHES "^backend-(.*)$")
    set(CPACK_COMPONENT_${COMPONENT}_DESCRIPTION
      "Backend ${CMAKE_MATCH_1} of the Triton Cache Manager\nNames, classifies and reads the files of kernels compiled for ${CMAKE_MATCH_1}.")
    set(CPACK_DEBIAN_${COMPONENT}_PACKAGE_DEPENDS ${abi_package})
    list(APPEND backend_packages ${package})
  endif()
endforeach()

set(CPACK_COMPONENT_TCM_DESCRIPTION
  "Triton Cache Manager\nShows, checks and cleans up the caches of compiled GPU kernels that the Triton compiler keeps on disk.")
set(CPACK_DEBIAN_TCM_PACKAGE_PROVIDES ${abi_package})
list(JOIN backend_packages ", " CPACK_DEBIAN_TCM_PACKAGE_RECOMMENDS)
# Loaded at run time when the index is in PostgreSQL, so no dependency of the program shows it.
set(CPACK_DEBIAN_TCM_PACKAGE_SUGGESTS libsoci-postgresql4.0)

set(CPACK_COMPONENT_SDK_DESCRIPTION
  "Development files for backends of the Triton Cache Manager\nThe interface between tcm and its backends, and what helps to build one.")
set(CPACK_DEBIAN_SDK_PACKAGE_SECTION devel)

include(CPack)
