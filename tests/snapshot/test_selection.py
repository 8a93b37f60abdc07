"""Which pages are chosen: tags, globs, neighbourhoods."""

from __future__ import annotations

import pytest

from sphinx_scrapbox.formats.notation.lines import read_lines
from sphinx_scrapbox.snapshot.selection import Selection, SelectionError, links_of, select

PAGES = {
    "Compost": "#Public see [Leaf mould]",
    "Leaf mould": "[Tree]",
    "Tree": "[Forest floor] #draft",
    "Soil": "[forest_floor]",
    "Raised beds": "`[Soil]` and [public]",
    "Log 2024/01": "nothing",
    "C#": "[C#] [Soil#5ae4aae4aff09e00009a6337]",
    "Island": "[C#2] [/other/Soil]",
}
TITLES = list(PAGES)
LINKS = [links_of(read_lines([title, text])) for title, text in PAGES.items()]


def chosen(**wishes: object) -> list[str]:
    wishes = {
        name: value if isinstance(value, tuple | int) else (value,)
        for name, value in wishes.items()
    }
    return [TITLES[at] for at in select(Selection(**wishes), TITLES, LINKS)]  # type: ignore[arg-type]


def test_no_wish() -> None:
    assert chosen() == TITLES


def test_tag_or_link() -> None:
    assert chosen(tags="public") == ["Compost", "Raised beds"]
    assert chosen(tags="#PUBLIC") == ["Compost", "Raised beds"]
    assert chosen(tags=("public", "draft")) == ["Compost", "Tree", "Raised beds"]
    assert chosen(tags="nowhere") == []


def test_excluded_tag() -> None:
    left = chosen(exclude_tags=("draft", "public"))
    assert left == [title for title in TITLES if title not in {"Compost", "Tree", "Raised beds"}]


@pytest.mark.parametrize(
    ("glob", "titles"),
    [
        ("log *", ["Log 2024/01"]),
        ("LOG_????/01", ["Log 2024/01"]),
        ("raised beds", ["Raised beds"]),
        ("raised", []),
        ("*[dg] *", ["Raised beds", "Log 2024/01"]),
        ("C#", ["C#"]),
    ],
)
def test_globs(glob: str, titles: list[str]) -> None:
    selection = Selection(titles=(glob,))
    assert not selection.needs_links
    assert [TITLES[at] for at in select(selection, TITLES)] == titles


def test_different_wishes_all_count() -> None:
    assert chosen(tags="public", titles="r*") == ["Raised beds"]
    assert chosen(around="Compost", hops=9, exclude_tags="draft", titles="*o*") == [
        "Compost",
        "Leaf mould",
        "Soil",
    ]


@pytest.mark.parametrize(
    ("title", "hops", "titles"),
    [
        ("compost", 0, ["Compost"]),
        ("Compost", 1, ["Compost", "Leaf mould"]),
        ("Tree", 1, ["Leaf mould", "Tree"]),
        # Over a page that nobody wrote: two links.
        ("Tree", 2, ["Compost", "Leaf mould", "Tree", "Soil"]),
        ("Forest floor", 1, ["Tree", "Soil"]),
        # A link to a line counts; one whose title holds a sign for lines leads to that title.
        ("C#", 1, ["Soil", "C#"]),
        ("Island", 9, ["Island"]),
    ],
)
def test_around(title: str, hops: int, titles: list[str]) -> None:
    assert chosen(around=title, hops=hops) == titles


def test_around_nothing() -> None:
    with pytest.raises(SelectionError, match="'Compst'; did you mean 'Compost'"):
        chosen(around="Compst")
    with pytest.raises(SelectionError, match=r"no page is called '漢'$"):
        chosen(around="漢")


def test_links_are_found_everywhere() -> None:
    rows = [
        "[title]",
        "> [quote] [[strong [inner]]] [* deco [nested]]",
        "1. [number]",
        "table:t",
        " [cell]\t[two.icon]",
        "code:x",
        " [code]",
        "[face.icon] [/own/Mine] [/other/theirs] [/own] #tag_name [Some Page#part]",
    ]
    page = read_lines(rows)
    own = type(page)(page.title, page.blocks, project="Own")
    expected = "quote inner nested number cell mine tag_name some_page#part".split()
    assert links_of(own) == set(expected)
    assert links_of(page) == set(expected) - {"mine"}


def test_a_part_of_a_page() -> None:
    titles = ["Some page", "Other"]
    links = [links_of(read_lines(["Other", text])) for text in ("", "[Some page#part]")]
    assert select(Selection(around=("some page",)), titles, links) == [0, 1]
