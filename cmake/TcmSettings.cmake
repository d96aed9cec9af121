# SPDX-License-Identifier: Apache-2.0
# Two interface targets that the project's own code links privately: how it is compiled, and what is warned of.
# Nothing here reaches a consumer of the installed package.

add_library(tcm_settings INTERFACE)
target_compile_features(tcm_settings INTERFACE cxx_std_20 c_std_11)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)

target_compile_definitions(tcm_settings INTERFACE
  _FILE_OFFSET_BITS=64
  $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
target_compile_options(tcm_settings INTERFACE
  $<$<CONFIG:RelWithDebInfo>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2>
  # What is given away names no folder of the machine that built it, and is the same wherever it was built. A debugger
  # needs the real folders.
  $<IF:$<CONFIG:Debug>,-fmacro-prefix-map,-ffile-prefix-map>=${PROJECT_BINARY_DIR}=build
  $<IF:$<CONFIG:Debug>,-fmacro-prefix-map,-ffile-prefix-map>=${PROJECT_SOURCE_DIR}=.
  -fstack-protector-strong)

if(TCM_SANITIZE STREQUAL "address")
  target_compile_options(tcm_settings INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(tcm_settings INTERFACE -fsanitize=address,undefined)
elseif(TCM_SANITIZE STREQUAL "thread")
  target_compile_options(tcm_settings INTERFACE -fsanitize=thread -fno-omit-frame-pointer)
  target_link_options(tcm_settings INTERFACE -fsanitize=thread)
elseif(NOT TCM_SANITIZE STREQUAL "")
  message(FATAL_ERROR "TCM_SANITIZE is '${TCM_SANITIZE}'; use address, thread or nothing")
endif()

add_library(tcm_warnings INTERFACE)
target_compile_options(tcm_warnings INTERFACE
  -Wall -Wextra -Wshadow -Wcast-qual -Wformat=2 -Wundef
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor -Woverloaded-virtual -Wextra-semi>
  $<$<BOOL:${TCM_WERROR}>:-Werror>)
if(TCM_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 sees overruns in the standard library's strings where a sanitizer's checks hide the lengths from it. The other
  # builds have these warnings.
  target_compile_options(tcm_warnings INTERFACE -Wno-array-bounds -Wno-maybe-uninitialized -Wno-restrict
    -Wno-stringop-overflow -Wno-stringop-overread)
endif()
