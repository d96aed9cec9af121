#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The tables of the documents say what the program does: options, exit codes, fields, columns, settings, the schema of
the index. And of every document: its links lead somewhere, and nothing in it is left for later.

tables_test.py ROOT BUILD_DIR
"""

import base64
import csv
import io
import json
import re
import sqlite3
import struct
import subprocess
import sys
import unittest
import zlib
from pathlib import Path
from urllib.parse import unquote

import markdown
from program import Home

ROOT, BUILD = Path(sys.argv.pop(1)).resolve(), Path(sys.argv.pop(1)).resolve()
OPTION = re.compile(r"(?<![\w-])(?:--[a-z][a-z-]+|-[a-zA-Z])(?![\w-])")


def read(name):
    return (ROOT / name).read_text()


def first_cells(text):
    """The words set as code in the first cells of a text's tables, without the headings."""
    return [word for table in markdown.tables(text) for row in table[1:] for word in markdown.code(row[0])]


def table_with(text, heading):
    """The rows of the one table whose first heading is `heading`."""
    found = [table[1:] for table in markdown.tables(text) if table[0][0] == heading]
    if len(found) != 1:
        raise AssertionError(f"{len(found)} tables begin with '{heading}'")
    return found[0]


def without_links(text):
    return re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text)


class WithProgram(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = Home(ROOT, BUILD)
        cls.addClassCleanup(cls.home.close)
        cls.home.output("index", "--cache-dir", ".triton/cache", "--cache-dir", "torchinductor")


class Options(WithProgram):
    """docs/cli.md against --help."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.text = read("docs/cli.md")
        cls.filters = cls.options(markdown.section(cls.text, "## Filters"))
        cls.globals = cls.options(markdown.section(cls.text, "## Global options"))

    @staticmethod
    def options(text):
        return {option for word in first_cells(text) for option in OPTION.findall(word)}

    def helped(self, *command):
        """The options that --help explains: they begin a line. Those of a command's own commands are the command's."""
        text = self.home.output(*command, "--help")
        spelled = [m.group(1) for line in text.splitlines() if (m := re.match(r" {2,4}(-\S+)", line))]
        options = {option for word in spelled for option in OPTION.findall(word)}
        for inner in self.commands(*command) if command else []:
            options |= self.helped(*command, inner)
        return options

    def commands(self, *command):
        text = self.home.output(*command, "--help")
        listed = re.search(r"^Subcommands:\n((?: .*\n)+)", text, re.MULTILINE)
        return re.findall(r"^  ([a-z-]+)", listed.group(1), re.MULTILINE) if listed else []

    def test_every_command_has_a_section(self):
        sections = re.findall(r"^## tcm (\w+)$", self.text, re.MULTILINE)
        self.assertEqual(sorted(sections), sorted(self.commands()))

    def test_global_options(self):
        self.assertEqual(self.globals, self.helped())

    def test_options_of_commands(self):
        for command in self.commands():
            with self.subTest(command=command):
                own = markdown.section(self.text, f"## tcm {command}")
                written = self.options(own) | {"-h", "--help"}
                if "(#filters)" in own:
                    written |= self.filters
                # Where a release shows the global options with each command, too, they need no second mention.
                self.assertEqual(written, self.helped(command) - (self.globals - written))

    def test_options_in_prose_exist(self):
        known = self.filters | self.globals
        for command in self.commands():
            known |= self.helped(command)
        for name in ("README.md", "docs/cli.md", "docs/database.md", "docs/config.md", "docs/plugins.md"):
            for word in re.findall(r"`(?:tcm [^`]*|-[^`]*)`", markdown.without_blocks(read(name))):
                self.assertLessEqual(set(OPTION.findall(word)), known, f"{name}: {word}")

    def test_commands_of_shell_blocks_exist(self):
        """Those are not run, as they would need a server, a GPU or another machine."""
        commands, checked = self.commands(), 0
        known = {command: self.helped(command) | self.globals for command in commands}
        for document in markdown.documents(ROOT / "docs"):
            for line, block in markdown.blocks(document.read_text(), "sh"):
                for text in block:
                    for call in re.findall(r"(?:^|[|&;] *)tcm ([^|&;#]*)", text):
                        # What stands in quotes is told to another program.
                        words = re.sub(r"'[^']*'", "", call).split(" -- ")[0]
                        command = next(word for word in words.split() if not word.startswith("-"))
                        with self.subTest(document=document.name, line=line, command=text):
                            self.assertIn(command, commands)
                            self.assertLessEqual(set(OPTION.findall(words)), known[command])
                        checked += 1
        self.assertGreater(checked, 10)

    def test_columns(self):
        columns = json.loads(self.home.output("list", "--columns", "help", "-o", "json"))["columns"]
        self.assertEqual(next(csv.reader(io.StringIO(self.home.output("list", "-o", "csv")))), [c["name"] for c in columns])
        rows = table_with(self.text, "column")
        self.assertEqual(len(rows), len(columns))
        for (name, json_name, kind, usual, meaning), column in zip(rows, columns):
            with self.subTest(column=column["name"]):
                self.assertEqual(markdown.code(name), [w for w in (column["name"], column["alias"]) if w])
                self.assertEqual(markdown.code(json_name), [w for w in (column["json_name"],) if w])
                self.assertEqual((kind, usual == "yes"), (column["type"], column["in_table"]))
                # The document may say more.
                self.assertTrue(without_links(meaning).startswith(column["meaning"]), column["meaning"])

    def test_formats(self):
        code = re.findall(r'{Format::\w+, "(\w+)", "', read("cli/output/formats.hpp"))
        written = [word for row in table_with(self.text, "format") for word in markdown.code(row[0])]
        self.assertEqual(written, code)


class ExitCodes(unittest.TestCase):
    def test_they_are_those_of_the_program(self):
        header = read("cli/output/exit_codes.hpp")
        numbers = dict(re.findall(r"^  (\w+) = (\d+),$", header, re.MULTILINE))
        code = {numbers[name]: text for name, text in re.findall(r'{ExitCode::(\w+), "([^"]+)"}', header)}
        self.assertEqual(len(code), len(numbers))
        whole = {row[0]: row[1] for row in table_with(read("docs/cli.md"), "exit code")}
        self.assertEqual(whole, code)
        for number, text, *_ in table_with(read("README.md"), "exit code"):
            self.assertEqual(text, code[number])


class Findings(unittest.TestCase):
    """docs/verify.md against the table of findings."""

    def test_the_table_is_the_programs(self):
        source = read("core/cache/verify/finding.cpp")
        row = r'{FindingId::\w+,\s*"([\w-]+)",\s*Severity::(\w+),\s*"([^"]+)",\s*"([^"]+)",\s*Repair::(\w+)}'
        mends = dict(re.findall(r'case Repair::(\w+): return "((?:\w+ [^"]+|nothing))";', source))
        mends["remove_entry"] = re.search(r'return "(removes the entry[^"]*)";', source).group(1)
        code = [[f"`{name}`", severity, what, triton, mends[repair]]
                for name, severity, what, triton, repair in re.findall(row, source)]
        self.assertEqual(len(code), source.count("{FindingId::"))
        self.assertEqual([list(line) for line in table_with(read("docs/verify.md"), "finding")], code)

    def test_the_table_of_doctor_is_the_programs(self):
        source = read("core/service/doctor/finding.cpp")
        row = r'{Id::\w+,\s*"([\w-]+)",\s*(\w+),\s*Severity::(\w+),\s*"([^"]+)",\s*"([^"]+)"}'
        code = [[f"`{name}`", *rest] for name, *rest in re.findall(row, source)]
        self.assertEqual(len(code), source.count("{Id::"))
        self.assertEqual([list(line) for line in table_with(read("docs/doctor.md"), "finding")], code)

    def test_the_known_places_are_the_programs(self):
        source = read("core/cache/places/known_places.cpp")
        meanings = dict(re.findall(r'{"([\w.-]+)", "([^"]+)"},', source))
        rows = re.findall(r'{"([\w.-]+)",\s*"(\w*)",\s*"([^"]*)",\s*(true|false)}', source)
        self.assertGreater(len(rows), 15)
        code = [[tool, meanings[tool], f"`${variable}{path}`" if variable else f"`{path}`", "yes" if read_ == "true" else "no"]
                for tool, variable, path, read_ in rows]
        self.assertEqual([list(line) for line in table_with(read("docs/doctor.md"), "tool")], code)


class Json(WithProgram):
    """docs/json.md against what is printed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.text = read("docs/json.md")

    def fields(self, command):
        return set(first_cells(markdown.section(self.text, f"## tcm {command}")))

    def printed(self, *arguments):
        return json.loads(self.home.output(*arguments, "--json"))

    def test_list(self):
        answer = self.printed("list", "--kind", "all")
        self.assertEqual(set(answer), {"schema", "kernels", "total"})
        for record in answer["kernels"]:
            self.assertEqual(set(record), self.fields("list"))
        lines = self.home.output("list", "--kind", "all", "-o", "jsonl").splitlines()
        self.assertEqual([json.loads(line) for line in lines], answer["kernels"])

    def test_the_fields_of_list_are_its_columns(self):
        listed = json.loads(self.home.output("list", "--columns", "help", "-o", "json"))["columns"]
        columns = [column for column in listed if column["json_name"]]
        rows = table_with(markdown.section(self.text, "## tcm list"), "field")
        self.assertEqual(len(rows), len(columns))
        for (field, kind, meaning), column in zip(rows, columns):
            with self.subTest(field=column["json_name"]):
                self.assertEqual(markdown.code(field), [column["json_name"]])
                number = "number" if column["type"] in ("number", "bytes") else "string"
                self.assertEqual(kind, number + (" or null" if column["optional"] else ""))
                self.assertTrue(without_links(meaning).startswith(column["meaning"]), column["meaning"])

    def test_show(self):
        answer = self.printed("show", "4RYK")
        written = {field for field in self.fields("show") if "." not in field}
        self.assertEqual(set(answer), {"schema"} | self.fields("list") | written - {"problem_detail"})

    def test_index(self):
        answer = self.printed("index")
        written = {field.removeprefix("roots[].") for field in self.fields("index")}
        self.assertEqual(written, (set(answer) | set(answer["roots"][0])) - {"schema", "roots"})
        example = json.loads("\n".join(markdown.blocks(markdown.section(self.text, "## tcm index"), "json")[0][1]))
        self.assertEqual(set(example), set(answer))
        self.assertEqual(set(example["roots"][0]), set(answer["roots"][0]))

    def test_verify(self):
        answer = self.printed("verify")
        written = self.fields("verify")
        self.assertEqual({field for field in written if "[]" not in field}, set(answer) - {"schema"})
        inner = {field.removeprefix("findings[].") for field in written if "[]" in field}
        self.assertEqual(inner, set(answer["findings"][0]))

    def test_gc(self):
        answer = self.printed("gc", "--dry-run")
        self.assertEqual(self.fields("gc"), set(answer) - {"schema"})
        self.assertEqual(set(answer["roots"][0]), {"path", "entries", "freed_bytes", "causes"})
        causes = {name for name in re.findall(r'{Cause::\w+, "(\w+)"', read("core/service/plan/plan.hpp"))} - {"wanted"}
        row = {row[0]: row[1] for row in table_with(markdown.section(self.text, "## tcm gc"), "field")}["`roots`"]
        self.assertEqual(set(markdown.code(row.partition(";")[2])) - {"causes"}, causes)

    def check_fields(self, command, answer):
        written = self.fields(command)
        self.assertEqual({field for field in written if "[]" not in field}, set(answer) - {"schema"})
        for name in {field.partition("[]")[0] for field in written if "[]" in field}:
            inner = {field.partition("[].")[2] for field in written if field.startswith(f"{name}[].")}
            for item in answer[name]:
                self.assertEqual(inner, set(item), name)

    def test_du(self):
        answer = self.printed("du")
        self.check_fields("du", answer)
        self.assertGreater(len(answer["parts"]), 2)
        section = markdown.section(self.text, "## tcm du")
        words = {w for row in markdown.tables(section)[0] for w in markdown.code(row[1]) if row[0] == "`parts[].what`"}
        kinds = set(re.findall(r'{BesideKind::\w+, "(\w+)",', read("core/cache/places/beside_kinds.cpp")))
        self.assertEqual(words, kinds | {"entries", "trash"})

    def test_doctor(self):
        run = subprocess.run(["tcm", "doctor", "--json"], env=self.home.environment, capture_output=True, text=True, check=False)
        self.assertIn(run.returncode, (0, 4), run.stderr)  # what is wrong depends on the machine
        answer = json.loads(run.stdout)
        self.check_fields("doctor", answer)
        rows = {row[0]: markdown.code(row[1]) for row in markdown.tables(markdown.section(self.text, "## tcm doctor"))[0]}
        for name in ("plugins", "settings_files"):
            self.assertEqual(set(rows[f"`{name}`"]), set(answer[name][0]), name)
        self.assertEqual(set(rows["`database`"]), set(answer["database"]))

    def test_export_and_import(self):
        answer = self.printed("export", "--dry-run", "--cache-dir", ".triton/cache", "x.tar")
        self.assertEqual(self.fields("export"), set(answer) - {"schema"})
        self.home.output("export", "--cache-dir", ".triton/cache", "x.tar")
        answer = self.printed("import", "--dry-run", "--cache-dir", "new", "x.tar")
        written = self.fields("import")
        self.assertEqual({field for field in written if "[]" not in field}, set(answer) - {"schema", "sources"})
        inner = {field.removeprefix("sources[].") for field in written if "[]" in field}
        self.assertEqual(inner, set(answer["sources"][0]))
        answer = self.printed("inspect", "x.tar")
        written = self.fields("inspect")
        self.assertEqual({field for field in written if "[]" not in field}, set(answer) - {"schema", "entries"})
        inner = {field.removeprefix("entries[].") for field in written if "[]" in field}
        self.assertEqual(inner, set(answer["entries"][0]))

    def test_mega_cache(self):
        def text(value):
            value = base64.b64encode(value)
            return struct.pack(">Q", len(value)) + value

        rest = struct.pack(">Q", 1) + text(b"inductor") + struct.pack(">Q", 1) + text(b"key") + struct.pack(">Q", 2) + b"N."
        (self.home.path / "mega.bin").write_bytes(struct.pack(">I", zlib.crc32(rest)) + rest)
        self.check_fields("inspect of a mega-cache", self.printed("inspect", "mega.bin"))

    def test_reasons_and_kinds(self):
        words = read("core/model/words.hpp")
        reasons = {w for w in re.findall(r'{SkipReason::\w+, "(\w*)"', words) if w}
        kinds = set(re.findall(r'{EntryKind::\w+, "(\w+)"', words))
        rows = {row[0]: row for table in markdown.tables(self.text) for row in table}
        self.assertEqual(set(markdown.code(rows["`skip_reasons`"][1])), reasons)
        self.assertEqual(set(markdown.code(rows["`kind`"][2])), kinds)

    def test_stats(self):
        answer = self.printed("stats", "--by", "backend", "--top", "1")
        self.assertEqual(set(answer["top"][0]), self.fields("list"))
        written = self.fields("stats")
        parts = set(answer["total"]) | set(answer["groups"][0]) - {"backend"} | set(answer)
        self.assertEqual({field for field in written if "." not in field}, parts - {"schema"})

    def test_plugins_and_version(self):
        answer = self.printed("plugins")
        self.assertEqual({f for f in self.fields("plugins") if "." not in f}, set(answer) - {"schema"})
        inner = {f.removeprefix("plugins[].") for f in self.fields("plugins") if f.startswith("plugins[].")}
        self.assertEqual(inner, set(answer["plugins"][0]))
        self.assertEqual(self.fields("version"), set(self.printed("version")) - {"schema"})

    def test_config(self):
        settings, files = self.printed("config", "show"), self.printed("config", "path")
        names = set(settings) | set(files) - {"schema"}
        names |= {f"settings[].{field}" for entry in settings["settings"] for field in entry}
        names |= {f"files[].{field}" for entry in files["files"] for field in entry}
        self.assertEqual(self.fields("config"), names - {"schema"})


class Settings(WithProgram):
    """docs/config.md against the program."""

    def test_the_table_is_the_programs(self):
        program = {}
        for setting in json.loads(self.home.output("config", "show", "--json"))["settings"]:
            flags = [setting["flag"]] if setting["flag"] else []
            program[setting["key"]] = (flags, setting["variables"], setting["in_project"])
        self.assertGreater(len(program), 20)
        written = {}
        for name, flag, variables, _, in_project, _ in table_with(read("docs/config.md"), "setting"):
            # The first word set as code is the long form.
            flags = [word for word in markdown.code(flag) if word.startswith("--")]
            written[markdown.code(name)[0]] = (flags[:1], markdown.code(variables), in_project == "yes")
        self.assertEqual(written, program)

    def test_the_defaults_are_the_programs(self):
        written = {markdown.code(row[0])[0]: row[3] for row in table_with(read("docs/config.md"), "setting")}
        for setting in json.loads(self.home.output("config", "show", "--json"))["settings"]:
            if setting["default"] is not None and setting["key"] != "plugin_path":
                self.assertEqual(written[setting["key"]], f"`{setting['default']}`", setting["key"])

    def test_the_examples_are_read(self):
        examples = markdown.blocks(read("docs/config.md"), "toml")
        self.assertGreater(len(examples), 0)
        for line, lines in examples:
            with self.subTest(line=line):
                file = self.home.path / ".config/tcm/config.toml"
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text("\n".join(lines))
                self.addCleanup(file.unlink, missing_ok=True)
                settings = json.loads(self.home.output("config", "show", "--json"))["settings"]
                self.assertIn("user", {setting["source"] for setting in settings})


class Database(WithProgram):
    """docs/database.md against the file."""

    def setUp(self):
        self.text = read("docs/database.md")
        file = self.home.path / ".local/share/triton-cache-manager/tcm.db"
        self.database = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        self.addCleanup(self.database.close)

    def test_the_schema(self):
        names = [row[0] for row in self.database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        self.assertEqual(sorted(re.findall(r"^### `(\w+)`$", self.text, re.MULTILINE)), sorted(names))
        for name in names:
            columns = [row[1] for row in self.database.execute(f"PRAGMA table_info({name})")]
            written = first_cells(markdown.section(self.text, f"### `{name}`"))
            self.assertEqual(written, columns, name)

    def test_the_queries(self):
        queries = markdown.blocks(self.text, "sql")
        self.assertGreater(len(queries), 2)
        for line, query in queries:
            with self.subTest(line=line):
                self.assertTrue(self.database.execute("\n".join(query)).fetchall())


class Documents(unittest.TestCase):
    def test_links_lead_somewhere(self):
        checked = 0
        for document in markdown.documents(ROOT):
            for link in markdown.links(document.read_text()):
                if re.match(r"[a-z]+:", link):
                    continue
                path, _, anchor = unquote(link).partition("#")
                target = (document.parent / path).resolve() if path else document
                with self.subTest(document=str(document.relative_to(ROOT)), link=link):
                    self.assertTrue(target.exists(), "there is no such file")
                    if anchor:
                        self.assertIn(anchor, markdown.anchors(target.read_text()))
                checked += 1
        self.assertGreater(checked, 10)

    def test_nothing_is_left_for_later(self):
        # Spelled apart, because the same is asked of this file.
        words = ("TO" "DO", "FIX" "ME", "X" "XX", "TB" "D", "coming " "soon")
        marker = re.compile(rf"\b({'|'.join(words)})\b")
        for document in markdown.documents(ROOT):
            for number, line in enumerate(document.read_text().splitlines(), 1):
                self.assertIsNone(marker.search(line), f"{document.relative_to(ROOT)}:{number}: {line}")


if __name__ == "__main__":
    unittest.main()
