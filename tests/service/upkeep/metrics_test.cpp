// SPDX-License-Identifier: Apache-2.0
// What upkeep hands to others: figures for Prometheus, units for systemd, a word for a service manager.
#include "core/service/upkeep/metrics.hpp"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "core/service/upkeep/notify.hpp"
#include "core/service/upkeep/units.hpp"
#include "core/util/system/fd.hpp"
#include "core/util/text/time.hpp"
#include "tests/support/temp_dir.hpp"

namespace tcm::service {
namespace {

using testing::HasSubstr;
using testing::Not;

Figures sample() {
  Figures figures;
  index::RootRow row;
  row.location.path = "/a \"b\"\\c\n";
  row.entries = 3;
  row.files = 24;
  row.bytes = 1000;
  figures.roots.push_back(row);
  row.location.path = "/absent";
  row.absent_ns = 1;
  figures.roots.push_back(row);
  GcFigures gc;
  gc.ended_ns = 1'795'511'015 * util::kSecond;
  gc.duration_ns = util::kSecond / 4;
  gc.last_success_ns = util::kSecond;
  gc.roots.push_back({"/cache", 2, 512});
  gc.budgets.push_back({"prune.max_size 2.0 GiB", 300, 200, 200, 150, Measure::bytes});
  gc.budgets.push_back({"prune.min_free where /a lies", 300, 0, 0, 0, Measure::missing});
  gc.budgets.push_back({"prune.min_free where /b lies", 300, 0, 0, 9, Measure::missing});
  figures.gc = std::move(gc);
  figures.watch = WatchFigures{7, 1, 5};
  return figures;
}

TEST(Metrics, AreInTheTextFormatOfPrometheus) {
  const std::string text = metrics_text(sample());
  EXPECT_THAT(text, HasSubstr("# HELP tcm_cache_bytes Bytes in the files of a root's entries.\n"
                              "# TYPE tcm_cache_bytes gauge\n"
                              "tcm_cache_bytes{root=\"/a \\\"b\\\"\\\\c\\\\x0a\"} 1000\n"));
  EXPECT_THAT(text, Not(HasSubstr("/absent")));
  for (const char* line :
       {"tcm_gc_freed_bytes{root=\"/cache\"} 512\n", "tcm_gc_removed_entries{root=\"/cache\"} 2\n",
        "tcm_gc_duration_seconds 0.250\n", "tcm_gc_last_run_timestamp_seconds 1795511015.000\n",
        "tcm_gc_last_success_timestamp_seconds 1.000\n", "tcm_gc_success 0\n", "tcm_gc_limit{limit=\"max_size\"} 200\n",
        "tcm_gc_limit_used{limit=\"max_size\"} 150\n", "tcm_gc_limit_met{limit=\"max_size\"} 1\n",
        "tcm_gc_limit_met{limit=\"min_free\"} 0\n", "# TYPE tcm_watch_looks_total counter\ntcm_watch_looks_total 7\n",
        "tcm_watch_overflows_total 1\n", "tcm_watch_directories 5\n"})
    EXPECT_THAT(text, HasSubstr(line));
  EXPECT_THAT(text, Not(HasSubstr("tcm_gc_limit_used{limit=\"min_free\"}")));
}

TEST(Metrics, AFileIsReplacedAndEverybodyMayReadIt) {
  const test::TempDir directory;
  const std::string file = directory / "tcm.prom";
  test::write_file(file, "old");
  ASSERT_TRUE(write_metrics(file, sample()));
  EXPECT_EQ(test::read_file(file), metrics_text(sample()));
  std::filesystem::remove(file);
  ASSERT_TRUE(write_metrics(file, {}));
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0644U);
  int files = 0;
  for ([[maybe_unused]] const auto& item : std::filesystem::directory_iterator(directory.path())) ++files;
  EXPECT_EQ(files, 1) << "no draft is left";
}

TEST(Units, AreFilledAndQuoted) {
  const auto units = systemd_units(UnitScope::system, "/opt/my tools/50%/tcm", {"/srv/a b", "/c"});
  ASSERT_EQ(units.size(), 3U);
  EXPECT_EQ(units.at(0).name, "tcm-gc.service");
  EXPECT_THAT(units.at(0).text, HasSubstr("ExecStart=\"/opt/my tools/50%%/tcm\" gc --no-progress\n"));
  EXPECT_THAT(units.at(0).text, HasSubstr("ReadWritePaths=\"-/srv/a b\" \"-/c\"\n"));
  EXPECT_THAT(units.at(1).text, HasSubstr("Persistent=true"));
  EXPECT_THAT(units.at(2).text, HasSubstr("Type=notify"));
  for (const Unit& unit : units) EXPECT_THAT(unit.text, Not(HasSubstr("@TCM")));
  EXPECT_EQ(unit_place(UnitScope::user, "tcm-gc.timer"), "~/.config/systemd/user/tcm-gc.timer");
}

TEST(Metrics, AManagerIsToldByOneDatagram) {
  const test::TempDir directory;
  const std::string path = directory / "notify";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), address.sun_path);
  const util::Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  notify_manager(path, "READY=1");
  notify_manager("", "READY=1");
  notify_manager("relative", "READY=1");
  char text[64];
  ASSERT_EQ(::recv(socket.get(), text, sizeof text, 0), 7);
  EXPECT_EQ(std::string_view(text, 7), "READY=1");
  EXPECT_LT(::recv(socket.get(), text, sizeof text, 0), 0) << "once";
}

}  // namespace
}  // namespace tcm::service
