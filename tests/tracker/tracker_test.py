#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tcm_hits.py in processes of their own, on modules with the shape of Triton's and inductor's.

tracker_test.py FOLDER_OF_TCM_HITS
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(sys.argv.pop(1)).resolve()

# As in Triton 3.2 to 3.9: who compiles has taken the function by name.
CACHE = '''
import importlib, json, os

class CacheManager:
    pass

class FileCacheManager(CacheManager):
    def __init__(self, key, override=False, dump=False):
        self.key, self.cache_dir = key, os.path.join(os.environ["TRITON_CACHE_DIR"], key)
        os.makedirs(self.cache_dir, exist_ok=True)
    def get_group(self, filename):
        path = os.path.join(self.cache_dir, "__grp__" + filename)
        if not os.path.exists(path):
            return None
        with open(path) as file:
            return json.load(file)["child_paths"]
    def put_group(self, filename, group):
        with open(os.path.join(self.cache_dir, "__grp__" + filename), "w") as file:
            json.dump({"child_paths": group}, file)

def get_cache_manager(key):
    named = os.environ.get("TRITON_CACHE_MANAGER")
    if named is None:
        return FileCacheManager(key)
    module, name = named.split(":")
    return getattr(importlib.import_module(module), name)(key)
'''
COMPILER = '''
from .runtime.cache import get_cache_manager

def compile(key, name="add_kernel"):
    manager, metadata = get_cache_manager(key), name + ".json"
    if metadata in (manager.get_group(metadata) or {}):
        return "hit"
    manager.put_group(metadata, {metadata: os.path.join(manager.cache_dir, metadata)})
    return "miss"
import os
'''
LAUNCHER = '''
class StaticallyLaunchedCudaKernel:
    def __init__(self, path):
        self.cubin_path, self.function = path, None
    def load_kernel(self, device):
        if self.cubin_path == "/gone/KEY/k.cubin":
            raise RuntimeError("no such kernel")
        self.function = 1
        return "loaded"
'''
MODULES = {"triton/__init__.py": "", "triton/runtime/__init__.py": "", "triton/runtime/cache.py": CACHE,
           "triton/compiler.py": COMPILER, "torch/__init__.py": "", "torch/_inductor/__init__.py": "",
           "torch/_inductor/runtime/__init__.py": "", "torch/_inductor/runtime/static_cuda_launcher.py": LAUNCHER,
           "mine.py": "from triton.runtime.cache import FileCacheManager\n"
                      "class Mine(FileCacheManager):\n    made = 0\n"
                      "    def __init__(self, *a, **k):\n        super().__init__(*a, **k)\n        Mine.made += 1\n"}
MANY = "from triton.compiler import compile\nfor i in range(2000): compile(f'KEY{i}')\nprint('done')"
FULL = 'mount -t tmpfs -o size=16k none "$0" && exec "$@"'


class Tracker(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="tcm tracker ")
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name).resolve()
        self.folder.chmod(0o755)
        self.logs, self.cache, self.modules = (self.folder / name for name in ("logs", "cache", "modules"))
        for name, text in MODULES.items():
            (self.modules / name).parent.mkdir(parents=True, exist_ok=True)
            (self.modules / name).write_text(text, encoding="utf-8")

    def environment(self, **more):
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), "TRITON_CACHE_DIR": str(self.cache),
                "TCM_HITS_DIR": str(self.logs), "PYTHONPATH": f"{SOURCE}:{self.modules}",
                **{name: str(value) for name, value in more.items()}}

    def python(self, code, *options, before=(), **more):
        """What a process prints, which must end well and complain of nothing."""
        command = [*before, sys.executable, "-B", *options, "-c", code]
        run = subprocess.run(command, env=self.environment(**more), stdin=subprocess.DEVNULL, capture_output=True,
                             text=True, timeout=60, check=False, cwd=self.folder)
        self.assertEqual((run.returncode, run.stderr), (0, ""), code)
        return run.stdout

    def lines(self):
        """(kind, key, name) of all lines, by file and time; every line of every file must be whole."""
        found = []
        for path in sorted(self.logs.glob("*")):
            self.assertRegex(path.name, r"^[\w-]+\.\d+-[0-9a-f]+\.hits$")
            for line in path.read_text(encoding="utf-8").split("\n")[:-1]:
                when, pid, kind, root, key, name, spent = line.split("\t")
                self.assertGreater(int(when), 1 << 60)
                self.assertEqual(path.name.split(".")[1].split("-")[0], pid)
                self.assertEqual(spent.isdigit(), kind == "C", line)
                found.append((kind, key, name))
                self.assertTrue(root.startswith("/"), line)
        return found

    def test_a_miss_is_compiled_and_a_hit_found(self):
        code = "from triton.compiler import compile; print(compile('K'))"
        self.assertEqual(self.python(code), "miss\n")
        self.assertEqual(self.lines(), [("M", "K", "add_kernel"), ("C", "K", "add_kernel")])
        shutil.rmtree(self.logs)
        self.assertEqual(self.python(code), "hit\n")
        self.assertEqual(self.lines(), [("H", "K", "add_kernel")])

    def test_a_process_says_what_it_used_before(self):
        self.python("from triton.compiler import compile; compile('K'); compile('K'); compile('J'); compile('K')")
        self.assertEqual("".join(kind for kind, *_ in self.lines()), "MChMCh")

    def test_without_a_directory_nothing_happens(self):
        out = self.python("import sys, tcm_hits; from triton.compiler import compile; compile('K');"
                          "print(any('tcm_hits' in repr(f) for f in sys.meta_path))", TCM_HITS_DIR="")
        self.assertEqual(out, "False\n")
        self.assertFalse(self.logs.exists())

    def test_a_manager_that_is_set_goes_on_working(self):
        for more in ({"TRITON_CACHE_MANAGER": "mine:Mine"},
                     {"TRITON_CACHE_MANAGER": "tcm_hits:CountingCacheManager", "TCM_HITS_WRAPS": "mine:Mine"}):
            out = self.python("from triton.compiler import compile; import mine; compile('K'); print(mine.Mine.made)",
                              **more)
            self.assertEqual(out, "1\n", more)
        self.assertEqual("".join(kind for kind, *_ in self.lines()), "MCH")

    def test_a_manager_set_while_the_program_runs_is_counted(self):
        self.python("import os; from triton.compiler import compile; compile('K');"
                    "os.environ['TRITON_CACHE_MANAGER'] = 'mine:Mine'; compile('J')")
        self.assertEqual([key for kind, key, _ in self.lines() if kind == "M"], ["K", "J"])

    def test_the_manager_alone_counts_without_sitecustomize(self):
        shutil.copy(SOURCE / "tcm_hits.py", self.modules)
        for code in ("from triton.compiler import compile; compile('K')", "import tcm_hits, triton.compiler as c; c.compile('K')"):
            self.python(code, PYTHONPATH=self.modules, TRITON_CACHE_MANAGER="tcm_hits:CountingCacheManager")
        self.assertEqual("".join(kind for kind, *_ in self.lines()), "MCH")

    def test_a_pth_line_works_in_an_isolated_process(self):
        site = self.folder / "site"
        shutil.copytree(self.modules, site)
        shutil.copy(SOURCE / "tcm_hits.py", site)
        (site / "tcm_hits.pth").write_text("import tcm_hits\n", encoding="utf-8")
        code = f"import site; site.addsitedir({str(site)!r}); from triton.compiler import compile; compile('K')"
        self.python(code, "-I")
        self.assertEqual("".join(kind for kind, *_ in self.lines()), "MC")

    def test_the_hidden_sitecustomize_is_run(self):
        (self.modules / "sitecustomize.py").write_text("import builtins; builtins.mine = 'here'", encoding="utf-8")
        self.assertEqual(self.python("import sys; print(mine, sys.modules['sitecustomize'].__file__)"),
                         f"here {self.modules}/sitecustomize.py\n")

    def test_kernels_that_inductor_loads_by_path_are_seen(self):
        code = ("from torch._inductor.runtime.static_cuda_launcher import StaticallyLaunchedCudaKernel as K\n"
                "k = K('/c/triton/0/KEY/triton_poi.cubin')\nprint(k.load_kernel(0), k.load_kernel(0))\n"
                "try: K('/gone/KEY/k.cubin').load_kernel(0)\nexcept RuntimeError as e: print(e)")
        self.assertEqual(self.python(code), "loaded loaded\nno such kernel\n")
        self.assertEqual(self.lines(), [("L", "KEY", "triton_poi")])

    def test_a_loaded_kernel_that_was_looked_up_is_no_second_use(self):
        self.python("from torch._inductor.runtime.static_cuda_launcher import StaticallyLaunchedCudaKernel as K\n"
                    "from triton.compiler import compile\ncompile('KEY')\n"
                    f"K({str(self.cache)!r} + '/KEY/add_kernel.cubin').load_kernel(0)")
        self.assertEqual("".join(kind for kind, *_ in self.lines()), "MCl")

    def test_a_group_that_names_another_entry_is_told(self):
        self.python("from triton.compiler import compile; compile('K')")
        (self.folder / "copy").mkdir()
        shutil.copytree(self.cache / "K", self.folder / "copy" / "K")
        shutil.rmtree(self.logs)
        self.python("from triton.compiler import compile; compile('K')", TRITON_CACHE_DIR=self.folder / "copy")
        self.assertEqual("".join(kind for kind, *_ in self.lines()), "HA")

    def test_each_fork_has_a_file_and_a_job_has_one_name(self):
        self.python("import os\nfrom triton.compiler import compile\ncompile('K')\n"
                    "for i in range(3):\n  pid = os.fork()\n  if pid == 0: compile('K'); os._exit(0)\n"
                    "  os.waitpid(pid, 0)\nimport subprocess, sys\n"
                    "subprocess.run([sys.executable, '-c', 'import triton.compiler as c; c.compile(\"K\")'], check=True)")
        names = [path.name for path in self.logs.glob("*")]
        self.assertEqual(len(names), 5)
        self.assertEqual(len({name.split(".")[0] for name in names}), 1, names)
        self.assertEqual(sorted(kind for kind, *_ in self.lines()), list("CHHHHM"))

    def test_threads_lose_no_line(self):
        self.python("import threading\nfrom triton.compiler import compile\n"
                    "work = lambda t: [compile(f'K{t}x{i}') for i in range(200)]\n"
                    "threads = [threading.Thread(target=work, args=(t,)) for t in range(8)]\n"
                    "[t.start() for t in threads]; [t.join() for t in threads]")
        lines = self.lines()
        self.assertEqual(len(list(self.logs.glob("*"))), 1)
        self.assertEqual(len({key for kind, key, _ in lines if kind == "M"}), 1600)
        self.assertEqual(len(lines), 3200)

    def test_names_cannot_forge_a_line(self):
        self.python("from triton.compiler import compile; compile('K', 'a\\tb\\\\c\\n1\\t2\\tH')")
        self.assertEqual({name for *_, name in self.lines()}, {"a\\tb\\\\c\\n1\\t2\\tH"})

    def test_a_log_is_bounded(self):
        self.python("import tcm_hits; tcm_hits.FILE_BYTES = 5000; " + "exec('''" + MANY + "''')")
        self.assertLess(sum(path.stat().st_size for path in self.logs.glob("*")), 5001)
        self.assertGreater(len(self.lines()), 10)

    def test_a_directory_that_cannot_be_written_costs_nothing(self):
        self.logs.mkdir()
        self.logs.chmod(0o555)
        self.cache.mkdir()
        self.cache.chmod(0o777)
        nobody = "import os, json, triton.compiler\nif os.geteuid() == 0: os.setresuid(65534, 65534, 65534)\n"
        self.assertEqual(self.python(nobody + MANY), "done\n")
        self.assertEqual(self.python(MANY, TCM_HITS_DIR="/dev/null/logs"), "done\n")
        self.assertEqual(self.lines(), [])

    def test_a_full_disk_costs_nothing_but_lines(self):
        self.logs.mkdir()
        before = ["unshare", "-rm", "sh", "-c", FULL, str(self.logs)]
        if subprocess.run([*before, "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("no mount namespace can be had here")
        out = self.python(MANY + f"\nimport glob\nprint(len(open(glob.glob({str(self.logs)!r} + '/*')[0]).read()))",
                          before=before)
        self.assertEqual(out, "done\n16384\n")

    def test_a_line_after_a_torn_one_is_whole(self):
        self.python("import resource as r\nfrom triton.compiler import compile\n"
                    "r.setrlimit(r.RLIMIT_FSIZE, (5000, r.RLIM_INFINITY))\nfor i in range(100): compile(f'KEY{i}')\n"
                    "r.setrlimit(r.RLIMIT_FSIZE, (r.RLIM_INFINITY, r.RLIM_INFINITY))\ncompile('LAST')\nprint('done')")
        text = next(self.logs.glob("*")).read_text(encoding="utf-8")
        self.assertEqual(len(text.encode()[:5000].splitlines()), text[:5000].count("\n") + 1, "no line was torn")
        self.assertEqual([line.split("\t")[2] for line in text[5000:].splitlines() if "LAST" in line], ["M", "C"])

    def test_descriptors_that_the_program_closed_are_not_written_to(self):
        self.python("import os\nfrom triton.compiler import compile\ncompile('K')\nos.closerange(3, 100)\n"
                    "files = [open(f'data{i}', 'w') for i in range(10)]\ncompile('J')\nfor f in files: f.close()\n"
                    "assert not any(os.path.getsize(f'data{i}') for i in range(10))")
        self.assertEqual([key for kind, key, _ in self.lines() if kind == "M"], ["K", "J"])

    def test_what_a_killed_process_leaves_is_whole_lines(self):
        code = "from triton.compiler import compile\ni = 0\nwhile True: compile(f'KEY{i % 50}'); i += 1"
        for _ in range(5):
            child = subprocess.Popen([sys.executable, "-B", "-c", code], env=self.environment())
            while not any(path.stat().st_size > 20000 for path in self.logs.glob(f"*.{child.pid}-*")):
                self.assertIsNone(child.poll())
            child.send_signal(signal.SIGKILL)
            child.wait()
        for path in self.logs.glob("*"):
            self.assertTrue(path.read_bytes().endswith(b"\n"))
        self.assertGreater(len(self.lines()), 500)

    def test_what_breaks_inside_does_not_come_out(self):
        out = self.python("import tcm_hits\ntcm_hits._record = None\n" + MANY)
        self.assertEqual(out, "done\n")

    def test_an_older_python_is_left_alone(self):
        (self.folder / "broken").mkdir()
        shutil.copy(SOURCE / "sitecustomize.py", self.folder / "broken")
        (self.folder / "broken" / "tcm_hits.py").write_text("def (", encoding="utf-8")
        self.assertEqual(self.python("print(1)", PYTHONPATH=self.folder / "broken"), "1\n")


if __name__ == "__main__":
    unittest.main()
