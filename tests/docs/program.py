# SPDX-License-Identifier: Apache-2.0
"""The built program in a home of its own, whose caches are copies of tests/data, seen on a terminal of 80 columns."""

import fcntl
import os
import pty
import re
import shutil
import struct
import subprocess
import tempfile
import termios
import time
from pathlib import Path

HOME = "/home/you"  # what documents call the home directory
HOUR = 3600
AGES = (2 * HOUR, 26 * HOUR, 9 * 24 * HOUR, 40 * 24 * HOUR)  # of the entries of a root, by key


class Home:
    def __init__(self, root, build):
        # Groups hold paths, so sizes depend on the length of this one.
        self.folder = tempfile.TemporaryDirectory(prefix="tcm-docs-", dir="/tmp")
        self.path = Path(self.folder.name).resolve()
        data = Path(root) / "tests/data"
        self._copy(data / "sample", self.path / ".triton/cache", ".")
        self._copy(data / "inductor", self.path / "torchinductor", "triton/0")
        kept = {k: v for k, v in os.environ.items() if not re.match(r"TCM_|TRITON_|XDG_|NO_COLOR|CLICOLOR|COLUMNS", k)}
        self.environment = {
            **kept,
            "HOME": str(self.path),
            "PATH": f"{Path(build) / 'bin'}:{os.environ['PATH']}",
            "LC_ALL": "C.UTF-8",
            "TERM": "dumb",
            "TZ": "UTC",
        }

    def _copy(self, source, target, entries):
        shutil.copytree(source, target)
        now = time.time()
        for age, entry in zip(AGES, sorted(p for p in (target / entries).iterdir() if p.is_dir())):
            # A minute more, so that a slow run shows the same.
            for path in [*entry.iterdir(), entry]:
                os.utime(path, (now - age - 60, now - age - 60))

    def close(self):
        self.folder.cleanup()

    def on_terminal(self, command, before=0):
        """Runs a line of shell; (exit code, lines shown). `before` is the exit code that it finds in $?."""
        leader, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        child = subprocess.Popen(
            ["bash", "-c", f"(exit {before}); {command}"],
            env=self.environment,
            cwd=self.path,
            stdin=subprocess.DEVNULL,
            stdout=terminal,
            stderr=terminal,
        )
        os.close(terminal)
        shown = b""
        while True:
            try:
                part = os.read(leader, 65536)
            except OSError:  # EIO: nobody has the terminal open any more
                break
            if not part:
                break
            shown += part
        os.close(leader)
        return child.wait(timeout=60), [line.rstrip() for line in shown.decode("utf-8").splitlines()]

    def output(self, *arguments):
        """What the program prints into a pipe."""
        run = subprocess.run(
            ["tcm", *arguments],
            env=self.environment,
            cwd=self.path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if run.returncode != 0:
            raise AssertionError(f"tcm {' '.join(arguments)}: {run.returncode}: {run.stderr}")
        return run.stdout

    def comparable(self, line):
        """A line without what differs from run to run (the home directory, points in time), and without colours."""
        line = re.sub(r"\x1b\[[0-9;]*m", "", line).replace(str(self.path), HOME)
        return re.sub(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?(Z| [+-]\d{4})", "TIME", line).rstrip()
