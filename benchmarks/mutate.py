"""Mutated pages through both readers, outline, rendering and the writers of HTML and text.

    python benchmarks/mutate.py [--pages 10000] [--processes 2] [--seed 1] [--corpus CORPUS]
    python benchmarks/mutate.py --builds 30 [--pages-of-a-build 100]
    python benchmarks/mutate.py --only 4711

Pages are pieces of real ones (``exported*/`` and ``native*/`` in CORPUS, by default the folder
``../shared/corpus`` beside the project; synthetic ones without it). Pieces of their text are
deleted, doubled, moved and taken from other pages; marks of both dialects, odd and control
characters are inserted, and letters that occur nowhere else. A page fails if anything raises an
exception, or if a letter beyond ASCII that stands in its body is neither in the text nor in an
attribute of the output. Page number N of a seed is always the same: ``--only N`` prints it.

``--builds`` puts the pages through whole Sphinx builds instead, of which each has many pages and
one builder, in turn.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import re
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape, unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple
from urllib.parse import unquote

from docutils import nodes
from docutils.frontend import get_default_settings
from docutils.utils import new_document
from docutils.writers.html5_polyglot import HTMLTranslator, Writer
from sphinx.application import Sphinx
from sphinx.locale import init as init_locale
from sphinx.util.docutils import register_node
from sphinx.writers.text import TextTranslator

from sphinx_scrapbox.formats import read
from sphinx_scrapbox.formats.page_file import limit_size
from sphinx_scrapbox.rendering import Site, render
from sphinx_scrapbox.rendering.visitors import VISITORS
from sphinx_scrapbox.wiki.structure import StructuredPart, structure
from sphinx_scrapbox.wiki.text import without_controls

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
ICON = "<img src='https://scrapbox.io/api/pages/garden/mio/icon' alt='mio.icon' height=\"19.5\"/>"
SYNTHETIC = {
    "notation": (
        "[* 種まき] [mio.icon]\n 土を[耕す] #春\n\t`code` [$ a^2] [[太字]]\n> 引用 https://example.org/庭\n"
        "code:水.py\n x = '水'\n\ntable:畑\n 豆\t[麦]\n 1\t2\n1. 一\n[label https://example.org/é]\n"
    ),
    "markdown": (
        f"### 種まき\n\n- 土を[[耕す]] #春\n    - `code` $a^2$ **太字**{ICON}\n> 引用 https://example.org/庭\n"
        "水.py\n\n```py\nx = '水'\n```\n\n畑\n| 豆 | [[麦]] |\n| -- | -- |\n| 1 | 2 |\n\n1. 一\n"
        "[label](https://example.org/é) ![image](https://example.org/花.png)\n---\n"
    ),
}
TOKENS = [
    *"[]()`#*>?$%/.,!|<{}\\'\"-_~^&:;=+@",
    *("[[", "]]", "[* ", "[- ", "[/ ", "[$ ", " ]", "[ ]", "? ", "1. ", "$ ", "% ", "> "),
    *("code:", "table:", "code:a.py\n ", "table:a\n ", "\n", "\n\n", "\n ", "\n\t", "\t", "    "),
    *("https://example.org/", "http://", "://", ".png", ".icon]", ".icon*3]", "[mio.icon]"),
    *("[N35.1,E139.2,Z14 a]", "(a)", "](https://example.org/", "![image](https://", "[](", "[]]("),
    *("- ", "# ", "## ", "### ", "```", "```py\n", "\n```\n\n", "```{note}\n", "| ", " | ", " |"),
    *("| -- |\n", "---\n", "**", "***", "$", "&amp;", "<script>", "<!-- ", "\\(", "\\begin{a}"),
    *(ICON, ICON[:40], ICON[40:], "[/garden/a]", "[/garden/a](https://scrapbox.io/garden/a)"),
    *("\x00", "\x07", "\x0b", "\x0c", "\x1b[31m", "\x7f", "\x85", "\r", "\r\n", "\ufeff"),
    *("\ufffe", "\u200b", "\u200d", "\u202e", "\u2028", "\u3000", "\xa0", "\xad", "\u0301"),
    *("\ud83d", "\U000e0041", "👩\u200d🌾", "ﷺ", "ß", "İ", "ǅ", "１", "²", "Ⅷ"),
    *("𝔞", "ａ", "１. ", "＃a", "［a］"),
    "This page is auto-translated from [/garden/a](https://scrapbox.io/garden/a) using DeepL.",
]  # fmt: skip
FIRST_MARKER = 0x2A700
"""From here on, in Han extension C, stand the letters that mark places."""


class Source(NamedTuple):
    """The title and the body of a page in a format."""

    format: str
    title: str
    body: str


@cache
def sources(corpus: Path) -> tuple[Source, ...]:
    """The pages that are mutated."""
    pages = []
    for path in sorted(corpus.glob("exported*/**/*.md")):
        _head, _, body = path.read_text("utf-8").partition("\n---\n")
        pages.append(Source("markdown", path.stem, body))
    for path in sorted(corpus.glob("native*/*.json")):
        for page in json.loads(path.read_text("utf-8"))["pages"]:
            rows = [row if isinstance(row, str) else row["text"] for row in page["lines"]]
            pages.append(Source("notation", page["title"], "\n".join(rows[1:])))
    return tuple(pages) or tuple(
        Source(format, "Garden", text) for format, text in SYNTHETIC.items()
    )


class Mutant(NamedTuple):
    """The file of a mutated page, and its body, of which no letter may be lost."""

    format: str
    text: str
    body: str


def mutant(corpus: Path, seed: int, number: int) -> Mutant:
    """Page *number* of a seed."""
    chance = random.Random(f"{seed}-{number}")
    pages = sources(corpus)
    source = chance.choice(pages)
    body = _piece(source.body, chance, 600)
    for _ in range(chance.choice((1, 1, 2, 3, 5, 8))):
        body = _mutated(body, chance, pages)
    for marker in range(chance.randint(1, 6)):
        at = chance.randint(0, len(body))
        body = body[:at] + chr(FIRST_MARKER + marker) + body[at:]
    title = f"Page {number}"
    if source.format == "notation":
        return Mutant(source.format, f"{title}\n{body}", body)
    head = f'title: "{title}"'
    if chance.random() < 0.05:
        head = _mutated(head, chance, pages)
    return Mutant(source.format, f"---\n{head}\n---\n{body}", body)


def _piece(text: str, chance: random.Random, length: int) -> str:
    """Some consecutive lines of *text*."""
    start = chance.randrange(len(text) + 1)
    start = text.rfind("\n", 0, start) + 1
    return text[start : start + chance.randint(1, length)]


def _mutated(text: str, chance: random.Random, pages: Sequence[Source]) -> str:
    start, end = sorted((chance.randint(0, len(text)), chance.randint(0, len(text))))
    end = min(end, start + chance.choice((1, 1, 3, 10, 100)))
    match chance.randrange(8):
        case 0:
            return text[:start] + text[end:]
        case 1:
            return text[:end] + text[start:end] * chance.choice((1, 2, 30)) + text[end:]
        case 2:
            at = chance.randint(0, len(text))
            rest = text[:start] + text[end:]
            return rest[:at] + text[start:end] + rest[at:]
        case 3:
            return text[:start] + _piece(chance.choice(pages).body, chance, 100) + text[end:]
        case 4:
            rows = text.split("\n")
            at = chance.randrange(len(rows))
            indent = chance.choice((" ", "\t", "    ", "\u3000", " " * 40, "- ", "    - "))
            rows[at] = chance.choice((indent, "")) + rows[at].lstrip(
                chance.choice((" ", "", "- "))
            )
            return "\n".join(rows)
        case 5:
            return (
                text[:start]
                + chance.choice(TOKENS)
                + text[start:end]
                + chance.choice(TOKENS)
                + text[end:]
            )
        case _:
            return (
                text[:start]
                + chance.choice(TOKENS) * chance.choice((1, 1, 1, 2, 9))
                + text[start:]
            )


class MutationSite(Site):
    """A site where links show their targets, and footers all that they hold."""

    def link(
        self, kind: str, target: str, content: nodes.Element, address: str = ""
    ) -> nodes.Element:
        return nodes.reference("", "", content, refuri=f"wiki:{target} {address}")

    def notices(self, part: StructuredPart) -> tuple[list[nodes.Node], list[nodes.Node]]:
        text = repr(part.translation)
        return [], [nodes.paragraph(text, text)] if part.translation else []


class _Html(HTMLTranslator):
    """The HTML of docutils, with formulas as the page has them and the nodes of the project."""

    builder = SimpleNamespace(name="html", imgpath="_images")

    def visit_math(self, node: nodes.math) -> None:
        self.body.append(escape(node.rawsource))
        raise nodes.SkipNode

    visit_math_block = visit_math


class _Text(TextTranslator):
    """The text of Sphinx, with the nodes of the project."""

    def visit_math(self, node: nodes.math) -> None:
        self.add_text(node.rawsource)
        raise nodes.SkipNode

    def visit_math_block(self, node: nodes.math_block) -> None:
        self.new_state()
        self.add_text(node.rawsource)
        self.end_state()
        raise nodes.SkipNode


for _node, _formats in VISITORS.items():
    for _writer, _format in ((_Html, "html"), (_Text, "text")):
        visit, depart = _formats[_format]
        setattr(_writer, f"visit_{_node.__name__}", visit)
        setattr(_writer, f"depart_{_node.__name__}", depart)
init_locale([None], "en")
for _node in VISITORS:
    register_node(_node)  # as Sphinx does
_TEXT_BUILDER = SimpleNamespace(
    config=SimpleNamespace(
        text_newlines="native",
        text_sectionchars='*=-~"+`',
        text_add_secnumbers=False,
        text_secnumber_suffix=". ",
    ),
    env=SimpleNamespace(domains={}),
    secnumbers={},
)


@cache
def _settings() -> Any:
    settings = get_default_settings(Writer)
    settings.report_level = 5
    return settings


def output(format: str, text: str) -> str:
    """What readers of the page get: its HTML and its text."""
    page = limit_size(read(text, format, "Garden"))
    document = new_document("page", _settings())
    document += render(structure(page), MutationSite(), document)
    html = _Html(document)
    document.walkabout(html)
    plain = _Text(document, _TEXT_BUILDER)  # type: ignore[arg-type]
    document.walkabout(plain)
    return "".join(html.body) + plain.body


_FOOTER = re.compile(r"(This page is auto-translated from \[[^\n]*?\]\()https?://[^/\s]+")
_ICON_PATH = re.compile(r"<img src='[^']*/api/pages/[^\n]*?/icon' alt='")
"""What is not shown: the host of the source of a translation; a path of which the name follows."""


def lost_letters(body: str, shown: str) -> set[str]:
    """The letters and digits beyond ASCII in *body* that are not in *shown*, which is HTML."""
    body = _ICON_PATH.sub("", _FOOTER.sub(r"\1", without_controls(body)[0]))
    letters = {sign for sign in body if sign > "\x7f" and sign.isalnum()}
    if lost := letters - set(shown):
        plain = unescape(shown)
        lost -= {*plain, *unquote(plain)}
    return lost


def fault(page: Mutant) -> str:
    """What is wrong with the output of a page; "" if nothing is."""
    try:
        shown = output(page.format, page.text)
        if lost := lost_letters(page.body, shown):
            return f"lost: {' '.join(sorted(lost))}"
        # The other reader has to read it, too.
        output("markdown" if page.format == "notation" else "notation", page.text)
    except Exception:
        return traceback.format_exc(limit=-3)
    return ""


def run(arguments: tuple[Path, int, int, int, int]) -> tuple[int, list[tuple[int, str]]]:
    """The number of pages tried, and the faulty ones."""
    corpus, seed, start, step, end = arguments
    faults, began = [], time.monotonic()
    for count, number in enumerate(range(start, end, step), 1):
        if what := fault(mutant(corpus, seed, number)):
            faults.append((number, what))
            print(f"page {number}: {what.strip()}", flush=True)
        if count % 10_000 == 0:
            seconds = time.monotonic() - began
            print(f"{count} pages of {start} + n * {step} in {seconds:.0f} s", flush=True)
    return len(range(start, end, step)), faults


BUILDERS = ("html", "text", "latex", "man", "texinfo", "epub", "xml", "gettext")


def build(corpus: Path, seed: int, number: int, size: int) -> Iterator[str]:
    """Build the pages from *number* on, *size* of them; yields what is wrong."""
    builder = BUILDERS[number // size % len(BUILDERS)]
    with tempfile.TemporaryDirectory(prefix="mutate-") as folder:
        source, out = Path(folder, "src"), Path(folder, "out")
        source.mkdir()
        pages = {f"p{at}": mutant(corpus, seed, at) for at in range(number, number + size)}
        entries = "".join(f"   {name}\n" for name in pages)
        (source / "index.rst").write_text(f"Index\n=====\n\n.. toctree::\n\n{entries}")
        for name, page in pages.items():
            suffix = ".scrapbox" if page.format == "notation" else ".md"
            data = page.text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
            (source / f"{name}{suffix}").write_text(data, "utf-8", newline="")
        config = {
            "extensions": ["sphinx_scrapbox"],
            "scrapbox_project": "garden",
            "scrapbox_pages": ["p*"],
            "man_pages": [("index", "garden", "Garden", "Nobody", 1)],
            "suppress_warnings": ["app", "scrapbox", "epub"],  # one process has many applications
            "copyright": "nobody",
            "version": "1",
        }
        log: list[str] = []
        warnings: Any = SimpleNamespace(write=log.append, flush=lambda: None)
        arguments = (source, None, out, out / ".doctrees", builder, config)
        try:
            app = Sphinx(*arguments, status=None, warning=warnings)
            app.build()
        except Exception:
            yield f"{builder}, pages {number} to {number + size}: {traceback.format_exc(limit=-5)}"
            return
        yield from (f"{builder}: {line.strip()}" for line in log if line.strip())
        for name, page in pages.items() if builder == "html" else ():
            formulas = app.env.get_doctree(name).findall(_is_formula)
            shown = (out / f"{name}.html").read_text("utf-8")
            shown += "".join(node.rawsource for node in formulas)
            if lost := lost_letters(page.body, shown):
                yield f"{builder}, page {name}: lost {' '.join(sorted(lost))}"


def _is_formula(node: nodes.Node) -> bool:
    return isinstance(node, (nodes.math, nodes.math_block))


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--pages", type=int, default=10_000)
    arguments.add_argument("--start", type=int, default=0)
    arguments.add_argument("--processes", type=int, default=2)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--corpus", type=Path, default=CORPUS)
    arguments.add_argument("--builds", type=int, default=0)
    arguments.add_argument("--pages-of-a-build", type=int, default=100)
    arguments.add_argument("--only", type=int)
    given = arguments.parse_args()
    if given.only is not None:
        page = mutant(given.corpus, given.seed, given.only)
        print(repr(page.text), fault(page), sep="\n")
        return 0
    if given.builds:
        size, faults = given.pages_of_a_build, 0
        for number in range(given.start, given.start + given.builds * size, size):
            for what in build(given.corpus, given.seed, number, size):
                faults += 1
                print(what, flush=True)
        print(f"{given.builds * size} pages in {given.builds} builds, {faults} faults")
        return 1 if faults else 0
    end, step = given.start + given.pages, given.processes
    jobs = [(given.corpus, given.seed, given.start + at, step, end) for at in range(step)]
    with multiprocessing.Pool(step) as pool:
        results = pool.map(run, jobs)
    kinds = Counter(
        what.strip().rpartition("\n")[2] for _, faults in results for _, what in faults
    )
    print(f"{sum(count for count, _ in results)} pages, {kinds.total()} faults")
    for kind, count in kinds.most_common(30):
        print(f"{count:7} {kind}")
    return 1 if kinds else 0


if __name__ == "__main__":
    sys.exit(main())
