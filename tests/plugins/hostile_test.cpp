// SPDX-License-Identifier: Apache-2.0
//
// Bytes that mean harm: nothing outside the buffer is read, nothing inside is written, nothing is allocated because a
// header claims it, and every call returns.
#include <atomic>
#include <cstring>
#include <random>
#include <thread>

#include <gmock/gmock.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/plugins/elf_edit.hpp"
#include "tests/plugins/samples.hpp"

namespace tcm::plugin_test {
namespace {

// A copy of some bytes in read-only memory, between two pages that may not be touched; the copy lies against one.
class GuardedBytes {
 public:
  enum Side { kAgainstStart, kAgainstEnd };

  GuardedBytes(std::string_view bytes, Side side) : size_(bytes.size()) {
    const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    const size_t inner = (size_ / page + 1) * page;
    length_ = inner + 2 * page;
    map_ = static_cast<char*>(mmap(nullptr, length_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (map_ == MAP_FAILED) throw std::runtime_error("mmap failed");
    char* const start = map_ + page;
    if (mprotect(start, inner, PROT_READ | PROT_WRITE) != 0) throw std::runtime_error("mprotect failed");
    data_ = side == kAgainstStart ? start : start + inner - size_;
    std::memcpy(data_, bytes.data(), size_);
    if (mprotect(start, inner, PROT_READ) != 0) throw std::runtime_error("mprotect failed");
  }
  ~GuardedBytes() { munmap(map_, length_); }
  GuardedBytes(const GuardedBytes&) = delete;
  GuardedBytes& operator=(const GuardedBytes&) = delete;

  std::string_view view() const { return {data_, size_}; }

 private:
  size_t size_;
  size_t length_ = 0;
  char* map_ = nullptr;
  char* data_ = nullptr;
};

void ask_both(const Vendor& vendor, std::string_view bytes) {
  for (const auto side : {GuardedBytes::kAgainstStart, GuardedBytes::kAgainstEnd}) {
    const GuardedBytes guarded(bytes, side);
    const Question question{guarded.view(), vendor.extension, vendor.target};
    const Answer probed = vendor.plugin().probe(question);
    EXPECT_LE(probed.status, TCM_INTERNAL - 1);
    EXPECT_LE(vendor.plugin().validate(question).status, TCM_INTERNAL - 1);
  }
}

struct Sample {
  const Vendor& vendor;
  std::string bytes;
};

std::vector<Sample> small_samples() {
  std::vector<Sample> samples;
  for (const char* file : {"row_sum.75.cubin", "row_sum.90.cubin", "two_kernels.121.cubin"}) {
    samples.push_back({cuda(), read_sample("architectures", file)});
  }
  for (const char* file : {"row_sum.gfx942.hsaco", "row_sum.gfx1100.hsaco"}) {
    samples.push_back({rocm(), read_sample("architectures", file)});
  }
  return samples;
}

// The largest part of the process that was ever in memory.
size_t peak_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<size_t>(usage.ru_maxrss) << 10;
}

TEST(Hostile, GoodFilesAtTheEdgeOfMemory) {
  for (const Sample& sample : small_samples()) ask_both(sample.vendor, sample.bytes);
}

TEST(Hostile, CutFilesAtTheEdgeOfMemory) {
  for (const Sample& sample : small_samples()) {
    for (size_t size = 0; size < sample.bytes.size(); size += 37) {
      ask_both(sample.vendor, std::string_view(sample.bytes).substr(0, size));
    }
  }
}

// The seed is fixed: a failure here fails again.
TEST(Hostile, ChangedBytes) {
  std::mt19937 random(20240229);
  for (const Sample& sample : small_samples()) {
    for (int round = 0; round < 400; ++round) {
      std::string bytes = sample.bytes;
      for (int change = 0; change < 1 + round % 8; ++change) {
        bytes[random() % bytes.size()] = static_cast<char>(random());
      }
      ask_both(sample.vendor, bytes);
    }
  }
}

// The numbers that lead somewhere: every field of the header and of the section headers, with values that overflow.
TEST(Hostile, ChangedHeaders) {
  std::mt19937 random(1848);
  constexpr uint32_t kValues[] = {0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff8, 64, 0xffff};
  for (const Sample& sample : small_samples()) {
    const size_t table = header_of(sample.bytes).e_shoff;
    for (size_t at = EI_NIDENT; at + 8 <= sample.bytes.size(); at = at < 64 ? at + 4 : at + 4 + random() % 64) {
      if (at >= sizeof(Elf64_Ehdr) && at < table) at = table;
      std::string bytes = sample.bytes;
      put(bytes, at, kValues[random() % std::size(kValues)]);
      ask_both(sample.vendor, bytes);
    }
  }
}

TEST(Hostile, RandomBytesAfterAGoodHeader) {
  std::mt19937 random(7);
  for (const Sample& sample : small_samples()) {
    for (int round = 0; round < 50; ++round) {
      std::string bytes = sample.bytes.substr(0, sizeof(Elf64_Ehdr));
      while (bytes.size() < 4096) bytes += static_cast<char>(random());
      edit_header(bytes, [&](Elf64_Ehdr& h) {
        h.e_shoff = 64 + random() % 1024;
        h.e_shnum = static_cast<Elf64_Half>(1 + random() % 16);
        h.e_shstrndx = static_cast<Elf64_Half>(random() % h.e_shnum);
        h.e_phnum = 0;
      });
      ask_both(sample.vendor, bytes);
    }
  }
}

// With extended numbering libelf would allocate for as many sections as a 64-bit field says.
TEST(Hostile, ClaimedNumbersOfSectionsAllocateNothing) {
  const size_t before = peak_bytes();
  for (const Sample& sample : small_samples()) {
    std::string bytes = sample.bytes;
    edit_section(bytes, 0, [](Elf64_Shdr& s) { s.sh_size = uint64_t{1} << 30; });
    edit_header(bytes, [](Elf64_Ehdr& h) { h.e_shnum = 0; });
    const Question question{bytes, sample.vendor.extension, sample.vendor.target};
    EXPECT_EQ(sample.vendor.plugin().probe(question).status, TCM_MALFORMED);
    EXPECT_EQ(sample.vendor.plugin().validate(question).status, TCM_MALFORMED);
    bytes = sample.bytes;
    edit_header(bytes, [](Elf64_Ehdr& h) { h.e_shnum = 0xfeff; });
    EXPECT_EQ(sample.vendor.plugin().validate({bytes, sample.vendor.extension, ""}).status, TCM_TRUNCATED);
  }
  EXPECT_LT(peak_bytes() - before, size_t{64} << 20);
}

// A compressed section says how large it would become; nothing here asks for it.
TEST(Hostile, CompressedSectionsAreNotInflated) {
  const size_t before = peak_bytes();
  for (const Sample& sample : small_samples()) {
    for (size_t index = 1; index < header_of(sample.bytes).e_shnum; ++index) {
      std::string bytes = sample.bytes;
      edit_section(bytes, index, [](Elf64_Shdr& s) { s.sh_flags |= SHF_COMPRESSED; });
      const Elf64_Shdr header = section(bytes, index);
      if (header.sh_type == SHT_NOBITS || header.sh_size < sizeof(Elf64_Chdr)) continue;
      put(bytes, header.sh_offset, Elf64_Chdr{ELFCOMPRESS_ZLIB, 0, uint64_t{1} << 40, 1});
      ask_both(sample.vendor, bytes);
    }
  }
  EXPECT_LT(peak_bytes() - before, size_t{64} << 20);
}

TEST(Hostile, TwoAnswersToOneQuestionAreEqual) {
  for (const Sample& sample : small_samples()) {
    const Question question{sample.bytes, sample.vendor.extension, sample.vendor.target};
    const Answer first = sample.vendor.plugin().probe(question);
    const Answer second = sample.vendor.plugin().probe(question);
    ASSERT_EQ(first.groups.size(), second.groups.size());
    for (size_t i = 0; i < first.groups.size(); ++i) EXPECT_EQ(first.groups[i].values, second.groups[i].values);
  }
}

// probe and validate are [thread-safe]: the first calls of all, at once.
TEST(Threads, ManyCallsAtOnce) {
  const std::vector<Sample> samples = small_samples();
  std::vector<std::thread> threads;
  std::atomic<int> bad{0};
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        for (const Sample& sample : samples) {
          const Question question{sample.bytes, sample.vendor.extension, sample.vendor.target};
          if (sample.vendor.plugin().probe(question).status != TCM_OK) ++bad;
          if (sample.vendor.plugin().validate(question).status != TCM_OK) ++bad;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(bad, 0);
}

}  // namespace
}  // namespace tcm::plugin_test
