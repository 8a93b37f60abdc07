"""TODO: say what this file is."""

from __future__ import annotations

from collections.abc import Iterator

from sphinx_scrapbox.snapshot.diff.model import (
    Comparison,
    LineChange,
    LineKind,
    PageChange,
    PageKind,
)
from sphinx_scrapbox.snapshot.diff.words import diff_words
from sphinx_scrapbox.snapshot.reports.wording import (
    action,
    counted_changes,
    counts,
    indented,
    sign,
)
from sphinx_scrapbox.wiki.text import Paint, cut, terminal_safe

# -- for people ------------------------------------------------------------------------

_COLOURS = {
    PageKind.NEW: "32",
    PageKind.CHANGED: "33",
    PageKind.RENAMED: "36",
    PageKind.GONE: "31",
}
_LINE_COLOURS = {LineKind.ADDED: "32", LineKind.REMOVED: "31"}
_WIDTH = 88


def diff_as_text(comparison: Comparison, *, stat: bool = False, color: bool = False) -> str:
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
    title = paint.bold(terminal_safe(page.title))
    was = f" (was: {terminal_safe(page.old_title)})" if page.old_title else ""
    counted = f"  {counted_changes(page)}" if counts(page) else ""
    return f"{label} {title}{was}{paint.dim(counted)}"


def _change_lines(page: PageChange, change: LineChange, paint: Paint) -> Iterator[str]:
    number = page.first + change.new
    if change.kind is LineKind.REMOVED:
        number = page.old_first + change.old
    elif change.kind in (LineKind.MOVED, LineKind.SHIFTED):
        where = f"{action(change).lower()}"
        if change.kind is LineKind.MOVED:
            where += f" here from line {page.old_first + change.old}"
        yield f"{number:>7} {sign(change)} {paint.dim(f'{where}:')}"
        for row in indented(change.rows):
            yield f"{'':>11}{_clip(terminal_safe(row))}"
        return
    elif change.kind is LineKind.EDITED:
        signs = {"": "{}", "-": "[-{}-]", "+": "{{+{}+}}"}
        colours = {"-": "31", "+": "32"}
        said = "".join(
            paint(marked, colours[piece.sign]) if piece.sign else marked
            for piece in diff_words(change.before[0].text, change.after[0].text)
            for marked in [signs[piece.sign].format(terminal_safe(piece.text))]
        )
        moved = f" {paint.dim(f'(from line {page.old_first + change.old})')}"
        yield f"{number:>7} ~ {said}{moved if change.moved else ''}"
        return
    colour = _LINE_COLOURS[change.kind]
    for row in indented(change.rows):
        yield f"{number:>7} " + paint(f"{sign(change)} {_clip(terminal_safe(row))}", colour)
        number += 1


def _clip(line: str) -> str:
    return cut(line, _WIDTH, at_word=False)


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
