"""Project export -> pages: whatever is missing, whatever is odd, and where JSON breaks."""

from __future__ import annotations

import gzip
import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sphinx_scrapbox.formats.project import (
    UNTITLED,
    Project,
    ProjectError,
    ProjectPage,
    load_project,
    page_of,
)
from sphinx_scrapbox.wiki.ast import Line

ID = "5ae4aae4aff09e00009a63{:02x}"


def load(value: Any, *, ascii_only: bool = False) -> Project:
    return load_project(json.dumps(value, ensure_ascii=ascii_only).encode("utf-8"))


def load_page(**entry: Any) -> ProjectPage:
    (page,) = load({"pages": [entry]}).pages
    return page


FULL: dict[str, Any] = {
    "name": "garden",
    "displayName": "The garden",
    "exported": 1_700_000_000,
    "users": [{"id": "u1", "name": "mio", "displayName": "Mio", "email": "mio@garden.test"}],
    "pages": [
        {
            "id": ID.format(1),
            "title": "Compost",
            "created": 1_600_000_000,
            "updated": 1_600_000_900,
            "views": 77,
            "lines": [
                {"id": ID.format(1), "text": "Compost", "userId": "u1", "updated": 1_600_000_000},
                {"id": ID.format(2), "text": " to [Soil] あ😀", "created": 1_600_000_100},
                {"text": ""},
            ],
        },
        {"title": "Soil", "lines": ["Soil", "[Compost]"]},
    ],
}


def test_full() -> None:
    project = load(FULL)
    assert (project.name, project.display_name) == ("garden", "The garden")
    assert project.exported == 1_700_000_000
    assert project.notes == ()
    assert project.pages[0] == ProjectPage(
        ID.format(1),
        "Compost",
        1_600_000_000,
        1_600_000_900,
        ("Compost", " to [Soil] あ😀", ""),
        (ID.format(1), ID.format(2), ""),
        (1_600_000_000, 1_600_000_100, 0),
        ("u1", "", ""),
        (0, 1_600_000_100, 0),
    )
    assert project.users == tuple(FULL["users"])
    soil = project.pages[1]
    assert soil.rows == ("Soil", "[Compost]")
    assert (soil.line_ids, soil.line_times, soil.created, soil.updated) == ((), (), 0, 0)


def test_people_stay_behind() -> None:
    assert "garden.test" not in repr(load(FULL))
    assert "u1" not in repr(load(FULL))
    assert "77" not in repr(load(FULL))


# -- what may be missing or odd --------------------------------------------------------


def test_nothing_but_pages() -> None:
    assert load({"pages": []}) == Project("", "", 0, ())


def test_title_is_the_first_row_if_there_is_no_other() -> None:
    page = load_page(lines=["  Compost ", "x"])
    assert page.title == "Compost"
    assert page.rows[0] == "  Compost "


def test_title_may_differ_from_the_first_row() -> None:
    page = load_page(title="Compost_2", lines=["Compost"])
    assert (page.title, page.rows) == ("Compost_2", ("Compost",))


@pytest.mark.parametrize("lines", [None, [], {}, 7])
def test_no_rows(lines: object) -> None:
    assert load_page(title="Compost", lines=lines).rows == ("Compost",)


def test_nothing_at_all() -> None:
    page = load_page()
    assert (page.title, page.rows) == (UNTITLED, (UNTITLED,))


def test_odd_values() -> None:
    page = load_page(
        id=12, title=2024, lines=["2024", None, 5, {"text": None}, {"text": 1.5}, ["x"]]
    )
    assert (page.id, page.title) == ("12", "2024")
    assert page.rows == ("2024", "", "5", "", "1.5", "")


def test_lines_as_one_text() -> None:
    assert load_page(lines="a\nb").rows == ("a", "b")


@pytest.mark.parametrize(
    ("value", "time"),
    [
        (1_600_000_000, 1_600_000_000),
        (1_600_000_000.75, 1_600_000_000),
        ("1600000000", 1_600_000_000),
        ("1600000000.5", 1_600_000_000),
        ("2020-09-13T12:26:40Z", 1_600_000_000),
        ("2020-09-13T12:26:40", 1_600_000_000),
        ("2020-09-13T14:26:40+02:00", 1_600_000_000),
        (1_600_000_000_123, 1_600_000_000),
        ("yesterday", 0),
        ("", 0),
        (True, 0),
        (None, 0),
        (-5, 0),
        (1e300, 0),
        (10**400, 0),
        (float("nan"), 0),
        (float("inf"), 0),
        ("nan", 0),
        ({}, 0),
    ],
)
def test_times(value: object, time: int) -> None:
    assert load_page(created=value).created == time
    assert load({"exported": value, "pages": []}).exported == time


def test_pages_that_are_none() -> None:
    project = load({"pages": [None, {"title": "Soil"}, "x"]})
    assert [page.title for page in project.pages] == ["Soil"]
    assert project.notes == (
        "page 1 of the list is null: left out",
        "page 3 of the list is a text: left out",
    )


def test_what_is_mended_is_named() -> None:
    pages = [
        {"title": "Soil", "lines": ["Soil", 3, None, {"text": 4.5}, {}, ["x"]]},
        {"title": "A b", "lines": ["A b", "1"]},
        {"title": "a_B", "lines": ["a_B", "2"]},
    ]
    project = load({"pages": pages})
    assert project.pages[0].rows == ("Soil", "3", "", "4.5", "", "")
    assert project.notes == (
        "page 1, 'Soil': 2 lines had a number instead of text, written as digits",
        "page 1, 'Soil': 3 lines had no text and stayed empty",
        "pages 'A b' and 'a_B' have the same title: both are kept, and links lead to one of them",
    )
    assert len(project.pages) == 3


def test_made_ids_are_stable() -> None:
    one, two = load({"pages": [{"title": "Raised bed"}, {"title": "Soil"}]}).pages
    assert re.fullmatch("[0-9a-f]{24}", one.id)
    assert one.id != two.id
    again, other = load({"pages": [{"lines": ["raised_BED", "new"]}, {"title": "Leaf"}]}).pages
    assert again.id == one.id
    assert other.id not in {one.id, two.id}


def test_made_ids_are_unique() -> None:
    pages = load({"pages": [{"lines": ["", "one"]}, {"lines": ["", "two"]}]}).pages
    assert len({page.id for page in pages}) == 2
    assert [page.rows[1] for page in pages] == ["one", "two"]


def test_one_page_twice() -> None:
    old = {"id": "a", "title": "Old", "updated": 1}
    new = {"id": "a", "title": "New", "updated": 2}
    for pages in ([old, new], [new, old]):
        project = load({"pages": pages})
        assert [page.title for page in project.pages] == ["New"]
        assert "twice" in project.notes[0]


def test_line_ends_in_a_row() -> None:
    rows = ["a", "b\nc", "d\r\ne", "f\u2028g", "h\u0085i", "j\rk"]
    project = load({"pages": [{"title": "a\nb", "lines": rows}]})
    (page,) = project.pages
    assert page.title == "a b"
    assert page.rows == ("a", "b c", "d e", "f g", "h i", "j k")
    assert "5 lines" in project.notes[0]


def test_half_characters() -> None:
    page = load({"pages": [{"title": "a\ud800", "lines": ["\udc00b"]}]}, ascii_only=True).pages[0]
    assert (page.title, page.rows) == ("a\ufffd", ("\ufffdb",))


def test_huge_numbers() -> None:
    digits = b"9" * 6000
    (page,) = load_project(b'{"pages":[{"created":' + digits + b',"updated":7}]}').pages
    assert (page.created, page.updated) == (0, 7)


def test_byte_order_mark() -> None:
    assert load_project(b'\xef\xbb\xbf{"name":"x","pages":[]}').name == "x"


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
entries = st.fixed_dictionaries(
    {},
    optional={
        "id": json_values,
        "title": json_values,
        "created": json_values,
        "updated": json_values,
        "lines": json_values
        | st.lists(
            json_values
            | st.fixed_dictionaries(
                {}, optional={"text": json_values, "id": json_values, "updated": json_values}
            )
        ),
    },
)


@given(
    st.fixed_dictionaries(
        {"pages": st.lists(entries | json_values)},
        optional={"name": json_values, "displayName": json_values, "exported": json_values},
    )
)
def test_any_project(value: Any) -> None:
    project = load(value, ascii_only=True)
    assert len({page.id for page in project.pages}) == len(project.pages)
    for page in project.pages:
        assert page.id
        assert page.title
        assert page.rows
        assert all(
            len(row.splitlines()) < 2 or re.search("[\v\f\x1c-\x1e]", row) for row in page.rows
        )
        assert len(page.line_ids) in {0, len(page.rows)}
        assert len(page.line_times) in {0, len(page.rows)}
        "\n".join((page.title, *page.rows)).encode()
        page_of(page)


@given(json_values)
def test_any_json(value: Any) -> None:
    with suppress(ProjectError):
        load(value, ascii_only=True)


@given(st.binary())
def test_any_bytes(data: bytes) -> None:
    with suppress(ProjectError):
        load_project(data)


# -- where it breaks -------------------------------------------------------------------


@pytest.mark.parametrize("ascii_only", [True, False])
def test_every_cut_is_found(ascii_only: bool) -> None:
    extra = {"x": [True, None, False, -1.5e10, 'a"\\\n\t'], **FULL}
    data = json.dumps(extra, ensure_ascii=ascii_only, indent=1).encode()
    for cut in range(1, len(data)):
        with pytest.raises(ProjectError) as caught:
            load_project(data[:cut])
        assert caught.value.offset == cut, data[:cut][-20:]
        assert f"byte {cut}" in str(caught.value)


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        ('{"あ": 1 "b": 2}'.encode(), 10),
        ('\ufeff{"あ": 1 "b": 2}'.encode(), 13),
        (b'{"pages": []} x', 14),
        (b"{'pages': []}", 1),
        (b'{"a": "\xe3\x81"}', 7),
        (b'{"a": "\xff"}', 7),
        ('{"pages": []}'.encode("utf-16"), 0),
    ],
)
def test_offsets_count_bytes(data: bytes, offset: int) -> None:
    with pytest.raises(ProjectError, match=f"byte {offset}") as caught:
        load_project(data)
    assert caught.value.offset == offset


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"[]", "a list, not an object"),
        (b"null", "null, not an object"),
        (b"", "the file is empty"),
        (b"PK\x03\x04", "not JSON: Expecting value$"),
        (b"{}", "no 'pages'"),
        (b'{"pages": {}}', "an object as 'pages'"),
        (b'{"title": "Soil", "lines": []}', "single page"),
        (b"[" * 200_000, "nested too deeply"),
        (gzip.compress(b'{"pages": []}'), "compressed with gzip"),
        (
            b'{"name": "NotLoggedInError", "message": "Log in\\u001b[2J first."}',
            r"an error message of the server \(NotLoggedInError: Log in \[2J first\.\)",
        ),
        (
            b'{"message": "' + b"x" * 5000 + b'"}',
            r"an error message of the server \(x{299}\u2026\)$",
        ),
        (
            b'{"projectName": "garden", "count": 1, "pages": [{"title": "Soil"}]}',
            "the pages have no lines",
        ),
        (b'{"pages": [{"title": "Soil", "linesCount": 2}]}', "the pages have no lines"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_lacking(data: bytes, words: str) -> None:
    with pytest.raises(ProjectError, match=words):
        load_project(data)


# -- to a tree -------------------------------------------------------------------------


def test_page_of() -> None:
    page = page_of(load(FULL).pages[0], project="garden")
    assert (page.title, page.project, page.id) == ("Compost", "garden", ID.format(1))
    assert (page.created, page.updated) == (1_600_000_000, 1_600_000_900)
    first = page.blocks[0]
    assert isinstance(first, Line)
    assert (first.id, first.indent) == (ID.format(2), 1)


def test_page_of_keeps_the_title() -> None:
    assert page_of(load_page(title="Compost_2", lines=["Compost", "x"])).title == "Compost_2"


@pytest.mark.parametrize("name", ["nishio", "villagepump"])
def test_real_projects(shared: Path, name: str) -> None:
    data = (shared / "native" / f"{name}.json").read_bytes()
    raw = json.loads(data)["pages"]
    project = load_project(data)
    assert project.notes == ()
    assert len(project.pages) == len(raw)
    for page, entry in zip(project.pages, raw, strict=True):
        assert page.title == entry["title"]
        assert list(page.rows) == [line["text"] for line in entry["lines"]]
        assert list(page.line_ids) == [line["id"] for line in entry["lines"]]
        assert page_of(page).title == entry["title"]
