# SPDX-License-Identifier: Apache-2.0
"""Counts which kernels of Triton's cache a program uses. For Python 3.9 and later; knows nothing but the standard library.

It works in every process that has imported it, when TCM_HITS_DIR names a directory: a `.pth` line `import tcm_hits`, the
sitecustomize.py beside this file with PYTHONPATH, or TRITON_CACHE_MANAGER=tcm_hits:CountingCacheManager. Each process
appends one line for each lookup to a file of its own, <job>.<pid>-<time>.hits. Its fields are separated by tabs; in them
a tab, a line end and a backslash are written \\t, \\n and \\\\:

  time    nanoseconds since 1970
  pid     of the process
  kind    H  the entry was found            M  it was not: the kernel is compiled now
          L  inductor loaded the binary by its path, without asking Triton
          C  the compilation is done, after so many microseconds
          A  a hit whose group names files of this other entry
          h, m, l, a: the same, and this process has used the entry before
  root, key, name    root and directory name of the entry; name of the kernel
  microseconds       of C

Nothing here may cost the program anything but microseconds: there is no lock and no thread, no error leaves, and a log
that cannot be written is done without.
"""

import os
import sys
import time

FILE_BYTES = 16 << 20  # of one process's log
LINE_BYTES = 4000  # what a file system appends in one piece
USED_ENTRIES = 100_000  # that a process remembers
OPENINGS = 4  # of logs by one process whose log was closed from outside

_directory = os.path.abspath(os.environ["TCM_HITS_DIR"]) if os.environ.get("TCM_HITS_DIR") else None


def _job():
    """What all processes of a job have in common; the first one names it."""
    wanted = os.environ.get("TCM_HITS_JOB") or f"{os.uname().nodename}-{os.getpid()}-{time.time_ns():x}"
    job = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in wanted)[:100]
    os.environ["TCM_HITS_JOB"] = job
    return job


class _Log:
    """The log of one process."""

    def __init__(self, pid):
        self.pid, self.used, self.left, self.openings, self.torn = pid, set(), FILE_BYTES, OPENINGS, False
        self.fd, self.path, self.identity = -1, None, None
        self.open()

    def open(self):
        self.fd = -1
        if self.openings == 0:
            return
        self.openings -= 1
        self.path = os.path.join(_directory, f"{_job()}.{self.pid}-{time.time_ns():x}.hits")
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        try:
            try:
                self.fd = os.open(self.path, flags, 0o644)
            except FileNotFoundError:
                os.makedirs(_directory, exist_ok=True)
                self.fd = os.open(self.path, flags, 0o644)
            self.identity = self.identify()
        except OSError:
            self.openings = 0

    def identify(self):
        status = os.fstat(self.fd)
        return status.st_dev, status.st_ino

    def discard(self):
        os.close(self.fd)
        os.unlink(self.path)

    def is_ours(self):
        """A program may close all descriptors that it does not know, and open files of its own under their numbers."""
        try:
            return self.identify() == self.identity
        except OSError:
            return False

    def write(self, line):
        """Whether the end of it is missing, for want of room."""
        return os.write(self.fd, line) != len(line)

    def append(self, line):
        if self.fd >= 0 and not self.is_ours():
            self.open()
        if self.fd < 0 or len(line) > LINE_BYTES or len(line) > self.left:
            return
        self.left -= len(line)
        torn, self.torn = self.torn, False
        try:
            if not self.write(b"\n" + line if torn else line):
                return
            self.torn = True
        except OSError:  # nothing was written
            self.torn = torn


_logs = {}  # by process, for a fork has its parent's


def _log():
    pid = os.getpid()
    log = _logs.get(pid)
    if log is None:
        fresh = _Log(pid)
        log = _logs.setdefault(pid, fresh)  # another thread may have been faster
        if log is not fresh and fresh.fd >= 0:
            fresh.discard()
    return log


def _escaped(text):
    if "\\" in text or "\t" in text or "\n" in text:
        text = text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
    return text


def _record(kind, directory, name, microseconds=""):
    log = _log()
    if log.fd < 0:
        return
    if kind != "C":
        if directory in log.used:
            kind = kind.lower()
        elif len(log.used) < USED_ENTRIES:
            log.used.add(directory)
    root, _, key = directory.rpartition("/")
    if "\\" in directory or "\t" in directory or "\n" in directory:
        root, key = _escaped(root), _escaped(key)
    line = f"{time.time_ns()}\t{log.pid}\t{kind}\t{root}\t{key}\t{_escaped(name[:200])}\t{microseconds}\n"
    log.append(line.encode("utf-8", "surrogateescape"))


def _directory_of(manager):
    """The entry that a cache manager serves; a manager of somebody else's may know a key only."""
    directory = getattr(manager, "cache_dir", None)
    if directory is None:
        directory = getattr(getattr(manager, "_file_cache_manager", None), "cache_dir", None)
    return str(getattr(manager, "key", "") if directory is None else directory)


def _lookup(directory, filename, group):
    """Triton takes what the group has for a hit if it names the metadata."""
    name, path = filename[: -len(".json")], (group or {}).get(filename)
    _record("M" if path is None else "H", directory, name)
    if path is not None and path.rpartition("/")[0] != directory:
        _record("A", os.path.dirname(path), name)


def _watch(manager):
    """Lets a cache manager, whoever made it, say what it was asked for."""
    if "_tcm_hits" in vars(manager):
        return
    get_group, put_group, asked = manager.get_group, manager.put_group, {}

    def counting_get_group(filename, *args, **kwargs):
        group = get_group(filename, *args, **kwargs)
        try:
            if filename.endswith(".json"):
                _lookup(_directory_of(manager), filename, group)
                asked[filename] = time.perf_counter_ns()
        except Exception:  # pylint: disable=broad-except  # whatever it is, the program must go on
            pass
        return group

    def counting_put_group(filename, *args, **kwargs):
        result = put_group(filename, *args, **kwargs)
        try:
            if filename in asked:
                spent = (time.perf_counter_ns() - asked.pop(filename)) // 1000
                _record("C", _directory_of(manager), filename[: -len(".json")], spent)
        except Exception:  # pylint: disable=broad-except
            pass
        return result

    manager.get_group, manager.put_group, manager._tcm_hits = counting_get_group, counting_put_group, True


def _patch_triton(module):
    """triton.runtime.cache: whichever manager is set, and whenever, comes out of this function (3.2 to 3.9)."""
    inner = module.get_cache_manager

    def get_cache_manager(*args, **kwargs):
        manager = inner(*args, **kwargs)
        try:
            _watch(manager)
        except Exception:  # pylint: disable=broad-except
            pass
        return manager

    get_cache_manager.__wrapped__ = inner
    module.get_cache_manager = get_cache_manager


def _patch_launcher(module):
    """Inductor's static launcher loads a binary by its path, once, and asks Triton nothing."""
    for cls in list(vars(module).values()):
        if isinstance(cls, type) and "load_kernel" in vars(cls):
            cls.load_kernel = _loading(cls.load_kernel)


def _loading(inner):
    def load_kernel(self, *args, **kwargs):
        try:
            path = self.cubin_path if getattr(self, "function", None) is None else None
        except Exception:  # pylint: disable=broad-except
            path = None
        result = inner(self, *args, **kwargs)
        try:
            if path:
                name = os.path.splitext(os.path.basename(path))[0]
                _record("L", os.path.dirname(path), name)
        except Exception:  # pylint: disable=broad-except
            pass
        return result

    load_kernel.__wrapped__ = inner
    return load_kernel


_PATCHES = {
    "triton.runtime.cache": _patch_triton,
    "torch._inductor.runtime.static_cuda_launcher": _patch_launcher,
    "torch._inductor.runtime.static_triton_launcher": _patch_launcher,
}


def _patch(name, module):
    try:
        if not getattr(module, "_tcm_hits", False):
            module._tcm_hits = True
            _PATCHES[name](module)
    except Exception:  # pylint: disable=broad-except
        pass


class _Finder:
    """Lets modules be patched as soon as they are there. It finds nothing itself."""

    def find_spec(self, name, path=None, target=None):
        if name not in _PATCHES:
            return None
        try:
            finders = (finder for finder in sys.meta_path if finder is not self)
            spec = next(filter(None, (finder.find_spec(name, path, target) for finder in finders)), None)
            if spec is not None:
                run = spec.loader.exec_module

                def exec_module(module):
                    run(module)
                    _patch(name, module)

                spec.loader.exec_module = exec_module
            return spec
        except Exception:  # pylint: disable=broad-except
            return None  # the finders are asked again, without us


def _counting_manager():
    """For TRITON_CACHE_MANAGER: counts for the manager that TCM_HITS_WRAPS names in the same way, or Triton's own."""
    wrapped = os.environ.get("TCM_HITS_WRAPS", "")
    module, name = "triton.runtime.cache", "FileCacheManager"
    if wrapped and not wrapped.startswith("tcm_hits:"):
        module, name = wrapped.split(":")
    base = getattr(__import__(module, fromlist=[name]), name)

    class CountingCacheManager(base):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            try:
                if _directory:
                    _watch(self)
            except Exception:  # pylint: disable=broad-except
                pass

    return CountingCacheManager


def __getattr__(name):
    if name != "CountingCacheManager":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = _counting_manager()  # asked for again at each lookup
    return globals()[name]


def _install():
    try:
        _job()
        for name in _PATCHES:
            if name in sys.modules:
                _patch(name, sys.modules[name])
        sys.meta_path.insert(0, _Finder())
    except Exception:  # pylint: disable=broad-except
        pass


if _directory:
    _install()
