// SPDX-License-Identifier: Apache-2.0
// Makes a program's changes of the file system fail, or kills it in the midst of them. For LD_PRELOAD:
//
//   TCM_TEST_ROOT=/path              only calls for something in or below this directory count; without it all do
//   TCM_TEST_FAULT=unlinkat:3:EIO    the third such call fails with that error. More of them behind commas. "*" instead
//   of
//                                    the number: each such call. "@text" behind it: only where the path of the
//                                    directory or file holds the text, as in write:1:ENOSPC@.tcm-trash
//   TCM_TEST_KILL_AT=137             SIGKILL right before the 137th call that counts
//   TCM_TEST_PAUSE_AT=137            the same with SIGSTOP, so that a test can do something at that moment
//   TCM_TEST_PAUSE_AT=renameat2:1    the same right before the first call of that name that counts
//   TCM_TEST_COUNT=/file             appends at exit how many counted, as a line
//
// The calls: unlinkat renameat renameat2 rename linkat mkdirat openat (with O_CREAT, and open) write pwrite ftruncate
// futimens utimensat fsync fdatasync syncfs. Writing counts for files that were opened with O_CREAT. More of them may
// fail but change nothing, so they do not count: flock openat2 (by way of syscall) statx getdents64 read. For the last
// three "@text" is sought in the path of the file itself.
//
// A program with the address sanitizer needs ASAN_OPTIONS=verify_asan_link_order=0.
#define _GNU_SOURCE
#undef _FILE_OFFSET_BITS
#undef _FORTIFY_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#define SHIM __attribute__((visibility("default")))
#define MAX_FAULTS 8
#define MAX_FILES 4096

struct fault {
  char call[16];
  long at;  // 0: always
  int error;
  char text[128];
  atomic_long seen;
};

static struct fault faults[MAX_FAULTS];
static int fault_count;
static char root[PATH_MAX];
static long kill_at;
static long pause_at;
static char pause_call[16];  // empty: any call
static atomic_long pause_seen;
static atomic_long counted;
static atomic_bool created[MAX_FILES];

static int error_named(const char* name) {
  static const struct {
    const char* name;
    int error;
  } known[] = {{"EACCES", EACCES},         {"EBADF", EBADF},   {"EBUSY", EBUSY},   {"EDQUOT", EDQUOT},
               {"EINTR", EINTR},           {"EINVAL", EINVAL}, {"EIO", EIO},       {"ENOLCK", ENOLCK},
               {"EOPNOTSUPP", EOPNOTSUPP}, {"EMLINK", EMLINK}, {"ENOENT", ENOENT}, {"ENOSPC", ENOSPC},
               {"ENOSYS", ENOSYS},         {"EPERM", EPERM},   {"EROFS", EROFS},   {"EXDEV", EXDEV},
               {"ESTALE", ESTALE}};
  for (size_t i = 0; i < sizeof known / sizeof *known; ++i)
    if (strcmp(known[i].name, name) == 0) return known[i].error;
  fprintf(stderr, "fault_shim: unknown error %s\n", name);
  abort();
}

static void add_fault(const char* text) {
  struct fault* fault = &faults[fault_count];
  char at[16];
  char error[16];
  fault->text[0] = '\0';
  if (fault_count == MAX_FAULTS ||
      sscanf(text, "%15[^:]:%15[^:]:%15[^@]@%127s", fault->call, at, error, fault->text) < 3) {
    fprintf(stderr, "fault_shim: cannot read %s\n", text);
    abort();
  }
  fault->at = strcmp(at, "*") == 0 ? 0 : strtol(at, NULL, 10);
  fault->error = error_named(error);
  ++fault_count;
}

__attribute__((constructor)) static void start(void) {
  const char* text = getenv("TCM_TEST_ROOT");
  if (text) snprintf(root, sizeof root, "%s", text);
  text = getenv("TCM_TEST_KILL_AT");
  if (text) kill_at = strtol(text, NULL, 10);
  text = getenv("TCM_TEST_PAUSE_AT");
  const char* colon = text ? strchr(text, ':') : NULL;
  if (colon) snprintf(pause_call, sizeof pause_call, "%.*s", (int)(colon - text), text);
  if (text) pause_at = strtol(colon ? colon + 1 : text, NULL, 10);
  text = getenv("TCM_TEST_FAULT");
  if (!text) return;
  char* list = strdup(text);
  char* rest = list;
  for (char* one; (one = strsep(&rest, ",")) != NULL;) add_fault(one);
  free(list);
}

__attribute__((destructor)) static void finish(void) {
  const char* file = getenv("TCM_TEST_COUNT");
  if (!file) return;
  char line[32];
  const int length = snprintf(line, sizeof line, "%ld\n", atomic_load(&counted));
  const long fd = syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (fd < 0 || syscall(SYS_write, fd, line, length) != length) _exit(99);
  syscall(SYS_close, fd);
}

// The path of what a call is for: the directory's, unless the name is absolute.
static void path_of(int fd, const char* name, char* path) {
  char link[64];
  if (name && name[0] == '/') {
    snprintf(path, PATH_MAX, "%s", name);
    return;
  }
  snprintf(link, sizeof link, fd == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, PATH_MAX - 1);
  path[length < 0 ? 0 : length] = '\0';
}

static int is_below_root(const char* path) {
  const size_t length = strlen(root);
  return strncmp(path, root, length) == 0 && (length == 0 || path[length] == '/' || path[length] == '\0');
}

static void count_call(const char* call) {
  const long number = atomic_fetch_add(&counted, 1) + 1;
  if (number == kill_at) kill(getpid(), SIGKILL);
  if (pause_call[0] == '\0' ? number == pause_at
                            : strcmp(call, pause_call) == 0 && atomic_fetch_add(&pause_seen, 1) + 1 == pause_at)
    raise(SIGSTOP);
}

// True when the call, for what lies at this path, is to fail, with errno set.
static int refuse_at(const char* call, const char* path, int counts) {
  const int error_before = errno;
  if (!is_below_root(path)) return 0;
  if (counts) count_call(call);
  for (int i = 0; i < fault_count; ++i) {
    struct fault* fault = &faults[i];
    if (strcmp(fault->call, call) != 0 || (fault->text[0] != '\0' && !strstr(path, fault->text))) continue;
    if (atomic_fetch_add(&fault->seen, 1) + 1 != fault->at && fault->at != 0) continue;
    errno = fault->error;
    return 1;
  }
  errno = error_before;
  return 0;
}

static int refuse_any(const char* call, int fd, const char* name, int counts) {
  const int error_before = errno;
  char path[PATH_MAX];
  path_of(fd, name, path);
  errno = error_before;
  return refuse_at(call, path, counts);
}

static int refuse(const char* call, int fd, const char* name) { return refuse_any(call, fd, name, 1); }

// Of a call that reads. Programs read all the time, also before the shim knows its settings: most leave at once.
static int refuse_reading(const char* call, int fd, const char* name) {
  int wanted = 0;
  for (int i = 0; i < fault_count; ++i) wanted |= strcmp(faults[i].call, call) == 0;
  if (!wanted) return 0;
  const int error_before = errno;
  char path[PATH_MAX];
  path_of(fd, name && name[0] == '\0' ? NULL : name, path);
  const size_t length = strlen(path);
  if (name && name[0] != '\0' && name[0] != '/') snprintf(path + length, sizeof path - length, "/%s", name);
  errno = error_before;
  return refuse_at(call, path, 0);
}

static void* next(const char* name) {
  void* found = dlsym(RTLD_NEXT, name);
  if (!found) abort();
  return found;
}

// The real function of that name, looked up once.
#define REAL(result, name, ...)       \
  static result (*real)(__VA_ARGS__); \
  if (!real) *(void**)(&real) = next(#name)

SHIM int flock(int fd, int operation) {
  REAL(int, flock, int, int);
  return refuse_any("flock", fd, NULL, 0) ? -1 : real(fd, operation);
}

SHIM int statx(int directory, const char* restrict name, int flags, unsigned mask, struct statx* restrict found) {
  REAL(int, statx, int, const char*, int, unsigned, struct statx*);
  return refuse_reading("statx", directory, name) ? -1 : real(directory, name, flags, mask, found);
}

SHIM ssize_t read(int fd, void* bytes, size_t size) {
  REAL(ssize_t, read, int, void*, size_t);
  return refuse_reading("read", fd, NULL) ? -1 : real(fd, bytes, size);
}

SHIM ssize_t getdents64(int fd, void* bytes, size_t size) {
  REAL(ssize_t, getdents64, int, void*, size_t);
  return refuse_reading("getdents64", fd, NULL) ? -1 : real(fd, bytes, size);
}

SHIM long syscall(long number, ...) {
  REAL(long, syscall, long, ...);
  long words[6];
  va_list more;
  va_start(more, number);
  for (int i = 0; i < 6; ++i) words[i] = va_arg(more, long);
  va_end(more);
  if (number == SYS_openat2 && refuse_any("openat2", (int)words[0], (const char*)words[1], 0)) return -1;
  return real(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

static void note_created(int fd, int yes) {
  if (fd >= 0 && fd < MAX_FILES) atomic_store(&created[fd], yes);
}

static int is_created(int fd) { return fd >= 0 && fd < MAX_FILES && atomic_load(&created[fd]); }

SHIM int unlinkat(int directory, const char* name, int flags) {
  REAL(int, unlinkat, int, const char*, int);
  return refuse("unlinkat", directory, name) ? -1 : real(directory, name, flags);
}

SHIM int rename(const char* from, const char* to) {
  REAL(int, rename, const char*, const char*);
  return refuse("rename", AT_FDCWD, to) ? -1 : real(from, to);
}

SHIM int renameat(int from, const char* name, int to, const char* new_name) {
  REAL(int, renameat, int, const char*, int, const char*);
  return refuse("renameat", to, new_name) ? -1 : real(from, name, to, new_name);
}

SHIM int renameat2(int from, const char* name, int to, const char* new_name, unsigned flags) {
  REAL(int, renameat2, int, const char*, int, const char*, unsigned);
  return refuse("renameat2", to, new_name) ? -1 : real(from, name, to, new_name, flags);
}

SHIM int linkat(int from, const char* name, int to, const char* new_name, int flags) {
  REAL(int, linkat, int, const char*, int, const char*, int);
  return refuse("linkat", to, new_name) ? -1 : real(from, name, to, new_name, flags);
}

SHIM int mkdirat(int directory, const char* name, mode_t mode) {
  REAL(int, mkdirat, int, const char*, mode_t);
  return refuse("mkdirat", directory, name) ? -1 : real(directory, name, mode);
}

static int open_any(int directory, const char* name, int flags, mode_t mode) {
  const int creates = (flags & O_CREAT) != 0;
  if (creates && refuse("openat", directory, name)) return -1;
  const int fd = (int)syscall(SYS_openat, directory, name, flags, mode);
  note_created(fd, creates);
  return fd;
}

#define MODE_OF(flags)                            \
  mode_t mode = 0;                                \
  if (((flags) & (O_CREAT | __O_TMPFILE)) != 0) { \
    va_list more;                                 \
    va_start(more, flags);                        \
    mode = va_arg(more, mode_t);                  \
    va_end(more);                                 \
  }

SHIM int openat(int directory, const char* name, int flags, ...) {
  MODE_OF(flags)
  return open_any(directory, name, flags, mode);
}

SHIM int openat64(int directory, const char* name, int flags, ...) {
  MODE_OF(flags)
  return open_any(directory, name, flags, mode);
}

SHIM int open(const char* name, int flags, ...) {
  MODE_OF(flags)
  return open_any(AT_FDCWD, name, flags, mode);
}

SHIM int open64(const char* name, int flags, ...) {
  MODE_OF(flags)
  return open_any(AT_FDCWD, name, flags, mode);
}

SHIM int close(int fd) {
  REAL(int, close, int);
  note_created(fd, 0);
  return real(fd);
}

SHIM ssize_t write(int fd, const void* bytes, size_t size) {
  REAL(ssize_t, write, int, const void*, size_t);
  return is_created(fd) && refuse("write", fd, NULL) ? -1 : real(fd, bytes, size);
}

SHIM ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  REAL(ssize_t, pwrite, int, const void*, size_t, off_t);
  return is_created(fd) && refuse("pwrite", fd, NULL) ? -1 : real(fd, bytes, size, at);
}

SHIM ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) {
  REAL(ssize_t, pwrite64, int, const void*, size_t, off64_t);
  return is_created(fd) && refuse("pwrite", fd, NULL) ? -1 : real(fd, bytes, size, at);
}

SHIM int ftruncate(int fd, off_t size) {
  REAL(int, ftruncate, int, off_t);
  return refuse("ftruncate", fd, NULL) ? -1 : real(fd, size);
}

SHIM int ftruncate64(int fd, off64_t size) {
  REAL(int, ftruncate64, int, off64_t);
  return refuse("ftruncate", fd, NULL) ? -1 : real(fd, size);
}

SHIM int futimens(int fd, const struct timespec times[2]) {
  REAL(int, futimens, int, const struct timespec*);
  return refuse("futimens", fd, NULL) ? -1 : real(fd, times);
}

SHIM int utimensat(int directory, const char* name, const struct timespec times[2], int flags) {
  REAL(int, utimensat, int, const char*, const struct timespec*, int);
  return refuse("utimensat", directory, name) ? -1 : real(directory, name, times, flags);
}

SHIM int fsync(int fd) {
  REAL(int, fsync, int);
  return refuse("fsync", fd, NULL) ? -1 : real(fd);
}

SHIM int fdatasync(int fd) {
  REAL(int, fdatasync, int);
  return refuse("fdatasync", fd, NULL) ? -1 : real(fd);
}

SHIM int syncfs(int fd) {
  REAL(int, syncfs, int);
  return refuse("syncfs", fd, NULL) ? -1 : real(fd);
}
