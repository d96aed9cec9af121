#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""scripts/quickstart in a clone whose program is already built: which cache it shows, and that it leaves nothing behind.

quickstart_test.py ROOT BUILD_DIR
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT, BUILD = Path(sys.argv.pop(1)).resolve(), Path(sys.argv.pop(1)).resolve()


def listing(folder):
    return {str(p.relative_to(folder)): p.lstat().st_mtime_ns for p in Path(folder).rglob("*")}


class Quickstart(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tcm quickstart ")
        self.addCleanup(folder.cleanup)
        self.base = Path(folder.name).resolve()
        self.clone = self.base / "a clone"
        self.home = self.base / "home"
        self.home.mkdir()
        shutil.copytree(ROOT / "scripts", self.clone / "scripts")
        self.sample = self.clone / "tests/data/sample"
        shutil.copytree(ROOT / "tests/data/sample", self.sample)
        # The program and its backends of this build take the place of what the script would build.
        release = self.clone / "build/release"
        (release / "bin").mkdir(parents=True)
        shutil.copy2(BUILD / "bin/tcm", release / "bin/tcm")
        for plugins in BUILD.glob("lib*/**/tcm/plugins"):
            shutil.copytree(plugins, release / plugins.relative_to(BUILD))
        tools = self.base / "tools"
        tools.mkdir()
        (tools / "cmake").write_text("#!/bin/sh\nexit 0\n")
        (tools / "cmake").chmod(0o755)
        self.path = f"{tools}:{os.environ['PATH']}"

    def quickstart(self, **variables):
        kept = {k: v for k, v in os.environ.items() if not re.match(r"TCM_|TRITON_|XDG_", k)}
        result = subprocess.run(
            [self.clone / "scripts/quickstart"],
            env={**kept, "HOME": str(self.home), "PATH": self.path, **{k: str(v) for k, v in variables.items()}},
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout

    def assert_shows(self, output, cache):
        self.assertIn(f"Indexing {cache}\n", output)
        parts = re.findall(r"^\$ tcm (\w+).*\n((?:(?!\$ tcm).*\n)*)", output, re.MULTILINE)
        self.assertEqual([name for name, _ in parts], ["index", "list", "stats"])
        for name, text in parts[1:]:
            self.assertTrue(text.strip(), f"tcm {name} says nothing")

    def test_without_a_cache_the_sample_is_shown(self):
        before = listing(self.sample)
        output = self.quickstart()
        self.assert_shows(output, self.sample)
        self.assertEqual(list(self.home.iterdir()), [], "something was left in the home directory")
        self.assertEqual(listing(self.sample), before, "the cache was changed")
        self.assertEqual({p.name for p in self.clone.iterdir()}, {"scripts", "tests", "build"})

    def test_the_users_own_cache_comes_first(self):
        own = self.home / ".triton/cache"
        shutil.copytree(self.sample, own)
        before = listing(own)
        self.assert_shows(self.quickstart(), own)
        self.assertEqual(listing(own), before, "the cache was changed")

    def test_the_variables_of_triton_count(self):
        (self.home / ".triton/cache").mkdir(parents=True)
        shutil.copytree(self.sample, self.base / "elsewhere")
        shutil.copytree(self.sample, self.base / "triton home/.triton/cache")
        both = {"TRITON_CACHE_DIR": self.base / "elsewhere", "TRITON_HOME": self.base / "triton home"}
        self.assert_shows(self.quickstart(**both), self.base / "elsewhere")
        del both["TRITON_CACHE_DIR"]
        self.assert_shows(self.quickstart(**both), self.base / "triton home/.triton/cache")

    def test_run_twice_it_shows_the_same(self):
        self.assertEqual(re.sub(r"\d+(\.\d+)? m?s", "", self.quickstart()), re.sub(r"\d+(\.\d+)? m?s", "", self.quickstart()))


if __name__ == "__main__":
    unittest.main()
