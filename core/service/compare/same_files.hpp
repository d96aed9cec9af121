// SPDX-License-Identifier: Apache-2.0
// Whether files of two entries hold the same bytes.
#pragma once

#include <string>

#include "core/cache/read/root.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

/// The same of a file directly in an entry of each root, in bounded memory. Names are single file names. Errors:
/// missing, denied, failed; the message names the file. Thread-safe.
Result<bool> same_file(const cache::Root& root_a, const std::string& key_a, const std::string& name_a,
                       const cache::Root& root_b, const std::string& key_b, const std::string& name_b);

}  // namespace tcm::service
