# SPDX-License-Identifier: Apache-2.0
"""What the tests need to know of a Markdown document."""

import re
from pathlib import Path
from typing import NamedTuple


class Command(NamedTuple):
    line: int  # of the document, from 1
    text: str
    output: list


def blocks(text, language):
    """The fenced blocks of a language: (number of the first line inside, lines)."""
    found, inside = [], None
    for number, line in enumerate(text.splitlines(), 1):
        if inside is None:
            if line == "```" + language:
                inside = (number + 1, [])
            elif line.startswith("```"):
                inside = (number + 1, None)
        elif line == "```":
            if inside[1] is not None:
                found.append(inside)
            inside = None
        elif inside[1] is not None:
            inside[1].append(line)
    if inside is not None:
        raise ValueError(f"the block at line {inside[0] - 1} has no end")
    return found


def commands(text):
    """The commands of the console blocks ("$ command"), each with what is shown below it, block by block."""
    result = []
    for first, lines in blocks(text, "console"):
        block = []
        for number, line in enumerate(lines, first):
            if line.startswith("$ "):
                block.append(Command(number, line[2:], []))
            elif block:
                block[-1].output.append(line)
            else:
                raise ValueError(f"line {number}: the block does not begin with a command")
        result.append(block)
    return result


def without_blocks(text):
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def section(text, heading):
    """What stands under a heading ("## Filters"), up to the next of its level or above."""
    level = len(heading.split(" ")[0])
    match = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^#{{1,{level}}} |\Z)", text, re.MULTILINE | re.DOTALL)
    if match is None:
        raise KeyError(heading)
    return match.group(1)


def tables(text):
    """Each table as a list of rows, a row a list of cells; the first row is the heading."""
    found, rows = [], []
    for line in [*without_blocks(text).splitlines(), ""]:
        if line.startswith("|"):
            cells = [c.strip().replace(r"\|", "|") for c in re.split(r"(?<!\\)\|", line)[1:-1]]
            if not all(re.fullmatch(r":?-+:?", cell) for cell in cells):
                rows.append(cells)
        elif rows:
            found.append(rows)
            rows = []
    return found


def code(cell):
    """The words of a cell that are set as code."""
    return re.findall(r"`([^`]+)`", cell)


def anchors(text):
    """The names by which GitHub links to the headings."""
    heads = re.findall(r"^#+ (.+)$", without_blocks(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def links(text):
    """The targets of links, without those in code."""
    plain = re.sub(r"`[^`\n]*`", "", without_blocks(text))
    return re.findall(r"\]\(([^)\s]+)\)", plain)


def documents(root):
    """Every document of the tree but what builds leave there."""
    return sorted(
        path
        for path in Path(root).rglob("*.md")
        if not {"build", ".git"} & set(path.relative_to(root).parts)
    )
