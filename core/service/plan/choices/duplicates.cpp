// SPDX-License-Identifier: Apache-2.0
// Equal kernels of one root. Name and size come sorted from the index; within such a run, kernels are told apart by a
// digest of their metadata without `hash` and of their binaries, each read once: nothing is compared pairwise. Before a
// duplicate goes, its binary is compared with that of the one that stays (see cache::Duplicate).
#include <algorithm>
#include <unordered_map>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "core/service/plan/choices/content.hpp"
#include "core/service/plan/plan_maker.hpp"
#include "core/util/digest.hpp"

namespace tcm::service {
namespace {

namespace json = boost::json;

/// One kernel that shares its root, name and size with another.
struct Alike {
  std::uint32_t root = 0;
  std::int64_t record_id = 0;
  std::int64_t ordinal = 0;
  std::string key;
  std::string name;
  std::string backend;
  std::string arch;
  model::EntryStamp stamp;
  model::ByteTotals bytes;
};

void pack_alike(util::Packer& packer, const Alike& alike) {
  packer.number(alike.root);
  packer.signed_number(alike.record_id);
  packer.signed_number(alike.ordinal);
  for (const std::string* text : {&alike.key, &alike.name, &alike.backend, &alike.arch}) packer.text(*text);
  pack(packer, alike.stamp);
  pack(packer, alike.bytes);
}

Alike unpack_alike(std::string_view record) {
  util::Unpacker unpacker(record);
  Alike alike;
  alike.root = static_cast<std::uint32_t>(unpacker.number());
  alike.record_id = unpacker.signed_number();
  alike.ordinal = unpacker.signed_number();
  for (std::string* text : {&alike.key, &alike.name, &alike.backend, &alike.arch}) *text = unpacker.text();
  alike.stamp = unpack_stamp(unpacker);
  alike.bytes = unpack_totals(unpacker);
  return alike;
}

bool same_run(const Alike& a, const Alike& b) {
  return a.root == b.root && a.name == b.name && a.bytes.total() == b.bytes.total();
}

/// Everything that the metadata says but the key, whatever the order of its members.
void add_metadata(util::Digester& digester, const std::string& text) {
  boost::system::error_code error;
  json::value value = json::parse(text, error);
  if (error || !value.is_object()) return digester.add(text);
  json::object& object = value.as_object();
  object.erase("hash");
  std::vector<const json::key_value_pair*> members;
  for (const auto& member : object) members.push_back(&member);
  std::sort(members.begin(), members.end(), [](const auto* a, const auto* b) { return a->key() < b->key(); });
  for (const auto* member : members) {
    digester.add(std::string_view(member->key().data(), member->key().size()));
    digester.add(std::string_view("\0", 1));
    digester.add(json::serialize(member->value()));
    digester.add(std::string_view("\0", 1));
  }
}

/// Collects the runs of kernels that look alike, and leaves the rest out.
Result<util::Spool> find_alike(const PlanContext& context) {
  TCM_ASSIGN(util::Spool spool, util::Spool::create());
  index::Criteria kernels;
  kernels.root_paths = context.criteria.root_paths;
  kernels.kinds = {model::EntryKind::kernel};
  Alike first;
  bool first_waits = false;
  bool any = false;
  Result<void> result;
  util::Packer packer;
  const auto keep = [&](const Alike& alike) {
    packer.clear();
    pack_alike(packer, alike);
    if (auto added = spool.append(packer.bytes()); !added) result = fail(std::move(added).error());
  };
  // The records of one root, name and size together, the newest first.
  const index::Order runs{index::column_field("modified"),
                          false,
                          {index::column_field("root_id"), index::column_field("name"), index::column_field("size")},
                          true};
  TCM_TRY(context.index.list(kernels, runs, std::nullopt, [&](const index::Row& row) {
    if (!result) return;
    const auto root = context.roots.find(row.root);
    if (!root) return;
    Alike next{*root, row.id, row.ordinal, row.key, row.name, row.backend, row.arch, row.stamp, row.bytes};
    if (any && same_run(first, next)) {
      if (first_waits) keep(first);
      keep(next);
      first_waits = false;
    } else {
      first_waits = true;
    }
    first = std::move(next);
    any = true;
  }));
  TCM_TRY(result);
  return spool;
}

/// The ids of the records that the filters pick, sorted; nothing when they pick all kernels.
Result<std::optional<std::vector<std::int64_t>>> picked_ids(const PlanContext& context) {
  std::optional<std::vector<std::int64_t>> ids;
  if (is_empty(context.request.filters)) return ids;
  ids.emplace();
  TCM_TRY(context.index.list(context.criteria, {index::column_field("key"), true}, std::nullopt,
                             [&](const index::Row& row) { ids->push_back(row.id); }));
  std::sort(ids->begin(), ids->end());
  return ids;
}

/// The one of a run that stays: the newest of its equals, which comes first.
struct Original {
  std::string key;
  model::EntryStamp stamp;
  std::string binary;
};

class Run {
 public:
  Run(const PlanContext& context, std::optional<std::vector<std::int64_t>> picked)
      : context_(context), picked_(std::move(picked)) {}

  Result<void> take(const Alike& alike) {
    if (!any_ || !same_run(last_, alike)) originals_.clear();
    last_ = alike;
    any_ = true;
    std::string binary;
    TCM_ASSIGN(const auto digest, digest_of(alike, binary));
    if (!digest) return {};
    const auto [original, is_first] = originals_.try_emplace(*digest, Original{alike.key, alike.stamp, binary});
    if (is_first || original->second.key == alike.key) return {};
    if (picked_ && !std::binary_search(picked_->begin(), picked_->end(), alike.record_id)) return {};
    return put(alike, original->second, binary);
  }

 private:
  /// Nothing for a kernel whose contents cannot be read: it has no equal then.
  Result<std::optional<util::Digest>> digest_of(const Alike& alike, std::string& binary) {
    TCM_ASSIGN(const index::Detail detail, context_.index.detail(alike.record_id));
    util::Digester digester;
    add_metadata(digester, detail.metadata);
    bool readable = true;
    for (const model::Artifact& artifact : detail.artifacts) {
      if (artifact.kind != model::ArtifactKind::binary) continue;
      binary = artifact.name;
      if (!context_.request.same_binary) continue;
      readable = readable && add_content(context_.roots.root(alike.root), alike.key, artifact.name, digester);
    }
    if (!readable || binary.empty()) return std::optional<util::Digest>();
    return std::optional(digester.finish());
  }

  Result<void> put(const Alike& alike, const Original& original, const std::string& binary) {
    Candidate candidate;
    candidate.root = alike.root;
    candidate.key = alike.key;
    candidate.record_id = alike.record_id;
    candidate.ordinals = {alike.ordinal};
    candidate.name = alike.name;
    candidate.backend = alike.backend;
    candidate.arch = alike.arch;
    candidate.stamp = alike.stamp;
    candidate.kernels = 1;
    candidate.bytes = alike.bytes;
    Verdict verdict = context_.judge.judge(candidate);
    if (verdict.item) {
      cache::Duplicate duplicate{original.key, original.stamp, {}, {}};
      if (context_.request.same_binary) {
        duplicate.binary = original.binary;
        duplicate.own_binary = binary;
      }
      verdict.item->change.duplicate_of = std::move(duplicate);
    }
    const Reason reason = [&](const Candidate&, const PlanItem&) {
      constexpr std::size_t kShortKey = 8;
      return "same as " + original.key.substr(0, kShortKey) + ", which is newer";
    };
    return put_into_plan(context_, candidate, std::move(verdict), ledger_, reason);
  }

  const PlanContext& context_;
  std::optional<std::vector<std::int64_t>> picked_;
  std::unordered_map<util::Digest, Original, util::DigestHash> originals_;
  Alike last_;
  bool any_ = false;
  LinkLedger ledger_;
};

}  // namespace

Result<void> choose_duplicates(const PlanContext& context) {
  TCM_ASSIGN(util::Spool alike, find_alike(context));
  TCM_ASSIGN(auto picked, picked_ids(context));
  Run run(context, std::move(picked));
  return alike.for_each([&](std::string_view record) -> Result<void> {
    TCM_TRY(check_stop(context));
    ++context.progress.looked_at;
    return run.take(unpack_alike(record));
  });
}

}  // namespace tcm::service
