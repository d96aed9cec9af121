// SPDX-License-Identifier: Apache-2.0
// What a zebin's section .ze_info says of its kernels.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tcm/plugin/plugin.hpp>

namespace xpu {

/// One item of "kernels". What the text does not say is absent.
struct KernelInfo {
  std::string name;
  std::optional<std::uint64_t> grf_count;
  std::optional<std::uint64_t> simd_size;
  std::optional<std::uint64_t> slm_bytes;
  std::optional<std::uint64_t> barrier_count;
  std::optional<std::uint64_t> private_bytes;  ///< of a hardware thread; since zebin 1.3x
  std::optional<std::uint64_t> spill_bytes;    ///< the same
  std::uint64_t scratch_bytes = 0;             ///< of a hardware thread: all its buffers of type "scratch"
};

/// At most kMaxKernels. The text may be anything: what is not understood is passed over.
std::vector<KernelInfo> read_ze_info(std::string_view text);

inline constexpr std::size_t kMaxKernels = 256;

}  // namespace xpu
