/* SPDX-License-Identifier: Apache-2.0
 * The error state of libelf, in place of elf_error.o of Debian's libelf.a: the one object of it that is not compiled
 * for a shared object, as its thread-local variable is addressed the way that only a program may. Errors have numbers
 * here; the texts are libelf's own and would have to be copied. */
#include <libelf.h>
#include <stdio.h>

void __libelf_seterrno(int value);

static _Thread_local int last_error;

void __libelf_seterrno(int value) { last_error = value; }

int elf_errno(void) {
  const int result = last_error;
  last_error = 0;
  return result;
}

const char* elf_errmsg(int error) {
  static _Thread_local char text[32];
  const int number = error == -1 ? last_error : error;
  if (error == 0 && last_error == 0) return NULL;
  snprintf(text, sizeof text, "libelf error %d", number != 0 ? number : last_error);
  return text;
}
