#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what tcm_hits.py counts of torch.compile with what the kernel saw. Needs a GPU, PyTorch 2.6 or later and Linux.

  python3 tests/tracker/torch_hits.py [--keep DIR]

Runs a small model cold and then warm in several ways, each in a process of its own, and prints one line a run. What a run
compiled is what it added to the cache; what it used is what it opened, as inotify saw it. Exit code 1 when a count differs.
With --keep the caches and the logs stay in DIR.
"""

import argparse
import ctypes
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import time

PYTHON = pathlib.Path(__file__).resolve().parents[2] / "python"
IN_OPEN = 0x20
BINARIES = (".cubin", ".hsaco")

JOB = """
import torch, triton, triton.language as tl

@triton.autotune([triton.Config({'BLOCK': b}, num_warps=w) for b in (256, 512, 1024) for w in (2, 4)], key=['n'])
@triton.jit
def scale(x, y, n, BLOCK: tl.constexpr):
    at = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    tl.store(y + at, tl.load(x + at, mask=at < n) * 3, mask=at < n)

def model(x, w):
    for turn in range(4):
        x = torch.nn.functional.layer_norm(torch.relu(x @ w) + turn, x.shape[-1:])
        x = torch.softmax(x.sin() * (turn + 1), -1).cumsum(-1) + x.transpose(0, 1).contiguous()[:1]
    return torch.nn.functional.gelu(x).sum(0), x.std(1), (x * 2).max(1)

torch.manual_seed(0)
x, w = torch.randn(512, 512, device='cuda'), torch.randn(512, 512, device='cuda')
step = torch.compile(model)
for actual, wanted in zip(step(x, w)[:2], model(x, w)[:2]):
    torch.testing.assert_close(actual, wanted, rtol=2e-2, atol=2e-2)
x.requires_grad_(True)
torch.compile(lambda x: torch.tanh(x).square().sum() + torch.softmax(x, 1).amax())(x).backward()
y = torch.empty_like(w)
scale[lambda meta: (triton.cdiv(w.numel(), meta['BLOCK']),)](w, y, w.numel())
torch.testing.assert_close(y, w * 3)
print('right')
"""

WAYS = [
    ("cold", {}),
    ("warm", {}),
    ("warm, again", {}),
    ("warm, graph caches off", {"TORCHINDUCTOR_FORCE_DISABLE_CACHES": "1"}),
    ("warm, one thread", {"TORCHINDUCTOR_FX_GRAPH_CACHE": "0", "TORCHINDUCTOR_COMPILE_THREADS": "1"}),
    ("warm, no static launcher", {"TORCHINDUCTOR_USE_STATIC_CUDA_LAUNCHER": "0"}),
    ("warm, bundling off", {"TORCHINDUCTOR_BUNDLE_TRITON_INTO_FX_GRAPH_CACHE": "0"}),
]


def entries(root):
    """The kernels of a cache directory: the directories that hold a binary."""
    found = set()
    for path in root.rglob("*"):
        if path.suffix in BINARIES:
            found.add(path.parent)
    return found


class Opened:
    """The entries whose binary was opened by anybody, while this is there."""

    def __init__(self, watched):
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.fd = self.libc.inotify_init1(os.O_CLOEXEC)
        self.names, self.seen, self.lost, self.ends = {}, set(), False, False
        for entry in watched:
            watch = self.libc.inotify_add_watch(self.fd, os.fsencode(entry), IN_OPEN)
            if watch < 0:
                raise OSError(ctypes.get_errno(), "inotify_add_watch", str(entry))
            self.names[watch] = entry
        os.set_blocking(self.fd, False)
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        while True:
            ends = self.ends
            try:
                events = os.read(self.fd, 1 << 16)
            except BlockingIOError:
                if ends:
                    return
                time.sleep(0.01)
                continue
            while events:
                watch, mask, _, length = struct.unpack_from("iIII", events)
                name = events[16 : 16 + length].rstrip(b"\0").decode()
                events = events[16 + length :]
                if mask & 0x4000:
                    self.lost = True
                elif name.endswith(BINARIES):
                    self.seen.add(self.names[watch])

    def close(self):
        self.ends = True
        self.thread.join()
        os.close(self.fd)
        if self.lost:
            raise RuntimeError("inotify lost events")
        return self.seen


def counted(logs):
    """What the tracker says: entries compiled, and entries used without, of all processes together."""
    missed, used = set(), set()
    for path in logs.glob("*.hits"):
        for line in path.read_text().splitlines():
            fields = line.split("\t")
            entry = pathlib.Path(fields[3], fields[4])
            if fields[2] in "Mm":
                missed.add(entry)
            elif fields[2] in "HhLl":
                used.add(entry)
    return missed, used - missed


def run(name, settings, place, tracked):
    inductor, triton, logs = place / "inductor", place / "triton", place / "logs" / name.replace(" ", "-").replace(",", "")
    job = place / "job.py"
    job.write_text(JOB)
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("TCM_", "TORCHINDUCTOR_"))}
    environment.update(TORCHINDUCTOR_CACHE_DIR=str(inductor), TRITON_CACHE_DIR=str(triton), **settings)
    if tracked:
        environment.update(TCM_HITS_DIR=str(logs), PYTHONPATH=str(PYTHON))
    before = entries(place)
    opened = Opened(before)
    begin = time.monotonic()
    try:
        done = subprocess.run([sys.executable, str(job)], env=environment, capture_output=True, text=True, check=False)
    finally:
        seen = opened.close()
    seconds = time.monotonic() - begin
    if done.returncode != 0 or done.stdout.strip() != "right":
        print(f"{name}: the job failed\n{done.stdout}{done.stderr[-4000:]}")
        return False
    added = entries(place) - before
    if not tracked:
        print(f"{name:28}{'':>9}{len(added):>9}{'':>9}{len(seen):>9}{seconds:>8.1f} s")
        return True
    missed, used = counted(logs)
    alike = missed == added and used == seen
    print(f"{name:28}{len(missed):>9}{len(added):>9}{len(used):>9}{len(seen):>9}{seconds:>8.1f} s{'' if alike else '  DIFFERS'}")
    for what, entry_set in (("compiled, not counted", added - missed), ("counted as compiled, not new", missed - added),
                            ("opened, not counted", seen - used), ("counted, not opened", used - seen)):
        for entry in sorted(entry_set):
            print(f"    {what}: {entry.relative_to(place)} {[file.name for file in entry.iterdir()][:1]}")
    return alike


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", type=pathlib.Path, help="keep caches and logs in this directory")
    options = parser.parse_args()
    import torch  # pylint: disable=import-outside-toplevel
    import triton  # pylint: disable=import-outside-toplevel

    print(f"torch {torch.__version__}, triton {triton.__version__}, {torch.cuda.get_device_name()}")
    place = options.keep or pathlib.Path(tempfile.mkdtemp(prefix="tcm-hits-"))
    place.mkdir(parents=True, exist_ok=True)
    print(f"{'':28}{'misses':>9}{'new':>9}{'hits':>9}{'opened':>9}{'time':>10}")
    alike = True
    try:
        for name, settings in WAYS:
            alike = run(name, settings, place, True) and alike
        alike = run("warm, without the tracker", {}, place, False) and alike
    finally:
        if options.keep is None:
            shutil.rmtree(place, ignore_errors=True)
    return 0 if alike else 1


if __name__ == "__main__":
    sys.exit(main())
