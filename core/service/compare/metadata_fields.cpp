// SPDX-License-Identifier: Apache-2.0
#include "core/service/compare/metadata_fields.hpp"

#include <vector>

#include <fmt/format.h>

#include "core/cache/format/json_reader.hpp"
#include "core/util/text/json_text.hpp"

namespace tcm::service {
namespace {

// A long name of an object stands before each of its fields: with this bound they stay small together.
constexpr std::size_t kLongestPath = 256;

class FieldCollector : public cache::JsonEvents {
 public:
  void begin(char bracket) override {
    if (list_depth_ > 0 || bracket == '[') {
      separate();
      list_ += bracket;
      ++list_depth_;
      first_ = true;
    } else if (depth_++ > 0) {
      lengths_.push_back(path_.size());
      if (path_.size() + key_.size() < kLongestPath) path_ += key_ + ".";
    }
  }
  void end(char bracket) override {
    if (list_depth_ > 0) {
      list_ += bracket;
      first_ = false;
      if (--list_depth_ == 0) put(std::move(list_)), list_.clear();
    } else if (--depth_ > 0) {
      path_.resize(lengths_.back());
      lengths_.pop_back();
    }
  }
  void key(std::string_view text) override {
    if (list_depth_ == 0) {
      key_ = text;
      return;
    }
    separate();
    util::append_json_string(list_, text);
    list_ += ':';
    first_ = true;
  }
  void string(std::string_view text) override {
    std::string json;
    util::append_json_string(json, text);
    value(std::move(json));
  }
  void integer(std::int64_t number) override { value(fmt::to_string(number)); }
  void number(std::string_view text) override { value(std::string(text)); }
  void literal(std::string_view text) override { value(std::string(text)); }

  std::map<std::string, std::string> take() { return std::move(fields_); }

 private:
  void separate() {
    if (!first_ && list_depth_ > 0) list_ += ',';
    first_ = false;
  }
  void value(std::string json) {
    if (list_depth_ == 0) return put(std::move(json));
    separate();
    list_ += json;
  }
  void put(std::string json) {
    if (depth_ > 0) fields_.insert_or_assign(path_ + key_, std::move(json));
  }

  std::map<std::string, std::string> fields_;
  std::string path_;
  std::string key_;
  std::vector<std::size_t> lengths_;
  std::size_t depth_ = 0;
  std::string list_;
  std::size_t list_depth_ = 0;
  bool first_ = true;
};

}  // namespace

std::map<std::string, std::string> metadata_fields(std::string_view metadata) {
  FieldCollector collector;
  if (metadata.empty() || cache::read_json(metadata, collector)) return {};
  return collector.take();
}

}  // namespace tcm::service
