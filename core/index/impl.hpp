// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/index/index.hpp"
#include "core/index/session.hpp"

namespace tcm::index {

class Index::Impl {
 public:
  explicit Impl(Session opened) : session(std::move(opened)) {}
  Session session;
};

}  // namespace tcm::index
