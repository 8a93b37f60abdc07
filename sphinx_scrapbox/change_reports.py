"""What changed, told: as text for people, as a Markdown page, as JSON and as an Atom feed.

The text of a wiki is not trusted: each form escapes it in its own way.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import PurePosixPath
from urllib.parse import quote
from uuid import NAMESPACE_URL, UUID, uuid5
from xml.etree import ElementTree as ET

from . import __version__
from .ansi import Paint, safe
from .changes import (
    Comparison,
    LineChange,
    LineKind,
    PageChange,
    PageKind,
    Row,
    Snapshot,
    words,
)
from .dates import iso
from .titles import key

TOOL = "sphinx-scrapbox"
HOME = "https://sphinx-scrapbox.readthedocs.io"
JSON_VERSION = 1
ATOM = "http://www.w3.org/2005/Atom"

Say = Callable[[str], str]
"""Translates a label."""

HEADINGS = {
    PageKind.NEW: "New pages",
    PageKind.CHANGED: "Changed pages",
    PageKind.RENAMED: "Renamed pages",
    PageKind.GONE: "Pages that are gone",
}
ACTIONS = {
    LineKind.ADDED: "Added",
    LineKind.REMOVED: "Removed",
    LineKind.EDITED: "Edited",
    LineKind.MOVED: "Moved",
    LineKind.SHIFTED: "Indented",
}
OUTDENTED = "Outdented"
SIGNS = {
    LineKind.ADDED: "+",
    LineKind.REMOVED: "-",
    LineKind.EDITED: "~",
    LineKind.MOVED: "^",
    LineKind.SHIFTED: ">",
}
_OUT = "<"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+!|~$&^=:@-])")


def action(change: LineChange) -> str:
    """What happened to the rows, as a word in English."""
    return (
        OUTDENTED if change.kind is LineKind.SHIFTED and change.shift < 0 else ACTIONS[change.kind]
    )


def sign(change: LineChange) -> str:
    """What happened to the rows, as a sign."""
    return _OUT if _goes_out(change) else SIGNS[change.kind]


def _goes_out(change: LineChange) -> bool:
    return change.kind is LineKind.SHIFTED and change.shift < 0


def counts(page: PageChange) -> dict[LineKind, int]:
    """How many rows with text each thing happened to, without what did not happen."""
    return {kind: count for kind in LineKind if (count := page.count(kind))}


def _counted(page: PageChange) -> str:
    return ", ".join(f"{count} {kind.value}" for kind, count in counts(page).items())


def _indented(rows: Sequence[Row]) -> Iterator[str]:
    """Rows with text, as deep as they are below the least deep of them."""
    said = [row for row in rows if row.text]
    least = min((row.depth for row in said), default=0)
    for row in said:
        yield f"{'  ' * min(row.depth - least, 16)}{row.text}"


# -- for people ------------------------------------------------------------------------

_COLOURS = {
    PageKind.NEW: "32",
    PageKind.CHANGED: "33",
    PageKind.RENAMED: "36",
    PageKind.GONE: "31",
}
_LINE_COLOURS = {LineKind.ADDED: "32", LineKind.REMOVED: "31"}
_WIDTH = 88


def text(comparison: Comparison, *, stat: bool = False, color: bool = False) -> str:
    """The pages, each with its lines unless only *stat* is wanted, and a summary."""
    paint = Paint(color)
    out: list[str] = []
    for page in comparison.pages:
        out.append(_page_line(page, paint))
        if not stat:
            for change in page.lines:
                if not change.is_blank:
                    out += _change_lines(page, change, paint)
            if page.lines:
                out.append("")
    if out and out[-1]:
        out.append("")
    out.append(_summary(comparison, paint))
    return "\n".join(out) + "\n"


def _page_line(page: PageChange, paint: Paint) -> str:
    label = paint(f"{page.kind.value:<8}", _COLOURS[page.kind])
    title = paint.bold(safe(page.title))
    was = f" (was: {safe(page.was)})" if page.was else ""
    counted = f"  {_counted(page)}" if counts(page) else ""
    return f"{label} {title}{was}{paint.dim(counted)}"


def _change_lines(page: PageChange, change: LineChange, paint: Paint) -> Iterator[str]:
    number = page.first + change.new
    if change.kind is LineKind.REMOVED:
        number = page.was_first + change.old
    elif change.kind in (LineKind.MOVED, LineKind.SHIFTED):
        where = f"{action(change).lower()}"
        if change.kind is LineKind.MOVED:
            where += f" here from line {page.was_first + change.old}"
        yield f"{number:>7} {sign(change)} {paint.dim(f'{where}:')}"
        for row in _indented(change.rows):
            yield f"{'':>11}{_clip(safe(row))}"
        return
    elif change.kind is LineKind.EDITED:
        signs = {"": "{}", "-": "[-{}-]", "+": "{{+{}+}}"}
        colours = {"-": "31", "+": "32"}
        said = "".join(
            paint(marked, colours[piece.sign]) if piece.sign else marked
            for piece in words(change.before[0].text, change.after[0].text)
            for marked in [signs[piece.sign].format(safe(piece.text))]
        )
        moved = f" {paint.dim(f'(from line {page.was_first + change.old})')}"
        yield f"{number:>7} ~ {said}{moved if change.moved else ''}"
        return
    colour = _LINE_COLOURS[change.kind]
    for row in _indented(change.rows):
        yield f"{number:>7} " + paint(f"{sign(change)} {_clip(safe(row))}", colour)
        number += 1


def _clip(line: str) -> str:
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…"


def _summary(comparison: Comparison, paint: Paint) -> str:
    if not comparison.pages:
        return "no differences"
    kinds = [
        paint(f"{len(pages):,} {kind.value}", _COLOURS[kind])
        for kind in PageKind
        if (pages := comparison.of(kind))
    ]
    said = paint.bold("pages: ") + ", ".join(kinds)
    totals = {kind: sum(page.count(kind) for page in comparison.pages) for kind in LineKind}
    lines = ", ".join(f"{total:,} {kind.value}" for kind, total in totals.items() if total)
    return f"{said}; {paint.bold('lines: ')}{lines}" if lines else said


# -- Markdown --------------------------------------------------------------------------

Address = Callable[[PageChange], str]
"""The address of a page, "" if it has none."""


def no_address(page: PageChange) -> str:
    """No page has an address."""
    return ""


def addresses(base: str) -> Address:
    """Addresses below *base*: ``{page}`` in it is the page's path, else that and ``.html`` follow.

    >>> page = PageChange(PageKind.NEW, "Soil: what?", "a/Soil- what-.scrapbox")
    >>> addresses("https://garden.test/wiki/")(page)
    'https://garden.test/wiki/a/Soil-%20what-.html'
    >>> addresses("https://garden.test/{page}/")(page)
    'https://garden.test/a/Soil-%20what-/'
    """
    template = base if "{page}" in base else f"{base.rstrip('/')}/{{page}}.html"

    def address(page: PageChange) -> str:
        if page.kind is PageKind.GONE:
            return ""
        folder, _, name = page.file.rpartition("/")
        path = f"{folder}/{PurePosixPath(name).stem}" if folder else PurePosixPath(name).stem
        return template.replace("{page}", quote(path, errors="replace"))

    return address


def markdown(comparison: Comparison, *, address: Address = no_address, stat: bool = False) -> str:
    """A page for release notes. Without addresses, titles are links as the wiki writes them."""
    out = [
        f"# What changed from {_plain(comparison.old.name)} to {_plain(comparison.new.name)}",
        "",
    ]
    if not comparison.pages:
        out += ["No differences.", ""]
    for kind in PageKind:
        pages = comparison.of(kind)
        if not pages:
            continue
        out += [f"## {HEADINGS[kind]}", ""]
        for page in pages:
            out.append(f"- {_markdown_page(page, address(page))}")
            if not stat and (lines := list(_diff_lines(page))):
                longest = max((len(run) for run in re.findall("`+", "\n".join(lines))), default=0)
                fence = "`" * max(3, longest + 1)
                out += ["", f"  {fence}diff", *(f"  {line}" for line in lines), f"  {fence}", ""]
        if out[-1]:
            out.append("")
    return "\n".join(out)


def _markdown_page(page: PageChange, address: str) -> str:
    said = _link(page, address)
    if page.was:
        said += f" (was: {_plain(page.was)})"
    return f"{said}: {_counted(page)}" if counts(page) else said


def _link(page: PageChange, address: str) -> str:
    if address:
        return f"[{_plain(page.title)}](<{address}>)"
    title = _one_line(page.title)
    if page.kind is PageKind.GONE or re.search(r"[\[\]`\\<>#]|^\s|\s$|^/", title):
        return _plain(title)
    return f"[[{title}]]"


def _plain(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", _one_line(text))


def _one_line(text: str) -> str:
    return " ".join(_FORBIDDEN.sub("", text).splitlines())


def _diff_lines(page: PageChange) -> Iterator[str]:
    """The lines in the form that highlighters know as a difference."""
    for change in page.lines:
        if change.is_blank:
            continue
        if change.kind in (LineKind.ADDED, LineKind.EDITED, LineKind.REMOVED):
            for mark, rows in (("-", change.before), ("+", change.after)):
                yield from (f"{mark} {_one_line(row)}" for row in _indented(rows))
            continue
        yield f"! {action(change).lower()}:"
        yield from (f"  {_one_line(row)}" for row in _indented(change.rows))


# -- JSON ------------------------------------------------------------------------------


def as_json(comparison: Comparison, *, address: Address = no_address, stat: bool = False) -> str:
    """All that changed; see the documentation of ``diff`` for the fields."""
    pages = comparison.pages
    report = {
        "version": JSON_VERSION,
        "tool": {"name": TOOL, "version": __version__},
        "old": _snapshot(comparison.old),
        "new": _snapshot(comparison.new),
        "counts": {
            "pages": {kind.value: len(comparison.of(kind)) for kind in PageKind},
            "lines": {kind.value: sum(page.count(kind) for page in pages) for kind in LineKind},
        },
        "pages": [_page(page, address(page), stat=stat) for page in pages],
    }
    return json.dumps(report, ensure_ascii=False, indent=2) + "\n"


def _snapshot(snapshot: Snapshot) -> dict[str, object]:
    return {
        "name": snapshot.name,
        "project": snapshot.project,
        "time": iso(snapshot.time) if snapshot.time else None,
        "pages": len(snapshot.pages),
    }


def _page(page: PageChange, address: str, *, stat: bool) -> dict[str, object]:
    told: dict[str, object] = {
        "kind": page.kind.value,
        "title": page.title,
        "was": page.was or None,
        "id": page.id or None,
        "project": page.project or None,
        "path": page.file,
        "old_path": page.was_file or None,
        "url": address or None,
        "updated": iso(page.updated) if page.updated else None,
        "counts": {kind.value: page.count(kind) for kind in LineKind},
    }
    if not stat:
        told["lines"] = [_line(page, change) for change in page.lines]
    return told


def _line(page: PageChange, change: LineChange) -> dict[str, object]:
    told: dict[str, object] = {
        "kind": change.kind.value,
        "old_line": page.was_first + change.old,
        "new_line": page.first + change.new,
    }
    if change.before:
        told["before"] = [row._asdict() for row in change.before]
    if change.after:
        told["after"] = [row._asdict() for row in change.after]
    if change.moved:
        told["moved"] = True
    return told


# -- Atom ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed says of itself. Each address may be "".

    ``name`` is what it is known by for ever where it has no address of its own; ``since`` stands
    in for times that nothing tells, in Unix seconds.
    """

    name: str
    title: str
    author: str = TOOL
    address: str = ""
    site: str = ""
    language: str = ""
    since: int = 0


def atom(
    comparison: Comparison,
    feed: Feed,
    *,
    address: Address = no_address,
    stat: bool = False,
    say: Say = str,
    limit: int | None = None,
) -> str:
    """A feed (RFC 4287) with an entry for each page, those that changed last first.

    An entry keeps its id for as long as the page does not change again. *limit* is how many
    entries there are at the most.
    """
    identity = _uuid(NAMESPACE_URL, feed.address or feed.name)
    default = comparison.new.time or feed.since
    times = {id(page): page.updated or default for page in comparison.pages}
    pages = sorted(comparison.pages, key=lambda page: -times[id(page)])
    root = ET.Element("feed", {"xmlns": ATOM})
    if feed.language:
        root.set("xml:lang", feed.language)
    _add(root, "id", identity.urn)
    _add(root, "title", feed.title)
    _add(root, "updated", iso(max([*times.values(), 0 if times else default])))
    _add(_add(root, "author"), "name", feed.author or TOOL)
    _add(root, "generator", TOOL, uri=HOME, version=__version__)
    if feed.address:
        _add(root, "link", rel="self", type="application/atom+xml", href=feed.address)
    if feed.site:
        _add(root, "link", rel="alternate", href=feed.site)
    given: Counter[str] = Counter()
    for page in pages[:limit]:
        entry = _add(root, "entry")
        name = _entry_name(page)
        given[name] += 1  # a damaged lock may name a page twice
        name = name if given[name] == 1 else f"{name} {given[name]}"
        _add(entry, "id", _uuid(identity, name).urn)
        _add(entry, "title", f"{page.title} ({say(_STATES[page.kind])})")
        _add(entry, "updated", iso(times[id(page)]))
        if where := address(page):
            _add(entry, "link", rel="alternate", href=where)
        _add(entry, "category", term=page.kind.value)
        _add(entry, "content", _html(page, say, stat=stat), type="html")
    ET.indent(root)
    body = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n'


_STATES = {
    PageKind.NEW: "new",
    PageKind.CHANGED: "changed",
    PageKind.RENAMED: "renamed",
    PageKind.GONE: "gone",
}


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, name, attributes)
    if text:
        element.text = _FORBIDDEN.sub("", text)
    return element


def _entry_name(page: PageChange) -> str:
    known = page.id or f"{page.project}/{key(page.title)}"
    return f"{page.kind.value} {known} {page.was} {page.digest}"


def _uuid(space: UUID, name: str) -> UUID:
    return uuid5(space, name.encode("utf-8", "replace").decode())


def _html(page: PageChange, say: Say, *, stat: bool) -> str:
    parts = []
    if page.was:
        parts.append(f"<p>{escape(say('Earlier title'))}: {escape(page.was)}</p>")
    shown = [] if stat else [change for change in page.lines if not change.is_blank]
    if shown:
        parts.append(f"<ul>{''.join(_html_item(change, say) for change in shown)}</ul>")
    elif counted := counts(page):
        said = ", ".join(f"{say(ACTIONS[kind])}: {count}" for kind, count in counted.items())
        parts.append(f"<p>{escape(said)}</p>")
    return "".join(parts) or f"<p>{escape(say(_STATES[page.kind]))}</p>"


_MARKS = {"": "{}", "-": "<del>{}</del>", "+": "<ins>{}</ins>"}
_MARK_OF = {LineKind.ADDED: "+", LineKind.REMOVED: "-"}


def _html_item(change: LineChange, say: Say) -> str:
    if change.kind is LineKind.EDITED:
        said = "".join(
            _MARKS[piece.sign].format(escape(piece.text))
            for piece in words(change.before[0].text, change.after[0].text)
        )
    else:
        mark = _MARKS[_MARK_OF.get(change.kind, "")]
        rows = (escape(row).replace("  ", "&#160; ") for row in _indented(change.rows))
        said = "<br>".join(map(mark.format, rows))
    return f"<li>{escape(say(action(change)))}: {said}</li>"
