# SPDX-License-Identifier: Apache-2.0
"""What commands answer. The fields have the names and meanings of docs/json.md; sizes are bytes, times are UTC.

A field that this version does not know is in ``raw``, the object as tcm printed it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Dict, List, Mapping, Optional, Type, TypeVar

Json = Mapping[str, Any]
_T = TypeVar("_T")


#: RFC 3339. Python has microseconds, and reads others or a Z from 3.11 on only.
_RFC_3339 = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(?:Z|\+00:00)")


def _time(text: Optional[str]) -> Optional[datetime]:
    if text is None:
        return None
    match = _RFC_3339.fullmatch(text)
    if match is None:
        raise ValueError(f"not a time in UTC: {text!r}")
    fraction = (match[2] or "")[:6].ljust(6, "0")
    return datetime.fromisoformat(f"{match[1]}.{fraction}+00:00")


def _of(kind: Type[_T], raw: Json, **converted: Any) -> _T:
    """A `kind` of what `raw` holds of its fields."""
    known = {item.name: raw[item.name] for item in fields(kind) if item.name in raw}  # type: ignore[arg-type]
    return kind(**{**known, **converted, "raw": raw})


@dataclass(frozen=True)
class Kernel:
    """One entry of a cache, as ``tcm list`` knows it."""

    key: str
    root: str
    kind: str
    total_bytes: int
    file_count: int
    modified: datetime
    first_seen: datetime
    layout: str
    name: Optional[str] = None
    backend: Optional[str] = None
    arch: Optional[str] = None
    triton_version: Optional[str] = None
    num_warps: Optional[int] = None
    num_stages: Optional[int] = None
    num_ctas: Optional[int] = None
    warp_size: Optional[int] = None
    shared_bytes: Optional[int] = None
    spill_bytes: Optional[int] = None
    ir_bytes: int = 0
    assembly_bytes: int = 0
    binary_bytes: int = 0
    source_bytes: int = 0
    module_bytes: int = 0
    metadata_bytes: int = 0
    other_bytes: int = 0
    hits: Optional[int] = None
    misses: Optional[int] = None
    last_hit: Optional[datetime] = None
    elsewhere: int = 0
    problem: Optional[str] = None
    host: Optional[str] = None
    raw: Json = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_json(cls, raw: Json) -> Kernel:
        times = {name: _time(raw.get(name)) for name in ("modified", "first_seen", "last_hit")}
        return _of(cls, raw, **times)


@dataclass(frozen=True)
class IndexedRoot:
    """One root that ``tcm index`` read."""

    path: str
    cache_dir: str
    layout: str
    kernels: int
    entries: int
    files: int
    bytes: int
    new: int
    changed: int
    gone: int
    unchanged: int
    broken: int
    skipped: int
    raw: Json = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_json(cls, raw: Json) -> IndexedRoot:
        return _of(cls, raw)


@dataclass(frozen=True)
class Finding:
    """One thing that ``tcm verify`` found. ``severity`` is ``error``, ``warning`` or ``hint``."""

    severity: str
    id: str
    root: str
    what: str
    key: Optional[str] = None
    group: Optional[str] = None
    file: Optional[str] = None
    detail: Optional[str] = None
    lookup: Optional[str] = None
    triton: Optional[str] = None
    repair: Optional[str] = None
    raw: Json = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_json(cls, raw: Json) -> Finding:
        return _of(cls, raw)


@dataclass(frozen=True)
class VerifyReport:
    """What ``tcm verify`` found in a whole cache. ``ok`` says that nothing makes a job fail."""

    entries: int
    errors: int
    warnings: int
    hints: int
    lookups: Dict[str, int]
    findings: List[Finding]
    unread: List[str]
    cures: List[str]
    raw: Json = field(default_factory=dict, repr=False, compare=False)

    @property
    def ok(self) -> bool:
        return self.errors == 0 and not self.unread

    @classmethod
    def from_json(cls, raw: Json) -> VerifyReport:
        return _of(cls, raw, findings=[Finding.from_json(item) for item in raw["findings"]])


@dataclass(frozen=True)
class PlanItem:
    """What would happen to one entry, and why."""

    key: str
    root: str
    kind: str
    action: str
    files: int
    bytes: int
    frees_bytes: int
    reason: str
    name: Optional[str] = None
    last_use: Optional[datetime] = None
    stays: Optional[str] = None
    raw: Json = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_json(cls, raw: Json) -> PlanItem:
        return _of(cls, raw, last_use=_time(raw.get("last_use")))


@dataclass(frozen=True)
class PrunePlan:
    """What ``tcm prune`` would do. ``frees_bytes`` is what the disk gets back."""

    entries: int
    kernels: int
    files: int
    bytes: int
    frees_bytes: int
    by_kind: Dict[str, int]
    roots: List[str]
    items: List[PlanItem]
    kept: List[Dict[str, Any]]
    notes: List[str]
    failures: List[str]
    raw: Json = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_json(cls, raw: Json) -> PrunePlan:
        return _of(cls, raw, items=[PlanItem.from_json(item) for item in raw["items"]])
