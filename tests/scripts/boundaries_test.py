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

    # Who may change files besides core/disk: its own files, never a cache's.
    WRITERS = {
        "core/disk": "the one room that changes caches",
        "core/index": "its database",
        "core/util": "helpers that know no cache",
        "core/cache/trash/root_lock.cpp": "a lock file where directories cannot be locked",
        "sdk": "the checker's own files",
    }

    def test_only_the_disk_room_changes_files(self):
        pattern = (
            r"(?<![\w.>])(::)?(unlink|unlinkat|renameat2?|rmdir|mkdirat|symlinkat|linkat|ftruncate|utimensat|futimens|"
            r"mkstemps?|mkdtemp|creat)\s*\(|\bO_(CREAT|WRONLY|RDWR|TRUNC|APPEND)\b|\bofstream\b|\bfopen\s*\(|"
            r"\b(std::|fs::|filesystem::)(remove|remove_all|rename|create_director\w+|copy_file|resize_file|"
            r"last_write_time|create_\w*link)\s*\("
        )
        found = []
        for path in files("core", "cli", "plugins", "sdk"):
            name = str(path.relative_to(ROOT))
            if not any(name == room or name.startswith(room + "/") for room in self.WRITERS):
                found += [f"{name}:{n}: {line}" for n, line in hits(pattern, without_comments(read(path)))]
        self.none(found, "only core/disk removes, renames or writes in a cache")

    def test_only_the_editor_and_the_trash_change_a_cache(self):
        changing = {"core/disk/file_changes.hpp", "core/disk/new_file.hpp", "core/disk/tree_removal.hpp"}
        rooms = ("core/disk/", "core/cache/edit/", "core/cache/import/", "core/cache/trash/")
        found = [
            f"{path.relative_to(ROOT)}:{number}"
            for path in files("core", "cli")
            if not str(path.relative_to(ROOT)).startswith(rooms)
            for number, included in self.includes(read(path)) if included in changing
        ]
        self.none(found, "only core/cache/edit, core/cache/import and core/cache/trash call what changes a cache")

    # Every room, and the rooms whose headers it may include besides its own: each arrow of the house, named one by one.
    # A folder that is not named belongs to the room around it. From the bottom up: no room names one further down.
    ARROWS = {
        "plugin-api": [],
        "sdk": ["plugin-api"],
        "plugins/common": ["plugin-api"],
        "plugins/cuda": ["plugin-api", "plugins/common"],
        "plugins/rocm": ["plugin-api", "plugins/common"],
        "core/util": [],
        "core/util/text": ["core/util"],
        "core/util/system": ["core/util"],
        "core/util/thread": ["core/util"],
        "core/util/machine": ["core/util/text", "core/util/system"],
        "core/model": [],
        "core/config": ["core/util", "core/util/text", "core/util/system"],
        "core/disk": ["core/util", "core/util/text", "core/util/system"],
        "core/cache/format": ["core/util/text", "core/model"],
        "core/cache/find": [
            "core/util", "core/util/text", "core/util/system", "core/model", "core/disk", "core/cache/format",
        ],
        "core/cache/places": [
            "core/util/text", "core/util/system", "core/disk", "core/cache/format", "core/cache/find",
        ],
        "core/cache/read": [
            "core/util", "core/util/text", "core/util/system", "core/model", "core/disk", "core/cache/format",
        ],
        "core/cache/inspect": [
            "core/util/text", "core/util/system", "core/model", "core/disk", "core/cache/format", "core/cache/read",
        ],
        "core/cache/verify": [
            "core/util", "core/util/text", "core/util/system", "core/model", "core/disk", "core/cache/format", "core/cache/read",
            "core/cache/inspect",
        ],
        "core/cache/trash": [
            "core/util", "core/util/text", "core/util/system", "core/disk", "core/cache/format", "core/cache/read",
            "core/cache/inspect",
        ],
        "core/cache/edit": [
            "core/util", "core/util/text", "core/util/system", "core/util/thread", "core/model", "core/disk",
            "core/cache/format", "core/cache/read", "core/cache/inspect", "core/cache/verify", "core/cache/trash",
        ],
        "core/cache/pack": [
            "core/util", "core/util/text", "core/util/system", "core/model", "core/disk", "core/cache/format",
            "core/cache/find", "core/cache/read", "core/cache/inspect", "core/cache/verify", "core/cache/edit",
        ],
        "core/cache/import": [
            "core/util", "core/util/text", "core/util/system", "core/model", "core/disk", "core/cache/format",
            "core/cache/read", "core/cache/pack",
        ],
        "core/backend/terms": ["plugin-api", "core/util/text"],
        "core/backend/find": ["plugin-api", "core/util/text", "core/util/system"],
        "core/backend/load": ["plugin-api", "core/util/text", "core/model", "core/backend/terms", "core/backend/find"],
        "core/backend": ["core/util/text", "core/backend/terms", "core/backend/find", "core/backend/load"],
        "core/index/values": ["core/util", "core/util/text", "core/model"],
        "core/index/sql": ["core/util", "core/util/text"],
        "core/index/rows": ["core/util", "core/model", "core/index/values"],
        "core/index/schema": ["core/util", "core/index/values", "core/index/sql"],
        "core/index/sqlite": ["core/util", "core/util/system", "core/index/sql", "core/index/rows"],
        "core/index/postgres": ["core/util", "core/util/text", "core/index/sql", "core/index/rows"],
        "core/index/query": ["core/util", "core/model", "core/index/values", "core/index/sql", "core/index/rows"],
        "core/index/write": [
            "core/util", "core/util/text", "core/model", "core/index/values", "core/index/sql", "core/index/rows",
            "core/index/query",
        ],
        "core/index": [
            "core/util", "core/util/text", "core/util/system", "core/model", "core/index/values", "core/index/sql",
            "core/index/schema", "core/index/sqlite", "core/index/postgres", "core/index/query", "core/index/write",
        ],
        "core/index/upkeep": [
            "core/util", "core/util/text", "core/util/system", "core/index/values", "core/index/sql",
            "core/index/rows", "core/index/schema", "core/index/sqlite", "core/index",
        ],
        "core/service": [
            "core/util/text", "core/model", "core/cache/format", "core/cache/read", "core/cache/inspect",
            "core/backend",
        ],
        "core/service/query": [
            "core/util", "core/util/text", "core/util/system", "core/model", "core/backend/terms", "core/index/values",
            "core/index", "core/service",
        ],
        "core/service/scan": [
            "core/util", "core/util/text", "core/util/system", "core/util/thread", "core/model", "core/cache/find",
            "core/cache/read", "core/backend/terms", "core/index", "core/service",
        ],
        "core/service/verify": [
            "core/util", "core/util/text", "core/util/system", "core/util/thread", "core/disk", "core/cache/format",
            "core/cache/find", "core/cache/read", "core/cache/verify", "core/index", "core/service",
            "core/service/query", "core/service/scan",
        ],
        "core/service/plan": [
            "core/util", "core/util/text", "core/util/system", "core/model", "core/config", "core/disk",
            "core/cache/format", "core/cache/read", "core/cache/inspect", "core/cache/trash", "core/cache/edit",
            "core/index", "core/service", "core/service/query", "core/service/scan", "core/service/verify",
        ],
        "core/service/change": [
            "core/util", "core/util/text", "core/util/system", "core/util/thread", "core/config", "core/cache/find",
            "core/cache/trash", "core/cache/edit", "core/index", "core/index/upkeep", "core/service",
            "core/service/scan", "core/service/plan",
        ],
        "core/service/hits": [
            "core/util", "core/util/text", "core/util/system", "core/disk", "core/index", "core/service",
            "core/service/scan",
        ],
        "core/service/upkeep": [
            "core/util", "core/util/text", "core/util/system", "core/disk", "core/cache/read", "core/index",
            "core/service", "core/service/scan", "core/service/plan", "core/service/change", "core/service/hits",
        ],
        "core/service/doctor": [
            "core/util", "core/util/text", "core/util/machine", "core/util/system", "core/model", "core/config",
            "core/disk", "core/cache/find", "core/cache/places", "core/cache/verify", "core/index",
            "core/index/upkeep", "core/service",
        ],
        "core/service/transfer": [
            "core/util", "core/util/text", "core/util/system", "core/util/thread", "core/model", "core/disk",
            "core/cache/format", "core/cache/find", "core/cache/read", "core/cache/inspect", "core/cache/verify",
            "core/cache/edit", "core/cache/pack", "core/cache/import", "core/index", "core/service",
            "core/service/query", "core/service/scan", "core/service/verify",
        ],
        "core/service/compare": [
            "core/util", "core/util/text", "core/util/system", "core/model", "core/disk", "core/cache/format",
            "core/cache/find", "core/cache/read", "core/index/values", "core/index", "core/service",
            "core/service/query", "core/service/scan",
        ],
        "core/service/report": [
            "core/util", "core/util/text", "core/index", "core/service", "core/service/query",
        ],
        "cli/output": ["core/util", "core/util/text", "core/util/system"],
        "cli/run": [
            "core/util/text", "core/config", "core/backend/find", "core/index", "core/service", "core/service/query", "core/service/scan",
            "cli/output",
        ],
        "cli/show": [
            "core/util", "core/util/text", "core/model", "core/index/values", "core/index", "core/service/query",
            "core/service/verify", "core/service/plan", "core/service/change", "core/service/doctor",
            "core/service/transfer", "core/service/compare", "core/service/report", "cli/output", "cli/run",
        ],
        "cli/guide": [
            "core/util/text", "core/model", "core/config", "core/cache/verify", "core/index/values", "core/index",
            "core/index/upkeep", "core/service/scan", "cli/output", "cli/run",
        ],
        "cli/commands": [
            "core/util/text", "core/util/system", "core/config", "core/backend/load", "core/index",
            "core/index/upkeep", "core/service/query", "core/service/scan", "core/service/verify",
            "core/service/plan", "core/service/change", "core/service/hits", "core/service/upkeep",
            "core/service/doctor", "core/service/transfer", "core/service/compare", "core/service/report", "cli/output",
            "cli/run", "cli/show",
        ],
        "cli": [
            "core/util", "core/util/text", "core/util/system", "core/config", "cli/output", "cli/run", "cli/guide",
            "cli/commands",
        ],
    }

    def room_of(self, path):
        if path.startswith("tcm/plugin/"):
            return "plugin-api"
        rooms = [room for room in self.ARROWS if path.startswith(room + "/")]
        return max(rooms, key=len) if rooms else None

    @staticmethod
    def includes(text):
        for number, line in enumerate(text.splitlines(), 1):
            if match := re.match(r'\s*#\s*include\s*[<"]([^>"]+)[>"]', line):
                yield number, match.group(1)

    def wrong_includes(self, name, text):
        """What of a file's includes its room may not know."""
        room = self.room_of(name)
        for number, included in self.includes(text):
            target = self.room_of(included)
            if target and target != room and target not in self.ARROWS[room]:
                yield f"{name}:{number}: {room} includes {included}"

    def test_every_include_is_an_arrow_of_the_house(self):
        found = []
        for path in files("core", "cli", "plugins", "plugin-api", "sdk"):
            name = str(path.relative_to(ROOT))
            if self.room_of(name) is None:
                self.assertIn("/examples/", name, "a room that tests/scripts/boundaries_test.py does not know")
            else:
                found += self.wrong_includes(name, read(path))
        self.none(found, "an include that is no arrow of ARROWS")

    def test_a_wrong_include_is_found(self):
        for room, included in (
            ("core/util/text", "core/model/words.hpp"),
            ("core/disk", "core/cache/read/root.hpp"),
            ("core/cache/trash", "core/cache/edit/editor.hpp"),
            ("core/cache/read", "core/index/index.hpp"),
            ("core/index/sql", "core/index/sqlite/connection.hpp"),
            ("core/index/values", "core/index/index.hpp"),
            ("core/service/scan", "core/service/plan/prune.hpp"),
            ("core/service/query", "core/index/sql/session.hpp"),
            ("cli/output", "core/service/query/search.hpp"),
            ("plugins/cuda", "plugins/rocm/hsaco.hpp"),
        ):
            wrong = list(self.wrong_includes(f"{room}/new.cpp", f'#include "{included}"\n'))
            self.assertEqual(wrong, [f"{room}/new.cpp:1: {room} includes {included}"])

    def test_arrows_point_down(self):
        """In the order of the table no room names a later one, so that there is no circle of rooms."""
        order = list(self.ARROWS)
        found = [
            f"{room} names {target}" for at, room in enumerate(order) for target in self.ARROWS[room]
            if target not in order[:at]
        ]
        self.none(found, "a room names one that does not lie below it")

    def test_every_arrow_is_used(self):
        used = {room: set() for room in self.ARROWS}
        for path in files("core", "cli", "plugins", "plugin-api", "sdk"):
            room = self.room_of(str(path.relative_to(ROOT)))
            for _, included in self.includes(read(path)) if room else ():
                used[room].add(self.room_of(included))
        found = [f"{room} names {target}" for room, targets in self.ARROWS.items() for target in targets if target not in used[room]]
        self.none(found, "an arrow that no include needs")

    def test_a_source_includes_its_own_header_first(self):
        """So that the header compiles on its own."""
        found = []
        for source in files("core", suffixes={".cpp"}):
            header = source.with_suffix(".hpp")
            if header.exists():
                first = re.search(r'^#include ["<]([^">]+)[">]', read(source), re.MULTILINE)
                if first is None or first[1] != str(header.relative_to(ROOT)):
                    found.append(str(source.relative_to(ROOT)))
        self.none(found, "the header of a source is its first include")

    def test_every_header_may_be_included_twice(self):
        found = [str(path) for path in files("core", "cli", "plugins", suffixes={".hpp"}) if "#pragma once" not in read(path)]
        self.none(found, "a header begins with #pragma once")

    def test_no_headers_include_each_other_in_a_circle(self):
        headers = {str(p.relative_to(ROOT)): p for p in files("core", "cli", "plugins", "sdk", suffixes={".h", ".hpp"})}
        below = {name: [i for _, i in self.includes(read(path)) if i in headers] for name, path in headers.items()}
        done, circles = set(), []

        def walk(name, way):
            if name in way:
                circles.append(" includes ".join(way[way.index(name):] + [name]))
            elif name not in done:
                for included in below[name]:
                    walk(included, way + [name])
                done.add(name)

        for name in sorted(headers):
            walk(name, [])
        self.none(circles, "headers that include each other")

    @staticmethod
    def library_of(room):
        names = {"core/util": "util_base", "core/service": "service_backends"}
        return names.get(room, room.removeprefix("core/").replace("/", "_"))

    def test_libraries_link_what_their_rooms_may_know(self):
        """Each room is a library that uses those of its arrows and no others: what points up does not link either."""
        for room, targets in self.ARROWS.items():
            if not room.startswith(("core/", "cli")):
                continue
            text = read(ROOT / room / "CMakeLists.txt")
            body = re.search(rf"tcm_add_room\(\s*{self.library_of(room)}\b([^)]*)\)", text)
            self.assertTrue(body, f"{room}/CMakeLists.txt makes no library {self.library_of(room)}")
            uses = re.search(r"\bUSES\b(.*?)(?:\bLINKS\b|$)", body.group(1), re.DOTALL)
            expected = ["tcm_" + self.library_of(target) for target in targets if target != "plugin-api"]
            self.assertEqual(uses.group(1).split() if uses else [], expected, f"{room}/CMakeLists.txt")

    def test_no_room_is_crowded(self):
        stems = {}
        for path in files("core", "cli", "plugins", "sdk"):
            stems.setdefault(path.parent, set()).add(path.stem)
        found = [f"{folder.relative_to(ROOT)}: {len(names)} pairs of files" for folder, names in stems.items() if len(names) > 13]
        self.none(found, "a room with many files wants sub-rooms")

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
            if len(read(p).splitlines()) > 400
        ]
        self.none(found, "a file of more than 400 lines wants to be two")

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


if __name__ == "__main__":
    unittest.main()
