// SPDX-License-Identifier: Apache-2.0
//
// One source, many plugins: each module of tests/backend/CMakeLists.txt is this file with some of these defined.
//
//   TEST_ID, TEST_TARGET, TEST_ALIAS, TEST_EXTENSION   what it says of itself
//   TEST_FLAGS                                         the descriptor's flags
//   TEST_DEFECT                                        a statement that spoils the descriptor `plugin`
//   TEST_NO_ENTRY, TEST_ENTRY                          no entry, or another name for it
//   TEST_ENTRY_BODY                                    what the entry does in place of returning the descriptor
//   TEST_OPEN                                          what open does in place of succeeding
//   TEST_PROBE                                         the command that every artifact is taken for
//   TEST_ECHO_ARCH                                     every word is an architecture, as it stands
//   TEST_SLOW_LOAD                                     loading takes a while
//   TEST_LEAK_SYMBOL                                   another function is exported
//
// A probe obeys the command in its artifact's bytes ("attributes", "flood", "throw", …), so that a test can ask for
// anything that a plugin may do. Loading it creates the file that the environment variable TCM_TEST_MARK names: whoever
// must not run its code can see that it did not.
#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>

#include <tcm/plugin/plugin.hpp>

#ifndef TEST_ID
#define TEST_ID "org.tcm.test"
#endif
#ifndef TEST_TARGET
#define TEST_TARGET "alpha"
#endif
#ifndef TEST_ALIAS
#define TEST_ALIAS "First"
#endif
#ifndef TEST_EXTENSION
#define TEST_EXTENSION ".tst"
#endif
#ifndef TEST_FLAGS
#define TEST_FLAGS 0
#endif
#ifndef TEST_DEFECT
#define TEST_DEFECT
#endif
#ifndef TEST_ENTRY
#define TEST_ENTRY TCM_PLUGIN_ENTRY
#endif
#ifndef TEST_ENTRY_BODY
#define TEST_ENTRY_BODY
#endif
#ifndef TEST_OPEN
#define TEST_OPEN
#endif

namespace {

namespace plugin_helper = tcm::plugin;
using plugin_helper::Sink;

struct Mark {
  Mark() {
#ifdef TEST_SLOW_LOAD
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
#endif
    if (const char* path = std::getenv("TCM_TEST_MARK"))
      if (std::FILE* file = std::fopen(path, "w")) std::fclose(file);
  }
};
const Mark mark;

/// What it counts, for a test to ask for ("counts").
std::atomic<int> opens{0};
std::atomic<int> closes{0};
std::atomic<int> calls_now{0};
std::atomic<int> calls_at_once{0};
const tcm_host* known_host = nullptr;

tcm_status emit_attributes(Sink& sink) {
  sink.emit(TCM_ATTR_KERNEL_NAME, "test_kernel");
  sink.emit(TCM_ATTR_REGISTERS, std::uint64_t{64});
  sink.emit(TCM_ATTR_SHARED_BYTES, std::uint64_t{1024}, "bytes");
  sink.emit("x.test.signed", std::int64_t{-5});
  sink.emit("x.test.ratio", 0.5, "of all");
  return sink.status();
}

tcm_status emit_flood(Sink& sink) {
  for (std::uint64_t i = 0; i < 5000; ++i) {
    const std::string key = "x.test.k" + std::to_string(i);
    if (const tcm_status status = sink.emit(key, i); status != TCM_OK) return status;
  }
  return TCM_OK;
}

/// A standard key, in other types and units than its own.
tcm_status emit_standard(std::string_view how, Sink& sink) {
  if (how == "early_figure") sink.emit(TCM_ATTR_CODE_BYTES, std::uint64_t{256}, "bytes");
  sink.emit(TCM_ATTR_KERNEL_NAME, "test_kernel");
  if (how == "wrong_type") sink.emit(TCM_ATTR_REGISTERS, "many");
  if (how == "signed") sink.emit(TCM_ATTR_REGISTERS, std::int64_t{64});
  if (how == "wrong_unit") sink.emit(TCM_ATTR_LDS_BYTES, std::uint64_t{64}, "KiB");
  if (how == "no_unit") sink.emit(TCM_ATTR_LDS_BYTES, std::uint64_t{64});
  return sink.status();
}

/// A container that it believes whole by its first bytes.
tcm_status believe_start(const tcm_artifact* artifact) {
  return plugin_helper::Bytes(artifact->data, artifact->size).matches(0, "TST1") ? TCM_OK : TCM_NOT_APPLICABLE;
}

/// Goes on after the host said stop, and says that all is well.
tcm_status emit_regardless(const tcm_sink* sink) {
  for (int i = 0; i < 3000; ++i) {
    tcm_attr attr{};
    attr.struct_size = TCM_STRUCT_SIZE(tcm_attr, value);
    attr.type = TCM_ATTR_U64;
    attr.key = plugin_helper::str("x.test.again");
    sink->emit(sink->ctx, &attr);
  }
  return TCM_OK;
}

/// Every attribute here breaks one rule, but for the last.
tcm_status emit_invalid(Sink& sink) {
  sink.emit("", std::uint64_t{1});
  sink.emit("Upper", std::uint64_t{1});
  sink.emit("9digit", std::uint64_t{1});
  sink.emit("with space", std::uint64_t{1});
  sink.emit(std::string(65, 'a'), std::uint64_t{1});
  sink.emit("x.test.nan", std::numeric_limits<double>::quiet_NaN());
  sink.emit("x.test.inf", std::numeric_limits<double>::infinity());
  sink.emit("x.test.utf8", "\xff\xfe");
  sink.emit("x.test.long", std::string(TCM_MAX_ATTR_TEXT + 1, 'a'));
  sink.emit("x.test.unit", std::uint64_t{1}, "\xff");
  return sink.emit("x.test.good", std::string(TCM_MAX_ATTR_TEXT, 'a'));
}

tcm_status emit_raw_invalid(const tcm_sink* sink) {
  tcm_attr attr{};
  attr.struct_size = TCM_STRUCT_SIZE(tcm_attr, value);
  attr.type = 99;
  attr.key = plugin_helper::str("x.test.type");
  const tcm_status unknown_type = sink->emit(sink->ctx, &attr);
  attr.type = TCM_ATTR_U64;
  attr.struct_size = 8;
  const tcm_status small = sink->emit(sink->ctx, &attr);
  attr.struct_size = 4096;  // of a later minor
  const tcm_status large = sink->emit(sink->ctx, &attr);
  const tcm_status none = sink->emit(sink->ctx, nullptr);
  const bool right =
      unknown_type == TCM_INVALID_ARGUMENT && small == unknown_type && none == unknown_type && large == TCM_OK;
  return right ? TCM_OK : TCM_INTERNAL;
}

tcm_status say_much(Sink& sink) {
  for (int i = 0; i < 100; ++i) sink.diag(TCM_WARNING, "line " + std::to_string(i) + "\x1b[31m\n");
  sink.diag(77, std::string(100000, 'x'));
  return TCM_MALFORMED;
}

tcm_status emit_counts(Sink& sink) {
  sink.emit("x.test.opens", std::int64_t{opens.load()});
  sink.emit("x.test.closes", std::int64_t{closes.load()});
  return sink.emit("x.test.at_once", std::int64_t{calls_at_once.load()});
}

/// What it was given, back.
tcm_status emit_artifact(const tcm_artifact* artifact, Sink& sink) {
  sink.emit("x.test.kind", std::uint64_t{artifact->kind});
  sink.emit("x.test.size", std::uint64_t{artifact->size});
  sink.emit("x.test.extension", plugin_helper::view(artifact->extension));
  sink.emit("x.test.target", plugin_helper::view(artifact->target));
  sink.emit("x.test.arch", plugin_helper::view(artifact->arch));
  sink.emit("x.test.metadata", plugin_helper::view(artifact->metadata_json));
  return sink.emit("x.test.path", plugin_helper::view(artifact->display_path));
}

/// Notes how many calls run at the same time.
tcm_status wait_with_others() {
  const int now = ++calls_now;
  int most = calls_at_once.load();
  while (most < now && !calls_at_once.compare_exchange_weak(most, now)) {
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  --calls_now;
  return TCM_OK;
}

[[maybe_unused]] void write_to_stdout() {
  std::fputs("a plugin must not write here\n", stdout);
  std::fflush(stdout);
}

/// Another answer at every call.
tcm_status emit_counter(Sink& sink) {
  static std::atomic<std::uint64_t> counter{0};
  return sink.emit("x.test.counter", ++counter);
}

/// Believes the number in bytes 4 to 7 of an object, and takes as much memory.
tcm_status believe_size(const tcm_artifact* artifact) {
  const plugin_helper::Bytes bytes(artifact->data, artifact->size);
  const auto claimed = bytes.u32(4);
  if (!claimed || !bytes.matches(0, "\x7f\x45LF")) return TCM_NOT_APPLICABLE;
  const std::string memory(*claimed % (1U << 29), 'x');
  return memory.empty() ? TCM_MALFORMED : TCM_OK;
}

tcm_status leave_thread() {
  std::thread([] { std::this_thread::sleep_for(std::chrono::seconds(60)); }).detach();
  return TCM_OK;
}

tcm_status leave_file() { return std::tmpfile() == nullptr ? TCM_INTERNAL : TCM_OK; }

tcm_status change_environment() { return ::setenv("TCM_TEST_LEFT_BEHIND", "1", 1) == 0 ? TCM_OK : TCM_INTERNAL; }

/// One byte more than there is.
tcm_status read_too_far(const tcm_artifact* artifact) {
  const volatile std::uint8_t* end = artifact->data + artifact->size;
  return artifact->data != nullptr && *end == 0 ? TCM_OK : TCM_NOT_APPLICABLE;
}

/// Knows no host but its own.
tcm_status be_strict(const tcm_artifact* artifact) {
  return artifact->struct_size == sizeof(tcm_artifact) ? TCM_OK : TCM_INVALID_ARGUMENT;
}

tcm_status obey(std::string_view command, const tcm_artifact* artifact, const tcm_sink* raw) {
  Sink sink(*raw);
  if (command == "attributes") return emit_attributes(sink);
  for (const char* how : {"early_figure", "wrong_type", "signed", "wrong_unit", "no_unit"})
    if (command == how) return emit_standard(how, sink);
  if (command == "believe_start") return believe_start(artifact);
  if (command == "flood") return emit_flood(sink);
  if (command == "regardless") return emit_regardless(raw);
  if (command == "invalid") return emit_invalid(sink);
  if (command == "raw_invalid") return emit_raw_invalid(raw);
  if (command == "diags") return say_much(sink);
  if (command == "counts") return emit_counts(sink);
  if (command == "artifact") return emit_artifact(artifact, sink);
  if (command == "together") return wait_with_others();
  if (command == "throw") throw std::runtime_error("from the\x1b plugin");
  if (command == "throw_int") throw 42;
  if (command == "unknown_status") return 4711;
  if (command == "negative_status") return -1;
  if (command == "truncated") return sink.fail(TCM_TRUNCATED, "it ends too early");
  if (command == "log") known_host->log(known_host->ctx, TCM_INFO, plugin_helper::str("hello\x1b host"));
  if (command == "crash") std::raise(SIGSEGV);
  if (command == "hang")
    for (;;) std::this_thread::sleep_for(std::chrono::seconds(1));
  if (command == "stdout") write_to_stdout();
  if (command == "counter") return emit_counter(sink);
  if (command == "believe") return believe_size(artifact);
  if (command == "leave_thread") return leave_thread();
  if (command == "leave_file") return leave_file();
  if (command == "leave_variable") return change_environment();
  if (command == "read_too_far") return read_too_far(artifact);
  if (command == "strict") return be_strict(artifact);
  return TCM_NOT_APPLICABLE;
}

tcm_status probe(void* /*instance*/, const tcm_artifact* artifact, const tcm_sink* sink) {
#ifdef TEST_PROBE
  return obey(TEST_PROBE, artifact, sink);
#else
  return obey(plugin_helper::Bytes(artifact->data, artifact->size).text(), artifact, sink);
#endif
}

/// "T-7" in metadata, "7" here, "tst_7" for people.
tcm_status arch_from_metadata(void*, tcm_str /*target*/, tcm_str json, tcm_text* out) {
  const std::string_view text = plugin_helper::view(json);
  if (text == "\"throw\"") throw std::runtime_error("arch");
  if (text == "\"blank\"") return plugin_helper::write(out, "a b");
  if (text == "\"latin1\"") return plugin_helper::write(out, "\xe9");
  if (text == "\"overlong\"") {
    out->size = 1000000;
    return TCM_OK;
  }
  if (text.substr(0, 3) != "\"T-" || text.size() < 5) return TCM_NOT_APPLICABLE;
  return plugin_helper::write(out, text.substr(3, text.size() - 4));
}
tcm_status arch_from_user(void*, tcm_str /*target*/, tcm_str word, tcm_text* out) {
  const std::string_view text = plugin_helper::view(word);
#ifdef TEST_ECHO_ARCH
  return plugin_helper::write(out, text);
#endif
  if (text.substr(0, 4) != "tst_") return TCM_NOT_APPLICABLE;
  return plugin_helper::write(out, text.substr(4));
}
tcm_status arch_for_people(void*, tcm_str /*target*/, tcm_str canonical, tcm_text* out) {
  return plugin_helper::write(out, "tst_" + std::string(plugin_helper::view(canonical)));
}

tcm_status open_plugin([[maybe_unused]] const tcm_host* host, void** instance) {
  TEST_OPEN;
  ++opens;
  *instance = &opens;
  return TCM_OK;
}
void close_plugin(void* /*instance*/) { ++closes; }

/// A descriptor of a later minor: more fields behind the end of this one.
struct Later {
  tcm_kernel_backend_plugin plugin;
  std::uint64_t more[32];
};

const char* const kAliases[] = {TEST_ALIAS};
tcm_target target = plugin_helper::target(TEST_TARGET, kAliases);
tcm_target second_target = plugin_helper::target("beta");
tcm_file_type file_type = plugin_helper::file_type(TEST_EXTENSION, TCM_KIND_BINARY, "tst");
const tcm_target* const kTargets[] = {&target, &second_target};
const tcm_file_type* const kFileTypes[] = {&file_type};
const char* const kPathFields[] = {"work_dir"};

[[maybe_unused]] const char* const kLatin1 = "caf\xe9";

[[maybe_unused]] const char* long_name() {
  static const std::string name(300, 'a');
  return name.c_str();
}

const tcm_kernel_backend_plugin* describe() {
  static Later later;
  tcm_kernel_backend_plugin& plugin = later.plugin;
  if (plugin.struct_size != 0) return &plugin;
  plugin = plugin_helper::Descriptor(TEST_ID, "A plugin for tests", "1.2.3")
               .vendor("tcm")
               .url("https://example.org/")
               .flags(TEST_FLAGS)
               .targets(kTargets)
               .file_types(kFileTypes)
               .path_fields(kPathFields)
               .build();
  plugin.target_count = 1;
  plugin.open = open_plugin;
  plugin.close = close_plugin;
  plugin.probe = probe;
  plugin.validate = probe;
  plugin.arch_from_metadata = arch_from_metadata;
  plugin.arch_from_user = arch_from_user;
  plugin.arch_for_people = arch_for_people;
  TEST_DEFECT;
  return &plugin;
}

}  // namespace

#ifndef TEST_NO_ENTRY
extern "C" TCM_PLUGIN_EXPORT const tcm_kernel_backend_plugin* TEST_ENTRY(const tcm_host* host);
extern "C" TCM_PLUGIN_EXPORT const tcm_kernel_backend_plugin* TEST_ENTRY(const tcm_host* host) {
  known_host = host;
  TEST_ENTRY_BODY;
  return describe();
}
#else
extern "C" TCM_PLUGIN_EXPORT const void* some_other_function();
extern "C" TCM_PLUGIN_EXPORT const void* some_other_function() { return describe(); }
#endif

#ifdef TEST_LEAK_SYMBOL
extern "C" TCM_PLUGIN_EXPORT int some_other_function_too();
extern "C" TCM_PLUGIN_EXPORT int some_other_function_too() { return 1; }
#endif
