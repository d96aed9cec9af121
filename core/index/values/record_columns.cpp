// SPDX-License-Identifier: Apache-2.0
// The table itself.
#include <array>

#include "core/index/values/columns.hpp"
#include "core/index/values/version_rank.hpp"
#include "core/util/hash.hpp"

namespace tcm::index {
namespace {

using enum ColumnRole;
using enum ColumnType;
using Facts = model::KernelFacts;
using Bytes = model::ByteTotals;
using Stamp = model::EntryStamp;

ColumnValue as_value(const std::string& text) { return text; }
ColumnValue as_value(const std::optional<std::int64_t>& number) {
  return number ? ColumnValue(*number) : ColumnValue();
}
ColumnValue as_value(std::uint64_t number) { return static_cast<std::int64_t>(number); }
ColumnValue as_value(std::int64_t number) { return number; }
ColumnValue as_value(bool truth) { return std::int64_t{truth ? 1 : 0}; }

template <auto Member>
ColumnValue fact(const RecordSource& source) {
  return as_value(source.record.facts.*Member);
}
template <auto Member>
ColumnValue stamp(const RecordSource& source) {
  return as_value(source.entry.stamp.*Member);
}
template <auto Member>
ColumnValue of_record(const RecordSource& source) {
  return as_value(source.record.*Member);
}
template <auto Member>
ColumnValue sum(const RecordSource& source) {
  return as_value(source.bytes.*Member);
}
ColumnValue total(const RecordSource& source) { return as_value(source.bytes.total()); }
ColumnValue root_id(const RecordSource& source) { return source.root_id; }
ColumnValue ordinal(const RecordSource& source) { return source.ordinal; }
ColumnValue key(const RecordSource& source) { return source.entry.key; }
ColumnValue key_hash(const RecordSource& source) { return as_value(util::hash64(source.entry.key)); }
ColumnValue kind(const RecordSource& source) { return std::string(to_string(source.record.kind)); }
ColumnValue problem(const RecordSource& source) { return std::string(to_string(source.record.problem)); }
ColumnValue rank(const RecordSource& source) { return as_value(version_rank(source.record.facts.triton_version)); }
ColumnValue files_of(const RecordSource& source) { return as_value(std::uint64_t{source.record.artifacts.size()}); }

ColumnValue used_before(const RecordSource& source) {
  const model::OwnReading& reading = source.entry.reading;
  return reading.left_ns == 0 ? ColumnValue() : ColumnValue(reading.used_ns);
}
ColumnValue left_by_reading(const RecordSource& source) {
  const model::OwnReading& reading = source.entry.reading;
  return reading.left_ns == 0 ? ColumnValue() : ColumnValue(reading.left_ns);
}

template <const auto& Table>
std::vector<std::string_view> words_of() {
  std::vector<std::string_view> words;
  for (const auto& word : Table)
    if (!word.name.empty()) words.push_back(word.name);
  return words;
}

constexpr ColumnLook kShown{.in_table = true, .drop = 0};
constexpr ColumnLook shown(int drop) { return {.in_table = true, .drop = drop}; }

// When it gets narrow, columns of the usual table go in the order of their drop number: directory, stages, warps,
// version, arch.
// clang-format off
const std::array kColumns{
    RecordColumn{.name = "id", .type = number, .internal = true, .stored = "id", .role = fixed, .member = &Row::id},
    RecordColumn{.name = "root_id", .type = number, .internal = true, .stored = "root_id", .role = identity,
                 .taken = root_id},
    RecordColumn{.name = "ordinal", .type = number, .internal = true, .stored = "ordinal", .role = identity,
                 .taken = ordinal, .member = &Row::ordinal},
    RecordColumn{.name = "key", .json = "key", .stored = "key", .role = identity, .taken = key, .member = &Row::key,
                 .look = {.in_table = true, .drop = 0, .short_key = true},
                 .meaning = "the entry's directory name"},
    RecordColumn{.name = "name", .json = "name", .optional = true, .stored = "name", .taken = fact<&Facts::name>,
                 .member = &Row::name,
                 .look = {.in_table = true, .drop = 0, .flexible = true},
                 .meaning = "name of the kernel; of the file in other entries"},
    RecordColumn{.name = "kind", .json = "kind", .type = word, .stored = "kind", .taken = kind, .member = &Row::kind,
                 .words = words_of<model::kEntryKinds>, .meaning = "kind of entry"},
    RecordColumn{.name = "backend", .json = "backend", .optional = true, .stored = "backend",
                 .taken = fact<&Facts::backend>,
                 .member = &Row::backend, .look = shown(7), .meaning = "Triton's name of the target"},
    RecordColumn{.name = "arch", .json = "arch", .optional = true, .stored = "arch", .taken = fact<&Facts::arch>,
                 .member = &Row::arch,
                 .look = shown(5), .meaning = "canonical form of the architecture"},
    RecordColumn{.name = "version", .json = "triton_version", .type = version, .optional = true,
                 .stored = "triton_version",
                 .ordered_by = "version_rank", .taken = fact<&Facts::triton_version>, .member = &Row::triton_version,
                 .look = shown(4), .meaning = "version of Triton, which up to 3.2 does not write it"},
    RecordColumn{.name = "version_rank", .type = number, .internal = true, .optional = true, .stored = "version_rank",
                 .taken = rank},
    RecordColumn{.name = "warps", .json = "num_warps", .type = number, .optional = true, .stored = "num_warps",
                 .taken = fact<&Facts::num_warps>, .member = &Row::num_warps, .look = shown(3),
                 .meaning = "warps of a program"},
    RecordColumn{.name = "stages", .json = "num_stages", .type = number, .optional = true, .stored = "num_stages",
                 .taken = fact<&Facts::num_stages>, .member = &Row::num_stages, .look = shown(2),
                 .meaning = "software pipeline stages"},
    RecordColumn{.name = "ctas", .json = "num_ctas", .type = number, .optional = true, .stored = "num_ctas",
                 .taken = fact<&Facts::num_ctas>, .member = &Row::num_ctas, .meaning = "blocks of a cluster"},
    RecordColumn{.name = "warp_size", .json = "warp_size", .type = number, .optional = true, .stored = "warp_size",
                 .taken = fact<&Facts::warp_size>, .member = &Row::warp_size, .meaning = "threads of a warp"},
    RecordColumn{.name = "shared", .json = "shared_bytes", .type = number, .optional = true, .stored = "shared_bytes",
                 .taken = fact<&Facts::shared_bytes>, .member = &Row::shared_bytes,
                 .meaning = "bytes of shared memory, as the metadata says"},
    RecordColumn{.name = "size", .json = "total_bytes", .type = bytes, .stored = "total_bytes", .role = files,
                 .taken = total, .member = &Bytes::total, .look = kShown,
                 .meaning = "all files of the entry, apparent sizes"},
    RecordColumn{.name = "ir", .json = "ir_bytes", .type = bytes, .stored = "ir_bytes", .role = files,
                 .taken = sum<&Bytes::ir>, .member = &Bytes::ir, .meaning = "of `size`: intermediate forms"},
    RecordColumn{.name = "assembly", .json = "assembly_bytes", .type = bytes, .stored = "assembly_bytes", .role = files,
                 .taken = sum<&Bytes::assembly>, .member = &Bytes::assembly, .meaning = "of `size`: assembly texts"},
    RecordColumn{.name = "binary", .json = "binary_bytes", .type = bytes, .stored = "binary_bytes", .role = files,
                 .taken = sum<&Bytes::binary>, .member = &Bytes::binary, .meaning = "of `size`: GPU binaries"},
    RecordColumn{.name = "source", .json = "source_bytes", .type = bytes, .stored = "source_bytes", .role = files,
                 .taken = sum<&Bytes::source>, .member = &Bytes::source, .meaning = "of `size`: the kernel's source"},
    RecordColumn{.name = "module", .json = "module_bytes", .type = bytes, .stored = "module_bytes", .role = files,
                 .taken = sum<&Bytes::module>, .member = &Bytes::module,
                 .meaning = "of `size`: shared objects for the host"},
    RecordColumn{.name = "metadata", .json = "metadata_bytes", .type = bytes, .stored = "metadata_bytes",
                 .role = files, .taken = sum<&Bytes::metadata>, .member = &Bytes::metadata,
                 .meaning = "of `size`: metadata and group"},
    RecordColumn{.name = "other", .json = "other_bytes", .type = bytes, .stored = "other_bytes", .role = files,
                 .taken = sum<&Bytes::other>, .member = &Bytes::other, .meaning = "of `size`: all other files"},
    RecordColumn{.name = "spill_bytes", .json = "spill_bytes", .alias = "spill", .type = number,
                 .optional = true, .stored = "spill_bytes", .taken = of_record<&model::Record::spill_bytes>,
                 .member = &Row::spill_bytes,
                 .meaning = "bytes of registers that each thread spills to memory, as the backend reads it"},
    RecordColumn{.name = "files", .json = "file_count", .type = number, .stored = "file_count", .role = files,
                 .taken = files_of, .member = &Row::file_count, .meaning = "number of files"},
    RecordColumn{.name = "inode", .type = number, .internal = true, .stored = "inode", .role = files,
                 .taken = stamp<&Stamp::inode>, .member = &Stamp::inode},
    RecordColumn{.name = "age", .type = age, .stored = "mtime_ns", .derived = true, .member = &Row::modified_ns,
                 .look = shown(6), .meaning = "since the entry's directory was modified; for programs in seconds"},
    RecordColumn{.name = "modified", .json = "modified", .type = time, .stored = "mtime_ns", .role = files,
                 .taken = stamp<&Stamp::mtime_ns>, .member = &Row::modified_ns,
                 .meaning = "when the entry's directory was modified"},
    RecordColumn{.name = "ctime_ns", .type = number, .internal = true, .stored = "ctime_ns", .role = files,
                 .taken = stamp<&Stamp::ctime_ns>, .member = &Stamp::ctime_ns},
    RecordColumn{.name = "key_hash", .type = number, .internal = true, .stored = "key_hash", .taken = key_hash},
    RecordColumn{.name = "settled", .type = number, .internal = true, .stored = "settled", .role = files,
                 .taken = stamp<&Stamp::settled>, .member = &Stamp::settled},
    RecordColumn{.name = "hits", .json = "hits", .type = number, .optional = true, .stored = "hits", .role = fixed,
                 .member = &Row::hits,
                 .meaning = "how many processes found it in the cache, where hits were counted"},
    RecordColumn{.name = "misses", .json = "misses", .type = number, .optional = true, .stored = "misses",
                 .role = fixed,
                 .meaning = "how often a job had to compile it, where misses were counted"},
    RecordColumn{.name = "last_hit", .json = "last_hit", .type = time, .optional = true, .stored = "last_hit_ns",
                 .role = fixed,
                 .member = &Row::last_hit_ns, .meaning = "when it was last found"},
    RecordColumn{.name = "first_seen", .json = "first_seen", .type = time, .stored = "first_seen_ns", .role = fixed,
                 .member = &Row::first_seen_ns,
                 .meaning = "when `tcm index`, or an earlier tool, first met the entry"},
    RecordColumn{.name = "elsewhere", .json = "elsewhere", .type = number, .stored = "elsewhere", .role = files,
                 .taken = of_record<&model::Record::elsewhere>, .member = &Row::elsewhere,
                 .meaning = "1 when the group names another directory, so that Triton misses the kernel or reads it "
                            "there; else 0"},
    // How tcm's own reading is told from a use. A later reading finds what an earlier one left.
    RecordColumn{.name = "used_ns", .type = number, .internal = true, .optional = true, .stored = "used_ns",
                 .merged = "CASE WHEN excluded.left_ns IS NULL OR excluded.used_ns <= record.left_ns "
                           "THEN record.used_ns ELSE excluded.used_ns END",
                 .taken = used_before, .member = &Row::used_ns},
    RecordColumn{.name = "left_ns", .type = number, .internal = true, .optional = true, .stored = "left_ns",
                 .merged = "COALESCE(excluded.left_ns, record.left_ns)", .taken = left_by_reading,
                 .member = &Row::left_ns},
    RecordColumn{.name = "probed_by", .internal = true, .stored = "probed_by",
                 .taken = of_record<&model::Record::probed_by>},
    RecordColumn{.name = "layout", .json = "layout", .type = word, .stored = "layout", .home = ColumnHome::root,
                 .member = &Row::layout, .words = words_of<model::kLayouts>,
                 .meaning = "how the root lies in its cache directory"},
    RecordColumn{.name = "problem", .json = "problem", .type = word, .optional = true, .stored = "problem",
                 .taken = problem,
                 .member = &Row::problem, .words = words_of<model::kSkipReasons>, .meaning = "why it was skipped"},
    RecordColumn{.name = "host", .json = "host", .optional = true, .stored = "name", .home = ColumnHome::host,
                 .member = &Row::host,
                 .meaning = "name of the machine that indexed it"},
    RecordColumn{.name = "dir", .json = "root", .stored = "path", .home = ColumnHome::root, .member = &Row::root,
                 .look = shown(1), .meaning = "canonical path of the root that it lies in"},
};
// clang-format on

}  // namespace

RecordColumns record_columns() { return kColumns; }

}  // namespace tcm::index
