"""What Sphinx does for each HTML page, and what takes its place, in microseconds of CPU time.

    python benchmarks/detours.py [--pages 60]

The pages are hand-written ones in MyST, so that the figures tell what a change of Sphinx would
save on a site without a wiki. They are built once by Sphinx with MyST and the theme Alabaster;
then each part is done again and again for all of them, and the least time counts, so that other
processes on the machine disturb little. ``upstream.md`` says what each part is.
"""

from __future__ import annotations

import argparse
import io
import logging
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.utils import new_document
from snowballstemmer.english_stemmer import EnglishStemmer
from sphinx.application import Sphinx
from sphinx.builders.html._assets import _file_checksum
from sphinx.domains import c, cpp
from sphinx.environment.adapters.toctree import document_toc
from sphinx.transforms.post_transforms import OnlyNodeTransform, PropagateDescDomain
from sphinx.transforms.post_transforms.code import (
    HighlightLanguageTransform,
    TrimDoctestFlagsTransform,
)
from sphinx.util.logging import getLogger

from sphinx_scrapbox.sphinx_ext.performance.html.partials import Partials
from sphinx_scrapbox.sphinx_ext.performance.search_index import stemmer
from sphinx_scrapbox.sphinx_ext.performance.skipped_transforms import _classes

ROUNDS = 15
EVENTS = 15
"""Events of a page without references that no domain resolves."""
TRANSFORMS = (
    c.AliasTransform,
    cpp.AliasTransform,
    OnlyNodeTransform,
    PropagateDescDomain,
    HighlightLanguageTransform,
    TrimDoctestFlagsTransform,
)


def write_pages(folder: Path, count: int) -> None:
    """Write pages of headings, paragraphs, lists, links and code, in folders of fifty."""
    chance = random.Random(1)
    words = [
        "".join(chance.choices("aeioubdfgklmnprst", k=chance.randint(2, 9))) for _ in range(4000)
    ]

    def text(length: int) -> str:
        return " ".join(words[int(len(words) * chance.random() ** 2)] for _ in range(length))

    names = [f"part{number // 50}/page{number}" for number in range(count)]
    for name in names:
        lines = [f"# {text(4).capitalize()}\n"]
        for _ in range(chance.randint(2, 4)):
            lines.append(f"## {text(3).capitalize()}\n")
            for _ in range(chance.randint(1, 3)):
                lines.append(f"{text(30)} [{text(2)}](/{chance.choice(names)}.md) {text(10)}.\n")
            lines.append("".join(f"- {text(8)}\n" for _ in range(4)))
        if chance.random() < 0.2:
            lines.append(f"```python\nprint({text(3)!r})\n```\n")
        path = folder / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines), encoding="utf-8")
    (folder / "index.rst").write_text("Guide\n=====\n\nPages.\n", encoding="utf-8")
    conf = """\
extensions = ["myst_parser"]
html_theme = "alabaster"
suppress_warnings = ["*"]
"""
    (folder / "conf.py").write_text(conf, encoding="utf-8")


class Parts:
    """The parts of Sphinx's work on the pages of a site that was built."""

    def __init__(self, app: Sphinx) -> None:
        self.app = app
        self.builder: Any = app.builder
        self.env = app.env
        self.docnames = sorted(app.env.all_docs)
        self.doctrees = {docname: self.env.get_doctree(docname) for docname in self.docnames}

    def microseconds(self, work: Callable[[str], object]) -> float:
        """The CPU time of *work* for a document: the least of some rounds over all documents."""
        rounds = []
        for _ in range(ROUNDS):
            start = time.process_time()
            for docname in self.docnames:
                work(docname)
            rounds.append(time.process_time() - start)
        return min(rounds) * 1e6 / len(self.docnames)

    def measure(self) -> Iterator[tuple[str, float, float]]:
        """For each part its name, and the microseconds for a page before and after."""
        yield "all of resolving and writing", self.microseconds(self._write), 0
        yield self._log_records()
        transforms = self.microseconds(self._transform)
        walks = self.microseconds(lambda name: [_classes(self.doctrees[name]) for _ in range(2)])
        yield f"{len(TRANSFORMS)} post-transforms without nodes of theirs", transforms, walks
        files = [*Path(self.app.outdir, "_static").glob("*.css")][:3]
        files += [*Path(self.app.outdir, "_static").glob("*.js")][:4]
        names = [f"_static/{path.name}" for path in files]
        outdir = self.app.outdir
        tags = self.microseconds(lambda _: [_file_checksum(outdir, name) for name in names])
        kept = cache(lambda name: _file_checksum(outdir, name))
        yield (
            f"checksums of {len(files)} files",
            tags,
            self.microseconds(lambda _: list(map(kept, names))),
        )
        yield self._style_sheets()
        yield self._partials()
        yield self._templates()
        yield self._stems()

    def _write(self, docname: str) -> None:
        doctree = self.env.get_and_resolve_doctree(docname, self.builder, tags=self.app.tags)
        self.builder.write_doc_serialized(docname, doctree)
        self.builder.write_doc(docname, doctree)

    def _log_records(self) -> tuple[str, float, float]:
        logger, level = getLogger("benchmark"), logging.getLogger("sphinx").level

        def log(docname: str) -> None:
            for _ in range(EVENTS):
                logger.debug("[app] emitting event: %r%s", "an-event", "(its arguments)")

        before = self.microseconds(log)
        logging.getLogger("sphinx").setLevel(logging.INFO)
        after = self.microseconds(log)
        logging.getLogger("sphinx").setLevel(level)
        return f"debug messages of {EVENTS} events", before, after

    def _transform(self, docname: str) -> None:
        for transform in TRANSFORMS:
            transform(self.doctrees[docname]).apply()

    def _style_sheets(self) -> tuple[str, float, float]:
        settings = self.builder.docsettings
        document = new_document("", settings)

        def translate(docname: str) -> None:
            for _ in range(3):
                self.builder.create_translator(document, self.builder)

        before, settings_before = self.microseconds(translate), settings.stylesheet_path
        settings.stylesheet_path = []
        after = self.microseconds(translate)
        settings.stylesheet_path = settings_before
        return "three translators, without style sheets", before, after

    def _partials(self) -> tuple[str, float, float]:
        parts: dict[str, tuple[nodes.Element, Any]] = {
            name: (self.env.longtitles[name], document_toc(self.env, name, self.app.tags))
            for name in self.docnames
        }

        def render_with(render: Callable[[Any], object]) -> float:
            return self.microseconds(lambda name: list(map(render, parts[name])))

        before = render_with(self.builder.render_partial)
        return (
            "a title and a table of contents",
            before,
            render_with(Partials(self.builder).render),
        )

    def _templates(self) -> tuple[str, float, float]:
        environment = self.builder.templates.environment
        names = "page layout basic/layout about navigation relations searchbox".split()

        def load(docname: str) -> None:
            for name in names:
                environment.get_template(f"{name}.html")

        before = self.microseconds(load)
        environment.auto_reload = False
        return f"{len(names)} templates", before, self.microseconds(load)

    def _stems(self) -> tuple[str, float, float]:
        language: Any = self.builder.indexer.lang
        language.stemmer = EnglishStemmer()  # not PyStemmer
        words = {
            name: set(language.split(doctree.astext())) for name, doctree in self.doctrees.items()
        }

        def stem_with(stem: Callable[[str], str]) -> float:
            return self.microseconds(lambda name: list(map(stem, words[name])))

        return "stems of words", stem_with(language.stem), stem_with(stemmer(language))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pages", type=int, default=60)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "site"
        write_pages(folder, given.pages)
        app = Sphinx(
            folder,
            folder,
            f"{work}/out",
            f"{work}/doctrees",
            "html",
            status=io.StringIO(),
            warning=io.StringIO(),
        )
        app.build(force_all=True)
        for name, before, after in Parts(app).measure():
            print(f"{name:45} {before:8.0f} {after:8.0f}")


if __name__ == "__main__":
    main()
