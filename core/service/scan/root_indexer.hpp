// SPDX-License-Identifier: Apache-2.0
// One root of an index run: walk it, let what the index holds unchanged fall out, read the rest, forget what is gone.
#pragma once

#include "core/index/index.hpp"
#include "core/service/backends.hpp"
#include "core/service/scan/index_service.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

/// Errors: those of the root (missing, denied), of the index, and interrupted.
Result<RootReport> index_root(const model::RootLocation& location, const IndexRequest& request, index::Index& index,
                              const Backends& backends, IndexProgress& progress);

}  // namespace tcm::service
