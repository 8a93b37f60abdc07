"""The writers of text, LaTeX and Texinfo: the same output, in a number of steps that is linear."""

from __future__ import annotations

import random
from importlib import import_module
from pathlib import Path

import pytest
from docutils import nodes
from sites import Site
from sphinx.writers.text import Cell, Table, TextWrapper

from sphinx_scrapbox.sphinx_ext.performance.writers import (
    MOST_PARAGRAPHS,
    extend_rows,
    group_paragraphs,
    split_words,
    unused_ids,
)

HERE = {"scrapbox_project": "garden-en"}


@pytest.mark.parametrize("word", ["a", "種", "[", "`a", "a\u0301", "日b"])
@pytest.mark.parametrize("times", [499, 1000, 1001, 2777])
def test_lines_break_where_they_did(word: str, times: int) -> None:
    text = f"before {word * times} after {word * 3}"
    wrapper = TextWrapper(width=70)
    expected = wrapper.wrap(text)
    split = wrapper._split
    wrapper._split = lambda text: split_words(split, text)  # type: ignore[method-assign]
    assert wrapper.wrap(text) == expected


def test_long_words_are_split_in_pieces_of_bounded_length() -> None:
    lengths: list[int] = []

    def split(piece: str) -> list[str]:
        lengths.append(len(piece))
        return [piece]

    text = "short words " * 9 + "x" * 100_000
    assert "".join(split_words(split, text)) == text
    assert max(lengths) <= 1_000
    assert split_words(split, "short words") == ["short words"]


class _Row(list[Cell]):
    """A row of a table that counts how often its length is asked for."""

    visits = 0

    def __len__(self) -> int:
        type(self).visits += 1
        return super().__len__()


class _CountedTable(Table):
    def _ensure_has_line(self, line: int) -> None:
        super()._ensure_has_line(line)
        self.lines = [row if isinstance(row, _Row) else _Row(row) for row in self.lines]


def test_rows_are_extended_as_before() -> None:
    chance = random.Random(3)
    for _ in range(200):
        expected, table = Table(), Table()
        for _ in range(chance.randint(1, 12)):
            if chance.random() < 0.4:
                expected._ensure_has_line(lines := chance.randint(1, 6))
                table._ensure_has_line(lines)
            expected._ensure_has_column(columns := chance.randint(0, 5))
            extend_rows(table, columns)
            assert list(map(len, table.lines)) == list(map(len, expected.lines))


def test_steps_of_a_table_grow_with_its_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Table, "_ensure_has_column", extend_rows)

    def steps(rows: int) -> int:
        table = _CountedTable([3, 3])
        _Row.visits = 0
        for at in range(rows):
            if at:
                table.add_row()
            table.add_cell(Cell("a"))
            table.add_cell(Cell("b"))
        str(table)
        return _Row.visits

    assert 0 < steps(400) <= 5 * steps(100)


def test_names_in_use_get_the_first_free_number() -> None:
    used: set[str] = {"Top", "a<3>"}
    unused_id = unused_ids(str.strip, used)
    ids = []
    for name in ("Top", "a", "a ", "a", "b", "a", "a<2>", "a"):
        ids.append(unused_id(name))
        assert ids[-1] not in used
        used.add(ids[-1])
    assert ids == ["Top<2>", "a", "a<2>", "a<4>", "b", "a<5>", "a<2><2>", "a<6>"]


class _CountedSet(set[str]):
    asked = 0

    def __contains__(self, value: object) -> bool:
        self.asked += 1
        return super().__contains__(value)


def test_steps_of_equal_names_grow_with_their_number() -> None:
    used = _CountedSet()
    unused_id = unused_ids(str.strip, used)
    for _ in range(1_000):
        used.add(unused_id("a"))
    assert len(used) == 1_000
    assert used.asked < 3_000


def _section(paragraphs: int) -> nodes.section:
    children = (nodes.paragraph("", str(number)) for number in range(paragraphs))
    return nodes.section("", nodes.title("", "Beds"), *children, nodes.transition())


def test_groups_hold_all_paragraphs_in_order() -> None:
    section = _section(5 * MOST_PARAGRAPHS + 1)
    before = list(section.children)
    section.children = group_paragraphs(section)
    title, *groups, transition = section.children
    assert [title, *(node for group in groups for node in group.children), transition] == before
    assert all(isinstance(group, nodes.container) for group in groups)
    assert max(len(group.children) for group in groups) == MOST_PARAGRAPHS
    assert all(node.parent is group for group in groups for node in group.children)
    assert all(node.parent is section for node in section.children)


WORDS = f"{'word' * 700}\n{'種' * 2_500}\n[https://example.org/{'a' * 3_000}]\n"
TABLE = "table:t\n" + "".join(f" row {at}\t{'種' * at}\n" for at in range(40))
PARAGRAPHS = "".join(f"Row {at}\n\n" + "---\n" * (at % 400 == 0) for at in range(1_200))
HEADINGS = "[* Peas]\n[* Peas<2>]\n" * 30
CLASSES = {
    "text": ("sphinx.writers.text", "TextWrapper", "_split"),
    "texinfo": ("sphinx.writers.texinfo", "TexinfoTranslator", "collect_node_names"),
    "latex": ("sphinx.writers.latex", "LaTeXTranslator", "visit_paragraph"),
}


@pytest.mark.parametrize("builder", CLASSES)
def test_output_is_the_same(tmp_path: Path, builder: str) -> None:
    files = {
        "index.rst": "Index\n=====\n\n.. toctree::\n\n   beds\n",
        "beds.scrapbox": f"Beds\n{WORDS}{TABLE}{HEADINGS}{PARAGRAPHS}",
    }
    module, owner, name = CLASSES[builder]
    method = getattr(getattr(import_module(module), owner), name)
    texts = []
    for fast in (True, False):
        site = Site(tmp_path / str(fast) / "src", files)
        built = site.build(builder, scrapbox_fast=fast, project="garden", **HERE)
        assert built.warnings == []
        assert getattr(getattr(import_module(module), owner), name) is method
        paths = [path for path in built.out.iterdir() if path.suffix in (".txt", ".tex", ".texi")]
        texts.append({path.name: path.read_text("utf-8") for path in paths})
    assert texts[0] == texts[1]
    assert any(text.count("Row ") == 1_200 for text in texts[0].values())
