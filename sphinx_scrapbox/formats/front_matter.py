"""Front matter of a Markdown page: the YAML between the line ``---`` at its start and the next.

The wiki exports ``title`` only; authors and this package add ``project``, ``created``,
``updated`` and ``date``. All scalars are read as strings, so ``yes`` and ``2024-01-02`` are
valid titles.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sphinx_scrapbox.wiki.ast import Problem
from sphinx_scrapbox.wiki.dates import Dates, clamp_dates, parse_iso
from sphinx_scrapbox.wiki.text import NOT_XML

BARE = re.compile(
    r"\ufeff?---[ \t]*\r?\ntitle:[ \t]*(?P<title>[^\r\n]*)\r?\n"
    r"(?:project:[ \t]*[^\s]+[ \t]*\r?\n)?---[ \t]*(?:\r?\n|\Z)"
)
"""Front matter of an export: a title and nothing else but a project below it."""

# The form that the exporter writes; a YAML parser is a hundred times slower.
_EXPORTED_TITLE = re.compile(r"""title: (?:"([^"\\]*)"|'((?:[^']|'')*)')""")
_NO_DATES = Dates()
_TITLE_KEY = re.compile(r"[\"']?title[\"']?[ \t]*:")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The fields of front matter; a missing field has an empty value.

    ``line`` is the line number (1-based) of the title; the text of the page begins at
    ``lines[body]``. Front matter that is not valid YAML is a problem.
    """

    title: str = ""
    project: str = ""
    dates: Dates = _NO_DATES
    line: int = 0
    body: int = 0
    problems: tuple[Problem, ...] = ()


def read_front_matter(lines: Sequence[str]) -> FrontMatter:
    r"""Read the front matter of a page that is split into lines.

    >>> read_front_matter(["---", 'title: "A"', "date: 1970-01-02", "---"]).dates
    Dates(created=86400, updated=86400)
    """
    if not lines or lines[0].rstrip() != "---":
        return FrontMatter()
    end = next((at for at in range(1, len(lines)) if lines[at].rstrip() == "---"), 0)
    if not end:
        return FrontMatter()
    body = end + 1
    if body < len(lines) and not lines[body].strip():
        body += 1  # the blank line that stands in place of the title
    if end == 2 and (match := _EXPORTED_TITLE.fullmatch(lines[1])):
        title = match[1] if match[2] is None else match[2].replace("''", "'")
        return FrontMatter(title, line=2, body=body)
    return _read_yaml(lines[1:end], body)


def _read_yaml(rows: Sequence[str], body: int) -> FrontMatter:
    """Read front matter that the exporter did not write; text between two rules is none."""
    import yaml

    try:
        # The base loader reads all scalars as strings and creates no objects.
        data = yaml.load("\n".join(rows), Loader=yaml.BaseLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        problem = Problem("front_matter", f"front matter is not YAML: {reason}", line=1)
        return FrontMatter(body=body, problems=(problem,))
    if not isinstance(data, dict):
        return FrontMatter()
    date = _time(data.get("date"))
    return FrontMatter(
        _one_line(data.get("title")),
        _one_line(data.get("project")),
        clamp_dates(_time(data.get("created")) or date, _time(data.get("updated"))),
        line=next((at for at, row in enumerate(rows, 2) if _TITLE_KEY.match(row)), 0),
        body=body,
    )


def _time(value: object) -> int:
    """Unix seconds from an ISO 8601 date or a number of more than eight digits; else 0."""
    text = value.strip() if isinstance(value, str) else ""
    return int(text[:16]) if text.isdecimal() and len(text) > 8 else parse_iso(text)


def _one_line(value: object) -> str:
    """A YAML string on one line, without characters that XML excludes; "" for other values."""
    return NOT_XML.sub("", value).replace("\n", " ") if isinstance(value, str) else ""
