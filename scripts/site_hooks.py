# SPDX-License-Identifier: Apache-2.0
"""What mkdocs needs to know of this tree: pages that lie outside docs/ belong to the site, too, and links to them lead
there. In the repository every link works as it is written."""

import logging
import os
import re
from pathlib import Path

from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parent.parent
# Where a page lies in the tree, and in the site.
OUTSIDE = {
    "README.md": "project/readme.md",
    "ARCHITECTURE.md": "project/architecture.md",
    "CHANGELOG.md": "project/changes.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "RELEASING.md": "project/releasing.md",
    "SECURITY.md": "project/security.md",
    "sdk/template/README.md": "sdk/template.md",
    "sdk/examples/xpu/README.md": "sdk/xpu.md",
    "sdk/CHANGELOG.md": "sdk/changes.md",
    # No pages, but linked to.
    "LICENSE": "project/LICENSE.txt",
    "plugin-api/include/tcm/plugin/plugin.h": "sdk/plugin.h",
    "plugin-api/include/tcm/plugin/standard_keys.h": "sdk/standard_keys.h",
    "sdk/include/tcm/plugin/plugin.hpp": "sdk/plugin.hpp",
}
LINK = re.compile(r"\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(([^)\s#]+)(#[^)\s]*)?\)")
FENCE = re.compile(r"^(```.*?^```)$", re.MULTILINE | re.DOTALL)
log = logging.getLogger("mkdocs.tcm")


def on_files(files, config):
    for file in list(files):
        if not file.is_documentation_page() and file.src_path.startswith("man/"):
            files.remove(file)  # the source of a manual page
    for source, target in OUTSIDE.items():
        file = File(target, config["docs_dir"], config["site_dir"], config["use_directory_urls"])
        file.abs_src_path = str(ROOT / source)
        files.append(file)
    return files


def on_nav(nav, config, files):
    named = {page.file.src_path for page in nav.pages}
    for file in files.documentation_pages():
        if file.src_path not in named:
            log.warning("%s is not in the navigation of mkdocs.yml", file.src_path)
    return nav


def in_site(path):
    """Where a path of the tree is in the site; None: nowhere."""
    if path in OUTSIDE:
        return OUTSIDE[path]
    return path.removeprefix("docs/") if path.startswith("docs/") else None


def on_page_markdown(markdown, page, config, files):
    here = Path(page.file.abs_src_path).parent

    def mapped(match):
        text, link, anchor = match.group(1), match.group(2), match.group(3) or ""
        if re.match(r"[a-z]+:", link):
            return match.group()
        target = in_site(os.path.relpath((here / link).resolve(), ROOT))
        if target is None:  # a folder, a script: there in the repository only
            return text
        return f"[{text}]({os.path.relpath(target, os.path.dirname(page.file.src_path) or '.')}{anchor})"

    parts = FENCE.split(markdown)
    return "".join(part if i % 2 else LINK.sub(mapped, part) for i, part in enumerate(parts))
