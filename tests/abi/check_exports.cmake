# SPDX-License-Identifier: Apache-2.0
# cmake -DNM=… -DOBJECT=… -P check_exports.cmake: the object exports the entry and nothing else.
execute_process(COMMAND "${NM}" -D --defined-only --format=posix "${OBJECT}"
  OUTPUT_VARIABLE table RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "nm cannot read ${OBJECT}")
endif()
string(REGEX MATCHALL "[^\n]+" rows "${table}")
set(names "")
foreach(row IN LISTS rows)
  string(REGEX REPLACE " .*" "" name "${row}")
  list(APPEND names "${name}")
endforeach()
if(NOT names STREQUAL "tcm_kernel_backend_plugin_v1")
  message(FATAL_ERROR "${OBJECT} exports '${names}', should export tcm_kernel_backend_plugin_v1 alone")
endif()
