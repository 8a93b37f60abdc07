"""The difference of two snapshots as a Markdown page, for release notes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sphinx_scrapbox.snapshot.diff.model import (
    Comparison,
    LineChange,
    LineKind,
    PageChange,
    PageKind,
)
from sphinx_scrapbox.snapshot.reports import wording
from sphinx_scrapbox.snapshot.reports.wording import Address, no_address
from sphinx_scrapbox.wiki.text import NOT_XML

_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+!|~$&^=:@-])")


def diff_as_markdown(
    comparison: Comparison, *, address: Address = no_address, stat: bool = False
) -> str:
    """A page with a heading for each kind of change. Without addresses, titles are wiki links."""
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
        out += [f"## {wording.HEADINGS[kind]}", ""]
        for page in pages:
            was = f" (was: {_plain(page.old_title)})" if page.old_title else ""
            counted = f": {wording.counted_changes(page)}" if wording.counts(page) else ""
            out.append(f"- {_link(page, address(page))}{was}{counted}")
            if not stat and (lines := list(_diff_lines(page))):
                longest = max((len(run) for run in re.findall("`+", "\n".join(lines))), default=0)
                fence = "`" * max(3, longest + 1)
                out += ["", f"  {fence}diff", *(f"  {line}" for line in lines), f"  {fence}", ""]
        if out[-1]:
            out.append("")
    return "\n".join(out)


def _link(page: PageChange, address: str) -> str:
    if address:
        return f"[{_plain(page.title)}](<{address}>)"
    title = _one_line(page.title)
    if page.kind is PageKind.GONE or re.search(r"[\[\]`\\<>#]|^\s|\s$|^/", title):
        return _plain(title)
    return f"[[{title}]]"


def _plain(text: str) -> str:
    return _MARKUP.sub(r"\\\1", _one_line(text))


def _one_line(text: str) -> str:
    return " ".join(NOT_XML.sub("", text).splitlines())


def _diff_lines(page: PageChange) -> Iterator[str]:
    """The lines in a form that highlighters know as ``diff``."""
    for change in page.lines:
        if change.is_blank:
            continue
        if change.kind in (LineKind.ADDED, LineKind.EDITED, LineKind.REMOVED):
            if change.moved:
                yield _heading(change)
            for mark, rows in (("-", change.before), ("+", change.after)):
                yield from (f"{mark} {_one_line(row)}" for row in wording.indented(rows))
            continue
        yield _heading(change)
        yield from (f"  {_one_line(row)}" for row in wording.indented(change.rows))


def _heading(change: LineChange) -> str:
    return f"! {_one_line(wording.uncapitalized(wording.action(change)))}:"
