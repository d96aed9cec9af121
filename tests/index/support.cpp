// SPDX-License-Identifier: Apache-2.0
#include "tests/index/support.hpp"

#include <stdexcept>

namespace tcm::index::test {

Index IndexTest::open(OpenMode mode) const { return value(Index::open(path(), mode)); }

void ok(const Result<void>& result) { ASSERT_TRUE(result) << result.error().message; }

model::Record kernel(const std::string& name, const std::string& backend, const std::string& arch) {
  using enum model::ArtifactKind;
  model::Record record;
  record.kind = model::EntryKind::kernel;
  record.facts.name = name;
  record.facts.backend = backend;
  record.facts.arch = arch;
  record.facts.triton_version = "3.6.0";
  record.facts.num_warps = 4;
  record.facts.num_stages = 3;
  record.facts.num_ctas = 1;
  record.facts.warp_size = 32;
  record.facts.shared_bytes = 2048;
  record.facts.metadata = R"({"name":")" + name + R"(","num_warps":4})";
  record.artifacts = {{name + ".ttir", ir, "ttir", 100},      {name + ".asm", assembly, "asm", 30},
                      {name + ".bin", binary, "bin", 5},      {name + ".source", source, "source", 7},
                      {name + ".json", metadata, "json", 11}, {"__grp__" + name + ".json", group, "json", 13},
                      {name + ".odd", other, "odd", 1}};
  return record;
}

model::Entry entry(const std::string& key, std::vector<model::Record> records, std::int64_t mtime_ns) {
  model::Entry made;
  made.key = key;
  made.stamp = {static_cast<std::uint64_t>(std::hash<std::string>{}(key)), mtime_ns, mtime_ns, true};
  made.records = std::move(records);
  return made;
}

model::Entry entry(const std::string& key, const std::string& name, std::int64_t mtime_ns) {
  return entry(key, {kernel(name)}, mtime_ns);
}

model::RootLocation location(const std::string& path) { return {path, path, model::Layout::triton}; }

std::int64_t write(Index& index, const std::string& root, const std::vector<model::Entry>& entries) {
  const RootRow row = value(index.ensure_root(location(root)));
  auto writer = value(index.write_root(row.id));
  for (const model::Entry& one : entries) ok(writer->put(one));
  ok(writer->finish({}));
  return row.id;
}

Field resource_field(const std::string& name) { return {FieldPlace::resource, {name}, nullptr, name}; }

Field metadata_field(const std::vector<std::string>& path) {
  return {FieldPlace::metadata, path, nullptr, path.back()};
}

std::vector<Row> rows(Index& index, const Criteria& criteria, Order order, std::optional<std::int64_t> limit) {
  std::vector<Row> all;
  ok(index.list(criteria, order, limit, [&](const Row& row) { all.push_back(row); }));
  return all;
}

std::string keys(Index& index, const Criteria& criteria) {
  std::string joined;
  for (const Row& row : rows(index, criteria, {column_field("key"), true}))
    joined += (joined.empty() ? "" : " ") + row.key;
  return joined;
}

}  // namespace tcm::index::test
