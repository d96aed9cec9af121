// SPDX-License-Identifier: Apache-2.0
//
// What probing costs: all binaries of a Triton 3.6 cache through each backend, next to SHA-256 of the same bytes in the
// same run. The goal is a ratio of at most a third.
#include <ctime>

#include <benchmark/benchmark.h>
#include <openssl/evp.h>

#include "tests/plugins/samples.hpp"

namespace tcm::plugin_test {
namespace {

std::vector<std::string> binaries_of(const Vendor& vendor) {
  std::vector<std::string> binaries;
  for (const Row& row : read_table("binaries-3.6", vendor)) {
    binaries.push_back(read_sample("binaries-3.6", row.at("file")));
  }
  return binaries;
}

// A sink that takes everything and keeps nothing: the host's own work is not the plugin's.
tcm_status swallow(void*, const tcm_attr* attr) {
  benchmark::DoNotOptimize(attr->value.u64);
  return TCM_OK;
}
void no_words(void*, tcm_severity, tcm_str) {}
constexpr tcm_sink kSink{TCM_STRUCT_SIZE(tcm_sink, diag), 0, nullptr, &swallow, &no_words};

void probe_all(const Vendor& vendor, const std::vector<std::string>& binaries) {
  tcm_artifact artifact{};
  artifact.struct_size = TCM_STRUCT_SIZE(tcm_artifact, display_path);
  artifact.kind = TCM_KIND_BINARY;
  artifact.extension = {vendor.extension, std::char_traits<char>::length(vendor.extension)};
  artifact.target = {vendor.target, std::char_traits<char>::length(vendor.target)};
  for (const std::string& binary : binaries) {
    artifact.data = reinterpret_cast<const uint8_t*>(binary.data());
    artifact.size = binary.size();
    if (vendor.plugin().descriptor().probe(nullptr, &artifact, &kSink) != TCM_OK) std::abort();
  }
}

void digest_all(const std::vector<std::string>& binaries) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  for (const std::string& binary : binaries) {
    if (EVP_Digest(binary.data(), binary.size(), digest, nullptr, EVP_sha256(), nullptr) != 1) std::abort();
    benchmark::DoNotOptimize(digest);
  }
}

void count(benchmark::State& state, const std::vector<std::string>& binaries) {
  size_t bytes = 0;
  for (const std::string& binary : binaries) bytes += binary.size();
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(bytes));
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(binaries.size()));
}

void probe(benchmark::State& state, const Vendor& vendor) {
  const auto binaries = binaries_of(vendor);
  for (auto unused : state) probe_all(vendor, binaries);
  count(state, binaries);
}

void sha256(benchmark::State& state, const Vendor& vendor) {
  const auto binaries = binaries_of(vendor);
  for (auto unused : state) digest_all(binaries);
  count(state, binaries);
}

// The time that this thread has worked: what others do on the machine does not count.
double worked_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Both in turn; `ratio` is probe's time in that of SHA-256.
void probe_to_sha256(benchmark::State& state, const std::vector<const Vendor*>& vendors) {
  std::vector<std::vector<std::string>> binaries;
  for (const Vendor* vendor : vendors) binaries.push_back(binaries_of(*vendor));
  double probing = 0;
  double digesting = 0;
  for (auto unused : state) {
    for (size_t i = 0; i < vendors.size(); ++i) {
      const double start = worked_seconds();
      probe_all(*vendors[i], binaries[i]);
      const double between = worked_seconds();
      digest_all(binaries[i]);
      probing += between - start;
      digesting += worked_seconds() - between;
    }
  }
  state.counters["ratio"] = probing / digesting;
}

BENCHMARK_CAPTURE(probe, cuda, cuda());
BENCHMARK_CAPTURE(sha256, cuda, cuda());
BENCHMARK_CAPTURE(probe, rocm, rocm());
BENCHMARK_CAPTURE(sha256, rocm, rocm());
BENCHMARK_CAPTURE(probe_to_sha256, cuda, {&cuda()});
BENCHMARK_CAPTURE(probe_to_sha256, rocm, {&rocm()});
BENCHMARK_CAPTURE(probe_to_sha256, all, {&cuda(), &rocm()});

}  // namespace
}  // namespace tcm::plugin_test

BENCHMARK_MAIN();
