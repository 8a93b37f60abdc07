"""How CPU time grows with the length of hostile input, for functions that read it.

    python benchmarks/growth_of_functions.py [--size 50] [FUNCTION …]

Each function reads a text of SIZE thousand characters, or a list of as many elements, and one of
four times as many. Printed are the CPU seconds of both and their ratio, for the quickest of three
measurements. A ratio above 6 is marked if the larger input takes more than 0.2 seconds.

The tests count the steps that Python makes for the same cases. Only the time tells what regular
expressions and other functions in C do.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import NamedTuple

from docutils.frontend import get_default_settings
from docutils.parsers.rst import Parser
from docutils.utils import new_document

from sphinx_scrapbox.check.checker import Checker
from sphinx_scrapbox.formats.evidence.signatures import read_signatures
from sphinx_scrapbox.formats.notation.inlines import read_notation_inline
from sphinx_scrapbox.formats.tex import read_formula
from sphinx_scrapbox.rendering import Site, render
from sphinx_scrapbox.snapshot.image_types import InvalidImageError, image_type
from sphinx_scrapbox.snapshot.selection import Selection, select
from sphinx_scrapbox.sphinx_ext.leak_guard.scanner import Scanner
from sphinx_scrapbox.wiki.ast import (
    Block,
    CodeBlock,
    Decoration,
    Line,
    Numbered,
    Page,
    PageLink,
    Quote,
    Text,
)
from sphinx_scrapbox.wiki.outline import outline
from sphinx_scrapbox.wiki.structure import structure

MOST = 6
"""The largest ratio that is taken for linear: large tables are not kept in caches."""
LEAST = 0.2
"""Seconds below which two measurements are too short to be compared."""

_NOTATION = [
    *("[", "[[", "[* ", "[$ ", "`", "#a ", "[a.icon]", "https://a ", "[https://a ", "[a ", "]"),
    *("[https://a", "[[https://a.png", "[a https://", "[* [a]", "[[a", "https://a]", "1. "),
    *("https://a[", "[ ", "[]", "[https://a.png?a", "[[a.icon*1", "[N1,E2 ", "[$ a", "> "),
]
_TEX = [
    *("{", "{}", "\\", "\\alpha ", "\\begin", "\\begin ", "\\left(", "\n", "\n x", " ", "x"),
    *("^ ", "\\hat ", "x^\\hat y", "\\bra{", "\\R", "\\text{$", "速→", "\\\\", "\\sqrt["),
    *("[{", "\\dots\\bm x"),
]
_CSS = ["url(", "url('", "url(#", "@namespace", r"\75 ", "@namespaceurl(", "url(data:image/"]
_OUTPUT = [
    *("<", "<!--", "<a ", "<a\n", "<text>", "<text><tspan>", "</text><text>", "<style>"),
    *("<script>", "&", "&#", "&amp;", "%41", "%u0041", "\\u0041", "\\x41", "\\"),
    *("\u0301\u0327", "💧\u0301", "\u200b", "?a=+", "a@", '"a"@', "a@b.", "secret ", "secret-"),
    *("salary", "水\n", "[", "{", "\\fB", "<rt>", "<![CDATA[", ";base64,AAAA", "data:text/"),
    *(' style="\\', "Secret plan ", "<script>", "<b title='a</'>", "<b>\n", "</a></text>"),
    "<!-- -->\n",
]
_DAMAGED = [
    *(
        "[",
        "]",
        "[* ",
        "[a] ",
        "[a]]",
        "[0, 1) [",
        "[https://example.org/a](https://example.org/a)",
    ),
    "[N [https://example.org/a](https://example.org/a) b] ",
    "x []](https://example.org/a) ",
    "<img src='https://scrapbox.io/api/pages/garden/a/icon' alt='a.icon' height=\"19.5\"/>",
]
_LINES: dict[str, Callable[[int], Block]] = {
    "run": lambda at: Line(0, (Text("x"),)),
    "levels": lambda at: Line(at % 40, (Text("x"),)),
    "pairs": lambda at: Line(1 + at % 2, (Text("x"),)),
    "quotes": lambda at: Line(1, (Quote((Text("x"),)),)),
    "numbers": lambda at: Line(1, (Numbered(str(at), (Text("x"),)),), source=f"{at}. x"),
    "code": lambda at: CodeBlock(1, "x", ()) if at else Line(1, (Text("x"),)),
    "headings": lambda at: Line(0, (Decoration("*" * (1 + at % 10), (Text("x"),)),)),
    "stairs": lambda at: Line(at, (Text("x"),)),
}
_SCANNER = Scanner(
    ["Secret plan", "Salary *", "a*z"], emails=True, allow=["*@garden.org.uk", "salary table"]
)


class Case(NamedTuple):
    """A function with one kind of input."""

    function: str
    kind: str
    prepare: Callable[[int], Callable[[], object]]
    """From the size of the input to a call of the function."""


def _text(
    function: Callable[[str], object], piece: str, before: str = "", after: str = ""
) -> Case:
    def prepare(size: int) -> Callable[[], object]:
        text = before + piece * (size // len(piece)) + after
        return lambda: function(text)

    return Case(function.__name__.strip("_"), repr(f"{before}{piece}…{after}"), prepare)


def formula(text: str) -> object:
    return read_formula.__wrapped__(text)  # not from its cache


def signatures(row: str) -> object:
    return read_signatures([row, f".icon {row}"])


def svg(css: str) -> None:
    image = f'<svg xmlns="http://www.w3.org/2000/svg"><style>{css}</style></svg>'
    with suppress(InvalidImageError):
        image_type(image.encode())


def html_leaks(text: str) -> object:
    return list(_SCANNER.in_file("a.html", text.encode()))


def js_leaks(text: str) -> object:
    return list(_SCANNER.in_file("a.js", text.encode()))


def tex_leaks(text: str) -> object:
    return list(_SCANNER.in_file("a.tex", text.encode()))


def check(line: str) -> object:
    return _check({"Moss.md": f'---\ntitle: "Moss"\n---\n\n{line}\n'})


def _check(files: dict[str, str]) -> object:
    checker = Checker(below_lock=True)
    for path, text in files.items():
        checker.read(path, text.encode())
    return checker.finish()


def _check_pages(size: int) -> Callable[[], object]:
    files = {}
    for at in range(size // 20):
        links = f"[[Page {at + 1}]] [[Lost {at % 7}]]"
        files[f"{at}.md"] = f'---\ntitle: "Page {at}"\n---\n\n{links}\n- a [wall\n'
    return lambda: _check(files)


def _select(size: int, hub: str) -> Callable[[], object]:
    """Pages in a chain, each also linked to a missing page if *hub* is its name."""
    titles = [f"p{at}" for at in range(size)]
    links = [frozenset({f"p{at + 1}", hub if hub and at else f"p{at + 1}"}) for at in range(size)]
    return lambda: select(Selection(around=("p0",), hops=size), titles, links)


def _outline(make: Callable[[int], Block]) -> Callable[[int], Callable[[], object]]:
    def prepare(size: int) -> Callable[[], object]:
        blocks = [make(at) for at in range(size)]
        return lambda: outline(blocks)

    return prepare


def _render(size: int) -> Callable[[], object]:
    links = [node for at in range(size) for node in (PageLink(f"p{at}"), Text(" "))]
    page = structure(Page("Page", (Line(0, tuple(links)),)))

    def call() -> None:
        document = new_document("page", get_default_settings(Parser()))
        document.settings.report_level = 5
        render(page, Site(), document)

    return call


def cases() -> Iterator[Case]:
    """All functions with all kinds of input."""
    for piece in _NOTATION:
        for end in ("", "]", "]]", "[a]"):
            yield _text(read_notation_inline, piece, after=end)
    for piece in _TEX:
        yield _text(formula, piece, "\\alpha")
        yield _text(formula, piece, "\\begin", "{")
    yield _text(signatures, "[a.icon]", after="x")
    yield _text(signatures, "[a.icon]", "x ")
    yield _text(signatures, "[")
    yield _text(signatures, "<img src='", after="/>")
    yield _text(signatures, " ", after="]")
    for piece in _CSS:
        yield _text(svg, piece)
    for piece in _OUTPUT:
        for leaks in (html_leaks, js_leaks, tex_leaks):
            yield _text(leaks, piece)
    for piece in _DAMAGED:
        yield _text(check, piece)
    yield Case("check", "pages", _check_pages)
    yield Case("select", "chain", lambda size: _select(size, ""))
    yield Case("select", "chain and hub", lambda size: _select(size, "hub"))
    for kind, make in _LINES.items():
        yield Case("outline", kind, _outline(make))
    yield Case("render", "line of links", _render)


def _seconds(call: Callable[[], object]) -> float:
    gc.collect()
    gc.disable()  # it would walk the objects of other cases
    try:
        start = time.process_time()
        call()
        return time.process_time() - start
    finally:
        gc.enable()


def main() -> int:
    names = list(dict.fromkeys(case.function for case in cases()))
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("function", nargs="*", choices=[[], *names], metavar="FUNCTION")
    arguments.add_argument("--size", type=int, default=50, help="thousands of characters")
    given = arguments.parse_args()
    faults = 0
    for case in cases():
        if given.function and case.function not in given.function:
            continue
        small_call, large_call = (
            case.prepare(size) for size in (1000 * given.size, 4000 * given.size)
        )
        small = large = float("inf")
        for _attempt in range(3):
            small, large = min(small, _seconds(small_call)), min(large, _seconds(large_call))
            if large <= max(MOST * small, LEAST):
                break
        is_fault = large > max(MOST * small, LEAST)
        faults += is_fault
        print(
            f"{'!' if is_fault else ' '} {case.function:22}{case.kind:40}"
            f"{small:8.3f} s{large:8.3f} s  x{large / max(small, 1e-6):5.1f}",
            flush=True,
        )
    print(f"{faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
