"""The writer of text: the same output, without quadratic time for long words and tables."""

from __future__ import annotations

import random

import pytest
from sites import Site
from sphinx.writers.text import Cell, Table, TextWrapper

from sphinx_scrapbox.sphinx_ext.performance.text_writer import extend_rows, split_words

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


@pytest.mark.parametrize("fast", [True, False])
def test_output_is_the_same(tmp_path, fast: bool) -> None:  # type: ignore[no-untyped-def]
    rows = "\n".join(f" row {at}\t{'種' * at}" for at in range(40))
    words = f"{'word' * 700}\n{'種' * 2_500}\n[https://example.org/{'a' * 3_000}]"
    text = f"Beds\n{words}\ntable:t\n{rows}"
    site = Site(tmp_path / "src", {"index.rst": "Index\n=====\n", "beds.scrapbox": text})
    before = TextWrapper._split, Table._ensure_has_column
    built = site.build("text", scrapbox_fast=fast, **HERE)
    assert (TextWrapper._split, Table._ensure_has_column) == before
    reference = Site(tmp_path / "other", {"index.rst": "Index\n=====\n", "beds.scrapbox": text})
    other = reference.build("text", scrapbox_fast=not fast, **HERE)
    assert built.text("beds.txt") == other.text("beds.txt")
