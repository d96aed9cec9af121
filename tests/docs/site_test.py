#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The documentation as a site: it builds without a warning, and every link in it, also to a heading, leads somewhere.

site_test.py ROOT
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(sys.argv.pop(1)).resolve()


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.links, self.names = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.names |= {values[key] for key in ("id", "name") if values.get(key)}
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])


class Site(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="tcm-site-")
        cls.addClassCleanup(folder.cleanup)
        cls.site = Path(folder.name).resolve()
        run = subprocess.run([ROOT / "scripts/site", cls.site], capture_output=True, text=True, check=False, timeout=120)
        if run.returncode != 0:
            raise AssertionError(run.stdout + run.stderr)
        cls.pages = {path: Page(path.read_text()) for path in cls.site.rglob("*.html") if path.name != "404.html"}

    def test_there_is_a_page_for_every_document(self):
        documents = list((ROOT / "docs").rglob("*.md"))
        self.assertGreater(len(documents), 20)
        for document in documents:
            name = document.relative_to(ROOT / "docs").with_suffix("")
            page = self.site / ("index.html" if name.name == "index" else name / "index.html")
            self.assertIn(page, self.pages)

    def test_every_link_leads_somewhere(self):
        checked = 0
        for path, page in self.pages.items():
            for link in page.links:
                parts = urlsplit(link)
                if parts.scheme or parts.netloc:
                    continue
                target = path.parent / unquote(parts.path) if parts.path else path
                target = Path(os.path.normpath(target / "index.html" if target.is_dir() else target))
                with self.subTest(page=str(path.relative_to(self.site)), link=link):
                    self.assertTrue(target.exists(), "there is no such page")
                    if parts.fragment and target in self.pages and parts.fragment != "#":
                        self.assertIn(unquote(parts.fragment), self.pages[target].names, "there is no such heading")
                checked += 1
        self.assertGreater(checked, 500)

    def test_links_of_the_texts_became_links_of_the_site(self):
        """None leads out of it by a path, and none is left as Markdown."""
        for path in self.pages:
            text = re.sub(r"<(pre|code)\b.*?</\1>", "", path.read_text(), flags=re.DOTALL)
            self.assertNotRegex(text, r"\]\([\w./#-]+\)", path)


if __name__ == "__main__":
    unittest.main()
