# SPDX-License-Identifier: Apache-2.0
"""Triton processes compile and look up kernels while tcm prune takes them away in the same cache."""

import collections
import contextlib
import json
import os
import random
import re
import shutil
import subprocess
import threading
import time

from cases import IR
from harness import SECONDS, Lab, Wrong, last_line

PROCESSES = 3
LIFE = 4  # seconds that one of them lives, so that fresh ones come all the time
OLD_PER_SECOND = 6
PAUSE = 0.5  # seconds between two prunes, at most
DAY = 24 * 3600

# What takes away what Triton is about to read or write must be able to cause these; nothing that is done from outside
# prevents it, as Triton takes no lock. Each ends one look-up: the next one compiles.
UNAVOIDABLE = (
    # A group was read, or just written; a file that it lists went before it was read.
    re.compile(r"FileNotFoundError, reading \*\.\w+"),
    # The entry went between two steps of writing a file into it.
    re.compile(r"FileNotFoundError, writing .*"),
    # Releases before 3.7: the entry went between asking whether the group is there and opening it.
    re.compile(r"FileNotFoundError, looking up a group"),
    # The entry was there, and went between two steps of os.makedirs.
    re.compile(r"FileExistsError, (making|writing) an entry"),
)


class Part:
    """One part of a race: how prune is called, and what may happen."""

    def __init__(self, title, grace=(), old=True, ages=False, forgiving=True):
        self.title, self.grace = title, grace
        self.old = old  # whether kernels that are going are looked up, too
        self.ages = ages  # whether some entries are given times of long ago
        self.forgiving = forgiving  # whether what is unavoidable may happen


PARTS = (
    Part("--grace 0s", grace=("--grace", "0s")),
    Part("default grace, old entries go", old=False, ages=True, forgiving=False),
    Part("default grace, old entries are wanted as they go", ages=True),
)
CONTROL = Part("without tcm: rm")
GC = ["gc"]
PRUNES = (
    GC,
    [],
    ["--full", "--all"],
    ["--full", "--max-size", "300K"],
    ["--drop", "ir,assembly,source"],
    ["--leftovers"],
)


class Racing(threading.Thread):
    """Keeps one Triton process running, and another when it ends; adds up what they say."""

    def __init__(self, lab, number, old, end):
        super().__init__()
        self.lab, self.number, self.old, self.end = lab, number, old, end
        self.counts, self.failures, self.problems = collections.Counter(), collections.Counter(), []

    def run(self):
        environment = self.lab.triton_environment(self.lab.root)
        while (left := self.end - time.monotonic()) > 0.5:
            command = self.lab.triton_command("racer.py", min(left, LIFE), self.number, self.old)
            run = subprocess.run(command, env=environment, cwd=self.lab.folder, stdin=subprocess.DEVNULL,
                                 capture_output=True, text=True, timeout=SECONDS, check=False)
            self.counts["processes"] += 1
            if run.returncode != 0:
                self.problems.append(f"a process ended with {run.returncode}: {last_line(run.stderr)}")
                continue
            said = json.loads(run.stdout.splitlines()[-1])
            self.failures.update(said.pop("failures"))
            self.problems += [f"kernel {salt} could not be had" for salt in said.pop("stuck")]
            self.counts.update(said)


class Pruner:
    """Calls tcm prune again and again, with all its ways in turns."""

    def __init__(self, lab, part, old_keys):
        self.lab, self.part, self.old_keys = lab, part, list(old_keys)
        self.aged = set()
        self.counts, self.problems = collections.Counter(), []

    def run_until(self, end, steps):
        slice_size = max(1, len(self.old_keys) // max(1, steps))
        turn = 0
        while time.monotonic() < end:
            if self.part.ages and turn % 2 == 0:
                self._age(slice_size)
            self._prune(PRUNES[turn % len(PRUNES)])
            turn += 1
            # Long enough for a kernel to be compiled between two of them, as it always is where prune runs by the hour.
            time.sleep(random.uniform(0, PAUSE))

    def _age(self, count):
        """Gives some of the old entries, which nobody writes to, the times of yesterday."""
        then = time.time() - DAY
        for key in self.old_keys[:count]:
            for path in [*(self.lab.root / key).glob("*"), self.lab.root / key]:
                os.utime(path, (then, then))
            self.aged.add(key)
        del self.old_keys[:count]

    def _gc(self):
        """What the settings call for, as a timer runs it; returns nothing, and counts."""
        grace = dict(TCM_PRUNE_GRACE=self.part.grace[1]) if self.part.grace else {}
        command = ["gc", "--json", "--cache-dir", self.lab.root]
        report = json.loads(self.lab.tcm(*command, codes=(0, 3), TCM_PRUNE_MAX_SIZE="300K", **grace))
        self.counts["prunes"] += 1
        self.counts["pruned"] += sum(root["entries"] for root in report["roots"])
        self.counts["left"] += sum(report["kept"].values())
        self.problems += [f"gc failed: {failure}" for failure in report["failures"]]

    def _prune(self, how):
        if how is GC:
            try:
                self._gc()
            except Wrong as error:
                self.problems.append(str(error))
            return
        where = ["-y", "--json", "--cache-dir", self.lab.root]
        try:
            # 3: a budget that cannot be met, as what is younger than the grace period stays.
            report = json.loads(self.lab.tcm("prune", *how, *self.part.grace, *where, codes=(0, 3)))
        except Wrong as error:
            self.problems.append(str(error))
            return
        if self.part.ages and (young := {item["key"] for item in report["plan"]["items"]} - self.aged):
            self.problems.append(f"{len(young)} entries were to go that are younger than the grace period")
        done = report["done"] or {"entries": 0, "failed": 0, "kept": 0}
        self.counts["prunes"] += 1
        self.counts["pruned"] += done["entries"]
        self.counts["left"] += done["kept"] + sum(kept["count"] for kept in report["plan"]["kept"])
        if done["failed"]:
            self.problems.append(f"prune failed: {done['failures'][0]}")


class ByHand(Pruner):
    """Deletes as tools do that know nothing of Triton: this must make look-ups fail, or a race shows nothing."""

    def _prune(self, how):
        for entry in list(self.lab.root.iterdir()):
            if "--full" in how:
                shutil.rmtree(entry, ignore_errors=True)
            else:
                with contextlib.suppress(FileNotFoundError):  # an empty entry goes when Triton has written in it
                    for path in (path for path in list(entry.iterdir()) if path.suffix in IR):
                        path.unlink(missing_ok=True)
            self.counts["pruned"] += 1
        self.counts["prunes"] += 1


def race(lab, part, seconds):
    """(counts, failures by kind, problems) of one part of the race, in an empty cache."""
    lab.clear()
    old = OLD_PER_SECOND * seconds
    old_keys = [kernel["key"] for kernel in lab.kernels(lab.root, "--salts", old, "sm90")]
    end = time.monotonic() + seconds
    racers = [Racing(lab, number, old if part.old else 0, end) for number in range(PROCESSES)]
    for racer in racers:
        racer.start()
    pruner = (ByHand if part is CONTROL else Pruner)(lab, part, old_keys)
    pruner.run_until(end, steps=seconds * 2)
    for racer in racers:
        racer.join()
    counts, failures, problems = collections.Counter(pruner.counts), collections.Counter(), list(pruner.problems)
    for racer in racers:
        counts.update(racer.counts)
        failures.update(racer.failures)
        problems += racer.problems
    return counts, failures, problems + ([] if part is CONTROL else aftermath(lab, old))


def aftermath(lab, old):
    """What is wrong with the cache that is left: all kernels compile or come from it, and then come from it."""
    first, second = (lab.compile(lab.root, "--salts", old, "sm90") for _ in range(2))
    wrong = [f"afterwards: {error['error']}" for error in first["errors"] + second["errors"]]
    if not wrong and {kernel["said"] for kernel in second["kernels"]} - {True, None}:
        wrong.append("afterwards: what was compiled is no hit")
    return wrong


def judge(part, counts, failures, problems):
    """(how many failures are unavoidable, how many others there are, all that is wrong)."""
    known = sum(n for kind, n in failures.items() if any(pattern.fullmatch(kind) for pattern in UNAVOIDABLE))
    other = sum(failures.values()) - known
    if part is CONTROL:
        return known, other, [] if failures else ["no look-up failed where files are deleted by hand"]
    wrong = list(problems)
    if other or (known and not part.forgiving):
        wrong.append(f"{other if part.forgiving else sum(failures.values())} look-ups failed that must not")
    if not counts["pruned"]:
        wrong.append("nothing was pruned")
    return known, other, wrong


def run(found, tcm, scratch, seconds, print_table, control=False):
    """Races with each release; prints what happened; whether all is as it must be."""
    rows, kinds, problems = [], [], []
    for release in found:
        lab = Lab(release, tcm, scratch)
        try:
            for part in [*PARTS, CONTROL] if control else PARTS:
                counts, failures, wrong = race(lab, part, seconds)
                known, other, wrong = judge(part, counts, failures, wrong)
                name = f"{release.version}, {part.title}"
                names = ("processes", "hits", "misses", "prunes", "pruned", "left")
                numbers = [*(counts[key] for key in names), known, other]
                rows.append([name, *map(str, numbers), "FAILED" if wrong else "ok"])
                kinds += [f"{count:>6}  {name}: {kind}" for kind, count in sorted(failures.items())]
                problems += [f"wrong: {name}: {line}" for line in wrong]
                print(f"{name}: {'; '.join(wrong) or 'ok'}", flush=True)
        finally:
            lab.close()
    head = ["race", "processes", "hits", "compiled", "prunes", "pruned", "left", "unavoidable", "other", ""]
    print_table(head, rows)
    print("\n".join(kinds + problems))
    return not problems
