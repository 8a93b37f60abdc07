"""Trees -> a project export, and back again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_reader_notation import any_text
from test_writer_notation import after_blocks, blocks, titles

from sphinx_scrapbox.formats.notation.lines import read_notation
from sphinx_scrapbox.formats.project import load_project, page_of, write_project
from sphinx_scrapbox.wiki.ast import Block, CodeBlock, Line, Page, Table, Text
from sphinx_scrapbox.wiki.titles import key


def reread(text: str) -> list[Page]:
    project = load_project(text.encode())
    assert project.notes == ()
    return [page_of(page, project=project.name) for page in project.pages]


def line_id(number: int) -> str:
    return f"{number:024x}"


def test_form() -> None:
    page = replace(read_notation("Compost\n warm [Soil]\n\n"), id=line_id(1), created=5, updated=6)
    assert write_project([page], name="garden", exported=7) == (
        '{\n"name": "garden",\n"displayName": "garden",\n"exported": 7,\n"users": [],\n'
        '"pages": [\n{\n"title": "Compost",\n"id": "000000000000000000000001",\n'
        '"created": 5,\n"updated": 6,\n"lines": [\n"Compost",\n" warm [Soil]",\n""\n]\n}\n]\n}\n'
    )


def test_rows_have_ids_where_they_are_known() -> None:
    page = Page(
        "t",
        (
            Line(0, (Text("a"),), id=line_id(1)),
            CodeBlock(0, "c", ("x", "y"), row_ids=(line_id(2), line_id(3), line_id(4))),
            Line(1, (Text("b"),)),
            Table(0, "", (((Text("d"),),),), row_ids=(line_id(5),)),
            Line(0, (Text("e"),), id=line_id(6)),
        ),
        id=line_id(9),
    )
    text = write_project([page])
    lines = json.loads(text)["pages"][0]["lines"]
    assert [(row["text"], int(row.get("id", "0"), 16)) for row in lines] == [
        ("t", 0),
        ("a", 1),
        ("code:c", 2),
        (" x", 3),
        (" y", 4),
        ("", 0),  # keeps the next line out of the code
        (" b", 0),
        ("table:", 5),
        (" d", 0),
        ("e", 6),
    ]
    (again,) = reread(text)
    assert [block.id for block in again.blocks if isinstance(block, Line)] == [
        line_id(1), "", "", line_id(6),
    ]  # fmt: skip


def test_name_comes_from_the_pages() -> None:
    pages = [Page("a", ()), Page("b", (), project="garden"), Page("c", (), project="shed")]
    assert json.loads(write_project(pages))["name"] == "garden"
    assert (
        json.loads(write_project(pages, name="x", display_name="The X"))["displayName"] == "The X"
    )
    assert json.loads(write_project([])) == {
        "name": "", "displayName": "", "exported": 0, "users": [], "pages": [],
    }  # fmt: skip


@given(
    st.lists(
        st.tuples(titles, st.lists(blocks, max_size=6).map(after_blocks)),
        max_size=3,
        unique_by=lambda made: key(made[0]),
    )
)
def test_any_pages_read_back(made: list[tuple[str, tuple[Block, ...]]]) -> None:
    pages = [
        Page(title, some, project="p", id=line_id(at), created=at, updated=at)
        for at, (title, some) in enumerate(made)
    ]
    assert reread(write_project(pages, name="p")) == pages


@given(any_text)
def test_any_text_reads_back(text: str) -> None:
    page = replace(read_notation(text, name="t"), id=line_id(1))
    try:
        (again,) = reread(write_project([page]))
    except AssertionError:
        assert any(end in text for end in "\x85\u2028\u2029")  # the reader makes blanks of these
        return
    assert again == page


@pytest.mark.parametrize("name", ["nishio", "villagepump"])
def test_real_pages(shared: Path, name: str) -> None:
    project = load_project((shared / "native" / f"{name}.json").read_bytes())
    pages = [page_of(page, project=name) for page in project.pages]
    text = write_project(pages, name=name)
    again = [page_of(page, project=name) for page in load_project(text.encode()).pages]
    assert again == pages
    assert [[getattr(block, "row_ids", ()) for block in page.blocks] for page in again] == [
        [getattr(block, "row_ids", ()) for block in page.blocks] for page in pages
    ]
    assert write_project(again, name=name) == text
    given = json.loads((shared / "native" / f"{name}.json").read_text("utf-8"))["pages"]
    assert json.loads(text)["pages"] == given
