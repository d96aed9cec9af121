#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The tarball: unpacked anywhere it works, needs no newer glibc than its name says, and packed again it is the same.

tarball_test.py SOURCE_DIR TARBALL BUILD_DIR
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest
from pathlib import Path

SOURCE, TARBALL, BUILD = (Path(word).resolve() for word in sys.argv[1:4])


def run(*words, **options):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=True, **options).stdout


class Tarball(unittest.TestCase):
    def setUp(self):
        self.home = Path(tempfile.mkdtemp(prefix="tcm tarball "))
        self.addCleanup(shutil.rmtree, self.home)
        with tarfile.open(TARBALL) as archive:
            archive.extractall(self.home)
        (self.prefix,) = self.home.iterdir()

    def binaries(self):
        return [*self.prefix.glob("bin/*"), *self.prefix.glob("lib/tcm/plugins/*.so")]

    def test_its_name_says_which_glibc_is_needed(self):
        needed = set()
        for binary in self.binaries():
            needed |= set(re.findall(r"GLIBC_(\d+)\.(\d+)", run("readelf", "-VW", binary)))
        newest = max((int(major), int(minor)) for major, minor in needed)
        self.assertIn("-glibc{}.{}.".format(*newest), TARBALL.name)

    def test_binaries_are_stripped_and_name_no_folder_of_the_build(self):
        self.assertGreaterEqual(len(self.binaries()), 3)
        for binary in self.binaries():
            self.assertNotIn(".symtab", run("readelf", "-SW", binary))
            self.assertNotIn(str(SOURCE).encode(), binary.read_bytes(), binary)

    def test_it_works_where_it_was_unpacked(self):
        moved = self.home / "moved to"
        self.prefix.rename(moved)
        cache = self.home / "cache"
        shutil.copytree(SOURCE / "tests/data/sample", cache)
        environment = {"HOME": str(self.home), "PATH": os.environ["PATH"], "TCM_CACHE_DIR": str(cache), "LC_ALL": "C.UTF-8"}
        tcm = moved / "bin/tcm"
        self.assertIn("4 kernels in 4 entries", run(tcm, "index", env=environment))
        self.assertEqual(run(tcm, "list", env=environment).count("add_kernel"), 4)
        self.assertIn("Nothing was changed", run(tcm, "prune", "--grace", "0s", "--dry-run", env=environment))
        self.assertIn(str(moved / "lib/tcm/plugins"), run(tcm, "version", env=environment))
        self.assertTrue((moved / "share/man/man1/tcm.1.gz").is_file())
        self.assertTrue((moved / "share/bash-completion/completions/tcm").is_file())

    def test_packed_again_it_is_the_same(self):
        copy = self.home / "sources"
        (copy / "scripts").mkdir(parents=True)
        for name in ("tarball", "common.sh"):
            shutil.copy2(SOURCE / "scripts" / name, copy / "scripts" / name)
        shutil.copy2(SOURCE / "CMakeLists.txt", copy)
        with tarfile.open(TARBALL) as archive:
            epoch = archive.getmembers()[0].mtime
        run(copy / "scripts/tarball", "--build-dir", BUILD, env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch)})
        (again,) = (copy / "build/dist").iterdir()
        self.assertEqual(*(hashlib.sha256(path.read_bytes()).hexdigest() for path in (TARBALL, again)))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
