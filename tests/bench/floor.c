// SPDX-License-Identifier: Apache-2.0
//
// floor ROOT: what reading a cache costs at the least, for the benchmark to compare an index run with. One thread; for
// each entry of ROOT: list it, stat each file, read both json files whole. Parses nothing, keeps nothing, prints
// nothing.
#define _POSIX_C_SOURCE 200809L
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void die(const char* what) {
  perror(what);
  exit(1);
}

static int ends_with(const char* name, const char* end) {
  const size_t length = strlen(name);
  const size_t tail = strlen(end);
  return length >= tail && strcmp(name + length - tail, end) == 0;
}

static void read_whole(int directory, const char* name) {
  char buffer[65536];
  const int file = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (file < 0) die(name);
  ssize_t count = 0;
  do {
    count = read(file, buffer, sizeof buffer);
  } while (count > 0);
  if (count < 0) die(name);
  close(file);
}

static void read_entry(int root, const char* key) {
  const int directory = openat(root, key, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (directory < 0) return;  // a loose file
  DIR* files = fdopendir(directory);
  if (files == NULL) die(key);
  for (struct dirent* file; (file = readdir(files)) != NULL;) {
    if (file->d_name[0] == '.') continue;
    struct stat status;
    if (fstatat(directory, file->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) die(file->d_name);
    if (S_ISREG(status.st_mode) && ends_with(file->d_name, ".json")) read_whole(directory, file->d_name);
  }
  closedir(files);
}

int main(int argc, char** argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: floor ROOT\n");
    return 2;
  }
  DIR* entries = opendir(argv[1]);
  if (entries == NULL) die(argv[1]);
  for (struct dirent* entry; (entry = readdir(entries)) != NULL;)
    if (entry->d_name[0] != '.') read_entry(dirfd(entries), entry->d_name);
  closedir(entries);
  return 0;
}
