#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every command of README.md, docs/cli.md and the guides runs, and prints what is shown below it.

In a ```console block a line "$ command" is a command, the lines below it are its whole output on a terminal of 80
columns; "..." stands for any lines. A command must succeed, unless `echo $?` follows it. The commands of a document
run in order in one home: ~/.triton/cache is tests/data/sample, ~/torchinductor is tests/data/inductor.

console_test.py ROOT BUILD_DIR
console_test.py ROOT BUILD_DIR --show DOCUMENT    prints the commands of a document with what they really print
"""

import os
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

import markdown
from program import Home

ROOT, BUILD = Path(sys.argv.pop(1)).resolve(), Path(sys.argv.pop(1)).resolve()
# Documents may use these; where one is missing, the command is not run.
OTHER_PROGRAMS = ("jq", "sqlite3")


def matches(shown, printed):
    """Whether `printed` is what `shown` says."""
    if not shown:
        return not printed
    if shown[0] == "...":
        return any(matches(shown[1:], printed[i:]) for i in range(len(printed) + 1))
    return bool(printed) and shown[0] == printed[0] and matches(shown[1:], printed[1:])


def is_script(command):
    return command.text.startswith("scripts/")


def cannot_run(command):
    words = command.text.split()
    return any(word in words and shutil.which(word) is None for word in OTHER_PROGRAMS)


def run_all(document, home, judge):
    """Runs the commands of a document; judge(command, exit code, printed, whether the document shows the exit code)."""
    for block in markdown.commands(document.read_text()):
        before = 0
        for command, following in zip(block, [*block[1:], None]):
            if is_script(command) or cannot_run(command):
                before = 0
                continue
            before, printed = home.on_terminal(command.text, before)
            judged = following is not None and following.text == "echo $?"
            judge(command, before, [home.comparable(line) for line in printed], judged)


class Console(unittest.TestCase):
    def check(self, name, at_least=6):
        home = Home(ROOT, BUILD)
        self.addCleanup(home.close)
        ran = []

        def judge(command, code, printed, judged):
            ran.append(command)
            with self.subTest(document=name, line=command.line, command=command.text):
                text = "\n".join(printed)
                if not judged:
                    self.assertEqual(code, 0, text)
                shown = [home.comparable(line) for line in command.output]
                printed = printed if any(map(is_of_a_copy, shown)) else [l for l in printed if not is_of_a_copy(l)]
                if not matches(shown, printed):
                    self.fail("prints:\n" + text + "\nthe document shows:\n" + "\n".join(shown))

        run_all(ROOT / name, home, judge)
        self.assertGreaterEqual(len(ran), at_least, "no commands found")

    def test_readme(self):
        self.check("README.md")

    def test_cli(self):
        self.check("docs/cli.md")

    def test_guides(self):
        guides = ["docs/tutorial.md", "docs/how-caches-work.md", "docs/faq.md"]
        for name in guides + [str(p.relative_to(ROOT)) for p in sorted((ROOT / "docs/howto").glob("*.md"))]:
            self.check(name, at_least=1)

    def test_scripts_that_are_shown_exist(self):
        seen = set()
        for document in markdown.documents(ROOT):
            for block in markdown.commands(document.read_text()):
                for command in filter(is_script, block):
                    script = ROOT / command.text.split()[0]
                    with self.subTest(document=document.name, line=command.line):
                        self.assertTrue(os.access(script, os.X_OK), f"{script} is not there")
                        subprocess.run(["bash", "-n", script], check=True, timeout=60)
                    seen.add(script.name)
        self.assertLessEqual({"quickstart", "test"}, seen)

    def test_the_comparison_itself(self):
        self.assertTrue(matches(["a", "...", "z"], ["a", "z"]))
        self.assertTrue(matches(["a", "...", "z"], ["a", "b", "c", "z"]))
        self.assertTrue(matches([], []))
        self.assertFalse(matches(["a"], ["a", "b"]))
        self.assertFalse(matches(["a", "...", "z"], ["a", "b"]))
        self.assertFalse(matches(["a", "b"], ["a"]))
        self.assertFalse(matches([], ["a"]))


def is_of_a_copy(line):
    """The caches here are copies, so their groups name another directory. Documents show that in one place alone."""
    return "another directory: Triton misses" in line or line.startswith("paths           its group names another")


def show(name):
    home = Home(ROOT, BUILD)

    def judge(command, code, printed, _):
        print(f"$ {command.text}", *printed, sep="\n")
        if code:
            print(f"[{code}]", file=sys.stderr)

    run_all(ROOT / name, home, judge)
    home.close()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--show"]:
        show(sys.argv[2])
    else:
        unittest.main()
