#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The plugin interface against the frozen one, in the eyes of abidiff, which knows nothing of our table of its layout.

A minor version may add members at the end of a structure (docs/VERSIONING.md), and nothing else.

diff_test.py ABIDIFF FROZEN NOW APPENDED MOVED    shared objects made from interface.c with four headers
"""

import re
import subprocess
import sys
import unittest

ABIDIFF, FROZEN, NOW, APPENDED, MOVED = (sys.argv.pop(1) for _ in range(5))
# What a report says of a change that an old plugin, or an old host, would not survive.
# A parameter or member whose type merely points to what has grown "has sub-type changes", and is judged by those.
FATAL = (r"offset changed|data member deletion|type name changed|entity changed|parameter \d+ of type '.*' (changed|was)|"
         r"enumerator (change|deletion)|"
         r"[1-9]\d* Removed")


def fatal_changes(new):
    run = subprocess.run([ABIDIFF, FROZEN, new], capture_output=True, text=True, check=False)
    if run.returncode & 3:
        raise AssertionError(run.stdout + run.stderr)
    found = [line.strip() for line in run.stdout.splitlines() if re.search(FATAL, line)]
    size = None
    for line in run.stdout.splitlines():
        if match := re.search(r"type size changed from (\d+) to (\d+)", line):
            size = int(match[1])
        if match := re.search(r"'(.*)', at offset (\d+) \(in bits\)", line):
            if size is None or int(match[2]) < size:
                found.append(line.strip())
    return found, run.returncode


class Diff(unittest.TestCase):
    def test_the_interface_is_the_frozen_one_or_has_grown_at_its_ends(self):
        self.assertEqual(fatal_changes(NOW)[0], [])

    def test_growth_at_an_end_is_seen_and_allowed(self):
        found, code = fatal_changes(APPENDED)
        self.assertEqual(found, [])
        self.assertNotEqual(code, 0)

    def test_a_member_that_moved_is_found(self):
        self.assertTrue(fatal_changes(MOVED)[0])


if __name__ == "__main__":
    unittest.main()
