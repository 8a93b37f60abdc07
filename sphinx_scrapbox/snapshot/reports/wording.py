"""What changed, told: as text for people, as a Markdown page, as JSON and as an Atom feed.

The text of a wiki is not trusted: each form escapes it in its own way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from sphinx_scrapbox.snapshot.diff.model import LineChange, LineKind, PageChange, PageKind, Row

TOOL = "sphinx-scrapbox"
HOME = "https://sphinx-scrapbox.readthedocs.io"
JSON_VERSION = 1

Say = Callable[[str], str]
"""Translates a label."""

HEADINGS = {
    PageKind.NEW: "New pages",
    PageKind.CHANGED: "Changed pages",
    PageKind.RENAMED: "Renamed pages",
    PageKind.GONE: "Pages that are gone",
}
ACTIONS = {
    LineKind.ADDED: "Added",
    LineKind.REMOVED: "Removed",
    LineKind.EDITED: "Edited",
    LineKind.MOVED: "Moved",
    LineKind.SHIFTED: "Indented",
}
OUTDENTED = "Outdented"
SIGNS = {
    LineKind.ADDED: "+",
    LineKind.REMOVED: "-",
    LineKind.EDITED: "~",
    LineKind.MOVED: "^",
    LineKind.SHIFTED: ">",
}
_OUT = "<"
MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+!|~$&^=:@-])")


def action(change: LineChange) -> str:
    """What happened to the rows, as a word in English."""
    return (
        OUTDENTED if change.kind is LineKind.SHIFTED and change.shift < 0 else ACTIONS[change.kind]
    )


def sign(change: LineChange) -> str:
    """What happened to the rows, as a sign."""
    return _OUT if _goes_out(change) else SIGNS[change.kind]


def _goes_out(change: LineChange) -> bool:
    return change.kind is LineKind.SHIFTED and change.shift < 0


def counts(page: PageChange) -> dict[LineKind, int]:
    """How many rows with text each thing happened to, without what did not happen."""
    return {kind: count for kind in LineKind if (count := page.count(kind))}


def counted_changes(page: PageChange) -> str:
    return ", ".join(f"{count} {kind.value}" for kind, count in counts(page).items())


def indented(rows: Sequence[Row]) -> Iterator[str]:
    """Rows with text, as deep as they are below the least deep of them."""
    said = [row for row in rows if row.text]
    least = min((row.depth for row in said), default=0)
    for row in said:
        yield f"{'  ' * min(row.depth - least, 16)}{row.text}"
