# SPDX-License-Identifier: Apache-2.0
# cmake -DTCM=[EMULATOR];PROGRAM -DDIR=FOLDER [-DGZIP=PROGRAM] -P write_man_pages.cmake
#
# Writes the pages that PROGRAM prints, and those of FOLDER/source, to FOLDER/pages, as text; and to
# FOLDER/install/man<section>, compressed where there is gzip, as they are installed.
file(REMOVE_RECURSE "${DIR}/pages" "${DIR}/install")
file(MAKE_DIRECTORY "${DIR}/pages")
execute_process(COMMAND ${TCM} __man OUTPUT_VARIABLE names OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "\n" ";" names "${names}")
foreach(name IN LISTS names)
  execute_process(COMMAND ${TCM} __man "${name}" OUTPUT_FILE "${DIR}/pages/${name}" COMMAND_ERROR_IS_FATAL ANY)
endforeach()
file(GLOB sources "${DIR}/source/*")
file(COPY ${sources} DESTINATION "${DIR}/pages")

file(GLOB pages "${DIR}/pages/*")
foreach(page IN LISTS pages)
  string(REGEX MATCH "[0-9]$" section "${page}")
  set(folder "${DIR}/install/man${section}")
  file(COPY "${page}" DESTINATION "${folder}")
  if(GZIP)
    # Without name and time, so that equal pages are equal files.
    get_filename_component(name "${page}" NAME)
    execute_process(COMMAND "${GZIP}" -9nf "${folder}/${name}" COMMAND_ERROR_IS_FATAL ANY)
  endif()
endforeach()
