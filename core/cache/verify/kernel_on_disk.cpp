// SPDX-License-Identifier: Apache-2.0
#include "core/cache/verify/kernel_on_disk.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/cache/format/file_names.hpp"
#include "core/cache/format/json_reader.hpp"
#include "core/disk/directory.hpp"
#include "core/util/system/system_error.hpp"

namespace tcm::cache {
namespace {

constexpr std::string_view kGroupPrefix = "__grp__";

FileState state_of(const EntryFiles& files, const std::string& name) {
  if (const EntryFile* file = files.find(name)) return file->bytes == 0 ? FileState::empty : FileState::present;
  if (files.has_other(name)) return FileState::other;
  const auto& directories = files.directories;
  return std::find(directories.begin(), directories.end(), name) == directories.end() ? FileState::absent
                                                                                      : FileState::directory;
}

// As much as a reader keeps of an entry.
constexpr std::size_t kMaxKeptMetadata = std::size_t{4} << 20;

JsonFile read_json_file(int entry, const std::string& name, std::string& text) {
  using State = JsonFile::State;
  const disk::ReadOutcome outcome = disk::read_file_at(entry, name.c_str(), kMaxJsonBytes, text);
  switch (outcome.status) {
    case disk::ReadStatus::ok: return {State::read, {}};
    case disk::ReadStatus::too_large: return {State::unchecked, fmt::format("{} bytes, not read", outcome.bytes)};
    case disk::ReadStatus::not_a_file: return {State::unreadable, "not a regular file"};
    case disk::ReadStatus::failed: break;
  }
  if (outcome.error == ENOENT) return {State::absent, {}};
  if (outcome.error == ELOOP) return {State::unchecked, "a symbolic link, not followed"};
  return {State::unreadable, std::string(util::error_text(outcome.error))};
}

// The metadata that Triton loads is the first json file that the group lists and that is there.
std::string metadata_to_read(const KernelOnDisk& kernel) {
  for (const ListedFile& file : kernel.files)
    if (file.name.ends_with(".json") && file.at_path != FileState::absent) return file.file;
  return kernel.metadata_name;
}

void read_metadata_file(int entry, KernelOnDisk& kernel, const FileTypes& types, std::string& text) {
  kernel.metadata_file = read_json_file(entry, metadata_to_read(kernel), text);
  if (kernel.metadata_file.state != JsonFile::State::read) return;
  kernel.metadata = read_metadata_text(text);
  kernel.metadata_json = text;
  const MetadataText& metadata = kernel.metadata;
  kernel.knows_binary = types.knows_binaries_of(metadata.backend);
  kernel.other_backend = !kernel.knows_binary && !metadata.backend.empty() &&
                         metadata.backend_name != metadata.backend && types.knows_binaries_of(metadata.backend_name);
  for (ListedFile& file : kernel.files) file.role = role_of(file.file, metadata.backend, metadata.binary_ext, types);
}

void take_group(KernelOnDisk& kernel, GroupText&& group, const EntryFiles& files) {
  kernel.form = group.form;
  kernel.group_problem = std::move(group.problem);
  kernel.files.reserve(group.children.size());
  for (GroupChild& child : group.children) {
    ListedFile file;
    file.name = std::move(child.name);
    file.path = std::move(child.path);
    const std::string& from = group.form == GroupForm::paths ? file.path : file.name;
    file.file = from.substr(from.rfind('/') + 1);
    file.at_path = is_file_name(file.file) ? state_of(files, file.file) : FileState::absent;
    file.at_name = file.name == file.file ? file.at_path : state_of(files, file.name);
    kernel.files.push_back(std::move(file));
  }
}

}  // namespace

std::vector<KernelOnDisk> read_kernels(int entry, std::string_view key, const EntryFiles& files,
                                       const FileTypes& types) {
  thread_local std::string text;
  const auto has = [&files](std::string_view name) { return files.find(name) != nullptr || files.has_other(name); };
  std::vector<KernelOnDisk> kernels;
  std::size_t kept = 0;    // bytes of metadata
  std::size_t listed = 0;  // names in groups
  const auto add = [&](const std::string& name) {
    if (!is_group_among(name, has)) return;
    KernelOnDisk& kernel = kernels.emplace_back();
    kernel.key = key;
    kernel.group = name;
    kernel.metadata_name = name.substr(kGroupPrefix.size());
    kernel.group_file = read_json_file(entry, name, text);
    if (kernel.group_file.state != JsonFile::State::read) return;
    take_group(kernel, read_group_text(text), files);
    listed += kernel.files.size();
    if (kept > kMaxKeptMetadata || listed > kMaxEntryFiles) {
      kernel.metadata_file = {JsonFile::State::unchecked, "not read: the entry has more kernels than memory is for"};
      kernel.files.clear();
      return;
    }
    read_metadata_file(entry, kernel, types, text);
    kept += kernel.metadata_json.size();
  };
  for (const EntryFile& file : files.files)
    if (!file.nested()) add(file.name);
  for (const std::string& name : files.others) add(name);
  return kernels;
}

}  // namespace tcm::cache
