// SPDX-License-Identifier: Apache-2.0
// What may stand at a place of a command line. Words of options come from the checks of the options themselves, from
// the table of settings, and from the tables that the commands use; a command that is added needs nothing here.
#pragma once

#include <vector>

#include "cli/guide/indexed.hpp"
#include "cli/guide/position.hpp"

namespace tcm::cli {

/// What a shell itself can complete, better than this program could.
enum class ShellPart { none, files, directories, commands };

struct Offer {
  std::vector<Candidate> candidates;  ///< each begins with Position::typed
  ShellPart part = ShellPart::none;   ///< and these
};

Offer offer_at(const Position& position);

}  // namespace tcm::cli
