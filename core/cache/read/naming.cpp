// SPDX-License-Identifier: Apache-2.0
#include "core/cache/read/naming.hpp"

namespace tcm::cache {

const FileTypes& Naming::types() const {
  static const FileTypes kSharedOnly;
  return file_types ? *file_types : kSharedOnly;
}

}  // namespace tcm::cache
