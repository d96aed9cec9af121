# SPDX-License-Identifier: Apache-2.0
"""A cache directory, and what can be asked about it."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any, List, Optional, Union

from ._answers import IndexedRoot, Kernel, PrunePlan, VerifyReport
from ._program import find_program, run_json

#: An age as tcm writes it (``30d``, ``12h``, a date), or a span of time.
Age = Union[str, timedelta]
#: A size as tcm writes it (``10G``), or bytes.
Size = Union[str, int]
Path_ = Union[str, "os.PathLike[str]"]


def _word(value: Any) -> str:
    if isinstance(value, timedelta):
        return f"{int(value.total_seconds())}s"
    return os.fspath(value) if isinstance(value, os.PathLike) else str(value)


def _options(**values: Any) -> List[str]:
    """``older_than="7d"`` as ``--older-than=7d``; None and False are left out, True stands without a value."""
    words = []
    for name, value in values.items():
        option = "--" + name.replace("_", "-")
        if value is True:
            words.append(option)
        elif value is not None and value is not False:
            words.append(f"{option}={_word(value)}")
    return words


class Cache:
    """The kernels below one cache directory, in an index of tcm.

    ``directory``  such as ``~/.triton/cache``; None means every cache that the index knows
    ``db``         the index, a file or a URL; None means the one of tcm's settings
    ``program``    the ``tcm`` to run; None means the one that came with this package

    A method runs ``tcm`` once and may be called from any thread. It raises TcmError when there is no answer, and warns
    with TcmWarning when something is missing from it. Filters have the names and the words of tcm's options
    (docs/cli.md#filters); all of them must hold.
    """

    def __init__(
        self, directory: Optional[Path_] = None, *, db: Optional[Path_] = None, program: Optional[Path_] = None
    ) -> None:
        self.directory = None if directory is None else Path(directory).expanduser().absolute()
        self.program = Path(program) if program is not None else find_program()
        self._db = _options(db=db)

    def __repr__(self) -> str:
        return f"Cache({str(self.directory)!r})" if self.directory else "Cache()"

    def _ask(self, command: str, **options: Any) -> Any:
        return run_json(self.program, [*self._db, command, *_options(cache_dir=self.directory, **options)])

    def index(self) -> List[IndexedRoot]:
        """Updates the index from the disk: the one method that writes, and nothing but the index."""
        return [IndexedRoot.from_json(root) for root in self._ask("index")["roots"]]

    def list(
        self, *, name: Optional[str] = None, glob: Optional[str] = None, key: Optional[str] = None,
        backend: Optional[str] = None, arch: Optional[str] = None, triton_version: Optional[str] = None,
        kind: Optional[str] = None, older_than: Optional[Age] = None, younger_than: Optional[Age] = None,
        size: Optional[Size] = None, where: Optional[str] = None, sort: Optional[str] = None,
        limit: Optional[int] = None,
    ) -> List[Kernel]:
        """The kernels of the index that match, newest first unless ``sort`` says otherwise."""
        answer = self._ask(
            "list", name=name, glob=glob, key=key, backend=backend, arch=arch, triton_version=triton_version, kind=kind,
            older_than=older_than, younger_than=younger_than, size=size, where=where, sort=sort, limit=limit,
        )
        return [Kernel.from_json(kernel) for kernel in answer["kernels"]]

    def verify(
        self, *, level: Optional[str] = None, triton: Optional[str] = None, as_seen_at: Optional[Path_] = None,
        name: Optional[str] = None, key: Optional[str] = None, backend: Optional[str] = None,
        arch: Optional[str] = None,
    ) -> VerifyReport:
        """On which entries Triton hits, misses or fails. ``level`` is ``quick``, ``normal`` or ``deep``."""
        return VerifyReport.from_json(self._ask(
            "verify", level=level, triton=triton, as_seen_at=as_seen_at, name=name, key=key, backend=backend, arch=arch,
        ))

    def prune_plan(
        self, *, drop: Optional[str] = None, full: bool = False, deduplicate: Optional[str] = None,
        leftovers: bool = False, unused_for: Optional[Age] = None, max_size: Optional[Size] = None,
        max_files: Optional[int] = None, min_free: Optional[Size] = None, low_water: Optional[str] = None,
        keep_newest: Optional[int] = None, group_by: Optional[str] = None, all: bool = False,
        grace: Optional[Age] = None, name: Optional[str] = None, glob: Optional[str] = None, key: Optional[str] = None,
        backend: Optional[str] = None, arch: Optional[str] = None, triton_version: Optional[str] = None,
        kind: Optional[str] = None, older_than: Optional[Age] = None, younger_than: Optional[Age] = None,
        size: Optional[Size] = None, where: Optional[str] = None,
    ) -> PrunePlan:
        """What ``tcm prune`` with these options would do. Nothing is changed: ``--dry-run`` is always given."""
        answer = self._ask(
            "prune", dry_run=True, drop=drop, full=full, deduplicate=deduplicate, leftovers=leftovers,
            unused_for=unused_for, max_size=max_size, max_files=max_files, min_free=min_free, low_water=low_water,
            keep_newest=keep_newest, group_by=group_by, all=all, grace=grace, name=name, glob=glob, key=key,
            backend=backend, arch=arch, triton_version=triton_version, kind=kind, older_than=older_than,
            younger_than=younger_than, size=size, where=where,
        )
        return PrunePlan.from_json(answer["plan"])
