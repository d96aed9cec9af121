#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The wheel in fresh virtual environments: installed, used, joined by a backend that is a wheel of its own, and removed.

wheel_test.py SOURCE_DIR WHEEL [PYTHON…]

Each PYTHON is the interpreter of an environment; without, the one that runs this.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

SOURCE = Path(sys.argv[1]).resolve()
WHEEL = Path(sys.argv[2]).resolve()
PYTHONS = sys.argv[3:] or [sys.executable]
NEEDED_FROM_GLIBC = {
    "libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1",
}


class Environment:
    """A virtual environment below `home` with `wheels` in it. Its programs see no variable and no folder of the user."""

    def __init__(self, python, home, *wheels):
        self.prefix = home / "venv"
        self.variables = {"HOME": str(home), "PATH": f"{self.prefix}/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        subprocess.run([python, "-m", "venv", self.prefix], check=True)
        self.pip("install", "--no-index", "--no-deps", *wheels)

    def run(self, *words, check=True):
        return subprocess.run([str(word) for word in words], env=self.variables, cwd=self.prefix.parent,
                              capture_output=True, text=True, check=check)

    def pip(self, *words, **variables):
        done = subprocess.run(
            [self.prefix / "bin/python", "-m", "pip", "--disable-pip-version-check", "-q", *words],
            env={**self.variables, **variables}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr + done.stdout

    def tcm(self, *words):
        return self.run(self.prefix / "bin/tcm", *words).stdout


class Wheel(unittest.TestCase):
    def setUp(self):
        self.home = Path(tempfile.mkdtemp(prefix="tcm-wheel-"))
        self.addCleanup(shutil.rmtree, self.home)

    def test_it_needs_nothing_but_glibc(self):
        with zipfile.ZipFile(WHEEL) as archive:
            names = [name for name in archive.namelist() if name.endswith("/bin/tcm") or name.endswith(".so")]
            archive.extractall(self.home, names)
        self.assertEqual(len(names), 3, names)
        for name in names:
            dynamic = subprocess.run(["readelf", "-d", self.home / name], capture_output=True, text=True, check=True).stdout
            needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic))
            self.assertLessEqual(needed, NEEDED_FROM_GLIBC, name)
            self.assertNotRegex(dynamic, "RPATH|RUNPATH")

    def test_its_name_says_which_glibc(self):
        self.assertRegex(WHEEL.name, r"^triton_cache_manager-[0-9.]+-py3-none-manylinux_2_\d+_" + os.uname().machine + r"\.whl$")

    def test_it_holds_the_licences_of_what_is_linked_in(self):
        with zipfile.ZipFile(WHEEL) as archive:
            licences = [name for name in archive.namelist() if "/doc/tcm/licenses/" in name and not name.endswith("/")]
            self.assertGreater(len(licences), 10)
            for name in licences:
                self.assertGreater(archive.getinfo(name).file_size, 0, name)

    def test_index_list_and_prune_work_in_a_fresh_environment(self):
        for number, python in enumerate(PYTHONS):
            with self.subTest(python=python):
                self.use(Environment(python, self.make_home(number), WHEEL))

    def make_home(self, number):
        home = self.home / str(number)
        shutil.copytree(SOURCE / "tests/data/sample", home / ".triton/cache")
        return home

    def use(self, environment):
        self.assertIn("4 kernels in 4 entries", environment.tcm("index"))
        listed = environment.tcm("list")
        self.assertEqual(listed.count("add_kernel"), 4, listed)
        self.assertIn("gfx942", listed)
        plan = environment.tcm("prune", "--grace", "0s", "--dry-run")
        self.assertIn("Nothing was changed (--dry-run).", plan)
        self.assertRegex(environment.tcm("plugins"), r"(?s)org\.tcm\.cuda.*org\.tcm\.rocm")
        # What a backend read out of the binaries.
        self.assertRegex(environment.tcm("list", "--columns", "name,registers", "-b", "cuda"), r"add_kernel +\d+")
        self.assertRegex(environment.tcm("version"), r"databases +sqlite\n")
        python = environment.prefix / "bin/python"
        self.assertEqual(environment.run(python, "-m", "triton_cache_manager", "list").stdout, listed)
        script = "from triton_cache_manager import Cache; print(len(Cache().list()), Cache().program)"
        self.assertEqual(environment.run(python, "-c", script).stdout, f"4 {environment.prefix}/bin/tcm\n")
        manual = environment.prefix / "share/man/man1/tcm.1.gz"
        self.assertTrue(manual.is_file())

    def test_an_index_in_postgresql_is_refused_with_what_to_do(self):
        environment = Environment(PYTHONS[0], self.make_home(0), WHEEL)
        done = environment.run(environment.prefix / "bin/tcm", "--db", "postgresql://h/d", "list", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot use PostgreSQL", done.stderr)

    def test_a_backend_that_is_a_wheel_is_found_and_forgotten(self):
        environment = Environment(PYTHONS[0], self.make_home(0), WHEEL)
        wheels = self.home / "wheels"
        build = subprocess.run(
            [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "-q", "--no-deps", "--no-build-isolation",
             "--wheel-dir", wheels, self.copy_of_example()],
            env={**os.environ, "CMAKE_PREFIX_PATH": str(environment.prefix)}, capture_output=True, text=True, check=False)
        self.assertEqual(build.returncode, 0, build.stdout + build.stderr)
        (wheel,) = wheels.glob("tcm_backend_xpu-*.whl")
        self.assertNotIn("xpu", environment.tcm("plugins"))
        environment.pip("install", "--no-index", wheel)
        self.assertIn("xpu", environment.tcm("plugins"))
        self.assertNotIn("xpu", environment.tcm("--builtin-plugins-only", "plugins"))
        # The rules of every other place of plugins.
        (package,) = environment.prefix.glob("lib/python*/site-packages/triton_cache_manager_plugins")
        package.chmod(0o777)
        self.assertRegex(environment.tcm("plugins"), "writable by everyone")
        package.chmod(0o755)
        environment.pip("uninstall", "-y", "tcm-backend-xpu")
        self.assertNotIn("xpu", environment.tcm("plugins"))

    def copy_of_example(self):
        copy = self.home / "xpu"
        shutil.copytree(SOURCE / "sdk/examples/xpu", copy)
        return copy

    def test_uninstalling_leaves_nothing(self):
        environment = Environment(PYTHONS[0], self.make_home(0), WHEEL)
        environment.pip("uninstall", "-y", "triton-cache-manager")
        left = [path for path in environment.prefix.rglob("*") if "tcm" in path.name and not path.is_dir()]
        self.assertEqual(left, [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
