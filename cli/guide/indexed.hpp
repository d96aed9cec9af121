// SPDX-License-Identifier: Apache-2.0
// What the index can complete. Asking makes no index and brings none up to date; what cannot be read is nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace tcm::cli {

/// Something to complete with. A shell shows the meaning next to the value where it can.
struct Candidate {
  std::string value;
  std::string meaning;
};

/// What the query selects.
enum class Indexed { names, keys, backends, archs, versions, hosts, roots };

/// What begins with `typed`: names and the like by how much they take up, keys newest first; at most some hundreds.
/// Only values that mean themselves in every shell. `database` is what the command line says of --db.
std::vector<Candidate> indexed(Indexed what, const std::string& typed, const std::optional<std::string>& database);

}  // namespace tcm::cli
