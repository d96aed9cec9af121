#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The pager: what it gets on a terminal, and when there is none.

pager_test.py ROOT BUILD_DIR
"""

import subprocess
import unittest

from guide import BUILD, Terminal, home_with_index

TCM = str(BUILD / "bin/tcm")


class Pager(unittest.TestCase):
    def setUp(self):
        self.home = home_with_index()
        self.addCleanup(self.home.close)
        self.note = self.home.path / "paged"

    def on_terminal(self, *arguments, **variables):
        """Runs the program where somebody types; (exit code, what the terminal shows)."""
        environment = {**self.home.environment, "TERM": "xterm", **variables}
        shell = Terminal([TCM, *arguments], environment, self.home.path)
        self.addCleanup(shell.close)
        return shell.end()

    def paged(self, *arguments, **variables):
        self.note.unlink(missing_ok=True)
        code, shown = self.on_terminal(*arguments, **{"TCM_PAGER": f"tee {self.note}", **variables})
        self.assertEqual(code, 0, shown)
        return self.note.read_text() if self.note.exists() else None

    def test_a_table_and_the_totals_below_it(self):
        text = self.paged("list", "--no-plugins", "--color", "never")
        self.assertIn("add_kernel", text)
        self.assertRegex(text.splitlines()[-1], "^6 listed, ")

    def test_help_too(self):
        self.assertIn("Exit codes:", self.paged("list", "--help"))
        self.assertIn("Exit codes:", self.paged("help", "list"))

    def test_colours_stay(self):
        self.assertIn("\x1b[", self.paged("list"))

    def test_without_a_variable_less_ends_by_itself(self):
        code, shown = self.on_terminal("config", "get", "layout")
        self.assertEqual(code, 0)
        self.assertIn("auto", shown)

    def test_not_where_it_is_switched_off_or_the_terminal_knows_nothing(self):
        for value in ("", "cat"):
            code, shown = self.on_terminal("list", TCM_PAGER=value, PAGER=f"tee {self.note}")
            self.assertEqual(code, 0)
            self.assertIn("add_kernel", shown)
        self.assertIsNone(self.paged("list", TERM="dumb"))
        self.assertFalse(self.note.exists())

    def test_not_what_asks(self):
        self.assertIsNone(self.paged("prune", "--dry-run"))

    def test_not_into_a_pipe(self):
        subprocess.run([TCM, "list"], env={**self.home.environment, "TCM_PAGER": f"tee {self.note}"}, check=True,
                       capture_output=True, timeout=60)
        self.assertFalse(self.note.exists())

    def test_a_pager_that_leaves_early_or_is_not_there_is_no_failure(self):
        self.assertEqual(self.on_terminal("list", TCM_PAGER="head -c 1")[0], 0)
        self.assertIn(self.on_terminal("list", TCM_PAGER="no-such-pager")[0], (0,))


if __name__ == "__main__":
    unittest.main()
