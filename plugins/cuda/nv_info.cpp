// SPDX-License-Identifier: Apache-2.0
#include "plugins/cuda/nv_info.hpp"

namespace tcm::cuda_backend {
namespace {

// A record is: format, attribute, and two bytes that are the value or, with EIFMT_SVAL, the size of what follows.
constexpr size_t kRecordBytes = 4;
enum Format : uint8_t { kNoValue = 1, kByteValue = 2, kHalfValue = 3, kSizedValue = 4 };

}  // namespace

std::optional<InfoRecord> InfoRecords::next() {
  const auto format = rest_.u8(0);
  const auto attribute = rest_.u8(1);
  const auto value = rest_.u16(2);
  if (!format || !attribute || !value) return std::nullopt;
  if (*format < kNoValue || *format > kSizedValue) return std::nullopt;
  if (*format != kSizedValue) {
    rest_ = *rest_.from(kRecordBytes);
    return InfoRecord{*attribute, *value, {}};
  }
  const auto payload = rest_.slice(kRecordBytes, *value);
  if (!payload) return std::nullopt;
  rest_ = *rest_.from(kRecordBytes + *value);
  return InfoRecord{*attribute, 0, *payload};
}

}  // namespace tcm::cuda_backend
