/* SPDX-License-Identifier: Apache-2.0
 *
 * KernelBackendPlugin v1: the C interface between tcm and a backend.
 *
 * A backend is a shared object that knows one vendor's kernels: which files its compiler writes, how an
 * architecture is spelled, and what a binary says of itself. tcm (the "host") finds it at run time, asks, and
 * copies every answer. A plugin is a pure analyser: bytes in, attributes out. It opens no file, no device and no
 * socket, starts no thread that outlives a call, and writes to no stream.
 *
 * The numbered rules, and who enforces each, are in docs/plugin-abi.md. In short:
 *
 *   Versions   The major version is part of the entry's name, so a foreign object is refused before it is loaded.
 *              Every struct starts with `struct_size`, the size its maker knew: fields are only ever appended, and
 *              a reader touches a field only after TCM_HAS_FIELD says that it is there. Both a newer plugin on an
 *              older host and an older plugin on a newer host load.
 *   Memory     Nothing allocated on one side is freed on the other. What the host passes in is borrowed for the
 *              call; what the descriptor points to is immutable and lives until the object is unloaded.
 *   Errors     A tcm_status is returned; words go to the sink's `diag` or the host's `log`. No exception, longjmp
 *              or errno crosses the boundary.
 *   Threads    Each function says what the host promises. [serial]: one call at a time in the whole process.
 *              [thread-safe]: any number of calls at once on one instance, unless TCM_PLUGIN_SERIAL_ONLY is set.
 *   Absence    A figure that cannot be read is not emitted. Absent is not zero.
 *
 * Needs C11 or C++11. Layout is natural alignment with no hidden padding; it is frozen by tests.
 */
#ifndef TCM_PLUGIN_PLUGIN_H
#define TCM_PLUGIN_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- versions ------------------------------------------------------------------------------------------------ */

/* What this header describes. A plugin copies both numbers into its descriptor. */
#define TCM_PLUGIN_ABI_MAJOR 1
#define TCM_PLUGIN_ABI_MINOR 1

/* The one symbol a plugin of this major exports. A plugin that serves several majors exports one symbol for each. */
#define TCM_PLUGIN_ENTRY tcm_kernel_backend_plugin_v1
#define TCM_PLUGIN_ENTRY_NAME "tcm_kernel_backend_plugin_v1"

/* Size of `type` up to and including `last`. Used for `struct_size` in place of sizeof, whose tail padding would
 * hide a field that a later minor puts there. */
#define TCM_STRUCT_SIZE(type, last) ((uint32_t)(offsetof(type, last) + sizeof(((type*)0)->last)))

/* Is `field` inside what the maker of *`ptr` knew? Says nothing about the field being null. */
#define TCM_HAS_FIELD(type, ptr, field) ((ptr)->struct_size >= TCM_STRUCT_SIZE(type, field))

#if defined(_WIN32)
#define TCM_PLUGIN_EXPORT __declspec(dllexport)
#else
#define TCM_PLUGIN_EXPORT __attribute__((visibility("default")))
#endif

/* ---- status -------------------------------------------------------------------------------------------------- */

typedef int32_t tcm_status;
enum {
  TCM_OK = 0,
  TCM_NOT_APPLICABLE = 1,      /* not my kind of input; not an error                                    */
  TCM_MALFORMED = 2,           /* mine, but its structure contradicts itself                            */
  TCM_TRUNCATED = 3,           /* mine, but it ends before what it says it holds                        */
  TCM_UNSUPPORTED_VERSION = 4, /* mine, of a format version that this plugin cannot read                */
  TCM_LIMIT = 5,               /* a limit of the host or of the plugin was reached                      */
  TCM_ABORTED = 6,             /* the sink asked to stop                                                */
  TCM_INVALID_ARGUMENT = 7,    /* the caller broke a rule of this header                                */
  TCM_INTERNAL = 8             /* the plugin failed; any unknown non-zero status is read as this one    */
};

typedef int32_t tcm_severity;
enum { TCM_DEBUG = 0, TCM_INFO = 1, TCM_WARNING = 2, TCM_ERROR = 3 };

/* ---- plain data ---------------------------------------------------------------------------------------------- */

/* UTF-8 text, not NUL-terminated. `data` may be null when `size` is 0. Borrowed for the call unless said. */
typedef struct tcm_str {
  const char* data;
  size_t size; /* bytes */
} tcm_str;

/* A buffer of the host for a short text. The plugin writes at most `capacity` bytes at `data` (UTF-8, no NUL) and
 * sets `size` to what it wrote; if its text does not fit it returns TCM_LIMIT and leaves `size` at 0. */
typedef struct tcm_text {
  uint32_t struct_size;
  uint32_t capacity; /* bytes at data; at least TCM_TEXT_CAPACITY */
  char* data;        /* never null */
  size_t size;       /* bytes written; 0 on entry */
} tcm_text;
#define TCM_TEXT_CAPACITY 256

/* What a file of an entry is. A number that a host does not know is shown as "other". */
typedef uint32_t tcm_artifact_kind;
enum {
  TCM_KIND_UNKNOWN = 0,
  TCM_KIND_IR = 1,       /* an intermediate representation, of no use to a launch */
  TCM_KIND_ASSEMBLY = 2, /* readable target code                                   */
  TCM_KIND_BINARY = 3,   /* what the driver loads                                  */
  TCM_KIND_METADATA = 4, /* facts about the kernel                                 */
  TCM_KIND_SOURCE = 5    /* what the user wrote, in any form                       */
};

/* One Triton target that a plugin serves. */
typedef struct tcm_target {
  uint32_t struct_size;
  uint32_t alias_count;
  const char* name;           /* as in metadata `target.backend`: "cuda", "hip", "xpu"; [a-z][a-z0-9_]{0,31}      */
  const char* const* aliases; /* other words that users have for it ("rocm" for "hip"); null when alias_count is 0 */
} tcm_target;

/* One kind of file that only this plugin's compiler writes. The shared ones (.json .ttir .glir .ttgir .llir .source)
 * belong to the host and are ignored here. */
typedef struct tcm_file_type {
  uint32_t struct_size;
  tcm_artifact_kind kind;
  const char* extension; /* with its dot: ".spv"; at most 31 bytes, no '/' */
  const char* label;     /* short name for tables and JSON: "spv"; [a-z0-9_]{1,16} */
  uint64_t flags;        /* none defined; 0 */
} tcm_file_type;

/* What the host knows of how a kernel is launched, from its metadata. Since 1.1. */
typedef struct tcm_launch {
  uint32_t struct_size;
  uint32_t known;                /* TCM_LAUNCH_ bits of the members below that are set; the others are 0 */
  uint32_t num_warps;            /* warps or waves per block     */
  uint32_t num_ctas;             /* blocks per cluster           */
  uint32_t warp_size;            /* threads or lanes per warp    */
  uint32_t reserved;             /* 0 */
  uint64_t dynamic_shared_bytes; /* per block, what the launch asks for on top of what the binary has */
} tcm_launch;
enum {
  TCM_LAUNCH_NUM_WARPS = 1,
  TCM_LAUNCH_NUM_CTAS = 2,
  TCM_LAUNCH_WARP_SIZE = 4,
  TCM_LAUNCH_DYNAMIC_SHARED_BYTES = 8
};

/* A file that the host wants to have read. All members are borrowed for the call. */
typedef struct tcm_artifact {
  uint32_t struct_size;
  tcm_artifact_kind kind;   /* what the plugin's own file_types said of the extension */
  const uint8_t* data;      /* the file's bytes; readable for exactly `size` bytes; may be null when size is 0 */
  size_t size;              /* bytes; at most TCM_MAX_ARTIFACT_BYTES */
  tcm_str extension;        /* with its dot */
  tcm_str target;           /* one of the plugin's targets */
  tcm_str arch;             /* canonical form, empty when the metadata has none */
  tcm_str metadata_json;    /* the kernel's whole metadata, valid JSON, or empty */
  tcm_str display_path;     /* for messages only: never opened, may not exist */
  const tcm_launch* launch; /* since 1.1; null when nothing of it is known */
} tcm_artifact;
#define TCM_MAX_ARTIFACT_BYTES ((size_t)256 << 20)

/* ---- what a plugin says of a binary ---------------------------------------------------------------------------- */

typedef uint32_t tcm_attr_type;
enum { TCM_ATTR_I64 = 1, TCM_ATTR_U64 = 2, TCM_ATTR_F64 = 3, TCM_ATTR_STR = 4 };

/* One figure read from an artifact. `key` is a standard key below or "x.<vendor>.<name>"; both match
 * [a-z][a-z0-9_.]{0,63}. `unit` is "" for counts and names, else "bytes", "threads", ... */
typedef struct tcm_attr {
  uint32_t struct_size;
  tcm_attr_type type;
  tcm_str key;
  tcm_str unit;
  union {
    int64_t i64;
    uint64_t u64;
    double f64;  /* finite */
    tcm_str str; /* at most TCM_MAX_ATTR_TEXT bytes */
  } value;
} tcm_attr;
#define TCM_MAX_ATTRS 1024     /* in one call                                  */
#define TCM_MAX_ATTR_TEXT 4096 /* bytes of a string value and of a diag text   */
#define TCM_MAX_DIAGS 32       /* in one call; later ones are counted, not kept */

/* Standard keys. A binary that holds several kernels emits TCM_ATTR_KERNEL_NAME to open each kernel's group. */
#define TCM_ATTR_KERNEL_NAME "kernel_name"               /* str                                          */
#define TCM_ATTR_ARCH "arch"                             /* str, canonical form                          */
#define TCM_ATTR_REGISTERS "registers"                   /* u64, per thread, where there is one file     */
#define TCM_ATTR_VGPRS "vgprs"                           /* u64, vector registers per lane               */
#define TCM_ATTR_SGPRS "sgprs"                           /* u64, scalar registers per wave               */
#define TCM_ATTR_AGPRS "agprs"                           /* u64, accumulation registers per lane         */
#define TCM_ATTR_VGPR_SPILLS "vgpr_spills"               /* u64, registers                               */
#define TCM_ATTR_SGPR_SPILLS "sgpr_spills"               /* u64, registers                               */
#define TCM_ATTR_SPILL_LOADS_BYTES "spill_loads_bytes"   /* u64, bytes                                   */
#define TCM_ATTR_SPILL_STORES_BYTES "spill_stores_bytes" /* u64, bytes                                   */
#define TCM_ATTR_STACK_BYTES "stack_bytes"               /* u64, bytes per thread                        */
#define TCM_ATTR_LOCAL_BYTES "local_bytes"               /* u64, bytes per thread                        */
#define TCM_ATTR_SCRATCH_BYTES "scratch_bytes"           /* u64, bytes per lane                          */
#define TCM_ATTR_SHARED_BYTES "shared_bytes"             /* u64, bytes per block, static                 */
#define TCM_ATTR_LDS_BYTES "lds_bytes"                   /* u64, bytes per workgroup, static             */
#define TCM_ATTR_CONST_BYTES "const_bytes"               /* u64, bytes                                   */
#define TCM_ATTR_KERNARG_BYTES "kernarg_bytes"           /* u64, bytes                                   */
#define TCM_ATTR_CODE_BYTES "code_bytes"                 /* u64, bytes of machine code                   */
#define TCM_ATTR_MAX_THREADS "max_threads"               /* u64, threads per block or workgroup          */
#define TCM_ATTR_NUM_WARPS "num_warps"                   /* u64, warps or waves per block                */
#define TCM_ATTR_WAVEFRONT_SIZE "wavefront_size"         /* u64, lanes                                   */
#define TCM_ATTR_ISA_VERSION "isa_version"               /* str, version of the assembly language        */

/* One finding about the file, for people and for programs. Since 1.1. */
typedef struct tcm_diagnostic {
  uint32_t struct_size;
  tcm_severity severity;
  tcm_str code;    /* "<vendor>.<word>", stable over versions: [a-z][a-z0-9_.]{0,63}; empty for none */
  tcm_str text;    /* one line */
  uint64_t offset; /* bytes from the start of the file; TCM_NO_OFFSET where it is about no place */
} tcm_diagnostic;
#define TCM_NO_OFFSET UINT64_MAX

/* Where answers go. Lives for one call; used only by the thread of that call. */
typedef struct tcm_sink {
  uint32_t struct_size;
  uint32_t reserved; /* 0 */
  void* ctx;
  /* Takes one attribute and copies it. Returns TCM_OK, TCM_LIMIT or TCM_ABORTED (stop now and return that status),
   * or TCM_INVALID_ARGUMENT (this attribute breaks a rule and was dropped; the plugin may go on). */
  tcm_status (*emit)(void* ctx, const tcm_attr* attr);
  /* Takes one line of text for the user and copies it: what was wrong, where in the file. */
  void (*diag)(void* ctx, tcm_severity severity, tcm_str text);
  /* The same with a code and a place; counts as one diagnostic. Since 1.1: ask TCM_HAS_FIELD first. */
  void (*diagnose)(void* ctx, const tcm_diagnostic* diagnostic);
} tcm_sink;

/* ---- the host ---------------------------------------------------------------------------------------------------- */

/* What the host offers. Immutable, valid from the entry call until the object is unloaded. */
typedef struct tcm_host {
  uint32_t struct_size;
  uint16_t abi_major;
  uint16_t abi_minor;
  const char* name;    /* "tcm" */
  const char* version; /* semantic version of the host */
  void* ctx;
  /* One line for the host's log. [thread-safe]. Text of sample files belongs in a sink's diag, not here. */
  void (*log)(void* ctx, tcm_severity severity, tcm_str text);
  /* A host extension by id ("tcm.name/1"), or null. The result is immutable and lives as long as the host struct.
   * [thread-safe] */
  const void* (*get_extension)(void* ctx, const char* id);
} tcm_host;

/* ---- the plugin -------------------------------------------------------------------------------------------------- */

enum {
  /* probe and validate must not run at the same time on one instance; the host then takes a lock. */
  TCM_PLUGIN_SERIAL_ONLY = 1
  /* Bits that a host does not know are ignored. */
};

typedef struct tcm_kernel_backend_plugin {
  uint32_t struct_size;
  uint16_t abi_major; /* TCM_PLUGIN_ABI_MAJOR of the header the plugin was built with */
  uint16_t abi_minor;
  uint64_t flags;

  /* Identity. NUL-terminated UTF-8, at most 255 bytes each. */
  const char* id;           /* reverse domain: "org.tcm.cuda"; [a-z0-9]+([._-][a-z0-9]+)*; unique in a process */
  const char* display_name; /* for people */
  const char* version;      /* semantic version of the plugin; a change makes the host probe again */
  const char* vendor;       /* may be null */
  const char* url;          /* may be null */

  /* What it serves. Arrays of pointers, so that their elements can grow. */
  const tcm_target* const* targets;       /* at least one */
  const tcm_file_type* const* file_types; /* may be null when file_type_count is 0 */
  /* Names of metadata fields whose value is an absolute path inside the entry or its root, which a tool that moves
   * a cache must rewrite. May be null when path_field_count is 0. */
  const char* const* path_fields;
  uint32_t target_count;
  uint32_t file_type_count;
  uint32_t path_field_count;
  uint32_t reserved_count; /* 0 */

  /* Makes the plugin ready. Optional: null means stateless, and the other functions get a null instance. On TCM_OK
   * the plugin owns *instance until close; on anything else nothing was made. Called once, later again only after
   * close. Must be quick and must work on a machine without the vendor's device or driver. [serial] */
  tcm_status (*open)(const tcm_host* host, void** instance);
  /* Frees what open made. Required when open is there. No other call is running. [serial] */
  void (*close)(void* instance);

  /* The three forms of an architecture: what metadata holds, what tcm stores and compares (canonical), what people
   * read and type. All optional; without them the metadata's text is used as it is. [thread-safe] */

  /* `arch_json` is the JSON value of metadata `target.arch` (90, "gfx942", {"name": ...}); writes the canonical form,
   * a short text with no white space ("90"). TCM_NOT_APPLICABLE: leave it as it is. */
  tcm_status (*arch_from_metadata)(void* instance, tcm_str target, tcm_str arch_json, tcm_text* canonical);
  /* `word` is what a user typed ("sm_90", "90"); writes the canonical form. TCM_NOT_APPLICABLE: not one of mine. */
  tcm_status (*arch_from_user)(void* instance, tcm_str target, tcm_str word, tcm_text* canonical);
  /* Writes the readable form of a canonical one ("90" becomes "sm_90"). */
  tcm_status (*arch_for_people)(void* instance, tcm_str target, tcm_str canonical, tcm_text* readable);

  /* Reads figures out of one artifact and emits them. Optional. Must be deterministic, must read nothing outside
   * `data`, and must finish in time linear in `size`. TCM_OK: all that can be read was emitted. [thread-safe] */
  tcm_status (*probe)(void* instance, const tcm_artifact* artifact, const tcm_sink* sink);
  /* Checks the structure of one artifact: magic, bounds of every section, machine and architecture against
   * `target` and `arch`. Emits nothing; says in diag what is wrong. Not a digest check. Optional. [thread-safe] */
  tcm_status (*validate)(void* instance, const tcm_artifact* artifact, const tcm_sink* sink);

  /* A plugin extension by id ("tcm.name/1", "com.vendor.name/1"), or null. The result is immutable and lives until
   * the object is unloaded. Optional. [thread-safe] */
  const void* (*get_extension)(const char* id);

  const void* reserved[4]; /* null */
} tcm_kernel_backend_plugin;

/* The size of the 1.0 descriptor: the least that a host of major 1 accepts. */
#define TCM_PLUGIN_STRUCT_SIZE_1_0 TCM_STRUCT_SIZE(tcm_kernel_backend_plugin, reserved)

/* The type of the entry. It only returns the descriptor: the same pointer at every call, never null, with no work
 * done. `host` may be kept. [serial] */
typedef const tcm_kernel_backend_plugin* (*tcm_kernel_backend_plugin_entry)(const tcm_host* host);

TCM_PLUGIN_EXPORT const tcm_kernel_backend_plugin* TCM_PLUGIN_ENTRY(const tcm_host* host);

#ifdef __cplusplus
}
#endif

#endif /* TCM_PLUGIN_PLUGIN_H */
