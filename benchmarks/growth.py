"""How CPU time and memory grow with the size of a page, for every construct of both notations.

    python benchmarks/growth.py [--size 60] [--builder html --builder text …]
        [--construct ragged …] [--above 0] [--memory 1024]

For each construct, one page of SIZE thousand characters and one of four times as many is built,
each in a process of its own that reads, resolves and writes it with one builder. The cost of the
same site with an empty page is subtracted. Printed are the CPU seconds of both builds, their
ratio, and the peak memory of the larger (MiB, of the whole process). A ratio above 5, a failed
build and a peak above ``--memory`` are marked; a ratio above 5 is measured three times, and the
least counts. ``--size 250`` ends with pages of 1 MB.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from sphinx.application import Sphinx

BUILDERS = ("html", "text", "latex", "man", "texinfo", "xml", "epub", "gettext")
CPU_LIMIT = 60
SMALL = 0.05
"""Seconds below which two measurements are too short to be compared."""
PEOPLE = "[mio.icon]"
IMAGE = "https://example.org/bed.png"
URL = "https://example.org/a"
_EXPORTED_ICON = (
    "<img src='https://scrapbox.io/api/pages/garden/mio/icon' alt='mio.icon' height=\"19.5\"/>"
)
FOOTER = (
    "---\nThis page is auto-translated from [/garden/Soil](https://scrapbox.io/garden/Soil) "
    "using DeepL. If you looks something interesting but the auto-translated English is not good "
    "enough to understand it, feel free to let me know at "
    "[@mio](https://twitter.com/mio). I'm very happy to spread my thought to non-Japanese "
    "readers.\n"
)

Make = Callable[[int], str]


def repeat(piece: str, before: str = "", after: str = "") -> Make:
    """Text of *piece* alone; ``{at}`` in it is a running number."""

    def make(size: int) -> str:
        pieces, left, at = [before], size - len(before) - len(after), 0
        while left > 0:
            pieces.append(piece.replace("{at}", str(at)))
            left -= len(pieces[-1])
            at += 1
        return "".join([*pieces, after])

    return make


def halves(first: Make, second: Make) -> Make:
    return lambda size: first(size // 2) + second(size // 2)


def _root(size: int) -> int:
    return int(size**0.5)


def _stairs(size: int) -> str:
    rows, at = [], 0
    while size > 0:
        rows.append(" " * at + "a")
        size -= at + 2
        at += 1
    return "\n".join(rows)


# In both notations. A lower case name is one line or a run of like lines.
COMMON: dict[str, Make] = {
    "words": repeat("some words of a line "),
    "word": repeat("a"),
    "lines": repeat("a\n"),
    "paragraphs": repeat("a\n\n"),
    "blank lines": repeat("\n"),
    "CJK": repeat("種まきの順番"),
    "links": repeat("[[a{at}]] "),
    "equal links": repeat("[[a]]"),
    "lines of links": repeat("[[a]]\n"),
    "open brackets": repeat("["),
    "nested brackets": lambda size: "[" * (size // 2) + "]" * (size // 2),
    "closing brackets": repeat("]"),
    "open links": repeat("[[a "),
    "pairs of brackets": repeat("[]"),
    "addresses": repeat(f"{URL}{{at}} "),
    "cut addresses": repeat("https://"),
    "address": repeat("a", URL),
    "parentheses": repeat("(", f"[a]({URL}"),
    "hashtags": repeat("#a{at} "),
    "equal hashtags": repeat("#a "),
    "lines of hashtags": repeat("#a #a #a\n"),
    "hashes": repeat("#"),
    "code spans": repeat("`a` "),
    "backticks": repeat("`"),
    "ticks of all lengths": lambda size: " ".join("`" * at for at in range(_root(2 * size))),
    "dollars": repeat("$"),
    "dollar pairs": repeat("$a$ "),
    "stars": repeat("*"),
    "starred words": repeat("*a* **b** "),
    "open stars": repeat("**a "),
    "underscores": repeat("_a "),
    "quotes": repeat("> a\n"),
    "quote signs": repeat(">"),
    "quotes nested": repeat("> > > > a\n> b\n"),
    "numbers": repeat("1. "),
    "numbered lines": repeat("{at}. a\n"),
    "rules": repeat("---\na\n"),
    "escapes": repeat("\\"),
    "colour escapes": repeat("\x1b[31ma"),
    "controls": repeat("a\x08\n"),
    "vertical tabs": repeat("a\v"),
    "zero-width": repeat("\u200b"),
    "combining": repeat("a\u0301\u0323"),
    "direction marks": repeat("\u202ea"),
    "no-break spaces": repeat("\u00a0"),
    "ideographic spaces": repeat("\u3000a"),
    "emoji": repeat("👩\u200d🌾"),
    "HTML": repeat("<div>"),
    "entities": repeat("&amp;"),
    "stairs": _stairs,
    "questions": repeat("? a\n"),
    "commands": repeat("$ a\n"),
    "long title": lambda size: "",
}
NATIVE: dict[str, Make] = {
    "ragged table": halves(repeat("\ta", "table:t\n", "\n"), repeat(" b\n")),
    "wide table": repeat("\ta", "table:t\n"),
    "long table": repeat(" a\tb\n", "table:t\n"),
    "square table": lambda size: (
        "table:t\n" + (" a" + "\ta" * _root(size // 2) + "\n") * _root(size // 2)
    ),
    "empty cells": repeat(" \t\t\t\n", "table:t\n"),
    "tables": repeat("table:t\n a\tb\n c\td\n"),
    "tables in lists": repeat("a\n\ttable:t\n\t\ta\tb\n\t\tc\td\n"),
    "linked cells": repeat(" [a]\t[b]\n", "table:t\n"),
    "one-bracket links": repeat("[a]"),
    "labelled links": repeat(f"[{URL} b{{at}}]"),
    "labels first": repeat(f"[b {URL}{{at}}]"),
    "images": repeat(f"[{IMAGE}] "),
    "lines of images": repeat(f"[{IMAGE}]\n"),
    "videos": repeat("https://youtu.be/a1B2-c3D4_e\n"),
    "videos in lines": repeat("[https://youtu.be/a1B2-c3D4_e] "),
    "titles of videos": repeat("[https://youtu.be/a1B2-c3D4_e a]\n", "[https://youtu.be/b1B2]\n"),
    "files that play": repeat("[https://example.org/a.mp3 a]\n"),
    "icons": repeat(PEOPLE),
    "different icons": repeat("[p{at}.icon]"),
    "counted icons": repeat("[mio.icon*100]"),
    "lines of icons": repeat(PEOPLE + "\n"),
    "speakers": repeat(PEOPLE + "a\n"),
    "signatures": repeat("a" + PEOPLE + "\n"),
    "speech": repeat(PEOPLE + "\n\ta\n"),
    "headings": repeat("[* a{at}]\nb\n"),
    "equal headings": repeat("[* a]\n"),
    "nested headings": repeat("[***** a]\n[**** b]\n[*** c]\n[** d]\n[* e]\n"),
    "decorations": repeat("[* a] [/ b] [-_ c] "),
    "open decorations": repeat("[* "),
    "strong": repeat("[[a b]] "),
    "formulas": repeat("[$ a^2 ]"),
    "TeX": repeat("\\frac{a}{b}", "[$ ", " ]"),
    "braces": repeat("{", "[$ ", " ]"),
    "exponents": repeat("x^\\hat y", "[$ ", " ]"),
    "TeX without ASCII": repeat("速→²", "[$ ", " ]"),
    "TeX in text": repeat("\\text{a $x$ %}", "[$ ", " ]"),
    "rows of TeX": repeat("a & b \\\\ ", "[$ \\begin{cases} ", "\\end{cases} ]"),
    "blocks of TeX": repeat("code:tex\n a &= b \\\\\n"),
    "lines of formulas": repeat("[$ a^2]\n"),
    "open formulas": repeat("[$ a "),
    "blanks": repeat("[ ]"),
    "places": repeat("[N35.0,E139.0,Z14 a]"),
    "code": repeat(" a = 1\n", "code:a.py\n"),
    "code line": repeat("a = 1; ", "code:a.py\n "),
    "code blocks": repeat("code:a.py\n a\n"),
    "code of odd signs": repeat(" \"'<&{[(\n", "code:a.py\n"),
    "JSON": repeat("[", "code:a.json\n "),
    "lists": repeat(" a\n"),
    "deep lists": lambda size: "".join(f"{' ' * (at % 30)}a\n" for at in range(size // 17)),
    "footers": repeat(FOOTER + "a\n"),
}
EXPORTED: dict[str, Make] = {
    "ragged table": halves(repeat(" a |", "t\n|", "\n| -- |\n"), repeat("| b |\n")),
    "wide table": repeat(" a |", "t\n|", "\n| -- |\n"),
    "wide separator": repeat(" -- |", "t\n| a |\n|", "\n"),
    "long table": repeat("| a | b |\n", "t\n| a | b |\n| -- | -- |\n"),
    "cells of bars": repeat("`a | b` | ", "t\n| a |\n| -- |\n| ", " |\n"),
    "tables": repeat("t\n| a | b |\n| -- | -- |\n| a | b |\n\n"),
    "tables in lists": repeat("- a\nt\n| a | b |\n| -- | -- |\n| a | b |\n"),
    "rows alone": repeat("| a | b |\n"),
    "linked cells": repeat("| [[a]] | [[b]] |\n", "t\n| a | b |\n| -- | -- |\n"),
    "labelled links": repeat(f"[b{{at}}]({URL})"),
    "open labels": repeat(f"]({URL})"),
    "lost labels": repeat(f"[a []]({URL}) "),
    "root links": repeat("[/a/b{at}](https://scrapbox.io/a/b{at})"),
    "cut root links": repeat("[/a/b](https://scrapbox.io/a/c"),
    "images": repeat(f"![image]({IMAGE}) "),
    "open images": repeat("![image]("),
    "linked images": repeat(f"[![image]({IMAGE})]({URL})\n"),
    "icons": repeat(_EXPORTED_ICON),
    "cut icons": repeat("<img src='https://scrapbox.io/api/pages/a"),
    "speakers": repeat(f"- {_EXPORTED_ICON}a\n"),
    "headings": repeat("### a{at}\n\nb\n"),
    "equal headings": repeat("# a\n"),
    "bold": repeat("a ## b\n. c\n"),
    "formulas": repeat("$a^2$ "),
    "code": repeat("a = 1\n", "a.py\n\n```py\n", "```\n\n"),
    "code blocks": repeat("a.py\n\n```py\na\n```\n\n"),
    "open fences": repeat("a\n\n```py\n"),
    "fences": repeat("```\n\n"),
    "typed fences": repeat("```{a}\n"),
    "fences of all lengths": lambda size: "\n".join("`" * at for at in range(3, _root(2 * size))),
    "lists": repeat("- a\n"),
    "deep lists": lambda size: "".join(f"{'    ' * (at % 30)}- a\n" for at in range(size // 62)),
    "split lines": repeat("- a\n b\n"),
    "rest of a line": repeat(" b\n", "- a\n"),
    "footers": repeat(FOOTER + "Title\na\n"),
    "broken footers": repeat("This page is auto-translated from [/a"),
    "front matter": lambda size: "",
}


class Page(NamedTuple):
    """A construct of a notation; the file of a page of a given size."""

    notation: str
    construct: str
    make: Make

    def text(self, size: int) -> str:
        """The text of a page of about *size* characters; 0 is one with nearly nothing."""
        body = self.make(size) if size else "a"
        title = "a" * max(size, 1) if self.construct == "long title" else "page"
        if self.notation == "native":
            return f"{title}\n{body}"
        head = f'title: "{title}"\n'
        if self.construct == "front matter":
            head += repeat("tag{at}: a\n")(size)
        return f"---\n{head}---\n\n{_EXPORTED_ICON}\n{body}"

    def write(self, folder: Path, size: int) -> None:
        """Write the file of the page."""
        suffix = ".scrapbox" if self.notation == "native" else ".md"
        (folder / f"page{suffix}").write_text(self.text(size), "utf-8")


def pages() -> Iterator[Page]:
    """Every construct in every notation that has it."""
    for notation, own in (("native", NATIVE), ("exported", EXPORTED)):
        for construct, make in (COMMON | own).items():
            yield Page(notation, construct, make)


class Cost(NamedTuple):
    """CPU seconds, peak memory in MiB; how the build failed."""

    cpu: float
    memory: float
    failure: str = ""


class Runner:
    """Builds pages with one builder, each in a fork of a process that has set up Sphinx."""

    def __init__(self, builder: str, memory: int) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="growth-"))
        self.source = self._folder / "src"
        self.source.mkdir()
        (self.source / "index.rst").write_text("Index\n=====\n\n.. toctree::\n\n   page\n")
        self._memory = memory
        config = {
            "extensions": ["sphinx_scrapbox"],
            "scrapbox_project": "garden",
            "scrapbox_pages": ["page"],
            "man_pages": [("index", "garden", "Garden", "Nobody", 1)],
            "suppress_warnings": ["epub", "scrapbox"],
            "epub_show_urls": "no",
        }
        out = self._folder / "out"
        self._app = Sphinx(
            self.source, None, out, out / ".doctrees", builder, config, status=None, warning=None
        )

    def cost(self, page: Page, size: int) -> Cost:
        page.write(self.source, size)
        reading, writing = os.pipe()
        process = os.fork()
        if not process:
            os.close(reading)
            os.write(writing, self._build().encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as pipe:
            failure = pipe.read()
        _process, status, usage = os.wait4(process, 0)
        if status:
            failure = f"killed by signal {status & 127}"
        cpu = usage.ru_utime + usage.ru_stime
        memory = float(failure) if failure[:1].isdigit() else 0.0
        return Cost(cpu, memory, "" if memory else failure)

    def _build(self) -> str:
        """Build in this process: its peak memory, or the error."""
        limit = 4 * self._memory * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT, CPU_LIMIT))
        try:
            self._app.build()
        except BaseException as error:
            return f"{type(error).__name__}: {str(error)[:200]}"
        return str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)

    def close(self) -> None:
        shutil.rmtree(self._folder)


def measure(runner: Runner, page: Page, size: int, base: float) -> tuple[Cost, Cost, float]:
    """The costs of *size* and four times as much, and the least ratio of some measurements."""
    best: tuple[Cost, Cost, float] | None = None
    for _attempt in range(3):
        small, large = (runner.cost(page, length) for length in (size, 4 * size))
        ratio = max(large.cpu - base, SMALL) / max(small.cpu - base, SMALL)
        if best is None or ratio < best[2]:
            best = small, large, ratio
        if not 5 < ratio < 8 or large.failure:  # far off is no noise
            break
    assert best is not None
    return best


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--size", type=int, default=60, help="thousands of characters")
    arguments.add_argument("--builder", action="append", choices=BUILDERS)
    arguments.add_argument("--construct", action="append")
    arguments.add_argument("--skip", action="append", help="a construct to leave out")
    arguments.add_argument("--notation", choices=("native", "exported"))
    arguments.add_argument("--above", type=float, default=0, help="print ratios from here on")
    arguments.add_argument("--memory", type=int, default=1024, help="MiB that a build may take")
    given = arguments.parse_args()
    faults = 0
    for builder in given.builder or BUILDERS:
        runner = Runner(builder, given.memory)
        empty = Page("native", "words", COMMON["words"])
        base = min(runner.cost(empty, 0).cpu for _ in range(3))
        (runner.source / "page.scrapbox").unlink()
        print(f"{builder}: {base:.2f} s for an empty page", flush=True)
        for page in pages():
            if given.construct and page.construct not in given.construct:
                continue
            if given.skip and page.construct in given.skip:
                continue
            if given.notation and page.notation != given.notation:
                continue
            start = time.monotonic()
            small, large, ratio = measure(runner, page, 1000 * given.size, base)
            bad = ratio > 5 or large.failure or large.memory > given.memory
            faults += bool(bad)
            if bad or ratio >= given.above:
                print(
                    f"{'!' if bad else ' '} {builder:8}{page.notation:9}{page.construct:24}"
                    f"{small.cpu - base:8.2f} s{large.cpu - base:8.2f} s  x{ratio:5.1f}"
                    f"{large.memory:6.0f} MiB  {large.failure} ({time.monotonic() - start:.0f} s)",
                    flush=True,
                )
            for file in runner.source.glob("page.*"):
                file.unlink()
        runner.close()
    print(f"{faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
