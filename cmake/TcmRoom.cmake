# SPDX-License-Identifier: Apache-2.0
# tcm_add_room(NAME SOURCES … [USES rooms…] [LINKS libraries…]): one room of the core as a static library tcm_<name>.
# USES are the rooms below it, seen by its headers; LINKS are outside libraries that only its sources see.
function(tcm_add_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;USES;LINKS" ${ARGN})
  add_library(tcm_${name} STATIC ${ROOM_SOURCES})
  target_include_directories(tcm_${name} PUBLIC "${PROJECT_SOURCE_DIR}")
  target_link_libraries(tcm_${name}
    PUBLIC tl::expected ${ROOM_USES}
    PRIVATE tcm_settings tcm_warnings ${ROOM_LINKS})
  target_compile_features(tcm_${name} PUBLIC cxx_std_20)
endfunction()
