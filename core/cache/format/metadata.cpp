// SPDX-License-Identifier: Apache-2.0
#include "core/cache/format/metadata.hpp"

#include <array>
#include <optional>
#include <utility>

#include "core/cache/format/file_names.hpp"
#include "core/cache/format/json_reader.hpp"
#include "core/cache/format/metadata_needs.hpp"
#include "core/util/text/json_text.hpp"

namespace tcm::cache {
namespace {

// Device properties are about a kilobyte; what is larger is no architecture.
constexpr std::size_t kMaxArchBytes = std::size_t{64} << 10;

// Writes events back as compact JSON.
class JsonCopy {
 public:
  std::string text;

  void begin(char bracket) { item(), text += bracket; }
  void end(char bracket) { text += bracket; }
  void key(std::string_view name) {
    item();
    util::append_json_string(text, name);
    text += ':';
  }
  void string(std::string_view value) {
    item();
    util::append_json_string(text, value);
  }
  void token(std::string_view value) { item(), text += value; }

 private:
  void item() {
    if (!text.empty() && text.back() != '{' && text.back() != '[' && text.back() != ':') text += ',';
  }
};

constexpr std::array<std::string_view, 3> kTargetMembers{"target.backend", "target.arch", "target.warp_size"};

struct Fields {
  std::string name, backend_name, device_type, triton_version, binary_ext;
  std::optional<std::int64_t> num_warps, num_stages, num_ctas, warp_size, shared;
  FieldsSeen seen;
  bool has_num_warps = false, has_shared = false, has_name = false, has_ctime = false, ctime_is_object = false;
  std::string arch;
};

struct Target {
  bool is_container = false;
  std::string backend;
  std::optional<std::int64_t> warp_size;
  std::string arch;
};

class MetadataEvents final : public JsonEvents {
 public:
  Fields fields;
  Target target;
  bool is_object = false;

  void begin(char bracket) override {
    if (depth_ == 0) is_object = bracket == '{';
    note(bracket == '{' ? ValueType::map : ValueType::list);
    start_value();
    if (depth_ == 1 && key_ == "target") {
      target = Target{};
      for (const std::string_view member : kTargetMembers) fields.seen.note(member, ValueType::absent);
      target.is_container = true;
      in_target_ = true;
      target_is_list_ = bracket == '[';
      index_ = 0;
    } else if (depth_ == 1 && key_ == "ctime") {
      fields.ctime_is_object = bracket == '{';
    }
    if (capture_) copy_.begin(bracket);
    ++depth_;
  }
  void end(char bracket) override {
    --depth_;
    if (depth_ == 1) in_target_ = false;
    if (capture_) copy_.end(bracket);
    end_value();
  }
  void key(std::string_view text) override {
    if (depth_ == 1) note_key(text);
    if (depth_ == 2 && in_target_) target_key_ = text;
    if (capture_) copy_.key(text);
  }
  void string(std::string_view text) override {
    note(ValueType::text);
    start_value();
    if (depth_ == 1) set_text(text);
    if (at_target("backend", 0)) target.backend = text;
    if (capture_) copy_.string(text);
    end_value();
  }
  void integer(std::int64_t value) override {
    note(ValueType::number);
    start_value();
    if (depth_ == 1) set_integer(value);
    if (at_target("warp_size", 2)) target.warp_size = value;
    if (capture_) copy_.token(std::to_string(value));
    end_value();
  }
  void number(std::string_view text) override {
    note(ValueType::number);
    token(text);
  }
  void literal(std::string_view text) override {
    note(text == "null" ? ValueType::null : ValueType::boolean);
    // A null is no value.
    if (depth_ == 1 && text == "null" && key_ == "arch") return;
    if (text == "null" && at_target("arch", 1)) return end_value();
    token(text);
  }

 private:
  bool at_target(std::string_view key, int index) const {
    return depth_ == 2 && in_target_ && (target_is_list_ ? index_ == index : target_key_ == key);
  }

  void token(std::string_view text) {
    start_value();
    if (capture_) copy_.token(text);
    end_value();
  }

  void note(ValueType type) {
    if (depth_ == 1) fields.seen.note(key_, type);
    if (at_target("backend", 0)) fields.seen.note(kTargetMembers[0], type);
    if (at_target("arch", 1)) fields.seen.note(kTargetMembers[1], type);
    if (at_target("warp_size", 2)) fields.seen.note(kTargetMembers[2], type);
  }

  void start_value() {
    if (capture_) return;
    if (depth_ == 1 && key_ == "arch") capture_ = &fields.arch;
    if (at_target("arch", 1)) capture_ = &target.arch;
    if (!capture_) return;
    copy_.text.clear();
    capture_depth_ = depth_;
  }

  void end_value() {
    if (depth_ == 2 && in_target_) ++index_;
    if (!capture_ || depth_ != capture_depth_) return;
    if (copy_.text.size() <= kMaxArchBytes) *capture_ = std::move(copy_.text);
    capture_ = nullptr;
  }

  void note_key(std::string_view text) {
    key_ = text;
    if (key_ == "num_warps") fields.has_num_warps = true;
    if (key_ == "shared") fields.has_shared = true;
    if (key_ == "name") fields.has_name = true;
    if (key_ == "ctime") {
      fields.has_ctime = true;
      fields.ctime_is_object = false;  // of several members the last counts
    }
  }

  void set_text(std::string_view text) {
    const std::array<std::pair<std::string_view, std::string*>, 5> places{{
        {"name", &fields.name},
        {"backend_name", &fields.backend_name},
        {"device_type", &fields.device_type},
        {"triton_version", &fields.triton_version},
        {"binary_ext", &fields.binary_ext},
    }};
    for (const auto& [key, place] : places)
      if (key == key_) *place = text;
  }

  void set_integer(std::int64_t value) {
    const std::array<std::pair<std::string_view, std::optional<std::int64_t>*>, 5> places{{
        {"num_warps", &fields.num_warps},
        {"num_stages", &fields.num_stages},
        {"num_ctas", &fields.num_ctas},
        {"warp_size", &fields.warp_size},
        {"shared", &fields.shared},
    }};
    for (const auto& [key, place] : places)
      if (key == key_) *place = value;
  }

  int depth_ = 0;
  std::string key_;  ///< the last key of the top object
  std::string target_key_;
  bool in_target_ = false;
  bool target_is_list_ = false;
  int index_ = 0;  ///< in a target that is a list
  JsonCopy copy_;
  std::string* capture_ = nullptr;
  int capture_depth_ = 0;
};

bool marks_a_kernel(const Fields& fields, const Target& target) {
  if (target.is_container && (!target.backend.empty() || !target.arch.empty())) return true;
  return fields.has_num_warps && (fields.has_shared || fields.has_name || fields.has_ctime);
}

std::string first_of(std::string& a, std::string& b) { return std::move(a.empty() ? b : a); }

Metadata assemble(Fields&& fields, Target&& target) {
  Metadata metadata;
  model::KernelFacts& facts = metadata.facts;
  if (target.is_container) metadata.missing = fields.seen.missing(parse_release(fields.triton_version)).names;
  facts.name = std::move(fields.name);
  std::string older = first_of(fields.backend_name, fields.device_type);
  facts.backend = first_of(target.backend, older);
  facts.triton_version = std::move(fields.triton_version);
  facts.num_warps = fields.num_warps;
  facts.num_stages = fields.num_stages;
  facts.num_ctas = fields.num_ctas;
  facts.warp_size = target.warp_size ? target.warp_size : fields.warp_size;
  facts.shared_bytes = fields.shared;
  metadata.arch_json = first_of(target.arch, fields.arch);
  if (is_label(fields.binary_ext)) metadata.binary_ext = std::move(fields.binary_ext);
  metadata.has_ctime = fields.ctime_is_object;
  return metadata;
}

}  // namespace

tl::expected<Metadata, MetadataProblem> parse_metadata(std::string_view text) {
  using model::SkipReason;
  const auto refuse = [](SkipReason reason, std::string detail) {
    return tl::unexpected<MetadataProblem>(MetadataProblem{reason, std::move(detail)});
  };
  MetadataEvents events;
  if (auto wrong = read_json(text, events)) return refuse(SkipReason::metadata_malformed, std::move(*wrong));
  if (!events.is_object) return refuse(SkipReason::metadata_malformed, "not a JSON object");
  if (!marks_a_kernel(events.fields, events.target))
    return refuse(SkipReason::not_a_kernel, "has no target and no launch parameters");
  return assemble(std::move(events.fields), std::move(events.target));
}

}  // namespace tcm::cache
