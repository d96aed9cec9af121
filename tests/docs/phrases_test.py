#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What users read, the texts in the sources and the documents, is plain English: none of banned-phrases is in it.

phrases_test.py ROOT BUILD_DIR
"""

import re
import sys
import unittest
from pathlib import Path

import texts

ROOT = Path(sys.argv.pop(1)).resolve()
sys.argv.pop(1)  # the build folder, which every test of this folder is given
LIST = Path(__file__).with_name("banned-phrases")


def banned():
    """(pattern, what to write instead) of each line."""
    lines = [line for line in LIST.read_text().splitlines() if line and not line.startswith("#")]
    return [(re.compile(pattern), instead) for pattern, instead in (line.split(" -> ") for line in lines)]


def findings(pieces, phrases):
    """What of `phrases` is in the (line, text) pieces."""
    for line, text in pieces:
        for pattern, instead in phrases:
            for match in pattern.finditer(text):
                around = text[max(0, match.start() - 30) : match.end() + 30].replace("\n", " ")
                yield f"{line}: …{around}…: write '{instead}' for '{match[0]}'"


def pieces_of(path):
    text = path.read_text()
    if path.suffix == ".md":
        return texts.prose(text)
    return [(line, literal) for line, literal in texts.literals(text) if " " in literal]  # a word alone is a name


def read_by_users():
    for folder in ("core", "cli", "plugins", "sdk"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".cpp", ".hpp"):
                yield path
    for pattern in ("README.md", "SECURITY.md", "CONTRIBUTING.md", "docs/*.md", "sdk/*/README.md"):
        yield from sorted(ROOT.glob(pattern))


class Phrases(unittest.TestCase):
    def test_what_users_read_is_plain(self):
        phrases = banned()
        found = [f"{path.relative_to(ROOT)}:{one}" for path in read_by_users() for one in findings(pieces_of(path), phrases)]
        self.assertEqual(found, [], "\n" + "\n".join(found))

    def test_every_line_of_the_list_is_a_pattern_with_something_better(self):
        for pattern, instead in banned():
            self.assertTrue(instead.strip(), pattern.pattern)
        self.assertGreater(len(banned()), 20)


class TheCheckItself(unittest.TestCase):
    def find(self, pieces):
        return list(findings(pieces, banned()))

    def test_finds_what_is_planted(self):
        for planted in ("'foo' is no setting", "the disk is full; make room", "what was asked for", "files beside it", "keys that begin so"):
            self.assertEqual(len(self.find([(1, planted)])), 1, planted)
            self.assertEqual(len(self.find(texts.literals(f'fail("{planted}");'))), 1, planted)
            self.assertEqual(len(self.find(texts.prose(f"One. {planted}.\n"))), 1, planted)

    def test_finds_a_phrase_over_two_literals_or_lines(self):
        self.assertEqual(self.find(texts.literals('x("it is"\n   " no setting");'))[0].split(":")[0], "1")
        self.assertEqual(len(self.find(texts.prose("it is\nno setting\n"))), 1)

    def test_leaves_code_and_plain_words_alone(self):
        self.assertEqual(self.find(texts.literals('// it is no setting\nint beside; x("beside_files", \'"\', "there is no index");')), [])
        self.assertEqual(self.find(texts.prose("`is no setting`\n\n```\nis no setting\n```\nIt is no longer here.\n")), [])

    def test_reads_raw_and_escaped_literals(self):
        self.assertEqual(texts.literals('f(R"(a "b" c)", "d\\"e")'), [(1, 'a "b" c'), (1, 'd"e')])


if __name__ == "__main__":
    unittest.main()
