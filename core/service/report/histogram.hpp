// SPDX-License-Identifier: Apache-2.0
// How many kernels lie in which range of a figure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tcm::service {

struct Bar {
  std::string label;
  std::int64_t kernels = 0;
  std::uint64_t bytes = 0;
};

struct Histogram {
  std::vector<Bar> bars;
  Bar unknown{"unknown", 0, 0};  ///< kernels of which nobody knows the figure

  /// Counts a kernel in a bar.
  static void count(Bar& bar, std::uint64_t bytes) {
    ++bar.kernels;
    bar.bytes += bytes;
  }
};

/// Ranges by their upper bounds, each one's own included; what lies above the last goes into one more bar.
class Ranges {
 public:
  struct Range {
    std::int64_t up_to;
    const char* label;
  };
  /// `ranges` rise.
  Ranges(std::vector<Range> ranges, const char* above);

  void count(std::int64_t value, std::uint64_t bytes);
  void count_unknown(std::uint64_t bytes) { Histogram::count(histogram_.unknown, bytes); }
  const Histogram& histogram() const { return histogram_; }

 private:
  std::vector<Range> ranges_;
  Histogram histogram_;
};

/// Months of UTC, as "2026-11": the newest, and what lies before them in one bar.
class Months {
 public:
  explicit Months(std::size_t most) : most_(most) {}

  void count(std::int64_t time_ns, std::uint64_t bytes);
  Histogram histogram() const;

 private:
  std::size_t most_;
  std::vector<Bar> months_;  // in order
  Bar earlier_{"earlier", 0, 0};
};

}  // namespace tcm::service
