#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An index in PostgreSQL beside one in a file, and questions to a fleet beside psql.

server_bench.py TCM KEEPER WORK [--repeat N] [--count N] [--hosts N]

TCM is the built program, KEEPER what runs the tests' server, WORK a folder for a cache (kept).
Exit code 1 when a goal is missed.
"""
import argparse
import fcntl
import glob
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SAMPLE = os.path.join(HERE, "..", "data", "sample")

# As many kernels for each host as there are hosts, straight into the tables.
FLEET = """
INSERT INTO host SELECT 10 + h, 'name h' || h, 'h' || h, '' FROM generate_series(1, {hosts}) AS h;
INSERT INTO root (id, identity, host_id, path, cache_dir, layout, first_seen_ns)
  SELECT 100 + h, (10 + h) || ' /r', 10 + h, '/r', '/r', 'triton', 1 FROM generate_series(1, {hosts}) AS h;
INSERT INTO record (id, root_id, key, ordinal, kind, name, backend, arch, triton_version, ir_bytes, assembly_bytes,
    binary_bytes, source_bytes, module_bytes, metadata_bytes, other_bytes, total_bytes, file_count, inode, mtime_ns,
    key_hash, settled, first_seen_ns, probed_by, problem)
  SELECT h * 100000 + k, 100 + h, md5(h || ' ' || k), 0, 'kernel', 'name' || k % 100,
    CASE k % 2 WHEN 0 THEN 'cuda' ELSE 'hip' END, '9' || k % 3, '3.6.0', 1, 1, 1, 1, 0, 1, 0, 5, 6, k,
    CAST(h AS BIGINT) * 7919 + CAST(k AS BIGINT) * 104729, k, 1, 1, '', ''
  FROM generate_series(1, {hosts}) AS h, generate_series(1, {hosts}) AS k;
VACUUM ANALYZE;"""
STATS = """SELECT backend, arch, COUNT(*), SUM(CASE WHEN kind = 'kernel' THEN 1 ELSE 0 END),
  SUM(CASE WHEN ordinal = 0 THEN 1 ELSE 0 END), SUM(file_count), SUM(ir_bytes), SUM(assembly_bytes),
  SUM(binary_bytes), SUM(source_bytes), SUM(module_bytes), SUM(metadata_bytes), SUM(other_bytes)
  FROM record GROUP BY backend, arch ORDER BY SUM(total_bytes) DESC"""
# The rows, how many there are beyond them, and the sums below the list: what `tcm list` prints.
LIST = """SELECT record.key, record.name, record.backend, record.arch, record.total_bytes, record.mtime_ns, root.path
  FROM record JOIN root ON root.id = record.root_id WHERE record.name = 'name7' AND record.kind = 'kernel'
  ORDER BY record.mtime_ns DESC, record.key LIMIT 50;
  SELECT COUNT(*) FROM (SELECT 1 FROM record WHERE name = 'name7' AND kind = 'kernel' LIMIT 1001) AS matching;
  SELECT COUNT(*), SUM(kernels), SUM(bytes) FROM root"""


def psql_program():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/psql"), key=lambda path: int(path.split("/")[4]))
    return found[-1] if found else None


class Server:
    """The tests' server, which stays as long as this lock is held."""

    def __init__(self, keeper, psql):
        self.psql = psql
        self.base = tempfile.TemporaryDirectory(prefix="tcm-bench-")
        self.lock = open(os.path.join(self.base.name, "users"), "w", encoding="utf-8")
        fcntl.flock(self.lock, fcntl.LOCK_SH)
        with open(os.path.join(self.base.name, "log"), "w", encoding="utf-8") as log:
            self.keeper = subprocess.Popen([keeper, self.base.name], stdout=subprocess.PIPE, stderr=log, text=True)
        self.url = self.keeper.stdout.read()
        if not self.url:
            sys.exit("no PostgreSQL server")

    def run(self, text, url=None):
        subprocess.run([self.psql, "-q", "-v", "ON_ERROR_STOP=1", url or self.url], input=text, text=True, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def fresh(self, name):
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE);\nCREATE DATABASE {name};")
        return self.url.replace("/postgres?", f"/{name}?")

    def close(self):
        self.keeper.terminate()
        self.keeper.wait()


def seconds(command):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TCM_", "TRITON_"))}
    begin = time.monotonic()
    subprocess.run(command, env=environment, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return time.monotonic() - begin


def in_turns(repeat, one, other):
    """Medians of both, and of their ratio in each turn."""
    pairs = [(one(), other()) for _ in range(repeat)]
    return (statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs),
            statistics.median(a / b for a, b in pairs))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tcm")
    parser.add_argument("keeper")
    parser.add_argument("work")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--hosts", type=int, default=1_000)
    arguments = parser.parse_args()
    psql = psql_program()
    if psql is None:
        sys.exit("no PostgreSQL below /usr/lib/postgresql; install it and run again")
    cache = os.path.join(arguments.work, f"server-cache-{arguments.count}")
    if not os.path.isdir(cache):
        subprocess.run([sys.executable, os.path.join(HERE, "grow_cache.py"), SAMPLE, cache, str(arguments.count)],
                       check=True, stdout=subprocess.DEVNULL)
    server = Server(arguments.keeper, psql)
    file = os.path.join(server.base.name, "tcm.db")

    def index(location):
        return seconds([arguments.tcm, "--db", location, "index", "--cache-dir", cache])

    def index_file():
        for left in glob.glob(file + "*"):
            os.remove(left)
        return index(file)

    def rows():
        yield (f"index, cold, {arguments.count} : in a file",
               in_turns(arguments.repeat, lambda: index(server.fresh("cold")), index_file), 3)
        fleet = server.fresh("fleet")
        seconds([arguments.tcm, "--db", fleet, "index", "--cache-dir", tempfile.mkdtemp(dir=server.base.name)])
        server.run(FLEET.format(hosts=arguments.hosts), fleet)
        for what, command, question in (("stats --by backend,arch", ["stats", "--by", "backend,arch"], STATS),
                                        ("list --name --limit 50", ["list", "--name", "name7", "--limit", "50"], LIST)):
            yield (f"{what}, {arguments.hosts} hosts : psql",
                   in_turns(arguments.repeat, lambda c=command: seconds([arguments.tcm, "--db", fleet, *c]),
                            lambda q=question: seconds([psql, fleet, "-c", q])), 1.5)

    missed = False
    try:
        index_file()  # so that every turn finds the cache in memory
        print(f"{'time':<44} {'tcm ms':>10} {'other ms':>10} {'ratio':>7} {'goal':>6}")
        for what, (mine, other, ratio), goal in rows():
            verdict = "" if ratio <= goal else "  MISSED"
            missed = missed or ratio > goal
            print(f"{what:<44} {mine * 1000:>10.1f} {other * 1000:>10.1f} {ratio:>7.2f} {goal:>6}{verdict}")
    finally:
        server.close()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
