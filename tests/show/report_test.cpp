// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/show/bars.hpp"
#include "cli/show/compare/escaped_text.hpp"
#include "cli/show/report/html.hpp"
#include "cli/show/report/page.hpp"
#include "cli/show/report/treemap.hpp"

namespace tcm::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(Html, TextIsNeverMarkupNorTurnsTheLine) {
  EXPECT_EQ(cli::html_text("<a href='x'>&\""), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;");
  EXPECT_THAT(cli::html_text("a\xe2\x80\xae"
                             "b\x01\xff"),
              AllOf(Not(HasSubstr("\xe2\x80\xae")), Not(HasSubstr("\x01"))));
}

TEST(Html, AHashIsWhatBrowsersCompute) {
  EXPECT_EQ(cli::csp_hash(""), "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='");
}

TEST(Treemap, AreasAreSharesAndFillTheSpace) {
  const std::vector<double> weights{6, 6, 4, 3, 2, 2, 1, 0};
  const auto places = cli::squarify(weights, {10, 20, 60, 40});
  ASSERT_EQ(places.size(), weights.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    EXPECT_NEAR(places[i].width * places[i].height, weights[i] * 100, 1e-6) << i;
    EXPECT_GE(places[i].x, 10);
    EXPECT_LE(places[i].x + places[i].width, 70 + 1e-6);
    EXPECT_LE(places[i].y + places[i].height, 60 + 1e-6);
  }
  EXPECT_NEAR(places.front().width / places.front().height, 1, 0.6) << "as square as the paper's example";
  EXPECT_TRUE(cli::squarify({}, {0, 0, 1, 1}).empty());
}

TEST(ReportPage, HostileNamesStayText) {
  service::Report report;
  const std::string name = "</script><img src=//evil.example onerror=alert(1)>\"'";
  report.stats.total.records = 1;
  index::Group group;
  group.values = {name, name, name};
  group.sums.bytes.ir = 200;
  report.tree.targets = {group};
  group.values = {name, name, name, name};
  group.sums.bytes.ir = 100;
  report.tree.names = {group};
  group.values = {name};
  report.names = {{"name"}, {group}, 1};
  index::Row row;
  row.name = row.key = row.root = name;
  report.stats.top = {row};
  std::string page;
  cli::Sink sink(page);
  cli::write_report_page(sink, report, index::record_columns(), {0, name, "1"});
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, HasSubstr("&lt;img"));
  EXPECT_THAT(page, HasSubstr("default-src 'none'; style-src 'sha256-"));
  EXPECT_THAT(page, Not(HasSubstr("http://")));
  EXPECT_THAT(page, Not(HasSubstr("https://")));
}

TEST(Bars, AreExactToAnEighthAndShowWhatIsSmall) {
  EXPECT_EQ(cli::bar_text(1, 2, 4), "██");
  EXPECT_EQ(cli::bar_text(1, 1'000'000, 4), "▏");
  EXPECT_EQ(cli::bar_text(0, 5, 4), "");
  EXPECT_EQ(cli::bar_text(5, 16, 4), "█▎");
  EXPECT_EQ(cli::percent_text(1, 1000), "<1%");
  EXPECT_EQ(cli::percent_text(37, 100), "37%");
  EXPECT_EQ(cli::percent_text(0, 100), "0%");
}

TEST(EscapedText, KeepsLinesAndTabsAndNothingElseThatATerminalActsOn) {
  std::string shown;
  cli::Sink sink(shown);
  cli::EscapedText text(sink);
  for (const char* piece : {"a\tb\x1b[2J", "c\nsecond \xe2\x82", "\xac\nlast"}) text.add(piece);
  text.finish();
  EXPECT_EQ(shown, "a\tb\\x1b[2Jc\nsecond \xe2\x82\xac\nlast\n");
}

TEST(EscapedText, ALongLineIsCutBetweenCharacters) {
  std::string all;
  for (int i = 0; i < 50'000; ++i) all += "\xe2\x82\xac";
  std::string shown;
  cli::Sink sink(shown);
  cli::EscapedText text(sink);
  for (std::size_t at = 0; at < all.size(); at += 1000) text.add(std::string_view(all).substr(at, 1000));
  text.finish();
  EXPECT_EQ(shown, all + "\n");
}

}  // namespace
}  // namespace tcm::test
