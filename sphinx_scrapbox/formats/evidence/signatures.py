"""The icons at the ends of lines, found in the source of a native or exported page.

This runs over all pages before the first one is read. It is therefore a scan, which does not tell
code blocks apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sphinx_scrapbox.wiki import ast
from sphinx_scrapbox.wiki.speakers.names import is_name_of_thing
from sphinx_scrapbox.wiki.speakers.signers import PageSignatures
from sphinx_scrapbox.wiki.titles import Target, key, split_target

_ICON = re.compile(
    r"\[{1,2}([^\[\]]+)\.icon(?:\*\d+)?\]{1,2}"
    r"|<img src='[^<>]*/icon' alt='([^<>]*)\.icon' height=\"19\.5\"/>"
)
_EXPORTED_START, _EXPORTED_END = "<img src='", "/>"
# What may stand in front of the words of a line: an indent, a bullet, a number, a quotation.
_START = re.compile(r"[\s\u3000]*(?:(?:- |\d{1,9}\. |>)[\s\u3000]*)?")


def read_signatures(rows: Iterable[str]) -> PageSignatures:
    """The signatures on the lines of a page.

    >>> read_signatures(["Dig deep [mio.icon]", "[ren.icon]why?", "[mio.icon]"])
    PageSignatures(names=('mio',), signed=1, opened=1)
    """
    names: set[str] = set()
    signed = opened = 0
    for row in rows:
        if ".icon" not in row:
            continue
        start = match.end() if (match := _START.match(row)) else 0
        end, icons = _trailing(row)
        if end <= start:
            continue  # nothing but icons
        signers = [key(icon.title) for icon in icons if not _is_thing(icon)]
        names.update(signers)
        signed += bool(signers)
        first = _ICON.match(row, start)
        opened += first is not None and not _is_thing(_target(first))
    return PageSignatures(tuple(sorted(names)), signed, opened)


def signatures_of(page: ast.Page) -> PageSignatures:
    """The signatures on the lines of a page that was read."""
    return read_signatures(block.source for block in page.blocks if isinstance(block, ast.Line))


def _trailing(row: str) -> tuple[int, list[Target]]:
    """Where the icons at the end of *row* begin, and the icons."""
    icons: list[Target] = []
    end = len(row)
    while True:
        while end and row[end - 1].isspace():
            end -= 1
        if row.endswith("]", 0, end):
            start = row.rfind("[", 0, end)
            start -= row.endswith("]]", 0, end) and row.startswith("[[", start - 1)
        elif row.endswith(_EXPORTED_END, 0, end):
            start = row.rfind(_EXPORTED_START, 0, end)
        else:
            break
        if start < 0 or (match := _ICON.fullmatch(row, start, end)) is None:
            break
        icons.append(_target(match))
        end = start
    return end, icons


def _target(icon: re.Match[str]) -> Target:
    return split_target(icon[1] or icon[2])


def _is_thing(icon: Target) -> bool:
    return is_name_of_thing(icon.title, icon.project)
