# SPDX-License-Identifier: Apache-2.0
"""Real Triton releases, each in a folder of its own: fetched once with pip, kept between runs.

A release is asked for as "3.6.0", "3.8.*" (the newest of those) or "newest" (of all). What that led to is kept, too:
remove the folder to look again.
"""

import contextlib
import fcntl
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

NEWEST = "newest"
# One for each way of reading a cache that Triton has had since 3.2, and the newest of all.
ALL = ("3.2.0", "3.3.1", "3.4.0", "3.5.1", "3.6.0", "3.7.*", "3.8.*", "3.9.0", NEWEST)

ROOM = 3 << 30  # bytes: the largest release, packed and unpacked, and what the tests leave
PIP_SECONDS = 540


class NotToBeHad(Exception):
    """Why there is no such release here, in one line."""


class Release:
    """One release, ready to run: its version as a string and as numbers, and the folder to put on Python's path."""

    def __init__(self, path):
        self.path = path
        self.version = path.name
        self.numbers = tuple(int(part) for part in re.findall(r"\d+", path.name)[:3])


@contextlib.contextmanager
def _locked(path):
    with open(path, "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _pip(*arguments):
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    command = [sys.executable, "-m", "pip", *arguments]
    try:
        run = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                             timeout=PIP_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise NotToBeHad(f"pip was not done after {PIP_SECONDS} s") from None
    if run.returncode != 0:
        errors = [line for line in run.stderr.splitlines() if line.startswith("ERROR")] or run.stderr.splitlines()[-1:]
        raise NotToBeHad(_reason(errors[-1] if errors else f"pip: exit code {run.returncode}", run.stderr))


def _reason(error, everything):
    if broken := re.search(r"after connection broken by '(\w+)", everything):
        return f"no network: pip reaches no package index ({broken.group(1)})"
    if "No matching distribution" in error:
        return f"the package index has none for Python {sys.version_info[0]}.{sys.version_info[1]} on this machine"
    return error.removeprefix("ERROR: ").strip()


def _install(request, folder):
    """Fetches and unpacks what is asked for below `folder`; the path."""
    if importlib.util.find_spec("pip") is None:
        raise NotToBeHad(f"{sys.executable} has no pip (Debian: python3-pip)")
    free = shutil.disk_usage(folder).free
    if free < ROOM:
        raise NotToBeHad(f"{folder} has {free >> 20} MiB free, {ROOM >> 20} are wanted")
    part = folder / f"part-{os.getpid()}"
    shutil.rmtree(part, ignore_errors=True)
    try:
        _pip("install", "--quiet", "--retries", "2", "--timeout", "30", "--no-deps", "--no-compile", "--no-cache-dir",
             "--only-binary", ":all:", "--target", str(part), "triton" if request == NEWEST else f"triton=={request}")
        version = next(part.glob("triton-*.dist-info")).name.removeprefix("triton-").removesuffix(".dist-info")
        target = folder / version
        if not target.exists():
            part.rename(target)
        return target
    finally:
        shutil.rmtree(part, ignore_errors=True)


def get(request, folder):
    """The release that `request` means, from `folder`; raises NotToBeHad."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    # Several tests may start at once; the first one fetches, the others find it.
    with _locked(folder / "lock"):
        kept = folder / f"request-{request.replace('*', 'x')}"
        if kept.exists() and (folder / kept.read_text(encoding="utf-8")).exists():
            return Release(folder / kept.read_text(encoding="utf-8"))
        exact = folder / request
        path = exact if exact.is_dir() else _install(request, folder)
        kept.write_text(path.name, encoding="utf-8")
        return Release(path)
