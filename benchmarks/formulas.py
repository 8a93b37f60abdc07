"""How many formulas of wiki pages are typeset, and why others are not.

    python benchmarks/formulas.py PATH …

A PATH is a project export (``.json``), or a folder of exported (``.md``) and native
(``.scrapbox``) pages.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from sphinx_scrapbox.formats import PAGE_SUFFIXES, load_project, read
from sphinx_scrapbox.formats.project import page_of
from sphinx_scrapbox.formats.tex import read_formula
from sphinx_scrapbox.wiki.ast import Formula, Line, Page, Table, walk


def _pages(path: Path) -> Iterator[Page]:
    if path.suffix == ".json":
        yield from map(page_of, load_project(path.read_bytes()).pages)
        return
    formats = dict(zip(PAGE_SUFFIXES, ("markdown", "notation"), strict=True))
    for file in sorted(path.rglob("*")):
        if file.suffix in formats and file.is_file():
            text = file.read_text("utf-8", errors="replace")
            yield read(text, formats[file.suffix], file.stem)


def formulas(page: Page) -> Iterator[str]:
    """The TeX of each formula on a page."""
    for block in page.blocks:
        cells = block.rows if isinstance(block, Table) else ()
        contents = (
            [block.nodes] if isinstance(block, Line) else [cell for row in cells for cell in row]
        )
        for content in contents:
            yield from (node.tex for node in walk(content) if isinstance(node, Formula))


def main() -> None:
    """Print the counts for each path."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    for path in parser.parse_args().paths:
        readings = [(tex, read_formula(tex)) for page in _pages(path) for tex in formulas(page)]
        refused = [(tex, reading) for tex, reading in readings if not reading.tex]
        share = len(refused) / (len(readings) or 1)
        print(f"{path}: {len(readings)} formulas, {len(refused)} refused ({share:.2%})")
        for problem, count in Counter(reading.problem for _, reading in refused).most_common():
            print(f"  {count} {problem}")


if __name__ == "__main__":
    main()
