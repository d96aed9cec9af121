// SPDX-License-Identifier: Apache-2.0
// `tcm __man [PAGE]`: the manual pages, which the build writes into files.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace tcm::cli {

/// The names of the pages, with their sections: "tcm.1", "tcm-list.1", …, "tcm-config.5".
std::vector<std::string> man_pages(const CLI::App& program);

/// A page by its name; absent when there is none.
std::optional<std::string> man_page(const CLI::App& program, const std::string& name);

}  // namespace tcm::cli
