// SPDX-License-Identifier: Apache-2.0
#include "core/cache/verify/autotune_text.hpp"

#include "core/cache/format/python_json.hpp"

namespace tcm::cache {
namespace {

class AutotuneEvents final : public JsonEvents {
 public:
  std::optional<std::string> problem() const {
    if (!is_object_) return "not a JSON object";
    if (!is_list_) return "configs_timings is not a list";
    if (pairs_ == 0) return "configs_timings is empty";
    if (!are_pairs_) return "configs_timings holds something other than configurations with their times";
    return std::nullopt;
  }

  void begin(char bracket) override {
    if (depth_ == 0) is_object_ = bracket == '{';
    if (depth_ == 1 && in_timings_) {
      is_list_ = bracket == '[';
      are_pairs_ = true;
      pairs_ = 0;
    } else if (depth_ == 2 && in_timings_) {
      are_pairs_ &= bracket == '[';
      members_ = 0;
      ++pairs_;
    } else if (depth_ == 3 && in_timings_) {
      are_pairs_ &= members_ > 0 || bracket == '{';
      ++members_;
    }
    ++depth_;
  }
  void end(char) override {
    --depth_;
    if (depth_ == 2 && in_timings_) are_pairs_ &= members_ == 2;
    if (depth_ == 1) in_timings_ = false;
  }
  void key(std::string_view text) override {
    if (depth_ == 1) in_timings_ = text == "configs_timings";
    if (depth_ == 1 && in_timings_) is_list_ = false;
  }
  void string(std::string_view) override { scalar(); }
  void integer(std::int64_t) override { scalar(); }
  void number(std::string_view) override { scalar(); }
  void literal(std::string_view) override { scalar(); }

 private:
  void scalar() {
    if (!in_timings_) return;
    if (depth_ == 2) are_pairs_ = false;
    if (depth_ == 3) are_pairs_ &= members_++ > 0;
  }

  int depth_ = 0;
  bool is_object_ = false;
  bool is_list_ = false;
  bool are_pairs_ = true;
  bool in_timings_ = false;
  int members_ = 0;
  std::size_t pairs_ = 0;
};

}  // namespace

std::optional<std::string> autotune_problem(std::string_view text) {
  AutotuneEvents events;
  if (auto wrong = read_python_json(text, events)) return wrong;
  return events.problem();
}

}  // namespace tcm::cache
