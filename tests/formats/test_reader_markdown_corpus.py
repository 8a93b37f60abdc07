"""Real exported pages, against counts taken from their raw text by other means.

The pages are not ours to publish, so they lie outside of the repository.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sphinx_scrapbox.formats.detect import recognise
from sphinx_scrapbox.formats.markdown.blocks import read_markdown
from sphinx_scrapbox.wiki.ast import CodeBlock, Icon, Image, Line, Page, PageLink, Table, Text
from sphinx_scrapbox.wiki.translation import split_at_footers

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "exported"
FILES = sorted(CORPUS.glob("*.md"))

pytestmark = pytest.mark.skipif(not FILES, reason=f"no exported pages at {CORPUS}")

# The marks of the dialect itself: an icon tells its name twice, a link to a page its title.
_ICON = re.compile(r"<img src='[^\n]*?/icon' alt='([^\n]*?)\.icon' height=\"19\.5\"/>")
_MARKS = re.compile(r"!\[image\]|\]\(https://scrapbox\.io/|^_$", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```$(?=\n\n|\n?\Z)", re.MULTILINE | re.DOTALL)


@cache
def raw(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def read(path: Path) -> Page:
    return read_markdown(raw(path), name=path.stem)


def body(path: Path) -> str:
    return raw(path).split("\n---\n", 1)[1]


def prose(path: Path) -> str:
    """The body without its code, in fences and in spans."""
    return re.sub(r"`[^`\n]*`", "", _FENCED.sub("", body(path)))


def nodes(value: Any) -> Iterator[Any]:
    """Every node of a tree."""
    if isinstance(value, tuple):
        for item in value:
            yield from nodes(item)
    elif is_dataclass(value):
        yield value
        for field in fields(value):
            yield from nodes(getattr(value, field.name))


def strings(page: Page) -> Iterator[str]:
    for node in nodes(page.blocks):
        for field in fields(node):
            value = getattr(node, field.name)
            if isinstance(value, str) and field.name != "source":
                yield value
        if isinstance(node, CodeBlock):
            yield from node.rows


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def name_of(path: Path) -> str:
    return path.stem[:40]


each_page = pytest.mark.parametrize("path", FILES, ids=name_of)


def count(kind: type) -> Counter[Path]:
    return Counter(
        {path: sum(isinstance(n, kind) for n in nodes(read(path).blocks)) for path in FILES}
    )


def differences(found: Counter[Path], expected: Counter[Path]) -> dict[str, tuple[int, int]]:
    return {
        path.name: (found[path], expected[path]) for path in FILES if found[path] != expected[path]
    }


@each_page
def test_no_word_is_lost(path: Path) -> None:
    text = _MARKS.sub(" ", _ICON.sub(r" \1 ", body(path)))
    assert words(text) - words("\n".join(strings(read(path)))) == set()


@each_page
def test_page_is_recognised_and_has_its_title(path: Path) -> None:
    assert recognise(raw(path), path.name).alone.is_page
    title = read(path).title
    assert title.replace("/", "-") == path.stem
    assert read(path).line == 2


@each_page
def test_each_line_of_the_file_is_read_once(path: Path) -> None:
    page = read(path)
    numbers = [block.line for block in page.blocks]
    assert numbers == sorted(set(numbers))
    rows = raw(path).split("\n")
    for block in page.blocks:
        if isinstance(block, Line) and block.nodes and not block.source.startswith(("#", "1.")):
            assert rows[block.line - 1].endswith(block.source) or "# " in block.source


def test_footers() -> None:
    found = Counter(
        {
            path: sum(part.translation is not None for part in split_at_footers(read(path)))
            for path in FILES
        }
    )
    pattern = re.compile(r"^This page is auto-translated from", re.MULTILINE)
    expected = Counter({path: len(pattern.findall(body(path))) for path in FILES})
    assert differences(found, expected) == {}
    assert sum(found.values()) > len(FILES) * 0.9
    assert not any(
        part.translation.note
        for path in FILES
        for part in split_at_footers(read(path))
        if part.translation
    )


def test_code_blocks() -> None:
    pattern = re.compile(r"^.+\n\n```\w*\n", re.MULTILINE)
    expected = Counter({path: len(pattern.findall(body(path))) for path in FILES})
    assert differences(count(CodeBlock), expected) == {}


def test_tables() -> None:
    pattern = re.compile(r"^\|( -- \|)+$", re.MULTILINE)
    expected = Counter({path: len(pattern.findall(prose(path))) for path in FILES})
    assert differences(count(Table), expected) == {}


def test_icons() -> None:
    expected = Counter({path: prose(path).count("/icon' alt='") for path in FILES})
    assert differences(count(Icon), expected) == {}


def test_images() -> None:
    # The source that is an image stands in a broken footer; it is an image here, too.
    expected = Counter({path: prose(path).count("![image](") for path in FILES})
    assert differences(count(Image), expected) == {}


def test_links_to_pages() -> None:
    wiki = re.compile(r"\[\[[^\[\]\n]+\]\]")
    root = re.compile(r"(?<!\[)\[(/[^\[\]\n]+)\]\(https://scrapbox\.io/")
    # A label that was mended, or that holds a link of the wiki.
    lost = re.compile(r"^.*\[\[.*(?:\s\[\]|\])\]\(http.*$", re.MULTILINE)
    expected = Counter(
        {
            path: len(wiki.findall(lost.sub("", prose(path)))) + len(root.findall(prose(path)))
            for path in FILES
        }
    )
    assert differences(count(PageLink), expected) == {}


def test_text_is_never_empty() -> None:
    assert all(
        node.text for path in FILES for node in nodes(read(path).blocks) if isinstance(node, Text)
    )


def test_list_levels() -> None:
    pattern = re.compile(r"^((?:    )*)- ", re.MULTILINE)
    for path in FILES:
        outside = re.sub(r"(?m)^```(?:.|\n)*?^```$(?=\n\n|\n?\Z)", "", body(path))
        expected = Counter(len(blanks) // 4 + 1 for blanks in pattern.findall(outside))
        found = Counter(
            block.indent
            for block in read(path).blocks
            if isinstance(block, Line) and block.indent and not re.match(r"\d+\. ", block.source)
        )
        assert found == expected, path.name
