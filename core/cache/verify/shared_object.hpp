// SPDX-License-Identifier: Apache-2.0
// Helper modules: shared objects that Triton compiled for the host. Whether the dynamic linker could load one here is
// told without loading it, which would run its code.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tcm::cache {

struct SharedObject {
  std::string problem;              ///< why it cannot be loaded on this machine, one line; empty when it is whole
  std::vector<std::string> needed;  ///< the libraries that it names, at most 256
  std::vector<std::string> search;  ///< directories that it names to look for them in, absolute ones only
};

/// Looks at the bytes of a shared object: header, machine, segments, sections and dynamic table must lie within them.
/// Pure.
SharedObject inspect_shared_object(std::string_view bytes);

/// Names of libraries.
using LibraryNames = std::set<std::string, std::less<>>;

/// What the system's linker finds: the names in /etc/ld.so.cache, in the usual directories and in LD_LIBRARY_PATH, as
/// they were when it was asked first. Thread-safe.
const LibraryNames& system_libraries();

/// A library that is not found here.
struct MissedLibrary {
  std::string detail;     ///< "libx.so.7, and here is libx.so.8"
  bool asked_all = true;  ///< false: it may lie in a directory that the object names, and that was not asked about
};

/// The first library that the object needs and of which there is only another version here. One that is not here at all
/// tells nothing: this need not be the machine on which the module runs, and programs bring libraries of their own. Of
/// the directories in SharedObject::search, which may be any, only the system's are asked about.
std::optional<MissedLibrary> replaced_library(const SharedObject& object, const LibraryNames& known);

}  // namespace tcm::cache
