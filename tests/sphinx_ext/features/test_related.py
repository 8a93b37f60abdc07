"""Related pages: who links here, what is linked from here, and who names the same things."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sites import EPUB, Built, Site, Tag, page

from sphinx_scrapbox.sphinx_ext.features.related.model import (
    MOST_NEIGHBOURS,
    MOST_SHARING,
    SHOWN_NEIGHBOURS,
)

HERE = {"scrapbox_project": "garden-en"}
FILES = {
    "index.md": "# Garden\n\n```{toctree}\nguide\nchapter\n```\n",
    "guide.md": "# The guide\n\nHow to *begin*.\n\n- Before you sow, read {scrapbox}`Compost`.\n",
    "chapter.rst": "A chapter\n=========\n\nSee :scrapbox:page:`Compost` first.\n",
    "wiki/Compost.md": page("Compost", "Made of [[leaves]] & <b>time</b>.", "Not of [[stones]]."),
    "wiki/Soil.md": page("Soil", "It begins with [[Compost]].", "Then come [[leaves]]."),
    "wiki/Leaves.md": page("leaves", "They fall."),
    "wiki/Rakes.md": page("Rakes", "For [[leaves]]."),
    "wiki/Walls.md": page("Walls", "Made of [[stones]]."),
    "wiki/Alone.md": page("Alone", "Nobody knows me."),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return Site(tmp_path_factory.mktemp("related") / "src", FILES).build(**HERE)


def block_of(built: Built, name: str) -> Tag | None:
    return next(iter(built.html(f"{name}.html").root.all("section", "scrapbox-related")), None)


def shape(block: Tag) -> list[tuple[str, list[str]]]:
    """What stands over each list of a block, and the text of its items."""
    found: list[tuple[str, list[str]]] = []
    for tag in block.walk():
        if tag.name == "h3" and "scrapbox-via" in tag.attributes.get("class", ""):
            found.append((tag.text, []))
        elif tag.name == "li":
            found[-1][1].append(" ".join(tag.text.split()))
    return found


def test_neighbours_have_the_line_that_links(built: Built) -> None:
    assert built.warnings == []
    block = block_of(built, "wiki/Compost")
    assert block is not None
    shown = dict(shape(block))
    assert shown["Links"] == ["leaves They fall."]
    assert shown["Linked from"] == [
        "A chapter See Compost first.",
        "The guide Before you sow, read Compost. How to begin.",
        "Soil It begins with Compost. Then come leaves.",
    ]


def test_pages_that_name_the_same_are_grouped_by_it(built: Built) -> None:
    block = block_of(built, "wiki/Compost")
    assert block is not None
    shown = dict(shape(block))
    assert shown["leaves"] == ["Rakes For leaves."]  # and not Soil, which stands above
    assert shown["stones"] == ["Walls Made of stones."]  # which nobody has written yet


def test_links_of_a_block_lead_to_pages(built: Built) -> None:
    block = block_of(built, "wiki/Compost")
    assert block is not None
    targets = {link.text: link.attributes["href"] for link in block.all("a")}
    assert targets["leaves"] == "Leaves.html"
    assert targets["The guide"] == "../guide.html"
    assert targets["stones"] == "https://scrapbox.io/garden-en/stones"


def test_no_block_where_nothing_is_related(built: Built) -> None:
    assert block_of(built, "wiki/Alone") is None
    assert block_of(built, "guide") is None  # a page by hand has one where it asks for it


@pytest.mark.parametrize(("mode", "expected"), [("cards", 1), ("list", 1), (False, 0)])
def test_modes(tmp_path: Path, mode: str | bool, expected: int) -> None:
    built = Site(tmp_path / "src", FILES).build(scrapbox_related=mode, **HERE)
    blocks = built.html("wiki/Compost.html").root.all("section", "scrapbox-related")
    assert len(blocks) == expected
    assert all(f"scrapbox-{mode}" in block.attributes["class"] for block in blocks)


def test_some_pages_have_none(tmp_path: Path) -> None:
    modes = {"wiki/S*": False, "wiki/C*": "list"}
    built = Site(tmp_path / "src", FILES).build(scrapbox_related=modes, **HERE)
    assert block_of(built, "wiki/Soil") is None
    listed, cards = block_of(built, "wiki/Compost"), block_of(built, "wiki/Walls")
    assert listed is not None
    assert "scrapbox-list" in listed.attributes["class"]
    assert cards is not None
    assert "scrapbox-cards" in cards.attributes["class"]
    # It is still the others' neighbour.
    assert "Soil It begins with Compost." in dict(shape(listed))["Linked from"]


@pytest.mark.long
def test_a_hub_folds_and_counts(tmp_path: Path) -> None:
    many = {
        f"w/{n}.md": page(f"Page {n:03}", "To the [[Hub]].") for n in range(MOST_NEIGHBOURS + 20)
    }
    files = {"index.md": "# Index\n", "Hub.md": page("Hub", "Here."), **many}
    site = Site(tmp_path / "src", files)
    built = site.build(**HERE)
    block = block_of(built, "Hub")
    assert block is not None
    (details,) = block.all("details")
    (summary,) = details.all("summary")
    assert str(MOST_NEIGHBOURS + 20 - SHOWN_NEIGHBOURS) in summary.text
    items = block.all("li")
    assert len(items) == MOST_NEIGHBOURS + 1
    assert items[-1].text == "20 more"
    other = block_of(built, "w/1")
    assert other is not None
    (group,) = [items for heading, items in shape(other) if heading == "Hub"]
    assert len(group) == MOST_SHARING + 1
    assert group[-1] == f"{MOST_NEIGHBOURS + 19 - MOST_SHARING} more"
    text = site.build("text", target="_text", **HERE).text("Hub.txt")
    assert text.count("To the Hub") == MOST_NEIGHBOURS
    assert "20 more" in text


@pytest.mark.parametrize(
    ("builder", "name"),
    [("text", "wiki/Compost.txt"), ("epub", "wiki/Compost.xhtml"), ("man", None), ("latex", None)],
)
def test_other_formats(tmp_path: Path, builder: str, name: str | None) -> None:
    toctree = "# Garden\n\n```{toctree}\nguide\nchapter\nwiki/Compost\nwiki/Soil\n```\n"
    config = {"man_pages": [("index", "garden", "Garden", [], 1)], **EPUB, **HERE}
    built = Site(tmp_path / "src", {**FILES, "index.md": toctree}).build(builder, **config)
    assert built.warnings == []
    suffix = {"man": "*.1", "latex": "*.tex"}.get(builder, "")
    file = built.out / name if name else next(built.out.glob(suffix))
    text = file.read_text(encoding="utf-8")
    for words in ("Related pages", "Linked from", "It begins with", "Walls"):
        assert words in text, words


def test_directive_stands_where_it_is_put(tmp_path: Path) -> None:
    files = {
        **FILES,
        "guide.md": "# The guide\n\nRead {scrapbox}`Compost`.\n\n"
        "```{scrapbox:related}\n:list:\n```\n\nThe end.\n",
        "chapter.rst": "A chapter\n=========\n\n:scrapbox:page:`Soil`\n\n.. scrapbox:related::\n",
    }
    built = Site(tmp_path / "src", files).build(**HERE)
    assert built.warnings == []
    block = block_of(built, "guide")
    assert block is not None
    assert "scrapbox-list" in block.attributes["class"]
    assert dict(shape(block))["Links"] == ["Compost"]
    text = built.text("guide.html")
    assert text.index("scrapbox-related") < text.index("The end.")
    chapter = block_of(built, "chapter")
    assert chapter is not None
    assert "scrapbox-cards" in chapter.attributes["class"]


def test_a_heading_to_jump_to(built: Built) -> None:
    block = block_of(built, "wiki/Compost")
    assert block is not None
    heading = block.one("h2")
    assert heading.attributes["id"] == "scrapbox-related"
    assert heading.one("a", "headerlink").attributes["href"] == "#scrapbox-related"
    assert [tag.text for tag in block.all("h3")] == ["Links", "Linked from", "stones", "leaves"]


def test_a_line_that_the_card_shows_is_not_repeated(built: Built) -> None:
    block = block_of(built, "wiki/Leaves")
    assert block is not None
    shown = dict(shape(block))["Linked from"]
    assert "Rakes For leaves." in shown
    assert [tag.text for tag in block.all(cls="scrapbox-linking")] == []
    by_hand = block_of(built, "wiki/Compost")
    assert by_hand is not None
    lines = [tag.text for tag in by_hand.all(cls="scrapbox-linking")]
    assert lines == ["Before you sow, read Compost."]


def test_excerpts_of_documents_have_all_their_words(tmp_path: Path) -> None:
    files = {
        "index.md": "# I\n\nFirst of all, see [](guide.md).\n\nThen [[Soil]].\n",
        "guide.md": "# Guide\n\nSome words.\n",
        "soil.md": page("Soil", "Dry."),
    }
    built = Site(tmp_path / "src", files).build(suppress_warnings=["toc.not_included"], **HERE)
    block = block_of(built, "soil")
    assert block is not None
    assert [tag.text for tag in block.all("li")] == ["I Then Soil."]


LINES = ["Words & <b>words</b>.", "The second line.", "The third line.", "The fourth line."]


def test_only_the_pages_with_its_card_are_written_again(tmp_path: Path) -> None:
    files = {
        "index.md": "# Index\n",
        "w/Bed.md": page("Bed", *LINES),
        "w/Linking.md": page("Linking", "To the [[Bed]] and [[Rain]]."),
        "w/Listing.md": page("Listing", "Also to the [[Bed]]."),
        "w/Sharing.md": page("Sharing", "To the [[Rain]]."),
        "w/Other.md": page("Other", "To [[Sharing]]."),
    }
    site = Site(tmp_path / "src", files)
    config = {"scrapbox_related": {"w/Listing": "list", "**": "cards"}, **HERE}
    first = site.build(**config)
    assert first.warnings == []
    block = block_of(first, "w/Linking")
    assert block is not None
    assert dict(shape(block))["Links"] == [
        "Bed Words & <b>words</b>. The second line. The third line."
    ]
    edits = [
        (["Other words.", *LINES[1:]], ["w/Bed", "w/Linking"]),
        (["Other words.", *LINES[1:3], "Below the first lines."], ["w/Bed"]),
        (
            ["![image](https://example.org/a.png)", "Other words.", *LINES[1:3]],
            ["w/Bed", "w/Linking"],
        ),
    ]
    for lines, expected in edits:
        site.write({"w/Bed.md": page("Bed", *lines)})
        os.utime(site.src / "w/Bed.md", (4e9, 4e9))
        second = site.build(**config)
        assert second.read == ["w/Bed"]
        assert second.written == expected
    fresh = site.build(target="_fresh", **config)
    assert second.text("w/Linking.html") == fresh.text("w/Linking.html")


@pytest.mark.parametrize(("images", "count"), [("remote", 1), ("local", 0)])
def test_images_of_cards(tmp_path: Path, images: str, count: int) -> None:
    address = "https://example.org/a.png?b=1&c=2"
    files = {
        "index.md": "# Index\n",
        "Bed.md": page("Bed", f"![image]({address})", "Words."),
        "Linking.md": page("Linking", "To the [[Bed]]."),
    }
    built = Site(tmp_path / "src", files).build(scrapbox_images=images, **HERE)
    block = block_of(built, "Linking")
    assert block is not None
    shown = block.all("img")
    assert [image.attributes["src"] for image in shown] == [address] * count
    for image in shown:
        assert image.attributes["alt"] == ""
        assert image.attributes["loading"] == "lazy"
        assert {"width", "height"} <= set(image.attributes)
