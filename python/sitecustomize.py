# SPDX-License-Identifier: Apache-2.0
"""Loads tcm_hits in every Python process that has this folder in PYTHONPATH, and then the sitecustomize that it hides.

Any Python may meet it, so it must be readable for all of them.
"""

import sys

try:
    import tcm_hits  # noqa: F401
except Exception:  # an older Python, for which it is not
    pass


def _hidden():
    import os
    from importlib.machinery import PathFinder

    # More than one copy of this file may be in the path: none is run twice.
    done = sys.__dict__.setdefault("_tcm_sitecustomize", set())
    done.add(os.path.dirname(os.path.abspath(__file__)))
    return PathFinder.find_spec("sitecustomize", [path for path in sys.path if os.path.abspath(path) not in done])


def _run(spec):
    from importlib.util import module_from_spec

    sys.modules["sitecustomize"] = module_from_spec(spec)
    spec.loader.exec_module(sys.modules["sitecustomize"])


if sys.version_info >= (3, 5):
    _spec = _hidden()
    if _spec is not None and _spec.loader is not None:
        _run(_spec)
