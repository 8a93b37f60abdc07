"""Footers: every variant that exported pages have, and the parts of merged pages."""

from __future__ import annotations

import pytest

from sphinx_scrapbox.formats.markdown.blocks import read_markdown
from sphinx_scrapbox.wiki.ast import Line, Page, Text
from sphinx_scrapbox.wiki.translation import WORDINGS, Translation, split_at_footers, wording

LEAD = "This page is auto-translated from "
PLEA = (
    " If you looks something interesting but the auto-translated English is not good enough"
    " to understand it, feel free to let me know at "
)
THANKS = " I'm very happy to spread my thought to non-Japanese readers."
CONTACT = "[@ann_en](https://social.example/ann_en)."


def footer(source: str, engine: str = "", contact: str = CONTACT) -> str:
    using = f" using {engine}" if engine else ""
    return f"{LEAD}[/garden/{source}](https://wiki.example/garden/{source}){using}.{PLEA}{contact}{THANKS}"


def page(body: str, title: str = "Garden Shed") -> Page:
    return read_markdown(f'---\ntitle: "{title}"\n---\n\n{body}')


def only(line: str) -> Translation:
    (part,) = split_at_footers(page(f"text\n\n---\n{line}"))
    assert [block.source for block in part.blocks if isinstance(block, Line)] == ["text"]
    assert part.translation is not None
    return part.translation


def test_footer_with_everything() -> None:
    assert only(footer("小屋", "Engine")) == Translation(
        "garden",
        "小屋",
        engine="Engine",
        contact="@ann_en",
        contact_url="https://social.example/ann_en",
        source_language="ja",
        target_language="en",
        line=8,
    )


@pytest.mark.parametrize(
    "source", ["a b", "a/b", "a (b", "a) b", "a [b", 'a "b"? #c & 100%', "a]. b", "庭"]
)
def test_source_may_hold_anything(source: str) -> None:
    translation = only(footer(source, "Engine"))
    assert (translation.title, translation.engine) == (source, "Engine")
    assert not translation.note


def test_footer_without_engine() -> None:
    translation = only(footer("小屋"))
    assert (translation.engine, translation.contact, translation.note) == ("", "@ann_en", "")


def test_contact_as_a_bare_address() -> None:
    url = "https://social.example/ann_en."
    translation = only(footer("小屋", "Engine", contact=f"@ann_en [{url}]({url})"))
    assert (translation.contact, translation.contact_url) == ("@ann_en", url[:-1])
    assert not translation.note


@pytest.mark.parametrize("rule", ["", "---\n", "\n---\n", "\n\n---\n\n"])
def test_footer_cut_short_and_what_goes_before_it(rule: str) -> None:
    line = f"{LEAD}[/garden/小屋](https://wiki.example/garden/小屋)"
    (part,) = split_at_footers(page(f"text\n{rule}{line}"))
    assert len(part.blocks) == 1
    assert part.translation is not None
    assert (part.translation.title, part.translation.contact) == ("小屋", "")


def test_source_that_is_an_image() -> None:
    image = "https://images.example/12ab"
    line = f"{LEAD}[/garden/![image]({image}/thumb/1000)].{PLEA}{CONTACT}{THANKS}"
    translation = only(line)
    assert (translation.project, translation.title) == ("garden", f"[{image}]")
    assert translation.contact == "@ann_en"
    assert not translation.note


def test_words_that_are_not_known_stay_in_the_note() -> None:
    line = f"{LEAD}[/garden/小屋](https://wiki.example/garden/小屋) using Engine. Bees did it."
    assert only(line).note == "Bees did it."


@pytest.mark.parametrize(
    "line",
    [
        f"> {LEAD}[/garden/a](https://wiki.example/garden/a)",
        f"- {LEAD}[/garden/a](https://wiki.example/garden/a)",
        f"{LEAD}the garden",
        f"Mind: {LEAD}[/garden/a](https://wiki.example/garden/a)",
    ],
)
def test_lines_that_are_no_footer(line: str) -> None:
    (part,) = split_at_footers(page(f"text\n---\n{line}"))
    assert part.translation is None
    assert len(part.blocks) == 3


def test_page_without_footer_is_one_part() -> None:
    plain = page("\na\n\n---\nb\n\n")
    (part,) = split_at_footers(plain)
    assert (part.title, part.line, part.translation) == ("", 2, None)
    assert part.blocks == plain.blocks


def test_page_without_blocks_is_one_part() -> None:
    assert [part.blocks for part in split_at_footers(Page("x", ()))] == [()]


def test_merged_pages() -> None:
    one, two, three = (f"---\n{footer(source)}\n" for source in "一二三")
    parts = split_at_footers(page(f"a\n{one}garden_shed\nb\n\n{two}\nGarden Shed\n\n{three}"))
    assert [part.title for part in parts] == ["", "garden_shed", "Garden Shed"]
    assert [part.line for part in parts] == [2, 8, 14]
    assert [len(part.blocks) for part in parts] == [1, 1, 0]
    assert [part.translation and part.translation.title for part in parts] == ["一", "二", "三"]


def test_text_after_the_last_footer() -> None:
    first, last = split_at_footers(page(f"a\n---\n{footer('一')}\n\nb"))
    assert (first.translation is not None, last.translation) == (True, None)
    assert (last.title, last.line, last.blocks) == ("", 9, (Line(0, (Text("b"),)),))


def test_blank_lines_after_the_last_footer_are_no_part() -> None:
    assert len(split_at_footers(page(f"a\n---\n{footer('一')}\n\n\n"))) == 1


def test_wording_of_ones_own() -> None:
    own = wording(r"From (?P<project>\w+):(?P<title>\w+) on (?P<date>[\d-]+)", "de", "en")
    (part,) = split_at_footers(
        page("a\nFrom garden:Schuppen on 2024-01-02, thanks."), (*WORDINGS, own)
    )
    assert part.translation == Translation(
        "garden",
        "Schuppen",
        source_language="de",
        target_language="en",
        date="2024-01-02",
        note=", thanks.",
        line=6,
    )


def test_wording_needs_its_groups() -> None:
    with pytest.raises(ValueError, match="'project' and 'title', or 'link'"):
        wording(r"From (?P<title>.+)")
    assert wording(r"(?P<link>/.+)").source_language == ""


def test_wording_needs_to_be_a_pattern() -> None:
    with pytest.raises(ValueError, match="not a regular expression"):
        wording(r"From (?P<title>.+")


@pytest.mark.parametrize("token", ["](https://wiki.example/garden/", "[/a]", " using ", "@a ["])
def test_long_footers_are_read_in_one_go(token: str) -> None:
    split_at_footers(page(f"{LEAD}[/garden/{token * 20_000}"))
