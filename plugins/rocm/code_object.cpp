// SPDX-License-Identifier: Apache-2.0
#include "plugins/rocm/code_object.hpp"

#include <nlohmann/json.hpp>

namespace tcm::rocm_backend {
namespace {

using nlohmann::json;

struct Figure {
  std::string_view key;
  std::optional<uint64_t> KernelFacts::*member;
};
constexpr Figure kFigures[] = {
    {".vgpr_count", &KernelFacts::vgprs},
    {".sgpr_count", &KernelFacts::sgprs},
    {".agpr_count", &KernelFacts::agprs},
    {".vgpr_spill_count", &KernelFacts::vgpr_spills},
    {".sgpr_spill_count", &KernelFacts::sgpr_spills},
    {".group_segment_fixed_size", &KernelFacts::lds_bytes},
    {".private_segment_fixed_size", &KernelFacts::scratch_bytes},
    {".kernarg_segment_size", &KernelFacts::kernarg_bytes},
    {".wavefront_size", &KernelFacts::wavefront_size},
    {".max_flat_workgroup_size", &KernelFacts::max_threads},
};

const Figure* find_figure(std::string_view key) {
  for (const Figure& figure : kFigures) {
    if (figure.key == key) return &figure;
  }
  return nullptr;
}

// Takes the values as they pass: {"amdhsa.target": …, "amdhsa.kernels": [{".name": …, …}, …]}. Only the depth and the
// last key are kept, never a tree.
class Reader final : public nlohmann::json_sax<json> {
 public:
  explicit Reader(CodeObjectMetadata& out) : out_(out) {}
  bool too_deep() const { return too_deep_; }
  bool is_map() const { return is_map_; }

  bool key(string_t& name) override {
    if (depth_ == kRoot) in_kernels_ = name == "amdhsa.kernels";
    if (depth_ == kRoot || depth_ == kKernel) key_ = name;
    if (at_kernel()) figure_ = find_figure(name);
    return true;
  }
  bool string(string_t& value) override {
    if (depth_ == kRoot && key_ == "amdhsa.target") out_.target = value;
    if (!at_kernel()) return true;
    if (key_ == ".name") kernel_.name = value;
    if (key_ == ".symbol") kernel_.symbol = value;
    return true;
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (at_kernel() && figure_ != nullptr) kernel_.*figure_->member = value;
    return true;
  }
  bool number_integer(number_integer_t value) override {
    return value < 0 ? true : number_unsigned(static_cast<number_unsigned_t>(value));
  }

  bool start_object(size_t) override {
    if (depth_ == 0) is_map_ = true;
    if (!open()) return false;
    if (at_kernel()) kernel_ = {};
    return true;
  }
  bool end_object() override {
    if (at_kernel() && out_.kernels.size() < kMaxKernels) out_.kernels.push_back(std::move(kernel_));
    --depth_;
    return true;
  }
  bool start_array(size_t) override { return open(); }
  bool end_array() override {
    --depth_;
    return true;
  }

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool parse_error(size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

 private:
  // The root map, the array of kernels, a kernel's map. A kernel's arguments are two deeper; the parser recurses with
  // each level, so bytes that nest without end must be stopped.
  enum Depth { kRoot = 1, kKernel = 3, kDeepest = 16 };

  bool at_kernel() const { return in_kernels_ && depth_ == kKernel; }
  bool open() {
    too_deep_ = ++depth_ > kDeepest;
    return !too_deep_;
  }

  CodeObjectMetadata& out_;
  KernelFacts kernel_;
  std::string key_;
  const Figure* figure_ = nullptr;  // what key_ names in a kernel
  int depth_ = 0;
  bool in_kernels_ = false;
  bool is_map_ = false;
  bool too_deep_ = false;
};

}  // namespace

plugin_common::Result<CodeObjectMetadata> read_metadata(std::string_view message_pack) {
  CodeObjectMetadata metadata;
  Reader reader(metadata);
  constexpr bool kWhole = false;  // a note may be padded
  const bool read =
      json::sax_parse(message_pack.begin(), message_pack.end(), &reader, json::input_format_t::msgpack, kWhole);
  if (reader.too_deep()) return plugin_common::malformed("the metadata note nests too deep");
  if (!read) return plugin_common::malformed("the metadata note is not whole MessagePack");
  if (!reader.is_map()) return plugin_common::malformed("the metadata note is not a map");
  return metadata;
}

}  // namespace tcm::rocm_backend
