// SPDX-License-Identifier: Apache-2.0
#include "cli/show/report/treemap.hpp"

#include <algorithm>
#include <numeric>

namespace tcm::cli {
namespace {

/// How far from a square the worst of a row is, whose areas add up to `sum`, along a side of this length.
double worst_ratio(double least, double most, double sum, double side) {
  const double square = sum * sum;
  return std::max(side * side * most / square, square / (side * side * least));
}

}  // namespace

std::vector<Rectangle> squarify(const std::vector<double>& weights, const Rectangle& space) {
  std::vector<Rectangle> placed(weights.size(), {space.x, space.y, 0, 0});
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (total <= 0 || space.width <= 0 || space.height <= 0) return placed;
  const double scale = space.width * space.height / total;
  Rectangle left = space;
  for (std::size_t start = 0; start < weights.size() && weights[start] > 0;) {
    const bool upright = left.width >= left.height;  // the row is a column at the left side
    const double side = upright ? left.height : left.width;
    double sum = weights[start] * scale;
    std::size_t end = start + 1;
    for (; end < weights.size() && weights[end] > 0; ++end) {
      const double most = weights[start] * scale;
      const double next = weights[end] * scale;
      if (worst_ratio(next, most, sum + next, side) > worst_ratio(weights[end - 1] * scale, most, sum, side)) break;
      sum += next;
    }
    const double thickness = side > 0 ? sum / side : 0;
    double along = upright ? left.y : left.x;
    for (std::size_t i = start; i < end; ++i) {
      const double length = thickness > 0 ? weights[i] * scale / thickness : 0;
      placed[i] = upright ? Rectangle{left.x, along, thickness, length} : Rectangle{along, left.y, length, thickness};
      along += length;
    }
    if (upright)
      left.x += thickness, left.width -= thickness;
    else
      left.y += thickness, left.height -= thickness;
    start = end;
  }
  return placed;
}

}  // namespace tcm::cli
