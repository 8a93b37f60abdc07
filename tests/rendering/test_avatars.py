"""Faces drawn from names."""

from __future__ import annotations

import colorsys
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sphinx_scrapbox.rendering.avatars import avatar, hue, initials, perceived_hue


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("mio", "M"),
        ("Mio Aoki", "MA"),
        ("mio aoki jr", "MA"),
        ("mio_aoki", "MA"),
        ("mio-aoki", "MA"),
        ("/garden/mio", "M"),
        ("a/b c", "BC"),
        ("gpt4", "GP"),
        ("o3-mini", "O3"),
        ("3", "3"),
        ("澪", "澪"),
        ("青木 澪", "青"),
        ("mio 青木", "M"),
        ("🌱 seed", "S"),
        ("🌱", "🌱"),
        ("&", "&"),
        ("<b>", "B"),
        ("", "?"),
        ("  ", "?"),
        ("/", "/"),
        ("garden/", "G"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


@given(st.text())
def test_any_name(name: str) -> None:
    assert 1 <= len(initials(name)) <= 2
    assert 0 <= hue(name) < 360
    # Well-formed, and nothing of the name but its letters.
    drawn = avatar(name)
    if re.fullmatch(r"[^\x00-\x1f\x7f\ufffe\uffff]*", name):
        (_, text) = ElementTree.fromstring(drawn)
        assert text.text == initials(name)
        assert text.attrib["font-size"] == ("15" if len(initials(name)) == 1 else "12.5")
    assert drawn.count("<") == 5


def test_surrogates() -> None:
    assert 0 <= hue("\ud800") < 360


def test_one_name_has_one_colour() -> None:
    assert hue("Mio") == hue("mio") == 198
    assert hue("ren") != hue("mio")


def test_white_letters_can_be_read_on_each_colour() -> None:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    drawn = re.search(r"hsl\(\d+,(\d+)%,(\d+)%\)", avatar("mio"))
    assert drawn is not None
    saturation, lightness = (int(part) / 100 for part in drawn.groups())
    for degrees in range(360):
        red, green, blue = map(linear, colorsys.hls_to_rgb(degrees / 360, lightness, saturation))
        luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
        assert 1.05 / (luminance + 0.05) >= 4.5


@pytest.mark.parametrize(("degree", "expected"), [(0, 23), (120, 143), (240, 278)])
def test_the_perceived_hue_is_that_of_oklch(
    degree: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As browsers convert ``hsl(… 45% 33%)``."""
    monkeypatch.setattr("sphinx_scrapbox.rendering.avatars.hue", lambda name: degree)
    assert abs(perceived_hue.__wrapped__("any") - expected) <= 1
