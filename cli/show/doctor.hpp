// SPDX-License-Identifier: Apache-2.0
// What doctor saw of the machine, for people and for programs.
#pragma once

#include "cli/run/context.hpp"
#include "core/service/doctor/report.hpp"

namespace tcm::cli {

void print_examination(Context& context, const service::DoctorReport& report);
void write_examination(Context& context, const service::DoctorReport& report, Format format);

}  // namespace tcm::cli
