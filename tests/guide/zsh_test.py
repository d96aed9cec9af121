#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Completion in zsh, typed into one on a terminal: what is offered, and what the line becomes.

zsh_test.py ROOT BUILD_DIR
"""

import unittest

from guide import SHELL, Terminal, home_with_index

# Notes what the completion system is offered, and the line.
SETUP = r"""
fpath=({shell} $fpath)
autoload -Uz compinit && compinit -u -d {home}/dump
setopt no_beep no_auto_menu
compadd() {{ local -a hits; builtin compadd -O hits "$@"; print -rl -- $hits >>{home}/offered; builtin compadd "$@" }}
note-line() {{ print -r -- "$BUFFER|" >{home}/line; BUFFER= }}
zle -N note-line && bindkey '^T' note-line && bindkey '^I' complete-word
"""


class Zsh(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = home_with_index()
        cls.addClassCleanup(cls.home.close)
        setup = cls.home.path / "setup"
        setup.write_text(SETUP.format(shell=SHELL, home=cls.home.path))
        cls.shell = Terminal(["zsh", "-f", "-i"], {**cls.home.environment, "TERM": "xterm"}, cls.home.path)
        cls.addClassCleanup(cls.shell.close)
        cls.shell.type(f"source {setup}; echo >{cls.home.path}/ready\n")
        cls.shell.wait_for(cls.home.path / "ready")

    def after(self, typed):
        """(the line, what was offered) when somebody has typed this, Tabs included."""
        line, offered = self.home.path / "line", self.home.path / "offered"
        line.unlink(missing_ok=True)
        offered.unlink(missing_ok=True)
        self.shell.type(typed + "\x14")
        text = self.shell.wait_for(line).strip()
        return text, offered.read_text().splitlines() if offered.exists() else []

    def test_lines(self):
        self.assertEqual(self.after("tcm sho\tadd_k\t")[0], "tcm show add_kernel |")
        self.assertEqual(self.after("tcm list --kind=ker\t--sort size:d\t")[0], "tcm list --kind=kernel --sort size:desc |")
        self.assertEqual(self.after("tcm list --columns key,nam\t")[0], "tcm list --columns key,name |")
        self.assertEqual(self.after("tcm index --cache-dir=.tri\t")[0], "tcm index --cache-dir=.triton/|")

    def test_what_is_offered(self):
        self.assertEqual(self.after("tcm config \t")[1], ["show", "get", "set", "unset", "path"])
        self.assertEqual(self.after("tcm list -o js\t")[1], ["json", "jsonl"])


if __name__ == "__main__":
    unittest.main()
