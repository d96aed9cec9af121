// SPDX-License-Identifier: Apache-2.0
// Equal files of different entries, of all roots of one file system. Files are sorted by size; within a size each is
// read once and told apart by a digest. Before a file is replaced, both are compared byte by byte (see cache::Share).
#include <algorithm>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

#include "core/cache/format/file_names.hpp"
#include "core/cache/inspect/known_files.hpp"
#include "core/disk/directory.hpp"
#include "core/service/plan/choices/content.hpp"
#include "core/service/plan/plan_maker.hpp"

namespace tcm::service {
namespace {

/// One file that might have an equal. So many of them are held as the entries have files: hence no text.
struct Sized {
  std::uint64_t bytes = 0;
  std::uint64_t device = 0;
  std::uint64_t owner = 0;  // user, group and permissions, mixed: what differs in them is not shared
  std::uint64_t inode = 0;
  std::uint64_t position = 0;  // of the entry in the spool
  std::uint32_t file = 0;      // of the entry

  auto order() const { return std::tie(device, bytes, owner, position, file); }
  bool same_run(const Sized& other) const {
    return device == other.device && bytes == other.bytes && owner == other.owner;
  }
};

struct Paired {
  std::uint64_t position = 0;
  std::uint32_t file = 0;
  std::uint64_t with_position = 0;
  std::uint32_t with_file = 0;
};

/// An entry in the spool: its item and its files.
struct Held {
  PlanItem item;
  std::vector<cache::InspectedFile> files;
};

void pack_held(util::Packer& packer, const PlanItem& item, const std::vector<cache::InspectedFile>& files) {
  pack(packer, item);
  packer.number(files.size());
  for (const cache::InspectedFile& file : files) {
    packer.text(file.name);
    for (const std::uint64_t value :
         {file.node.device, file.node.inode, file.node.links, file.node.allocated, file.node.bytes})
      packer.number(value);
  }
}

Held unpack_held(std::string_view record) {
  util::Unpacker unpacker(record);
  Held held;
  held.item = unpack_item(unpacker);
  for (std::uint64_t left = unpacker.number(); left > 0; --left) {
    cache::InspectedFile file;
    file.name = unpacker.text();
    disk::Node& node = file.node;
    for (std::uint64_t* value : {&node.device, &node.inode, &node.links, &node.allocated, &node.bytes})
      *value = unpacker.number();
    held.files.push_back(std::move(file));
  }
  return held;
}

// A group names its own entry, so no two are equal; what is being written is nobody's yet.
bool may_be_shared(const cache::InspectedFile& file) {
  return file.node.bytes > 0 && !cache::is_group(file.name) && !cache::is_temporary(file.name) &&
         file.name.find('/') == std::string::npos;
}

class ShareFinder {
 public:
  ShareFinder(const PlanContext& context, util::Spool& spool) : context_(context), spool_(spool) {}

  Result<void> gather() {
    return for_each_candidate(context_.criteria, false, context_.roots, context_.index,
                              [this](Candidate&& candidate) -> Result<void> {
                                TCM_TRY(check_stop(context_));
                                ++context_.progress.looked_at;
                                Verdict verdict = context_.judge.judge(candidate);
                                if (!verdict.item) {
                                  note_kept(context_, candidate, std::move(verdict));
                                  return {};
                                }
                                return hold(verdict);
                              });
  }

  Result<void> pair() {
    std::sort(files_.begin(), files_.end(), [](const Sized& a, const Sized& b) { return a.order() < b.order(); });
    for (auto at = files_.begin(); at != files_.end();) {
      const auto end = std::find_if(at, files_.end(), [at](const Sized& file) { return !file.same_run(*at); });
      if (end - at > 1) TCM_TRY(pair_run(at, end));
      at = end;
    }
    files_ = {};
    std::sort(pairs_.begin(), pairs_.end(), [](const Paired& a, const Paired& b) {
      return std::tie(a.position, a.file) < std::tie(b.position, b.file);
    });
    return {};
  }

  Result<void> put_into_plan() {
    LinkLedger ledger;
    for (auto at = pairs_.begin(); at != pairs_.end();) {
      const auto end =
          std::find_if(at, pairs_.end(), [at](const Paired& pair) { return pair.position != at->position; });
      TCM_ASSIGN(Held held, read(at->position));
      for (; at != end; ++at) TCM_TRY(add_share(held, *at, ledger));
      held.item.reason = fmt::format("{} {} equal to another entry's", held.item.files,
                                     held.item.files == 1 ? "file is" : "files are");
      TCM_TRY(context_.plan.items.add(held.item));
    }
    return {};
  }

 private:
  using Files = std::vector<Sized>::const_iterator;

  Result<void> hold(const Verdict& verdict) {
    packer_.clear();
    pack_held(packer_, *verdict.item, verdict.files);
    TCM_ASSIGN(const std::uint64_t position, spool_.append(packer_.bytes()));
    for (std::uint32_t i = 0; i < verdict.files.size(); ++i) {
      const cache::InspectedFile& file = verdict.files[i];
      if (!may_be_shared(file)) continue;
      const disk::Node& node = file.node;
      const std::uint64_t owner = (std::uint64_t{node.uid} << 32) ^ (std::uint64_t{node.gid} << 12) ^ node.mode;
      files_.push_back({node.bytes, node.device, owner, node.inode, position, i});
    }
    return {};
  }

  /// Reads each file of the run once; the names of one file are equal anyway.
  Result<void> pair_run(Files begin, Files end) {
    if (std::all_of(begin, end, [begin](const Sized& file) { return file.inode == begin->inode; })) return {};
    std::unordered_map<std::uint64_t, std::optional<util::Digest>> by_inode;
    std::unordered_map<util::Digest, Files, util::DigestHash> first;
    for (Files at = begin; at != end; ++at) {
      TCM_TRY(check_stop(context_));
      auto known = by_inode.find(at->inode);
      if (known == by_inode.end()) {
        TCM_ASSIGN(const auto digest, digest_of(*at));
        known = by_inode.emplace(at->inode, digest).first;
      }
      if (!known->second) continue;
      const auto [one, is_first] = first.try_emplace(*known->second, at);
      if (is_first || one->second->inode == at->inode) continue;
      pairs_.push_back({at->position, at->file, one->second->position, one->second->file});
    }
    return {};
  }

  Result<std::optional<util::Digest>> digest_of(const Sized& sized) {
    TCM_ASSIGN(const Held held, read(sized.position));
    const std::string& name = held.files[sized.file].name;
    util::Digester digester;
    if (!add_content(context_.roots.root(held.item.root), held.item.change.key, name, digester))
      return std::optional<util::Digest>();
    return std::optional(digester.finish());
  }

  Result<void> add_share(Held& held, const Paired& pair, LinkLedger& ledger) {
    TCM_ASSIGN(const Held with, read(pair.with_position));
    const cache::InspectedFile& file = held.files[pair.file];
    held.item.shares.push_back({file.name, with.item.root, with.item.change.key, with.files[pair.with_file].name});
    ++held.item.files;
    const cache::FileTypes& types = context_.backends.naming().types();
    held.item.bytes.add(cache::kind_by_name(file.name, std::nullopt, types), file.node.bytes);
    const LinkedFile linked{file.node.device, file.node.inode, file.node.links, file.node.allocated};
    held.item.frees += ledger.remove(linked);
    return {};
  }

  Result<Held> read(std::uint64_t position) {
    TCM_TRY(spool_.read(position, record_));
    return unpack_held(record_);
  }

  const PlanContext& context_;
  util::Spool& spool_;
  util::Packer packer_;
  std::vector<Sized> files_;
  std::vector<Paired> pairs_;
  std::string record_;
};

}  // namespace

Result<void> choose_shares(const PlanContext& context) {
  TCM_ASSIGN(util::Spool spool, util::Spool::create());
  ShareFinder finder(context, spool);
  TCM_TRY(finder.gather());
  TCM_TRY(finder.pair());
  return finder.put_into_plan();
}

}  // namespace tcm::service
