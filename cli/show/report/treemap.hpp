// SPDX-License-Identifier: Apache-2.0
// Rectangles whose areas are shares of a whole: the squarified treemap of Bruls, Huizing and van Wijk ("Squarified
// Treemaps", 2000). Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tcm::cli {

struct Rectangle {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
};

/// One for each of `weights`, which fall, in their order; together they fill `space`. Weights of zero get no area.
std::vector<Rectangle> squarify(const std::vector<double>& weights, const Rectangle& space);

}  // namespace tcm::cli
