// SPDX-License-Identifier: Apache-2.0
// A cache directory, an index and the real backends, for tests of the services.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/index/index.hpp"
#include "core/service/query/search.hpp"
#include "core/service/scan/index_service.hpp"
#include "core/util/text/time.hpp"
#include "tests/support/cache_builder.hpp"
#include "tests/support/storage.hpp"
#include "tests/support/temp_dir.hpp"

namespace tcm::test {

/// The plugins of this build; or none at all.
inline backend::SearchOptions built_plugins(bool none = false) {
  backend::SearchOptions options;
  options.plugin_path = {TCM_TEST_PLUGINS};
  options.no_plugins = none;
  return options;
}

class ServiceTest : public testing::Test {
 protected:
  ServiceTest() : index_(open_index()) { std::filesystem::create_directory(cache()); }

  std::filesystem::path cache() const { return directory_ / "cache"; }

  service::IndexReport index_all(service::IndexRequest request = {}) {
    if (request.cache_dirs.empty()) request.cache_dirs = {cache().string()};
    service::IndexProgress progress;
    auto report = service::index_caches(request, index_, backends_, progress);
    if (!report) throw std::runtime_error(report.error().message);
    return std::move(*report);
  }

  std::vector<index::Row> list(const service::FilterWords& filters, const std::string& sort = {}) {
    std::vector<index::Row> rows;
    service::ListRequest request;
    request.filters = filters;
    request.sort = sort;
    const auto totals = service::list_records(request, index_, backends_, util::now_ns(),
                                              [&](const index::Row& row) { rows.push_back(row); });
    if (!totals) throw std::runtime_error(totals.error().message);
    return rows;
  }

  std::multiset<std::string> keys(const service::FilterWords& filters) {
    std::multiset<std::string> result;
    for (const index::Row& row : list(filters)) result.insert(row.key);
    return result;
  }

  static service::FilterWords all_kinds() {
    service::FilterWords words;
    words.kinds = {"all"};
    return words;
  }

  TempDir directory_;
  TestStorage storage_{directory_.path()};
  service::Backends backends_{built_plugins()};
  index::Index index_;

 private:
  index::Index open_index() {
    auto index = index::Index::open(storage_.location(), index::OpenMode::create);
    if (!index) throw std::runtime_error(index.error().message);
    return std::move(*index);
  }
};

}  // namespace tcm::test
