#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The walls of the house, checked on the sources: which room may know, include and do what.

boundaries_test.py ROOT
"""

import re
import sys
import unittest
from pathlib import Path

ROOT = Path(sys.argv.pop(1)).resolve()
CODE = {".c", ".cpp", ".h", ".hpp"}
TEXT = CODE | {".py", ".sh", ".md", ".cmake", ".txt", ".json", ".in", ".pc", ".map", ".yml", ".supp", ".toml", ""}


def files(*folders, suffixes=CODE):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix in suffixes and "__pycache__" not in path.parts:
                yield path


def read(path):
    return path.read_text(encoding="utf-8")


TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^()\\ ]{0,16})\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL
)


def without_comments(text):
    """The code with its strings; comments become blanks, lines keep their numbers."""

    def blank(match):
        token = match.group()
        return re.sub(r"[^\n]", " ", token) if token.startswith(("//", "/*")) else token

    # A quote between digits separates them and starts no literal.
    return TOKEN.sub(blank, re.sub(r"(?<=[0-9a-fA-F])'(?=[0-9a-fA-F])", "_", text))


def strings(text):
    """Every string literal of the code, with the number of its line."""
    code = without_comments(text)
    for match in TOKEN.finditer(code):
        if match.group().startswith(('"', 'R"')):
            yield code.count("\n", 0, match.start()) + 1, match.group()


def hits(pattern, text):
    for number, line in enumerate(text.splitlines(), 1):
        if re.search(pattern, line):
            yield number, line.strip()


class Boundaries(unittest.TestCase):
    maxDiff = None

    def none(self, found, rule):
        self.assertFalse(found, rule + ":\n  " + "\n  ".join(found))

    def test_core_and_cli_name_no_vendors_format(self):
        pattern = r"(?i)cubin|hsaco|ptx|gfx|amdgcn|zebin|(?<![a-z0-9])sm_"
        found = [f"{p.relative_to(ROOT)}:{n}: {line}" for p in files("core", "cli") for n, line in hits(pattern, read(p))]
        self.none(found, "vendors' formats belong into plugins/, not even comments of core/ and cli/ name them")

    def test_core_and_cli_have_no_vendor_in_their_code(self):
        pattern = r"(?i)(?<![a-z])(cuda|hip|rocm|xpu|nvidia|amd|nvptx)(?![a-z0-9])"
        found = [
            f"{p.relative_to(ROOT)}:{n}: {line}"
            for p in files("core", "cli")
            for n, line in hits(pattern, without_comments(read(p)))
        ]
        self.none(found, "a vendor is known to its plugin only; the code of core/ and cli/ names none")

    def test_all_sql_is_in_the_index(self):
        include = r"#\s*include\s*[<\"](soci|sqlite3|libpq|postgresql)"
        sql = (
            r"(?i)\b(insert\s+into|delete\s+from|create\s+(unique\s+)?(table|index|view)|drop\s+table|alter\s+table|"
            r"update\s+\w+\s+set)\b|\bSELECT\b|^R?\"[^\"]{0,2}\s*select\s|\bpragma\s+\w+\s*[=(;]"
        )
        found = []
        for path in files("core", "cli", "plugins", "sdk"):
            if path.is_relative_to(ROOT / "core/index"):
                continue
            text = read(path)
            found += [f"{path.relative_to(ROOT)}:{n}: {line}" for n, line in hits(include, text)]
            found += [f"{path.relative_to(ROOT)}:{n}: {s}" for n, s in strings(text) if re.search(sql, s)]
        self.none(found, "all SQL, and every header of a database, is in core/index")

    # Who may change files beside core/cache: its own files, never a cache's.
    WRITERS = {
        "core/index": "its database",
        "core/util": "helpers that know no cache",
        "sdk": "the checker's own files",
    }

    def test_only_the_cache_room_changes_files(self):
        pattern = (
            r"(?<![\w.>])(::)?(unlink|unlinkat|renameat2?|rmdir|mkdirat|symlinkat|linkat|ftruncate|utimensat|futimens|"
            r"mkstemps?|mkdtemp|creat)\s*\(|\bO_(CREAT|WRONLY|RDWR|TRUNC|APPEND)\b|\bofstream\b|\bfopen\s*\(|"
            r"\b(std::|fs::|filesystem::)(remove|remove_all|rename|create_director\w+|copy_file|resize_file|"
            r"last_write_time|create_\w*link)\s*\("
        )
        found = []
        for path in files("core", "cli", "plugins", "sdk"):
            name = str(path.relative_to(ROOT))
            if name.startswith(("core/cache/", "core/disk/")) or any(name.startswith(room + "/") for room in self.WRITERS):
                continue
            found += [f"{name}:{n}: {line}" for n, line in hits(pattern, without_comments(read(path)))]
        self.none(found, "only core/cache removes, renames or writes in a cache")

    # room: the rooms whose headers it may include; each may include its own. A room named here stands for its sub-rooms,
    # too; but a sub-room that names the room around it, or one beside it, may include what lies directly there alone.
    ARROWS = {
        "core/util": [],
        "core/util/system": ["core/util"],
        "core/util/text": ["core/util"],
        "core/util/thread": ["core/util"],
        "core/config": ["core/util"],
        "core/model": ["core/util"],
        "core/disk": ["core/util"],
        "core/cache/format": ["core/util", "core/model"],
        "core/cache/find": ["core/util", "core/model", "core/disk", "core/cache/format"],
        "core/cache/read": ["core/util", "core/model", "core/disk", "core/cache/format"],
        "core/cache/inspect": ["core/util", "core/model", "core/disk", "core/cache/format", "core/cache/read"],
        "core/cache/trash": ["core/util", "core/disk"]
        + ["core/cache/format", "core/cache/read", "core/cache/inspect"],
        "core/cache/edit": ["core/util", "core/model", "core/disk"]
        + ["core/cache/format", "core/cache/read", "core/cache/inspect", "core/cache/trash"],
        "core/backend/find": ["core/util", "plugin-api"],
        "core/backend/terms": ["core/util", "plugin-api"],
        "core/backend/load": ["core/util", "core/model", "core/backend/find", "core/backend/terms", "plugin-api"],
        "core/backend": ["core/util", "core/model", "core/backend/find", "core/backend/load", "core/backend/terms", "plugin-api"],
        "core/index/values": ["core/model"],
        "core/index/sql": ["core/util"],
        "core/index/rows": ["core/util", "core/model", "core/index/values"],
        "core/index/schema": ["core/util", "core/index/sql", "core/index/values"],
        "core/index/sqlite": ["core/util", "core/index/sql", "core/index/rows"],
        "core/index/postgres": ["core/util", "core/index/sql", "core/index/rows"],
        "core/index/query": ["core/util", "core/model", "core/index/sql", "core/index/rows", "core/index/values"],
        "core/index/write": ["core/util", "core/model", "core/index/sql", "core/index/rows", "core/index/values", "core/index/query"],
        "core/index": ["core/util", "core/model"]
        + [f"core/index/{room}" for room in ("values", "sql", "schema", "sqlite", "postgres", "query", "write")],
        "core/index/upkeep": ["core/util", "core/index"]
        + [f"core/index/{room}" for room in ("values", "sql", "rows", "schema", "sqlite")],
        "core/service": ["core/cache", "core/backend"],
        "core/service/query": ["core/util", "core/model", "core/backend", "core/backend/terms", "core/index", "core/index/values", "core/service"],
        "core/service/scan": ["core/util", "core/model", "core/backend/terms", "core/cache", "core/index", "core/index/values", "core/service"],
        "core/service/plan": [
            "core/util", "core/config", "core/model", "core/disk", "core/cache", "core/index", "core/index/values",
            "core/service", "core/service/query", "core/service/scan",
        ],
        "core/service/change": [
            "core/util", "core/config", "core/model", "core/cache", "core/index", "core/index/values",
            "core/service", "core/service/scan", "core/service/plan",
        ],
        "cli/output": ["core/util", "core/model"],
        "cli/run": ["core/util", "core/config", "core/index", "core/index/values", "core/service", "cli/output"],
        "cli/show": ["core/util", "core/model", "core/index", "core/index/values", "core/service", "cli/output", "cli/run"],
        "cli/commands": [
            "core/util", "core/config", "core/model", "core/backend", "core/index", "core/index/values", "core/service",
            "cli/output", "cli/run", "cli/show",
        ],
        "cli": ["core/util", "core/config", "cli/output", "cli/run", "cli/commands"],
        "plugins/common": ["plugin-api"],
        "plugins/cuda": ["plugin-api", "plugins/common"],
        "plugins/rocm": ["plugin-api", "plugins/common"],
        "plugin-api": [],
        "sdk": ["plugin-api"],
    }

    def room_of(self, include):
        if include.startswith("tcm/plugin/"):
            return "plugin-api"
        rooms = [room for room in self.ARROWS if include.startswith(room + "/")]
        return max(rooms, key=len) if rooms else None

    def may_include(self, room, target):
        if target == room or target in self.ARROWS[room]:
            return True
        return any(target.startswith(known + "/") and not room.startswith(known + "/") for known in self.ARROWS[room])

    def test_arrows_point_down(self):
        found = []
        for path in files("core", "cli", "plugins", "plugin-api", "sdk"):
            name = str(path.relative_to(ROOT))
            room = self.room_of(name)
            if room is None:
                self.assertIn("/examples/", name, "a room that tests/scripts/boundaries_test.py does not know")
                continue
            for number, line in enumerate(read(path).splitlines(), 1):
                match = re.match(r'\s*#\s*include\s*[<"]([^>"]+)[>"]', line)
                target = self.room_of(match.group(1)) if match else None
                if target and not self.may_include(room, target):
                    found.append(f"{name}:{number}: {room} includes {match.group(1)}")
        self.none(found, "arrows point down only: cli, service, then cache, backend and index, then model, then util")

    def test_every_source_names_its_licence(self):
        folders = ["core", "cli", "plugins", "plugin-api", "sdk", "tests", "cmake", "scripts", ".ci"]
        found = [
            str(p.relative_to(ROOT))
            for p in files(*folders, suffixes=CODE | {".cmake", ".py", ".sh"})
            if "tests/data/" not in str(p) and not any("SPDX-License-Identifier: Apache-2.0" in l for l in read(p).splitlines()[:3])
        ]
        self.none(found, "every source file starts with its SPDX line")

    def test_no_source_is_too_long(self):
        found = [
            f"{p.relative_to(ROOT)}: {len(read(p).splitlines())} lines"
            for p in files("core", "cli", "plugins", "sdk", "tests")
            if len(read(p).splitlines()) > 500
        ]
        self.none(found, "a file of more than 500 lines wants to be two")

    def test_nothing_is_left_for_later(self):
        words = "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"])
        found = [
            f"{p.relative_to(ROOT)}:{n}: {line}"
            for p in files("core", "cli", "plugins", "plugin-api", "sdk", "tests", suffixes=CODE | {".py"})
            for n, line in hits(rf"\b({words})\b", read(p))
        ]
        self.none(found, "what is left to do is written down where it is tracked, not in the code")

    def test_no_path_of_a_machine(self):
        pattern = r"(?<![\w.$}~-])/(Users|root)/\w|(?<![\w.$}~-])/home/(?!(u|user|you|someone)\b)\w"
        if len(ROOT.parts) > 2:  # "/src" would be found in other words
            pattern += "|" + re.escape(str(ROOT)) + r"(?![\w-])"
        folders = ["core", "cli", "plugins", "plugin-api", "sdk", "tests", "cmake", "scripts", ".ci", "docs"]
        everywhere = list(files(*folders, suffixes=TEXT)) + [p for p in sorted(ROOT.iterdir()) if p.is_file() and p.suffix in TEXT]
        found = [
            f"{p.relative_to(ROOT)}:{n}: {line}"
            for p in everywhere
            if "tests/data/" not in str(p)
            for n, line in hits(pattern, p.read_text(encoding="utf-8", errors="replace"))
        ]
        self.none(found, "no file names a place of one machine")

    def test_the_checks_see_what_they_look_for(self):
        """A pattern that matches nothing would pass everything."""
        self.assertEqual(list(hits("b", "a\nb")), [(2, "b")])
        self.assertNotIn("hidden", without_comments('x; // hidden\n/* hidden */ "seen"'))
        self.assertIn("// seen", without_comments('"http:// seen"'))
        self.assertEqual(list(strings('int a = 1\'000; // "no"\nf("yes");')), [(2, '"yes"')])
        self.assertEqual(self.room_of("core/cache/read/root.hpp"), "core/cache/read")
        self.assertGreater(len(list(files("core"))), 10)
        self.assertTrue(self.may_include("core/index", "core/util/text"))
        self.assertTrue(self.may_include("core/util/text", "core/util"))
        self.assertFalse(self.may_include("core/util/text", "core/util/system"))
        self.assertFalse(self.may_include("core/service/plan", "core/service/change"))
        self.assertFalse(self.may_include("core/util", "core/util/text"))


if __name__ == "__main__":
    unittest.main()
