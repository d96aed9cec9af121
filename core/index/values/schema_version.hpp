// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace tcm::index {

/// The version of the schema that this release reads and writes.
inline constexpr int kSchemaVersion = 5;

}  // namespace tcm::index
