#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real releases of Triton, from the package index, on caches that tcm has changed.

interop.py hits TCM FOLDER SCRATCH [--release R]…    which changes of a cache leave a hit
interop.py race TCM FOLDER SCRATCH [--release R]…    Triton processes and tcm prune in one cache at once
interop.py mend TCM FOLDER SCRATCH [--release R]…    Triton processes and tcm repair, tcm relocate in one cache at once
interop.py tracked TCM FOLDER SCRATCH [--release R]…    tcm run and the tracker count what happened
interop.py full TCM FOLDER SCRATCH                   hits and the tracker of all releases, and races of 3.6.0 and
                                                     the newest

TCM is the built program; in FOLDER releases are kept between runs; SCRATCH is for the caches. A release is "3.6.0",
"3.8.*" or "newest". No GPU is needed: kernels are compiled for targets by name. Exit code 1 when something is not as it
must be, 77 when no release is to be had.
"""

import argparse
import sys
import time
from pathlib import Path

import race
import releases
import tracked
from cases import CASES
from harness import Lab, Wrong

SKIPPED = 77


def get_all(requests, folder):
    """The releases that are to be had, and (request, reason) of the others."""
    found, missing = [], []
    for request in requests:
        try:
            release = releases.get(request, folder)
        except releases.NotToBeHad as error:
            missing.append((request, str(error)))
            print(f"Triton {request}: not run: {error}", flush=True)
            continue
        if release.version not in [known.version for known in found]:
            found.append(release)
    return found, missing


def run_cases(release, tcm, scratch):
    """{title: (what Triton said, whether that is as it must be)} and the reasons of what was not run."""
    lab = Lab(release, tcm, scratch)
    said = {}
    try:
        for title, case, expected in CASES:
            if expected(release) is None:
                said[title] = ("-", True)
                continue
            try:
                word = case(lab)
                said[title] = (word, word == expected(release))
            except Wrong as error:
                said[title] = ("FAILED", False)
                print(f"Triton {release.version}: {title}: {error}", flush=True)
            if not said[title][1] and said[title][0] != "FAILED":
                print(f"Triton {release.version}: {title}: {said[title][0]}, expected {expected(release)}", flush=True)
        return said, [f"Triton {release.version}, {why}" for why in lab.not_run]
    finally:
        lab.close()


def hits(found, missing, tcm, scratch):
    """The table of cases; whether all is as it must be."""
    columns, notes = {}, [f"Triton {name}: {why}" for name, why in missing]
    for release in found:
        begin = time.monotonic()
        columns[release.version], not_run = run_cases(release, tcm, scratch)
        notes += not_run
        print(f"Triton {release.version}: {len(CASES)} cases in {time.monotonic() - begin:.0f} s", flush=True)
    head = [*columns, *(name for name, _ in missing)]
    rows = [[title, *(mark(*said[title]) for said in columns.values()), *("-" for _ in missing)] for title, *_ in CASES]
    print_table(["what was done; what Triton says then", *head], rows)
    for note in notes:
        print(f"not run: {note}")
    print("(!) is not as it must be" if any("(!)" in cell for row in rows for cell in row) else "all as it must be")
    return all(right for said in columns.values() for _, right in said.values())


def mark(word, right):
    return word if right else f"{word} (!)"


def print_table(head, rows):
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    print()
    for row in [head, *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    print(flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("hits", "tracked", "race", "mend", "full"))
    parser.add_argument("tcm", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("scratch", type=Path)
    parser.add_argument("--release", action="append", help="may be given again; default: all that read caches apart")
    parser.add_argument("--seconds", type=int, default=10, help="how long each part of a race takes")
    arguments = parser.parse_args()
    arguments.scratch.mkdir(parents=True, exist_ok=True)
    tcm = arguments.tcm.resolve()

    found, missing = get_all(arguments.release or releases.ALL, arguments.folder.resolve())
    if not found:
        print("SKIPPED: no release of Triton is to be had here; nothing was tested")
        return SKIPPED
    right = True
    if arguments.what in ("hits", "full"):
        right &= hits(found, missing, tcm, arguments.scratch)
    if arguments.what in ("tracked", "full"):
        right &= tracked.run(found, tcm, arguments.scratch)
    full = arguments.what == "full"
    racing = [r for r in found if not full or r.version == "3.6.0" or r is found[-1]]
    if arguments.what in ("race", "full"):
        right &= race.run("prune", racing, tcm, arguments.scratch, arguments.seconds, print_table, full)
    if arguments.what in ("mend", "full"):
        right &= race.run("mend", racing, tcm, arguments.scratch, arguments.seconds, print_table, full)
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
