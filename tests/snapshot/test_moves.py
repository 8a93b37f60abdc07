"""Rows that were cut from one page and put on another, told by their ids; and stored reports."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from repositories import write

from sphinx_scrapbox.snapshot.diff.model import Comparison, LineKind, PageChange, PagePlace
from sphinx_scrapbox.snapshot.diff.moves import without_moves
from sphinx_scrapbox.snapshot.diff.pages import compare
from sphinx_scrapbox.snapshot.git import SnapshotError
from sphinx_scrapbox.snapshot.loader import SnapshotLoader
from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME, Lock, LockedPage, dump_lock
from sphinx_scrapbox.snapshot.reports.atom import Feed, diff_as_atom
from sphinx_scrapbox.snapshot.reports.json import diff_as_json
from sphinx_scrapbox.snapshot.reports.markdown import diff_as_markdown
from sphinx_scrapbox.snapshot.reports.stored import load_comparison
from sphinx_scrapbox.snapshot.reports.text import diff_as_text

Pages = Mapping[str, list[str]]
"""Rows by title; the id of a row is its text up to a bar, and follows the row to other pages."""

THEN: Pages = {
    "Compost": ["Turn it", " Weekly", "Leaves", "", "  A year", "Worms"],
    "Rain": ["Falls", "Barrels"],
    "Shed": ["Tools", "Rakes"],
}
NOW: Pages = {
    "Compost": ["Turn it", " Weekly", "Worms", "Heat"],
    "Leaf mould": ["Of leaves:", "Leaves", "", "  A year"],
    "Rain": ["Falls", "Barrels", "Tools", "More"],
}


def write_wiki(folder: Path, pages: Pages, *, torn: str = "") -> Path:
    """A folder of native pages; the file of the page *torn* is not the one of the lock."""
    rows = []
    for title, lines in pages.items():
        text = "\n".join([title, *lines]) + "\n"
        ids = (f"id of {title}", *(line.strip() or f"{title} blank" for line in lines))
        ids = tuple("Compost blank" if "blank" in row_id else row_id for row_id in ids)
        digest = sha256(text.encode()).hexdigest()
        rows.append(LockedPage(title.rjust(24), title, f"{title}.scrapbox", 1, 500, digest, ids))
        write(folder, {f"{title}.scrapbox": text + ("torn\n" if title == torn else "")})
    write(folder, {LOCK_NAME: dump_lock(Lock("garden", 1000, False, tuple(rows)))})
    return folder


@pytest.fixture
def comparison(tmp_path: Path) -> Comparison:
    loader = SnapshotLoader()
    old = loader.from_folder(write_wiki(tmp_path / "then", THEN), name="then")
    return compare(old, loader.from_folder(write_wiki(tmp_path / "now", NOW), name="now"))


def moves(page: PageChange) -> list[tuple[str, str, str, list[str]]]:
    return [
        (line.kind.value, line.page.title, line.page.file, [row.text for row in line.rows])
        for line in page.lines
        if line.page
    ]


def by_title(comparison: Comparison) -> dict[str, PageChange]:
    return {page.title: page for page in comparison.pages}


def test_a_block_that_was_cut_into_a_new_page(comparison: Comparison) -> None:
    pages = by_title(comparison)
    block = ["Leaves", "", "A year"]
    assert moves(pages["Compost"]) == [("moved_out", "Leaf mould", "Leaf mould.scrapbox", block)]
    assert moves(pages["Leaf mould"]) == [("moved_in", "Compost", "Compost.scrapbox", block)]
    assert pages["Leaf mould"].lines == tuple(
        line for line in pages["Leaf mould"].lines if line.page
    )
    counts = {kind: pages["Compost"].count(kind) for kind in LineKind}
    assert {kind.value: count for kind, count in counts.items() if count} == {
        "added": 1,
        "moved_out": 2,
    }


def test_rows_of_a_page_that_is_gone(comparison: Comparison) -> None:
    rain = by_title(comparison)["Rain"]
    assert moves(rain) == [("moved_in", "Shed", "", ["Tools"])]
    assert (rain.added, rain.removed) == (1, 0)


def test_a_file_that_its_lock_does_not_describe_has_no_ids(tmp_path: Path) -> None:
    loader = SnapshotLoader()
    old = loader.from_folder(write_wiki(tmp_path / "then", THEN))
    new = loader.from_folder(write_wiki(tmp_path / "now", NOW, torn="Leaf mould"))
    pages = by_title(compare(old, new))
    assert pages["Leaf mould"].lines == ()


def test_locks_alone_count_rows_that_moved(tmp_path: Path) -> None:
    loader = SnapshotLoader()
    write_wiki(tmp_path / "then", THEN)
    old = loader.from_path(tmp_path / "then" / LOCK_NAME, name="then")
    new = loader.from_folder(write_wiki(tmp_path / "now", NOW), name="now")
    pages = by_title(compare(old, new))
    # Without texts, blank rows are not told from others.
    assert [pages["Compost"].count(kind) for kind in LineKind] == [1, 0, 0, 0, 0, 3, 0]
    assert [pages["Rain"].count(kind) for kind in LineKind] == [1, 0, 0, 0, 0, 0, 1]


def test_a_page_that_must_not_be_named(comparison: Comparison) -> None:
    hidden = {"Leaf mould", "Shed"}

    def is_hidden(place: PagePlace) -> bool:
        return place.title in hidden

    pages = {title: without_moves(page, is_hidden) for title, page in by_title(comparison).items()}
    assert (moves(pages["Compost"]), moves(pages["Rain"])) == ([], [])
    assert (pages["Compost"].removed, pages["Rain"].added) == (2, 2)
    assert moves(pages["Leaf mould"])  # of a page that may be named


# -- reports ---------------------------------------------------------------------------

MOVED: Pages = {"List": ["Rain", "{Sun}", "Ice", "Wind", "Heap", " green", "Dew and fog", "End"]}
MOVED_NOW: Pages = {
    "List": ["Ice", "Wind", "Rain", "{Sun}", "End", "Heap", " green", "Dew and fog"]
}


def test_reports_say_where_rows_moved(comparison: Comparison, tmp_path: Path) -> None:
    markdown = diff_as_markdown(comparison)
    assert "! moved to Leaf mould:" in markdown
    assert "! moved from Shed:" in markdown
    assert "[[Compost]]: 1 added, 2 moved to other pages" in markdown
    text = diff_as_text(comparison)
    assert "      4 ^ moved to Leaf mould:" in text
    assert "      4 ^ moved from Shed:" in text
    atom = diff_as_atom(comparison, Feed("x", "X"))
    assert "Moved to Leaf mould: Leaves" in atom
    loader = SnapshotLoader()
    old = loader.from_folder(write_wiki(tmp_path / "a", MOVED))
    new = loader.from_folder(write_wiki(tmp_path / "b", MOVED_NOW))
    within = diff_as_markdown(compare(old, new))
    assert re.findall("! .*", within) == ["! moved to the beginning:", "! moved below “{Sun}”:"]


def without_digests(comparison: Comparison) -> Any:
    pages = (replace(page, digest="", counted=()) for page in comparison.pages)
    lines_from_zero = [
        replace(
            page,
            first=1,
            old_first=1,
            lines=tuple(
                replace(
                    line,
                    old=page.old_first + line.old - 1,
                    new=page.first + line.new - 1,
                )
                for line in page.lines
            ),
        )
        for page in pages
    ]
    return (comparison.old.time, comparison.new.name, lines_from_zero)


def test_a_report_can_be_read_again(comparison: Comparison) -> None:
    read = load_comparison(diff_as_json(comparison).encode(), "changes.json")
    assert without_digests(read) == without_digests(comparison)
    assert diff_as_text(read) == diff_as_text(comparison)
    counted = load_comparison(diff_as_json(comparison, stat=True).encode(), "changes.json")
    assert diff_as_text(counted, stat=True) == diff_as_text(comparison, stat=True)
    digests = {page.digest for page in (*read.pages, *counted.pages)}
    assert len(digests) == 2 * len(read.pages)


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"pages": {}},
        {"pages": [1]},
        {"pages": [{"kind": "new"}]},
        {"pages": [{"kind": "odd", "title": "A", "path": "a"}]},
        {"pages": [{"kind": [], "title": "A", "path": "a"}]},
        {"pages": [{"kind": "new", "title": "A", "path": "a", "counts": {"added": -1}}]},
        {"pages": [{"kind": "new", "title": "A", "path": "a", "counts": {"added": 2**40}}]},
        {"pages": [{"kind": "new", "title": "A", "path": "a", "lines": [{"kind": "edited"}]}]},
        {
            "pages": [
                {
                    "kind": "new",
                    "title": "A",
                    "path": "a",
                    "lines": [{"kind": "moved_in", "after": [{"depth": 0, "text": "x"}]}],
                }
            ]
        },
        {"old": []},
    ],
)
def test_what_is_no_report(comparison: Comparison, change: dict[str, object]) -> None:
    report = json.loads(diff_as_json(comparison)) | change
    with pytest.raises(SnapshotError, match=r"changes\.json is not a comparison written by"):
        load_comparison(json.dumps(report).encode(), "changes.json")


def test_what_is_no_json() -> None:
    for data in (b"", b"{", b"\xff", b"[" * 100_000):
        with pytest.raises(SnapshotError, match=r"changes\.json is no JSON"):
            load_comparison(data, "changes.json")


def test_texts_of_a_report_are_cleaned(comparison: Comparison) -> None:
    report = json.loads(diff_as_json(comparison))
    report["pages"] = [
        {
            "kind": "changed",
            "title": "A\n\x00B\ud800",
            "path": "../../etc/\x1b",
            "updated": "never",
            "lines": [{"kind": "added", "after": [{"depth": 3, "text": "x\ny\x00"}]}],
        }
    ]
    (page,) = load_comparison(json.dumps(report).encode(), "changes.json").pages
    assert (page.title, page.updated, page.lines[0].after[0].text) == ("A B", 0, "x y")
