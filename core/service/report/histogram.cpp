// SPDX-License-Identifier: Apache-2.0
#include "core/service/report/histogram.hpp"

#include <algorithm>

#include "core/util/text/time.hpp"

namespace tcm::service {

Ranges::Ranges(std::vector<Range> ranges, const char* above) : ranges_(std::move(ranges)) {
  for (const Range& range : ranges_) histogram_.bars.push_back({range.label, 0, 0});
  histogram_.bars.push_back({above, 0, 0});
}

void Ranges::count(std::int64_t value, std::uint64_t bytes) {
  const auto range =
      std::find_if(ranges_.begin(), ranges_.end(), [value](const Range& one) { return value <= one.up_to; });
  Histogram::count(histogram_.bars[static_cast<std::size_t>(range - ranges_.begin())], bytes);
}

void Months::count(std::int64_t time_ns, std::uint64_t bytes) {
  constexpr std::size_t kYearAndMonth = 7;
  const std::string month = util::format_rfc3339(time_ns).substr(0, kYearAndMonth);
  auto place = std::lower_bound(months_.begin(), months_.end(), month,
                                [](const Bar& bar, const std::string& label) { return bar.label < label; });
  if (place == months_.end() || place->label != month) {
    if (months_.size() == most_ && place == months_.begin()) return Histogram::count(earlier_, bytes);
    place = months_.insert(place, {month, 0, 0});
  }
  Histogram::count(*place, bytes);
  if (months_.size() <= most_) return;
  earlier_.kernels += months_.front().kernels;
  earlier_.bytes += months_.front().bytes;
  months_.erase(months_.begin());
}

Histogram Months::histogram() const {
  Histogram histogram;
  if (earlier_.kernels > 0) histogram.bars.push_back(earlier_);
  histogram.bars.insert(histogram.bars.end(), months_.begin(), months_.end());
  return histogram;
}

}  // namespace tcm::service
