"""TODO: say what this file is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from docutils.parsers.rst import directives
from sphinx.directives.code import LiteralIncludeReader

from sphinx_scrapbox.wiki.titles import is_line_id

# -- options ---------------------------------------------------------------------------


class BadOption(ValueError):
    """The message completes "option x …"."""


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


PARTS: dict[str, Callable[[str], Any]] = {
    "section": _given,
    "line": _line_id,
    "code": str,
    "table": str,
}
RANGE: dict[str, Callable[[str], Any]] = {
    "lines": _given,
    "start-at": _given,
    "start-after": _given,
    "end-at": _given,
    "end-before": _given,
}
ANY: dict[str, Callable[[str], Any]] = {
    "file": _given,
    "class": directives.class_option,
    "attribution": _attribution,
}
TITLE: dict[str, Callable[[str], Any]] = {"title": _given, "no-title": _flag}
CODE: dict[str, Callable[[str], Any]] = {
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
TABLE: dict[str, Callable[[str], Any]] = {
    "header-rows": _number,
    "stub-columns": _number,
    "caption": _given,
    "name": _given,
}
FITTING: dict[str, dict[str, Callable[[str], Any]]] = {
    "section": {**ANY, **TITLE, "section": _given},
    "line": {**ANY, **TITLE, "line": _line_id},
    "code": {**ANY, **RANGE, **CODE, "no-title": _flag, "code": str},
    "table": {**ANY, **TABLE, "no-title": _flag, "table": str},
    "": {**ANY, **RANGE, **TITLE},
}
"""What an option's text becomes, for each kind of part; "" is the page. It may raise."""


class _Row(str):
    """A line of a file that remembers its number."""

    __slots__ = ("number",)
    number: int


def numbered_rows(lines: Iterable[str]) -> list[str]:
    rows: list[str] = []
    for number, line in enumerate(lines, 1):
        row = _Row(f"{line}\n")
        row.number = number
        rows.append(row)
    return rows


class Reader(LiteralIncludeReader):
    """``literalinclude``'s choice of lines, from lines that are in no file of their own."""

    def __init__(self, rows: list[str], options: dict[str, Any], config: Any) -> None:
        super().__init__("", options, config)
        self._rows = rows

    def read_file(self, filename: Any, location: Any = None) -> list[str]:
        """The lines."""
        width = self.options.get("tab-width")
        return [row.expandtabs(width) for row in self._rows] if width else self._rows

    def numbers(self) -> set[int]:
        """The numbers of the lines that the options choose."""
        rows = self._rows
        for choose in (self.start_filter, self.end_filter, self.lines_filter):
            rows = choose(rows)
        return {row.number for row in rows if isinstance(row, _Row)}
