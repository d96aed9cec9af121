#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Completion in bash: what the function answers, and what a line becomes at the press of Tab.

bash_test.py ROOT BUILD_DIR
"""

import shutil
import subprocess
import unittest
from pathlib import Path

from guide import SHELL, Terminal, home_with_index

# Calls the function as bash does. The words are cut as bash cuts them: at '=' and ':', each of them a word.
CALL = r"""
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
_tcm tcm "${COMP_WORDS[COMP_CWORD]}" ""
printf '%s\n' "${COMPREPLY[@]}"
"""
LOADER = Path("/usr/share/bash-completion/bash_completion")


class Bash(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = home_with_index()
        cls.addClassCleanup(cls.home.close)

    def answer(self, *words):
        run = subprocess.run(["bash", "--norc", "-c", CALL, "bash", SHELL / "tcm.bash", "tcm", *words], cwd=self.home.path,
                             env=self.home.environment, capture_output=True, text=True, check=True, timeout=60)
        return run.stdout.splitlines()

    def test_the_function(self):
        self.assertEqual(self.answer("sho"), ["show"])
        self.assertEqual(self.answer("show", "add_k"), ["add_kernel"])
        self.assertEqual(self.answer("list", "--kind", "=", "ker"), ["kernel"])
        self.assertEqual(self.answer("list", "--sort", "size", ":"), ["asc", "desc"])
        self.assertEqual(self.answer("list", "--columns", "key,nam"), ["key,name"])
        self.assertIn(".triton", self.answer("index", "--cache-dir", ".tri"))

    def line_after(self, typed):
        """What stands in the line when somebody has typed this, Tabs included."""
        note = self.home.path / "line"
        note.unlink(missing_ok=True)
        shell = Terminal(["bash", "--norc", "--noprofile", "-i"], {**self.home.environment, "TERM": "xterm"}, self.home.path)
        self.addCleanup(shell.close)
        shell.type(f"source {SHELL / 'tcm.bash'}; bind -x '\"\\C-t\": echo \"$READLINE_LINE|\" >{note}'; touch ready\n")
        self.addCleanup((self.home.path / "ready").unlink, missing_ok=True)
        shell.type(typed + "\x14")
        return shell.wait_for(note).strip()

    def test_on_a_terminal(self):
        self.assertEqual(self.line_after("tcm sho\tadd_k\t"), "tcm show add_kernel |")
        self.assertEqual(self.line_after("tcm list --kind=ker\t--sort size:d\t"), "tcm list --kind=kernel --sort size:desc |")
        self.assertEqual(self.line_after("tcm index --cache-dir=.tri\t"), "tcm index --cache-dir=.triton/|")

    @unittest.skipUnless(LOADER.exists(), "bash-completion is not installed")
    def test_it_is_found_where_it_is_installed(self):
        folder = self.home.path / "share/bash-completion/completions"
        folder.mkdir(parents=True)
        shutil.copy(SHELL / "tcm.bash", folder / "tcm")
        script = f"source {LOADER}; __load_completion tcm && complete -p tcm"
        run = subprocess.run(["bash", "--norc", "-c", script], capture_output=True, text=True, check=False, timeout=60,
                             env={**self.home.environment, "XDG_DATA_DIRS": str(self.home.path / "share")})
        self.assertEqual(run.stdout, "complete -F _tcm tcm\n", run.stderr)


if __name__ == "__main__":
    unittest.main()
