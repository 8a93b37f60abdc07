"""When two titles are one page, and the addresses and names that are made of a title."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sphinx_scrapbox.wiki import titles as titles_module
from sphinx_scrapbox.wiki.titles import (
    CloseTitles,
    Target,
    anchor,
    inventory_name,
    is_line_id,
    join_target,
    key,
    split_fragment,
    split_target,
)
from sphinx_scrapbox.wiki.urls import icon_url, page_url

ID = "5ae4aae4aff09e00009a6337"
titles = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Soil pH", "soil ph"), ("Soil pH", "soil_PH"), ("ＳＯＩＬ", "ｓｏｉｌ"), ("Äpfel", "äpfel")],
)
def test_one_page(one: str, other: str) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("soil", "soil "),
        ("soil", "ｓｏｉｌ"),
        ("a b", "a\u3000b"),
        ("a b", "a-b"),
        ("soil", "soil."),
        ("Straße", "Strasse"),
        ("ς", "σ"),
        ("ﬁg", "fig"),
    ],
)
def test_two_pages(one: str, other: str) -> None:
    assert key(one) != key(other)


@given(titles)
def test_key_of_a_key_is_itself(title: str) -> None:
    # "İ" becomes two characters once, and stays.
    assert key(key(title)) == key(title)


@pytest.mark.parametrize(
    ("target", "project", "title"),
    [
        ("Soil", "", "Soil"),
        ("a/b", "", "a/b"),
        ("/garden/Soil", "garden", "Soil"),
        ("/garden/a/b", "garden", "a/b"),
        ("/garden", "garden", ""),
        ("/garden/", "garden", ""),
        ("/", "", "/"),
        ("//x", "", "//x"),
        ("/ x", "", "/ x"),
        ("", "", ""),
    ],
)
def test_targets_are_taken_apart(target: str, project: str, title: str) -> None:
    assert split_target(target) == Target(project, title)


@given(st.from_regex(r"[a-z0-9-]+", fullmatch=True), st.text())
def test_targets_are_put_together(project: str, title: str) -> None:
    assert split_target(join_target(project, title)) == (project, title)
    if not title.startswith("/"):
        assert split_target(join_target("", title)) == ("", title)


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("Soil", ("Soil", "")),
        (f"Soil#{ID}", ("Soil", ID)),
        ("a#b#c", ("a#b", "c")),
        ("#404", ("#404", "")),
        ("C#", ("C", "")),
        ("", ("", "")),
    ],
)
def test_fragments(title: str, parts: tuple[str, str]) -> None:
    assert split_fragment(title) == parts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ID, True),
        (ID + "0f", True),
        (ID[1:], False),
        (ID + "0f0", False),
        (ID.upper(), False),
        (ID[:-1] + "g", False),
        (ID + "\n", False),
        ("", False),
    ],
)
def test_line_ids(text: str, expected: bool) -> None:
    assert is_line_id(text) is expected


def test_anchor_begins_with_a_letter() -> None:
    assert anchor(ID) == f"L{ID}"


@pytest.mark.parametrize(
    ("title", "readable", "plain"),
    [
        ("Soil pH", "Soil_pH", "Soil%20pH"),
        ("土の温度", "土の温度", "%E5%9C%9F%E3%81%AE%E6%B8%A9%E5%BA%A6"),
        ("a/b?c", "a%2Fb%3Fc", "a%2Fb%3Fc"),
        ("50%", "50%25", "50%25"),
        ("C#", "C%23", "C%23"),
        (f"Soil#{ID}", f"Soil#{ID}", f"Soil#{ID}"),
        ("it's (1+1)", "it's_(1+1)", "it%27s%20%281%2B1%29"),
        ('<a href="x">', "%3Ca_href=%22x%22%3E", "%3Ca%20href%3D%22x%22%3E"),
        ("a\u3000b\tc", "a%E3%80%80b%09c", "a%E3%80%80b%09c"),
        ("[x]\x07\x85", "%5Bx%5D%07%C2%85", "%5Bx%5D%07%C2%85"),
    ],
)
def test_addresses_of_a_page(title: str, readable: str, plain: str) -> None:
    assert page_url("garden", title) == f"https://scrapbox.io/garden/{readable}"
    assert page_url("garden", title, readable=False) == f"https://scrapbox.io/garden/{plain}"


def test_address_of_a_project_and_of_a_wiki_of_ones_own() -> None:
    assert page_url("garden") == "https://scrapbox.io/garden"
    assert (
        page_url("garden", "a", origin="https://wiki.example/") == "https://wiki.example/garden/a"
    )
    assert icon_url("garden", "a b/ö", origin="https://wiki.example/") == (
        "https://wiki.example/api/pages/garden/a%20b%2F%C3%B6/icon"
    )


@given(titles, st.booleans())
def test_address_leads_back_to_the_page(title: str, readable: bool) -> None:
    address = page_url("garden", title, readable=readable)
    assert not set('<>"\\^`{|}') & set(address)
    assert not any(char.isspace() or ord(char) < 32 for char in address)
    parts = urlsplit(address)
    path = unquote(parts.path.removeprefix("/garden/"))
    assert key(path + (f"#{parts.fragment}" if parts.fragment else "")) == key(title)
    assert not parts.query


@given(titles)
def test_name_in_an_inventory_has_no_blanks(title: str) -> None:
    assert not any(map(str.isspace, inventory_name(title)))
    assert inventory_name(title) == inventory_name(title.replace(" ", "_"))


def test_names_in_an_inventory() -> None:
    assert inventory_name("Beds 20 and\u3000more") == "beds_20_and_more"


# -- close titles ----------------------------------------------------------------------


def test_close_titles() -> None:
    close = CloseTitles(["Compost", "Comport", "Leaf mould", "Leaf mould, twice", "Rain"])
    assert close.find("compsot") == ("Compost", "Comport")
    assert close.find("Mould") == ("Leaf mould", "Leaf mould, twice")
    assert close.find("Nowhere") == close.find("") == ()


def test_searches_for_close_titles_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(titles_module, "_MAX_COMPARISONS", 5)
    close = CloseTitles(["Compost", "Rain"])
    assert [close.find(title) for title in ("compsot", "Rian", "Compots", "compsot")] == [
        ("Compost",),
        ("Rain",),
        (),
        ("Compost",),
    ]
