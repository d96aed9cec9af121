# SPDX-License-Identifier: Apache-2.0
"""What is done to a cache, and what Triton must make of it afterwards."""

import json
import os
import shutil
import signal
import subprocess
import time

import damage
from harness import Wrong, files, in_one_word, outcome, state

IR = (".ttir", ".ttgir", ".llir", ".source")
ASSEMBLY = (".ptx", ".amdgcn")


def must(condition, what):
    if not condition:
        raise Wrong(what)


def look(lab, root=None, made=None):
    """What the next process makes of a root."""
    root = root or lab.root
    return in_one_word(outcome(lab, root, state(root), made))


def indexed(lab):
    """Every kernel is understood; reading changes nothing."""
    lab.fill()
    before = state(lab.root)
    lab.tcm("index", "--cache-dir", lab.root)
    listed = json.loads(lab.tcm("list", "--cache-dir", lab.root, "--json"))["kernels"]
    made = {(kernel["key"], kernel["name"]) for kernel in lab.made()}
    must({(record["key"], record["name"]) for record in listed} == made, "other kernels are listed")
    version = lab.release.version if lab.release.numbers >= (3, 3) else None
    for record in listed:
        must(record["problem"] is None and record["binary_bytes"] > 0, f"{record['key']} is not understood")
        must((record["triton_version"] or None) == version, f"{record['key']}: version {record['triton_version']}")
    must(state(lab.root) == before, "reading changed the cache")
    return look(lab)


def prune_ir(lab):
    lab.fill()
    lab.prune()
    must(not files(lab.root, *IR), "IR is still there")
    must(files(lab.root, *ASSEMBLY), "the assembly went, too")
    return look(lab)


def prune_text(lab):
    lab.fill()
    lab.prune("--drop", "ir,assembly,source")
    must(not files(lab.root, *IR, *ASSEMBLY), "some text is still there")
    return look(lab)


def both(lab):
    """What the next processes make of the two roots, in one word if it is the same."""
    return " and ".join(sorted({look(lab, lab.root), look(lab, lab.other)}))


def duplicates(lab):
    """Two roots with the same kernels, as two devices have them: each is looked for in its own root, so none goes."""
    lab.fill(lab.root, lab.other)
    before = state(lab.root), state(lab.other)
    lab.prune("--deduplicate=content", roots=[lab.root, lab.other])
    must((state(lab.root), state(lab.other)) == before, "one of two roots lost kernels to the other")
    return both(lab)


# Two versions of the assembler, of which Triton makes two keys for the same kernel: the workers and the parent of
# torch.compile do so, and ask for both again.
TWO_KEYS = ("12.8", "13.0")


def two_keys(lab, *how):
    """What the processes that use either key make of one root in which equal kernels lie under both."""
    lab.clear()
    before = [lab.kernels(lab.root, "--salts", 6, "sm90", TRITON_MOCK_PTX_VERSION=version) for version in TWO_KEYS]
    must(not {k["key"] for k in before[0]} & {k["key"] for k in before[1]}, "both versions have the same keys")
    must(sorted(k["sha256"] for k in before[0]) == sorted(k["sha256"] for k in before[1]), "their binaries differ")
    lab.prune("--deduplicate", *how)
    said = [kernel["said"] for version in TWO_KEYS
            for kernel in lab.kernels(lab.root, "--salts", 6, "sm90", TRITON_MOCK_PTX_VERSION=version)]
    must(len(said) == 12 and None not in said, "Triton does not say whether it hit")
    return in_one_word({number: "hit" if hit else "miss" for number, hit in enumerate(said)})


def two_keys_linked(lab):
    word = two_keys(lab)
    must(all(path.stat().st_nlink == 2 for path in files(lab.root, ".cubin")), "the binaries are not shared")
    return word


def two_keys_by_content(lab):
    """The older key goes, and is compiled again: what the plan says."""
    return two_keys(lab, "content")


def hard_links(lab):
    lab.fill(lab.root, lab.other)
    done = lab.prune("--deduplicate=hardlink", roots=[lab.root, lab.other])
    shared = [path for path in files(lab.root, ".cubin", ".hsaco") if path.stat().st_nlink > 1]
    must(done["freed_bytes"] > 0 and len(shared) == len(lab.made()), f"{len(shared)} binaries are shared")
    return both(lab)


def prune_other_root(lab):
    """The IR goes of one root; the other one, which shared it, stays as it was."""
    lab.fill(lab.root, lab.other)
    lab.prune("--deduplicate=hardlink", roots=[lab.root, lab.other])
    lab.prune(roots=[lab.other])
    must(files(lab.root, *IR) and not files(lab.other, *IR), "the wrong files went")
    return both(lab)


def trash_and_restore(lab):
    lab.fill()
    bin_id = lab.prune("--full", "--all", "--trash")["trash"]
    must(not files(lab.root), "entries are still there")
    lab.tcm("trash", "restore", bin_id, "--cache-dir", lab.root)
    return look(lab)


def full_prune(lab):
    """A miss that compiles again, and after that hits."""
    lab.fill()
    lab.prune("--full", "--all")
    must(not files(lab.root), "entries are still there")
    word = look(lab)
    must(look(lab) == "hit", "what was compiled again is no hit")
    return word


def trash_beside(lab):
    """The trash of a full prune lies in the root while Triton compiles again and finds it again."""
    lab.fill()
    lab.prune("--full", "--all", "--trash")
    trash = lab.root / ".tcm-trash"
    must(trash.is_dir(), "there is no trash")
    before = sorted(trash.rglob("*"))
    must(look(lab) == "miss", "hits in an emptied root")
    word = look(lab)
    must(sorted(trash.rglob("*")) == before, "Triton touched the trash")
    return word


def moved(lab):
    """The root was moved: its groups name files that do not exist."""
    lab.fill()
    shutil.rmtree(lab.other, ignore_errors=True)
    lab.root.rename(lab.other)
    return look(lab, lab.other, lab.made())


def moved_and_pruned(lab):
    lab.fill()
    shutil.rmtree(lab.other, ignore_errors=True)
    lab.root.rename(lab.other)
    lab.prune(roots=[lab.other])
    must(not files(lab.other, *IR), "IR is still there")
    return look(lab, lab.other, lab.made())


def moved_and_relocated(lab):
    lab.fill()
    shutil.rmtree(lab.other, ignore_errors=True)
    lab.root.rename(lab.other)
    lab.tcm("relocate", "-y", "--grace", "0s", "--cache-dir", lab.other)
    return look(lab, lab.other, lab.made())


def relocated_and_moved(lab):
    """The groups name where the root is going to be before it is there."""
    lab.fill()
    shutil.rmtree(lab.other, ignore_errors=True)
    lab.tcm("relocate", "--to", lab.other, "-y", "--grace", "0s", "--cache-dir", lab.root)
    lab.root.rename(lab.other)
    return look(lab, lab.other, lab.made())


def exported(lab, *how, to=None):
    """A pack of the root, which is gone afterwards, and so is what lay elsewhere."""
    pack = lab.folder / "pack.tar.zst"
    lab.tcm("export", *how, "--cache-dir", lab.root, to or pack)
    shutil.rmtree(lab.root)
    return pack


def exported_and_imported(lab):
    lab.fill()
    shutil.rmtree(lab.other, ignore_errors=True)
    lab.tcm("import", exported(lab), "--cache-dir", lab.other)
    return look(lab, lab.other, lab.made())


def exported_slim(lab):
    lab.fill()
    shutil.rmtree(lab.other, ignore_errors=True)
    lab.tcm("import", exported(lab, "--drop", "ir,assembly"), "--cache-dir", lab.other)
    must(not files(lab.other, *IR, *ASSEMBLY), "some text is still there")
    return look(lab, lab.other, lab.made())


def exported_for_a_place(lab):
    """Unpacked there by nothing but tar."""
    lab.fill()
    shutil.rmtree(lab.other, ignore_errors=True)
    pack = lab.folder / "pack.tar.gz"
    exported(lab, "--for", lab.other, to=pack)
    lab.other.mkdir()
    subprocess.run(["tar", "-xzf", pack, "-C", lab.other], check=True)
    return look(lab, lab.other, lab.made())


def merged(lab):
    """Two roots, each with a part of the kernels, come into a third."""
    lab.fill()
    made, halves = lab.made(), [lab.folder / "rank_0", lab.folder / "rank_1"]
    for number, half in enumerate(halves):
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(lab.root, half)
        for entry in sorted(path for path in half.iterdir())[number::3]:
            shutil.rmtree(entry)
    shutil.rmtree(lab.root)
    shutil.rmtree(lab.other, ignore_errors=True)
    lab.tcm("import", *(f"dir:{half}" for half in halves), "--cache-dir", lab.other)
    for half in halves:
        shutil.rmtree(half)
    return look(lab, lab.other, made)


def verified(lab):
    """Of an entry that is damaged in each of many ways the look-up comes to what tcm verify says."""
    entry, copy = damage.one_kernel(lab)
    wrong = []
    for words, change in damage.DAMAGES:
        damage.put_back(lab, copy)
        change(entry)
        said = damage.predicted(lab)
        was = damage.real(lab)
        if said != was:
            wrong.append(f"{words}: {was}, and verify says {said}")
    must(not wrong, "; ".join(wrong))
    return "as told"


def repaired(lab):
    """After each of these damages and a repair nothing fails; what was whole is a hit."""
    entry, copy = damage.one_kernel(lab)
    wrong = []
    for words, change in damage.DAMAGES:
        damage.put_back(lab, copy)
        change(entry)
        lab.tcm("repair", "-y", "--no-trash", "--grace", "0s", "--triton", lab.release.version, "--cache-dir", lab.root)
        was = damage.real(lab)
        if was == "fails" or (words == "nothing" and was != "hit"):
            wrong.append(f"{words}: {was}")
    must(not wrong, "; ".join(wrong))
    return "no failure"


def copied_and_pruned(lab):
    """The root was copied: its groups name the files of the first one, which is still there, and would be read."""
    lab.fill()
    shutil.rmtree(lab.other, ignore_errors=True)
    shutil.copytree(lab.root, lab.other)
    lab.prune(roots=[lab.other])
    must(not files(lab.other, *IR) and files(lab.root, *IR), "the wrong files went")
    return look(lab, lab.other, lab.made())


def rm_one(lab):
    """The one that was named misses; the others are as before."""
    lab.fill()
    key = lab.made()[0]["key"]
    lab.tcm("index", "--cache-dir", lab.root)
    lab.tcm("rm", key, "-y", "--grace", "0s", "--cache-dir", lab.root)
    must(not (lab.root / key).exists(), f"{key} is still there")
    found = outcome(lab, lab.root, state(lab.root))
    must(found.pop(key) == "miss", "the removed entry was a hit")
    return in_one_word(found)


def leftovers(lab):
    """A killed and a refused compilation leave debris; what is whole stays a hit when that is swept."""
    lab.fill()
    whole = {path.parent.name for path in files(lab.root)}
    refused = lab.compile(lab.root, "--refused", "sm90")
    must(refused["errors"], "the kernel that must not compile did")
    kill_a_writer(lab)
    debris = {path.name for path in lab.root.iterdir()} - whole
    must(len(debris) >= 2, f"debris of two compilations was expected, found {sorted(debris)}")
    lab.prune("--leftovers")
    must({path.name for path in lab.root.iterdir()} == whole, "more or less than the debris went")
    return look(lab)


def kill_a_writer(lab):
    """Ends a real compilation between its first file and its group."""
    environment, known = lab.triton_environment(lab.root), {path.name for path in lab.root.iterdir()}
    for _ in range(20):
        child = subprocess.Popen(lab.triton_command("compile.py", "--salts", "1", "sm90"), stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        try:
            while child.poll() is None:
                fresh = [entry for entry in os.scandir(lab.root) if entry.name not in known]
                if any(name.endswith("ttir") for entry in fresh for name in os.listdir(entry)):
                    break
                time.sleep(0.0005)
        finally:
            child.send_signal(signal.SIGKILL)
            child.wait()
        fresh = [entry for entry in os.scandir(lab.root) if entry.name not in known]
        if fresh and not any(name.startswith("__grp__") for entry in fresh for name in os.listdir(entry)):
            return
        for entry in fresh:
            shutil.rmtree(entry)
    raise Wrong("no compilation could be ended half-way")


def removed_by_hand(lab):
    """What earlier tools did, and a plain rm does: the IR goes, the group still lists it."""
    lab.fill()
    for path in files(lab.root, *IR):
        path.unlink()
    return look(lab)


def always(word):
    return lambda release: word


def until_3_8(release):
    return "hit" if release.numbers < (3, 8) else "miss"


def says_hits(word):
    """For what can be told only by releases that say whether they hit."""
    return lambda release: word if release.numbers >= (3, 4) else None


# Title, what is done, and what Triton must say for a release; None when the case cannot be run with it.
CASES = (
    ("index, list", indexed, always("hit")),
    ("prune", prune_ir, always("hit")),
    ("prune --drop ir,assembly,source", prune_text, always("hit")),
    ("prune --deduplicate=content, two roots", duplicates, always("hit")),
    ("prune --deduplicate=hardlink, two roots", hard_links, always("hit")),
    ("prune --deduplicate, two keys", two_keys_linked, says_hits("hit")),
    ("prune --deduplicate=content, two keys", two_keys_by_content, says_hits("6 of 12 hit")),
    ("the same, then prune of one root", prune_other_root, always("hit")),
    ("prune --full --all --trash, trash restore", trash_and_restore, always("hit")),
    ("compiled again beside .tcm-trash", trash_beside, always("hit")),
    ("prune --full --all", full_prune, always("miss")),
    ("rm of one entry: the others", rm_one, always("hit")),
    ("prune --leftovers after a kill", leftovers, always("hit")),
    ("moved, then prune", moved_and_pruned, always("hit")),
    ("copied, then prune", copied_and_pruned, always("hit")),
    ("moved, then relocate", moved_and_relocated, always("hit")),
    ("relocate --to, then moved there", relocated_and_moved, always("hit")),
    ("export, import elsewhere", exported_and_imported, always("hit")),
    ("export --drop ir,assembly, import elsewhere", exported_slim, always("hit")),
    ("export --for, unpacked there by tar", exported_for_a_place, always("hit")),
    ("import dir: of two parts", merged, always("hit")),
    ("verify of 26 kinds of damage", verified, always("as told")),
    ("repair of them", repaired, always("no failure")),
    ("without tcm: moved", moved, always("miss")),
    ("without tcm: IR removed by hand", removed_by_hand, until_3_8),
)
