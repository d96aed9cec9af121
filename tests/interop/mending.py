# SPDX-License-Identifier: Apache-2.0
"""Triton processes compile and look up kernels while tcm repair and tcm relocate mend the same cache."""

import base64
import collections
import contextlib
import json
import os
import random
import shutil
import time

from damage import DAMAGES
from harness import Wrong

DAY = 24 * 3600
PLANTED = 5  # entries at a time, in keys that nobody asks for
MOVED = 6  # entries at a time that are asked for, whose groups come to name another directory
PAUSE = 0.3  # seconds between two commands, at most


def _age(entry):
    then = time.time() - DAY
    with contextlib.suppress(FileNotFoundError):
        for path in [*entry.glob("*"), entry]:
            os.utime(path, (then, then))


def _write(path, document, folder):
    """As Triton writes: another file in its place."""
    fresh = folder / "fresh.json"
    fresh.write_text(json.dumps(document))
    os.replace(fresh, path)


class Mender:
    """Damages entries and lets tcm mend them, in turns."""

    def __init__(self, lab, part, old_keys):
        self.lab, self.part, self.old_keys = lab, part, list(old_keys)
        self.counts, self.problems = collections.Counter(), []
        self.sound = lab.folder / "sound"
        shutil.rmtree(self.sound, ignore_errors=True)
        shutil.copytree(lab.root / self.old_keys[0], self.sound)
        self.kinds = []

    def run_until(self, end, steps):
        del steps
        for turn in range(1 << 30):
            if time.monotonic() >= end:
                break
            self._plant()
            self._move(random.sample(self.old_keys, min(MOVED, len(self.old_keys))))
            self._mend("relocate" if turn % 2 else "repair")
            time.sleep(random.uniform(0, PAUSE))

    def aftermath(self):
        """What is wrong with what was planted and moved, once all of it has been mended. Not of a control."""
        self._mend("repair")
        try:
            self.lab.tcm("verify", "--triton", self.lab.release.version, "--cache-dir", self.lab.root)
        except Wrong as error:
            return [f"afterwards: {error}"]
        return []

    def _plant(self):
        for _ in range(PLANTED):
            # One of each before any comes again.
            self.kinds = self.kinds or random.sample(DAMAGES, len(DAMAGES))
            _, change = self.kinds.pop()
            digest = os.urandom(32)
            entry = self.lab.root / base64.b32encode(digest).decode().rstrip("=")
            made = self.lab.folder / "planted"
            shutil.copytree(self.sound, made)
            group = next(made.glob("__grp__*.json"))
            metadata = made / group.name.removeprefix("__grp__")
            _write(metadata, {**json.loads(metadata.read_text()), "hash": digest.hex()}, self.lab.folder)
            names = json.loads(group.read_text())["child_paths"]
            _write(group, {"child_paths": {name: str(entry / name) for name in names}}, self.lab.folder)
            change(made)
            _age(made)
            made.rename(entry)
            self.counts["planted"] += 1

    def _move(self, keys):
        """Groups of these wanted entries name another directory, as after a copy: Triton compiles them again."""
        for key in keys:
            entry = self.lab.root / key
            for group in entry.glob("__grp__*.json"):
                names = json.loads(group.read_text())["child_paths"]
                _write(group, {"child_paths": {name: f"/nowhere/{key}/{name}" for name in names}}, self.lab.folder)
            _age(entry)

    def _mend(self, command):
        try:
            # 3: an entry that Triton writes to is left as it is.
            report = json.loads(self.lab.tcm(command, "-y", "--json", "--cache-dir", self.lab.root, codes=(0, 3)))
        except Wrong as error:
            self.problems.append(str(error))
            return
        done = report["done"] or {"entries": 0, "failed": 0, "kept": 0}
        self.counts["runs"] += 1
        self.counts["changed"] += done["entries"]
        self.counts["left"] += done["kept"] + sum(kept["count"] for kept in report["plan"]["kept"])
        if done["failed"]:
            self.problems.append(f"{command} failed: {done['failures'][0]}")


class MendingByHand(Mender):
    """Mends as an editor does that writes into the files: this must make look-ups fail."""

    def _mend(self, command):
        halves = []
        for key in self.old_keys:
            for group in (self.lab.root / key).glob("__grp__*.json"):
                # A group that is half there is a miss from 3.7 on; such metadata fails every release.
                for path in (group, group.with_name(group.name.removeprefix("__grp__"))):
                    with contextlib.suppress(FileNotFoundError):
                        text = path.read_text().replace("/nowhere/", f"{self.lab.root}/")
                        path.write_text(text[: len(text) // 2])
                        halves.append((path, text))
        time.sleep(PAUSE)
        for path, text in halves:
            with contextlib.suppress(FileNotFoundError):
                path.write_text(text)
        self.counts["changed"] += len(halves)
        self.counts["runs"] += 1
