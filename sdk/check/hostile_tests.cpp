// SPDX-License-Identifier: Apache-2.0
// Bytes that no compiler wrote, each with nothing behind its last one.
#include <algorithm>
#include <chrono>
#include <cstring>

#include <fmt/format.h>
#include <sys/resource.h>

#include "sdk/check/plugin.hpp"

namespace tcm::check {
namespace {

using Bytes = std::vector<std::uint8_t>;
constexpr std::size_t kMebi = std::size_t{1} << 20;
#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t kAllowance = 384 * kMebi;  // freed memory is kept for a while
#else
constexpr std::size_t kAllowance = 64 * kMebi;
#endif

Input input_of(const std::uint8_t* data, std::size_t size, const Sample& like) {
  return {data, size, like.extension, like.kind, false};
}

std::size_t largest(const std::vector<Sample>& inputs) {
  std::size_t size = 1;
  for (const auto& sample : inputs) size = std::max(size, sample.bytes.size());
  return size;
}

Finding empty_and_tiny(const Subject& subject) {
  const OpenPlugin plugin(subject.path);
  GuardedBytes guarded(16);
  for (const auto& sample : inputs_of(subject, plugin.api())) {
    analyse_all(plugin, input_of(nullptr, 0, sample));
    const std::uint8_t bytes[] = {0x7f, 'E', 'L', 'F', 2, 1, 1, 0xff};
    for (std::size_t size = 0; size <= sizeof bytes; ++size)
      analyse_all(plugin, input_of(guarded.set(bytes, size), size, sample));
  }
  return pass();
}

Finding noise(const Subject& subject) {
  const OpenPlugin plugin(subject.path);
  GuardedBytes guarded(8192);
  Random random(subject.seed);
  for (const auto& sample : inputs_of(subject, plugin.api())) {
    for (int round = 0; round < 200; ++round) {
      Bytes bytes(random.below(8192));
      for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random.next());
      // Half of them start as a real file does, so that they come further than its magic.
      if (round % 2 == 0)
        std::copy_n(sample.bytes.begin(), std::min<std::size_t>({64, bytes.size(), sample.bytes.size()}),
                    bytes.begin());
      analyse_all(plugin, input_of(guarded.set(bytes.data(), bytes.size()), bytes.size(), sample));
    }
  }
  return pass();
}

/// Every length at both ends, some hundred between.
bool is_chosen_length(std::size_t length, std::size_t size) {
  return length < 1024 || size - length < 256 || length % std::max<std::size_t>(1, size / 512) == 0;
}

/// A text may end anywhere. A binary tells how long it is, or its plugin has to find out otherwise; of one that is not
/// whole to begin with analyse.samples speaks.
bool tells_its_length(const OpenPlugin& plugin, const Sample& sample) {
  if (sample.kind != TCM_KIND_BINARY) return false;
  const auto whole = analyse(plugin, Function::validate, input_of(sample.bytes.data(), sample.bytes.size(), sample));
  return whole && whole->status == TCM_OK;
}

Finding truncated(const Subject& subject) {
  if (subject.samples.empty()) return skip("no --sample");
  const OpenPlugin plugin(subject.path);
  const auto inputs = inputs_of(subject, plugin.api());
  GuardedBytes guarded(largest(inputs));
  for (const auto& sample : inputs) {
    const bool tells_length = tells_its_length(plugin, sample);
    for (std::size_t length = 0; length < sample.bytes.size(); ++length) {
      if (!is_chosen_length(length, sample.bytes.size())) continue;
      const Input input = input_of(guarded.set(sample.bytes.data(), length), length, sample);
      analyse(plugin, Function::probe, input);
      const auto answer = analyse(plugin, Function::validate, input);
      if (answer && answer->status == TCM_OK && tells_length)
        return fail(fmt::format("validate is content with {} of {} bytes of {} (P-50)", length, sample.bytes.size(),
                                sample.path));
    }
  }
  return pass();
}

Finding bit_flips(const Subject& subject) {
  const OpenPlugin plugin(subject.path);
  const auto inputs = inputs_of(subject, plugin.api());
  GuardedBytes guarded(largest(inputs));
  Random random(subject.seed);
  for (const auto& sample : inputs) {
    if (sample.bytes.empty()) continue;
    for (int round = 0; round < 500; ++round) {
      Bytes bytes = sample.bytes;
      for (int flips = 1 + static_cast<int>(random.below(8)); flips > 0; --flips)
        bytes[random.below(bytes.size())] ^= static_cast<std::uint8_t>(1U << random.below(8));
      analyse_all(plugin, input_of(guarded.set(bytes.data(), bytes.size()), bytes.size(), sample));
    }
  }
  return pass();
}

std::size_t peak_memory() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

/// Every number near both ends of a file, where formats keep their tables, made as large as it gets.
Finding lying_numbers(const Subject& subject) {
  const OpenPlugin plugin(subject.path);
  const auto inputs = inputs_of(subject, plugin.api());
  GuardedBytes guarded(largest(inputs));
  const std::size_t before = peak_memory();
  for (const auto& sample : inputs) {
    const std::size_t size = sample.bytes.size();
    for (std::size_t at = 0; at + 8 <= size; at += 4) {
      if (at >= 512 && size - at > 2048) continue;
      for (const std::uint64_t value : {0xffffffffffffffffULL, 0x7fffffff7fffffffULL, 0x0000000010000000ULL}) {
        for (const std::size_t width : {4, 8}) {
          Bytes bytes = sample.bytes;
          std::memcpy(bytes.data() + at, &value, width);
          analyse_all(plugin, input_of(guarded.set(bytes.data(), size), size, sample));
        }
      }
    }
  }
  const std::size_t grown = peak_memory() - before;
  const std::size_t allowed = kAllowance + 16 * largest(inputs);
  if (grown <= allowed) return pass();
  return fail(fmt::format("took {} MiB of memory for a file that merely claims to be large (P-41)", grown / kMebi));
}

/// One damaged file; the same for the same number.
Bytes damaged(const Bytes& original, std::uint64_t number) {
  Random random(number);
  Bytes bytes = original;
  for (int changes = 1 + static_cast<int>(random.below(16)); changes > 0 && !bytes.empty(); --changes) {
    const std::size_t at = random.below(bytes.size());
    switch (random.below(5)) {
      case 0: bytes[at] = static_cast<std::uint8_t>(random.next()); break;
      case 1: bytes[at] ^= static_cast<std::uint8_t>(1U << random.below(8)); break;
      case 2: bytes.resize(at); break;
      case 3:
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), std::min<std::size_t>(8, bytes.size() - at),
                    std::uint8_t{0xff});
        break;
      default: {
        const std::size_t from = random.below(bytes.size());
        std::memmove(bytes.data() + at, bytes.data() + from,
                     std::min<std::size_t>(16, bytes.size() - std::max(at, from)));
      }
    }
  }
  return bytes;
}

Finding fuzz(const Subject& subject) {
  if (subject.fuzz_time.count() == 0) return skip("no --fuzz");
  const OpenPlugin plugin(subject.path);
  const auto inputs = inputs_of(subject, plugin.api());
  if (inputs.empty()) return skip("it names no file types");
  GuardedBytes guarded(largest(inputs));
  const auto end = std::chrono::steady_clock::now() + subject.fuzz_time;
  std::uint64_t rounds = 0;
  while (std::chrono::steady_clock::now() < end) {
    const std::uint64_t number = subject.seed + rounds++;
    const Sample& sample = inputs[number % inputs.size()];
    const Bytes bytes = damaged(sample.bytes, number);
    const auto start = std::chrono::steady_clock::now();
    note_progress(number);
    analyse_all(plugin, input_of(guarded.set(bytes.data(), bytes.size()), bytes.size(), sample));
    if (std::chrono::steady_clock::now() - start > std::chrono::seconds(2))
      return fail(fmt::format("seed {}: a file of {} bytes took longer than 2 s", number, bytes.size()));
  }
  return {Outcome::pass, fmt::format("{} files, seeds {} to {}", rounds, subject.seed, subject.seed + rounds - 1)};
}

}  // namespace

std::vector<Test> hostile_tests() {
  return {
      {"hostile.tiny", "P-40", "no bytes, and up to eight", 8, false, empty_and_tiny},
      {"hostile.noise", "P-40 P-41", "random bytes", 8, false, noise},
      {"hostile.truncated", "P-40 P-50", "every --sample, cut short", 8, false, truncated},
      {"hostile.bit_flips", "P-40 P-41", "samples with flipped bits", 8, false, bit_flips},
      {"hostile.lying_numbers", "P-40 P-41", "sizes and offsets that lie", 8, false, lying_numbers},
      {"hostile.fuzz", "P-40 P-41", "damaged samples for --fuzz SECONDS", 8, false, fuzz},
  };
}

}  // namespace tcm::check
