// SPDX-License-Identifier: Apache-2.0
#include "plugins/cuda/analyse.hpp"
#include "tests/fuzz/backend_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tcm::cuda_backend;
  tcm::fuzz::ask({&probe, &validate, ".cubin", "cuda"}, data, size);
  return 0;
}
