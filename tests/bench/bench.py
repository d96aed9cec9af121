#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The figures that tcm promises, each a ratio of two programs that ran in turns, on caches grown from real entries.

bench.py TCM FLOOR WORK [--repeat N] [--large N] [--small N]

TCM and FLOOR are built programs, WORK a folder for the caches and indexes (kept, so that a second run starts at once).
Exit code 1 when a goal is missed.
"""
import argparse
import glob
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SAMPLE = os.path.join(HERE, "..", "data", "sample")

# What `tcm list --name X --limit 50` and `tcm stats` ask the index, for the sqlite3 shell.
LIST = """SELECT record.key, record.ordinal, record.kind, record.name, record.backend, record.arch,
  record.triton_version, record.num_warps, record.num_stages, record.num_ctas, record.warp_size, record.shared_bytes,
  record.ir_bytes, record.assembly_bytes, record.binary_bytes, record.source_bytes, record.module_bytes,
  record.metadata_bytes, record.other_bytes, record.file_count, record.mtime_ns, record.first_seen_ns, record.problem,
  root.path, root.layout
  FROM record CROSS JOIN root WHERE record.name = '{name}' AND record.kind = 'kernel' AND root.id = record.root_id
  ORDER BY record.mtime_ns DESC, record.key LIMIT 50;
  SELECT COUNT(*) FROM record WHERE record.name = '{name}' AND record.kind = 'kernel';"""
STATS = """SELECT kind, COUNT(*), SUM(CASE WHEN kind = 'kernel' THEN 1 ELSE 0 END),
  SUM(CASE WHEN ordinal = 0 THEN 1 ELSE 0 END), SUM(file_count), SUM(ir_bytes), SUM(assembly_bytes), SUM(binary_bytes),
  SUM(source_bytes), SUM(module_bytes), SUM(metadata_bytes), SUM(other_bytes)
  FROM record GROUP BY kind || '' ORDER BY SUM(total_bytes) DESC;"""


class Run:
    """How long a program took (s), and how much memory it held at most (MiB)."""

    def __init__(self, command, data_dir=None):
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("TCM_", "TRITON_"))}
        if data_dir:
            environment["TCM_DATA_DIR"] = data_dir
        with tempfile.TemporaryFile() as errors:
            begin = time.monotonic()
            child = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                     stderr=errors)
            _, status, usage = os.wait4(child.pid, 0)
            self.seconds = time.monotonic() - begin
            self.memory = usage.ru_maxrss / 1024
            child.returncode = os.waitstatus_to_exitcode(status)
            if child.returncode != 0:
                errors.seek(0)
                sys.exit(f"{' '.join(command)}: exit code {child.returncode}\n{errors.read().decode(errors='replace')}")


class Bench:
    def __init__(self, arguments):
        self.tcm, self.floor, self.work, self.repeat = arguments.tcm, arguments.floor, arguments.work, arguments.repeat
        self.missed = False

    def cache(self, count):
        """A grown cache with `count` entries; made once."""
        path = os.path.join(self.work, f"kernels-{count}")
        done = path + ".done"
        if not os.path.exists(done):
            shutil.rmtree(path, ignore_errors=True)
            subprocess.run([sys.executable, os.path.join(HERE, "grow_cache.py"), SAMPLE, path, str(count)], check=True)
            time.sleep(3)  # tcm reads an entry again that is younger than its time stamps can tell
            open(done, "w", encoding="utf-8").close()
        return path

    def fresh_data(self):
        path = os.path.join(self.work, "data")
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path)
        return path

    def index(self, cache, data):
        return Run([self.tcm, "index", "--cache-dir", cache], data)

    def in_turns(self, ours, theirs, times=1):
        """Medians of both, after one run of each that only warms the caches. What is over in milliseconds runs `times`
        as often."""
        ours(), theirs()
        runs = [(ours(), theirs()) for _ in range(self.repeat * times)]
        return (statistics.median(run.seconds for run, _ in runs), statistics.median(run.seconds for _, run in runs),
                max(run.memory for run, _ in runs))

    def row(self, what, measured, goal):
        ours, theirs, _ = measured
        ratio = ours / theirs
        self.missed |= ratio > goal
        print(f"{what:<44} {ours * 1e3:>10.1f} {theirs * 1e3:>10.1f} {ratio:>7.2f} {goal:>6.1f}"
              f"  {'ok' if ratio <= goal else 'MISSED'}", flush=True)

    def memory_row(self, what, small, large, goal=64):
        ok = max(small, large) <= goal
        self.missed |= not ok
        print(f"{what:<44} {small:>10.1f} {large:>10.1f} {large / small:>7.2f} {goal:>6}  {'ok' if ok else 'MISSED'}",
              flush=True)


def name_of(database):
    found = subprocess.run(["sqlite3", database, "SELECT name FROM record WHERE kind = 'kernel' LIMIT 1"], check=True,
                           capture_output=True, text=True)
    return found.stdout.strip()


def database_in(data):
    found = [path for path in glob.glob(os.path.join(data, "*")) if not path.endswith(("-wal", "-shm", ".lock"))]
    if len(found) != 1:
        sys.exit(f"{data}: expected the index and nothing else, found {found}")
    return found[0]


def measure(bench, count):
    """All figures on a cache of `count` entries, by name: (ours, theirs, memory)."""
    cache = bench.cache(count)
    figures = {"cold": bench.in_turns(lambda: bench.index(cache, bench.fresh_data()),
                                      lambda: Run([bench.floor, cache]))}
    data = bench.fresh_data()
    bench.index(cache, data)
    figures["again"] = bench.in_turns(
        lambda: bench.index(cache, data),
        lambda: Run(["find", cache, "-mindepth", "1", "-maxdepth", "1", "-printf", "%T@\\n"]))
    database = database_in(data)
    name = name_of(database)
    figures["list"] = bench.in_turns(lambda: Run([bench.tcm, "list", "--name", name, "--limit", "50"], data),
                                     lambda: Run(["sqlite3", "-readonly", database, LIST.format(name=name)]), times=10)
    figures["stats"] = bench.in_turns(lambda: Run([bench.tcm, "stats"], data),
                                      lambda: Run(["sqlite3", "-readonly", database, STATS]), times=3)
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tcm")
    parser.add_argument("floor")
    parser.add_argument("work")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=100_000)
    arguments = parser.parse_args()
    os.makedirs(arguments.work, exist_ok=True)
    bench = Bench(arguments)

    small, large = (measure(bench, count) for count in (arguments.small, arguments.large))
    print(f"{'time':<44} {'tcm ms':>10} {'other ms':>10} {'ratio':>7} {'goal':>6}")
    bench.row(f"index, cold, {arguments.small} : floor", small["cold"], 4)
    bench.row(f"index, unchanged, {arguments.large} : find", large["again"], 2)
    bench.row(f"list --name --limit 50, {arguments.large} : sqlite3", large["list"], 2)
    bench.row(f"stats, {arguments.large} : sqlite3", large["stats"], 2)
    print(f"\n{'peak memory':<44} {'small MiB':>10} {'large MiB':>10} {'ratio':>7} {'goal':>6}")
    for name, what in (("cold", "index, cold"), ("again", "index, unchanged"), ("list", "list"), ("stats", "stats")):
        bench.memory_row(what, small[name][2], large[name][2])
    return 1 if bench.missed else 0


if __name__ == "__main__":
    sys.exit(main())
