#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Debian packages: built, installed by dpkg into a root of their own, run there, removed again.

The root's dpkg knows the packages of this machine, so dependencies are really checked; its files are ours alone, and the
program, started by its path in there, loads this machine's libraries.

packages_test.py CPACK BUILD_DIR
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CPACK, BUILD = sys.argv.pop(1), Path(sys.argv.pop(1)).resolve()
ALL = {"tcm", "tcm-backend-cuda", "tcm-backend-rocm", "tcm-plugin-sdk"}
STATUS = Path("/var/lib/dpkg/status")


def run(*command, **options):
    options = {"check": True, **options}
    result = subprocess.run(
        [str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=280,
        **{**options, "check": False},
    )
    if options["check"] and result.returncode != 0:
        raise AssertionError(f"{command}: {result.stdout}{result.stderr}")
    return result


def clean_environment(home):
    kept = {k: v for k, v in os.environ.items() if not re.match(r"TCM_|TRITON_|XDG_|LD_", k)}
    return {**kept, "HOME": str(home)}


class Packages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="tcm-packages-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.base = Path(cls.folder.name).resolve()
        run(CPACK, "-G", "DEB", "--config", BUILD / "CPackConfig.cmake", "-B", cls.base / "packages")
        cls.debs = {p.name.split("_")[0]: p for p in (cls.base / "packages").glob("*.deb")}

    def field(self, package, name):
        return run("dpkg-deb", "--field", self.debs[package], name).stdout.strip()

    def test_one_package_a_component(self):
        self.assertEqual(set(self.debs), ALL)
        for package in ALL:
            self.assertEqual(self.field(package, "Package"), package)
            self.assertGreater(len(self.field(package, "Description").splitlines()), 1)

    def test_a_backend_depends_on_the_interface_and_not_on_tcm(self):
        self.assertIn("tcm-plugin-abi-1", self.field("tcm", "Provides"))
        for package in ("tcm-backend-cuda", "tcm-backend-rocm"):
            depends = re.split(r"[,|]\s*", self.field(package, "Depends"))
            self.assertIn("tcm-plugin-abi-1", depends)
            self.assertTrue(any(d.startswith("libc6") for d in depends), "the libraries that it links")
            self.assertFalse([d for d in depends if re.match(r"tcm(\s|$)", d)])

    def test_what_reaches_a_server_is_offered_and_not_needed(self):
        depends = self.field("tcm", "Depends")
        self.assertNotRegex(depends, "libpq|postgresql")
        release = re.search(r"libsoci-core([0-9.]+)", depends)
        self.assertTrue(release, depends)
        self.assertEqual(self.field("tcm", "Suggests"), "libsoci-postgresql" + release[1], "of the same SOCI")

    def test_files_belong_to_root_and_below_usr(self):
        for package, deb in self.debs.items():
            for line in run("dpkg-deb", "--contents", deb).stdout.splitlines():
                mode, owner, *_, name = line.split(maxsplit=5)
                self.assertEqual(owner, "root/root", line)
                self.assertTrue(name == "./" or name.startswith("./usr/"), line)
                self.assertNotRegex(mode, "^.....w|^........w", f"{package}: {line}")

    def test_manual_pages_and_completion_are_in_the_package(self):
        names = run("dpkg-deb", "--contents", self.debs["tcm"]).stdout
        for name in ("man/man1/tcm.1.gz", "man/man1/tcm-prune.1.gz", "man/man5/tcm-config.5.gz", "man/man7/tcm-plugin.7.gz",
                     "bash-completion/completions/tcm", "zsh/vendor-completions/_tcm", "fish/vendor_completions.d/tcm.fish"):
            self.assertIn(f"./usr/share/{name}\n", names)

    def test_the_list_of_parts_names_what_is_linked_and_loaded(self):
        script = Path(__file__).resolve().parents[2] / "scripts/sbom.py"
        document = json.loads(run(sys.executable, script, BUILD, env={**os.environ, "SOURCE_DATE_EPOCH": "1"}).stdout)
        parts = {part["SPDXID"]: part["name"] for part in document["packages"]}
        self.assertEqual(len(parts), len(document["packages"]), "an id is used twice")
        self.assertLessEqual({"tcm", "CLI11", "Boost", "libsqlite3-0", "libc6"}, set(parts.values()))
        for relation in document["relationships"]:
            self.assertIn(relation["relatedSpdxElement"], parts)
        self.assertEqual(document["creationInfo"]["created"], "1970-01-01T00:00:01Z")

    def new_root(self):
        root = Path(tempfile.mkdtemp(dir=self.base, prefix="root-"))
        database = root / "var/lib/dpkg"
        for folder in ("info", "updates", "triggers", "alternatives"):
            (database / folder).mkdir(parents=True)
        # What this machine has is taken as installed, but for tcm itself.
        paragraphs = STATUS.read_text(errors="replace").split("\n\n")
        kept = [p for p in paragraphs if p and not re.match(r"Package: tcm(-|$)", p, re.MULTILINE)]
        (database / "status").write_text("\n\n".join(kept) + "\n\n")
        return root

    def dpkg(self, root, *arguments, check=True):
        # dpkg looks for tools of the administrator that a user's PATH may lack.
        path = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin"
        # Not root: dpkg may not give the files to root, which fakeroot pretends.
        wrapper = [] if os.geteuid() == 0 else ["fakeroot"]
        return run(*wrapper, "dpkg", "--force-not-root", "--root", root, "--log", self.base / "dpkg.log", *arguments,
                   check=check, env={**os.environ, "PATH": path, "LC_ALL": "C"})

    def backends(self, root):
        result = run(root / "usr/bin/tcm", "plugins", "-o", "json", cwd="/", env=clean_environment(self.base))
        answer = json.loads(result.stdout)
        self.assertEqual(answer["refused"], [])
        paths = [Path(plugin["path"]) for plugin in answer["plugins"]]
        for path in paths:
            self.assertEqual(path.parent, root / "usr/lib/tcm/plugins")
        return {path.name for path in paths}

    def test_install_run_remove(self):
        if not STATUS.exists() or not shutil.which("dpkg") or not (os.geteuid() == 0 or shutil.which("fakeroot")):
            self.skipTest("needs Debian's dpkg, as root or with fakeroot")
        root = self.new_root()

        refused = self.dpkg(root, "--install", self.debs["tcm-backend-rocm"], check=False)
        self.assertNotEqual(refused.returncode, 0, "a backend without tcm must not install")
        self.assertIn("tcm-plugin-abi-1", refused.stderr)
        self.dpkg(root, "--remove", "tcm-backend-rocm")

        self.dpkg(root, "--install", self.debs["tcm"])
        self.assertEqual(self.backends(root), set(), "tcm alone has no backend")
        self.dpkg(root, "--install", self.debs["tcm-backend-cuda"], self.debs["tcm-backend-rocm"])
        self.assertEqual(self.backends(root), {"libtcm_backend_cuda.so", "libtcm_backend_rocm.so"})

        self.dpkg(root, "--remove", "tcm-backend-rocm")
        self.assertEqual(self.backends(root), {"libtcm_backend_cuda.so"})

        kept = self.dpkg(root, "--remove", "tcm", check=False)
        self.assertNotEqual(kept.returncode, 0, "tcm must stay as long as a backend needs its interface")

        self.dpkg(root, "--install", self.debs["tcm-plugin-sdk"])
        self.dpkg(root, "--remove", "tcm-plugin-sdk", "tcm-backend-cuda", "tcm")
        self.assertEqual([p for p in (root / "usr").rglob("*") if p.is_file()], [], "removed packages leave files")


if __name__ == "__main__":
    unittest.main()
