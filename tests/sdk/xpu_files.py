# SPDX-License-Identifier: Apache-2.0
"""Files of an XPU cache, made after the public formats: SPIR-V 1.6 and ZEBin."""

import json
import os
import struct

DEVICE = {
    "max_compute_units": 448,
    "vendor": "Intel(R) Corporation",
    "nested": {"name": "not this one", "list": [1, {"name": "nor this"}, "]}"]},
    "name": "Intel(R) Data Center GPU Max 1550",
    "has_fp64": True,
}


def words(*numbers):
    return struct.pack(f"<{len(numbers)}I", *numbers)


def text_words(text):
    data = text.encode() + b"\0"
    return data + b"\0" * (-len(data) % 4)


def spirv(kernels, version=(1, 4), generator=6, bound=321):
    """OpCapability Kernel, an OpEntryPoint for each kernel, then their functions."""
    module = words(0x07230203, version[0] << 16 | version[1] << 8, generator << 16 | 14, bound, 0)
    module += words(2 << 16 | 17, 6)
    for number, name in enumerate(kernels):
        operands = words(6, number + 1) + text_words(name)
        module += words((1 + len(operands) // 4) << 16 | 15) + operands
    for number in range(len(kernels)):
        # OpFunction with its result type, id, control and type; OpFunctionEnd.
        module += words(5 << 16 | 54, 100, number + 1, 0, 101) + words(1 << 16 | 56)
    return module


def note(kind, value, owner=b"IntelGT\0"):
    padded = [part + b"\0" * (-len(part) % 4) for part in (owner, value)]
    return words(len(owner), len(value), kind) + padded[0] + padded[1]


RELOCATABLE, OWN_TYPE = 1, 0xFF12  # what IGC writes, and ET_ZEBIN_EXE of the specification


def zebin(kernels, elf_type=RELOCATABLE, machine=205, info=""):
    """A 64-bit ELF: .text.<kernel> of so many bytes, .ze_info, notes, section names."""
    notes = note(1, words(0x4FA)) + note(2, words(0xC09)) + note(4, b"1.39\0") + note(6, words(0x05004000))
    sections = [("", 0, b"")]
    sections += [(".text." + name, 1, b"\x90" * size) for name, size in kernels.items()]
    sections += [(".ze_info", 0xFF000011, info.encode())] if info else []
    sections += [(".note.intelgt.compat", 7, notes + note(99, b"x", b"Other\0"))]
    names = b"\0"
    offsets = []
    for name, _, _ in sections + [(".strtab", 3, b"")]:
        offsets.append(len(names))
        names += name.encode() + b"\0"
    sections.append((".strtab", 3, names))

    body, headers = b"", b""
    for (name, kind, data), name_at in zip(sections, offsets):
        headers += struct.pack("<IIQQQQIIQQ", name_at if name else 0, kind, 0, 0, 64 + len(body) if kind else 0, len(data), 0, 0, 4, 0)
        body += data
        body += b"\0" * (-len(body) % 8)
    ident = b"\x7fELF" + bytes([2, 1, 0]) + b"\0" * 9
    header = ident + struct.pack("<HHIQQQIHHHHHH", elf_type, machine, 1, 0, 0, 64 + len(body), 0, 64, 0, 0, 64, len(sections), len(sections) - 1)
    return header + body + headers


def make_entry(root, key, name, zebin_code):
    """One kernel as Triton's XPU backend writes it; returns its directory."""
    entry = root / key
    entry.mkdir(parents=True)
    metadata = {
        "hash": "ab" * 32,
        "target": {"backend": "xpu", "arch": DEVICE, "warp_size": 32},
        "name": name,
        "num_warps": 4,
        "num_stages": 2,
        "num_ctas": 1,
        "threads_per_warp": 32,
        "shared": 2048,
        "triton_version": "3.6.0",
        "binary_ext": "zebin",
        "build_flags": "",
        "cache_dir": str(entry),
    }
    files = {
        f"{name}.json": json.dumps(metadata).encode(),
        f"{name}.ttir": b"module {}\n",
        f"{name}.ttgir": b"module {}\n",
        f"{name}.llir": b"; ModuleID\n",
        f"{name}.spv": spirv([name]),
        f"{name}.zebin": zebin({name: zebin_code}),
    }
    for file, data in files.items():
        (entry / file).write_bytes(data)
    group = {"child_paths": {file: str(entry / file) for file in files}}
    (entry / f"__grp__{name}.json").write_text(json.dumps(group))
    hour_ago = os.stat(entry).st_mtime - 3600
    os.utime(entry, (hour_ago, hour_ago))
    return entry
