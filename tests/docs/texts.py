# SPDX-License-Identifier: Apache-2.0
"""What users read: the string literals of the sources, and the prose of the documents."""

import re

TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|#\s*include[^\n]*'
    r'|R"(?P<mark>[^(\s]*)\((?P<raw>.*?)\)(?P=mark)"'
    r'|"(?P<text>(?:\\.|[^"\\\n])*)"'
    r"|'(?:\\.|[^'\\\n])+'",
    re.DOTALL,
)


def literals(source):
    """(line, text) of each string literal of C++; adjacent ones are one text."""
    found = []
    end = None
    for match in TOKEN.finditer(source):
        if match["text"] is None and match["raw"] is None:
            continue
        text = match["raw"] if match["text"] is None else re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(m[1], m[1]), match["text"])
        if end is not None and not source[end:match.start()].strip():
            found[-1] = (found[-1][0], found[-1][1] + text)
        else:
            found.append((source.count("\n", 0, match.start()) + 1, text))
        end = match.end()
    return found


def prose(text):
    """(line, text) of each paragraph of Markdown, without code: blocks, and what is set as code in a line."""
    found = []
    fenced = False
    block = []
    for number, line in enumerate([*text.split("\n"), ""], 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
            line = ""
        if fenced or not line.strip():
            if block:
                found.append((block[0][0], re.sub(r"`[^`]*`", "`…`", " ".join(part for _, part in block))))
            block = []
        else:
            block.append((number, line.strip()))
    return found
