"""What the reports have in common: words, signs, counts, and the addresses of pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath
from urllib.parse import quote

from sphinx_scrapbox.snapshot.diff.model import LineChange, LineKind, PageChange, PageKind, Row
from sphinx_scrapbox.wiki.text import cut

TOOL = "sphinx-scrapbox"
HOME = "https://sphinx-scrapbox.readthedocs.io"

Say = Callable[[str], str]
"""Translates a label."""
Address = Callable[[PageChange], str]
"""The address of a page, "" if it has none."""

HEADINGS = {
    PageKind.NEW: "New pages",
    PageKind.CHANGED: "Changed pages",
    PageKind.RENAMED: "Renamed pages",
    PageKind.GONE: "Deleted pages",
}
ACTIONS = {
    LineKind.ADDED: "Added",
    LineKind.REMOVED: "Removed",
    LineKind.EDITED: "Edited",
    LineKind.MOVED: "Moved",
    LineKind.SHIFTED: "Indented",
    LineKind.MOVED_OUT: "Moved to another page",
    LineKind.MOVED_IN: "Moved from another page",
}
"""Words for changes without the place that rows moved to or came from."""
OUTDENTED = "Outdented"
MOVED_BELOW = "Moved below “{line}”"
MOVED_UP = "Moved to the beginning"
EDITED_BELOW = "Edited, moved below “{line}”"
EDITED_UP = "Edited, moved to the beginning"
MOVED_OUT = "Moved to {page}"
MOVED_IN = "Moved from {page}"
_COUNTED = {
    LineKind.MOVED_OUT: "moved to other pages",
    LineKind.MOVED_IN: "moved from other pages",
}
_SIGNS = {
    LineKind.ADDED: "+",
    LineKind.REMOVED: "-",
    LineKind.EDITED: "~",
    LineKind.MOVED: "^",
    LineKind.SHIFTED: ">",
    LineKind.MOVED_OUT: "^",
    LineKind.MOVED_IN: "^",
}
_MAX_INDENT = 16
_MAX_PLACE = 40  # characters of a line that says where others are now


def action(change: LineChange, say: Say = str) -> str:
    """What happened to the rows, and where they moved to or came from."""
    text = say(label(change))
    return text.format(line=place(change), page=change.page.title if change.page else "")


def label(change: LineChange) -> str:
    """What happened to the rows in English, with the fields ``{line}`` or ``{page}`` if moved."""
    if change.page is not None:
        return MOVED_OUT if change.kind is LineKind.MOVED_OUT else MOVED_IN
    if change.moved:
        return EDITED_BELOW if change.below else EDITED_UP
    if change.kind is LineKind.MOVED:
        return MOVED_BELOW if change.below else MOVED_UP
    return OUTDENTED if _is_outdented(change) else ACTIONS[change.kind]


def uncapitalized(text: str) -> str:
    """A label in English as it begins within a line."""
    return text[:1].lower() + text[1:]


def place(change: LineChange) -> str:
    """The beginning of the row that moved rows are below now."""
    return cut(change.below, _MAX_PLACE, at_word=False)


def sign(change: LineChange) -> str:
    """What happened to the rows, as a single character."""
    return "<" if _is_outdented(change) else _SIGNS[change.kind]


def _is_outdented(change: LineChange) -> bool:
    return change.kind is LineKind.SHIFTED and change.shift < 0


def counts(page: PageChange) -> dict[LineKind, int]:
    """How many rows with text each kind of change affects; kinds with none are left out."""
    return {kind: count for kind in LineKind if (count := page.count(kind))}


def counted_changes(page: PageChange) -> str:
    """The counts in words, such as ``2 added, 1 moved``."""
    return ", ".join(counted(kind, count) for kind, count in counts(page).items())


def counted(kind: LineKind, count: int) -> str:
    """A number of rows in words."""
    return f"{count:,} {_COUNTED.get(kind, kind.value)}"


def indented(rows: Sequence[Row]) -> Iterator[str]:
    """The rows that have text, indented in relation to the one that is indented least."""
    filled = [row for row in rows if row.text]
    least = min((row.depth for row in filled), default=0)
    for row in filled:
        yield f"{'  ' * min(row.depth - least, _MAX_INDENT)}{row.text}"


def no_address(page: PageChange) -> str:
    """No page has an address."""
    return ""


def addresses(base: str) -> Address:
    """Addresses below *base*: ``{page}`` in it is the page's path, else that and ``.html`` follow.

    >>> page = PageChange(PageKind.NEW, "Soil: what?", "a/Soil- what-.scrapbox")
    >>> addresses("https://garden.test/wiki/")(page)
    'https://garden.test/wiki/a/Soil-%20what-.html'
    >>> addresses("https://garden.test/{page}/")(page)
    'https://garden.test/a/Soil-%20what-/'
    """
    template = base if "{page}" in base else f"{base.rstrip('/')}/{{page}}.html"

    def address(page: PageChange) -> str:
        if page.kind is PageKind.GONE:
            return ""
        folder, _, name = page.file.rpartition("/")
        path = f"{folder}/{PurePosixPath(name).stem}" if folder else PurePosixPath(name).stem
        return template.replace("{page}", quote(path, errors="replace"))

    return address
