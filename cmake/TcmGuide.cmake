# SPDX-License-Identifier: Apache-2.0
# Manual pages and shell completion, in the component tcm.
set(guide_dir "${PROJECT_SOURCE_DIR}/cli/guide/shell")
install(FILES "${guide_dir}/tcm.bash" DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions"
  RENAME tcm COMPONENT tcm)
# zsh itself looks in the first below its own prefix, Debian's in the second.
foreach(folder IN ITEMS site-functions vendor-completions)
  install(FILES "${guide_dir}/_tcm" DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/${folder}" COMPONENT tcm)
endforeach()
install(FILES "${guide_dir}/tcm.fish" DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d" COMPONENT tcm)

find_program(TCM_GZIP gzip)
mark_as_advanced(TCM_GZIP)

# tcm_write_man_pages(): the manual pages, each time that the program is linked. It prints them itself, from the tables that
# its help comes from; where it cannot run (a build for another machine, without an emulator) there are none. A sanitizer's
# build is not installed. To be called where the program's target is made.
function(tcm_write_man_pages)
  if(TCM_SANITIZE OR (CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR))
    return()
  endif()
  set(man_dir "${PROJECT_BINARY_DIR}/man")
  set(script "${PROJECT_SOURCE_DIR}/cmake/write_man_pages.cmake")
  configure_file("${PROJECT_SOURCE_DIR}/docs/man/tcm-plugin.7.in" "${man_dir}/source/tcm-plugin.7" @ONLY)
  add_custom_command(TARGET tcm POST_BUILD
    COMMAND "${CMAKE_COMMAND}" "-DTCM=${CMAKE_CROSSCOMPILING_EMULATOR};$<TARGET_FILE:tcm>" "-DDIR=${man_dir}"
            "-DGZIP=${TCM_GZIP}" -P "${script}"
    VERBATIM)
  set_target_properties(tcm PROPERTIES LINK_DEPENDS "${script};${man_dir}/source/tcm-plugin.7")
  install(DIRECTORY "${man_dir}/install/" DESTINATION "${CMAKE_INSTALL_MANDIR}" COMPONENT tcm)
endfunction()
