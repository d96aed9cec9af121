// SPDX-License-Identifier: Apache-2.0
#include "core/util/machine_id.hpp"

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>

namespace tcm::util {

std::string hashed_machine_id(std::string_view machine_id) {
  // Drawn once for this purpose. It must never change: hosts in a shared index are known by what comes of it.
  constexpr boost::uuids::uuid kKey{
      {0x8d, 0x1f, 0x6a, 0x52, 0x0c, 0x97, 0x4e, 0x3b, 0xb1, 0x64, 0xe8, 0x2a, 0x75, 0xd0, 0x39, 0xcf}};
  if (machine_id.empty()) return {};
  return boost::uuids::to_string(boost::uuids::name_generator_sha1(kKey)(machine_id.data(), machine_id.size()));
}

}  // namespace tcm::util
