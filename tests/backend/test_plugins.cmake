# SPDX-License-Identifier: Apache-2.0
# The plugins that misbehave, one module each, all from test_plugin.cpp. A test gives a module the name of a plugin by
# copying it. Those that a host can meet are here; tests/sdk adds those that only the checker looks for.

# tcm_add_test_plugin(NAME definitions…): the module NAME.so in TCM_TEST_PLUGIN_DIR. The global property TCM_TEST_PLUGINS
# lists the targets.
function(tcm_add_test_plugin name)
  set(source_dir "${PROJECT_SOURCE_DIR}/tests/backend")
  add_library(tcm_test_plugin_${name} MODULE "${source_dir}/test_plugin.cpp")
  target_link_libraries(tcm_test_plugin_${name} PRIVATE tcm::plugin_api tcm_settings tcm_warnings Threads::Threads)
  target_link_options(tcm_test_plugin_${name} PRIVATE "LINKER:--version-script=${source_dir}/test_plugin.map")
  target_compile_definitions(tcm_test_plugin_${name} PRIVATE ${ARGN})
  set_target_properties(tcm_test_plugin_${name} PROPERTIES
    PREFIX "" OUTPUT_NAME ${name} LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests/plugin-modules"
    LINK_DEPENDS "${source_dir}/test_plugin.map")
  set_property(GLOBAL APPEND PROPERTY TCM_TEST_PLUGINS tcm_test_plugin_${name})
endfunction()

tcm_add_test_plugin(good)
tcm_add_test_plugin(second "TEST_ID=\"org.tcm.second\"" "TEST_TARGET=\"gamma\"" "TEST_ALIAS=\"g-2\"")
tcm_add_test_plugin(dup_id "TEST_TARGET=\"delta\"")
tcm_add_test_plugin(dup_target "TEST_ID=\"org.tcm.rival\"" "TEST_ALIAS=\"rival\"")
tcm_add_test_plugin(serial_only "TEST_FLAGS=(TCM_PLUGIN_SERIAL_ONLY | 0xff00)")
tcm_add_test_plugin(newer_minor_bigger_struct
  "TEST_DEFECT=plugin.struct_size = sizeof(Later), plugin.abi_minor = 7, plugin.reserved[0] = &later, target.struct_size = 512, file_type.struct_size = 512, file_type.kind = 77")

tcm_add_test_plugin(no_entry TEST_NO_ENTRY)
tcm_add_test_plugin(wrong_major "TEST_ENTRY=tcm_kernel_backend_plugin_v2")
tcm_add_test_plugin(entry_null "TEST_ENTRY_BODY=return nullptr")
tcm_add_test_plugin(entry_throws "TEST_ENTRY_BODY=throw std::runtime_error(\"no entry today\")")
tcm_add_test_plugin(exits "TEST_ENTRY_BODY=std::exit(0)")
tcm_add_test_plugin(quick_exits "TEST_ENTRY_BODY=std::quick_exit(0)")
tcm_add_test_plugin(struct_major "TEST_DEFECT=plugin.abi_major = 2")
tcm_add_test_plugin(small_struct "TEST_DEFECT=plugin.struct_size = 100")
tcm_add_test_plugin(null_id "TEST_DEFECT=plugin.id = nullptr")
tcm_add_test_plugin(bad_id "TEST_ID=\"Org.tcm..test\"")
tcm_add_test_plugin(bad_utf8 "TEST_DEFECT=plugin.display_name = kLatin1")
tcm_add_test_plugin(bad_version "TEST_DEFECT=plugin.version = \"1.2\"")
tcm_add_test_plugin(long_name "TEST_DEFECT=plugin.display_name = long_name()")
tcm_add_test_plugin(reserved "TEST_DEFECT=plugin.reserved[3] = &later")
tcm_add_test_plugin(no_target "TEST_DEFECT=plugin.target_count = 0")
tcm_add_test_plugin(bad_target "TEST_TARGET=\"Alpha\"")
tcm_add_test_plugin(twice_target "TEST_DEFECT=second_target.name = TEST_TARGET, plugin.target_count = 2")
tcm_add_test_plugin(null_target "TEST_DEFECT=plugin.targets = nullptr")
tcm_add_test_plugin(small_target "TEST_DEFECT=target.struct_size = 8")
tcm_add_test_plugin(wild_count "TEST_DEFECT=plugin.target_count = 0xffffffffu")
tcm_add_test_plugin(bad_extension "TEST_EXTENSION=\"../x\"")
tcm_add_test_plugin(no_close "TEST_DEFECT=plugin.close = nullptr")
tcm_add_test_plugin(open_fails "TEST_OPEN=return TCM_UNSUPPORTED_VERSION")
tcm_add_test_plugin(open_throws "TEST_OPEN=throw 5")
