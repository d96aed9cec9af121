# SPDX-License-Identifier: Apache-2.0
"""Ways to damage an entry of one kernel, and what the next process makes of it."""

import json
import shutil

from harness import Wrong, files


def _group(entry):
    return next(entry.glob("__grp__*.json"))


def _metadata(entry):
    return entry / _group(entry).name.removeprefix("__grp__")


def _file(entry, ending):
    return next(entry.glob("*" + ending))


def _half(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _edit(path, change):
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))


def _elsewhere(document):
    children = document["child_paths"]
    document["child_paths"] = {name: "/nowhere" + path for name, path in children.items()}


def _as_list(document):
    document["child_paths"] = list(document["child_paths"])


# What is done to an entry, in words.
DAMAGES = (
    ("nothing", lambda entry: None),
    ("group empty", lambda entry: _group(entry).write_text("")),
    ("group cut in half", lambda entry: _half(_group(entry))),
    ("group missing", lambda entry: _group(entry).unlink()),
    ("group without children", lambda entry: _group(entry).write_text('{"child_paths": {}}')),
    ("group is a list", lambda entry: _group(entry).write_text("[]")),
    ("group is a number", lambda entry: _group(entry).write_text("1")),
    ("children are a list of names", lambda entry: _edit(_group(entry), _as_list)),
    ("children are elsewhere", lambda entry: _edit(_group(entry), _elsewhere)),
    ("group has NaN", lambda entry: _edit(_group(entry), lambda d: d.update(x=float("nan")))),
    ("metadata missing", lambda entry: _metadata(entry).unlink()),
    ("metadata empty", lambda entry: _metadata(entry).write_text("")),
    ("metadata cut in half", lambda entry: _half(_metadata(entry))),
    ("metadata is a list", lambda entry: _metadata(entry).write_text("[]")),
    ("metadata has NaN", lambda entry: _edit(_metadata(entry), lambda d: d.update(x=float("nan")))),
    ("metadata without target", lambda entry: _edit(_metadata(entry), lambda d: d.pop("target"))),
    ("metadata without name", lambda entry: _edit(_metadata(entry), lambda d: d.pop("name"))),
    ("binary missing", lambda entry: _file(entry, ".cubin").unlink()),
    ("binary empty", lambda entry: _file(entry, ".cubin").write_bytes(b"")),
    ("binary cut in half", lambda entry: _half(_file(entry, ".cubin"))),
    ("IR missing", lambda entry: _file(entry, ".ttir").unlink()),
    ("IR empty", lambda entry: _file(entry, ".ttir").write_text("")),
    ("IR not UTF-8", lambda entry: _file(entry, ".ttir").write_bytes(b"\xff\xfe")),
    ("assembly not UTF-8", lambda entry: _file(entry, ".ptx").write_bytes(b"\xff\xfe")),
    ("assembly missing", lambda entry: _file(entry, ".ptx").unlink()),
    ("a writer's temporary", lambda entry: (entry / "tmp.pid_999999_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12").mkdir()),
)


def predicted(lab):
    """What tcm verify says of the look-up of the only kernel, in a word of real(); a launch is not tried here."""
    # Errors have an exit code of their own.
    text = lab.tcm("verify", "--triton", lab.release.version, "-o", "json", "--cache-dir", lab.root, codes=(0, 4))
    document = json.loads(text)
    if any(finding["lookup"] == "crash-at-start" for finding in document["findings"]):
        return "fails"
    lookups = document["lookups"]
    return "hit" if lookups["hit"] or lookups["fail"] or lookups["other_root"] else "miss"


def real(lab):
    """What a fresh process makes of it: it fails, it leaves the binary as it was, or it writes another."""
    before = {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in files(lab.root, ".cubin")}
    answer = lab.compile(lab.root, "--salts", 1, "sm90")
    if answer["errors"]:
        return "fails"
    (kernel,) = answer["kernels"]
    same = (kernel["inode"], kernel["mtime_ns"]) in before.values()
    return "hit" if same else "miss"


def one_kernel(lab):
    """A root with one kernel; its entry, and a copy to put back."""
    lab.clear()
    answer = lab.compile(lab.root, "--salts", 1, "sm90")
    if answer["errors"]:
        raise Wrong(answer["errors"][0]["error"])
    copy = lab.folder / "one.copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(lab.root, copy)
    return lab.root / answer["kernels"][0]["key"], copy


def put_back(lab, copy):
    shutil.rmtree(lab.root)
    shutil.copytree(copy, lab.root)
