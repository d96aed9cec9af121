// SPDX-License-Identifier: Apache-2.0
// Entries as other backends, older releases and frameworks leave them. No real ones may be kept here, so the contents
// of their binaries are made up; names, shapes and metadata are theirs.
#include <nlohmann/json.hpp>

#include "tests/support/cache_builder.hpp"
#include "tests/support/temp_dir.hpp"

namespace tcm::test {
namespace fs = std::filesystem;
using Files = std::vector<std::pair<std::string, std::string>>;

namespace {

fs::path add_grouped(const fs::path& root, const std::string& key, const std::string& name, Files files) {
  nlohmann::json children = nlohmann::json::object();
  for (const auto& [file, text] : files) children[file] = "/elsewhere/" + key + "/" + file;
  files.emplace_back("__grp__" + name + ".json", nlohmann::json{{"child_paths", children}}.dump());
  return add_entry(root, key, files);
}

}  // namespace

fs::path add_xpu_kernel(const fs::path& root, std::uint64_t seed, bool native) {
  nlohmann::json metadata = nlohmann::json::parse(R"({
    "hash": "00", "name": "add_kernel", "num_warps": 4, "num_stages": 2, "num_ctas": 1, "shared": 0,
    "threads_per_warp": 32, "triton_version": "3.6.0", "build_flags": "-cl-intel-enable-auto-large-GRF-mode",
    "target": {"backend": "xpu", "warp_size": 32,
               "arch": {"name": "Intel(R) Data Center GPU Max 1100", "max_work_group_size": 1024,
                        "sub_group_sizes": [16, 32], "has_fp64": true, "driver_version": "1.6.32567"}}})");
  metadata["cache_dir"] = "/elsewhere/" + make_key(seed);
  Files files{{"add_kernel.ttir", "module {}"}, {"add_kernel.ttgir", "module {}"}, {"add_kernel.llir", "; llvm"}};
  files.emplace_back("add_kernel.spv", std::string("\x03\x02\x23\x07", 4));
  if (native) {
    metadata["binary_ext"] = "zebin";
    files.emplace_back("add_kernel.zebin",
                       "\x7f"
                       "ELF");
  }
  files.emplace_back("add_kernel.json", metadata.dump());
  return add_grouped(root, make_key(seed), "add_kernel", files);
}

fs::path add_npu_kernel(const fs::path& root, std::uint64_t seed) {
  return add_grouped(root, make_key(seed), "add_kernel",
                     {{"add_kernel.ttir", "module {}"},
                      {"add_kernel.ttadapter", "module {}"},
                      {"add_kernel.npubin",
                       "\x7f"
                       "ELF"},
                      {"add_kernel.json",
                       R"({"hash": "00", "target": {"backend": "npu", "arch": "Ascend910B3", "warp_size": 0},
                           "kernel_name": "add_kernel", "name": "add_kernel mix_aiv", "mix_mode": "aiv",
                           "tensor_kinds": [0, 0, 1], "shared": 1, "required_ub_bits": null})"}});
}

fs::path add_cpu_kernel(const fs::path& root, std::uint64_t seed) {
  return add_grouped(root, make_key(seed, cache::KeyEncoding::base32), "add_kernel",
                     {{"add_kernel.ttir", "module {}"},
                      {"add_kernel.ttcir", "module {}"},
                      {"add_kernel.llir", "; llvm"},
                      {"add_kernel.asm", ".text"},
                      {"add_kernel.so",
                       "\x7f"
                       "ELF"},
                      {"add_kernel.json",
                       R"({"hash": "00", "target": {"backend": "cpu", "arch": "znver4", "warp_size": 1},
                           "name": "add_kernel", "num_warps": 1, "shared": 0})"}});
}

fs::path add_triton20_kernel(const fs::path& root, std::uint64_t seed) {
  return add_entry(root, make_key(seed, cache::KeyEncoding::md5_hex),
                   {{"add_kernel.ttir", "module {}"},
                    {"add_kernel.ttgir", "module {}"},
                    {"add_kernel.cubin", read_file(data_dir() / "sample" / kCuda80 / "add_kernel.cubin")},
                    {"lock", ""},
                    {"add_kernel.json",
                     R"({"num_warps": 4, "num_stages": 3, "name": "add_kernel", "shared": 512, "constants": {"3": 64},
                         "ctime": {"ttir": 1680000000.5, "ttgir": 1680000001.5, "cubin": 1680000002.5}})"}});
}

fs::path add_triton21_kernel(const fs::path& root, std::uint64_t seed) {
  const std::string key = make_key(seed, cache::KeyEncoding::md5_hex);
  return add_entry(
      root, key,
      {{"add_kernel.ttir", "module {}"},
       {"add_kernel.cubin", read_file(data_dir() / "sample" / kCuda80 / "add_kernel.cubin")},
       {"add_kernel.json",
        R"({"num_warps": 4, "num_ctas": 1, "num_stages": 3, "name": "add_kernel_0d1d2d", "shared": 0,
                         "constants": {"3": 64}, "arch": 80, "device_type": "cuda", "clusterDims": [1, 1, 1]})"},
       {"__grp__add_kernel.json", R"({"child_paths": ["add_kernel.cubin", "add_kernel.json", "add_kernel.ttir"]})"}});
}

fs::path make_inductor(const fs::path& at, int devices) {
  for (int device = 0; device < devices; ++device)
    add_kernels(at / "triton" / std::to_string(device), 2, 100);  // the same keys for each device, as in life
  write_file(at / "un/cun7qg7wjgib5xfaoyxaw3qwnhrigztcqiyw3uh5lw2aduk6xulq.py", "import triton\n");
  write_file(at / "t6/0152373da958e4e3969553fd5a9e6e4effda6feaa3c05835d2d901745cb95a14.best_config", "{}");
  write_file(at / "fxgraph/nz/fnzxtmbycjfztocg2tatl4cx6bjvd2etg6mbellduzqif4wtm7cq/b2svcbvjdv5cvkyvfgnat7ianw7xzw",
             "pickled graph");
  write_file(at / "aotautograd/adyi2lkk6bebblvqo4vjmbhfmma4aszvvctjug2em747psmllz7l/entry", "pickled entry");
  fs::create_directories(at / "locks");
  return at;
}

fs::path make_vllm(const fs::path& at, int ranks) {
  const fs::path compiled = at / "torch_compile_cache/d4ec7c2a7d";
  for (int rank = 0; rank < ranks; ++rank) {
    const fs::path of_rank = compiled / ("rank_" + std::to_string(rank) + "_0");
    add_kernels(of_rank / "triton_cache", 2, 100);
    make_inductor(of_rank / "inductor_cache", 1);
    write_file(of_rank / "vllm_compile_cache.py", "{}\n");
    write_file(of_rank / "computation_graph.py", "# graph\n");
  }
  write_file(
      at / "torch_compile_cache/torch_aot_compile/" / make_key(1, cache::KeyEncoding::sha256_hex) / "rank_0_0/model",
      "compiled model");
  return at;
}

}  // namespace tcm::test
