#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What carrying a cache costs, beside the plain tools that pack and unpack the same files.

carry_bench.py TCM WORK [--repeat N] [--count N] [--large N]

Times are taken at `--count` entries, memory also at `--large`; 70,000 entries are 2 GB. Exit code 1 when a goal is missed.
"""
import argparse
import os
import shutil
import subprocess
import sys

from bench import Bench, Run

# Grown caches are full of hard links, which tar would store once.
PACK = 'tar -C "$1" --hard-dereference -cf - . | zstd -q -T0 -3'
UNPACK = 'zstd -dcq "$1" | tar -x -C "$2" && find "$2" -type f -print0 | xargs -0 sha256sum'


class CarryBench(Bench):
    def export(self, cache, *how):
        return Run([self.tcm, "export", "--cache-dir", cache, *how], self.fresh_data())

    def pack(self, cache):
        return Run(["sh", "-c", PACK, "sh", cache])

    def archive(self, count):
        """What export makes of a grown cache; made once."""
        path = os.path.join(self.work, f"kernels-{count}.tar.zst")
        if not os.path.exists(path):
            self.export(self.cache(count), path)
        return path

    def fresh_root(self):
        """An empty directory, and nothing of earlier ones left to be written."""
        path = os.path.join(self.work, "arrived")
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path)
        subprocess.run(["sync", "-f", path], check=True)
        return path

    def imported(self, *source):
        return Run([self.tcm, "import", "--cache-dir", self.fresh_root(), *source], self.fresh_data())

    def unpacked(self, archive):
        return Run(["sh", "-c", UNPACK, "sh", archive, self.fresh_root()])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tcm")
    parser.add_argument("work")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=40_000)
    arguments = parser.parse_args()
    for tool in ("tar", "zstd", "sha256sum"):
        if not shutil.which(tool):
            sys.exit(f"{tool} is missing; install it and run again")
    os.makedirs(arguments.work, exist_ok=True)
    bench = CarryBench(argparse.Namespace(floor=None, **vars(arguments)))

    cache, archive = bench.cache(arguments.count), bench.archive(arguments.count)
    print(f"{'time':<44} {'tcm ms':>10} {'other ms':>10} {'ratio':>7} {'goal':>6}")
    # At least 0.8 of the speed.
    bench.row(f"export -, {arguments.count} : tar | zstd -T0 -3",
              bench.in_turns(lambda: bench.export(cache, "-"), lambda: bench.pack(cache)), 1.25)
    bench.row(f"import, {arguments.count} : zstd -d | tar x, sha256sum",
              bench.in_turns(lambda: bench.imported(archive), lambda: bench.unpacked(archive)), 1.5)
    print(f"\n{'peak memory':<44} {'small MiB':>10} {'large MiB':>10} {'ratio':>7} {'goal':>6}")
    sizes = (arguments.count, arguments.large)
    bench.memory_row("export", *(bench.export(bench.cache(size), "-").memory for size in sizes))
    bench.memory_row("import", *(bench.imported(bench.archive(size)).memory for size in sizes))
    shutil.rmtree(os.path.join(arguments.work, "arrived"), ignore_errors=True)
    return 1 if bench.missed else 0


if __name__ == "__main__":
    sys.exit(main())
