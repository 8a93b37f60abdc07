"""``scrapbox_speech``: turns in boxes, or as lines that begin with the speaker."""

from __future__ import annotations

from pathlib import Path

import pytest
from sites import Built, Site, icon, page

HANA, REN = icon("hana"), icon("ren")
FILES = {
    "index.md": "# Index\n\n````{scrapbox:speech} hana\n```\nx = 1\n```\n````\n",
    "wiki/Talk.md": page(
        "Talk",
        f"{HANA}Too wet.",
        f"{REN}",
        "Dig.",
        "Here.",
        "",
        f"- {HANA}And",
        f"    - {REN}then?",
    ),
}
INDEX = [("wiki/Talk", "x.tex", "Talk", "nobody", "howto")]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "src", {**FILES, "index.md": f"{FILES['index.md']}\n[[Talk]]\n"})


def _build(site: Site, builder: str, speech: str) -> Built:
    return site.build(
        builder, target=f"_{speech}", scrapbox_speech=speech, latex_documents=INDEX,
        scrapbox_project="garden-en", scrapbox_related=False, suppress_warnings=["toc.*"],
    )  # fmt: skip


def test_boxes_have_the_hue_of_their_first_speaker(site: Site) -> None:
    turns = _build(site, "html", "box").html("wiki/Talk.html").body.all(cls="scrapbox-speech")
    hues = [(turn["aria-label"], turn["style"]) for turn in turns]
    assert len(hues) == 4
    assert len(set(hues)) == 2
    assert all(style.startswith("--scrapbox-hue:") for _, style in hues)
    assert not any("scrapbox-inline" in turn["class"] for turn in turns)


def test_inline_turns_have_a_class(site: Site) -> None:
    turns = _build(site, "html", "inline").html("wiki/Talk.html").body.all(cls="scrapbox-speech")
    assert ["scrapbox-inline" in turn["class"] for turn in turns] == [True] * 4


def test_other_formats_begin_lines_with_inline_speakers(site: Site) -> None:
    text = _build(site, "text", "inline").text("wiki/Talk.txt")
    assert "**hana:** Too wet.\n" in text
    assert "**ren:** Dig.\n   Here.\n" in text
    assert "* **hana:** And\n\n  * **ren:** then?\n" in text
    assert "**hana:**\n\n   x = 1\n" in _build(site, "text", "inline").text("index.txt")
    latex = _build(site, "latex", "inline").text("x.tex")
    assert "hana}:} Too wet." in latex


def test_latex_keeps_a_speaker_on_the_page_of_the_words(site: Site) -> None:
    assert ":}\\nopagebreak\n" in _build(site, "latex", "box").text("x.tex")


def test_a_wrong_value_gives_a_warning(site: Site) -> None:
    built = _build(site, "text", "bubbles")
    assert any("scrapbox_speech" in warning for warning in built.warnings)
    assert "hana:\n" in built.text("wiki/Talk.txt")
