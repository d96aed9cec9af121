#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What runs on the hosting side, in .github: valid, and calling scripts that are there with arguments that they take.

workflows_test.py ROOT
"""

import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import jsonschema
import yaml

ROOT = Path(sys.argv.pop(1)).resolve()
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
FORMS = [p for p in sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml")) if p.name != "config.yml"]
SCHEMAS = ROOT / "tests/data/schemas"


def schema(name):
    return json.loads((SCHEMAS / name).read_text())


def load(path):
    # YAML 1.1 reads the key `on` as a truth value.
    return {("on" if key is True else key): value for key, value in yaml.safe_load(path.read_text()).items()}


def errors(document, name):
    validator = jsonschema.Draft7Validator(schema(name))
    return [f"{'/'.join(map(str, e.path))}: {e.message[:200]}" for e in validator.iter_errors(document)]


def jobs():
    for path in WORKFLOWS:
        for name, job in load(path)["jobs"].items():
            yield f"{path.name}: {name}", job


def commands():
    """(where, line of shell) of every step."""
    for where, job in jobs():
        for step in job.get("steps", []):
            for line in step.get("run", "").splitlines():
                yield where, line


class Workflows(unittest.TestCase):
    def test_they_are_valid(self):
        self.assertGreaterEqual(len(WORKFLOWS), 4)
        for path in WORKFLOWS:
            self.assertEqual(errors(load(path), "github-workflows.json"), [], path.name)

    def test_a_mistake_would_be_found(self):
        self.assertTrue(errors({"on": "push", "jobs": {"a": {"runs-on": "x", "stepps": []}}}, "github-workflows.json"))

    def test_issue_forms_are_valid(self):
        self.assertTrue(FORMS)
        for path in FORMS:
            self.assertEqual(errors(load(path), "github-issue-forms.json"), [], path.name)

    def test_every_script_is_there_and_can_be_run(self):
        seen = set()
        for where, line in commands():
            for script in re.findall(r"(?<![\w/.])((?:scripts|\.ci)/[\w.-]+)", line):
                path = ROOT / script
                self.assertTrue(path.is_file() and path.stat().st_mode & 0o100, f"{where}: {script}")
                seen.add(script)
        self.assertLessEqual({"scripts/test", "scripts/setup", "scripts/fuzz", "scripts/site", "scripts/release"}, seen)

    def test_every_stage_is_one_and_each_is_run(self):
        known = set(re.search(r"^stages=\((.*)\)$", (ROOT / "scripts/test").read_text(), re.MULTILINE)[1].split())
        run = set()
        for where, job in jobs():
            matrix = job.get("strategy", {}).get("matrix", {}).get("stages", [])
            for step in job.get("steps", []):
                for stages in re.findall(r"scripts/test --stages (\S+)", step.get("run", "")):
                    for words in [stages] if re.fullmatch(r"[a-z,]+", stages) else matrix:
                        self.assertLessEqual(set(words.split(",")), known, where)
                        run |= set(words.split(","))
        self.assertEqual(run, known)

    def test_every_fuzz_target_is_run(self):
        text = (ROOT / "scripts/fuzz").read_text()
        known = re.search(r"\|\| set -- (.*)$", text, re.MULTILINE)[1].split()
        run = [target for _, job in jobs() for target in job.get("strategy", {}).get("matrix", {}).get("target", [])]
        self.assertEqual(run, known)

    def test_jobs_end_and_have_few_rights(self):
        for path in WORKFLOWS:
            self.assertEqual(load(path)["permissions"], {"contents": "read"}, path.name)
        for where, job in jobs():
            if "steps" in job:
                self.assertLessEqual(job["timeout-minutes"], 180, where)

    def test_actions_name_their_version(self):
        used = [step["uses"] for _, job in jobs() for step in job.get("steps", []) if "uses" in step]
        self.assertTrue(used)
        for action in used:
            self.assertRegex(action, r"^[\w-]+/[\w-]+@v\d+$")

    def test_compilers_and_systems_of_the_matrix_are_known_to_the_setup(self):
        setup = (ROOT / ".ci/setup").read_text()
        for _, job in jobs():
            for case in job.get("strategy", {}).get("matrix", {}).get("include", []):
                if "system" in case:
                    self.assertRegex(setup, rf"(?m)^  (.*\| )?{case['system'].split(':')[0]}( \|.*)?\)$")

    def test_shell_of_steps_is_shell(self):
        for where, line in commands():
            plain = re.sub(r"\$\{\{.*?\}\}", "x", line)
            run = subprocess.run(["bash", "-n", "-c", plain], capture_output=True, text=True, check=False)
            self.assertEqual(run.returncode, 0, f"{where}: {run.stderr}")


class Release(unittest.TestCase):
    def release(self, *arguments):
        return subprocess.run([ROOT / "scripts/release", *arguments], capture_output=True, text=True, check=False, timeout=60)

    def test_a_wrong_tag_is_refused_before_anything_is_built(self):
        run = self.release("--tag", "v0.0.0")
        self.assertEqual(run.returncode, 1)
        self.assertIn("v0.0.0", run.stderr)

    def test_notes_are_those_of_the_change_log(self):
        run = self.release("--notes", "Unreleased")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("### Added", run.stdout)
        self.assertNotIn("## [Unreleased]", run.stdout)
        self.assertEqual(self.release("--notes", "9.9.9").returncode, 1)

    def commit_by_cmake(self, tree):
        script = tree / "say.cmake"
        script.write_text(f'set(PROJECT_SOURCE_DIR "{tree}")\ninclude("{tree}/cmake/TcmVersion.cmake")\n'
                          'message("${TCM_COMMIT} ${TCM_PLUGIN_ABI_MAJOR}")\n')
        run = subprocess.run(["cmake", "-P", script], capture_output=True, text=True, check=True, timeout=60)
        return run.stderr.split()

    def test_an_archive_knows_its_commit_without_git(self):
        if not (ROOT / ".git").exists():
            self.skipTest("this is no work tree of git")
        head = subprocess.run(["git", "-C", ROOT, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout
        archive = subprocess.run(["git", "-C", ROOT, "archive", "HEAD", "cmake", "plugin-api"], capture_output=True, check=True)
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
            self.assertEqual(self.commit_by_cmake(Path(folder)), [head[:12], "1"])
            # As it lies in the tree.
            (Path(folder) / "cmake/commit.txt").write_text("$Format:%H %cs$\n")
            self.assertEqual(self.commit_by_cmake(Path(folder)), ["unknown", "1"])

    def test_the_steps_are_written_down(self):
        text = (ROOT / "RELEASING.md").read_text()
        for word in ("scripts/release", "CHANGELOG.md", "CMakeLists.txt", "git tag"):
            self.assertIn(word, text)


if __name__ == "__main__":
    unittest.main()
