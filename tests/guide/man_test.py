#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The manual pages that the build made: a real reader finds nothing wrong, and they say all that help says.

man_test.py ROOT BUILD_DIR
"""

import gzip
import json
import re
import subprocess
import unittest

from guide import BUILD, commands, home_with_index, options

PAGES = BUILD / "man/pages"


def rendered(page):
    return subprocess.run(["mandoc", "-T", "utf8", "-O", "width=400", page], check=True, capture_output=True, text=True).stdout


def plain(page):
    """The text without what makes it bold: a letter, a step back, the letter again."""
    return re.sub(r".\x08", "", rendered(page))


class Man(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = home_with_index()
        cls.addClassCleanup(cls.home.close)
        cls.commands = commands(cls.home)

    def test_there_is_one_for_the_program_each_command_the_settings_and_the_plugins(self):
        wanted = {"tcm.1", "tcm-config.5", "tcm-plugin.7", *(f"tcm-{command}.1" for command in self.commands)}
        self.assertEqual({page.name for page in PAGES.iterdir()}, wanted)
        self.assertGreater(len(wanted), 15)

    def test_a_reader_finds_nothing_wrong(self):
        for page in sorted(PAGES.iterdir()):
            run = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page], capture_output=True, text=True, check=False)
            self.assertEqual((run.returncode, run.stdout), (0, ""), page.name)

    def test_a_wrong_page_would_be_noticed(self):
        run = subprocess.run(["mandoc", "-T", "lint", "-W", "warning"], input=".TH x 1 today\n.XY\n", capture_output=True,
                             text=True, check=False)
        self.assertNotEqual(run.returncode, 0)

    def test_every_option_of_a_command_is_explained(self):
        for command in self.commands:
            wanted = options(self.home, command)
            for inner in commands(self.home, command):
                wanted |= options(self.home, command, inner)
            text = plain(PAGES / f"tcm-{command}.1")
            for option in wanted:
                self.assertRegex(text, rf"(?<![\w-]){option}(?![\w-])", command)

    def test_the_program_names_its_commands_and_explains_the_global_options(self):
        text = plain(PAGES / "tcm.1")
        for command in self.commands:
            self.assertIn(f"see tcm-{command}(1)", text)
        for option in options(self.home):
            self.assertRegex(text, rf"(?<![\w-]){option}(?![\w-])")

    def test_examples_and_exit_codes_are_those_of_help(self):
        for command in self.commands:
            text, helped = plain(PAGES / f"tcm-{command}.1"), self.home.output(command, "--help")
            examples, codes = helped.split("Examples:\n")[1].split("\n\nExit codes:\n")
            for line in examples.splitlines():
                # Help wraps what is too long for its terminal.
                self.assertIn(line.split("  ")[1].strip(), text, command)
            shown = re.findall(r"^ +(\d+) ", text.split("EXIT STATUS")[1], re.MULTILINE)
            self.assertEqual(shown, re.findall(r"^ +(\d+) ", codes, re.MULTILINE), command)

    def test_every_setting_is_explained(self):
        text = plain(PAGES / "tcm-config.5")
        for setting in json.loads(self.home.output("config", "show", "--json"))["settings"]:
            self.assertRegex(text, rf"(?m)^ +{re.escape(setting['key'])}( |$)")
            for variable in setting["variables"]:
                self.assertIn(variable, text)

    def test_what_is_installed_is_the_same(self):
        installed = sorted((BUILD / "man/install").rglob("*.*"))
        self.assertEqual(len(installed), len(list(PAGES.iterdir())))
        for page in installed:
            self.assertEqual(page.parent.name, "man" + re.search(r"\.(\d)", page.name)[1])
            data = gzip.decompress(page.read_bytes()) if page.suffix == ".gz" else page.read_bytes()
            self.assertEqual(data, (PAGES / page.name.removesuffix(".gz")).read_bytes())


if __name__ == "__main__":
    unittest.main()
