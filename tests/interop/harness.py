# SPDX-License-Identifier: Apache-2.0
"""Runs a release of Triton and tcm on caches in a folder of their own, and says what Triton made of a cache."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
SECONDS = 240  # for one process; the slowest takes about 5
# Releases of LLVM whose linker is known to take what Triton before 3.5 assembles for gfx942; Debian 12's default, 14,
# does not take that of 3.3 and 3.4. Later releases of Triton link by themselves.
LINKERS = range(25, 18, -1)


class Wrong(Exception):
    """Something is not as it must be, in one line."""


def linker():
    """The system's newest ld.lld that is new enough, or None."""
    places = (path for n in LINKERS for path in (f"/usr/bin/ld.lld-{n}", f"/usr/lib/llvm-{n}/bin/ld.lld"))
    return next((path for path in places if os.path.exists(path)), None)


class Lab:
    """A release, the program, and a scratch folder with roots in it."""

    def __init__(self, release, tcm, scratch):
        self.release, self.program = release, tcm
        self.folder = Path(tempfile.mkdtemp(prefix=f"{release.version}-", dir=scratch)).resolve()
        self.root, self.other = self.folder / "cache", self.folder / "other"
        for name in ("home", "tmp", "data"):
            (self.folder / name).mkdir()
        self.targets = ["sm80", "sm90", "gfx942"]
        self.not_run = []
        self._made = {}

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def environment(self, **more):
        """A process's whole environment: nothing of the caller's but where programs are found."""
        variables = {"PATH": os.environ["PATH"], "HOME": self.folder / "home", "TMPDIR": self.folder / "tmp",
                     "LC_ALL": "C.UTF-8", "TZ": "UTC", **more}
        return {name: str(value) for name, value in variables.items()}

    def triton_environment(self, root, **more):
        path = {"PYTHONPATH": self.release.path, "PYTHONNOUSERSITE": "1", "TRITON_CACHE_DIR": root, **more}
        if self.release.numbers < (3, 5) and linker():
            path["TRITON_HIP_LLD_PATH"] = linker()
        return self.environment(**path)

    def triton_command(self, script, *arguments):
        return [sys.executable, "-B", str(HERE / script), *map(str, arguments)]

    def compile(self, root, *arguments, **more):
        """What a fresh process says that compiled the set, or something else (see compile.py), with this root and more
        variables."""
        run = subprocess.run(self.triton_command("compile.py", *(arguments or self.targets)), cwd=self.folder,
                             env=self.triton_environment(root, **more), stdin=subprocess.DEVNULL, capture_output=True,
                             text=True, timeout=SECONDS, check=False)
        if run.returncode != 0:
            raise Wrong(f"Triton {self.release.version} ended with {run.returncode}: {last_line(run.stderr)}")
        answer = json.loads(run.stdout.splitlines()[-1])
        if not answer["path"].startswith(str(self.release.path)):
            raise Wrong(f"another Triton was found: {answer['path']}")
        return answer

    def kernels(self, root, *arguments, **more):
        answer = self.compile(root, *arguments, **more)
        if answer["errors"]:
            raise Wrong("{target} {kernel}: {error}".format(**answer["errors"][0]))
        return answer["kernels"]

    def tcm(self, *arguments, codes=(0,), **variables):
        """What the program prints, with these variables; the index is made anew by each command that needs one."""
        run = subprocess.run([self.program, *map(str, arguments)], cwd=self.folder, stdin=subprocess.DEVNULL,
                             env=self.environment(TCM_DATA_DIR=self.folder / "data", **variables), capture_output=True, text=True,
                             timeout=SECONDS, check=False)
        if run.returncode not in codes:
            command = " ".join(map(str, arguments))
            raise Wrong(f"tcm {command}: exit code {run.returncode}, not {codes[0]}: {last_line(run.stderr)}")
        return run.stdout

    def prune(self, *arguments, roots=None):
        """Prunes without asking and without sparing the young; the report."""
        where = [word for root in roots or [self.root] for word in ("--cache-dir", root)]
        done = json.loads(self.tcm("prune", *arguments, "-y", "--grace", "0s", "--json", *where))["done"]
        if not done or done["failed"] or done["kept"]:
            raise Wrong(f"prune {' '.join(arguments)} was not done: {done}")
        return done

    def fill(self, *roots):
        """Makes roots as Triton left them: compiled into the very same path once, brought back from a copy after."""
        for root in roots or [self.root]:
            copy = self.folder / f"{root.name}.copy"
            if root not in self._made:
                answer = self.compile(root)
                self._leave_out_targets(answer)
                self._made[root] = answer["kernels"]
                shutil.copytree(root, copy)
            else:
                shutil.rmtree(root, ignore_errors=True)
                shutil.copytree(copy, root)

    def clear(self):
        """Takes everything out of the root."""
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.mkdir()

    def made(self, root=None):
        """What Triton said of the kernels when it compiled them into this root."""
        return self._made[root or self.root]

    def _leave_out_targets(self, answer):
        """A target that this release cannot compile for on this machine is left out, with the reason."""
        for error in answer["errors"]:
            why = f"{error['target']}: {self._excuse(error)}"
            if why not in self.not_run:
                self.not_run.append(why)
            self.targets = [target for target in self.targets if target != error["target"]]
        answer["kernels"] = [kernel for kernel in answer["kernels"] if kernel["target"] in self.targets]
        if any(kernel["said"] for kernel in answer["kernels"]):
            raise Wrong("hits in a cache that did not exist")

    def _excuse(self, error):
        if error["target"].startswith("gfx") and self.release.numbers < (3, 5) and not linker():
            return f"it wants the system's ld.lld, and one of LLVM {LINKERS[-1]} or later is not here (Debian: lld-19)"
        raise Wrong("{target} {kernel}: {error}".format(**error))


def last_line(text):
    return (text.strip().splitlines() or ["(it said nothing)"])[-1]


def files(root, *endings):
    """The files of a root's entries, those with these endings if any are given."""
    found = (path for path in Path(root).glob("[!.]*/*") if path.is_file())
    return sorted(path for path in found if not endings or path.suffix in endings)


def state(root):
    """Inode and modification time of every file of a root's entries."""
    return {str(path): (path.stat().st_ino, path.stat().st_mtime_ns) for path in files(root)}


def outcome(lab, root, before, made=None):
    """Compiles all kernels in a fresh process and says for each whether it came from the cache: {key: "hit" | "miss"}.

    `before` is the state() of the root when the process starts. A hit leaves the binary as it was, and Triton (from
    3.4 on) says so; a miss puts a new file in its place. Where the two disagree, and where a kernel is not the one
    that was compiled first, nothing is known: an error.
    """
    first = {kernel["key"]: kernel for kernel in made or lab.made(root)}
    found = {}
    for kernel in lab.kernels(root):
        same = before.get(kernel["binary"]) == (kernel["inode"], kernel["mtime_ns"])
        if kernel["said"] is not None and kernel["said"] != same:
            said = "hit" if kernel["said"] else "miss"
            raise Wrong(f"{kernel['key']}: Triton says {said}, its binary says otherwise")
        if not kernel["binary"].startswith(f"{root}/"):
            raise Wrong(f"{kernel['key']} was read from {kernel['binary']}")
        if kernel["key"] not in first or kernel["sha256"] != first[kernel["key"]]["sha256"]:
            raise Wrong(f"{kernel['key']} is not what was compiled first")
        found[kernel["key"]] = "hit" if same else "miss"
    if set(found) != set(first):
        raise Wrong(f"{len(found)} kernels were compiled, not {len(first)}")
    return found


def in_one_word(found):
    """What outcome() said of several kernels: "hit", "miss", or how many of them were hits."""
    hits = sum(word == "hit" for word in found.values())
    return "hit" if hits == len(found) else "miss" if hits == 0 else f"{hits} of {len(found)} hit"
