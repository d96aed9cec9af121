#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the sources with clang-tidy 14 and the checks of .clang-tidy.

tidy.py BUILD [PATH…]    the sources of the build folder BUILD (cmake --preset dev) below the PATHs; default: all that ships

Most of clang-tidy's time goes into the headers of the libraries. So the files of a directory are checked as one text,
which costs a fifth. Where that does not compile, because two of them use one name for different things, each is
checked by itself. Exit code 1 when there is something to mend.
"""

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ["core", "cli", "plugins", "sdk"]
DROPPED_WITH_VALUE = {"-o", "-c", "-include", "-MF", "-MT", "-MQ"}
DROPPED = {"-Winvalid-pch", "-MD", "-MMD"}
INCLUDE = re.compile(r"\s*#\s*include\s")
COMPILE_ERROR = "[clang-diagnostic-error"


def flags_of(entry):
    """The flags that matter to clang: without the compiler, its launcher, outputs and precompiled headers."""
    words = shlex.split(entry["command"]) if "command" in entry else entry["arguments"]
    while words and not words[0].startswith("-"):
        words = words[1:]
    flags, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word in DROPPED_WITH_VALUE:
            skip = True
        elif word not in DROPPED:
            flags.append(word)
    # A value that CMake gives as a word of its own must not be read as a source.
    return [flag for flag in flags if not flag.endswith((".cpp", ".cc"))]


def union(lists):
    """Flags in order; of those that take the next word as their value, pairs stay together."""
    merged, seen = [], set()
    for flags in lists:
        pairs = []
        for flag in flags:
            if pairs and pairs[-1] in (("-isystem",), ("-I",)):
                pairs[-1] += (flag,)
            else:
                pairs.append((flag,))
        for pair in pairs:
            if pair not in seen:
                seen.add(pair)
                merged += pair
    return merged


class Source:
    """Files as one text, and where each line of it comes from."""

    def __init__(self, files):
        self.files = files
        self.places = []
        lines, seen = [], {}
        for file in files:
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                # Once included is enough; twice in one file is for clang-tidy to find.
                first = seen.setdefault(line.strip(), file) if INCLUDE.match(line) else file
                lines.append(line if first is file else "")
                self.places.append((file, number))
        self.text = "\n".join(lines) + "\n"

    def at_home(self, output, path):
        """The output with lines of the text at `path` called by their files."""
        def home(match):
            file, line = self.places[min(int(match.group(1)), len(self.places)) - 1]
            return f"{file}:{line}:"
        return re.sub(re.escape(str(path)) + r":(\d+):", home, output)


class Checker:
    def __init__(self, build, program):
        self.program = program
        self.folder = build / "tidy"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        self.entries = {}
        for entry in json.loads((build / "compile_commands.json").read_text(encoding="utf-8")):
            path = (Path(entry["directory"]) / entry["file"]).resolve()
            if path.suffix == ".cpp" and path.is_relative_to(ROOT):
                self.entries.setdefault(path, entry)

    def directories(self, paths):
        found = defaultdict(list)
        for path in sorted(self.entries):
            if any(path.is_relative_to(below) for below in paths):
                found[path.parent].append(path)
        return list(found.values())

    def run(self, files):
        """What clang-tidy says of the files, with empty lines and counts left out."""
        source = Source(files)
        name = "_".join(files[0].relative_to(ROOT).parts if len(files) == 1 else files[0].parent.relative_to(ROOT).parts)
        path = self.folder / f"{name.removesuffix('.cpp')}.cpp"
        path.write_text(source.text, encoding="utf-8")
        command = [self.program, "-quiet", f"--config-file={config_of(files[0])}", str(path), "--",
                   *union(flags_of(self.entries[file]) for file in files), "-Wno-unknown-warning-option"]
        run = subprocess.run(command, cwd=self.entries[files[0]]["directory"], capture_output=True, text=True, check=False)
        said = source.at_home(run.stdout, path)
        if run.returncode != 0 and not said.strip():
            said = run.stderr
        return said if run.returncode != 0 or ": error:" in said or ": warning:" in said else ""

    def check(self, files):
        said = self.run(files)
        if COMPILE_ERROR in said and len(files) > 1:
            said = "".join(self.run([file]) for file in files)
        return said


def config_of(file):
    """The nearest .clang-tidy above a file."""
    return next(folder / ".clang-tidy" for folder in file.parents if (folder / ".clang-tidy").exists())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("paths", type=Path, nargs="*")
    arguments = parser.parse_args()
    program = shutil.which("clang-tidy-14") or shutil.which("clang-tidy")
    if program is None:
        sys.exit("tidy.py: no clang-tidy (Debian: clang-tidy)")
    checker = Checker(arguments.build.resolve(), program)
    directories = checker.directories([path.resolve() for path in arguments.paths] or [ROOT / name for name in SHIPPED])
    if not directories:
        sys.exit("tidy.py: no source is built there")
    begin = time.monotonic()
    bad = 0
    with ThreadPoolExecutor(max_workers=len(os.sched_getaffinity(0))) as pool:
        for said in pool.map(checker.check, directories):
            bad += bool(said)
            sys.stdout.write(said)
            sys.stdout.flush()
    files = sum(map(len, directories))
    print(f"{files} files in {len(directories)} directories, {bad} of them with findings, {time.monotonic() - begin:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
