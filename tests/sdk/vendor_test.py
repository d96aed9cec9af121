#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a vendor does: installs tcm, builds a backend elsewhere with nothing but the installed SDK, and has an installed,
unchanged tcm index and show that vendor's kernels. Then the backend goes, and tcm works on.

vendor_test.py CMAKE BUILD_DIR
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import unittest
from pathlib import Path

import xpu_files

CMAKE, BUILD = sys.argv.pop(1), Path(sys.argv.pop(1)).resolve()
DATA = Path(__file__).resolve().parent.parent / "data"
NAMES = {"matmul_kernel": 640, "softmax_kernel": 384}


def run(*command, **options):
    return subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=250, **options)


def must(*command, **options):
    result = run(*command, **options)
    if result.returncode != 0:
        raise AssertionError(f"{command}: exit {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def clean_environment(home):
    kept = {k: v for k, v in os.environ.items() if not re.match(r"TCM_|TRITON_|XDG_|LD_|CMAKE_PREFIX_PATH", k)}
    return {**kept, "HOME": str(home)}


def digests(folder):
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*")) if p.is_file()}


class Vendor(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="tcm vendor ")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.base = Path(cls.folder.name).resolve()
        cls.environment = clean_environment(cls.base)
        cls.prefix = cls.base / "prefix"
        must(CMAKE, "--install", BUILD, "--prefix", cls.prefix)
        cls.installed = digests(cls.prefix)
        cls.check = cls.prefix / "bin" / "tcm-plugin-check"
        sdk = cls.prefix / "share" / "tcm-plugin-sdk"
        cls.xpu = cls.build(sdk / "examples" / "xpu", "libtcm_backend_xpu.so")
        cls.acme = cls.build(sdk / "template", "libtcm_backend_acme.so")
        cls.cache = cls.base / "cache"
        for number, (name, size) in enumerate(NAMES.items()):
            xpu_files.make_entry(cls.cache, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRS" + "AB"[number], name, size)

    @classmethod
    def build(cls, source, name):
        """Configures and builds a project of the SDK outside of everything, and runs its own tests."""
        folder = cls.base / ("build " + source.name)
        options = {"env": cls.environment}
        must(CMAKE, "-S", source, "-B", folder, f"-DCMAKE_PREFIX_PATH={cls.prefix}", f"-DCMAKE_INSTALL_PREFIX={cls.base / 'elsewhere'}", **options)
        must(CMAKE, "--build", folder, **options)
        tests = must(Path(CMAKE).parent / "ctest", "--test-dir", folder, "--output-on-failure", "--no-tests=error", **options)
        if "100% tests passed" not in tests:
            raise AssertionError(tests)
        return folder / name

    def tcm(self, *arguments, plugins=None, database="index.db"):
        environment = dict(self.environment)
        if plugins is not None:
            environment["TCM_ADD_PLUGIN_PATH"] = str(plugins)
        return run(self.prefix / "bin" / "tcm", "--db", self.base / database, *arguments, env=environment, cwd="/")

    def ids(self, plugins=None):
        answer = json.loads(self.tcm("plugins", "--json", plugins=plugins).stdout)
        self.assertEqual(answer["refused"], [])
        return sorted(plugin["id"] for plugin in answer["plugins"])

    def listed(self, *arguments, plugins=None, database="index.db"):
        result = self.tcm("list", "--json", *arguments, plugins=plugins, database=database)
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)["kernels"]

    def index(self, plugins=None, database="index.db"):
        result = self.tcm("index", "--json", "--cache-dir", self.cache, plugins=plugins, database=database)
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)

    def test_the_backend_is_seen_where_it_lies_and_forgotten_when_it_is_gone(self):
        folder = self.base / "plugin folder"
        folder.mkdir()
        before = self.ids(folder)
        self.assertNotIn("org.tcm.examples.xpu", before)
        copy = folder / self.xpu.name
        copy.write_bytes(self.xpu.read_bytes())
        self.assertEqual(self.ids(folder), sorted(before + ["org.tcm.examples.xpu"]))
        copy.unlink()
        self.assertEqual(self.ids(folder), before)

    def test_index_list_and_show_know_the_vendors_kernels(self):
        plugins = self.xpu.parent
        answer = self.index(plugins, "with.db")
        self.assertEqual([root["kernels"] for root in answer["roots"]], [2])
        self.assertEqual([root["skipped"] for root in answer["roots"]], [0])

        kernels = {kernel["name"]: kernel for kernel in self.listed(plugins=plugins, database="with.db")}
        self.assertEqual(sorted(kernels), sorted(NAMES))
        kernel = kernels["matmul_kernel"]
        entry = self.cache / kernel["key"]
        self.assertEqual(kernel["backend"], "xpu")
        self.assertEqual(kernel["arch"], "Data_Center_GPU_Max_1550")
        binaries = (entry / "matmul_kernel.spv").stat().st_size + (entry / "matmul_kernel.zebin").stat().st_size
        self.assertEqual(kernel["binary_bytes"], binaries)
        self.assertEqual(kernel["total_bytes"], sum(p.stat().st_size for p in entry.iterdir()))

        for words in (["-b", "intel"], ["-b", "XPU"], ["-a", "Data Center GPU Max 1550"], ["-a", "Intel(R) Data Center GPU Max 1550"]):
            self.assertEqual(len(self.listed(*words, plugins=plugins, database="with.db")), 2, words)
        self.assertEqual(self.listed("-b", "cuda", plugins=plugins, database="with.db"), [])

        shown = self.tcm("show", "matmul_kernel", "--json", plugins=plugins, database="with.db")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        types = {file["name"]: (file["kind"], file["type"]) for file in json.loads(shown.stdout)["files"]}
        self.assertEqual(types["matmul_kernel.spv"], ("binary", "spv"))
        self.assertEqual(types["matmul_kernel.zebin"], ("binary", "zebin"))
        self.assertIn("Data Center GPU Max 1550", self.tcm("show", "matmul_kernel", plugins=plugins, database="with.db").stdout)

    def test_figures_come_with_the_backend_and_go_with_it(self):
        """The index is told of a backend by indexing again; nothing in the cache has changed in between."""
        plugins = self.xpu.parent

        def resources():
            shown = json.loads(self.tcm("show", "matmul_kernel", "--json", plugins=plugins, database="again.db").stdout)
            return shown["resources"]

        self.index(database="again.db")
        self.assertEqual(resources(), {})
        self.index(plugins, "again.db")
        figures = resources()
        self.assertEqual(figures["code_bytes"], NAMES["matmul_kernel"])
        self.assertEqual(figures["isa_version"], "1.4")
        self.assertEqual(figures["x.intel.spirv_bound"], 321)
        self.assertEqual(figures["x.intel.zebin_version"], "1.39")
        self.assertEqual(figures["x.intel.product_family"], 0x4FA)
        self.assertEqual([k["arch"] for k in self.listed(plugins=plugins, database="again.db")], ["Data_Center_GPU_Max_1550"] * 2)
        large = self.listed("--where", "code_bytes >= 500", plugins=plugins, database="again.db")
        self.assertEqual([kernel["name"] for kernel in large], ["matmul_kernel"])
        self.index(database="again.db")
        self.assertEqual(resources(), {})

    def test_without_the_backend_everything_is_still_indexed(self):
        answer = self.index(database="without.db")
        self.assertEqual([root["kernels"] for root in answer["roots"]], [2])
        for kernel in self.listed(database="without.db"):
            self.assertEqual(kernel["backend"], "xpu")
            entry = self.cache / kernel["key"]
            self.assertEqual(kernel["total_bytes"], sum(p.stat().st_size for p in entry.iterdir()))
        shown = json.loads(self.tcm("show", "matmul_kernel", "--json", database="without.db").stdout)
        kinds = {file["name"]: file["kind"] for file in shown["files"]}
        self.assertEqual(kinds["matmul_kernel.spv"], "other")
        self.assertEqual(kinds["matmul_kernel.zebin"], "binary", "the metadata's binary_ext says so")

    def test_the_probe_reads_both_formats(self):
        """Through the checker: what the samples hold is read, hostile forms of it hurt nobody."""
        samples = []
        for name, data in (("a.spv", xpu_files.spirv(["k1", "k2"])), ("b.zebin", xpu_files.zebin({"k1": 64, "k2": 32})),
                           ("inside.spv", xpu_files.zebin({"k": 16})), ("own.zebin", xpu_files.zebin({"k": 16}, xpu_files.OWN_TYPE))):
            (self.base / name).write_bytes(data)
            samples += ["--sample", self.base / name]
        answer = json.loads(must(self.check, "--json", "--fuzz", "2", *samples, self.xpu, env=self.environment))
        outcomes = {test["name"]: test["outcome"] for test in answer["plugins"][0]["tests"]}
        self.assertEqual(answer["failed"], 0)
        self.assertEqual(answer["warnings"], 0)
        for name in ("analyse.samples", "analyse.attributes", "analyse.limit", "hostile.truncated", "hostile.fuzz"):
            self.assertEqual(outcomes[name], "pass", name)

    def real_files(self):
        """Caches that Triton's XPU backend wrote, with SPIR-V and with native code, both in .spv files."""
        folder = self.base / "real"
        if not folder.exists():
            with tarfile.open(DATA / "compilers.tar.xz") as archive:
                archive.extractall(folder, [m for m in archive.getmembers() if "/xpu-" in m.name])
        return folder / "compilers"

    def test_the_probe_reads_what_the_compiler_really_writes(self):
        samples = sorted(self.real_files().rglob("*.spv"))
        self.assertEqual(len(samples), 3)
        words = [word for sample in samples for word in ("--sample", sample)]
        answer = json.loads(must(self.check, "--json", "--timeout", "60", "--arch", "Intel(R) Data Center GPU Max 1550", *words, self.xpu,
                                 env=self.environment))
        self.assertEqual((answer["failed"], answer["warnings"]), (0, 0))

    def test_the_checker_notices_a_real_file_that_is_not_known(self):
        (self.base / "foreign.zebin").write_bytes(xpu_files.zebin({"k": 16}, machine=62))
        result = run(self.check, "--include", "samples", "--sample", self.base / "foreign.zebin", self.xpu, env=self.environment)
        self.assertEqual(result.returncode, 1)
        self.assertIn("it declares .zebin as its own, and does not know this file", result.stdout)

    def resources(self, cache, name, database):
        plugins = self.xpu.parent
        result = self.tcm("index", "--json", "--cache-dir", cache, plugins=plugins, database=database)
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(self.tcm("show", name, "--json", plugins=plugins, database=database).stdout)["resources"]

    def test_figures_of_native_code(self):
        figures = self.resources(self.real_files() / "xpu-3.3-zebin", "rms_norm_fwd", "native.db")
        self.assertEqual(figures, {
            "kernel_name": "rms_norm_fwd", "code_bytes": 3584, "registers": 128, "wavefront_size": 32, "scratch_bytes": 0,
            "x.intel.barrier_count": 1, "x.intel.product_family": 1271, "x.intel.graphics_core": 0, "x.intel.zebin_version": "1.20"})

    def test_spills_and_scratch_and_no_kernel_that_nobody_launches(self):
        cache = self.base / "spilling"
        entry = xpu_files.make_entry(cache, "SPILLING" * 6 + "ABCD", "spilling_kernel", 512)
        info = ("kernels:\n  - name:            spilling_kernel\n    execution_env:\n      grf_count:       256\n      simd_size:       16\n"
                "      slm_size:        1024\n      spill_size:      960\n    per_thread_memory_buffers:\n"
                "      - type:            scratch\n        usage:           single_space\n        size:            4096\n")
        void = "Intel_Symbol_Table_Void_Program"
        (entry / "spilling_kernel.spv").unlink()
        (entry / "spilling_kernel.zebin").write_bytes(xpu_files.zebin({void: 64, "spilling_kernel": 512}, info=info))
        figures = self.resources(cache, "spilling_kernel", "spilling.db")
        self.assertEqual(figures["kernel_name"], "spilling_kernel")
        self.assertEqual((figures["registers"], figures["wavefront_size"], figures["shared_bytes"]), (256, 16, 1024))
        self.assertEqual(figures["scratch_bytes"], 256, "of a lane")
        self.assertEqual(figures["x.intel.spill_bytes"], 960)
        (entry / "spilling_kernel.zebin").write_bytes(xpu_files.zebin({void: 64}))
        self.assertNotIn("kernel_name", self.resources(cache, "spilling_kernel", "void.db"))

    def test_a_backend_exports_its_entry_alone_and_needs_no_tcm(self):
        for plugin in (self.xpu, self.acme):
            names = [line.split()[0] for line in must("nm", "-D", "--defined-only", "--format=posix", plugin).splitlines()]
            self.assertEqual(names, ["tcm_kernel_backend_plugin_v1"])
            self.assertNotRegex(must("readelf", "-dW", plugin), r"NEEDED.*(tcm|boost|fmt)")

    def test_it_installs_beside_the_others(self):
        must(CMAKE, "--install", self.xpu.parent, env=self.environment)
        found = sorted(p.name for p in (self.base / "elsewhere").rglob("*.so"))
        self.assertEqual(found, ["libtcm_backend_xpu.so"])
        self.assertRegex(str(next((self.base / "elsewhere").rglob("*.so")).parent), r"/lib[^/]*(/[^/]+)?/tcm/plugins$")

    def test_pkg_config_knows_where_plugins_go(self):
        found = sorted(self.prefix.rglob("tcm-plugin-sdk.pc"))
        self.assertEqual(len(found), 1)
        text = found[0].read_text()
        for variable in ("plugindir=", "abi_major=1", "abi_minor=1"):
            self.assertIn(variable, text)

    def test_a_project_for_another_major_does_not_find_this_sdk(self):
        project = self.base / "future"
        project.mkdir()
        (project / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.25)\nproject(p LANGUAGES CXX)\nfind_package(tcm-plugin-sdk 2 REQUIRED)\n")
        result = run(CMAKE, "-S", project, "-B", project / "b", f"-DCMAKE_PREFIX_PATH={self.prefix}", env=self.environment)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("requested version \"2\"", result.stderr)

    def test_z_nothing_of_tcm_has_changed(self):
        self.assertEqual(digests(self.prefix), self.installed)


if __name__ == "__main__":
    unittest.main()
