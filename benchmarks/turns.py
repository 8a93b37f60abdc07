#!/usr/bin/env python3
"""How well turns are found in lines that people have labelled.

    python benchmarks/turns.py LABELS.jsonl... [--project PROJECT.json] [--quiet]

Each row of a file is one line of a wiki that begins with an icon, in native notation: ``text``,
optionally the lines ``before`` and ``after`` it, and ``label``. The labels "turn" and
"speaker-of-block" mean that a turn begins on the line, any other label that none does. Printed
are the lines that are read otherwise, and for each file the precision (the share of turns found
that are turns) and the recall (the share of turns that are found).

With ``--project``, an export of the wiki, lines are read as those of a site are: who signs is
known from all its pages, and a row with the ``title`` of a page and the ``index`` of its line in
it is read in the whole page.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sphinx_scrapbox.formats.evidence.signatures import read_signatures
from sphinx_scrapbox.formats.notation.lines import read_lines
from sphinx_scrapbox.wiki import ast, outline
from sphinx_scrapbox.wiki.speakers import find_signers
from sphinx_scrapbox.wiki.structure import DEFAULT_OPTIONS, StructureOptions, structure

Row = Mapping[str, Any]
TURNS = frozenset({"turn", "speaker-of-block"})
"""The labels of lines on which a turn begins."""


@dataclass
class Score:
    """How labelled lines were read."""

    right: int = 0
    """Turns that were found."""
    extra: list[Row] = field(default_factory=list)
    """Lines that were taken for turns."""
    lost: list[Row] = field(default_factory=list)
    """Turns that were not found."""

    @property
    def precision(self) -> float:
        return self.right / ((self.right + len(self.extra)) or 1)

    @property
    def recall(self) -> float:
        return self.right / ((self.right + len(self.lost)) or 1)


def read_labels(path: Path) -> list[Row]:
    """The rows of a file of labels."""
    return [json.loads(row) for row in path.read_text(encoding="utf-8").splitlines() if row]


@dataclass(frozen=True)
class Wiki:
    """The rows of the pages of a wiki by title."""

    pages: Mapping[str, list[str]] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> Wiki:
        project = json.loads(path.read_bytes())
        return cls(
            {
                page["title"]: [line["text"] if isinstance(line, dict) else line for line in lines]
                for page in project["pages"]
                if (lines := page["lines"])
            }
        )

    @property
    def options(self) -> StructureOptions:
        pages = (read_signatures(rows[1:]) for rows in self.pages.values())
        return StructureOptions(signers=find_signers(pages) or None)


def page_of(row: Row, wiki: Wiki | None = None) -> tuple[ast.Page, int]:
    """The page of a labelled line, or one of the lines around it, and the number of the line."""
    rows, index = wiki.pages.get(row.get("title", ""), []) if wiki else [], row.get("index", 0)
    if 0 < index < len(rows) and rows[index] == row["text"]:
        return read_lines(rows), index + 1
    before = row.get("before", [])
    return read_lines(["Talk", *before, row["text"], *row.get("after", [])]), len(before) + 2


def turn_lines(parts: Iterable[outline.Part]) -> Iterator[int]:
    """The numbers of the lines on which turns begin."""
    for part in parts:
        match part:
            case outline.Turn(_, inner, line):
                yield line
                yield from turn_lines(inner)
            case outline.Run(_, below) | outline.Quotes(_, below):
                yield from turn_lines(below)
            case outline.Bullets(items) | outline.Numbers(_, items):
                for item in items:
                    yield from turn_lines(item)
            case outline.Section(parts=inner):
                yield from turn_lines(inner)


def score(rows: Iterable[Row], wiki: Wiki | None = None) -> Score:
    """Read each labelled line, and compare."""
    result = Score()
    options = wiki.options if wiki else DEFAULT_OPTIONS
    for row in rows:
        page, line = page_of(row, wiki)
        is_turn = row["label"] in TURNS
        is_read_as_turn = line in turn_lines(structure(page, options).content)
        if is_turn and is_read_as_turn:
            result.right += 1
        elif is_turn:
            result.lost.append(row)
        elif is_read_as_turn:
            result.extra.append(row)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("labels", type=Path, nargs="+", metavar="LABELS.jsonl")
    parser.add_argument(
        "--project", type=Path, metavar="PROJECT.json", help="an export of the wiki"
    )
    parser.add_argument("--quiet", action="store_true", help="do not print the lines")
    arguments = parser.parse_args()
    wiki = Wiki.load(arguments.project) if arguments.project else None
    for path in arguments.labels:
        rows = read_labels(path)
        result = score(rows, wiki)
        if not arguments.quiet:
            for kind, wrong in (("extra", result.extra), ("lost", result.lost)):
                for row in wrong:
                    print(f"  {kind} turn ({row['label']}): {row['text'].strip()}")
        print(
            f"{path.name}: {len(rows)} lines, precision {result.precision:.1%}, "
            f"recall {result.recall:.1%}"
        )


if __name__ == "__main__":
    main()
