#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Completion in fish, as its own `complete -C` answers.

fish_test.py ROOT BUILD_DIR
"""

import subprocess
import unittest

from guide import SHELL, home_with_index


class Fish(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = home_with_index()
        cls.addClassCleanup(cls.home.close)

    def offered(self, line):
        run = subprocess.run(["fish", "--no-config", "-c", 'source $argv[1]; complete -C $argv[2]', SHELL / "tcm.fish", line],
                             cwd=self.home.path, env=self.home.environment, capture_output=True, text=True, timeout=60, check=True)
        self.assertEqual(run.stderr, "")
        return dict((line.split("\t") + [""])[:2] for line in run.stdout.splitlines())

    def test_what_is_offered(self):
        self.assertEqual(list(self.offered("tcm sho")), ["show"])
        self.assertTrue(self.offered("tcm sho")["show"], "fish shows what it means")
        self.assertEqual(list(self.offered("tcm show add_k")), ["add_kernel"])
        self.assertEqual(list(self.offered("tcm list --kind=ker")), ["--kind=kernel"])
        self.assertEqual(set(self.offered("tcm list --sort size:")), {"size:asc", "size:desc"})
        self.assertEqual(list(self.offered("tcm list --columns key,nam")), ["key,name"])
        self.assertIn("--older-than", self.offered("tcm list --old"))
        self.assertEqual(list(self.offered("tcm index --cache-dir .tri")), [".triton/"])
        self.assertEqual(list(self.offered("tcm index --cache-dir=.tri")), ["--cache-dir=.triton/"])
        self.assertIn("true", self.offered("tcm run -- tru"))


if __name__ == "__main__":
    unittest.main()
