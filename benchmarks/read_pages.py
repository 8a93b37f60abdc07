"""How long reading exported pages takes, against MyST on the same files.

    python benchmarks/read_pages.py FOLDER [--runs 3]

Both sides go from the text of a file to a docutils document, in one process, in turn; the
ratio of the best runs is printed. FOLDER holds exported pages (``*.md``).
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from docutils import nodes
from docutils.frontend import get_default_settings
from docutils.utils import new_document
from myst_parser.config.main import MdParserConfig
from myst_parser.mdit_to_docutils.base import DocutilsRenderer
from myst_parser.parsers.docutils_ import Parser
from myst_parser.parsers.mdit import create_md_parser

from sphinx_scrapbox.formats.markdown.blocks import read_markdown
from sphinx_scrapbox.rendering import Site, render
from sphinx_scrapbox.wiki.structure import structure


def _settings():
    settings = get_default_settings(Parser)
    settings.report_level = 5
    return settings


def with_scrapbox(text: str, settings: object) -> nodes.document:
    document = new_document("page.md", settings)
    document += render(structure(read_markdown(text)), Site(), document)
    return document


def with_myst(text: str, settings: object) -> nodes.document:
    document = new_document("page.md", settings)
    parser = create_md_parser(MdParserConfig(), DocutilsRenderer)
    parser.options["document"] = document
    parser.render(text)
    return document


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--runs", type=int, default=3)
    given = arguments.parse_args()
    texts = [path.read_text("utf-8") for path in sorted(given.folder.glob("*.md"))]
    size = sum(map(len, texts))
    print(f"{len(texts)} pages, {size:,} characters")
    settings = _settings()
    best = {}
    for read in (with_scrapbox, with_myst):
        times = []
        for _ in range(given.runs):
            start = time.process_time()
            for text in texts:
                read(text, settings)
            times.append(time.process_time() - start)
        best[read] = min(times)
        speed = size / best[read] / 1e6
        print(f"{read.__name__:15} {best[read]:7.3f} s CPU, {speed:5.2f} M chars/s")
    start = time.process_time()
    for text in texts:
        read_markdown(text)
    alone = time.process_time() - start
    print(f"{'reader alone':15} {alone:7.3f} s CPU, {size / alone / 1e6:5.2f} M chars/s")
    print(f"ratio to MyST   {best[with_scrapbox] / best[with_myst]:.2f}")


if __name__ == "__main__":
    main()
