// SPDX-License-Identifier: Apache-2.0
// SQLite files as the tools before this one made them: the statements that their SQLAlchemy models become, for those
// columns that matter.
#pragma once

#include <string>

namespace tcm::test {

/// The first releases of the original tool counted no hits.
inline const std::string kLegacyKernels =
    "CREATE TABLE kernels (hash VARCHAR NOT NULL, cache_dir VARCHAR NOT NULL, backend VARCHAR, arch VARCHAR, "
    "name VARCHAR, cluster_dims JSON, created INTEGER NOT NULL, total_size INTEGER, modified_time FLOAT, "
    "PRIMARY KEY (hash, cache_dir));";
inline const std::string kLegacyKernelsWithHits =
    "CREATE TABLE kernels (hash VARCHAR NOT NULL, cache_dir VARCHAR NOT NULL, backend VARCHAR, arch VARCHAR, "
    "name VARCHAR, cluster_dims JSON, created INTEGER NOT NULL, total_size INTEGER, modified_time FLOAT, "
    "runtime_hits INTEGER NOT NULL, runtime_misses INTEGER NOT NULL, last_access_time FLOAT NOT NULL, "
    "PRIMARY KEY (hash, cache_dir));";
/// The successor's; its first releases had no rank.
inline const std::string kLegacyVllm =
    "CREATE TABLE vllm_kernels (vllm_cache_root VARCHAR NOT NULL, vllm_hash VARCHAR NOT NULL, "
    "triton_cache_key VARCHAR NOT NULL, rank_x_y VARCHAR NOT NULL, name VARCHAR, created INTEGER NOT NULL, "
    "modified_time FLOAT, runtime_hits INTEGER NOT NULL, last_access_time FLOAT NOT NULL, "
    "PRIMARY KEY (vllm_cache_root, vllm_hash, triton_cache_key, rank_x_y));";
inline const std::string kLegacyVllmWithoutRank =
    "CREATE TABLE vllm_kernels (vllm_cache_root VARCHAR NOT NULL, vllm_hash VARCHAR NOT NULL, "
    "triton_cache_key VARCHAR NOT NULL, name VARCHAR, created INTEGER NOT NULL, modified_time FLOAT, "
    "runtime_hits INTEGER NOT NULL, last_access_time FLOAT NOT NULL, "
    "PRIMARY KEY (vllm_cache_root, vllm_hash, triton_cache_key));";
/// Its later ones tell two layouts of vLLM apart.
inline const std::string kLegacyVllmLegacy =
    "CREATE TABLE vllm_legacy_kernels (cache_dir VARCHAR NOT NULL, vllm_hash VARCHAR NOT NULL, "
    "triton_cache_key VARCHAR NOT NULL, rank_x_y VARCHAR NOT NULL, name VARCHAR, created INTEGER NOT NULL, "
    "modified_time FLOAT, runtime_hits INTEGER NOT NULL, last_access_time FLOAT NOT NULL, "
    "PRIMARY KEY (cache_dir, vllm_hash, triton_cache_key, rank_x_y));";

}  // namespace tcm::test
