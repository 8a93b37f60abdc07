"""Reads a comparison that was stored as JSON (``sphinx-scrapbox diff … --format json``)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import cast

from sphinx_scrapbox.formats.untrusted_json import InvalidJsonError, load_json
from sphinx_scrapbox.snapshot.diff.model import (
    Comparison,
    LineChange,
    LineKind,
    PageChange,
    PageKind,
    PagePlace,
    Row,
    Snapshot,
)
from sphinx_scrapbox.snapshot.git import SnapshotError
from sphinx_scrapbox.snapshot.reports.json import REPORT_VERSION
from sphinx_scrapbox.wiki.dates import parse_iso
from sphinx_scrapbox.wiki.text import NOT_XML

_MAX_NUMBER = 2**31
# The rows that a change of a kind must have; its other rows are not read.
_BEFORE = frozenset(LineKind) - {LineKind.ADDED, LineKind.MOVED_IN}
_AFTER = frozenset(LineKind) - {LineKind.REMOVED, LineKind.MOVED_OUT}

_Object = dict[str, object]


def load_comparison(data: bytes, name: str) -> Comparison:
    """The comparison of a JSON report, whose snapshots have no pages.

    The file is not trusted: unknown fields are ignored, texts cleaned and numbers limited.

    :raises SnapshotError: if it is no such report.
    """
    try:
        report = _object(load_json(data))
        if report.get("version") != REPORT_VERSION:
            raise ValueError(f"is not version {REPORT_VERSION} of the format")
        pages = tuple(_page(_object(page)) for page in _list(report, "pages"))
        old, new = (_snapshot(_object(report.get(side))) for side in ("old", "new"))
    except InvalidJsonError as error:
        raise SnapshotError(f"{name} is no JSON: {error}") from error
    except ValueError as error:
        raise SnapshotError(
            f"{name} is not a comparison written by 'sphinx-scrapbox diff --format json': {error}"
        ) from error
    return Comparison(old, new, pages)


def _snapshot(fields: _Object) -> Snapshot:
    time = parse_iso(_text(fields, "time"))
    return Snapshot(_text(fields, "name"), (), _text(fields, "project"), max(0, time))


def _page(fields: _Object) -> PageChange:
    kind = PageKind(fields.get("kind"))
    title, file = _text(fields, "title"), _text(fields, "path")
    if not title or not file:
        raise ValueError("a page has no title or no path")
    text = json.dumps(fields, sort_keys=True)
    return PageChange(
        kind,
        title,
        file,
        _text(fields, "was"),
        _text(fields, "old_path"),
        _text(fields, "id"),
        _text(fields, "project"),
        max(0, parse_iso(_text(fields, "updated"))),
        tuple(_line(_object(line)) for line in _list(fields, "lines")),
        tuple(_counts(_object(fields.get("counts", {})))),
        digest=sha256(text.encode()).hexdigest(),
    )


def _counts(fields: _Object) -> Iterator[tuple[LineKind, int]]:
    for kind in LineKind:
        if count := _number(fields, kind.value):
            yield kind, count


def _line(fields: _Object) -> LineChange:
    kind = LineKind(fields.get("kind"))
    before = _rows(fields, "before") if kind in _BEFORE else ()
    after = _rows(fields, "after") if kind in _AFTER else ()
    if (kind in _BEFORE and not before) or (kind in _AFTER and not after):
        raise ValueError(f"lines that were {kind.value} have no text")
    if kind is LineKind.EDITED:
        before, after = before[:1], after[:1]
    page = _object(fields.get("page", {}))
    has_page = kind in (LineKind.MOVED_OUT, LineKind.MOVED_IN)
    if has_page and not _text(page, "title"):
        raise ValueError(f"lines that were {kind.value} name no page")
    return LineChange(
        kind,
        max(0, _number(fields, "old_line") - 1),
        max(0, _number(fields, "new_line") - 1),
        before,
        after,
        moved=kind is LineKind.EDITED and fields.get("moved") is True,
        below=_text(fields, "below"),
        page=PagePlace(_text(page, "title"), _text(page, "path")) if has_page else None,
    )


def _rows(fields: _Object, name: str) -> tuple[Row, ...]:
    rows = map(_object, _list(fields, name))
    return tuple(Row(_number(row, "depth"), _text(row, "text")) for row in rows)


def _object(value: object) -> _Object:
    if not isinstance(value, dict):
        raise ValueError(f"{type(value).__name__} instead of an object")
    return cast(_Object, value)


def _list(fields: _Object, name: str) -> list[object]:
    value = fields.get(name, [])
    if not isinstance(value, list):
        raise ValueError(f"{name!r} is not a list")
    return value


def _text(fields: _Object, name: str) -> str:
    """A text on one line, "" for none."""
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{name!r} is not text")
    return " ".join(NOT_XML.sub("", value).splitlines())


def _number(fields: _Object, name: str) -> int:
    value = fields.get(name, 0)
    if not isinstance(value, int) or not 0 <= value <= _MAX_NUMBER:
        raise ValueError(f"{name!r} is not a number of lines")
    return value
