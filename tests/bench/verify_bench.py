#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What checking a cache costs, beside an index run and beside reading its files.

verify_bench.py TCM WORK [--repeat N] [--small N] [--large N]

Times are taken at the small size, memory at both; `--large 1000000` is the size up to which the memory has a goal.
Exit code 1 when a goal is missed.
"""
import argparse
import os
import sys

from bench import Bench, Run


def verify(bench, cache, *how):
    return Run([bench.tcm, "verify", *how, "--cache-dir", cache], bench.fresh_data())


def index_cold(bench, cache):
    return Run([bench.tcm, "--no-plugins", "index", "--cache-dir", cache], bench.fresh_data())


def cat(cache):
    return Run(["sh", "-c", 'find "$1" -type f -print0 | xargs -0 cat', "sh", cache])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tcm")
    parser.add_argument("work")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=100_000)
    arguments = parser.parse_args()
    os.makedirs(arguments.work, exist_ok=True)
    bench = Bench(argparse.Namespace(floor=None, **vars(arguments)))

    small, large = bench.cache(arguments.small), bench.cache(arguments.large)
    print(f"{'time':<44} {'tcm ms':>10} {'other ms':>10} {'ratio':>7} {'goal':>6}")
    bench.row(f"verify --quick, {arguments.small} : index --no-plugins",
              bench.in_turns(lambda: verify(bench, small, "--quick"), lambda: index_cold(bench, small)), 1.5)
    bench.row(f"verify, {arguments.small} : cat", bench.in_turns(lambda: verify(bench, small), lambda: cat(small)), 2)
    print(f"\n{'peak memory':<44} {'small MiB':>10} {'large MiB':>10} {'ratio':>7} {'goal':>6}")
    for how in ("--quick", "--level=normal"):
        bench.memory_row(f"verify {how}", *(verify(bench, cache, how).memory for cache in (small, large)))
    return 1 if bench.missed else 0


if __name__ == "__main__":
    sys.exit(main())
