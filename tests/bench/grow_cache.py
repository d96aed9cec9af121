#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Grow a large Triton cache from a few real entries.

grow_cache.py SOURCE OUT COUNT [--seed N]

Every new entry has a key, a group file and a metadata file of its own; its other files are hard links, so that 100,000
entries cost inodes and not gigabytes. The same arguments make the same entries. OUT must not exist yet.
"""
import argparse
import base64
import errno
import json
import os
import random
import shutil

NEWEST = 1_763_800_000  # entries are up to 120 days older than this
DAY = 86_400


class Sample:
    """One entry of the source, copied beside OUT, because links do not reach over file systems."""

    def __init__(self, directory, store):
        group = next(name for name in sorted(os.listdir(directory)) if name.startswith("__grp__"))
        self.name = group[len("__grp__"):-len(".json")]
        with open(os.path.join(directory, self.name + ".json"), encoding="utf-8") as file:
            self.metadata = json.load(file)
        self.files = sorted(name for name in os.listdir(directory) if not name.endswith(".json"))
        self.directory, self.store, self.copies = directory, store, 0
        self.copy()

    def copy(self):
        self.copies += 1
        self.linked = os.path.join(self.store, f"{os.path.basename(self.directory)}.{self.copies}")
        shutil.copytree(self.directory, self.linked)

    def link_into(self, entry):
        for name in self.files:
            try:
                os.link(os.path.join(self.linked, name), os.path.join(entry, name))
            except OSError as error:
                if error.errno != errno.EMLINK:
                    raise
                self.copy()  # a file system has a most number of links to one file (ext4: 65,000)
                os.link(os.path.join(self.linked, name), os.path.join(entry, name))


def write_json(path, value):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file)


def grow(source, out, count, seed):
    chance = random.Random(seed)
    out = os.path.abspath(out)
    store = out + ".linked"
    shutil.rmtree(store, ignore_errors=True)
    os.makedirs(out)
    os.makedirs(store)
    samples = [Sample(os.path.join(source, key), store) for key in sorted(os.listdir(source))
               if any(name.startswith("__grp__") for name in os.listdir(os.path.join(source, key)))]
    for number in range(count):
        sample = samples[number % len(samples)]
        digest = chance.randbytes(32)
        key = base64.b32encode(digest).decode().rstrip("=")
        entry = os.path.join(out, key)
        os.mkdir(entry)
        sample.link_into(entry)
        # Few names would make every search by name find a large part of the cache.
        name = sample.name
        write_json(os.path.join(entry, name + ".json"),
                   dict(sample.metadata, hash=digest.hex(), name=f"{name}_{number // len(samples) % 25}"))
        children = sample.files + [name + ".json"]
        write_json(os.path.join(entry, f"__grp__{name}.json"),
                   {"child_paths": {child: f"{out}/{key}/{child}" for child in children}})
        when = NEWEST - chance.randrange(120 * DAY) + chance.random()
        os.utime(entry, (when, when))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source")
    parser.add_argument("out")
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    grow(arguments.source, arguments.out, arguments.count, arguments.seed)


if __name__ == "__main__":
    main()
