// SPDX-License-Identifier: Apache-2.0
// The texts of units/*.in, in which words between '@' stand for what is put in.
#pragma once

#include <string_view>

namespace tcm::service {

extern const std::string_view kGcSystemService;
extern const std::string_view kGcUserService;
extern const std::string_view kGcTimer;
extern const std::string_view kWatchSystemService;
extern const std::string_view kWatchUserService;

}  // namespace tcm::service
