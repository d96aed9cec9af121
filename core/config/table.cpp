// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <type_traits>

#include "core/config/key.hpp"
#include "core/config/settings.hpp"
#include "core/util/text/text.hpp"

namespace tcm::config {
namespace {

constexpr std::string_view kLogLevels = "error warning info debug";
constexpr std::string_view kLogFormats = "text json";

template <class T>
struct OptionalOf : std::false_type {};
template <class T>
struct OptionalOf<std::optional<T>> : std::true_type {
  using Value = T;
};

/// The words stand in the order of the enumeration.
template <class Enum>
Enum enum_of(std::string_view words, const std::string& word) {
  const auto list = util::split(words, ' ');
  return static_cast<Enum>(std::find(list.begin(), list.end(), word) - list.begin());
}

template <class T>
T value_as(const Value& value) {
  if constexpr (OptionalOf<T>::value) {
    if (std::holds_alternative<std::monostate>(value)) return std::nullopt;
    return std::get<typename OptionalOf<T>::Value>(value);
  } else if constexpr (std::is_same_v<T, unsigned>) {
    return static_cast<unsigned>(std::get<std::uint64_t>(value));
  } else if constexpr (std::is_same_v<T, util::LogLevel>) {
    return enum_of<T>(kLogLevels, std::get<std::string>(value));
  } else if constexpr (std::is_same_v<T, LogFormat>) {
    return enum_of<T>(kLogFormats, std::get<std::string>(value));
  } else {
    return std::holds_alternative<std::monostate>(value) ? T{} : std::get<T>(value);
  }
}

template <class T>
void put(Setting<T>& setting, const Value& value, const Origin& origin) {
  setting = {value_as<T>(value), origin};
}

template <auto Member>
void store(Settings& settings, const Value& value, const Origin& origin) {
  put(settings.*Member, value, origin);
}

template <auto Member>
void store_storage(Settings& settings, const Value& value, const Origin& origin) {
  put(settings.storage.*Member, value, origin);
}

template <auto Member>
void store_prune(Settings& settings, const Value& value, const Origin& origin) {
  put(settings.prune.*Member, value, origin);
}

template <auto Member>
void store_gc(Settings& settings, const Value& value, const Origin& origin) {
  put(settings.gc.*Member, value, origin);
}

using S = Settings;
using P = PruneSettings;

// clang-format off
constexpr std::array kKeys = std::to_array<Key>({
    {"cache_dir", Type::paths, "--cache-dir", "TCM_CACHE_DIR TCM_TRITON_CACHE_DIR TRITON_CACHE_DIR TRITON_HOME", "", "",
     false, "cache directories (TRITON_HOME is the parent of .triton/cache)", store<&S::cache_dirs>},
    {"layout", Type::word, "--layout", "TCM_LAYOUT", "auto", "auto triton inductor vllm",
     false, "how roots lie in a cache directory (auto tells by shape)", store<&S::layout>},
    {"data_dir", Type::path, "", "TCM_DATA_DIR", "", "",
     false, "where tcm keeps its own data", store<&S::data_dir>},
    {"storage.url", Type::database, "--db", "TCM_DB_URL TCM_DB_FILENAME", "", "",
     false, "the index: a path, sqlite:PATH or postgresql://USER@HOST/DATABASE", store_storage<&StorageSettings::url>},
    {"storage.timeout", Type::duration, "", "TCM_STORAGE_TIMEOUT", "5s", "",
     true, "how long to wait for a database server, and for another writer of the index", store_storage<&StorageSettings::timeout_ns>},
    {"host", Type::text, "", "TCM_HOST", "", "",
     false, "how this machine is called in an index that several share", store<&S::host>},
    {"plugin_path", Type::paths, "--plugin-path", "TCM_PLUGIN_PATH", "none", "",
     false, "directories of backends, in place of the default ones", store<&S::plugin_path>},
    {"no_plugins", Type::boolean, "--no-plugins", "TCM_NO_PLUGINS", "false", "",
     false, "load no backend", store<&S::no_plugins>},
    {"builtin_plugins_only", Type::boolean, "--builtin-plugins-only", "TCM_BUILTIN_PLUGINS_ONLY", "false", "",
     false, "load only the backends installed with tcm", store<&S::builtin_plugins_only>},
    {"jobs", Type::count, "--jobs", "TCM_JOBS", "", "1 1024",
     true, "threads that read a cache, and that delete in it", store<&S::jobs>},
    {"index.forget_after", Type::duration, "", "TCM_INDEX_FORGET_AFTER", "90d", "",
     false, "how long the index keeps what it knows of a cache that is not there", store<&S::forget_after_ns>},
    {"log_level", Type::word, "--verbose", "TCM_LOG_LEVEL", "warning", kLogLevels,
     true, "how much to log", store<&S::log_level>},
    {"log_file", Type::path, "--log-file", "TCM_LOG_FILE", "none", "",
     false, "where logs go instead of stderr", store<&S::log_file>},
    {"log_format", Type::word, "--log-format", "TCM_LOG_FORMAT", "text", kLogFormats,
     true, "how log lines look", store<&S::log_format>},
    {"color", Type::word, "--color", "TCM_COLOR", "auto", "auto always never",
     true, "when to use colours", store<&S::color>},
    {"prune.grace", Type::duration, "--grace", "TCM_PRUNE_GRACE", "10m", "",
     false, "leave entries alone that are younger", store_prune<&P::grace_ns>},
    {"prune.max_size", Type::size, "--max-size", "TCM_PRUNE_MAX_SIZE", "none", "",
     false, "how large a cache may be", store_prune<&P::max_size>},
    {"prune.max_files", Type::count, "--max-files", "TCM_PRUNE_MAX_FILES", "none", "",
     false, "how many files a cache may have", store_prune<&P::max_files>},
    {"prune.min_free", Type::space, "--min-free", "TCM_PRUNE_MIN_FREE", "none", "",
     false, "how much the file system is to have free", store_prune<&P::min_free>},
    {"prune.low_water", Type::percent, "--low-water", "TCM_PRUNE_LOW_WATER", "100%", "",
     false, "how far to go below a limit once it is passed", store_prune<&P::low_water>},
    {"prune.keep_newest", Type::count, "--keep-newest", "TCM_PRUNE_KEEP_NEWEST", "none", "1 1000000000",
     false, "how many kernels of each group to keep", store_prune<&P::keep_newest>},
    {"prune.unused_for", Type::duration, "--unused-for", "TCM_PRUNE_UNUSED_FOR", "none", "",
     false, "prune what was not used for so long", store_prune<&P::unused_for_ns>},
    {"prune.trash", Type::boolean, "--trash", "TCM_PRUNE_TRASH", "false", "",
     false, "keep removed entries in the trash, from where they can be restored", store_prune<&P::trash>},
    {"prune.trash_keep", Type::duration, "", "TCM_PRUNE_TRASH_KEEP", "7d", "",
     false, "how long the trash keeps what is in it", store_prune<&P::trash_keep_ns>},
    {"prune.trash_max_size", Type::size, "", "TCM_PRUNE_TRASH_MAX_SIZE", "10GiB", "",
     false, "how large the trash may be", store_prune<&P::trash_max_size>},
    {"gc.triton_versions", Type::text, "", "TCM_GC_TRITON_VERSIONS", "none", "",
     false, "releases of Triton that are used here, with commas between them: gc removes kernels of others", store_gc<&GcSettings::triton_versions>},
    {"gc.version_unused_for", Type::duration, "", "TCM_GC_VERSION_UNUSED_FOR", "none", "",
     false, "gc removes the kernels of a release of which none was used for so long", store_gc<&GcSettings::version_unused_for_ns>},
    {"gc.archs", Type::text, "", "TCM_GC_ARCHS", "none", "",
     false, "architectures of the GPUs here, with commas between them: gc removes kernels for others", store_gc<&GcSettings::archs>},
    {"gc.dead_modules", Type::boolean, "", "TCM_GC_DEAD_MODULES", "false", "",
     false, "gc removes helper modules that need another release of a library than this machine has", store_gc<&GcSettings::dead_modules>},
    {"verify.ignore", Type::text, "", "TCM_VERIFY_IGNORE", "none", "",
     false, "findings that verify does not tell, by their ids, with commas between them", store<&S::verify_ignore>},
});
// clang-format on

}  // namespace

std::span<const Key> setting_keys() { return kKeys; }

}  // namespace tcm::config
