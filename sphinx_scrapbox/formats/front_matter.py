"""TODO: say what this file is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sphinx_scrapbox.wiki.ast import Problem
from sphinx_scrapbox.wiki.dates import Dates, clamp_dates, parse_iso
from sphinx_scrapbox.wiki.text import NOT_XML

_FRONT_MATTER = re.compile(
    r"\ufeff?---[ \t]*\r?\n(?P<head>.*?)^---[ \t\r]*$", re.DOTALL | re.MULTILINE
)
_DATE = re.compile(
    r"^(?P<name>created|updated|date)[ \t]*:[ \t]*"
    r"(?P<quote>[\"']?)(?P<value>[-+0-9T:., Z]+)(?P=quote)[ \t]*(?:\#.*)?\r?$",
    re.MULTILINE,
)


def front_matter_dates(text: str) -> Dates:
    r"""The dates of a page's front matter: ``created``, ``updated``, or one ``date`` for both.

    >>> front_matter_dates('---\ntitle: "A"\ndate: 1970-01-02\n---\n')
    Dates(created=86400, updated=86400)
    """
    head = _FRONT_MATTER.match(text)
    if head is None:
        return Dates()
    said = {match["name"]: _time(match["value"]) for match in _DATE.finditer(head["head"])}
    created = said.get("created") or said.get("date") or 0
    return clamp_dates(created, said.get("updated") or 0)


def _time(text: str) -> int:
    text = text.strip()
    if text.isdecimal() and len(text) > 8:  # seconds; shorter, it is a date without signs
        return int(text[:16])
    return parse_iso(text)


# -- front matter ----------------------------------------------------------------------

_PLAIN_TITLE = re.compile(r'title: "([^"\\]*)"')
_QUOTED_TITLE = re.compile(r"title: '((?:[^']|'')*)'")
_TITLE_KEY = re.compile(r"[\"']?title[\"']?[ \t]*:")


@dataclass(slots=True)
class _Head:
    title: str
    body: int = 0
    line: int = 0
    project: str = ""
    problems: tuple[Problem, ...] = ()


def read_front_matter(lines: list[str], name: str) -> _Head:
    if not lines or lines[0].rstrip() != "---":
        return _Head(name)
    end = next((at for at in range(1, len(lines)) if lines[at].rstrip() == "---"), 0)
    if not end:
        return _Head(name)
    head = _fast_title(lines[1]) if end == 2 else None
    if head is None:
        head = _yaml_head(lines[1:end], name)
    if head is None:
        return _Head(name)
    head.body = end + 1
    if head.body < len(lines) and not lines[head.body].strip():
        head.body += 1  # the blank line that stands in place of the title
    return head


def _fast_title(line: str) -> _Head | None:
    if match := _PLAIN_TITLE.fullmatch(line):
        return _Head(match[1], line=2)
    if match := _QUOTED_TITLE.fullmatch(line):
        return _Head(match[1].replace("''", "'"), line=2)
    return None


def _yaml_head(rows: list[str], name: str) -> _Head | None:
    """Read front matter that someone else wrote; None if it is none, but text and a rule."""
    import yaml

    try:
        # The base loader makes no dates of titles, and no objects of anything.
        data = yaml.load("\n".join(rows), Loader=yaml.BaseLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        problem = Problem("front_matter", f"front matter is not YAML: {reason}", line=1)
        return _Head(name, problems=(problem,))
    if not isinstance(data, dict):
        return None
    title, project = data.get("title"), data.get("project")
    at = next((at for at, row in enumerate(rows, 2) if _TITLE_KEY.match(row)), 0)
    return _Head(
        _one_line(title) or name,
        line=at,
        project=_one_line(project),
    )


def _one_line(value: object) -> str:
    """A string of YAML, whose escapes may spell what no title holds; empty for the rest."""
    return NOT_XML.sub("", value).replace("\n", " ") if isinstance(value, str) else ""
