// SPDX-License-Identifier: Apache-2.0
// tcm_test_postgres BASE: runs the server that the tests share, see shared_postgres.cpp.
#include <cstdio>
#include <exception>

#include "tests/support/postgres.hpp"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  try {
    return tcm::test::keep_shared_postgres(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
