// SPDX-License-Identifier: Apache-2.0
// What a plugin may answer, and what the host makes of it.
#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/backend/registry.hpp"
#include "tests/backend/plugin_dir.hpp"

namespace tcm::backend {
namespace {

using test::PluginDir;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::SizeIs;

ArtifactView command(std::string_view text) {
  ArtifactView view;
  view.bytes = {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
  view.extension = ".tst";
  view.target = "alpha";
  return view;
}

class Probe : public testing::Test {
 protected:
  Probe() {
    dir_.add("good");
    registry_ = dir_.load();
  }
  Report probe(std::string_view text) { return registry_.probe(command(text)); }

  PluginDir dir_;
  Registry registry_;
};

std::map<std::string, AttributeValue> by_key(const Report& report) {
  std::map<std::string, AttributeValue> values;
  for (const auto& attribute : report.attributes) values.emplace(attribute.key, attribute.value);
  return values;
}

TEST_F(Probe, CollectsAttributes) {
  const Report report = probe("attributes");
  EXPECT_EQ(report.status, Status::ok);
  ASSERT_THAT(report.attributes, SizeIs(5));
  EXPECT_EQ(report.attributes[0].key, "kernel_name");
  EXPECT_EQ(std::get<std::string>(report.attributes[0].value), "test_kernel");
  EXPECT_EQ(std::get<std::uint64_t>(report.attributes[1].value), 64u);
  EXPECT_EQ(report.attributes[1].unit, "");
  EXPECT_EQ(report.attributes[2].unit, "bytes");
  EXPECT_EQ(std::get<std::int64_t>(report.attributes[3].value), -5);
  EXPECT_EQ(std::get<double>(report.attributes[4].value), 0.5);
  EXPECT_EQ(report.dropped_attributes, 0u);
}

TEST_F(Probe, PassesTheArtifactOn) {
  ArtifactView view = command("artifact");
  view.arch = "7";
  view.metadata_json = "{}";
  view.display_path = "/a/\x1b\xff.tst";
  auto values = by_key(registry_.probe(view));
  EXPECT_EQ(std::get<std::uint64_t>(values.at("x.test.kind")), 3u);
  EXPECT_EQ(std::get<std::uint64_t>(values.at("x.test.size")), 8u);
  EXPECT_EQ(std::get<std::string>(values.at("x.test.extension")), ".tst");
  EXPECT_EQ(std::get<std::string>(values.at("x.test.target")), "alpha");
  EXPECT_EQ(std::get<std::string>(values.at("x.test.arch")), "7");
  EXPECT_EQ(std::get<std::string>(values.at("x.test.metadata")), "{}");
  EXPECT_EQ(std::get<std::string>(values.at("x.test.path")), "/a/\\x1b\\xff.tst") << "UTF-8 without controls";
}

TEST_F(Probe, StopsAPluginAtTheLimit) {
  const Report report = probe("flood");
  EXPECT_EQ(report.status, Status::limit);
  EXPECT_THAT(report.attributes, SizeIs(1024));
  EXPECT_EQ(report.dropped_attributes, 1u) << "it stopped when it was told to";
}

TEST_F(Probe, APluginThatGoesOnBehindTheLimitIsSaidToHaveHitIt) {
  const Report report = probe("regardless");
  EXPECT_EQ(report.status, Status::limit);
  EXPECT_THAT(report.attributes, SizeIs(1024));
  EXPECT_EQ(report.dropped_attributes, 3000u - 1024u);
}

TEST_F(Probe, DropsAttributesThatBreakARule) {
  const Report report = probe("invalid");
  EXPECT_EQ(report.status, Status::ok);
  ASSERT_THAT(report.attributes, SizeIs(1));
  EXPECT_EQ(report.attributes[0].key, "x.test.good");
  EXPECT_EQ(report.dropped_attributes, 10u);
}

TEST_F(Probe, TellsWhichAttributeWasDroppedFirst) {
  EXPECT_EQ(probe("invalid").first_dropped, "an attribute whose key is not [a-z][a-z0-9_.]{0,63}");
  EXPECT_EQ(probe("attributes").first_dropped, "");
}

TEST_F(Probe, AStandardKeyHasItsOwnTypeAndUnit) {
  for (const auto& [how, why] : {std::pair{"wrong_type", "'registers': its value is not an unsigned number"},
                                 std::pair{"signed", "'registers': its value is not an unsigned number"},
                                 std::pair{"wrong_unit", "'lds_bytes': its unit is 'KiB', not 'bytes'"}}) {
    const Report report = probe(how);
    EXPECT_EQ(report.status, Status::ok) << how;
    ASSERT_THAT(report.attributes, SizeIs(1)) << how;
    EXPECT_EQ(report.attributes[0].key, "kernel_name");
    EXPECT_EQ(report.dropped_attributes, 1u);
    EXPECT_EQ(report.first_dropped, why);
  }
}

TEST_F(Probe, TheUnitOfAStandardKeyMayBeLeftOut) {
  const Report report = probe("no_unit");
  ASSERT_THAT(report.attributes, SizeIs(2));
  EXPECT_EQ(report.attributes[1].key, "lds_bytes");
  EXPECT_EQ(report.attributes[1].unit, "bytes");
}

TEST_F(Probe, ReadsAttributesByTheirSize) {
  const Report report = probe("raw_invalid");
  EXPECT_EQ(report.status, Status::ok) << "the plugin saw the statuses that it expects";
  EXPECT_THAT(report.attributes, SizeIs(1));
  EXPECT_EQ(report.dropped_attributes, 3u);
}

TEST_F(Probe, KeepsDiagnosticsShortAndPrintable) {
  const Report report = probe("diags");
  EXPECT_EQ(report.status, Status::malformed);
  ASSERT_THAT(report.diagnostics, SizeIs(32));
  EXPECT_EQ(report.dropped_diagnostics, 69u);
  EXPECT_EQ(report.diagnostics[0].severity, Severity::warning);
  EXPECT_THAT(report.diagnostics[0].text, HasSubstr("line 0\\x1b"));
  for (const auto& diagnostic : report.diagnostics) EXPECT_EQ(diagnostic.text.find('\n'), std::string::npos);
}

TEST_F(Probe, AnExceptionIsAnInternalErrorWithItsText) {
  const Report report = probe("throw");
  EXPECT_EQ(report.status, Status::internal);
  ASSERT_THAT(report.diagnostics, SizeIs(1));
  EXPECT_THAT(report.diagnostics[0].text, HasSubstr("from the\\x1b plugin"));
  EXPECT_EQ(probe("throw_int").status, Status::internal);
  EXPECT_EQ(probe("attributes").status, Status::ok) << "it can be asked again";
}

TEST_F(Probe, UnknownStatusesAreInternalErrors) {
  EXPECT_EQ(probe("unknown_status").status, Status::internal);
  EXPECT_EQ(probe("negative_status").status, Status::internal);
  EXPECT_EQ(probe("truncated").status, Status::truncated);
  EXPECT_EQ(probe("").status, Status::not_applicable);
  EXPECT_EQ(to_string(Status::internal), "internal");
}

TEST_F(Probe, ATargetOfNobodyIsNotApplicable) {
  ArtifactView view = command("attributes");
  view.target = "beta";
  EXPECT_EQ(registry_.probe(view).status, Status::not_applicable);
  EXPECT_EQ(registry_.validate(view).status, Status::not_applicable);
}

TEST_F(Probe, AFileOverTheLimitIsNotShown) {
  // The pages are never touched: only the size is looked at.
  static const std::uint8_t byte = 0;
  ArtifactView view = command("attributes");
  view.bytes = std::span<const std::uint8_t>(&byte, (std::size_t{256} << 20) + 1);
  const Report report = registry_.probe(view);
  EXPECT_EQ(report.status, Status::limit);
  EXPECT_THAT(report.attributes, IsEmpty());
}

TEST_F(Probe, ValidateTakesNoAttributes) {
  const Report report = registry_.validate(command("attributes"));
  EXPECT_THAT(report.attributes, IsEmpty());
  EXPECT_EQ(report.dropped_attributes, 5u);
  EXPECT_EQ(registry_.validate(command("truncated")).status, Status::truncated);
  EXPECT_THAT(registry_.validate(command("truncated")).diagnostics, SizeIs(1));
}

TEST_F(Probe, TheLogIsTheHosts) {
  std::vector<std::string> lines;
  set_plugin_log([&](Severity, std::string_view text) { lines.emplace_back(text); });
  probe("log");
  set_plugin_log(nullptr);
  probe("log");
  EXPECT_THAT(lines, testing::ElementsAre("hello\\x1b host"));
}

TEST_F(Probe, RegistriesShareWhatIsOpen) {
  {
    const Registry other = dir_.load();
    const auto counts = by_key(other.probe(command("counts")));
    EXPECT_EQ(std::get<std::int64_t>(counts.at("x.test.opens")), 1);
  }
  const auto counts = by_key(probe("counts"));
  EXPECT_EQ(std::get<std::int64_t>(counts.at("x.test.closes")), 0) << "this registry still needs it";
}

TEST_F(Probe, OpensAgainAfterClosing) {
  registry_ = Registry();
  registry_ = dir_.load();
  const auto counts = by_key(probe("counts"));
  EXPECT_EQ(std::get<std::int64_t>(counts.at("x.test.opens")), 2);
  EXPECT_EQ(std::get<std::int64_t>(counts.at("x.test.closes")), 1);
}

std::int64_t calls_at_once(const std::string& module) {
  PluginDir dir;
  dir.add(module);
  const Registry registry = dir.load();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 3; ++j) registry.probe(command("together"));
    });
  }
  for (auto& thread : threads) thread.join();
  return std::get<std::int64_t>(by_key(registry.probe(command("counts"))).at("x.test.at_once"));
}

TEST(ProbeThreads, ManyCallsRunAtOnce) {
  // A busy machine may let the threads run one after the other: then once more.
  std::int64_t most = 0;
  for (int tries = 0; tries < 50 && most < 2; ++tries) most = calls_at_once("good");
  EXPECT_GT(most, 1);
}

TEST(ProbeThreads, ASerialPluginIsCalledOneAtATime) { EXPECT_EQ(calls_at_once("serial_only"), 1); }

}  // namespace
}  // namespace tcm::backend
