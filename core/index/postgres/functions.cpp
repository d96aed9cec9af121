// SPDX-License-Identifier: Apache-2.0
// Looking into JSON documents. What a cache holds may be JSON to its reader and not to PostgreSQL (a zero byte, half a
// character, a number without end), and one such document must not fail a question to the whole fleet: it then has no
// such field. Bodies hold no ':' but in quotes, which SOCI would take for a bound value.
#include "core/index/postgres/functions.hpp"

#include <array>

namespace tcm::index {
namespace {

// Zero bytes and halves of characters, as escapes, become the character for "unreadable", and all else can be read.
constexpr std::string_view kValue = R"(
CREATE OR REPLACE FUNCTION tcm_json(document TEXT, path TEXT[]) RETURNS JSON
LANGUAGE plpgsql IMMUTABLE STRICT AS $body$
DECLARE
  found JSON;
  shown TEXT;
BEGIN
  BEGIN
    found = CAST(document AS JSON) #> path;
    shown = found #>> CAST('{}' AS TEXT[]);
  EXCEPTION WHEN data_exception THEN
    found = CAST(regexp_replace(document,
      '\\u0000|\\u[dD][89abAB]..(?!\\u[dD][c-fC-F]..)|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F]..', '\\ufffd', 'g') AS JSON)
      #> path;
    shown = found #>> CAST('{}' AS TEXT[]);
  END;
  RETURN CASE WHEN json_typeof(found) = 'null' THEN NULL ELSE found END;
EXCEPTION WHEN OTHERS THEN
  RETURN NULL;
END $body$)";

constexpr std::string_view kNumber = R"(
CREATE OR REPLACE FUNCTION tcm_json_number(document TEXT, path TEXT[]) RETURNS NUMERIC
LANGUAGE plpgsql IMMUTABLE STRICT AS $body$
DECLARE
  found JSON = tcm_json(document, path);
BEGIN
  RETURN CASE json_typeof(found)
    WHEN 'number' THEN CAST(CAST(found AS TEXT) AS NUMERIC)
    WHEN 'boolean' THEN CAST(CAST(CAST(CAST(found AS TEXT) AS BOOLEAN) AS INTEGER) AS NUMERIC)
  END;
EXCEPTION WHEN OTHERS THEN
  RETURN NULL;
END $body$)";

constexpr std::string_view kString = R"(
CREATE OR REPLACE FUNCTION tcm_json_string(document TEXT, path TEXT[]) RETURNS TEXT
LANGUAGE plpgsql IMMUTABLE STRICT AS $body$
DECLARE
  found JSON = tcm_json(document, path);
BEGIN
  RETURN CASE WHEN json_typeof(found) = 'string' THEN found #>> CAST('{}' AS TEXT[]) END;
END $body$)";

// Without blanks, as the other database writes it.
constexpr std::string_view kCompact = R"(
CREATE OR REPLACE FUNCTION tcm_json_compact(value JSON) RETURNS TEXT
LANGUAGE plpgsql IMMUTABLE STRICT AS $body$
BEGIN
  RETURN CASE json_typeof(value)
    WHEN 'array' THEN (SELECT '[' || COALESCE(string_agg(tcm_json_compact(item), ',' ORDER BY place), '') || ']'
                       FROM json_array_elements(value) WITH ORDINALITY AS items(item, place))
    WHEN 'object' THEN (SELECT '{' || COALESCE(string_agg(CAST(to_json(name) AS TEXT) || ':' || tcm_json_compact(item),
                                                          ',' ORDER BY place), '') || '}'
                        FROM json_each(value) WITH ORDINALITY AS items(name, item, place))
    ELSE CAST(value AS TEXT)
  END;
END $body$)";

constexpr std::string_view kShown = R"(
CREATE OR REPLACE FUNCTION tcm_json_shown(document TEXT, path TEXT[]) RETURNS TEXT
LANGUAGE plpgsql IMMUTABLE STRICT AS $body$
DECLARE
  found JSON = tcm_json(document, path);
  shown TEXT = found #>> CAST('{}' AS TEXT[]);
BEGIN
  CASE json_typeof(found)
    WHEN 'boolean' THEN RETURN CASE shown WHEN 'true' THEN '1' ELSE '0' END;
    WHEN 'number' THEN
      IF shown !~ '[.eE]' THEN RETURN shown; END IF;
      shown = CAST(CAST(shown AS DOUBLE PRECISION) AS TEXT);
      RETURN CASE WHEN shown ~ '[.eE]' THEN shown ELSE shown || '.0' END;
    WHEN 'array', 'object' THEN RETURN tcm_json_compact(found);
    ELSE RETURN shown;
  END CASE;
EXCEPTION WHEN OTHERS THEN
  RETURN shown;
END $body$)";

constexpr std::array<std::string_view, 5> kFunctions{kValue, kNumber, kString, kCompact, kShown};

}  // namespace

std::span<const std::string_view> postgres_functions() { return kFunctions; }

}  // namespace tcm::index
