"""Characters, cut texts, dates and points on a map: rules that several folders share."""

from __future__ import annotations

import re
import sys
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sphinx_scrapbox.formats import read
from sphinx_scrapbox.formats.markdown.writer import write_markdown
from sphinx_scrapbox.formats.myst.writer import write_myst
from sphinx_scrapbox.wiki import text
from sphinx_scrapbox.wiki.ast import Line, Location, Page
from sphinx_scrapbox.wiki.dates import LATEST, Dates, clamp, clamp_dates, iso, parse_iso
from sphinx_scrapbox.wiki.urls import map_label, map_url


def test_what_xml_excludes_is_what_a_parser_refuses() -> None:
    for code in (*range(0x100), 0x2028, 0xFFFD, 0xFFFE, 0xFFFF, 0x10000, 0xD800, 0xDFFF):
        char = chr(code)
        if char in "&<":
            continue
        try:
            ElementTree.fromstring(f"<a>{char}</a>".encode("utf-8", "surrogatepass"))
        except ElementTree.ParseError:
            assert text.NOT_XML.search(char), hex(code)
        else:
            assert not text.NOT_XML.search(char), hex(code)


def test_line_ends_are_those_of_python() -> None:
    ends = re.compile(f"[{text.LINE_ENDS}]")
    for code in range(0x3000):
        assert (len(f"a{chr(code)}b".splitlines()) == 2) == bool(
            ends.match(chr(code)) or code == 13
        )


@given(st.text())
def test_a_terminal_gets_nothing_that_it_obeys(given_text: str) -> None:
    for shown in (text.terminal_safe(given_text), text.without_unsafe(given_text)):
        assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f]", shown)
    text.terminal_safe("\ud800").encode(sys.getdefaultencoding())


@given(st.text(max_size=60), st.integers(1, 60), st.booleans())
def test_a_cut_text_fits(given_text: str, length: int, at_word: bool) -> None:
    shown = text.cut(given_text, length, at_word=at_word)
    assert len(shown) <= length
    assert shown == given_text or shown.endswith("…")


@pytest.mark.parametrize(
    ("time", "kept"),
    [(0, 0), (-1, 0), (1.9, 1), (LATEST, LATEST), (LATEST + 1, 0), (float("nan"), 0)],
)
def test_times_that_no_calendar_has(time: float, kept: int) -> None:
    assert clamp(time) == kept
    assert clamp_dates(time, 0) == Dates(kept, kept)
    assert parse_iso(iso(kept)) == kept


POINT = Location(35.0116349, -135.7680294, zoom=17, place="Pond")
ADDRESS = (
    "https://www.openstreetmap.org/?mlat=35.0116349&mlon=-135.7680294"
    "#map=17/35.0116349/-135.7680294"
)


@pytest.mark.parametrize("write", [write_markdown, write_myst])
def test_a_point_on_a_map_stays_where_it_is(write) -> None:  # type: ignore[no-untyped-def]
    """Six significant digits were kept, which moves a point by up to 30 m."""
    assert map_url(POINT) == ADDRESS
    assert ADDRESS in write(Page("t", (Line(0, (POINT,)),)))
    native = read("t\n[N35.0116349,W135.7680294,Z17 Pond]", "notation")
    assert ADDRESS in write(native)


def test_a_point_has_a_label() -> None:
    assert map_label(POINT) == "Pond (35.0116349°N, 135.7680294°W)"
    assert map_label(Location(-0.00000001, 2.0)) == "0°N, 2°E"
