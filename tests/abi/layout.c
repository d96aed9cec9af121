/* SPDX-License-Identifier: Apache-2.0 */
/* Compiled in every language version that the header promises; a line of the golden table that does not hold is an
 * array of negative size. TEST_HEADER is the header under test. */
#include TEST_HEADER

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define HOLDS(condition) typedef char JOIN(holds_, __LINE__)[(condition) ? 1 : -1];

#define SIZE(type, bytes) HOLDS(sizeof(type) == (bytes))
#define FIELD(type, field, offset, bytes) \
  HOLDS(offsetof(type, field) == (offset) && sizeof(((type*)0)->field) == (bytes))
#define VALUE(name, value) HOLDS((name) == (value))

#if UINTPTR_MAX == 0xffffffffffffffffu
#include "layout_1_0.inc"
#ifdef TEST_WRONG_LINE
FIELD(tcm_host, ctx, 32, 8)
#endif
#else
#error "the golden table is for 64-bit machines; add one for this machine"
#endif
