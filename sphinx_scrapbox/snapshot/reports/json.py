"""The difference of two snapshots as JSON, and what all JSON reports begin with."""

from __future__ import annotations

import json

from sphinx_scrapbox import __version__
from sphinx_scrapbox.snapshot.diff import model
from sphinx_scrapbox.snapshot.reports.wording import TOOL, Address, no_address
from sphinx_scrapbox.wiki.dates import iso

REPORT_VERSION = 1


def json_report(**fields: object) -> str:
    """The text of a report: the version of its format, the tool, and *fields*."""
    tool = {"name": TOOL, "version": __version__}
    return dump_json({"version": REPORT_VERSION, "tool": tool, **fields})


def dump_json(data: object) -> str:
    """JSON as all reports are formatted."""
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def diff_as_json(
    comparison: model.Comparison, *, address: Address = no_address, stat: bool = False
) -> str:
    """The whole difference, with *stat* without lines; the manual of ``diff`` lists the fields."""
    pages = comparison.pages
    return json_report(
        old=_snapshot(comparison.old),
        new=_snapshot(comparison.new),
        counts={
            "pages": {kind.value: len(comparison.of(kind)) for kind in model.PageKind},
            "lines": {
                kind.value: sum(page.count(kind) for page in pages) for kind in model.LineKind
            },
        },
        pages=[_page(page, address(page), stat=stat) for page in pages],
    )


def _snapshot(snapshot: model.Snapshot) -> dict[str, object]:
    return {
        "name": snapshot.name,
        "project": snapshot.project,
        "time": iso(snapshot.time) if snapshot.time else None,
        "pages": len(snapshot.pages),
    }


def _page(page: model.PageChange, address: str, *, stat: bool) -> dict[str, object]:
    fields: dict[str, object] = {
        "kind": page.kind.value,
        "title": page.title,
        "was": page.old_title or None,
        "id": page.id or None,
        "project": page.project or None,
        "path": page.file,
        "old_path": page.old_file or None,
        "url": address or None,
        "updated": iso(page.updated) if page.updated else None,
        "counts": {kind.value: page.count(kind) for kind in model.LineKind},
    }
    if not stat:
        fields["lines"] = [_line(page, change) for change in page.lines]
    return fields


def _line(page: model.PageChange, change: model.LineChange) -> dict[str, object]:
    fields: dict[str, object] = {
        "kind": change.kind.value,
        "old_line": page.old_first + change.old,
        "new_line": page.first + change.new,
    }
    versions = {"before": change.before, "after": change.after}
    fields |= {name: [row._asdict() for row in rows] for name, rows in versions.items() if rows}
    if change.moved:
        fields["moved"] = True
    if change.moved or change.kind is model.LineKind.MOVED:
        fields["below"] = change.below
    if change.page:
        fields["page"] = {"title": change.page.title, "path": change.page.file or None}
    return fields
