// SPDX-License-Identifier: Apache-2.0
#include "cli/show/report/map.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/output/numbers.hpp"
#include "cli/show/report/html.hpp"
#include "cli/show/report/treemap.hpp"
#include "core/util/text/bytes.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/wrap.hpp"

namespace tcm::cli {
namespace {

constexpr double kLabelHeight = 15;
constexpr double kLetterWidth = 6.2;  // of the page's 11 px letters, about
constexpr std::size_t kColors = 8;    // classes c0 to c7 of the page's style

struct Node {
  std::string label;
  std::uint64_t bytes = 0;
  std::int64_t kernels = 0;
  std::vector<Node> parts{};
  bool is_rest = false;

  Node& part(const std::string& name) {
    for (Node& known : parts)
      if (known.label == name) return known;
    return parts.emplace_back(Node{name});
  }
  void add(const index::Sums& sums) {
    bytes += sums.bytes.total();
    kernels += sums.kernels;
  }
  void sort() {
    std::stable_sort(parts.begin(), parts.end(), [](const Node& a, const Node& b) { return a.bytes > b.bytes; });
    for (Node& part : parts) part.sort();
  }
};

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

/// What of a target has no area of its own.
void add_rest(Node& target) {
  Node rest{"smaller ones", target.bytes, target.kernels};
  for (const Node& name : target.parts) {
    rest.bytes -= std::min(rest.bytes, name.bytes);
    rest.kernels -= std::min(rest.kernels, name.kernels);
  }
  rest.is_rest = true;
  if (rest.bytes > 0) target.parts.push_back(std::move(rest));
}

Node tree_of(const service::SizeTree& tree) {
  Node all{"all"};
  const auto target_of = [&](Node& root, const index::Group& group) -> Node& {
    return root.part(or_dash(group.values[1]) + " " + or_dash(group.values[2]));
  };
  for (const index::Group& group : tree.targets) {
    Node& root = all.part(group.values[0]);
    root.add(group.sums);
    target_of(root, group).add(group.sums);
  }
  for (const index::Group& group : tree.names)
    target_of(all.part(group.values[0]), group).part(or_dash(group.values[3])).add(group.sums);
  for (Node& root : all.parts)
    for (Node& target : root.parts) add_rest(target);
  if (tree.rest > 0) all.parts.push_back({"smaller ones", tree.rest});
  all.sort();
  return all;
}

class Drawing {
 public:
  Drawing(Sink& out, const Node& all) : out_(out), all_(all) {
    for (const Node& root : all_.parts)
      for (const Node& target : root.parts)
        if (std::find(targets_.begin(), targets_.end(), target.label) == targets_.end())
          targets_.push_back(target.label);
  }

  void draw(std::string_view width_class, double width, double height) {
    out_.write(
        fmt::format("<svg class=\"map {}\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"Sizes by root, "
                    "backend and architecture, and name\">\n",
                    width_class, width, height));
    const auto places = squarify(weights_of(all_), {0, 0, width, height});
    for (std::size_t i = 0; i < places.size(); ++i) draw_root(all_.parts[i], places[i]);
    out_.write("</svg>\n");
  }

 private:
  static std::vector<double> weights_of(const Node& node) {
    std::vector<double> weights;
    for (const Node& part : node.parts) weights.push_back(static_cast<double>(part.bytes));
    return weights;
  }

  void rectangle(std::string_view style, const Rectangle& at, const std::string& title) {
    if (at.width <= 0 || at.height <= 0) return;
    out_.write(fmt::format(
        "<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"><title>{}</title></rect>\n",
        style, at.x, at.y, at.width, at.height, html_text(title)));
  }

  /// As much as fits; the end of a path says more than its beginning.
  void label(std::string_view text, const Rectangle& at, std::string_view style) {
    const auto letters = static_cast<std::size_t>(std::max(0.0, at.width - 6) / kLetterWidth);
    if (letters < 3 || at.height < kLabelHeight) return;
    out_.write(fmt::format("<text{} x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", style, at.x + 3, at.y + 11.5,
                           html_text(util::shorten_middle(util::escape_control(text), letters))));
  }

  static Rectangle below_label(const Rectangle& at) {
    const Rectangle inner{at.x + 2, at.y + kLabelHeight, at.width - 4, at.height - kLabelHeight - 2};
    return inner.width > 4 && inner.height > 4 ? inner : at;
  }

  static std::string sums_text(const Node& node) {
    return fmt::format("{}, {}", util::format_bytes(node.bytes), counted(node.kernels, "kernel", "kernels"));
  }

  void draw_root(const Node& root, const Rectangle& at) {
    rectangle("root", at, fmt::format("{}: {}", root.label, sums_text(root)));
    label(root.label, at, "");
    const auto places = squarify(weights_of(root), below_label(at));
    for (std::size_t i = 0; i < places.size(); ++i) draw_target(root, root.parts[i], places[i]);
  }

  void draw_target(const Node& root, const Node& target, const Rectangle& at) {
    const auto color =
        static_cast<std::size_t>(std::find(targets_.begin(), targets_.end(), target.label) - targets_.begin());
    const Rectangle inner = below_label(at);
    const std::string style = fmt::format("leaf c{}", color % kColors);
    const auto places = squarify(weights_of(target), inner);
    for (std::size_t i = 0; i < places.size(); ++i) {
      const Node& name = target.parts[i];
      rectangle(name.is_rest ? style + " soft" : style, places[i],
                fmt::format("{} ({}) in {}: {}", name.label, target.label, root.label, sums_text(name)));
      label(name.label, places[i], name.is_rest ? "" : " class=\"in\"");
    }
    if (inner.y == at.y) return;
    rectangle("target", at, fmt::format("{} in {}: {}", target.label, root.label, sums_text(target)));
    label(target.label, at, "");
  }

  Sink& out_;
  const Node& all_;
  std::vector<std::string> targets_;
};

}  // namespace

void write_treemap(Sink& out, const service::Report& report) {
  const Node all = tree_of(report.tree);
  Drawing drawing(out, all);
  drawing.draw("wide", 1000, 460);
  drawing.draw("narrow", 380, 520);
}

}  // namespace tcm::cli
