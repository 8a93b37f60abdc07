"""A point on a map stays where it is, to the last digit, whatever form its page is in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from commands import run_command
from sites import Site

# Seven decimals are a centimetre; six digits, as "%g" has them, are up to fifty metres.
POINTS = {
    "north-east": ("35.6812362", "139.7671248"),
    "south-west": ("-22.9519164", "-43.2104872"),
    "near the meridian": ("51.4778792", "-0.0014718"),
    "near the origin": ("0.0000004", "-0.0000003"),
    "whole degrees": ("35", "-120"),
    "poles": ("90", "180"),
}
points = pytest.mark.parametrize(("latitude", "longitude"), POINTS.values(), ids=POINTS)


def _notation(latitude: str, longitude: str) -> str:
    north = f"S{latitude[1:]}" if latitude.startswith("-") else f"N{latitude}"
    east = f"W{longitude[1:]}" if longitude.startswith("-") else f"E{longitude}"
    return f"Places\n[{north},{east},Z17 The shed] and more\n"


def _convert(text: str, source: str, target: str) -> str:
    arguments = ["convert", "-", "--from", source, "--to", target, "--project", "garden"]
    result = run_command(*arguments, input=text)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def _address(latitude: str, longitude: str) -> str:
    return (
        f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}"
        f"#map=17/{latitude}/{longitude}"
    )


def _addresses(text: str) -> list[str]:
    return re.findall(r"https://www\.openstreetmap\.org/[-?\w=&;#/.]+", text)


@points
def test_notation_and_json_keep_the_text(latitude: str, longitude: str) -> None:
    text = _notation(latitude, longitude)
    assert _convert(text, "notation", "notation") == text
    assert text.split("\n")[1] in _convert(text, "notation", "json")


@points
@pytest.mark.parametrize("target", ["markdown", "myst"])
def test_markdown_links_to_the_very_point(target: str, latitude: str, longitude: str) -> None:
    text = _convert(_notation(latitude, longitude), "notation", target)
    assert _addresses(text) == [_address(latitude, longitude)]


@points
def test_there_and_back(latitude: str, longitude: str) -> None:
    exported = _convert(_notation(latitude, longitude), "notation", "markdown")
    native = _convert(exported, "markdown", "notation")
    assert _addresses(native) == [_address(latitude, longitude)]
    assert _convert(native, "notation", "markdown") == exported


@points
def test_a_site_shows_the_same_place_of_each_form(
    tmp_path: Path, latitude: str, longitude: str
) -> None:
    native = _notation(latitude, longitude)
    forms = {
        "a/native.scrapbox": native,
        "b/exported.md": _convert(native, "notation", "markdown"),
        "c/clean.md": _convert(native, "notation", "myst"),
    }
    index = "# Index\n\n```{toctree}\nc/clean\n```\n"
    site = Site(tmp_path / "src", {"index.md": index, **forms})
    # They share their title, too.
    built = site.build(scrapbox_pages=["b/**"], suppress_warnings=["scrapbox.duplicate_title"])
    assert built.warnings == []
    for form in forms:
        page = built.html(f"{form.rpartition('.')[0]}.html")
        link = page.body.one("a", href=_address(latitude, longitude))
        assert link.text.startswith("The shed (")
