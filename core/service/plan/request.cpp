// SPDX-License-Identifier: Apache-2.0
#include "core/service/plan/request.hpp"

#include <charconv>

#include <fmt/format.h>

#include "core/config/key.hpp"
#include "core/service/plan/prune_check.hpp"
#include "core/util/text/bytes.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/time.hpp"

namespace tcm::service {
namespace {

// Switches off what a setting says, in the word that the settings have for it.
constexpr std::string_view kNone = "none";

tl::unexpected<Error> refuse(std::string message) { return fail(ErrorCode::usage, std::move(message)); }

bool is_given(const std::optional<std::string>& word) { return word && *word != kNone; }

bool names_a_policy(const PruneWords& words) {
  return words.unused_for || words.max_size || words.max_files || words.min_free || words.keep_newest ||
         words.low_water || !words.group_by.empty();
}

bool chooses_kernels(PruneMode mode) { return mode == PruneMode::drop || mode == PruneMode::full; }

bool removes_entries(PruneMode mode) { return mode != PruneMode::drop && mode != PruneMode::share; }

Result<void> read_deduplicate(const std::string& word, PruneRequest& request) {
  if (word != "content" && word != "metadata" && word != "hardlink")
    return refuse(
        fmt::format("--deduplicate: '{}' is none of content, metadata, hardlink", util::escape_control(word)));
  request.mode = word == "hardlink" ? PruneMode::share : PruneMode::duplicates;
  request.same_binary = word != "metadata";
  return {};
}

Result<void> read_mode(const PruneWords& words, PruneRequest& request) {
  const int modes = (words.full ? 1 : 0) + (words.deduplicate ? 1 : 0) + (words.leftovers ? 1 : 0);
  if (modes > 1) return refuse("--full, --deduplicate and --leftovers exclude each other; give one of them");
  if (modes == 1 && !words.drop.empty())
    return refuse(
        "--drop says which artifacts go and the kernel stays; it does not go with --full, --deduplicate or "
        "--leftovers");
  if (words.full) request.mode = PruneMode::full;
  if (words.leftovers) request.mode = PruneMode::leftovers;
  if (words.deduplicate) TCM_TRY(read_deduplicate(*words.deduplicate, request));
  if (words.all && !words.full)
    return refuse("--all belongs to --full: the other ways to prune mean every kernel anyway");
  if (words.drop.empty()) return {};
  TCM_ASSIGN(request.drop, parse_drop(words.drop));
  return {};
}

Result<std::optional<std::uint64_t>> whole_number(std::string_view option, const std::optional<std::string>& word) {
  if (!is_given(word)) return std::optional<std::uint64_t>();
  std::uint64_t number = 0;
  const char* const end = word->data() + word->size();
  const auto parsed = std::from_chars(word->data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end)
    return refuse(fmt::format("{}: '{}' is not a whole number", option, util::escape_control(*word)));
  return std::optional(number);
}

Result<std::optional<std::uint64_t>> size(std::string_view option, const std::optional<std::string>& word) {
  if (!is_given(word)) return std::optional<std::uint64_t>();
  auto bytes = util::parse_bytes(*word);
  if (!bytes) return refuse(fmt::format("{}: {}", option, bytes.error().message));
  return std::optional(*bytes);
}

Result<void> read_policy(const PruneWords& words, std::int64_t now_ns, PruneRequest& request) {
  if (is_given(words.unused_for)) {
    auto bound = util::parse_time_bound(*words.unused_for, now_ns);
    if (!bound) return refuse("--unused-for: " + bound.error().message);
    request.unused_since_ns = *bound;
  }
  TCM_ASSIGN(request.budget.max_bytes, size("--max-size", words.max_size));
  TCM_ASSIGN(request.budget.min_free, size("--min-free", words.min_free));
  TCM_ASSIGN(request.budget.max_files, whole_number("--max-files", words.max_files));
  if (words.low_water) {
    TCM_ASSIGN(request.budget.low_water, parse_low_water(*words.low_water));
  }
  TCM_ASSIGN(request.keep_newest, whole_number("--keep-newest", words.keep_newest));
  for (const std::string& list : words.group_by)
    for (const std::string_view word : util::split(list, ',')) request.group_by.emplace_back(util::trim(word));
  if (!request.group_by.empty() && !request.keep_newest)
    return refuse("--group-by says of what --keep-newest keeps the newest; give that, too");
  return {};
}

void apply_configured_policy(const config::PruneSettings& settings, std::int64_t now_ns, PruneRequest& request) {
  Budget& budget = request.budget;
  budget.max_bytes = settings.max_size.value;
  budget.max_files = settings.max_files.value;
  budget.min_free = settings.min_free.value;
  if (!budget.any()) request.keep_newest = settings.keep_newest.value;
  if (settings.unused_for_ns.value) request.unused_since_ns = now_ns - *settings.unused_for_ns.value;
}

Result<void> read_grace(const ChangeWords& words, const config::PruneSettings& settings, PruneRequest& request) {
  request.grace_ns = settings.grace_ns.value;
  if (!words.grace) return {};
  auto grace = util::parse_duration(*words.grace);
  if (!grace) return refuse("--grace: " + grace.error().message);
  request.grace_ns = *grace;
  return {};
}

void read_trash(const ChangeWords& words, const config::PruneSettings& settings, PruneRequest& request) {
  // What lies in the trash frees no room.
  const bool needs_room = request.budget.max_bytes || request.budget.min_free;
  const bool configured = removes_entries(request.mode) && settings.trash.value && !words.no_trash;
  if (configured && needs_room && !words.trash)
    request.notes.emplace_back(
        "The setting prune.trash does not count here: the trash would take the room to be freed.");
  request.trash = words.trash || (configured && !needs_room);
  request.trash_keep_ns = settings.trash_keep_ns.value;
  request.trash_max_bytes = settings.trash_max_size.value;
}

/// What every request has: grace, trash and where to look.
Result<PruneRequest> complete(PruneRequest request, const ChangeWords& words, const config::Settings& settings) {
  if (words.trash && words.no_trash) return refuse("--trash and --no-trash exclude each other; give one of them");
  TCM_TRY(read_grace(words, settings.prune, request));
  read_trash(words, settings.prune, request);
  request.cache_dirs = chosen_cache_dirs(settings);
  request.default_dirs = settings.cache_dirs.value;
  request.index_on_server = !config::database_file(settings.storage.url.value);
  request.jobs = settings.jobs.value;
  TCM_TRY(check_request(request));
  return request;
}

}  // namespace

Result<PruneRequest> prune_request(const PruneWords& words, const config::Settings& settings, std::int64_t now_ns) {
  PruneRequest request;
  request.filters = words.filters;
  request.all = words.all;
  TCM_TRY(read_mode(words, request));
  TCM_TRY(read_policy(words, now_ns, request));
  if (chooses_kernels(request.mode) && !words.all && !names_a_policy(words) && !narrows(words.filters))
    apply_configured_policy(settings.prune, now_ns, request);
  if (!words.low_water && (request.budget.max_bytes || request.budget.max_files))
    request.budget.low_water = settings.prune.low_water.value;
  if (request.keep_newest && request.group_by.empty()) request.group_by = {"name", "backend", "arch"};
  return complete(std::move(request), words.change, settings);
}

Result<PruneRequest> removal_request(const RemovalWords& words, const config::Settings& settings) {
  PruneRequest request;
  request.mode = PruneMode::keys;
  request.filters.cache_dirs = words.cache_dirs;
  request.keys = words.keys;
  return complete(std::move(request), words.change, settings);
}

std::vector<std::string> chosen_cache_dirs(const config::Settings& settings) {
  const auto& dirs = settings.cache_dirs;
  return dirs.origin.source == config::Source::default_value ? std::vector<std::string>() : dirs.value;
}

Result<model::KindSet> parse_drop(const std::vector<std::string>& words) {
  model::KindSet kinds;
  for (const std::string& list : words)
    for (const std::string_view raw : util::split(list, ',')) {
      const std::string word = util::lower_ascii(util::trim(raw));
      if (word == "ir") {
        kinds.add(model::ArtifactKind::ir);
        kinds.add(model::ArtifactKind::source);
      } else if (word == "source") {
        kinds.add(model::ArtifactKind::source);
      } else if (word == "assembly" || word == "asm") {
        kinds.add(model::ArtifactKind::assembly);
      } else {
        return fail(ErrorCode::usage, fmt::format("--drop '{}' is none of ir, source, assembly", util::trim(raw)));
      }
    }
  return kinds;
}

Result<unsigned> parse_low_water(const std::string& word) {
  std::string_view digits = word;
  if (digits.ends_with('%')) digits.remove_suffix(1);
  unsigned percent = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), percent);
  if (error != std::errc{} || end != digits.data() + digits.size() || percent < 1 || percent > 100)
    return fail(ErrorCode::usage, fmt::format("--low-water is '{}'; it must be a percentage from 1% to 100%", word));
  return percent;
}

}  // namespace tcm::service
