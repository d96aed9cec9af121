// SPDX-License-Identifier: Apache-2.0
#include "core/cache/format/metadata_edit.hpp"

#include "core/cache/format/json_scanner.hpp"
#include "core/util/text/json_text.hpp"
#include "core/util/text/utf8.hpp"

namespace tcm::cache {

tl::expected<std::string, std::string> edit_metadata(std::string_view text, const NewValue& new_value) {
  JsonScanner scanner(text);
  std::string made;
  std::size_t kept = 0;  // of `text`, what has been copied
  scanner.expect('{');
  if (!scanner.take('}')) {
    do {
      const auto field = util::decode_json_string(cut(text, scanner.string()));
      scanner.expect(':');
      const bool is_text = scanner.peek() == '"';
      const TextSpan span = scanner.value();
      if (!field || !is_text || scanner.broken()) continue;
      const auto value = util::decode_json_string(cut(text, span));
      const std::string becomes = value ? new_value(*field, *value) : std::string();
      if (becomes.empty()) continue;
      made += text.substr(kept, span.begin - kept);
      if (!util::is_valid_utf8(becomes)) return tl::unexpected<std::string>("the new path is not UTF-8");
      util::append_json_string(made, becomes, util::JsonEscapes::non_ascii);
      kept = span.end;
    } while (scanner.take(',') && !scanner.broken());
    scanner.expect('}');
  }
  if (scanner.broken()) return tl::unexpected<std::string>("not of a shape that can be edited");
  made += text.substr(kept);
  return made;
}

}  // namespace tcm::cache
