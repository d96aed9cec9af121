#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""scripts/setup on machines that are not this one: without apt, not root, with everything there, with nothing there.

setup_test.py ROOT
"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(sys.argv.pop(1)).resolve()
TOOLS = "bash env dirname readlink awk sed grep mkdir rm tail cat".split()

# Stands for the package manager: notes how it was called, and from `install` on the packages are there.
APT = """#!/bin/bash
printf '%s %s\\n' "$DEBIAN_FRONTEND" "$*" >>"$STATE/calls"
case " $* " in *' install '*) for word; do : >"$STATE/have-$word"; done ;; esac
"""
DPKG_QUERY = """#!/bin/bash
status=0
for word; do
  case $word in -*|*'$'*) ;; *) if [ -e "$STATE/have-$word" ]; then echo "installed $word"; else status=1; fi ;; esac
done
exit $status
"""
SUDO = '#!/bin/bash\necho "sudo $1" >>"$STATE/calls"\nshift\nexec "$@"\n'


class Setup(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tcm setup ")
        self.addCleanup(folder.cleanup)
        self.base = Path(folder.name)
        self.clone = self.base / "a clone"
        self.bin = self.base / "bin"
        self.state = self.base / "state"
        for directory in (self.clone, self.bin, self.state):
            directory.mkdir()
        shutil.copytree(ROOT / "scripts", self.clone / "scripts")
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool))

    def tool(self, name, text):
        path = self.bin / name
        path.write_text(text)
        path.chmod(0o755)

    def user(self, number):
        self.tool("id", f"#!/bin/bash\necho {number}\n")

    def apt(self):
        self.tool("apt-get", APT)
        self.tool("dpkg-query", DPKG_QUERY)

    def calls(self):
        path = self.state / "calls"
        return path.read_text().splitlines() if path.exists() else []

    def setup(self, *arguments):
        return subprocess.run(
            [self.clone / "scripts" / "setup", *arguments],
            env={"PATH": str(self.bin), "STATE": str(self.state), "HOME": str(self.base)},
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def test_the_list(self):
        build = self.setup("--list").stdout.split()
        everything = self.setup("--test", "--fuzz", "--list").stdout.split()
        self.assertIn("libboost-json1.81-dev", build)
        self.assertNotIn("libgtest-dev", build)
        self.assertEqual(len(everything), len(set(everything)), "a package is listed twice")
        self.assertLessEqual(set(build) | {"libgtest-dev", "clang-format", "lld"}, set(everything))
        for name in everything:
            self.assertRegex(name, r"^[a-z0-9][a-z0-9+.-]+$")

    def test_unknown_argument(self):
        run = self.setup("--everything")
        self.assertEqual(run.returncode, 2)
        self.assertIn("--everything", run.stderr)

    def test_without_apt_the_libraries_are_named(self):
        run = self.setup()
        self.assertEqual(run.returncode, 1)
        self.assertIn("no apt-get", run.stderr)
        for name in self.setup("--list").stdout.split():
            self.assertIn(name, run.stderr)

    def test_without_apt_but_with_all_that_is_needed(self):
        self.tool("ninja", "#!/bin/bash\n")
        self.tool("cmake", "#!/bin/bash\n")
        run = self.setup()
        self.assertEqual(run.returncode, 0, run.stderr)

    def test_without_apt_what_cmake_misses_is_shown(self):
        self.tool("ninja", "#!/bin/bash\n")
        self.tool("cmake", "#!/bin/bash\necho 'CMake Error at x:1:'\necho '  no SOCI'\nexit 1\n")
        run = self.setup()
        self.assertEqual(run.returncode, 1)
        self.assertIn("no SOCI", run.stderr)

    def test_what_is_missing_is_installed_once(self):
        self.apt()
        self.user(0)
        (self.state / "have-cmake").touch()
        run = self.setup("--test")
        self.assertEqual(run.returncode, 0, run.stderr)
        update, install = self.calls()
        self.assertRegex(update, r"^noninteractive .*\bupdate$")
        self.assertRegex(install, r"^noninteractive .*\binstall --no-install-recommends ninja-build ")
        self.assertIn(" libgtest-dev ", install)
        self.assertNotIn(" cmake ", install)
        self.assertEqual(self.setup("--test").returncode, 0)
        self.assertEqual(len(self.calls()), 2, "nothing was missing the second time")

    def test_not_root_goes_through_sudo_that_never_waits(self):
        self.apt()
        self.user(1000)
        self.tool("sudo", SUDO)
        self.assertEqual(self.setup().returncode, 0)
        self.assertEqual([line for line in self.calls() if line.startswith("sudo")], ["sudo -n", "sudo -n"])

    def test_not_root_without_sudo_says_what_to_run(self):
        self.apt()
        self.user(1000)
        run = self.setup()
        self.assertEqual(run.returncode, 1)
        self.assertIn("apt-get install cmake", run.stderr)
        self.assertEqual(self.calls(), [])

    def test_a_failing_apt_is_not_hidden(self):
        self.apt()
        self.user(0)
        self.tool("apt-get", "#!/bin/bash\necho 'E: Unable to locate package'\nexit 100\n")
        run = self.setup()
        self.assertEqual(run.returncode, 1)
        self.assertIn("E: Unable to locate package", run.stderr)


if __name__ == "__main__":
    unittest.main()
