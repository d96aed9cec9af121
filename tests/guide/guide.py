# SPDX-License-Identifier: Apache-2.0
"""What the tests of manual pages and completion share: the program in a home with an index, and a shell on a terminal."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

ROOT, BUILD = Path(sys.argv.pop(1)).resolve(), Path(sys.argv.pop(1)).resolve()
SHELL = ROOT / "cli/guide/shell"
sys.path.insert(0, str(ROOT / "tests/docs"))

from program import Home  # noqa: E402


def home_with_index():
    home = Home(ROOT, BUILD)
    home.output("index", "--cache-dir", ".triton/cache", "--cache-dir", "torchinductor")
    return home


def commands(home, *above):
    """The commands below one, by its help: those of the program for none."""
    listed = re.search(r"^Subcommands:\n((?: .*\n)+)", home.output(*above, "--help"), re.MULTILINE)
    return re.findall(r"^  ([a-z-]+)", listed.group(1), re.MULTILINE) if listed else []


def options(home, *command):
    """Every spelling of the options that a command's help explains; the global ones are the program's."""
    text = re.sub(r"\nGlobal options \(explained.*?\n\n", "\n\n", home.output(*command, "--help"), flags=re.DOTALL)
    begun = re.findall(r"^ {2,4}(-\S+)", text, re.MULTILINE)
    return {option for word in begun for option in re.findall(r"(?<![\w-])--?[a-zA-Z][a-z-]*", word)}


class Terminal:
    """A shell that somebody types into."""

    def __init__(self, words, environment, folder):
        self.leader, terminal = pty.openpty()
        self.child = subprocess.Popen(words, env=environment, cwd=folder, stdin=terminal, stdout=terminal, stderr=terminal,
                                      start_new_session=True)
        os.close(terminal)
        self.seen = b""

    def type(self, text):
        os.write(self.leader, text.encode())

    def wait_for(self, path, timeout=30):
        """The text of a file that the shell is going to write, with a line end at its end."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if path.exists() and path.read_text().endswith("\n"):
                return path.read_text()
            if select.select([self.leader], [], [], 0.05)[0]:
                try:
                    self.seen += os.read(self.leader, 65536)
                except OSError:
                    break
        raise AssertionError("the shell wrote nothing; it shows:\n" + self.seen.decode(errors="replace"))

    def end(self, timeout=60):
        """(exit code, what was shown) once it has ended by itself."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if not select.select([self.leader], [], [], 0.05)[0]:
                if self.child.poll() is not None:
                    break
                continue
            try:
                self.seen += os.read(self.leader, 65536)
            except OSError:  # nobody has the terminal open any more
                break
        return self.child.wait(timeout=10), self.seen.decode(errors="replace")

    def close(self):
        self.child.kill()
        self.child.wait()
        os.close(self.leader)
