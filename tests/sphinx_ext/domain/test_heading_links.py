"""``[[Page#Heading]]`` on hand-written pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from sites import BUILDERS, EPUB, Built, Site, page

pytestmark = pytest.mark.filterwarnings("ignore:'sphinxcontrib\\.serializinghtml")

GUIDE = """# Guide

[[Compost#Turning]], [[compost#turning|turn it]], {scrapbox:page}`Compost#Turning`,
{scrapbox:page}`it <Compost#Turning>`, [[Tools#Care_and repair]], [[#Own part]], [[C# notes]],
[[C# notes#Loops]], [[/garden-en/Compost#Turning]], [[Heap#Turning]].

## Own part

```{toctree}
:glob:
*
wiki/*
```
"""
LOST = "# Lost\n\n[[Compost#Watering]], [[#Nowhere]], [[C#]], [[Nothing#Turning]]\n"
TOOLS = "# Tools\n\n## Rakes\n\n## Care and *repair*\n\n## Care and repair\n"
NOTES = page("C# notes", "### Loops", "go on", "", "[[Compost#Turning]]")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    files = {
        "index.md": GUIDE,
        "tools.md": TOOLS,
        "wiki/Compost.md": page("Compost", "### Layers", "a", "### Turning", "b").replace(
            "title:", "aliases: [Heap]\ntitle:"
        ),
        "wiki/notes.md": NOTES,
    }
    return Site(tmp_path / "src", files)


CONFIG = {
    "scrapbox_project": "garden",
    "scrapbox_pages": ["wiki/*"],
    "scrapbox_link_documents": ["tools"],
}


def links(built: Built, name: str = "index.html") -> list[tuple[str, str]]:
    body = built.html(name).root.all("div", cls="body")[0]
    return [
        (link["href"], link.text) for paragraph in body.all("p")[:1] for link in paragraph.all("a")
    ]


def test_links_to_headings(site: Site) -> None:
    built = site.build(**CONFIG)
    assert built.warnings == []
    turning = "wiki/Compost.html#turning"
    assert links(built) == [
        (turning, "Compost: Turning"),
        (turning, "turn it"),
        (turning, "Compost: Turning"),
        (turning, "it"),
        ("tools.html#care-and-repair", "Tools: Care and repair"),
        ("#own-part", "Own part"),
        ("wiki/notes.html", "C# notes"),
        ("wiki/notes.html#loops", "C# notes: Loops"),
        (turning, "Compost: Turning"),
        (turning, "Heap: Turning"),
    ]
    for href, _ in links(built):
        name, _, anchor = href.partition("#")
        assert not anchor or f'id="{anchor}"' in built.text(name or "index.html")


@pytest.mark.parametrize("builder", BUILDERS)
def test_every_format(site: Site, builder: str) -> None:
    assert site.build(builder, **EPUB, **CONFIG).warnings == []


def test_a_heading_that_is_not_there(site: Site) -> None:
    site.write({"lost.md": LOST})
    built = site.build(**CONFIG)
    assert [line.partition("WARNING: ")[2].rpartition(" [")[0] for line in built.warnings] == [
        "'Compost#Watering': the page 'Compost' has no such heading",
        "no wiki page '#Nowhere'",
        "no wiki page 'C#'; did you mean 'C# notes'?",
        "no wiki page 'Nothing#Turning'",
    ]
    assert links(built, "lost.html")[0] == ("wiki/Compost.html", "Compost")


def test_a_heading_that_changes(site: Site) -> None:
    site.build(**CONFIG)
    text = (site.src / "wiki/Compost.md").read_text(encoding="utf-8")
    site.write({"wiki/Compost.md": text.replace("Turning", "Watering")})
    built = site.build(**CONFIG)
    assert "index" in built.written
    assert all("no such heading" in line for line in built.warnings)
    assert links(built)[0] == ("wiki/Compost.html", "Compost")
    site.write({"wiki/Compost.md": text})
    assert links(site.build(**CONFIG))[0] == ("wiki/Compost.html#turning", "Compost: Turning")
