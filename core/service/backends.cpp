// SPDX-License-Identifier: Apache-2.0
#include "core/service/backends.hpp"

namespace tcm::service {

const backend::Registry& Backends::registry() const {
  std::call_once(loaded_, [this] { registry_.emplace(backend::Registry::load(options_)); });
  return *registry_;
}

const cache::Naming& Backends::naming() const {
  const backend::Registry& plugins = registry();
  std::call_once(named_, [&] {
    for (const auto& type : plugins.file_types()) file_types_.add(type.target, type.extension, {type.kind, type.label});
    naming_.file_types = &file_types_;
    naming_.arch_of = [&plugins](std::string_view target, std::string_view arch_json) {
      return plugins.arch_from_metadata(target, arch_json);
    };
  });
  return naming_;
}

}  // namespace tcm::service
