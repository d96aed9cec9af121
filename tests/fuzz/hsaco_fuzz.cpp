// SPDX-License-Identifier: Apache-2.0
#include "plugins/rocm/analyse.hpp"
#include "tests/fuzz/backend_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tcm::rocm_backend;
  tcm::fuzz::ask({&probe, &validate, ".hsaco", "hip"}, data, size);
  return 0;
}
