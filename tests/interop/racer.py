# SPDX-License-Identifier: Apache-2.0
"""One of several Triton processes in one cache: compiles and looks up small kernels until its time is over.

racer.py SECONDS NUMBER OLD

NUMBER tells the processes apart; OLD, when not 0, is how many kernels compile.py --salts has made before: they are
looked up, too. Prints one JSON object: how often a kernel came from the cache and how often it did not, and each
failure by what Triton was doing, and with which file. What failed is asked for again, at once.
"""

import collections
import json
import os
import random
import sys
import time
import traceback

import kernels
import triton

TARGET = "sm90"
COMMON = 24  # kernels that all processes want
TRIES = 50
TRITON = os.path.dirname(triton.__file__)
# What a function of Triton's is about.
STEPS = {
    ("cache.py", "put"): "writing",
    ("cache.py", "get_group"): "looking up",
    ("cache.py", "__init__"): "making",
    ("compiler.py", "__init__"): "reading",
}


def place(error):
    """What Triton was doing when it failed, and with which kind of file: "FileNotFoundError, reading *.llir"."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(TRITON)]
    within = {(os.path.basename(frame.filename), frame.name) for frame in frames}
    step = next((word for frame, word in STEPS.items() if frame in within), f"in {frames[-1].name if frames else '?'}:")
    name = os.path.basename(str(getattr(error, "filename", None) or ""))
    if name.startswith("tmp.pid_"):
        what = "a temporary folder"
    elif name.startswith("__grp__"):
        what = "a group"
    elif name.startswith("salted_kernel"):
        what = "*" + os.path.splitext(name)[1]
    else:
        what = "an entry" if name else str(error)[:80]
    return f"{type(error).__name__}, {step} {what}"


class Racer:
    def __init__(self, number, old):
        self.random = random.Random(f"{number} {time.time_ns()}")
        self.listener = kernels.Listener()
        self.old = old
        # Kernels that nobody else compiles.
        self.fresh = iter(range(1000 + (number << 24) + (os.getpid() << 8) % (1 << 24), 1 << 31))
        self.recent = collections.deque(maxlen=16)
        self.counts = collections.Counter()
        self.failures = collections.Counter()
        self.stuck = []

    def next_salt(self):
        chance = self.random.random()
        if self.old and chance < 0.4:
            return -1 - self.random.randrange(self.old)
        if chance < 0.5:
            return self.random.randrange(COMMON)
        if chance < 0.8 and self.recent:
            return self.random.choice(self.recent)
        self.recent.append(next(self.fresh))
        return self.recent[-1]

    def look_up(self, salt):
        for _ in range(TRIES):
            self.listener.said = None
            try:
                kernels.salted(TARGET, salt)
                self.counts["hits" if self.listener.said else "misses"] += 1
                return
            except Exception as error:  # pylint: disable=broad-except  # all of them are counted
                self.failures[place(error)] += 1
        self.stuck.append(salt)


def main():
    seconds, number, old = float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    end = time.monotonic() + seconds
    racer = Racer(number, old)
    while time.monotonic() < end:
        racer.look_up(racer.next_salt())
    print(json.dumps({**racer.counts, "failures": racer.failures, "stuck": racer.stuck}))


if __name__ == "__main__":
    main()
