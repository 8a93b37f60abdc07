"""Project export: the JSON of a whole project, read and written.

An export has the name of the project and its pages, whose lines are strings or, in an export
with metadata, objects. Only the list of pages is required; missing ids are derived from titles,
so that a second export gets the same. Users and the authors of lines are kept for another
export only, and end up in no page, lock or site; the numbers of views are not read.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import count

from sphinx_scrapbox.formats.notation.characters import WHITE
from sphinx_scrapbox.formats.notation.lines import read_lines
from sphinx_scrapbox.formats.notation.writer import rows_with_ids
from sphinx_scrapbox.formats.untrusted_json import DeepJsonError, InvalidJsonError, load_json
from sphinx_scrapbox.wiki.ast import Page, SourceRows
from sphinx_scrapbox.wiki.dates import LATEST, clamp, parse_iso
from sphinx_scrapbox.wiki.text import SURROGATES, cut, without_surrogates, without_unsafe
from sphinx_scrapbox.wiki.titles import is_line_id, key

UNTITLED = "Untitled"
"""The wiki's own name for a page without a title."""

# Line ends of various programs, which would shift the numbers of later lines.
_LINE_ENDS = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_NOT_IN_ROWS = re.compile(f"[\n\r\x85\u2028\u2029{SURROGATES}]")


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
    (Unix seconds) or 0. So have ``line_users`` the id of the user who made it and
    ``line_created`` the time when the row was added.
    """

    id: str
    title: str
    created: int
    updated: int
    rows: tuple[str, ...]
    line_ids: tuple[str, ...] = ()
    line_times: tuple[int, ...] = ()
    line_users: tuple[str, ...] = field(default=(), repr=False)
    line_created: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """A project; ``notes`` are messages about what was corrected.

    ``users`` are as the export has them, perhaps with names and e-mail addresses.
    """

    name: str
    display_name: str
    exported: int
    pages: tuple[ProjectPage, ...]
    notes: tuple[str, ...] = ()
    users: tuple[dict[str, object], ...] = field(default=(), repr=False)


def load_project(data: bytes) -> Project:
    """Read the JSON of a project export.

    :raises ProjectError: if it is not valid, with the offset.
    """
    value = _parse(data)
    if not isinstance(value, dict):
        raise ProjectError(f"this is {_kind(value)}, not an object with a project's pages")
    entries = value.get("pages")
    if entries is None and isinstance(value.get("message"), str):
        name = f"{value['name']}: " if isinstance(value.get("name"), str) else ""
        message = cut(without_unsafe(f"{name}{value['message']}"), 300)
        raise ProjectError(
            f"this is not an export, but an error message of the server ({message})"
        )
    if not isinstance(entries, list):
        lack = "no 'pages'" if entries is None else f"{_kind(entries)} as 'pages'"
        hint = ": it looks like a single page" if isinstance(value.get("lines"), list) else ""
        raise ProjectError(f"the object contains {lack}, where a project has a list{hint}")
    if _is_page_list(value, entries):
        raise ProjectError(
            "the pages have no lines: this is the wiki's list of pages, not an export"
        )
    notes: list[str] = []
    name = one_line(_text(value.get("name")))
    users = value.get("users")
    users = users if isinstance(users, list) else []
    return Project(
        name=name,
        display_name=one_line(_text(value.get("displayName"))) or name,
        exported=_time(value.get("exported")),
        pages=tuple(_with_ids(_pages(entries, notes), notes)),
        notes=tuple(notes),
        users=tuple(user for user in users if isinstance(user, dict)),
    )


def _is_page_list(value: dict[str, object], entries: list[object]) -> bool:
    """Whether this is an answer of the API that has titles and first lines of pages only."""
    pages = [entry for entry in entries if isinstance(entry, dict)]
    if not pages or any("lines" in page for page in pages):
        return False
    return "projectName" in value or any(_LIST_FIELDS & page.keys() for page in pages)


_LIST_FIELDS = {"descriptions", "linesCount", "charsCount"}


def page_of(page: ProjectPage, *, project: str = "") -> Page:
    """The :class:`.Page` of an exported page."""
    tree = read_lines(page.rows, ids=page.line_ids, title=page.title)
    source = SourceRows(
        page.rows, page.line_ids, page.line_users, page.line_created, page.line_times
    )
    return replace(
        tree,
        project=project,
        id=page.id,
        created=page.created,
        updated=page.updated,
        source=source,
    )


def _parse(data: bytes) -> object:
    if data.startswith(b"\x1f\x8b"):
        raise ProjectError(
            "this is compressed with gzip: decompress it first, for example with gunzip"
        )
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    try:
        text = data[start:].decode()
    except UnicodeDecodeError as error:
        offset = start + error.start
        if error.reason == "unexpected end of data":
            message = f"the file ends too early, at byte {len(data)}, within a character"
            raise ProjectError(message, len(data)) from error
        wide = " (it may be UTF-16)" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else ""
        raise ProjectError(f"byte {offset}: not UTF-8{wide}", offset) from error
    try:
        return load_json(text)
    except DeepJsonError as error:
        raise ProjectError("the JSON is nested too deeply for a project") from error
    except InvalidJsonError as error:
        raise _broken(error, text, start) from error


# The beginning of a value that is cut off.
_BEGUN = re.compile(
    r"(?:t(?:r(?:ue?)?)?|f(?:a(?:l(?:se?)?)?)?|n(?:u(?:ll?)?)?|-|\.|[eE][-+]?|u[0-9a-fA-F]{0,4})?\s*"
)


def _broken(error: InvalidJsonError, text: str, start: int) -> ProjectError:
    at, end = (start + len(text[:chars].encode()) for chars in (error.position, len(text)))
    if end == start:
        return ProjectError("the file is empty", end)
    if "Unterminated string" in error.message:
        message = f"the file ends too early, at byte {end}, in a text from byte {at}"
        return ProjectError(message, end)
    if _BEGUN.fullmatch(text, error.position):
        return ProjectError(f"the file ends too early, at byte {end}", end)
    place = f" at byte {at}" if at > start else ""
    return ProjectError(f"{error.message}{place}", at)


_KINDS = {bool: "a truth value", float: "a number", int: "a number", list: "a list"}
_KINDS |= {dict: "an object", str: "a text", type(None): "null"}


def _kind(value: object) -> str:
    return _KINDS[type(value)]


def _pages(entries: list[object], notes: list[str]) -> Iterator[ProjectPage]:
    for number, entry in enumerate(entries, 1):
        if isinstance(entry, dict):
            yield load_page(entry, notes, where=f"page {number},")
        else:
            notes.append(f"page {number} of the list is {_kind(entry)}: left out")


_LINE_END = "contained line breaks or incomplete characters, which were replaced"
_NUMBER = "had a number instead of text, written as digits"
_NO_TEXT = "had no text and stayed empty"


def load_page(entry: dict[str, object], notes: list[str], *, where: str = "page") -> ProjectPage:
    """Read one page as the wiki's API returns it; corrections are added to *notes*.

    It has an id only if *entry* has one. *where* names the page in notes.
    """
    lines = entry.get("lines")
    if isinstance(lines, str):
        lines = lines.split("\n")
    lines = lines if isinstance(lines, list) else []
    rows, ids, times, users, created = [], [], [], [], []
    mended: Counter[str] = Counter()
    for line in lines:
        if isinstance(line, dict):
            value = line.get("text")
            line_id = _text(line.get("id"))
            added = _time(line.get("created"))
            time = _time(line.get("updated")) or added
            user = one_line(_text(line.get("userId")))
        else:
            value, line_id, time, added, user = line, "", 0, 0, ""
        row = _text(value)
        if not isinstance(value, str):
            mended[_NUMBER if row else _NO_TEXT] += 1
        if _NOT_IN_ROWS.search(row):
            row = one_line(row)
            mended[_LINE_END] += 1
        rows.append(row)
        ids.append(line_id if is_line_id(line_id) else "")
        times.append(time)
        users.append(user)
        created.append(added)
    first = rows[0].strip(WHITE) if rows else ""
    title = one_line(_text(entry.get("title"))) or first or UNTITLED
    for what, number in mended.items():
        lines_of_kind = "1 line" if number == 1 else f"{number} lines"
        notes.append(f"{where} {title!r}: {lines_of_kind} {what}")
    return ProjectPage(
        id=one_line(_text(entry.get("id"))).strip(),
        title=title,
        created=_time(entry.get("created")),
        updated=_time(entry.get("updated")),
        rows=tuple(rows) or (title,),
        line_ids=tuple(ids) if any(ids) else (),
        line_times=tuple(times) if any(times) else (),
        line_users=tuple(users) if any(users) else (),
        line_created=tuple(created) if any(created) else (),
    )


def _with_ids(pages: Iterator[ProjectPage], notes: list[str]) -> list[ProjectPage]:
    """Give an id to pages that have none, and keep the newer one of two with the same."""
    by_id: dict[str, ProjectPage] = {}
    without: list[ProjectPage] = []
    for page in pages:
        if not page.id:
            without.append(page)
        elif (other := by_id.setdefault(page.id, page)) is not page:
            notes.append(f"page {page.title!r} occurs twice: the newer one is used")
            if page.updated > other.updated:
                by_id[page.id] = page
    for page in without:
        ids = (_made_id(page.title, number) for number in count())
        new = next(made_id for made_id in ids if made_id not in by_id)
        by_id[new] = replace(page, id=new)
    by_title: dict[str, ProjectPage] = {}
    for page in by_id.values():
        if (other := by_title.setdefault(key(page.title), page)) is not page:
            notes.append(
                f"pages {other.title!r} and {page.title!r} have the same title: both are kept, "
                "and links lead to one of them"
            )
    return list(by_id.values())


def _made_id(title: str, number: int) -> str:
    """An id in the form of the wiki's ids, derived from the title."""
    return sha256(f"{key(title)}\n{number}".encode()).hexdigest()[:24]


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return ""


def one_line(text: str) -> str:
    """*text* with blanks for line ends and U+FFFD for surrogates."""
    if _NOT_IN_ROWS.search(text) is None:
        return text
    return without_surrogates(_LINE_ENDS.sub(" ", text))


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
    pages: Iterable[Page],
    *,
    name: str = "",
    display_name: str = "",
    exported: int = 0,
    users: Iterable[Mapping[str, object]] = (),
) -> str:
    """Write *pages*, in their order, as JSON that the wiki can import.

    Rows are strings, or objects with what is known of each row if any id of the page is known.
    Without *name*, the project is the first one that a page has.
    """
    entries = []
    for page in pages:
        name = name or page.project
        entries.append(page_json(page))
    head = {
        "name": name,
        "displayName": display_name or name,
        "exported": exported,
        "users": list(users),
    }
    rows = [f"{_json(key)}: {_json(value)}" for key, value in head.items()]
    return _lines("{", [*rows, '"pages": ' + _lines("[", entries, "]")], "}") + "\n"


def page_json(page: Page) -> str:
    """A page as an entry of a project export, a JSON object over several lines."""
    fields: dict[str, object] = {"title": page.title}
    if page.id:
        fields["id"] = page.id
    fields |= {"created": page.created, "updated": page.updated}
    # A carriage return at the end of a row is dropped; elsewhere it becomes a space.
    rows = [(row.rstrip("\r").replace("\r", " "), id) for row, id in rows_with_ids(page)]
    if any(row_id for _, row_id in rows):
        details = _details(page.source)
        lines = [
            _json(
                {"id": row_id, "text": row, **details.get(row_id, {})} if row_id else {"text": row}
            )
            for row, row_id in rows
        ]
    else:
        lines = [_json(row) for row, _ in rows]
    entries = [f"{_json(key)}: {_json(value)}" for key, value in fields.items()]
    return _lines("{", [*entries, '"lines": ' + _lines("[", lines, "]")], "}")


def _details(source: SourceRows | None) -> dict[str, dict[str, object]]:
    """By id: what is known of a line beside its text."""
    if source is None:
        return {}
    columns = {"userId": source.users, "created": source.created, "updated": source.updated}
    return {
        row_id: {
            name: column[at] for name, column in columns.items() if at < len(column) and column[at]
        }
        for at, row_id in enumerate(source.ids)
        if row_id
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _lines(opening: str, entries: Iterable[str], closing: str) -> str:
    """A JSON list or object with each entry on its own lines."""
    return f"{opening}\n" + ",\n".join(entries) + f"\n{closing}"
