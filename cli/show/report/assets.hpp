// SPDX-License-Identifier: Apache-2.0
// What a report holds besides data; made by CMake from page.css and page.js.
#pragma once

#include <string_view>

namespace tcm::cli {

extern const std::string_view kReportStyle;
extern const std::string_view kReportScript;

}  // namespace tcm::cli
