#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Python package over a real program: what it returns is what the program prints.

api_test.py SOURCE_DIR TCM
"""

import dataclasses
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import warnings
from datetime import timedelta, timezone
from pathlib import Path

SOURCE = Path(sys.argv[1]).resolve()
TCM = Path(sys.argv[2]).resolve()
# Not by PYTHONPATH: a sitecustomize lies beside the package.
sys.path.insert(0, str(SOURCE / "python"))

from triton_cache_manager import Cache, Kernel, TcmError, TcmWarning  # noqa: E402


class Api(unittest.TestCase):
    def setUp(self):
        self.home = Path(tempfile.mkdtemp(prefix="tcm-api-"))
        self.addCleanup(shutil.rmtree, self.home)
        self.directory = self.home / "cache"
        shutil.copytree(SOURCE / "tests/data/sample", self.directory)
        for variable in [name for name in os.environ if name.startswith("TCM_")]:
            self.addCleanup(os.environ.__setitem__, variable, os.environ.pop(variable))
        self.cache = Cache(self.directory, db=self.home / "tcm.db", program=TCM)

    def printed(self, *words):
        done = subprocess.run(
            [TCM, "--db", self.home / "tcm.db", *words, "--json"], capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    def test_index_tells_of_each_root(self):
        (root,) = self.cache.index()
        self.assertEqual(Path(root.path), self.directory.resolve())
        self.assertEqual((root.layout, root.kernels, root.new, root.changed), ("triton", 4, 4, 0))
        self.assertEqual(self.cache.index()[0].unchanged, 4)

    def test_list_returns_what_the_program_prints(self):
        self.cache.index()
        printed = self.printed("list")["kernels"]
        kernels = self.cache.list()
        self.assertEqual([kernel.raw for kernel in kernels], printed)
        for kernel, raw in zip(kernels, printed):
            self.assertEqual((kernel.key, kernel.arch, kernel.total_bytes), (raw["key"], raw["arch"], raw["total_bytes"]))
            self.assertEqual(kernel.modified.utcoffset(), timedelta(0))
            self.assertEqual(kernel.modified.astimezone(timezone.utc).strftime("%FT%T"), raw["modified"][:19])

    def test_a_kernel_has_every_field_of_the_program(self):
        self.cache.index()
        printed = set(self.printed("list")["kernels"][0])
        self.assertEqual({item.name for item in dataclasses.fields(Kernel)} - {"raw"}, printed)

    def test_filters_have_the_words_of_the_options(self):
        self.cache.index()
        self.assertEqual({kernel.backend for kernel in self.cache.list(backend="hip")}, {"hip"})
        sizes = [kernel.total_bytes for kernel in self.cache.list(sort="size", limit=2)]
        self.assertEqual(sizes, sorted((kernel.total_bytes for kernel in self.cache.list()), reverse=True)[:2])
        self.assertEqual(self.cache.list(younger_than=timedelta(seconds=1), name="no_such_kernel"), [])

    def test_another_directory_is_not_listed(self):
        other = self.home / "other"
        shutil.copytree(SOURCE / "tests/data/sample", other)
        both = Cache(other, db=self.home / "tcm.db", program=TCM)
        self.cache.index()
        both.index()
        self.assertEqual({Path(kernel.root).name for kernel in both.list()}, {"other"})
        self.assertEqual(len(Cache(db=self.home / "tcm.db", program=TCM).list()), 8)

    def test_verify_finds_what_makes_a_job_fail(self):
        self.cache.index()
        before = self.cache.verify()
        self.assertTrue(before.ok, before)
        self.assertEqual(before.entries, 4)
        binary = next(self.directory.glob("*/*.cubin"))
        binary.write_bytes(b"")
        after = self.cache.verify()
        self.assertFalse(after.ok)
        self.assertGreater(after.errors, 0)
        self.assertEqual({item.key for item in after.findings if item.severity == "error"}, {binary.parent.name})
        self.assertTrue(after.cures)

    def test_a_plan_changes_nothing(self):
        self.cache.index()
        files = sorted(self.directory.rglob("*"))
        plan = self.cache.prune_plan(grace="0s")
        self.assertEqual(plan.kernels, 4)
        self.assertEqual({item.action for item in plan.items}, {"drop"})
        self.assertEqual(sum(item.bytes for item in plan.items), plan.bytes)
        self.assertGreater(plan.by_kind["ir"], 0)
        self.assertEqual(sorted(self.directory.rglob("*")), files)
        self.assertEqual(self.cache.prune_plan(full=True, max_size="1T").items, [])

    def test_a_failure_has_the_words_and_the_code_of_the_program(self):
        with self.assertRaises(TcmError) as raised:
            self.cache.list()
        self.assertEqual(raised.exception.code, 6)
        self.assertIn("tcm index", str(raised.exception))
        self.cache.index()
        with self.assertRaises(TcmError) as raised:
            self.cache.list(sort="no_such_column")
        self.assertEqual(raised.exception.code, 2)

    def test_what_was_left_out_is_a_warning(self):
        group = next(self.directory.glob("*/__grp__*.json"))
        group.write_text("{")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            self.cache.index()
        self.assertEqual([item.category for item in caught], [TcmWarning])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
