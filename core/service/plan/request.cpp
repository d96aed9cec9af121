// SPDX-License-Identifier: Apache-2.0
#include "core/service/plan/request.hpp"

#include <charconv>

#include <fmt/format.h>

#include "core/config/key.hpp"
#include "core/service/plan/prune_check.hpp"
#include "core/service/plan/refuse.hpp"
#include "core/service/verify/words.hpp"
#include "core/util/text/bytes.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/time.hpp"

namespace tcm::service {
namespace {

// Switches off what a setting says, in the word that the settings have for it.
constexpr std::string_view kNone = "none";

bool is_given(const std::optional<std::string>& word) { return word && *word != kNone; }

/// The options among the words that choose kernels, because of which no limit of the settings counts.
std::vector<std::string> choosing_options(const PruneWords& words) {
  std::vector<std::string> options;
  const auto note = [&options](bool given, const char* option) {
    if (given) options.emplace_back(option);
  };
  note(words.all, "--all");
  note(words.unused_for.has_value(), "--unused-for");
  note(words.max_size.has_value(), "--max-size");
  note(words.max_files.has_value(), "--max-files");
  note(words.min_free.has_value(), "--min-free");
  note(words.low_water.has_value(), "--low-water");
  note(words.keep_newest.has_value(), "--keep-newest");
  note(!words.group_by.empty(), "--group-by");
  if (!narrows(words.filters)) return options;
  const FilterWords& filters = words.filters;
  note(!filters.names.empty(), "--name");
  note(!filters.globs.empty(), "--glob");
  note(!filters.backends.empty(), "--backend");
  note(!filters.archs.empty(), "--arch");
  note(!filters.triton_versions.empty(), "--triton-version");
  note(!filters.kinds.empty(), "--kind");
  note(!filters.older_than.empty(), "--older-than");
  note(!filters.younger_than.empty(), "--younger-than");
  note(!filters.sizes.empty(), "--size");
  note(!filters.where.empty(), "--where");
  note(!filters.key_prefix.empty(), "--key");
  return options;
}

/// "--max-size 2.0 GiB"
std::string rule_of(std::string_view option, std::string_view amount) { return fmt::format("{} {}", option, amount); }

/// "prune.max_size 2.0 GiB (/etc/tcm/config.toml:2)"
template <class T>
std::string rule_of(std::string_view key, std::string_view amount, const config::Setting<T>& setting) {
  return fmt::format("{} {} ({})", key, amount, util::escape_control(to_string(setting.origin)));
}

bool chooses_kernels(PruneMode mode) { return mode == PruneMode::drop || mode == PruneMode::full; }

bool removes_entries(PruneMode mode) {
  return mode != PruneMode::drop && mode != PruneMode::share && mode != PruneMode::relocate;
}

Result<void> read_deduplicate(const std::string& word, PruneRequest& request) {
  if (word != "content" && word != "metadata" && word != "hardlink")
    return refuse(
        fmt::format("--deduplicate: '{}' is not one of content, metadata, hardlink", util::escape_control(word)));
  request.mode = word == "hardlink" ? PruneMode::share : PruneMode::duplicates;
  request.same_binary = word != "metadata";
  return {};
}

Result<void> read_mode(const PruneWords& words, PruneRequest& request) {
  const int modes = (words.full ? 1 : 0) + (words.deduplicate ? 1 : 0) + (words.leftovers ? 1 : 0);
  if (modes > 1) return refuse("--full, --deduplicate and --leftovers exclude each other; give one of them");
  if (modes == 1 && !words.drop.empty())
    return refuse(
        "--drop chooses artifacts of kernels that stay; it cannot be combined with --full, --deduplicate or "
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

std::string free_text(const Budget& budget) {
  return budget.min_free_percent ? fmt::format("{}%", *budget.min_free_percent) : util::format_bytes(*budget.min_free);
}

Result<void> read_policy(const PruneWords& words, std::int64_t now_ns, PruneRequest& request) {
  if (is_given(words.unused_for)) {
    auto bound = util::parse_time_bound(*words.unused_for, now_ns);
    if (!bound) return refuse("--unused-for: " + bound.error().message);
    request.unused_since_ns = *bound;
    request.unused_rule = rule_of("--unused-for", util::escape_control(*words.unused_for));
  }
  Budget& budget = request.budget;
  TCM_ASSIGN(budget.max_bytes, size("--max-size", words.max_size));
  if (budget.max_bytes) budget.size_rule = rule_of("--max-size", util::format_bytes(*budget.max_bytes));
  if (is_given(words.min_free)) TCM_TRY(parse_min_free(*words.min_free, budget));
  if (is_given(words.min_free)) budget.free_rule = rule_of("--min-free", free_text(budget));
  TCM_ASSIGN(budget.max_files, whole_number("--max-files", words.max_files));
  if (budget.max_files) budget.files_rule = rule_of("--max-files", util::format_count(*budget.max_files));
  if (words.low_water) {
    TCM_ASSIGN(request.budget.low_water, parse_low_water(*words.low_water));
  }
  TCM_ASSIGN(request.keep_newest, whole_number("--keep-newest", words.keep_newest));
  if (request.keep_newest) request.newest_rule = rule_of("--keep-newest", util::format_count(*request.keep_newest));
  for (const std::string& list : words.group_by)
    for (const std::string_view word : util::split(list, ',')) request.group_by.emplace_back(util::trim(word));
  if (!request.group_by.empty() && !request.keep_newest)
    return refuse("--group-by says of what --keep-newest keeps the newest; give that, too");
  return {};
}

/// The limits of the settings, in the order of their table: key, and the rule in words; none for one that is not set.
struct ConfiguredRules {
  explicit ConfiguredRules(const config::PruneSettings& settings) {
    if (const auto& limit = settings.max_size; limit.value)
      max_size = rule_of("prune.max_size", util::format_bytes(*limit.value), limit);
    if (const auto& limit = settings.max_files; limit.value)
      max_files = rule_of("prune.max_files", util::format_count(*limit.value), limit);
    if (const auto& limit = settings.min_free; limit.value) min_free = rule_of("prune.min_free", *limit.value, limit);
    if (const auto& limit = settings.keep_newest; limit.value)
      keep_newest = rule_of("prune.keep_newest", util::format_count(*limit.value), limit);
    if (const auto& limit = settings.unused_for_ns; limit.value)
      unused_for =
          rule_of("prune.unused_for", config::to_text(*config::find_key("prune.unused_for"), *limit.value), limit);
  }
  std::string max_size;
  std::string max_files;
  std::string min_free;
  std::string keep_newest;
  std::string unused_for;
};

Result<void> apply_configured_policy(const config::PruneSettings& settings, std::int64_t now_ns,
                                     PruneRequest& request) {
  ConfiguredRules rules(settings);
  Budget& budget = request.budget;
  budget.max_bytes = settings.max_size.value;
  budget.max_files = settings.max_files.value;
  if (settings.min_free.value) TCM_TRY(parse_min_free(*settings.min_free.value, budget));
  request.keep_newest = settings.keep_newest.value;
  if (settings.unused_for_ns.value) request.unused_since_ns = now_ns - *settings.unused_for_ns.value;
  budget.size_rule = std::move(rules.max_size);
  budget.files_rule = std::move(rules.max_files);
  budget.free_rule = std::move(rules.min_free);
  request.newest_rule = std::move(rules.keep_newest);
  request.unused_rule = std::move(rules.unused_for);
  return {};
}

/// Who set a limit expects it to count, and is told when it does not.
void note_not_applied(const config::PruneSettings& settings, const std::vector<std::string>& options,
                      PruneRequest& request) {
  const ConfiguredRules rules(settings);
  std::string names;
  for (const std::string* rule :
       {&rules.max_size, &rules.max_files, &rules.min_free, &rules.keep_newest, &rules.unused_for})
    if (!rule->empty()) names += fmt::format("{}{}", names.empty() ? "" : ", ", *rule);
  if (!names.empty())
    request.notes.push_back(fmt::format("Not applied: {}, because of {}.", names, fmt::join(options, ", ")));
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
  const bool needs_room = request.budget.frees_bytes();
  const bool configured = removes_entries(request.mode) && settings.trash.value && !words.no_trash;
  if (configured && needs_room && !words.trash)
    request.notes.emplace_back("Ignoring prune.trash: the trash would use the space that is to be freed.");
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
  request.layout = model::value_of<model::Layout>(model::kLayouts, settings.layout.value);
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
  if (chooses_kernels(request.mode)) {
    if (const std::vector<std::string> options = choosing_options(words); !options.empty())
      note_not_applied(settings.prune, options, request);
    else
      TCM_TRY(apply_configured_policy(settings.prune, now_ns, request));
  }
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

Result<PruneRequest> repair_request(const RepairWords& words, const config::Settings& settings) {
  PruneRequest request;
  request.mode = PruneMode::repair;
  request.filters = words.filters;
  if (!words.level.empty()) {
    TCM_ASSIGN(request.level, parse_level(words.level));
  }
  TCM_ASSIGN(request.release, parse_triton(words.triton));
  TCM_ASSIGN(request.only, parse_findings("--only", words.only));
  TCM_ASSIGN(const auto ignored,
             parse_findings(fmt::format("verify.ignore ({})", to_string(settings.verify_ignore.origin)),
                            {settings.verify_ignore.value}));
  if (!words.only.empty() && request.only.empty()) return refuse("--only names no finding");
  if (request.only.empty())
    for (const cache::FindingText& text : cache::finding_texts()) request.only.insert(text.id);
  for (const cache::FindingId id : ignored) request.only.erase(id);
  const bool asked = words.change.trash || words.change.no_trash;
  TCM_ASSIGN(request, complete(std::move(request), words.change, settings));
  // It compiles again; but what was removed may be what somebody wants to look at.
  if (!asked) request.trash = true;
  return request;
}

Result<PruneRequest> relocation_request(const RelocationWords& words, const config::Settings& settings) {
  PruneRequest request;
  request.mode = PruneMode::relocate;
  request.filters = words.filters;
  if (words.to) {
    TCM_ASSIGN(request.seen_at, parse_place("--to", *words.to));
  }
  ChangeWords change;
  change.grace = words.grace;
  return complete(std::move(request), change, settings);
}

namespace {

std::vector<std::string> words_of(const std::string& list) {
  std::vector<std::string> words;
  for (const std::string_view word : util::split(list, ','))
    if (!util::trim(word).empty()) words.emplace_back(util::trim(word));
  return words;
}

}  // namespace

Result<PruneRequest> upkeep_request(const UpkeepWords& words, const config::Settings& settings, std::int64_t now_ns) {
  PruneRequest request;
  request.mode = PruneMode::upkeep;
  request.filters.cache_dirs = words.cache_dirs;
  request.dry_run = words.dry_run;
  TCM_TRY(apply_configured_policy(settings.prune, now_ns, request));
  if (request.budget.max_bytes || request.budget.max_files) request.budget.low_water = settings.prune.low_water.value;
  if (request.keep_newest) request.group_by = {"name", "backend", "arch"};
  const config::GcSettings& gc = settings.gc;
  request.dead.versions = words_of(gc.triton_versions.value);
  for (const std::string& version : request.dead.versions)
    if (auto bounds = parse_version_bounds(version); !bounds)
      return refuse(
          fmt::format("gc.triton_versions ({}): {}", to_string(gc.triton_versions.origin), bounds.error().message));
  if (gc.version_unused_for_ns.value) request.dead.version_unused_since_ns = now_ns - *gc.version_unused_for_ns.value;
  request.dead.archs = words_of(gc.archs.value);
  request.dead.modules = gc.dead_modules.value;
  return complete(std::move(request), {}, settings);
}

bool has_policy(const PruneRequest& request) {
  const DeadRules& dead = request.dead;
  return request.unused_since_ns || request.budget.any() || request.keep_newest || !dead.versions.empty() ||
         dead.version_unused_since_ns || !dead.archs.empty() || dead.modules;
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
        return fail(ErrorCode::usage, fmt::format("--drop '{}' is not one of ir, source, assembly", util::trim(raw)));
      }
    }
  return kinds;
}

Result<void> parse_min_free(const std::string& word, Budget& budget) {
  if (!word.ends_with('%')) {
    TCM_ASSIGN(budget.min_free, size("--min-free", word));
    return {};
  }
  TCM_ASSIGN(const auto percent, whole_number("--min-free", word.substr(0, word.size() - 1)));
  if (!percent || *percent < 1 || *percent > 100)
    return refuse(fmt::format("--min-free: '{}' is not a percentage from 1% to 100%", util::escape_control(word)));
  budget.min_free_percent = static_cast<unsigned>(*percent);
  return {};
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
