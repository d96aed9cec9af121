# SPDX-License-Identifier: Apache-2.0
"""Finds the program that came with this package, and runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sysconfig
import warnings
from pathlib import Path
from typing import Any, Iterator, Sequence

#: Exit codes after which there is an answer: done, partly done, and findings that make jobs fail.
_ANSWERED = (0, 3, 4)
_PARTLY_DONE = 3


class TcmError(RuntimeError):
    """A command of tcm failed. ``code`` is its exit code, the text is what it printed."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


class TcmWarning(UserWarning):
    """A command was only partly done: its text says what was left out."""


def _prefixes() -> Iterator[Path]:
    """Where pip may have put the program: this environment, the user's own, and the folder of ``pip install --target``."""
    yield Path(sysconfig.get_path("data"))
    if os.name == "posix" and "posix_user" in sysconfig.get_scheme_names():
        yield Path(sysconfig.get_path("data", "posix_user"))
    yield Path(__file__).resolve().parent.parent


def find_program() -> Path:
    """The path of ``tcm``: the one installed with this package, else the first in ``PATH``.

    Raises TcmError where there is none.
    """
    for prefix in _prefixes():
        program = prefix / "bin" / "tcm"
        if os.access(program, os.X_OK) and program.is_file():
            return program
    found = shutil.which("tcm")
    if found is None:
        raise TcmError("tcm was not found; install the package triton-cache-manager again")
    return Path(found)


def run_json(program: Path, arguments: Sequence[str]) -> Any:
    """Runs ``tcm ARGUMENTS -o json`` and returns what it prints.

    Raises TcmError when there is no answer, and warns with TcmWarning when a part is missing from it.
    """
    done = subprocess.run(
        [os.fspath(program), *arguments, "--json"],
        stdin=subprocess.DEVNULL, capture_output=True, check=False, encoding="utf-8", errors="replace",
    )
    message = done.stderr.strip()
    if done.returncode not in _ANSWERED or not done.stdout:
        raise TcmError(message or f"{program} ended with code {done.returncode}", done.returncode)
    if done.returncode == _PARTLY_DONE:
        warnings.warn(message or "partly done: the answer says what was left out", TcmWarning, stacklevel=4)
    return json.loads(done.stdout)
