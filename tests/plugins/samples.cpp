// SPDX-License-Identifier: Apache-2.0
#include "tests/plugins/samples.hpp"

#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace tcm::plugin_test {
namespace {

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> cells(1);
  for (char c : line) {
    if (c == ',') {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  return cells;
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

const Vendor& cuda() {
  static const Vendor kVendor{"cuda-resources.csv",
                              ".cubin",
                              "cuda",
                              &cuda_backend,
                              {{"kernel", "kernel_name"},
                               {"arch", "arch"},
                               {"registers", "registers"},
                               {"stack_bytes", "stack_bytes"},
                               {"shared_bytes", "shared_bytes"},
                               {"local_bytes", "local_bytes"},
                               {"const0_bytes", "const_bytes"}}};
  return kVendor;
}

const Vendor& rocm() {
  static const Vendor kVendor{"rocm-resources.csv",
                              ".hsaco",
                              "hip",
                              &rocm_backend,
                              {{"kernel", "kernel_name"},
                               {"arch", "arch"},
                               {"vgprs", "vgprs"},
                               {"sgprs", "sgprs"},
                               {"agprs", "agprs"},
                               {"vgpr_spills", "vgpr_spills"},
                               {"sgpr_spills", "sgpr_spills"},
                               {"lds_bytes", "lds_bytes"},
                               {"scratch_bytes", "scratch_bytes"},
                               {"kernarg_bytes", "kernarg_bytes"},
                               {"wavefront_size", "wavefront_size"},
                               {"max_workgroup_size", "max_threads"}}};
  return kVendor;
}

std::vector<Row> read_table(const std::string& archive, const Vendor& vendor) {
  return read_rows(archive, vendor.table);
}

std::vector<Row> read_rows(const std::string& archive, const std::string& table) {
  std::istringstream lines(read_sample(archive, table));
  std::string line;
  std::getline(lines, line);
  const std::vector<std::string> names = split(line);
  std::vector<Row> rows;
  while (std::getline(lines, line)) {
    const std::vector<std::string> cells = split(line);
    if (cells.size() != names.size()) throw std::runtime_error("a broken line in " + table);
    Row row;
    for (size_t i = 0; i < names.size(); ++i) row[names[i]] = cells[i];
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string read_sample(const std::string& archive, const std::string& file) {
  return read_file(std::string(TCM_PLUGIN_SAMPLES) + "/" + archive + "/" + file);
}

std::string read_sample(const std::string& path) { return read_file(path); }

std::string arch_of(const Row& row, const Vendor& vendor, const std::string& bytes) {
  if (const auto cell = row.find("arch"); cell != row.end()) return cell->second;
  return vendor.plugin().probe({bytes, vendor.extension, vendor.target}).groups.at(0).values.at("arch");
}

}  // namespace tcm::plugin_test
