"""Trees of pages -> a project export, as the wiki imports it.

Each row stands on a line of its own, so that a difference in version control shows which changed.
What is about people is not in the trees, and so not in the export.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import zip_longest

from ..page import Block, Line, Page
from .notation import write_notation


def write_project(
    pages: Iterable[Page], *, name: str = "", display_name: str = "", exported: int = 0
) -> str:
    """Write *pages*, in their order, as JSON that a project can be made from.

    Rows are texts, or objects with an id where any of a page's is known. Without *name*, the
    project is the one that the first page names that names any.
    """
    entries = []
    for page in pages:
        name = name or page.project
        entries.append(_page(page))
    head = {
        "name": name,
        "displayName": display_name or name,
        "exported": exported,
        "users": [],
    }
    rows = [f"{_json(key)}: {_json(value)}" for key, value in head.items()]
    return _lines("{", [*rows, '"pages": ' + _lines("[", entries, "]")], "}") + "\n"


def _page(page: Page) -> str:
    fields: dict[str, object] = {"title": page.title}
    if page.id:
        fields["id"] = page.id
    fields |= {"created": page.created, "updated": page.updated}
    rows = list(_rows(page))
    if any(row_id for _, row_id in rows):
        lines = [
            _json({"id": row_id, "text": row} if row_id else {"text": row}) for row, row_id in rows
        ]
    else:
        lines = [_json(row) for row, _ in rows]
    entries = [f"{_json(key)}: {_json(value)}" for key, value in fields.items()]
    return _lines("{", [*entries, '"lines": ' + _lines("[", lines, "]")], "}")


def _rows(page: Page) -> Iterator[tuple[str, str]]:
    """The rows of *page* in native notation, each with its id or an empty text."""
    rows = write_notation(page).removesuffix("\n").split("\n")
    return zip_longest(rows, _ids(page.blocks), fillvalue="")


def _ids(blocks: Iterable[Block]) -> Iterator[str]:
    """The id of each row that the writer of native notation makes; the title has none here."""
    yield ""
    closing: int | None = None
    for block in blocks:
        if closing is not None and block.indent > closing:
            yield ""  # the row that keeps this one out of the block above
        if isinstance(block, Line):
            closing = None
            yield block.id
        else:
            closing = block.indent
            for at in range(len(block.rows) + 1):
                yield block.row_ids[at] if at < len(block.row_ids) else ""


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _lines(opening: str, entries: Iterable[str], closing: str) -> str:
    """A list or an object with each entry on lines of its own."""
    return f"{opening}\n" + ",\n".join(entries) + f"\n{closing}"
