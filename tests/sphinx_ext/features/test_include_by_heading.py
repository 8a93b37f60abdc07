"""``scrapbox:include :section:`` finds a heading by what readers see of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sites import Built, Site, page

HERE = {"scrapbox_project": "garden-en"}

# What stands in a heading, and what readers see of that.
NATIVE = {
    "a formula": ("Volume [$ V = \\pi r^2 h]", "Volume V = \\pi r^2 h"),
    "a formula alone": ("[$ E = mc^2]", "E = mc^2"),
    "TeX that is no formula": ("Read [$ \\input{x}]", "Read \\input{x}"),
    "a link": ("On [Compost]", "On Compost"),
    "a link to another project": ("On [/tools/Spade]", "On /tools/Spade"),
    "a link to a line": (f"On [Compost#{'5' * 24}]", "On Compost"),
    "a label": ("See [the manual https://example.org/]", "See the manual"),
    "a tag": ("All about #mulch", "All about #mulch"),
}


def _built(tmp_path: Path, files: dict[str, str], section: str) -> Built:
    guide = f"Guide\n=====\n\n.. scrapbox:include:: Tool shed\n   :section: {section}\n"
    index = "# Index\n\n```{toctree}\nguide\n```\n"
    site = Site(tmp_path / "src", {"index.md": index, "guide.rst": guide, **files})
    return site.build(suppress_warnings=["scrapbox.formula"], **HERE)


@pytest.mark.parametrize(("heading", "shown"), NATIVE.values(), ids=NATIVE)
def test_native_pages(tmp_path: Path, heading: str, shown: str) -> None:
    text = f"Tool shed\n[* Before]\nNothing.\n[* {heading}]\nThis is it.\n[* After]\nNothing.\n"
    built = _built(tmp_path, {"wiki/shed.scrapbox": text}, shown)
    assert built.warnings == []
    section = next(iter(built.doctree("guide").findall(lambda node: node.tagname == "section")))
    assert "This is it." in section.astext()
    assert "Nothing." not in section.astext()


@pytest.mark.parametrize(
    ("heading", "shown"),
    [
        ("Volume $V = \\pi r^2 h$", "Volume V = \\pi r^2 h"),
        ("Call `dig(3)` twice", "Call dig(3) twice"),
        ("On [[Compost]] and **more**", "On Compost and more"),
    ],
)
def test_exported_pages(tmp_path: Path, heading: str, shown: str) -> None:
    lines = ("### Before", "Nothing.", f"### {heading}", "This is it.", "### After", "Nothing.")
    built = _built(tmp_path, {"wiki/shed.md": page("Tool shed", *lines)}, shown)
    assert built.warnings == []
    text = built.doctree("guide").astext()
    assert "This is it." in text
    assert "Nothing." not in text


@pytest.mark.parametrize(("heading", "shown"), NATIVE.values(), ids=NATIVE)
def test_what_readers_see_is_what_sphinx_calls_it(
    tmp_path: Path, heading: str, shown: str
) -> None:
    """The name by which a section is found is the one in the table of contents."""
    text = f"Tool shed\n[* {heading}]\nThis is it.\n"
    built = _built(tmp_path, {"wiki/shed.scrapbox": text}, "1")
    contents = built.app.env.tocs["wiki/shed"].astext().split("\n\n")
    assert contents == ["Tool shed", shown]


def test_a_heading_that_is_not_there(tmp_path: Path) -> None:
    text = "Tool shed\n[* Volume [$ V = a^2]]\nThis is it.\n"
    (warning,) = _built(tmp_path, {"wiki/shed.scrapbox": text}, "Volume").warnings
    assert "no section is called 'Volume'" in warning
