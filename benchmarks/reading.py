"""Prints what readers meet in a browser: axe-core violations, layout shift, weight, overflow.

    python benchmarks/reading.py [--themes furo,shibuya] [--corpus FOLDER --pages 30] [--all]

The site is a copy of our documentation with ``tests/roots/test-reading``, whose pages are hard to
lay out. With ``--corpus``, pages of a folder of exported pages are measured instead. Each theme is
visited at 1280 pixels, light and dark, for axe-core, and at 390 pixels for layout shift (CLS) and
overflow. What a theme does on a page without wiki content as well (``plain.md``) is not counted.
The exit code is 1 if a limit is exceeded. Needs Chromium, Playwright, ``axe-playwright-python``
(it has a copy of axe-core) and the themes.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from browsers import THEMES, launch, serve  # noqa: E402
from images import png  # noqa: E402

CONTENT = "div.body, article[role=main], [itemprop=articleBody], article.bd-article, article.yue"
"""Where each theme puts the text of a document."""
PLAIN = "plain"
PAGES = (
    "how-to/lists",
    "how-to/speakers",
    "how-to/what-changed",
    "wiki/Where does the rain go-",
    "hard/Who waters the tomatoes",
    "hard/Blight after rain",
    "hard/Leaves seen closely",
    "scrapbox-people",
)
MORE_PAGES = (
    "how-to/links",
    "how-to/related-pages",
    "how-to/link-map",
    "how-to/two-languages",
    "how-to/outdated-translations",
    "how-to/include",
    "how-to/stored-images",
    "how-to/snapshot-dates",
    "reference/formats",
    "wiki/Neighbouring gardens",
    "wiki/Japan in the world's AI race, by Yutaka Matsuo",
    "wiki/Pictures of the bed in March",
    "wiki/Quotes from old garden books",
    "wiki/Watering log",
    "wiki/種まきの順番",
    "seed-swap/paper envelopes",
    "scrapbox-pages",
    "scrapbox-tags",
)

MAX_SHIFT = 0.02
MAX_CSS = 12_000
MAX_JS = 6_000
"""Bytes of our style sheet and of our script on a wiki page, before compression."""

_WIKI = ("corpus/", "hard/", "seed-swap/", "wiki/")
_WIDE = {"width": 1280, "height": 900}
_PHONE = {"width": 390, "height": 844}
IMAGE = png(800, 600)
_COUNT_SHIFTS = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""


@dataclass(frozen=True)
class Finding:
    """A violation of a rule of axe-core, or of ``cards`` or ``duplicate-id`` of ``reading.js``."""

    page: str
    rule: str
    kind: str
    """The text colour for ``color-contrast``, else the name and the classes of the element."""
    place: str
    why: str


@dataclass
class Reading:
    """What was measured in one theme; lengths in pixels, weights in bytes, by page."""

    theme: str
    violations: dict[str, list[Finding]] = field(default_factory=dict)
    """By colour scheme, ``light`` or ``dark``."""
    shift: dict[str, float] = field(default_factory=dict)
    overflow: dict[str, tuple[float, str]] = field(default_factory=dict)
    """Beyond what ``plain.md`` has, with the element that sticks out furthest."""
    css: dict[str, int] = field(default_factory=dict)
    js: dict[str, int] = field(default_factory=dict)

    def problems(self) -> list[str]:
        """One line for each limit that a page exceeds."""
        lines = [
            f"{scheme}, {each.page}: {each.rule} {each.why}: {each.place}"
            for scheme, violations in self.violations.items()
            for each in violations
        ]
        for page, shift in self.shift.items():
            if shift > MAX_SHIFT:
                lines.append(f"{page}: layout shift {shift:.3f}")
        for page, (pixels, element) in self.overflow.items():
            # On hand-written pages, too, long words in code stick out in some themes.
            if pixels > 1 and not page.startswith("how-to/"):
                lines.append(f"{page}: {pixels:.0f} px too wide: {element}")
        for name, sizes, most in (("CSS", self.css, MAX_CSS), ("JavaScript", self.js, MAX_JS)):
            for page, size in sizes.items():
                limit = 0 if page == PLAIN else most
                # Pages with lists, maps or changes load more than wiki pages do.
                if size > limit and page.startswith((PLAIN, *_WIKI)):
                    lines.append(f"{page}: {size} bytes of {name}")
        return [f"{self.theme}, {line}" for line in lines]

    def row(self) -> str:
        """A line of the table."""
        counts = [len(self.violations[scheme]) for scheme in ("light", "dark")]
        return (
            f"{self.theme:22}{counts[0]:7}{counts[1]:7}{max(self.shift.values()):9.3f}"
            f"{max(pixels for pixels, _ in self.overflow.values()):10.0f}"
            f"{_most(self.css):9}{_most(self.js):9}"
            f"{self.css[PLAIN] + self.js[PLAIN]:9}"
        )


def _most(sizes: dict[str, int]) -> int:
    """The size on the heaviest wiki page."""
    return max((size for page, size in sizes.items() if page.startswith(_WIKI)), default=0)


HEADER = (
    f"{'theme':22}{'light':>7}{'dark':>7}{'shift':>9}{'overflow':>10}{'CSS':>9}{'JS':>9}"
    f"{'plain':>9}"
)
"""Of each theme the violations, the worst page's shift and overflow, the weight of the heaviest
wiki page, and that of the page without wiki content."""


# -- the site --------------------------------------------------------------------------


def write_sources(folder: Path, corpus: Sequence[Path] = ()) -> Path:
    """A copy of our documentation, with pages that are hard to lay out, and files of a corpus."""
    skipped = shutil.ignore_patterns("_build", "__pycache__")
    shutil.copytree(ROOT / "example_docs", folder, ignore=skipped)
    shutil.copytree(ROOT / "tests" / "roots" / "test-reading", folder, dirs_exist_ok=True)
    for number, path in enumerate(corpus):
        target = folder / "corpus" / f"{number:02}{path.suffix}"
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, target)
    return folder


def build(sources: Path, output: Path, theme: str) -> Path:
    """The folder of HTML files; themes share what was read."""
    with patch_docutils(str(sources)), docutils_namespace():
        app = Sphinx(
            sources,
            sources,
            output / theme,
            output / "doctrees",
            "html",
            {"html_theme": theme, "suppress_warnings": ["scrapbox", "toc"]},
            status=None,
            warning=None,
        )
        app.build()
    return output / theme


def sample(folder: Path, count: int) -> list[Path]:
    """At most *count* of the exported pages in a folder, from all parts of the alphabet."""
    files = sorted(folder.glob("*.md"))
    return files[:: max(1, len(files) // count)][:count]


# -- a browser -------------------------------------------------------------------------


def open_context(browser: Any, address: str, *, fonts: bool = True, **options: Any) -> Any:
    """A context of a browser that asks no host but that of *address*.

    Images of other hosts are shown as one of 800 × 600 pixels.

    :param fonts: whether fonts are loaded.
    """

    def answer(route: Any) -> None:
        kind = route.request.resource_type
        if kind == "font" and not fonts:
            route.abort()
        elif route.request.url.startswith(address):
            route.continue_()
        elif kind == "image":
            route.fulfill(status=200, content_type="image/png", body=IMAGE)
        else:
            route.abort()

    context = browser.new_context(**options)
    context.route("**/*", answer)
    return context


class Reader:
    """Visits the pages of one built site, and keeps what it measures."""

    def __init__(self, browser: Any, address: str, theme: str) -> None:
        from axe_playwright_python.sync_playwright import Axe

        self._browser = browser
        self._address = address
        self._axe = Axe().axe_script
        script = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
        self._measures = f"window.reading = ({script})({CONTENT!r})"
        self.reading = Reading(theme)

    def _open(self, **options: Any) -> Any:
        # Text moves when the fonts of themes arrive.
        context = open_context(self._browser, self._address, fonts=False, **options)
        context.add_init_script(_COUNT_SHIFTS)
        return context.new_page()

    def _goto(self, tab: Any, page: str) -> None:
        tab.goto(f"{self._address}{quote(page)}.html", wait_until="networkidle")
        tab.evaluate(self._measures)

    def find_violations(self, pages: Iterable[str], scheme: str) -> None:
        """Run axe-core in a light or dark colour scheme; in the dark, for contrast only."""
        tab = self._open(viewport=_WIDE, color_scheme=scheme)
        rules = ["color-contrast"] if scheme == "dark" else None
        violations: list[Finding] = []
        of_theme: set[tuple[str, str]] = set()
        for page in (PLAIN, *pages):
            self._goto(tab, page)
            tab.evaluate(self._axe)
            for row in tab.evaluate("rules => window.reading.violations(rules)", rules):
                key = row["rule"], row["kind"]
                if page == PLAIN:
                    of_theme.add(key)
                elif key not in of_theme:
                    violations.append(Finding(page, *key, row["place"], row["why"]))
        self.reading.violations[scheme] = violations
        tab.context.close()

    def measure_phone(self, pages: Iterable[str]) -> None:
        """Measure layout shift, overflow and weight on a phone, scrolled from top to bottom."""
        tab = self._open(viewport=_PHONE)
        for page in (PLAIN, *pages):
            self._goto(tab, page)
            tab.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
            tab.wait_for_load_state("networkidle")
            pixels, element = tab.evaluate("window.reading.overflow()")
            weight = tab.evaluate("window.reading.weight()")
            self.reading.shift[page] = tab.evaluate("window.shift")
            plain = self.reading.overflow[PLAIN][0] if page != PLAIN else pixels
            self.reading.overflow[page] = (pixels - plain, element)
            self.reading.css[page], self.reading.js[page] = weight["css"], weight["js"]
        tab.context.close()


def read_theme(browser: Any, output: Path, theme: str, pages: Sequence[str]) -> Reading:
    """Measure the pages of a built site."""
    with serve(output) as address:
        reader = Reader(browser, address, theme)
        for scheme in ("light", "dark"):
            reader.find_violations(pages, scheme)
        reader.measure_phone(pages)
    return reader.reading


def missing(themes: Iterable[str]) -> list[str]:
    """What has to be installed first."""
    return [
        name for name in ("playwright", "axe_playwright_python", *themes) if not find_spec(name)
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--themes", default=",".join(THEMES), help="names, separated by commas")
    parser.add_argument("--all", action="store_true", help="more pages of the documentation")
    parser.add_argument("--corpus", type=Path, help="a folder of exported pages")
    parser.add_argument("--pages", type=int, default=30, help="how many of them")
    parser.add_argument("--keep", type=Path, help="a folder for the built sites")
    args = parser.parse_args()
    themes = args.themes.split(",")
    if names := missing(themes):
        parser.error(f"not installed: {', '.join(names)}")
    corpus: list[Path] = []
    pages: list[str] = [*PAGES, *MORE_PAGES] if args.all else [*PAGES]
    if args.corpus:
        corpus = sample(args.corpus, args.pages)
        pages = [f"corpus/{number:02}" for number in range(len(corpus))]
    problems: list[str] = []
    with tempfile.TemporaryDirectory() as temporary, launch() as browser:
        folder = args.keep or Path(temporary)
        sources = write_sources(folder / "src", corpus)
        print(HEADER)
        for theme in themes:
            reading = read_theme(browser, build(sources, folder, theme), theme, pages)
            print(reading.row(), flush=True)
            problems += reading.problems()
    for line in problems:
        print(line)
    rules = Counter(line.split(": ")[1].split(" ")[0] for line in problems)
    print("\n", dict(rules) if rules else "nothing exceeds a limit")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
