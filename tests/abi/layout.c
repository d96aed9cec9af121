/* SPDX-License-Identifier: Apache-2.0 */
/* Compiled in every language version that the header promises; a line of the golden table that does not hold is an
 * array of negative size. TEST_HEADER is the header under test. */
#include TEST_HEADER
#if TCM_PLUGIN_ABI_MINOR >= 1
#include TEST_COMPATIBLE
#include TEST_OCCUPANCY
#endif

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define HOLDS(condition) typedef char JOIN(TABLE, __LINE__)[(condition) ? 1 : -1];

#define SIZE(type, bytes) HOLDS(sizeof(type) == (bytes))
#define FIELD(type, field, offset, bytes) \
  HOLDS(offsetof(type, field) == (offset) && sizeof(((type*)0)->field) == (bytes))
#define VALUE(name, value) HOLDS((name) == (value))

#if UINTPTR_MAX == 0xffffffffffffffffu
#define TABLE holds_1_0_
#include "layout_1_0.inc"
#undef TABLE
#define TABLE holds_1_1_
#if TCM_PLUGIN_ABI_MINOR >= 1
#include "layout_1_1.inc"
#else
/* What grew later. */
SIZE(tcm_artifact, 104)
SIZE(tcm_sink, 32)
#endif
#ifdef TEST_WRONG_LINE
FIELD(tcm_host, ctx, 32, 8)
#endif
#else
#error "the golden table is for 64-bit machines; add one for this machine"
#endif
