#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `tcm __complete` offers, for every command and option, and what it never does.

completion_test.py ROOT BUILD_DIR
"""

import json
import sqlite3
import subprocess
import tempfile
import unittest
from pathlib import Path

from guide import BUILD, commands, home_with_index, options

INDEX = ".local/share/triton-cache-manager/tcm.db"


def ask(environment, *words, shell="bash"):
    run = subprocess.run([BUILD / "bin/tcm", "__complete", shell, *words], env=environment, capture_output=True, text=True,
                         timeout=60, check=False, cwd=environment["HOME"])
    if run.returncode != 0 or run.stderr:
        raise AssertionError(f"{run.returncode}: {run.stderr}")
    return run.stdout.splitlines()


class Completion(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = home_with_index()
        cls.addClassCleanup(cls.home.close)

    def offered(self, *words):
        return ask(self.home.environment, *words)

    def test_commands(self):
        self.assertEqual(self.offered(""), commands(self.home))
        self.assertEqual(self.offered("sh"), ["show"])
        self.assertEqual(self.offered("config", ""), commands(self.home, "config"))
        self.assertEqual(self.offered("help", "ver"), ["verify", "version"])
        self.assertEqual(self.offered("help", "config", "s"), ["show", "set"])
        self.assertEqual(self.offered("nonsense", "--k"), [])

    def test_every_option_of_every_command_and_the_global_ones(self):
        for command in commands(self.home):
            for path in ([command, inner] for inner in [*commands(self.home, command), None]):
                path = [word for word in path if word]
                wanted = options(self.home, *path) | options(self.home)
                self.assertLessEqual({o for o in wanted if not o.startswith("--")}, set(self.offered(*path, "-")), path)
                self.assertLessEqual({o for o in wanted if o.startswith("--")}, set(self.offered(*path, "--")), path)

    def test_an_option_that_is_given_is_not_offered_again_unless_it_may_be(self):
        self.assertEqual(self.offered("list", "--limit", "3", "--lim"), [])
        self.assertEqual(self.offered("list", "--kind", "all", "--kin"), ["--kind"])
        self.assertEqual(self.offered("show", "--", "--ki"), [])

    def test_closed_lists_of_words(self):
        self.assertEqual(self.offered("list", "--output", ""), ["table", "wide", "json", "jsonl", "csv", "ids"])
        self.assertEqual(self.offered("list", "-o", "js"), ["json", "jsonl"])
        self.assertEqual(self.offered("verify", "--level=q"), ["--level=quick"])
        self.assertEqual(self.offered("--color", ""), ["auto", "always", "never"])
        self.assertEqual(self.offered("list", "--color", "a"), ["auto", "always"])
        self.assertEqual(self.offered("prune", "--deduplicate="), [f"--deduplicate={w}" for w in ("content", "metadata", "hardlink")])

    def test_what_is_offered_is_accepted(self):
        kinds = self.offered("list", "--kind", "")
        self.home.output("list", *(word for kind in kinds for word in ("--kind", kind)))
        columns = [c for c in self.offered("list", "--columns", "") if c != "help"]
        self.home.output("list", "--columns", ",".join(columns))
        for column in columns[:6] + self.offered("list", "--sort", "size:"):
            self.home.output("list", "--sort", column)
        self.home.output("stats", "--by", ",".join(self.offered("stats", "--by", "")))
        self.home.output("prune", "--dry-run", "--drop", ",".join(self.offered("prune", "--drop", "")))
        self.home.output("prune", "--dry-run", "--keep-newest", "1", "--group-by", ",".join(self.offered("prune", "--group-by", "")))
        self.home.output("repair", "--dry-run", "--only", ",".join(self.offered("repair", "--only", "")))
        for age in self.offered("list", "--older-than", ""):
            self.home.output("list", "--older-than", age)

    def test_lists_go_on_behind_the_comma(self):
        self.assertEqual(self.offered("list", "--columns", "key,nam"), ["key,name"])
        self.assertNotIn("key,key", self.offered("list", "--columns", "key,"))
        self.assertEqual(self.offered("stats", "--by=backend,ar"), ["--by=backend,arch"])

    def test_columns_and_orders(self):
        known = json.loads(self.home.output("list", "--columns", "help", "-o", "json"))["columns"]
        self.assertEqual(self.offered("list", "--sort", ""), [column["name"] for column in known])
        self.assertEqual(self.offered("list", "--sort", "size:"), ["size:asc", "size:desc"])

    def test_settings_and_their_values(self):
        known = [setting["key"] for setting in json.loads(self.home.output("config", "show", "--json"))["settings"]]
        self.assertEqual(self.offered("config", "get", ""), known)
        self.assertEqual(self.offered("config", "set", "log_format", ""), ["text", "json"])
        self.assertEqual(self.offered("config", "set", "prune.trash", ""), ["true", "false"])
        self.assertEqual(self.offered("config", "set", "prune.max_size", ""), ["none"])

    def test_names_and_keys_from_the_index(self):
        records = json.loads(self.home.output("list", "--json"))["kernels"]
        keys, names = {r["key"] for r in records}, {r["name"] for r in records}
        self.assertEqual(set(self.offered("list", "-n", "")), names)
        self.assertEqual(self.offered("show", "add_k"), ["add_kernel"])
        self.assertEqual(len(self.offered("show", "4RYK")), 1)
        self.assertLessEqual(keys, set(self.offered("rm", "")))
        self.assertIn("gfx942", self.offered("list", "-a", ""))
        self.assertIn(":directories", self.offered("list", "--cache-dir", ""))
        self.assertIn(str(self.home.path / ".triton/cache"), self.offered("list", "--cache-dir", "/"))

    def test_meanings_stand_behind_a_tab(self):
        lines = ask(self.home.environment, "config", "set", "log_f", shell="zsh")
        self.assertRegex(lines[0], "^log_file\t.+")
        self.assertEqual(len(self.offered("config", "set", "log_f")[0].split("\t")), 1)

    def test_parts_that_a_shell_knows(self):
        self.assertEqual(self.offered("run", "--", ""), [":commands"])
        self.assertEqual(self.offered("run", "--", "python", ""), [":files"])
        self.assertEqual(self.offered("--log-file", ""), [":files"])
        self.assertEqual(self.offered("--plugin-path", ""), [":directories"])

    def test_a_hostile_name_is_not_offered(self):
        """Bash puts what it gets into the line as it is."""
        database = sqlite3.connect(self.home.path / INDEX)
        before = database.execute("SELECT id, name FROM record WHERE name = 'add_kernel'").fetchall()
        self.assertTrue(before)
        self.addCleanup(lambda: (database.executemany("UPDATE record SET name = ?2 WHERE id = ?1", before), database.commit()))
        for name in ("$(touch pwned)", "a b", "`id`", "-rf", "a\nb", ":files", "a;b"):
            database.execute("UPDATE record SET name = ? WHERE id = ?", (name, before[0][0]))
            database.commit()
            self.assertFalse(set(name.split("\n")) & set(self.offered("list", "--name", "")), name)


class Nothing(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tcm-completion-")
        self.addCleanup(folder.cleanup)
        self.home = Path(folder.name)
        self.environment = {"HOME": folder.name, "PATH": "/usr/bin:/bin"}

    def files(self):
        return sorted(str(p.relative_to(self.home)) for p in self.home.rglob("*"))

    def test_without_an_index_none_is_made(self):
        for words in (["show", ""], ["rm", ""], ["list", "-n", ""], ["list", "--cache-dir", ""], ["--db", "new.db", "show", ""]):
            ask(self.environment, *words)
        self.assertEqual(self.files(), [])

    def test_an_index_of_another_release_stays_as_it_is(self):
        path = self.home / "old.db"
        database = sqlite3.connect(path)
        database.execute("CREATE TABLE schema_version(version INTEGER)")
        database.execute("INSERT INTO schema_version VALUES (1)")
        database.commit()
        database.close()
        before = path.read_bytes()
        self.assertEqual(ask(self.environment, "--db", str(path), "show", ""), [])
        self.assertEqual(path.read_bytes(), before)

    def test_what_is_no_index_or_broken_settings_are_silence(self):
        (self.home / "text.db").write_text("no database, but long enough for one that is no database, so to say" * 9)
        self.assertEqual(ask(self.environment, "--db", "text.db", "show", ""), [])
        (self.home / ".config/tcm").mkdir(parents=True)
        (self.home / ".config/tcm/config.toml").write_text("nonsense = [")
        self.assertEqual(ask(self.environment, "show", ""), [])
        self.assertEqual(ask(self.environment, "sho"), ["show"])
        self.assertEqual(ask(self.environment), ask(self.environment, ""))


if __name__ == "__main__":
    unittest.main()
