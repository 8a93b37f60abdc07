"""The coverage of translations as a table for a terminal, as JSON and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Sequence
from unicodedata import east_asian_width

from sphinx_scrapbox.snapshot.coverage.model import (
    CoverageKind,
    CoverageRow,
    PairCoverage,
    WikiPage,
)
from sphinx_scrapbox.snapshot.reports.json import json_report
from sphinx_scrapbox.wiki.dates import iso, iso_day
from sphinx_scrapbox.wiki.text import Paint, terminal_safe

ALL_KINDS: tuple[CoverageKind, ...] = tuple(CoverageKind)
_TITLES = {
    CoverageKind.UNTRANSLATED: "Not translated",
    CoverageKind.GONE: "Source deleted",
    CoverageKind.DOUBLED: "Several translations",
    CoverageKind.STALE: "Older than the source",
}
_COLUMNS = ("sources", "translated", "share", *(kind.value for kind in ALL_KINDS), "unknown")
_CSV_HEADER = (
    "kind source_project source_title source_path project title path translated changed days"
).split()


def percent(pair: PairCoverage) -> str:
    """The share of translated sources, rounded down, so that only all are 100 %."""
    return f"{int(pair.share * 100)} %"


def coverage_as_text(
    pairs: Sequence[PairCoverage],
    *,
    kinds: Collection[CoverageKind] = ALL_KINDS,
    limit: int = 0,
    color: bool = False,
) -> str:
    """A table with a row for each pair, and the pages of the chosen kinds.

    :param limit: the number of pages of each kind that are listed; 0 for all.
    """
    paint = Paint(color)
    rows = [("wiki", *_COLUMNS)]
    for pair in pairs:
        numbers = (str(pair.count(kind)) for kind in ALL_KINDS)
        figures = (str(pair.sources), str(pair.translated), percent(pair), *numbers)
        rows.append((_name(pair), *figures, str(pair.unknown)))
    out = list(_table(rows))
    out[0] = paint.bold(out[0])
    for pair in pairs:
        for kind in ALL_KINDS:
            if kind in kinds and pair.rows[kind]:
                out += ["", paint.bold(f"{_TITLES[kind]} ({pair.count(kind)}): {_name(pair)}")]
                out += _lines(kind, pair.rows[kind], limit, paint)
    return "\n".join(out) + "\n"


def _name(pair: PairCoverage) -> str:
    names = (name or "(unnamed)" for name in (pair.source_project, pair.project))
    return terminal_safe(" -> ".join(names))


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows with aligned columns: the first to the left, the numbers to the right."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    for first, *rest in rows:
        cells = [first + " " * (widths[0] - _width(first))]
        cells += [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
        yield "  ".join(cells)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _lines(
    kind: CoverageKind, rows: Sequence[CoverageRow], limit: int, paint: Paint
) -> Iterator[str]:
    for row in rows[: limit or None]:
        source = row.source.title if row.source else row.target
        title = row.page.title if row.page else ""
        if kind is CoverageKind.GONE:
            text = f"{title}: {source}"
        elif kind is CoverageKind.STALE:
            text = f"{title}: {source} changed on {iso_day(row.changed)}, {row.days} days later"
        else:
            text = f"{source}: {title}" if title else source
        place = row.page.place if row.page else (row.source.place if row.source else "")
        yield f"  {terminal_safe(text)}  {paint.dim(terminal_safe(place))}"
    if limit and len(rows) > limit:
        yield paint.dim(f"  and {len(rows) - limit:,} more; --limit 0 lists them all")


def coverage_as_json(
    pairs: Sequence[PairCoverage], *, kinds: Collection[CoverageKind] = ALL_KINDS
) -> str:
    """The figures and pages of each pair; the manual of ``coverage`` lists the fields."""
    return json_report(
        pairs=[
            {
                "source_project": pair.source_project or None,
                "project": pair.project or None,
                "source_language": pair.source_language or None,
                "language": pair.language or None,
                "share": round(pair.share, 4),
                "counts": {
                    "sources": pair.sources,
                    "translated": pair.translated,
                    **{kind.value: pair.count(kind) for kind in ALL_KINDS},
                    "unknown": pair.unknown,
                },
                **{
                    kind.value: [_json_row(row) for row in pair.rows[kind]]
                    for kind in ALL_KINDS
                    if kind in kinds
                },
            }
            for pair in pairs
        ]
    )


def _json_row(row: CoverageRow) -> dict[str, object]:
    fields: dict[str, object] = {
        "source": _json_page(row.source) if row.source else {"target": row.target}
    }
    if row.page:
        fields["page"] = _json_page(row.page)
    if row.changed:
        fields |= {"translated": iso(row.translated), "changed": iso(row.changed)}
        fields["days"] = row.days
    return fields


def _json_page(page: WikiPage) -> dict[str, object]:
    updated = iso(page.updated) if page.updated else None
    return {"title": page.title, "path": page.place, "updated": updated}


def coverage_as_csv(
    pairs: Sequence[PairCoverage], *, kinds: Collection[CoverageKind] = ALL_KINDS
) -> str:
    """A header, and a row for each page of the chosen kinds."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_CSV_HEADER)
    for pair in pairs:
        for kind in ALL_KINDS:
            for row in pair.rows[kind] if kind in kinds else ():
                source, page = row.source, row.page
                cells = [
                    *(kind.value, pair.source_project, source.title if source else row.target),
                    *(source.place if source else "", pair.project, page.title if page else ""),
                    *(page.place if page else "", iso_day(row.translated), iso_day(row.changed)),
                    str(row.days) if row.changed else "",
                ]
                writer.writerow(map(spreadsheet_safe, cells))
    return out.getvalue()


def spreadsheet_safe(cell: str) -> str:
    """*cell*, with an apostrophe before what a spreadsheet would take for a formula.

    >>> spreadsheet_safe("=1+1"), spreadsheet_safe("1+1")
    ("'=1+1", '1+1')
    """
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
