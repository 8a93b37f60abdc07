"""TODO: say what this file is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from urllib.parse import quote

from sphinx_scrapbox.snapshot.diff.model import Comparison, LineKind, PageChange, PageKind
from sphinx_scrapbox.snapshot.reports.wording import (
    HEADINGS,
    MARKDOWN,
    action,
    counted_changes,
    counts,
    indented,
)
from sphinx_scrapbox.wiki.text import NOT_XML

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


def diff_as_markdown(
    comparison: Comparison, *, address: Address = no_address, stat: bool = False
) -> str:
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
    if page.old_title:
        said += f" (was: {_plain(page.old_title)})"
    return f"{said}: {counted_changes(page)}" if counts(page) else said


def _link(page: PageChange, address: str) -> str:
    if address:
        return f"[{_plain(page.title)}](<{address}>)"
    title = _one_line(page.title)
    if page.kind is PageKind.GONE or re.search(r"[\[\]`\\<>#]|^\s|\s$|^/", title):
        return _plain(title)
    return f"[[{title}]]"


def _plain(text: str) -> str:
    return MARKDOWN.sub(r"\\\1", _one_line(text))


def _one_line(text: str) -> str:
    return " ".join(NOT_XML.sub("", text).splitlines())


def _diff_lines(page: PageChange) -> Iterator[str]:
    """The lines in the form that highlighters know as a difference."""
    for change in page.lines:
        if change.is_blank:
            continue
        if change.kind in (LineKind.ADDED, LineKind.EDITED, LineKind.REMOVED):
            for mark, rows in (("-", change.before), ("+", change.after)):
                yield from (f"{mark} {_one_line(row)}" for row in indented(rows))
            continue
        yield f"! {action(change).lower()}:"
        yield from (f"  {_one_line(row)}" for row in indented(change.rows))
