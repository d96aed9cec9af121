#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `cmake --install` makes: by component, below DESTDIR, movable, and knowing nothing of where it was built.

install_test.py CMAKE BUILD_DIR SOURCE_DIR
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

CMAKE, BUILD, SOURCE = sys.argv.pop(1), Path(sys.argv.pop(1)).resolve(), Path(sys.argv.pop(1)).resolve()
PREFIX = "opt/the tools"


def run(*command, **options):
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, **options)


def install(destdir, *arguments):
    result = run(
        CMAKE, "--install", str(BUILD), "--prefix", "/" + PREFIX, "--strip", *arguments,
        env={**os.environ, "DESTDIR": str(destdir)},
    )
    if result.returncode != 0:
        raise AssertionError(result.stdout + result.stderr)


def clean_environment(home):
    kept = {k: v for k, v in os.environ.items() if not re.match(r"TCM_|TRITON_|XDG_|LD_", k)}
    return {**kept, "HOME": str(home)}


def all_files(folder):
    return sorted(p for p in Path(folder).rglob("*") if p.is_file())


def loaded(program, **options):
    """The paths of the backends that the program says it has loaded; it must have refused none."""
    result = run(str(program), "plugins", "-o", "json", **options)
    if result.returncode != 0:
        raise AssertionError(result.stderr)
    answer = json.loads(result.stdout)
    if answer["refused"]:
        raise AssertionError(answer["refused"])
    return sorted(plugin["path"] for plugin in answer["plugins"])


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="tcm install ")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.base = Path(cls.folder.name).resolve()
        install(cls.base / "dest dir")
        # Somewhere else than it was installed to: nothing may depend on the prefix.
        cls.tree = cls.base / "moved tree"
        shutil.move(str(cls.base / "dest dir" / PREFIX), str(cls.tree))
        shutil.rmtree(cls.base / "dest dir")
        cls.tcm = cls.tree / "bin" / "tcm"
        cls.plugins = sorted(cls.tree.glob("lib*/**/tcm/plugins/*.so"))
        cls.binaries = [cls.tcm, *cls.plugins, *(p for p in (cls.tree / "bin").iterdir() if p != cls.tcm)]

    def test_the_program_and_the_backends_are_there(self):
        self.assertTrue(os.access(self.tcm, os.X_OK))
        self.assertEqual([p.name for p in self.plugins], ["libtcm_backend_cuda.so", "libtcm_backend_rocm.so"])
        for plugin in self.plugins:
            self.assertEqual(plugin.stat().st_mode & 0o022, 0, f"{plugin} can be written by others")

    def test_the_moved_program_finds_the_backends_beside_it(self):
        paths = loaded(self.tcm, env=clean_environment(self.base), cwd="/")
        self.assertEqual(paths, [str(p) for p in self.plugins])

    def test_a_link_to_the_program_finds_them_too(self):
        link = self.base / "link to tcm"
        link.symlink_to(self.tcm)
        paths = loaded(link, env=clean_environment(self.base), cwd="/")
        self.assertEqual(paths, [str(p) for p in self.plugins])

    def test_it_opens_nothing_where_it_was_built(self):
        trace = self.base / "trace"
        probe = run("strace", "-o", str(trace), "true")
        if probe.returncode != 0:
            self.skipTest("strace cannot trace here: " + probe.stderr.strip())
        run("strace", "-f", "-e", "trace=%file", "-o", str(trace), str(self.tcm), "plugins",
            env=clean_environment(self.base), cwd="/")
        # This test's own folder may lie in the build folder: what counts is what is opened, and where else.
        lines = trace.read_text(errors="replace").splitlines()
        text = "\n".join(line for line in lines if "open" in line.split("(")[0]).replace(str(self.base), "")
        self.assertIn("libtcm_backend_cuda.so", text)
        for place in (BUILD, SOURCE):
            self.assertNotIn(f'"{place}', text)

    def test_no_installed_file_names_the_build(self):
        # The build folder lies in the source folder by default; names that are no paths must not be taken for them.
        for path in all_files(self.tree):
            data = path.read_bytes()
            for place in (BUILD, SOURCE):
                if len(place.parts) > 2:
                    self.assertNotIn(str(place).encode(), data, path)

    def test_no_run_path(self):
        for path in self.binaries:
            dynamic = run("readelf", "-dW", str(path), check=True).stdout
            self.assertNotRegex(dynamic, r"\((RPATH|RUNPATH)\)", path)

    def test_all_libraries_are_found(self):
        for path in self.binaries:
            self.assertNotIn("not found", run("ldd", str(path), env=clean_environment(self.base)).stdout, path)

    def test_a_backend_needs_nothing_of_tcm(self):
        for path in self.plugins:
            dynamic = run("readelf", "-dW", str(path), check=True).stdout
            self.assertNotRegex(dynamic, r"NEEDED.*(tcm|boost|soci|sqlite)", path)

    def test_components_are_apart(self):
        expected = {
            "tcm": r"bin/tcm|share/(doc/tcm|tcm|man|bash-completion|zsh|fish)/.*"
            r"|lib/systemd/(system|user)/tcm-(gc\.service|gc\.timer|watch\.service)",
            "backend-cuda": r"lib.*/tcm/plugins/libtcm_backend_cuda\.so|share/doc/tcm-backend-cuda/.*",
            "backend-rocm": r"lib.*/tcm/plugins/libtcm_backend_rocm\.so|share/doc/tcm-backend-rocm/.*",
            "sdk": r"include/tcm/plugin/.*|share/(cmake|doc|pkgconfig|tcm-plugin-sdk|man)/.*|bin/tcm-plugin-.*",
        }
        seen = []
        for component, pattern in expected.items():
            destdir = self.base / component
            install(destdir, "--component", component)
            names = [str(p.relative_to(destdir / PREFIX)) for p in all_files(destdir)]
            self.assertTrue(names, component)
            for name in names:
                self.assertRegex(name, f"^({pattern})$", component)
            seen += names
        self.assertEqual(sorted(seen), sorted(str(p.relative_to(self.tree)) for p in all_files(self.tree)))

    def test_the_installed_units_are_those_that_are_printed(self):
        for scope in ("system", "user"):
            printed = run(str(self.tcm), "gc", f"--print-timer={scope}", env=clean_environment(self.base)).stdout
            for unit in ("tcm-gc.service", "tcm-gc.timer", "tcm-watch.service"):
                text = (self.tree / "lib/systemd" / scope / unit).read_text()
                self.assertNotIn("@TCM", text)
                text = text.replace("ExecStart=tcm ", f'ExecStart="{self.tcm}" ')
                text = text.replace("ReadWritePaths=\n", f'ReadWritePaths="-{self.base}/.triton/cache"\n')
                self.assertIn(f"/{unit}\n{text}", printed)

    def test_systemd_takes_the_units(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("no systemd-analyze (Debian: systemd)")
        for scope in ("system", "user"):
            folder = self.base / f"units {scope}"
            folder.mkdir()
            for unit in (self.tree / "lib/systemd" / scope).iterdir():
                text = unit.read_text().replace("ExecStart=tcm ", f'ExecStart="{self.tcm}" ')
                (folder / unit.name).write_text(text)
            environment = {**clean_environment(self.base), "XDG_RUNTIME_DIR": str(self.base)}
            for unit in sorted(folder.iterdir()):
                result = run("systemd-analyze", f"--{scope}", "--man=no", "verify", str(unit), env=environment)
                said = [line for line in result.stderr.splitlines() if unit.name in line or str(folder) in line]
                self.assertEqual((result.returncode, said), (0, []), result.stderr)

    def test_another_project_finds_the_sdk(self):
        project = self.base / "vendor"
        project.mkdir()
        (project / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.25)\nproject(vendor C CXX)\n"
            "find_package(tcm-plugin-sdk 1 REQUIRED)\n"
            "tcm_add_backend_plugin(vendor SOURCES vendor.c)\n"
        )
        (project / "vendor.c").write_text(
            "#include <tcm/plugin/plugin.h>\n"
            "TCM_PLUGIN_EXPORT const tcm_kernel_backend_plugin* TCM_PLUGIN_ENTRY(const tcm_host* host) {\n"
            "  (void)host;\n  return 0;\n}\n"
        )
        build = project / "build"
        for command in (
            [CMAKE, "-S", str(project), "-B", str(build), "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={self.tree}"],
            [CMAKE, "--build", str(build)],
        ):
            result = run(*command)
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertTrue(list(build.rglob("libtcm_backend_vendor.so")))

    def test_pkg_config_follows_the_tree(self):
        environment = {**os.environ, "PKG_CONFIG_PATH": str(self.tree / "share/pkgconfig")}
        found = run("pkg-config", "--variable=plugindir", "tcm-plugin-sdk", env=environment, check=True).stdout
        folder = Path(found.strip().replace("\\ ", " ")).resolve()
        self.assertEqual(folder, self.plugins[0].parent)


if __name__ == "__main__":
    unittest.main()
