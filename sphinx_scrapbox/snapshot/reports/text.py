"""The difference of two snapshots as text for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sphinx_scrapbox.snapshot.diff import model
from sphinx_scrapbox.snapshot.diff.words import diff_words
from sphinx_scrapbox.snapshot.reports import wording
from sphinx_scrapbox.wiki.text import Paint, cut, terminal_safe

_COLOURS = {
    model.PageKind.NEW: "32",
    model.PageKind.CHANGED: "33",
    model.PageKind.RENAMED: "36",
    model.PageKind.GONE: "31",
}
_LINE_COLOURS = {model.LineKind.ADDED: "32", model.LineKind.REMOVED: "31"}
_EDITS: dict[str, Callable[[Paint, str], str]] = {
    "": lambda paint, text: text,
    "-": lambda paint, text: paint(f"[-{text}-]", "31"),
    "+": lambda paint, text: paint(f"{{+{text}+}}", "32"),
}
_HEADED = frozenset(
    {
        model.LineKind.MOVED,
        model.LineKind.SHIFTED,
        model.LineKind.MOVED_OUT,
        model.LineKind.MOVED_IN,
    }
)
_WIDTH = 88


def diff_as_text(comparison: model.Comparison, *, stat: bool = False, color: bool = False) -> str:
    """The pages and a summary; with *stat*, without the lines of the pages."""
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


def _page_line(page: model.PageChange, paint: Paint) -> str:
    label = paint(f"{page.kind.value:<8}", _COLOURS[page.kind])
    title = paint.bold(terminal_safe(page.title))
    was = f" (was: {terminal_safe(page.old_title)})" if page.old_title else ""
    counted = f"  {wording.counted_changes(page)}" if wording.counts(page) else ""
    return f"{label} {title}{was}{paint.dim(counted)}"


def _change_lines(page: model.PageChange, change: model.LineChange, paint: Paint) -> Iterator[str]:
    old_number, number = page.old_first + change.old, page.first + change.new
    if change.kind is model.LineKind.EDITED:
        words = "".join(
            _EDITS[span.sign](paint, terminal_safe(span.text))
            for span in diff_words(change.before[0].text, change.after[0].text)
        )
        moved = f" {paint.dim(f'(from line {old_number})')}" if change.moved else ""
        yield f"{number:>7} ~ {words}{moved}"
    elif change.kind in _HEADED:
        label = terminal_safe(wording.uncapitalized(wording.action(change)))
        if change.kind is model.LineKind.MOVED:
            label = f"moved here from line {old_number}"
        if change.kind is model.LineKind.MOVED_OUT:
            number = old_number
        yield f"{number:>7} {wording.sign(change)} {paint.dim(f'{label}:')}"
        for row in wording.indented(change.rows):
            yield f"{'':>11}{_clip(terminal_safe(row))}"
    else:
        first = old_number if change.kind is model.LineKind.REMOVED else number
        for at, row in enumerate(wording.indented(change.rows), first):
            line = f"{wording.sign(change)} {_clip(terminal_safe(row))}"
            yield f"{at:>7} " + paint(line, _LINE_COLOURS[change.kind])


def _clip(line: str) -> str:
    return cut(line, _WIDTH, at_word=False)


def _summary(comparison: model.Comparison, paint: Paint) -> str:
    if not comparison.pages:
        return "no differences"
    kinds = [
        paint(f"{len(pages):,} {kind.value}", _COLOURS[kind])
        for kind in model.PageKind
        if (pages := comparison.of(kind))
    ]
    changed = paint.bold("pages: ") + ", ".join(kinds)
    totals = {kind: sum(page.count(kind) for page in comparison.pages) for kind in model.LineKind}
    lines = ", ".join(wording.counted(kind, total) for kind, total in totals.items() if total)
    return f"{changed}; {paint.bold('lines: ')}{lines}" if lines else changed
