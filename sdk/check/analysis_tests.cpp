// SPDX-License-Identifier: Apache-2.0
// The answers of a plugin that is asked as a host asks.
#include <algorithm>
#include <atomic>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include <fmt/format.h>
#include <tcm/plugin/standard_keys.h>

#include "sdk/check/pattern.hpp"
#include "sdk/check/plugin.hpp"
#include "sdk/check/utf8.hpp"

namespace tcm::check {
namespace {

constexpr Function kFunctions[] = {Function::probe, Function::validate};

Input input_of(const Sample& sample) {
  return {sample.bytes.data(), sample.bytes.size(), sample.extension, sample.kind, false};
}

bool can_analyse(const OpenPlugin& plugin) { return plugin.api().probe != nullptr || plugin.api().validate != nullptr; }

Finding opens_again(const Subject& subject) {
  { const OpenPlugin first(subject.path); }
  const OpenPlugin second(subject.path);
  return second.api().open == nullptr ? skip("it has no open") : pass();
}

/// What a spelling function wrote, or nothing when it did not know the word; checks P-37 and P-38.
std::optional<std::string> check_spelling(tcm_status (*function)(void*, tcm_str, tcm_str, tcm_text*),
                                          const OpenPlugin& plugin, const std::string& word, bool canonical) {
  constexpr std::size_t kCanary = 64;
  const std::string target = plugin.api().targets[0]->name;
  // A long buffer that is said to be short shows whether the capacity is kept.
  std::string buffer(TCM_TEXT_CAPACITY + kCanary, '\x5a');
  tcm_text out{TCM_STRUCT_SIZE(tcm_text, size), TCM_TEXT_CAPACITY, buffer.data(), 0};
  tcm_status status = TCM_OK;
  try {
    status = function(plugin.instance(), {target.data(), target.size()}, {word.data(), word.size()}, &out);
  } catch (...) {
    throw Failure(fmt::format("let an exception out for '{}'", word));
  }
  if (buffer.compare(TCM_TEXT_CAPACITY, kCanary, std::string(kCanary, '\x5a')) != 0)
    throw Failure(fmt::format("wrote past the end of the buffer for '{}' (P-38)", word));
  if (status == TCM_LIMIT && out.size != 0) throw Failure("answered TCM_LIMIT with a size (P-38)");
  if (status != TCM_OK) return std::nullopt;
  if (out.size > TCM_TEXT_CAPACITY) throw Failure(fmt::format("said {} bytes for '{}' (P-38)", out.size, word));
  const std::string_view text(buffer.data(), out.size);
  if (!is_utf8(text)) throw Failure(fmt::format("wrote invalid UTF-8 for '{}'", word));
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; };
  if (canonical && (text.empty() || std::any_of(text.begin(), text.end(), blank)))
    throw Failure(fmt::format("'{}' for '{}' is not a canonical form (P-37)", text, word));
  return std::string(text);
}

Finding spelling(const Subject& subject) {
  const OpenPlugin plugin(subject.path);
  const auto& api = plugin.api();
  if (api.arch_from_metadata == nullptr && api.arch_from_user == nullptr && api.arch_for_people == nullptr)
    return skip("it spells no architectures");
  std::vector<std::string> words{
      "",   "90", "\"a1\"", "\"\"", "null", "{}", "{\"name\": \"Some GPU 100\", \"units\": 4}",
      "[]", "-1", "1e400",  "{",    "sm",   "a b"};
  words.push_back('"' + std::string(5000, 'a') + '"');
  words.emplace_back("\"\\u0001\\u202e\\ud800\"");
  words.emplace_back(5000, '7');
  words.emplace_back(5000, '[');
  for (const auto& word : words) {
    if (api.arch_from_metadata != nullptr) check_spelling(api.arch_from_metadata, plugin, word, true);
    if (api.arch_from_user != nullptr) check_spelling(api.arch_from_user, plugin, word, true);
    if (api.arch_for_people != nullptr) check_spelling(api.arch_for_people, plugin, word, false);
  }
  return pass();
}

/// What a vendor's users really type; the checker cannot know it.
Finding known_words(const Subject& subject) {
  if (subject.arch_words.empty()) return skip("no --arch");
  const OpenPlugin plugin(subject.path);
  const auto& api = plugin.api();
  if (api.arch_from_user == nullptr) return skip("it has no arch_from_user");
  for (const auto& word : subject.arch_words) {
    const auto canonical = check_spelling(api.arch_from_user, plugin, word, true);
    if (!canonical) return fail(fmt::format("arch_from_user does not know '{}'", word));
    // The canonical form is what scripts take from JSON and give back.
    const auto again = check_spelling(api.arch_from_user, plugin, *canonical, true);
    if (again && *again != *canonical)
      return fail(fmt::format("'{}' is '{}', which in turn is '{}'", word, *canonical, *again));
    if (api.arch_for_people != nullptr) check_spelling(api.arch_for_people, plugin, *canonical, false);
  }
  return pass();
}

struct StandardKey {
  const char* key;
  tcm_attr_type type;
  const char* unit;
};
#define TCM_ROW(key, type, unit) {key, type, unit},
constexpr StandardKey kStandardKeys[] = {TCM_STANDARD_KEYS(TCM_ROW)};
#undef TCM_ROW

const StandardKey* find_standard(const std::string& key) {
  const auto* at = std::find_if(std::begin(kStandardKeys), std::end(kStandardKeys),
                                [&key](const StandardKey& standard) { return key == standard.key; });
  return at == std::end(kStandardKeys) ? nullptr : at;
}

const char* type_name(tcm_attr_type type) {
  switch (type) {
    case TCM_ATTR_I64: return "signed";
    case TCM_ATTR_U64: return "unsigned";
    case TCM_ATTR_F64: return "floating-point";
    default: return "text";
  }
}

/// Which rule an attribute breaks; empty when none.
std::string attribute_problem(const Attribute& attribute) {
  const std::string& key = attribute.key;
  const StandardKey* standard = find_standard(key);
  if (standard == nullptr && (key.size() > 64 || !matches(key, "x\\.[a-z0-9_]+\\.[a-z0-9_.]+")))
    return "is neither a standard key nor x.<vendor>.<name> (P-30)";
  if (attribute.type < TCM_ATTR_I64 || attribute.type > TCM_ATTR_STR) return "has an unknown type (P-33)";
  if (!attribute.is_finite) return "is not finite (P-32)";
  if (!is_utf8(attribute.value) || !is_utf8(attribute.unit)) return "is not UTF-8 (P-31)";
  if (attribute.value.size() > TCM_MAX_ATTR_TEXT || attribute.unit.size() > 64) return "is too long (P-31)";
  if (standard == nullptr) return {};
  if (attribute.type != standard->type)
    return fmt::format("is {}, its standard key is {} (P-30)", type_name(attribute.type), type_name(standard->type));
  if (!attribute.unit.empty() && attribute.unit != standard->unit)
    return fmt::format("has the unit '{}', its standard key '{}' (P-30)", attribute.unit, standard->unit);
  return {};
}

/// A figure of one kernel that stands before all kernels, where it would count for each of them.
const Attribute* find_misplaced(const std::vector<Attribute>& attributes) {
  const auto is_name = [](const Attribute& attribute) { return attribute.key == TCM_ATTR_KERNEL_NAME; };
  const auto first = std::find_if(attributes.begin(), attributes.end(), is_name);
  if (first == attributes.end()) return nullptr;
  const auto found = std::find_if(attributes.begin(), first, [](const Attribute& attribute) {
    const StandardKey* standard = find_standard(attribute.key);
    return standard != nullptr && standard->type == TCM_ATTR_U64;
  });
  return found == first ? nullptr : &*found;
}

Finding attributes(const Subject& subject) {
  const OpenPlugin plugin(subject.path);
  std::size_t seen = 0;
  for (const auto& sample : inputs_of(subject, plugin.api())) {
    const auto answer = analyse(plugin, Function::probe, input_of(sample));
    if (!answer) return skip("it has no probe");
    std::set<std::string> group;
    for (const auto& attribute : answer->attributes) {
      if (auto problem = attribute_problem(attribute); !problem.empty())
        return fail(fmt::format("'{}' {}", attribute.key, problem));
      if (attribute.key == TCM_ATTR_KERNEL_NAME) group.clear();
      if (!group.insert(attribute.key).second) return fail(fmt::format("'{}' is there twice (P-34)", attribute.key));
      ++seen;
    }
    if (const Attribute* figure = find_misplaced(answer->attributes))
      return fail(fmt::format("'{}' stands before the first kernel_name (P-36)", figure->key));
    if (answer->attributes.size() > TCM_MAX_ATTRS) return fail("more than 1024 attributes (P-34)");
    if (answer->diags.size() > TCM_MAX_DIAGS) return warn("more than 32 diagnostics; the rest is lost");
  }
  if (seen == 0) return skip("nothing was emitted; give a --sample that it can read");
  return pass();
}

bool declares(const tcm_kernel_backend_plugin& api, const std::string& extension) {
  for (std::uint32_t i = 0; i < api.file_type_count; ++i)
    if (extension == api.file_types[i]->extension) return true;
  return false;
}

/// Why a sample that can be read was not.
std::string unread(const tcm_kernel_backend_plugin& api, Function function, const Sample& sample,
                   const Answer& answer) {
  std::string text = fmt::format("{} of {} answered {}", to_string(function), sample.path, status_name(answer.status));
  if (!answer.diags.empty()) return text + ": " + answer.diags[0];
  if (answer.status != TCM_NOT_APPLICABLE) return text;
  return text + (declares(api, sample.extension)
                     ? fmt::format(": it declares {} as its own, and does not know this file", sample.extension)
                     : fmt::format(": it declares no file type '{}'", sample.extension));
}

Finding samples_are_read(const Subject& subject) {
  if (subject.samples.empty()) return skip("no --sample");
  const OpenPlugin plugin(subject.path);
  if (!can_analyse(plugin)) return skip("it analyses nothing");
  for (const auto& sample : inputs_of(subject, plugin.api()))
    for (const auto function : kFunctions)
      if (const auto answer = analyse(plugin, function, input_of(sample)); answer && answer->status != TCM_OK)
        return fail(unread(plugin.api(), function, sample, *answer));
  return pass();
}

Finding is_deterministic(const Subject& subject) {
  const OpenPlugin plugin(subject.path);
  if (!can_analyse(plugin)) return skip("it analyses nothing");
  for (const auto& sample : inputs_of(subject, plugin.api())) {
    for (const auto function : kFunctions) {
      const auto first = analyse(plugin, function, input_of(sample));
      const auto second = analyse(plugin, function, input_of(sample));
      if (first && first->text() != second->text())
        return fail(fmt::format("{} of {} answered two things", to_string(function), sample.path));
    }
  }
  return pass();
}

/// Does it end with `wanted`, having emitted nothing after it was told to stop?
Finding obeys(const Subject& subject, tcm_status wanted) {
  const OpenPlugin plugin(subject.path);
  bool stopped = false;
  for (const auto& sample : inputs_of(subject, plugin.api())) {
    for (const std::size_t after : {0, 1, 3}) {
      const auto answer = analyse(plugin, Function::probe, input_of(sample), {after, wanted});
      if (!answer) return skip("it has no probe");
      if (answer->attributes.size() < after) continue;
      if (answer->emitted_after_stop > 0)
        return fail(fmt::format("emitted {} attributes after the sink said stop", answer->emitted_after_stop));
      const auto all = analyse(plugin, Function::probe, input_of(sample));
      if (all->attributes.size() <= after) continue;
      stopped = true;
      if (answer->status != wanted)
        return fail(fmt::format("returned {} where the sink had said {}", answer->status, wanted));
    }
  }
  return stopped ? pass() : skip("nothing was emitted; give a --sample that it can read");
}

Finding obeys_limit(const Subject& subject) { return obeys(subject, TCM_LIMIT); }
Finding obeys_abort(const Subject& subject) { return obeys(subject, TCM_ABORTED); }

Finding meets_other_hosts(const Subject& subject) {
  const OpenPlugin plugin(subject.path);
  if (!can_analyse(plugin)) return skip("it analyses nothing");
  for (const auto& sample : inputs_of(subject, plugin.api())) {
    for (const auto function : kFunctions) {
      Input input = input_of(sample);
      const auto today = analyse(plugin, function, input);
      input.later_host = true;
      const auto later = analyse(plugin, function, input);
      if (today && today->text() != later->text())
        return fail(fmt::format("{} answers a host with larger structs otherwise", to_string(function)));
      input.kind = 4711;
      analyse(plugin, function, input);
      input = input_of(sample);
      input.first_host = true;
      const auto first = analyse(plugin, function, input);
      if (today && today->text() != first->text())
        return fail(fmt::format("{} answers a host of 1.0 otherwise", to_string(function)));
    }
  }
  return pass();
}

Finding works_in_threads(const Subject& subject) {
  const OpenPlugin plugin(subject.path);
  if (!can_analyse(plugin)) return skip("it analyses nothing");
  if ((plugin.api().flags & TCM_PLUGIN_SERIAL_ONLY) != 0) return skip("it says that it is serial");
  const auto inputs = inputs_of(subject, plugin.api());
  std::vector<std::string> expected;
  for (const auto& sample : inputs)
    for (const auto function : kFunctions)
      if (const auto answer = analyse(plugin, function, input_of(sample))) expected.push_back(answer->text());
  std::atomic<int> differing{0};
  const auto work = [&] {
    try {
      for (int round = 0; round < 20; ++round) {
        std::size_t at = 0;
        for (const auto& sample : inputs)
          for (const auto function : kFunctions)
            if (const auto answer = analyse(plugin, function, input_of(sample)))
              if (answer->text() != expected[at++]) ++differing;
      }
    } catch (const Failure&) {
      ++differing;
    }
  };
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int i = 0; i < 8; ++i) threads.emplace_back(work);
  for (auto& thread : threads) thread.join();
  return differing == 0 ? pass() : fail(fmt::format("{} answers of eight threads differ", differing.load()));
}

}  // namespace

std::vector<Test> analysis_tests() {
  return {
      {"lifecycle.open", "P-49", "opens, closes and opens again", 7, true, opens_again},
      {"arch.spelling", "P-37 P-38", "architectures, also strange ones", 8, false, spelling},
      {"arch.words", "P-37", "every --arch in canonical form", 8, false, known_words},
      {"analyse.samples", "P-35", "reads every --sample with status OK", 8, false, samples_are_read},
      {"analyse.attributes", "P-30 to P-36", "keys, types, values and units", 8, false, attributes},
      {"analyse.deterministic", "P-42", "the same bytes, the same answer", 8, false, is_deterministic},
      {"analyse.limit", "P-39", "stops when the sink says TCM_LIMIT", 8, false, obeys_limit},
      {"analyse.abort", "P-39", "stops when the sink says TCM_ABORTED", 8, false, obeys_abort},
      {"analyse.later_host", "P-47", "larger and smaller structs, unknown kinds", 8, false, meets_other_hosts},
      {"analyse.threads", "P-48", "eight threads at once", 8, false, works_in_threads},
  };
}

}  // namespace tcm::check
