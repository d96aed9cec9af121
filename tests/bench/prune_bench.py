#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What freeing space costs, beside the plain tools that would remove or read the same files.

prune_bench.py TCM WORK [--repeat N] [--count N]

Every run works on a fresh copy of a grown cache, indexed and synced to the disk before the clock starts.
Exit code 1 when a goal is missed.
"""
import argparse
import os
import shutil
import statistics
import subprocess
import sys

from bench import Bench, Run

IR = (".ttir", ".ttgir", ".llir", ".source")
BINARY = (".cubin", ".hsaco")


def names(extensions):
    words = []
    for extension in extensions:
        words += ["-o", "-name", "*" + extension]
    return ["(", *words[1:], ")"]


class PruneBench(Bench):
    def __init__(self, arguments):
        arguments.floor = None
        super().__init__(arguments)

    def copy(self, cache):
        """A copy without hard links, as Triton would have written it."""
        path = os.path.join(self.work, "copy")
        shutil.rmtree(path, ignore_errors=True)
        subprocess.run(["cp", "-r", "--preserve=timestamps", cache, path], check=True)
        subprocess.run(["sync", "-f", path], check=True)
        return path

    def pair(self, cache, ours, theirs):
        """Runs both in turns, each on a fresh copy; `ours` gets an index that is in step with it."""
        runs = []
        for _ in range(self.repeat):
            path = self.copy(cache)
            data = self.fresh_data()
            self.index(path, data)
            mine = Run([self.tcm, *ours, "--cache-dir", path], data)
            path = self.copy(cache)
            runs.append((mine, Run(theirs(path))))
        return (statistics.median(run.seconds for run, _ in runs), statistics.median(run.seconds for _, run in runs),
                max(run.memory for run, _ in runs))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tcm")
    parser.add_argument("work")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--count", type=int, default=10_000)
    arguments = parser.parse_args()
    os.makedirs(arguments.work, exist_ok=True)
    bench = PruneBench(arguments)
    cache = bench.cache(arguments.count)
    grace = ["--grace", "0s"]

    print(f"{'time':<44} {'tcm ms':>10} {'other ms':>10} {'ratio':>7} {'goal':>6}")
    drop = bench.pair(cache, ["prune", "-y", *grace], lambda path: ["find", path, *names(IR), "-delete"])
    bench.row(f"prune, {arguments.count} : find -delete", drop, 4)
    full = bench.pair(cache, ["prune", "--full", "--all", "-y", *grace], lambda path: ["rm", "-rf", path])
    bench.row(f"prune --full, {arguments.count} : rm -rf", full, 1.5)
    same = bench.pair(cache, ["prune", "--deduplicate", "--dry-run", *grace],
                      lambda path: ["find", path, *names(BINARY), "-exec", "sha256sum", "{}", "+"])
    bench.row(f"prune --deduplicate --dry-run, {arguments.count} : sha256sum", same, 2)
    print(f"\n{'peak memory':<44} {'MiB':>10}")
    for what, figures in (("prune", drop), ("prune --full", full), ("prune --deduplicate --dry-run", same)):
        print(f"{what:<44} {figures[2]:>10.1f}")
    return 1 if bench.missed else 0


if __name__ == "__main__":
    sys.exit(main())
