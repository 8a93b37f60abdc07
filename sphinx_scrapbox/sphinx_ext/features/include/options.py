"""The options of ``scrapbox:include``: their values, and what fits which part of a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from docutils.parsers.rst import directives
from sphinx.directives.code import LiteralIncludeReader

from sphinx_scrapbox.wiki.titles import is_line_id


class BadOption(ValueError):
    """A bad value of an option; the message completes ``option 'x' …``."""


def _given(text: str) -> str:
    if not text:
        raise BadOption("is empty")
    return text


def _flag(text: str) -> bool:
    if text:
        raise BadOption(f"takes no value, not {text!r}")
    return True


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise BadOption(f"must be a whole number, not {text!r}")
    return int(text[:9])


def _number_if_any(text: str) -> int | None:
    return _number(text) if text else None


def _line_id(text: str) -> str:
    text = text.removeprefix("#")
    if not is_line_id(text):
        raise BadOption(f"must be the id of a line, 24 hexadecimal digits, not {text!r}")
    return text


def _attribution(text: str) -> bool:
    if text not in ("on", "none"):
        raise BadOption(f"must be 'on' or 'none', not {text!r}")
    return text == "on"


Checks = dict[str, Callable[[str], Any]]

PARTS: Checks = {"section": _given, "line": _line_id, "code": str, "table": str}
RANGE: Checks = dict.fromkeys(("lines", "start-at", "start-after", "end-at", "end-before"), _given)
ANY: Checks = {"file": _given, "class": directives.class_option, "attribution": _attribution}
TITLE: Checks = {"title": _given, "no-title": _flag}
CODE: Checks = {
    "download": _flag,
    "language": _given,
    "linenos": _flag,
    "lineno-start": _number,
    "lineno-match": _flag,
    "emphasize-lines": _given,
    "dedent": _number_if_any,
    "tab-width": _number,
    "prepend": _given,
    "append": _given,
    "force": _flag,
    "caption": _given,
    "name": _given,
}
TABLE: Checks = {
    "header-rows": _number,
    "stub-columns": _number,
    "caption": _given,
    "name": _given,
}
FITTING: dict[str, Checks] = {
    "section": {**ANY, **TITLE, "section": _given},
    "line": {**ANY, **TITLE, "line": _line_id},
    "code": {**ANY, **RANGE, **CODE, "no-title": _flag, "code": str},
    "table": {**ANY, **TABLE, "no-title": _flag, "table": str},
    "": {**ANY, **RANGE, **TITLE},
}
"""For each kind of part ("" is the whole page) its options and what converts their text.

Converters raise :exc:`ValueError` for a bad value.
"""


class _Row(str):
    """A line with its number."""

    __slots__ = ("number",)
    number: int


def numbered_rows(lines: Iterable[str]) -> list[str]:
    """The lines, numbered from 1, each with its line end, for :class:`Reader`."""
    rows: list[str] = []
    for number, line in enumerate(lines, 1):
        row = _Row(f"{line}\n")
        row.number = number
        rows.append(row)
    return rows


class Reader(LiteralIncludeReader):
    """Chooses lines as ``literalinclude`` does, from rows instead of a file."""

    def __init__(self, rows: list[str], options: dict[str, Any], config: Any) -> None:
        super().__init__("", options, config)
        self._rows = rows

    def read_file(self, filename: Any, location: Any = None) -> list[str]:
        """The rows, with tabs expanded if an option says so."""
        width = self.options.get("tab-width")
        return [row.expandtabs(width) for row in self._rows] if width else self._rows

    def numbers(self) -> set[int]:
        """The numbers of the chosen rows."""
        rows = self._rows
        for choose in (self.start_filter, self.end_filter, self.lines_filter):
            rows = choose(rows)
        return {row.number for row in rows if isinstance(row, _Row)}
