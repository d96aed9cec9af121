# SPDX-License-Identifier: Apache-2.0
"""What `tcm run` and the tracker say of real look-ups, held against what Triton and the files say."""

import collections
import json
import subprocess
import sys

from cases import must
from harness import SECONDS, Lab, Wrong, last_line

SALTS = ("--salts", 20, "sm90")


def tracked(lab, *command, codes=(0,), options=(), **more):
    """Runs a command under tcm: what it prints, and what tcm says of it."""
    report = lab.folder / "run.json"
    report.unlink(missing_ok=True)
    run = subprocess.run([lab.program, "run", *options, "--json", report, "--", *command], cwd=lab.folder,
                         env=lab.triton_environment(lab.root, **more), stdin=subprocess.DEVNULL, capture_output=True,
                         text=True, timeout=SECONDS, check=False)
    if run.returncode not in codes:
        raise Wrong(f"tcm run: exit code {run.returncode}, not {codes[0]}: {last_line(run.stderr)}")
    return run.stdout, json.loads(report.read_text(encoding="utf-8"))


def compiled(lab, **more):
    out, said = tracked(lab, *lab.triton_command("compile.py", *SALTS), **more)
    return json.loads(out.splitlines()[-1])["kernels"], said


def cold_and_warm(lab):
    """20 misses, then 20 hits; Triton itself, from 3.4 on, says the same of each."""
    lab.clear()
    kernels, said = compiled(lab)
    must((said["kernels"], said["hits"], said["misses"]) == (20, 0, 20), f"cold: {said}")
    must({miss["key"] for miss in said["missed"]} == {kernel["key"] for kernel in kernels}, "other keys were missed")
    must(all(miss["seconds"] > 0 and miss["root"] == str(lab.root) for miss in said["missed"]), "no time, or elsewhere")
    must(not any(kernel["said"] for kernel in kernels), "Triton says hit")
    kernels, said = compiled(lab)
    must((said["kernels"], said["hits"], said["misses"]) == (20, 20, 0), f"warm: {said}")
    must(all(kernel["said"] in (True, None) for kernel in kernels), "Triton says miss")
    tracked(lab, *lab.triton_command("compile.py", *SALTS), options=("--fail-on-miss",))
    return "as Triton says"


def mixed(lab):
    """Some are there and some are not."""
    lab.clear()
    lab.kernels(lab.root, "--salts", 7, "sm90")
    _, said = compiled(lab)
    must((said["hits"], said["misses"]) == (7, 13), f"7 of 20 were there: {said}")
    tracked(lab, *lab.triton_command("compile.py", "--salts", 21, "sm90"), options=("--fail-on-miss",), codes=(8,))
    return "7 of 20"


FORKS = """
import os, sys
sys.path.insert(0, os.path.dirname(sys.argv[1]))
import kernels
kernels.salted("sm90", -1)
for i in range(3):
    if os.fork() == 0:
        kernels.salted("sm90", -1)
        kernels.salted("sm90", -2 - i)
        os._exit(0)
    os.wait()
"""


def forks(lab):
    """A kernel that all processes use counts once, and those of each once."""
    lab.clear()
    _, said = tracked(lab, sys.executable, "-B", "-c", FORKS, lab.triton_command("compile.py")[2])
    must((said["processes"], said["kernels"], said["misses"]) == (4, 4, 4), f"forks: {said}")
    must(said["lookups"] == 7, f"{said['lookups']} look-ups")
    return "each once"


OWN = """
import os, sys
sys.path.insert(0, os.path.dirname(sys.argv[1]))
import kernels, triton
from triton.runtime.cache import FileCacheManager
heard = []
if hasattr(triton, "knobs"):
    triton.knobs.compilation.listener = lambda **k: heard.append(k["cache_hit"])
class Mine(FileCacheManager):
    made = 0
    def __init__(self, *a, **k):
        super().__init__(*a, **k)
        Mine.made += 1
sys.modules["mine"] = sys.modules["__main__"]
os.environ["TRITON_CACHE_MANAGER"] = "mine:Mine"
for i in range(5):
    kernels.salted("sm90", -1 - i)
assert Mine.made >= 5, Mine.made
assert len(heard) in ((5,) if hasattr(triton, "knobs") else (0,)), heard
"""


def own_manager_and_listener(lab):
    """A program that sets its own sees what it sees without the tracker, which counts all the same."""
    lab.clear()
    _, said = tracked(lab, sys.executable, "-B", "-c", OWN, lab.triton_command("compile.py")[2])
    must((said["hits"], said["misses"]) == (0, 5), f"with a manager of its own: {said}")
    return "5 of 5"


def no_room_for_logs(lab):
    """Without a log the job is as without the tracker."""
    lab.clear()
    for where in ("/dev/null/logs", "/proc/logs"):
        answer = lab.compile(lab.root, *SALTS, TCM_HITS_DIR=where, PYTHONPATH=f"{python(lab)}:{lab.release.path}")
        must(len(answer["kernels"]) == 20 and not answer["errors"], "a job failed for want of a log")
    return "goes on"


def by_manager_alone(lab):
    """TRITON_CACHE_MANAGER is enough where no sitecustomize may be; and what is imported counts each line once."""
    lab.clear()
    logs, more = lab.folder / "logs", {"TRITON_CACHE_MANAGER": "tcm_hits:CountingCacheManager"}
    alone = lab.folder / "alone"
    alone.mkdir(exist_ok=True)
    (alone / "tcm_hits.py").write_bytes((python(lab) / "tcm_hits.py").read_bytes())
    for _ in range(3):
        lab.kernels(lab.root, *SALTS, TCM_HITS_DIR=logs, PYTHONPATH=f"{alone}:{lab.release.path}", **more)
    lines = [line.split("\t") for log in logs.glob("*") for line in log.read_text(encoding="utf-8").splitlines()]
    kinds = collections.Counter(line[2] for line in lines)
    must((kinds["M"], kinds["C"], kinds["H"]) == (20, 20, 40), f"lines of three processes: {kinds}")
    lab.tcm("index", "--cache-dir", lab.root)
    for _ in range(2):
        lab.tcm("hits", "import", logs)
    listed = json.loads(lab.tcm("list", "--cache-dir", lab.root, "--json"))["kernels"]
    must([(entry["hits"], entry["misses"]) for entry in listed] == [(2, 1)] * 20, "imported otherwise")
    return "2 hits, 1 miss"


def python(lab):
    return lab.program.parent.parent / "share" / "tcm" / "python"


CASES = (
    ("tcm run, 20 kernels, cold and warm", cold_and_warm),
    ("tcm run, 7 of 20 are there", mixed),
    ("tcm run, forks", forks),
    ("tcm run, a manager and a listener of the program", own_manager_and_listener),
    ("a log that cannot be written", no_room_for_logs),
    ("TRITON_CACHE_MANAGER, hits import", by_manager_alone),
)


def run(found, tcm, scratch):
    """Whether the tracker counts what happened, with every release."""
    right = True
    for release in found:
        lab = Lab(release, tcm, scratch)
        try:
            for title, case in CASES:
                try:
                    print(f"Triton {release.version}: {title}: {case(lab)}", flush=True)
                except Wrong as error:
                    right = False
                    print(f"Triton {release.version}: {title}: FAILED: {error}", flush=True)
        finally:
            lab.close()
    return right
