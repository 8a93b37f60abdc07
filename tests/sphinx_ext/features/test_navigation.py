"""The wiki in the navigation of a site, in six themes, and cards of sphinx-design."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sites import Site, page
from snippets import DOCS, blocks

# Book theme 1.4, on Sphinx 9.
pytestmark = pytest.mark.filterwarnings("ignore:'sphinx_book_theme\\.")
HERE = {"scrapbox_project": "garden-en"}
DATED = page("B", "[[A]]").replace("\n---\n", "\nupdated: 2024-03-01\n---\n", 1)
THEMES = ("alabaster", "furo", "pydata_sphinx_theme")
THEMES += ("shibuya", "sphinx_book_theme", "sphinx_rtd_theme")
INDEX = "# Index\n\n```{scrapbox:pages}\n:as: cards\n```\n"


def guide(theme: str) -> tuple[str, dict[str, str]]:
    """What the guide says for a theme: lines of ``conf.py``, and templates by their path."""
    conf, templates = "", {}
    text = (DOCS / "how-to" / "navigation.md").read_text(encoding="utf-8")
    for block in blocks(text.partition("(indices)=")[0]):
        if block.name == "python":
            conf, templates = block.text, {}
        else:
            templates[block.options["caption"]] = block.text
        if f'html_theme = "{theme}"' in conf:
            found = conf, templates
    return found


@pytest.mark.parametrize("theme", THEMES)
def test_themes(tmp_path: Path, theme: str) -> None:
    pytest.importorskip(theme)
    conf, templates = guide(theme)
    # A SphinxTestApp takes "alabaster" in conf.py as no choice.
    config: dict[str, Any] = {"html_theme": theme, "exclude_patterns": ["_templates"], **HERE}
    files = {"index.md": INDEX, "wiki/A.md": page("A", "One."), "wiki/B.md": page("B", "[[A]]")}
    files["conf.py"] = f'extensions = ["sphinx_scrapbox"]\n{conf}'
    site = Site(tmp_path / "src", {**files, **templates})
    built = site.build(**config)
    assert built.warnings == []
    assert links(built.text("wiki/A.html")) == [
        ("../scrapbox-pages.html", "Pages"),
        ("../scrapbox-tags.html", "Tags"),
        ("../scrapbox-people.html", "People"),
        ("../scrapbox-pages.html#random", "Random page"),
    ]
    site.write({"wiki/B.md": DATED})  # the first date of the site
    assert "Recent" in dict(map(reversed, links(site.build(**config).text("wiki/A.html"))))


def links(text: str) -> list[tuple[str, str]]:
    import re

    (navigation,) = re.findall(r'<nav class="scrapbox-navigation.*?</nav>', text, re.DOTALL)
    return re.findall(r'<a class="reference internal" href="([^"]*)"[^>]*>([^<]*)</a>', navigation)


def test_cards_are_those_of_sphinx_design(tmp_path: Path) -> None:
    pytest.importorskip("sphinx_design")
    site = Site(tmp_path / "src", {"index.md": INDEX, "wiki/A.md": page("A", "[[B]]")})
    site.write({"wiki/B.md": page("B", "Two.")})
    for extensions in (["sphinx_scrapbox", "sphinx_design"], ["sphinx_scrapbox"]):
        has_cards = "sphinx_design" in extensions
        built = site.build(extensions=extensions, target=f"_{has_cards}", **HERE)
        assert built.warnings == []
        (related,) = built.html("wiki/A.html").body.all("section", "scrapbox-related")
        for cards in (built.html("index.html").body.one("ul", "scrapbox-cards"), related):
            assert all(("sd-card" in card.pretty()) is has_cards for card in cards.all("li"))
