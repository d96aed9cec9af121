// SPDX-License-Identifier: Apache-2.0
#include "core/util/system/env.hpp"

#include <cstdlib>

#include <sys/auxv.h>

namespace tcm::util {
namespace {

std::optional<std::string> as_text(const char* value) {
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

}  // namespace

std::optional<std::string> get_env(const char* name) { return as_text(std::getenv(name)); }

std::optional<std::string> get_env_secure(const char* name) { return as_text(::secure_getenv(name)); }

bool is_elevated() { return ::getauxval(AT_SECURE) != 0; }

}  // namespace tcm::util
