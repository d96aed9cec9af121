// SPDX-License-Identifier: Apache-2.0
#include "core/service/compare/same_files.hpp"

#include "core/cache/format/file_names.hpp"
#include "core/disk/directory.hpp"
#include "core/disk/same_bytes.hpp"
#include "core/util/system/system_error.hpp"
#include "core/util/text/text.hpp"

namespace tcm::service {
namespace {

struct Opened {
  util::Fd file;
  disk::Node node;
};

tl::unexpected<Error> unreadable(const cache::Root& root, const std::string& key, const std::string& name, int error) {
  return fail(util::error_code_of(error),
              util::escape_control(root.path() + "/" + key + "/" + name) + ": " + std::string(util::error_text(error)));
}

Result<Opened> open_file(const cache::Root& root, const std::string& key, const std::string& name) {
  if (!cache::is_file_name(key) || !cache::is_file_name(name)) return unreadable(root, key, name, ENOENT);
  Opened opened;
  util::Fd directory;
  int error = disk::open_directory_at(root.descriptor(), key.c_str(), directory);
  if (error == 0) error = disk::open_file_at(directory.get(), name.c_str(), opened.file, opened.node);
  if (error != 0) return unreadable(root, key, name, error);
  return opened;
}

}  // namespace

Result<bool> same_file(const cache::Root& root_a, const std::string& key_a, const std::string& name_a,
                       const cache::Root& root_b, const std::string& key_b, const std::string& name_b) {
  TCM_ASSIGN(const Opened a, open_file(root_a, key_a, name_a));
  TCM_ASSIGN(const Opened b, open_file(root_b, key_b, name_b));
  bool same = false;
  if (const int error = disk::same_bytes(a.file.get(), a.node, b.file.get(), b.node, same); error != 0)
    return unreadable(root_a, key_a, name_a, error);
  return same;
}

}  // namespace tcm::service
