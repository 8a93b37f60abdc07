"""Project export: the JSON of a whole project, read and written.

An export has the name of the project and its pages, whose lines are strings or, in an export
with metadata, objects. Only the list of pages is required; missing ids are derived from titles,
so that a second export gets the same. Personal data is not read: the users with their e-mail
addresses, the authors of lines, the numbers of views.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import zip_longest

from sphinx_scrapbox.formats.notation.characters import WHITE
from sphinx_scrapbox.formats.notation.lines import read_lines
from sphinx_scrapbox.formats.notation.writer import write_notation
from sphinx_scrapbox.wiki.ast import Block, Line, Page
from sphinx_scrapbox.wiki.dates import LATEST, clamp, parse_iso
from sphinx_scrapbox.wiki.text import SURROGATES
from sphinx_scrapbox.wiki.titles import is_line_id, key

UNTITLED = "Untitled"
"""The wiki's own name for a page without a title."""

# What ends a line to some program or other, and so would put later lines out of step.
_LINE_ENDS = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_HALF = re.compile(f"[{SURROGATES}]")
_MENDED = re.compile(f"[\n\r\x85\u2028\u2029{SURROGATES}]")


class ProjectError(ValueError):
    """The data is not a project export; ``offset`` is the byte of the error, if there is one."""

    def __init__(self, message: str, offset: int | None = None) -> None:
        super().__init__(message)
        self.offset = offset


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """A page of an export; ``rows`` is never empty, and its first row is that of the title.

    ``title`` is the identity of the page; the first row may differ. ``line_ids`` is empty or has
    an id or "" for each row, ``line_times`` is empty or has the time of each row's last change
    (Unix seconds) or 0.
    """

    id: str
    title: str
    created: int
    updated: int
    rows: tuple[str, ...]
    line_ids: tuple[str, ...] = ()
    line_times: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """A project; ``notes`` are messages about what was corrected."""

    name: str
    display_name: str
    exported: int
    pages: tuple[ProjectPage, ...]
    notes: tuple[str, ...] = ()


def load_project(data: bytes) -> Project:
    """Read the JSON of a project export.

    :raises ProjectError: if it is not valid, with the offset.
    """
    value = _parse(data)
    if not isinstance(value, dict):
        raise ProjectError(f"this is {_kind(value)}, not an object with a project's pages")
    entries = value.get("pages")
    if not isinstance(entries, list):
        lack = "no 'pages'" if entries is None else f"{_kind(entries)} as 'pages'"
        hint = ": it looks like a single page" if isinstance(value.get("lines"), list) else ""
        raise ProjectError(f"the object holds {lack}, where a project has a list{hint}")
    notes: list[str] = []
    name = one_line(_text(value.get("name")))
    return Project(
        name=name,
        display_name=one_line(_text(value.get("displayName"))) or name,
        exported=_time(value.get("exported")),
        pages=tuple(_with_ids(_pages(entries, notes), notes)),
        notes=tuple(notes),
    )


def load_page(entry: dict[str, object], notes: list[str]) -> ProjectPage:
    """Read one page as the wiki's API returns it; corrections are added to *notes*.

    It has an id only if *entry* has one.
    """
    return _page(entry, "page", notes)


def page_of(page: ProjectPage, *, project: str = "") -> Page:
    """The :class:`.Page` of an exported page."""
    tree = read_lines(page.rows, ids=page.line_ids, title=page.title)
    return replace(tree, project=project, id=page.id, created=page.created, updated=page.updated)


# -- JSON ------------------------------------------------------------------------------


def _parse(data: bytes) -> object:
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    try:
        text = data[start:].decode()
    except UnicodeDecodeError as error:
        offset = start + error.start
        if error.reason == "unexpected end of data":
            message = f"the file breaks off at byte {len(data)}, within a character"
            raise ProjectError(message, len(data)) from error
        wide = " (it may be UTF-16)" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else ""
        raise ProjectError(f"byte {offset}: not UTF-8{wide}", offset) from error
    try:
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            raise
        except ValueError:
            # Python refuses a number of thousands of digits; none that counts here is as long.
            return json.loads(text, parse_int=lambda digits: int(digits[:20]))
    except json.JSONDecodeError as error:
        raise _broken(error, text, start) from error
    except RecursionError as error:
        raise ProjectError("the JSON is nested too deeply for a project") from error


# What a value may begin with that breaks off before it is one.
_BEGUN = re.compile(
    r"(?:t(?:r(?:ue?)?)?|f(?:a(?:l(?:se?)?)?)?|n(?:u(?:ll?)?)?|-|\.|[eE][-+]?|u[0-9a-fA-F]{0,4})?\s*"
)


def _broken(error: json.JSONDecodeError, text: str, start: int) -> ProjectError:
    at, end = (start + len(text[:chars].encode()) for chars in (error.pos, len(text)))
    if error.msg.startswith("Unterminated string"):
        return ProjectError(f"the file breaks off at byte {end}, in a text from byte {at}", end)
    if _BEGUN.fullmatch(text, error.pos):
        return ProjectError(f"the file breaks off at byte {end}", end)
    return ProjectError(f"byte {at}: {error.msg}", at)


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a truth value"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "an object"


# -- pages -----------------------------------------------------------------------------


def _pages(entries: list[object], notes: list[str]) -> Iterator[ProjectPage]:
    for number, entry in enumerate(entries, 1):
        if isinstance(entry, dict):
            yield _page(entry, f"page {number},", notes)
        else:
            notes.append(f"page {number} of the list is {_kind(entry)}: left out")


def _page(entry: dict[str, object], where: str, notes: list[str]) -> ProjectPage:
    lines = entry.get("lines")
    if isinstance(lines, str):
        lines = lines.split("\n")
    lines = lines if isinstance(lines, list) else []
    rows, ids, times, mended = [], [], [], 0
    for line in lines:
        if isinstance(line, str):
            row, line_id, time = line, "", 0
        elif isinstance(line, dict):
            row = _text(line.get("text"))
            line_id = _text(line.get("id"))
            time = _time(line.get("updated")) or _time(line.get("created"))
        else:
            row, line_id, time = _text(line), "", 0
        if _MENDED.search(row):
            row = one_line(row)
            mended += 1
        rows.append(row)
        ids.append(line_id if is_line_id(line_id) else "")
        times.append(time)
    first = rows[0].strip(WHITE) if rows else ""
    title = one_line(_text(entry.get("title"))) or first or UNTITLED
    if mended:
        what = "1 line" if mended == 1 else f"{mended} lines"
        notes.append(f"{where} {title!r}: {what} held line ends or halves of characters, replaced")
    return ProjectPage(
        id=one_line(_text(entry.get("id"))).strip(),
        title=title,
        created=_time(entry.get("created")),
        updated=_time(entry.get("updated")),
        rows=tuple(rows) or (title,),
        line_ids=tuple(ids) if any(ids) else (),
        line_times=tuple(times) if any(times) else (),
    )


def _with_ids(pages: Iterator[ProjectPage], notes: list[str]) -> list[ProjectPage]:
    """Give an id to pages that have none, and keep the newer one of two with the same."""
    by_id: dict[str, ProjectPage] = {}
    without: list[ProjectPage] = []
    for page in pages:
        if not page.id:
            without.append(page)
        elif (other := by_id.setdefault(page.id, page)) is not page:
            notes.append(f"page {page.title!r} is there twice: the newer one counts")
            if page.updated > other.updated:
                by_id[page.id] = page
    for page in without:
        new, number = _made_id(page.title, 0), 0
        while new in by_id:
            number += 1
            new = _made_id(page.title, number)
        by_id[new] = replace(page, id=new)
    return list(by_id.values())


def _made_id(title: str, number: int) -> str:
    """An id in the form of the wiki's ids, derived from the title."""
    return sha256(f"{key(title)}\n{number}".encode()).hexdigest()[:24]


# -- values ----------------------------------------------------------------------------


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return ""


def one_line(text: str) -> str:
    """*text* with blanks for line ends and U+FFFD for surrogates."""
    if _MENDED.search(text) is None:
        return text
    return _HALF.sub("\ufffd", _LINE_ENDS.sub(" ", text))


def _time(value: object) -> int:
    """Unix seconds from a number, its digits or an ISO date; 0 if *value* is not a time."""
    if isinstance(value, str):
        try:
            number = float(value)
        except ValueError:
            number = parse_iso(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if not -1e15 < value < 1e15:  # nor is it a time if it is NaN
            return 0
        number = value
    else:
        return 0
    if number > LATEST:
        number /= 1000  # what JavaScript counts in
    return clamp(number)


def write_project(
    pages: Iterable[Page], *, name: str = "", display_name: str = "", exported: int = 0
) -> str:
    """Write *pages*, in their order, as JSON that the wiki can import.

    Rows are strings, or objects with an id if any id of the page is known. Without *name*, the
    project is the first one that a page has.
    """
    entries = []
    for page in pages:
        name = name or page.project
        entries.append(page_json(page))
    head = {
        "name": name,
        "displayName": display_name or name,
        "exported": exported,
        "users": [],
    }
    rows = [f"{_json(key)}: {_json(value)}" for key, value in head.items()]
    return _lines("{", [*rows, '"pages": ' + _lines("[", entries, "]")], "}") + "\n"


def page_json(page: Page) -> str:
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
    """The rows of *page* in native notation, each with its id or ""."""
    rows = write_notation(page).removesuffix("\n").split("\n")
    return zip_longest(rows, _ids(page.blocks), fillvalue="")


def _ids(blocks: Iterable[Block]) -> Iterator[str]:
    """The id or "" of each row that :func:`.write_notation` writes, the title row included."""
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
    """A JSON list or object with each entry on its own lines."""
    return f"{opening}\n" + ",\n".join(entries) + f"\n{closing}"
