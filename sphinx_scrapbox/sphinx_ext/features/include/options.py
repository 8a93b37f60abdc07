"""The options of ``scrapbox:include``: their values, and what fits which part of a page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from docutils.parsers.rst import directives
from sphinx.directives.code import LiteralIncludeReader

from sphinx_scrapbox.sphinx_ext.reading import option_values as values
from sphinx_scrapbox.wiki.titles import is_line_id


def _line_id(value: str) -> str:
    value = value.removeprefix("#")
    if not is_line_id(value):
        raise values.BadOption(f"must be the id of a line, 24 hexadecimal digits, not {value!r}")
    return value


def _attribution(value: str) -> bool:
    return values.one_of("on", "none")(value) == "on"


PARTS: values.Converters = {"section": values.text, "line": _line_id, "code": str, "table": str}
RANGE = dict.fromkeys(("lines", "start-at", "start-after", "end-at", "end-before"), values.text)
ANY: values.Converters = {
    "file": values.text,
    "class": directives.class_option,
    "attribution": _attribution,
}
TITLE: values.Converters = {"title": values.text, "no-title": values.flag}
CODE: values.Converters = {
    **dict.fromkeys("language emphasize-lines prepend append caption name".split(), values.text),
    **dict.fromkeys("download linenos lineno-match force".split(), values.flag),
    **dict.fromkeys(("lineno-start", "tab-width"), values.whole_number),
    "dedent": lambda value: values.whole_number(value) if value else None,
}
TABLE: values.Converters = {
    **dict.fromkeys(("header-rows", "stub-columns"), values.whole_number),
    **dict.fromkeys(("caption", "name"), values.text),
}
ALL = [*PARTS, *RANGE, *ANY, *TITLE, *CODE, *TABLE]
_FITTING: dict[str, values.Converters] = {
    "section": {**ANY, **TITLE, "section": values.text},
    "line": {**ANY, **TITLE, "line": _line_id},
    "code": {**ANY, **RANGE, **CODE, "no-title": values.flag, "code": str},
    "table": {**ANY, **TABLE, "no-title": values.flag, "table": str},
    "": {**ANY, **RANGE, **TITLE},
}


def _unfitting(value: str) -> str:
    raise values.BadOption("does not fit what is included")


CONVERTERS = {
    kind: {**dict.fromkeys(ALL, _unfitting), **fitting} for kind, fitting in _FITTING.items()
}
"""For each kind of part ("" is the whole page) the converters of all options."""


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
