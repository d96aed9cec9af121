// SPDX-License-Identifier: Apache-2.0
// An archive of a million entries, made while it is read: memory stays flat, and nothing is written.
#include <cstdio>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/cache/pack/packing.hpp"

namespace tcm::test {
namespace {

class NullReceiver : public cache::Receiver {
 public:
  Result<bool> begin(const cache::PackedFile& file) override {
    ++files;
    bytes += file.bytes;
    return true;
  }
  Result<void> piece(std::string_view) override { return {}; }
  Result<void> end() override { return {}; }

  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

/// Keys in ascending order.
std::string key_of(std::uint64_t number) {
  constexpr std::string_view digits = "234567ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::string key(52, digits.front());
  for (std::size_t at = key.size(); number > 0; number /= digits.size()) key[--at] = digits[number % digits.size()];
  return key;
}

constexpr const char* kText = "{\"hash\":1}";

/// Makes the tar of so many entries of one file each, with a manifest before them or without.
class EndlessTar {
 public:
  EndlessTar(std::uint64_t entries, bool manifest) : entries_(entries) {
    if (manifest) {
      cache::ManifestHeader header;
      header.path = "/cache";
      const std::string end(cache::kManifestEnd);
      std::uint64_t bytes = cache::manifest_begin(header).size() + end.size();
      for (std::uint64_t i = 0; i < 2; ++i) bytes += line(i).size() * (i == 0 ? 1 : entries - 1);
      const std::string head =
          TarBuilder().add(cache::kManifestName, {}, '0', {}, static_cast<long long>(bytes)).without_end();
      pending_ = head + cache::manifest_begin(header);
      lines_ = entries;
      padding_ = (512 - bytes % 512) % 512;
    }
    // All headers differ in the key alone.
    block_ = TarBuilder().add(key_of(0) + "/x.json", kText).without_end();
    for (std::size_t i = 0; i < 512; ++i) sum_ += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(block_[i]);
    for (const char c : key_of(0)) sum_ -= static_cast<unsigned char>(c);
  }

  cache::ArchiveReader::Source source() {
    return [this](std::span<char> buffer) -> Result<std::size_t> {
      while (pending_.size() < buffer.size() && more()) {
      }
      const std::size_t some = std::min(buffer.size(), pending_.size());
      std::copy_n(pending_.begin(), some, buffer.begin());
      pending_.erase(0, some);
      return some;
    };
  }

 private:
  static std::string line(std::uint64_t number) {
    static const util::Sha256 digest = util::sha256_of(kText);
    cache::ManifestEntry entry;
    entry.key = key_of(number);
    entry.files.push_back({"x.json", std::string_view(kText).size(), digest});
    return cache::manifest_line(entry, number == 0);
  }

  bool more() {
    if (next_line_ < lines_) {
      pending_ += line(next_line_++);
      if (next_line_ == lines_) (pending_ += cache::kManifestEnd).append(padding_, '\0');
      return true;
    }
    if (next_ == entries_) {
      if (!std::exchange(ended_, true)) pending_.append(1024, '\0');
      return false;
    }
    const std::string key = key_of(next_++);
    unsigned sum = sum_;
    for (const char c : key) sum += static_cast<unsigned char>(c);
    block_.replace(0, key.size(), key);
    std::array<char, 16> octal{};
    std::snprintf(octal.data(), octal.size(), "%06o", sum);
    block_.replace(148, 6, octal.data(), 6);
    pending_ += block_;
    return true;
  }

  std::uint64_t entries_;
  std::uint64_t lines_ = 0;
  std::uint64_t next_line_ = 0;
  std::uint64_t next_ = 0;
  std::size_t padding_ = 0;
  bool ended_ = false;
  unsigned sum_ = 0;
  std::string block_;
  std::string pending_;
};

// Sanitizers keep what was freed, and books of their own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kMeasured = false;
#else
constexpr bool kMeasured = true;
#endif

/// MiB of memory that this process has, now or at most since forget_peak().
long memory_in_mib(const std::string& what) {
  std::ifstream status("/proc/self/status");
  for (std::string text; std::getline(status, text);)
    if (text.starts_with(what)) return std::stol(text.substr(what.size())) / 1024;
  return -1;
}

void forget_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

void expect_flat(std::uint64_t entries, bool manifest, long most_mib) {
  EndlessTar tar(entries, manifest);
  NullReceiver to;
  forget_peak();
  const long before = memory_in_mib("VmRSS:");
  const auto read = cache::read_pack(tar.source(), to);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(to.files, entries);
  EXPECT_EQ(to.bytes, entries * std::string_view(kText).size());
  EXPECT_EQ(read->entries, manifest ? entries : 0);
  if (kMeasured) {
    EXPECT_LT(memory_in_mib("VmHWM:") - before, most_mib);
  }
}

TEST(LargePack, AMillionEntriesAreReadInFlatMemory) { expect_flat(1'000'000, false, 8); }

TEST(LargePack, ALongManifestTakesSomeBytesAnEntry) { expect_flat(100'000, true, 16); }

}  // namespace
}  // namespace tcm::test
