// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/common/elf_file.hpp"

// The checks of an ELF file that reading it does not need: every table, note and segment, whoever uses it.
namespace tcm::plugin_common {

// What ElfFile::open checked, and: each section's link, each symbol's name and section, each note, each segment.
Result<void> check_structure(const ElfFile& file);

}  // namespace tcm::plugin_common
