# SPDX-License-Identifier: Apache-2.0
"""The Triton Cache Manager in Python: what ``tcm`` prints as JSON, with types.

    from triton_cache_manager import Cache

    cache = Cache("~/.triton/cache")
    cache.index()
    for kernel in cache.list(where="spill_bytes>0", sort="size"):
        print(kernel.name, kernel.arch, kernel.total_bytes)

Nothing here changes a cache: ``prune_plan`` only says what ``tcm prune`` would do.
"""

from ._answers import Finding, IndexedRoot, Kernel, PlanItem, PrunePlan, VerifyReport
from ._cache import Cache
from ._program import TcmError, TcmWarning, find_program

__all__ = [
    "Cache", "Finding", "IndexedRoot", "Kernel", "PlanItem", "PrunePlan", "TcmError", "TcmWarning", "VerifyReport",
    "find_program",
]
