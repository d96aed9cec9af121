# SPDX-License-Identifier: Apache-2.0
"""Kernels for GPUs that need not be there, for every Triton since 3.2. For what runs inside a Triton process."""

import hashlib
import os

import triton
import triton.language as tl
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

VERSION = tuple(int(part) for part in triton.__version__.split(".")[:2])
TARGETS = {
    "sm80": GPUTarget("cuda", 80, 32),
    "sm90": GPUTarget("cuda", 90, 32),
    "gfx942": GPUTarget("hip", "gfx942", 64),
}
BINARIES = {"cuda": ".cubin", "hip": ".hsaco"}


@triton.jit
def add_kernel(x, y, out, n, BLOCK: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    mask = offsets < n
    tl.store(out + offsets, tl.load(x + offsets, mask=mask) + tl.load(y + offsets, mask=mask), mask=mask)


@triton.jit
def softmax_kernel(x, out, columns, BLOCK: tl.constexpr):
    row = tl.program_id(0)
    offsets = tl.arange(0, BLOCK)
    mask = offsets < columns
    values = tl.load(x + row * columns + offsets, mask=mask, other=-float("inf"))
    powers = tl.exp(values - tl.max(values, axis=0))
    tl.store(out + row * columns + offsets, powers / tl.sum(powers, axis=0), mask=mask)


@triton.jit
def matmul_kernel(a, b, c, K, BLOCK: tl.constexpr, STEP: tl.constexpr):
    rows, columns, inner = tl.arange(0, BLOCK), tl.arange(0, BLOCK), tl.arange(0, STEP)
    sums = tl.zeros((BLOCK, BLOCK), dtype=tl.float32)
    for k in range(0, K, STEP):
        left = tl.load(a + rows[:, None] * K + (k + inner)[None, :])
        right = tl.load(b + (k + inner)[:, None] * BLOCK + columns[None, :])
        sums += tl.dot(left, right)
    tl.store(c + rows[:, None] * BLOCK + columns[None, :], sums)


@triton.jit
def salted_kernel(out, SALT: tl.constexpr):
    """Another value of SALT is another kernel, cheap to compile."""
    tl.store(out + tl.arange(0, 32), SALT)


@triton.jit
def refused_kernel(out, SALT: tl.constexpr):
    tl.static_assert(SALT < 0, "this kernel does not compile")
    tl.store(out, SALT)


# What a cache of the tests holds, for each target: kernel, types of its arguments, constants, options.
SET = (
    (add_kernel, {"x": "*fp32", "y": "*fp32", "out": "*fp32", "n": "i32"}, {"BLOCK": 256}, {}),
    (add_kernel, {"x": "*fp16", "y": "*fp16", "out": "*fp16", "n": "i32"}, {"BLOCK": 512}, {"num_warps": 8}),
    (softmax_kernel, {"x": "*fp32", "out": "*fp32", "columns": "i32"}, {"BLOCK": 128}, {}),
    (matmul_kernel, {"a": "*fp16", "b": "*fp16", "c": "*fp32", "K": "i32"}, {"BLOCK": 32, "STEP": 32}, {}),
)


def compile_one(target, kernel, types, constants, options):
    """Compiles for a target, or takes it from the cache, as a launch would; a CompiledKernel."""
    if VERSION < (3, 3):
        source = ASTSource(fn=kernel, signature=types, constants=constants)
    else:
        signature = {**types, **{name: "constexpr" for name in constants}}
        places = {(kernel.arg_names.index(name),): value for name, value in constants.items()}
        source = ASTSource(fn=kernel, signature=signature, constexprs=places)
    return triton.compile(source, target=TARGETS[target], options=options)


def salted(target, salt):
    return compile_one(target, salted_kernel, {"out": "*i32"}, {"SALT": salt}, {})


class Listener:
    """Asks Triton itself whether a kernel came from the cache. Releases before 3.4 do not tell: then `said` is None."""

    def __init__(self):
        self.said = None
        if hasattr(triton, "knobs"):
            triton.knobs.compilation.listener = self

    def __call__(self, *, cache_hit, **_):
        self.said = bool(cache_hit)


def description(compiled, said):
    """A compiled kernel as plain data."""
    backend = compiled.metadata.target.backend
    path = next(path for name, path in _group(compiled).items() if name.endswith(BINARIES[backend]))
    status = os.stat(path)
    return {
        "name": compiled.metadata.name,
        "key": os.path.basename(os.path.dirname(path)),
        "said": said,
        "binary": os.path.realpath(path),
        "inode": status.st_ino,
        "mtime_ns": status.st_mtime_ns,
        "sha256": hashlib.sha256(compiled.asm[BINARIES[backend][1:]]).hexdigest(),
    }


def _group(compiled):
    from triton.runtime.cache import get_cache_manager

    group = getattr(compiled, "metadata_group", None)  # 3.2 and 3.3 do not keep it
    return group or get_cache_manager(compiled.hash).get_group(f"{compiled.src.name[:150]}.json")
