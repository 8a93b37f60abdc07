"""Front matter of a Markdown page: the YAML between the line ``---`` at its start and the next.

The wiki exports ``title`` only; authors, other exporters and this package add ``project``,
``lang`` (or ``language``), ``created``, ``updated``, ``date``, ``aliases`` and ``tags``. All
scalars are read as strings, so ``yes`` and ``2024-01-02`` are valid titles. Front matter of
unusual size or depth is not read.

The exporter quotes a title and escapes nothing but single quotes in single quotes, which it
doubles. A backslash in a title that it wrote stands for itself, in double quotes too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from sphinx_scrapbox.wiki.ast import Problem
from sphinx_scrapbox.wiki.dates import Dates, clamp_dates, parse_iso
from sphinx_scrapbox.wiki.text import NOT_XML, is_language_tag

if TYPE_CHECKING:
    import yaml

# The forms that exporters write: on one line, or with the title on the next. They are no YAML if
# the title has a backslash; and a YAML parser is a hundred times slower.
_EXPORTED_TITLE = re.compile(
    r"""title:[ \t]*(?:\n[ \t]+)?(?:"([^"\n]*)"|'((?:[^'\n]|'')*)')[ \t\r]*(?:\n|\Z)"""
)
# Quotes within quotes, by an exporter that does not double them.
_LITERAL_TITLE = re.compile(r'title:[ \t]*"(.+)"\s*')
LANGUAGE_FIELDS = ("lang", "language")
_NO_DATES = Dates()
_TITLE_ALONE = frozenset({"title"})
_TITLE_KEY = re.compile(r"[\"']?title[\"']?[ \t]*:")
_TAGS_KEY = re.compile(r"[\"']?tags?[\"']?[ \t]*:")
_BETWEEN_TAGS = re.compile(r"[\s,]+")
_MAX_LENGTH = 20_000
"""The most characters of YAML that are read; PyYAML takes a second for ten times as many."""
_MAX_DEPTH = 20
"""The deepest nesting of YAML that is read; the fields that are used have two levels."""


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The fields of front matter; a missing field has an empty value.

    ``line`` is the line number (1-based) of the title; the text of the page begins at
    ``lines[body]``. ``fields`` are the names of all fields. Front matter that is not valid YAML
    is a problem; if it is a title alone, that is its only field all the same.

    ``aliases`` are other titles of the page, ``tags`` are without their sign; ``tags_line`` is the
    line number of the tags.
    """

    title: str = ""
    project: str = ""
    language: str = ""
    dates: Dates = _NO_DATES
    line: int = 0
    body: int = 0
    fields: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    aliases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    tags_line: int = 0


def read_front_matter(lines: Sequence[str]) -> FrontMatter:
    r"""Read the front matter of a page that is split into lines.

    >>> read_front_matter(["---", 'title: "A"', "date: 1970-01-02", "---"]).dates
    Dates(created=86400, updated=86400)
    """
    if not lines or lines[0].removeprefix("\ufeff").rstrip() != "---":
        return FrontMatter()
    end = next((at for at in range(1, len(lines)) if lines[at].rstrip() == "---"), 0)
    if not end:
        return FrontMatter()
    body = end + 1
    if body < len(lines) and not lines[body].strip():
        body += 1  # the blank line that stands in place of the title
    rows = "\n".join(lines[1:end])
    if exported := _EXPORTED_TITLE.match(rows):
        title = exported[1] if exported[2] is None else exported[2].replace("''", "'")
        rest = rows[exported.end() :]
        if all(not row.strip() or row.lstrip().startswith("#") for row in rest.split("\n")):
            return FrontMatter(title, line=2, body=body, fields=_TITLE_ALONE)
        front = _read_yaml(rest, body)
        if front.fields:
            above = rows[: exported.end()].count("\n")
            return replace(
                front,
                title=title,
                line=2,
                fields=front.fields | _TITLE_ALONE,
                tags_line=front.tags_line and front.tags_line + above,
            )
    return _read_yaml(rows, body)


def _read_yaml(rows: str, body: int) -> FrontMatter:
    """Read front matter that the exporter did not write; text between two rules is none."""
    if len(rows) > _MAX_LENGTH:
        message = f"front matter of more than {_MAX_LENGTH} characters is shown as text"
        return FrontMatter(problems=(Problem("front_matter", message, line=1),))
    try:
        data = _load_yaml(rows)
    except ValueError as error:
        if literal := _LITERAL_TITLE.fullmatch(rows):
            return FrontMatter(literal[1], line=2, body=body, fields=_TITLE_ALONE)
        problem = Problem("front_matter", f"front matter is not YAML: {error}", line=1)
        is_title = _TITLE_KEY.match(rows) and "\n" not in rows.strip()
        fields = _TITLE_ALONE if is_title else frozenset[str]()
        return FrontMatter(body=body, fields=fields, problems=(problem,))
    if not isinstance(data, dict):
        return FrontMatter()
    date = _time(data.get("date"))
    language, problems = _language(data)
    return FrontMatter(
        _one_line(data.get("title")),
        _one_line(data.get("project")),
        language,
        clamp_dates(_time(data.get("created")) or date, _time(data.get("updated"))),
        line=_line_of(_TITLE_KEY, rows) or (2 if "title" in data else 0),
        body=body,
        fields=frozenset(map(str, data)),
        problems=problems,
        aliases=_names(data.get("aliases", data.get("alias"))),
        tags=_tags(data.get("tags", data.get("tag"))),
        tags_line=_line_of(_TAGS_KEY, rows) or 2,
    )


def _language(data: Mapping[object, object]) -> tuple[str, tuple[Problem, ...]]:
    """The language tag of ``lang`` or ``language``; a problem if it is none."""
    name = next((name for name in LANGUAGE_FIELDS if name in data), "")
    text = _one_line(data.get(name)).strip().replace("_", "-")
    if not text or is_language_tag(text):
        return text, ()
    message = f'the front matter has {name}: {text!r}, which is not a language tag such as "ja"'
    return "", (Problem("front_matter", message, line=1),)


def _load_yaml(text: str) -> object:
    """The value of a YAML text: strings, lists and dictionaries.

    :raises ValueError: if it is not YAML, or nested too deeply; the message is on one line.
    """
    import yaml

    try:
        return yaml.load(text, Loader=_shallow_loader())
    # PyYAML lets the errors of ``chr()`` and of its own internals through.
    except (yaml.YAMLError, ArithmeticError, AttributeError, LookupError, ValueError) as error:
        raise ValueError(" ".join(str(error).split()) or type(error).__name__) from error
    except RecursionError as error:  # the caller is deep in a recursion of its own
        raise ValueError("nested too deeply") from error


@cache
def _shallow_loader() -> type[yaml.BaseLoader]:
    """A loader that reads all scalars as strings, creates no objects, and refuses deep nesting."""
    import yaml

    class ShallowLoader(yaml.BaseLoader):
        depth = 0

        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.depth >= _MAX_DEPTH:
                raise yaml.YAMLError("nested too deeply")
            self.depth += 1
            try:
                return super().compose_node(parent, index)
            finally:
                self.depth -= 1

    return ShallowLoader


def _line_of(key: re.Pattern[str], rows: str) -> int:
    """The number of the line of the file with this key, 0 if there is none."""
    return next((at for at, row in enumerate(rows.split("\n"), 2) if key.match(row)), 0)


def _names(value: object) -> tuple[str, ...]:
    """The strings of a YAML list, or a single string, without repetition."""
    values = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(name for each in values if (name := _one_line(each).strip())))


def _tags(value: object) -> tuple[str, ...]:
    """Tags as tags of the wiki: no sign, no blanks. A string may hold several."""
    names = _BETWEEN_TAGS.split(value) if isinstance(value, str) else _names(value)
    tags = (_BETWEEN_TAGS.sub("_", name.lstrip("#").strip()) for name in names)
    return tuple(dict.fromkeys(filter(None, tags)))


def _time(value: object) -> int:
    """Unix seconds from an ISO 8601 date or a number of more than eight digits; else 0."""
    text = value.strip() if isinstance(value, str) else ""
    return int(text[:16]) if text.isdecimal() and len(text) > 8 else parse_iso(text)


def _one_line(value: object) -> str:
    """A YAML string on one line, without characters that XML excludes; "" for other values."""
    return NOT_XML.sub("", value).replace("\n", " ") if isinstance(value, str) else ""
