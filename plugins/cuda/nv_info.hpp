// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include <tcm/plugin/plugin.hpp>

// The records of a cubin's .nv.info sections. NVIDIA publishes no description; the layout is the one that
// `cuobjdump -elf` prints (its EIFMT_… and EIATTR_… names, used here), the numbers are those of CuAssembler's tables,
// checked against cuobjdump of CUDA 13 on cubins for sm_75 to sm_121.
namespace tcm::cuda_backend {

enum InfoAttribute : uint8_t {
  kMaxThreads = 0x05,      // EIATTR_MAX_THREADS: x, y, z (.maxntid)
  kReqNtid = 0x10,         // EIATTR_REQNTID: x, y, z (.reqntid)
  kMinStackSize = 0x12,    // EIATTR_MIN_STACK_SIZE: symbol index, bytes; what cuobjdump calls STACK
  kCbankParamSize = 0x19,  // EIATTR_CBANK_PARAM_SIZE: bytes of the kernel's parameters
  kRegCount = 0x2f,        // EIATTR_REGCOUNT: symbol index, registers; what cuobjdump calls REG
};

struct InfoRecord {
  uint8_t attribute;
  uint16_t value;         // of a record that carries its value in itself, else 0
  plugin::Bytes payload;  // of a record that carries bytes, else empty
};

// Reads one section from its start.
class InfoRecords {
 public:
  explicit InfoRecords(plugin::Bytes section) : rest_(section) {}
  // Nothing at the end, and where the section is broken.
  std::optional<InfoRecord> next();
  // After the last next(): was all of the section read?
  bool whole() const { return rest_.empty(); }

 private:
  plugin::Bytes rest_;
};

}  // namespace tcm::cuda_backend
