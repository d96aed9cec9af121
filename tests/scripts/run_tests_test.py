#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""scripts/test: which stages it runs, that no failure is lost, and what it leaves of the caller's settings to the tests.
The builds and ctest are stood in for; what they do is tested by running them, every day.

run_tests_test.py ROOT
"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(sys.argv.pop(1)).resolve()

SETUP = "#!/bin/sh\nexit 0\n"
CMAKE = """#!/bin/bash
echo "cmake $*" >>"$STATE/calls"
[[ "$*" != "--build --preset $BROKEN "* ]] || { echo 'error: no such thing'; exit 1; }
"""
TIDY = """#!/bin/bash
echo "tidy $*" >>"$STATE/calls"
[ "$BROKEN" != tidy ] || { echo 'a finding'; exit 1; }
"""
# The real one, but for the version that it claims.
FORMAT = """#!/bin/bash
[ "$*" != --version ] || { echo "clang-x version ${VERSION:-14.0.6}"; exit; }
exec "$(PATH=${PATH#*:} command -v clang-format)" "$@"
"""
CTEST = """#!/bin/bash
echo "ctest $*" >>"$STATE/calls"
env >"$STATE/environment"
while [ $# -gt 0 ]; do
  case $1 in --preset) preset=$2 ;; --output-log) log=$2 ;; esac
  shift
done
if [ "$preset" = "$FAILING" ]; then line='90% tests passed, 1 tests failed out of 10' status=8
else line='100% tests passed, 0 tests failed out of 10' status=0; fi
{
  echo "$line"
  if [ "$preset" = "$SKIPPING" ]; then
    printf '\\nThe following tests did not run:\\n\\t  3 - Trash.OfTwoUsers (Skipped)\\n\\t 12 - interop.hits.3.6.0 (Skipped)\\n\\nLabel Time\\n'
  fi
} | tee "$log"
exit $status
"""


class RunTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tcm test script ")
        self.addCleanup(folder.cleanup)
        self.base = Path(folder.name).resolve()
        self.clone = self.base / "a clone"
        shutil.copytree(ROOT / "scripts", self.clone / "scripts")
        shutil.copy(ROOT / ".clang-format", self.clone)
        (self.clone / "well.cpp").write_text("int well() { return 1; }\n")
        (self.clone / ".ci").mkdir()
        self.allowed = self.clone / ".ci/allowed-skips"
        self.allowed.write_text("# none\n")
        self.tools = self.base / "tools"
        self.tools.mkdir()
        for path, text in (
            (self.clone / "scripts/setup", SETUP),
            (self.clone / "scripts/tidy.py", TIDY),
            (self.tools / "clang-format-14", FORMAT),
            (self.tools / "clang-tidy-14", FORMAT),
            (self.tools / "cmake", CMAKE),
            (self.tools / "ctest", CTEST),
        ):
            path.write_text(text)
            path.chmod(0o755)

    def run_script(self, *arguments, **variables):
        return subprocess.run(
            [self.clone / "scripts/test", *arguments],
            env={**os.environ, "PATH": f"{self.tools}:{os.environ['PATH']}", "STATE": str(self.base), "HOME": str(self.base),
                 "CI": "", "FAILING": "", "BROKEN": "", "SKIPPING": "", "VERSION": "", **variables},
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def stages_run(self):
        lines = (self.base / "calls").read_text().splitlines()
        return [line.split()[2] for line in lines if line.startswith("ctest")]

    def test_everything(self):
        run = self.run_script()
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertEqual(self.stages_run(), ["dev", "asan", "tsan", "release"])
        self.assertEqual(run.stdout.splitlines()[-1], "100% tests passed, 0 tests failed out of 40")
        for stage in ("format", "dev", "tidy", "asan", "tsan", "release"):
            self.assertRegex(run.stdout, rf"(?m)^{stage} +ok ")

    def test_only_the_stages_that_are_named(self):
        run = self.run_script("--stages", "format,asan")
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertEqual(self.stages_run(), ["asan"])
        self.assertNotEqual(self.run_script("--stages", "formta").returncode, 0)

    def configured(self):
        """What each build was configured with, by its name."""
        lines = (self.base / "calls").read_text().splitlines()
        return {line.split()[2]: line.split()[3:] for line in lines if line.startswith("cmake --preset")}

    def test_what_shows_nothing_new_in_a_build_is_left_out_of_it(self):
        self.run_script()
        configured = self.configured()
        self.assertIn("-DTCM_TEST_ROOMS=all", configured["dev"])
        self.assertIn("-DTCM_TEST_COPIES=yes", configured["dev"])
        self.assertIn("-DTCM_TEST_COPIES=no", configured["asan"])
        rooms = {name: next(word for word in words if "ROOMS" in word) for name, words in configured.items()}
        self.assertNotIn("cli", rooms["tsan"])
        self.assertIn("cli", rooms["release"])
        self.assertIn("-DTCM_WERROR=ON", configured["release"])

    def test_all_leaves_nothing_out(self):
        self.assertEqual(self.run_script("--all").returncode, 0)
        for words in self.configured().values():
            self.assertIn("-DTCM_TEST_ROOMS=all", words)
            self.assertIn("-DTCM_TEST_COPIES=yes", words)

    def test_a_finding_of_clang_tidy_fails_the_whole(self):
        run = self.run_script(BROKEN="tidy")
        self.assertEqual(run.returncode, 1)
        self.assertRegex(run.stdout, r"tidy +FAILED")

    def test_skipped_tests_are_counted_for_people(self):
        run = self.run_script("--quick", SKIPPING="dev")
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertRegex(run.stdout, r"dev +ok .* out of 10, 2 skipped")
        self.assertIn("-DTCM_TEST_COMPLETE=OFF", self.configured()["dev"])

    def test_skipped_tests_fail_continuous_integration(self):
        run = self.run_script("--quick", SKIPPING="dev", CI="true")
        self.assertEqual(run.returncode, 1)
        self.assertRegex(run.stdout, r"dev +FAILED .*, 2 skipped")
        self.assertIn("  Trash.OfTwoUsers\n", run.stderr)
        self.assertIn("  interop.hits.3.6.0\n", run.stderr)
        self.assertIn("-DTCM_TEST_COMPLETE=ON", self.configured()["dev"])

    def test_a_skip_with_a_reason_is_allowed_by_its_whole_name(self):
        self.allowed.write_text("# reasons\nTrash.OfTwoUsers  # nobody else here\ninterop.hits.3.6\n")
        run = self.run_script("--quick", SKIPPING="dev", CI="true")
        self.assertEqual(run.returncode, 1)
        self.assertNotIn("Trash.OfTwoUsers", run.stderr)
        self.assertIn("  interop.hits.3.6.0\n", run.stderr)
        self.allowed.write_text("Trash.OfTwoUsers # a\ninterop.hits.3.6.0 # b\n")
        self.assertEqual(self.run_script("--quick", SKIPPING="dev", CI="true").returncode, 0)

    def test_another_formatter_checks_nothing_and_says_so(self):
        run = self.run_script("--quick", VERSION="17.0.1")
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertRegex(run.stdout, r"(?m)^format +not checked ")
        run = self.run_script("--quick", VERSION="17.0.1", CI="true")
        self.assertEqual(run.returncode, 1)
        self.assertRegex(run.stdout, r"(?m)^format +FAILED ")

    def test_quick(self):
        self.assertEqual(self.run_script("--quick").returncode, 0)
        self.assertEqual(self.stages_run(), ["dev"])

    def test_other_arguments_are_for_ctest(self):
        self.assertEqual(self.run_script("-R", "a name").returncode, 0)
        calls = [line for line in (self.base / "calls").read_text().splitlines() if line.startswith("ctest")]
        self.assertEqual(len(calls), 1)
        self.assertTrue(calls[0].endswith(" -R a name"), calls)

    def test_interop_is_the_debug_build_with_tests_of_its_own(self):
        self.assertEqual(self.run_script("--interop").returncode, 0)
        calls = [line for line in (self.base / "calls").read_text().splitlines() if line.startswith("ctest")]
        self.assertEqual(len(calls), 1)
        self.assertIn("--preset dev ", calls[0])
        self.assertTrue(calls[0].endswith(" --build-config Interop --label-regex ^interop-full$ --verbose"), calls)

    def test_a_failure_in_a_later_stage_fails_the_whole(self):
        run = self.run_script(FAILING="asan")
        self.assertEqual(run.returncode, 1)
        self.assertEqual(self.stages_run(), ["dev", "asan", "tsan", "release"], "the others still run")
        self.assertRegex(run.stdout, r"asan +FAILED")
        self.assertEqual(run.stdout.splitlines()[-1], "97% tests passed, 1 tests failed out of 40")

    def test_a_failure_in_the_debug_build_ends_it(self):
        run = self.run_script(FAILING="dev")
        self.assertEqual(run.returncode, 1)
        self.assertEqual(self.stages_run(), ["dev"])

    def test_a_build_that_fails_is_shown(self):
        run = self.run_script(BROKEN="tsan")
        self.assertEqual(run.returncode, 1)
        self.assertIn("error: no such thing", run.stderr)
        self.assertRegex(run.stdout, r"tsan +FAILED")

    @unittest.skipUnless(shutil.which("clang-format"), "no clang-format")
    def test_a_file_that_is_not_formatted_is_named(self):
        version = subprocess.run(["clang-format", "--version"], capture_output=True, text=True, check=True).stdout
        if "version 14." not in version:
            self.skipTest("not clang-format 14")
        (self.clone / "ill.cpp").write_text("int  ill ( ){return 1;}\n")
        run = self.run_script("--quick")
        self.assertEqual(run.returncode, 1)
        self.assertIn("ill.cpp", run.stderr)
        self.assertNotIn("well.cpp", run.stderr)

    def test_the_callers_settings_do_not_reach_the_tests(self):
        self.run_script("--quick", TCM_DATA_DIR="/mine", TRITON_CACHE_DIR="/mine", XDG_DATA_HOME="/mine", NO_COLOR="1")
        environment = (self.base / "environment").read_text()
        self.assertNotIn("/mine", environment)
        self.assertNotIn("NO_COLOR", environment)
        self.assertIn(f"HOME={self.clone}/build/test-home\n", environment)
        self.assertEqual({p.name for p in self.base.iterdir()}, {"a clone", "tools", "calls", "environment"})


if __name__ == "__main__":
    unittest.main()
