// SPDX-License-Identifier: Apache-2.0
// A mega-cache of torch.compile is read as it was written, and anything else is refused.
#include "core/cache/pack/mega_cache.hpp"

#include <atomic>

#include <boost/crc.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cache/pack/packing.hpp"

namespace tcm::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// What torch/utils/_appending_byte_serializer.py makes of ("inductor", [("fxkey", b"pickle"), ("kä", b"")]) and
// ("autotune", [("best", b"\x80\x04N.")]), in that order.
using std::string_view_literals::operator""sv;
constexpr std::string_view kReal =
    "\xbc\xaa\xb5\x67\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x0c"
    "\x61\x57\x35\x6b\x64\x57\x4e\x30\x62\x33\x49\x3d\x00\x00\x00\x00\x00\x00\x00\x02"
    "\x00\x00\x00\x00\x00\x00\x00\x08\x5a\x6e\x68\x72\x5a\x58\x6b\x3d\x00\x00\x00\x00"
    "\x00\x00\x00\x06\x70\x69\x63\x6b\x6c\x65\x00\x00\x00\x00\x00\x00\x00\x04\x61\x38"
    "\x4f\x6b\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x0c\x59\x58"
    "\x56\x30\x62\x33\x52\x31\x62\x6d\x55\x3d\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00"
    "\x00\x00\x00\x00\x00\x08\x59\x6d\x56\x7a\x64\x41\x3d\x3d\x00\x00\x00\x00\x00\x00"
    "\x00\x04\x80\x04\x4e\x2e"sv;

std::vector<std::string> told(const std::string& bytes, std::string& error) {
  std::vector<std::string> lines;
  const std::atomic<bool> stop{false};
  const auto read = cache::read_mega_cache(source_of(bytes), stop, [&lines](const cache::MegaArtifact& artifact) {
    lines.push_back(artifact.type + " " + artifact.key + " " + std::to_string(artifact.bytes));
  });
  error = read ? "" : read.error().message;
  return lines;
}

std::string error_of_mega(const std::string& bytes) {
  std::string error;
  told(bytes, error);
  return error;
}

std::string number(std::uint64_t value) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8)
    bytes += static_cast<char>(value >> static_cast<unsigned>(shift) & 0xffU);
  return bytes;
}

/// With a checksum that fits.
std::string sealed(const std::string& rest) {
  boost::crc_32_type crc;
  crc.process_bytes(rest.data(), rest.size());
  return number(crc.checksum()).substr(4) + rest;
}

TEST(MegaCache, IsReadAsPyTorchWroteIt) {
  std::string error;
  EXPECT_TRUE(cache::is_mega_cache(kReal));
  EXPECT_THAT(told(std::string(kReal), error), ElementsAre("inductor fxkey 6", "inductor kä 0", "autotune best 4"));
  EXPECT_EQ(error, "");
}

TEST(MegaCache, CutShortAnywhereOrChangedIsRefused) {
  const std::string whole(kReal);
  // Where a section ends, the checksum tells.
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_NE(error_of_mega(whole.substr(0, size)), "") << size;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_NE(error_of_mega(changed), "") << at;
  }
  EXPECT_NE(error_of_mega(whole + "x"), "");
}

TEST(MegaCache, SizesThatNothingHasAreRefusedBeforeRoomIsTaken) {
  EXPECT_THAT(error_of_mega(sealed(number(2))), HasSubstr("version 2"));
  EXPECT_THAT(error_of_mega(sealed(number(1) + number(~0ULL))), HasSubstr("longer than any"));
  EXPECT_THAT(error_of_mega(sealed(number(1) + number(4) + "####")), HasSubstr("base64"));
  EXPECT_THAT(error_of_mega(sealed(number(1) + number(0) + number(~0ULL))), HasSubstr("cut short"));
  EXPECT_THAT(error_of_mega(sealed(number(1) + number(0) + number(1) + number(0) + number(~0ULL))),
              HasSubstr("cut short"));
}

TEST(MegaCache, NoArchiveIsTakenForOne) {
  EXPECT_FALSE(cache::is_mega_cache(TarBuilder().add("x", "y").finish()));
  EXPECT_FALSE(cache::is_mega_cache(""));
  EXPECT_FALSE(cache::is_mega_cache(std::string(512, '\0')));
  EXPECT_FALSE(cache::is_mega_cache("\x1f\x8b\x08 and so on"));
}

}  // namespace
}  // namespace tcm::test
