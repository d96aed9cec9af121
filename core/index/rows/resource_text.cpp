// SPDX-License-Identifier: Apache-2.0
#include "core/index/rows/resource_text.hpp"

#include <boost/json.hpp>

namespace tcm::index {
namespace json = boost::json;

std::string pack_figures(const std::vector<model::Resource>& resources) {
  if (resources.empty()) return {};
  json::object object;
  for (const model::Resource& resource : resources) {
    json::value value = std::visit([](const auto& figure) { return json::value(figure); }, resource.value);
    object.emplace(resource.key, std::move(value));
  }
  return json::serialize(object);
}

std::string pack_units(const std::vector<model::Resource>& resources) {
  if (resources.empty()) return {};
  json::object object;
  for (const model::Resource& resource : resources)
    if (!resource.unit.empty()) object.emplace(resource.key, resource.unit);
  return json::serialize(object);
}

std::optional<std::vector<model::Resource>> unpack_resources(std::string_view figures, std::string_view units) {
  json::error_code error;
  const json::value parsed = json::parse(figures, error);
  if (error || !parsed.is_object()) return std::nullopt;
  const json::value parsed_units = json::parse(units, error);
  if (error || !parsed_units.is_object()) return std::nullopt;
  std::vector<model::Resource> resources;
  for (const auto& [key, value] : parsed.get_object()) {
    model::Resource resource;
    resource.key = std::string(key);
    if (const json::value* unit = parsed_units.get_object().if_contains(key); unit != nullptr && unit->is_string())
      resource.unit = std::string(unit->get_string());
    if (value.is_int64())
      resource.value = value.get_int64();
    else if (value.is_uint64())
      resource.value = static_cast<double>(value.get_uint64());
    else if (value.is_double())
      resource.value = value.get_double();
    else if (value.is_string())
      resource.value = std::string(value.get_string());
    else
      return std::nullopt;
    resources.push_back(std::move(resource));
  }
  return resources;
}

}  // namespace tcm::index
