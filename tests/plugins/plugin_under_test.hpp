// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tcm/plugin/plugin.h"

// A built backend, asked through its C interface.
namespace tcm::plugin_test {

// Answers as text: "registers" -> "28", and the unit of each.
struct Group {
  std::map<std::string, std::string> values;
  std::map<std::string, std::string> units;
};

struct Answer {
  tcm_status status = TCM_INTERNAL;
  std::vector<Group> groups;       // a new one at each kernel_name; figures before the first are a group of their own
  std::vector<std::string> diags;  // each with no line break
};

struct Question {
  std::string_view bytes;
  std::string_view extension;
  std::string_view target;
  std::string_view arch{};
};

class PluginUnderTest {
 public:
  // `path` is the module's file. Throws when it cannot be loaded. It stays loaded until the process ends.
  explicit PluginUnderTest(const char* path);

  const tcm_kernel_backend_plugin& descriptor() const { return *descriptor_; }
  // `limit`: how many attributes the sink takes before it answers TCM_LIMIT.
  Answer probe(const Question& question, size_t limit = TCM_MAX_ATTRS) const;
  Answer validate(const Question& question) const;

 private:
  const tcm_kernel_backend_plugin* descriptor_;
};

const PluginUnderTest& cuda_backend();
const PluginUnderTest& rocm_backend();

}  // namespace tcm::plugin_test
