#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The page of `tcm report` in a real browser: it needs no network, its policy holds, its tables sort, it fits.

report_test.py ROOT BUILD_DIR
"""

import sys
import unittest
from pathlib import Path

ROOT, BUILD = Path(sys.argv.pop(1)).resolve(), Path(sys.argv.pop(1)).resolve()
sys.path[:0] = [str(ROOT / "tests/docs"), str(ROOT / "tests/show")]

from program import Home
from webdriver import Browser

HOSTILE = "</td><script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = Home(ROOT, BUILD)
        cls.addClassCleanup(cls.home.close)
        cache = cls.home.path / ".triton/cache"
        for number, entry in enumerate(sorted(p for p in cache.iterdir() if p.is_dir())):
            metadata = entry / "add_kernel.json"
            if number == 0:
                metadata.write_text(metadata.read_text().replace('"add_kernel"', '"%s"' % HOSTILE.replace('"', '\\"')))
        cls.home.output("index", "--cache-dir", ".triton/cache", "--cache-dir", "torchinductor")
        cls.page = cls.home.path / "report.html"
        cls.home.output("report", "--html", str(cls.page))

    def browser(self, **preferences):
        browser = Browser(**preferences)
        self.addCleanup(browser.close)
        return browser

    def open(self, **preferences):
        browser = self.browser(**preferences)
        browser.open(self.page)
        return browser

    def test_names_from_a_cache_are_text_and_nothing_breaks_the_policy(self):
        browser = self.open()
        self.assertEqual(browser.log(), [])
        self.assertNotEqual(browser.run("return document.title"), "taken")
        self.assertEqual(browser.run("return document.querySelectorAll('img').length"), 0)
        self.assertIn("onerror", browser.run("return document.body.textContent"))

    def test_nothing_is_loaded_and_the_policy_would_forbid_it(self):
        browser = self.open()
        self.assertEqual(browser.run("return performance.getEntriesByType('resource').length"), 0)
        text = self.page.read_text()
        self.assertNotIn("http:", text)
        self.assertNotIn("https:", text)
        browser.run("const i = new Image(); i.src = 'http://127.0.0.1:9/x.png'; document.body.append(i);"
                    "const s = document.createElement('script'); s.textContent = 'document.title=1'; document.body.append(s);")
        messages = " ".join(entry["message"] for entry in browser.log())
        self.assertIn("Content Security Policy", messages)
        self.assertIn("img-src", messages)
        self.assertNotEqual(browser.run("return document.title"), "1")

    COLUMN = """const table = [...document.querySelectorAll('table')].find(t => t.tHead.textContent.includes(arguments[0]));
        const heads = [...table.tHead.rows[0].cells];
        const at = heads.findIndex(h => h.textContent === arguments[0]);
        if (arguments[1]) heads[at].querySelector('button').click();
        return [...table.tBodies[0].rows].map(r => r.cells[at].dataset.v ?? r.cells[at].textContent);"""

    def test_tables_sort_both_ways(self):
        browser = self.open()
        falling = browser.run(self.COLUMN, "age", True)
        self.assertGreater(len(set(falling)), 1)
        rising = browser.run(self.COLUMN, "age", True)
        self.assertEqual(rising, falling[::-1])
        sizes = [float(x) for x in browser.run(self.COLUMN, "share", True)]
        self.assertEqual(sizes, sorted(sizes, reverse=True))
        self.assertEqual(
            browser.run("return document.querySelectorAll('th[aria-sort]').length"), 2, "one of each table"
        )

    def test_all_is_there_without_scripts(self):
        scripted, plain = self.open(), self.open(scripts=False)
        count = "return document.querySelectorAll('tbody tr').length"
        self.assertGreater(scripted.run(count), 20)
        self.assertEqual(plain.run(count), scripted.run(count))
        self.assertEqual(plain.run("return document.querySelectorAll('th button').length"), 0)
        self.assertGreater(plain.run("return document.querySelector('svg.map.wide').getBoundingClientRect().height"), 100)

    def test_it_fits_a_telephone(self):
        browser = self.browser()
        browser.narrow(360)
        browser.open(self.page)
        self.assertLessEqual(browser.run("return document.documentElement.scrollWidth"), 360)
        shown = "return getComputedStyle(document.querySelector(arguments[0])).display"
        self.assertEqual(browser.run(shown, "svg.map.wide"), "none")
        self.assertEqual(browser.run(shown, "svg.map.narrow"), "block")

    def test_dark_where_the_reader_wants_it(self):
        color = "return getComputedStyle(document.body).backgroundColor"
        light, dark = self.open().run(color), self.open(dark=True).run(color)
        self.assertNotEqual(light, dark)
        self.assertEqual(light, "rgb(255, 255, 255)")


if __name__ == "__main__":
    unittest.main()
