"""Which line of a translation belongs to which line of its source."""

from __future__ import annotations

import random

import pytest

from sphinx_scrapbox.snapshot.coverage.alignment import AlignedLine, align

LENGTHS = (12, 40, 7, 25, 18, 60, 9, 33)


def text(length: int, depth: int = 0, *fixed: str, id: str = "") -> AlignedLine:
    return AlignedLine(depth, "text", length, frozenset(fixed), id)


def page(scale: float = 1) -> list[AlignedLine]:
    return [text(int(length * scale), at % 3) for at, length in enumerate(LENGTHS)]


def test_equal_shapes_go_in_order() -> None:
    assert align(page(), page(2.4)) == [(at, at) for at in range(len(LENGTHS))]


@pytest.mark.parametrize("at", range(len(LENGTHS)))
def test_a_line_that_is_new_in_the_source(at: int) -> None:
    source = [*page()[:at], AlignedLine(0, "quote", 30), *page()[at:]]
    pairs = align(source, page(2.4))
    assert (at, None) in pairs
    assert [pair for pair in pairs if None not in pair] == [
        (one + (one >= at), one) for one in range(len(LENGTHS))
    ]


def test_ids_come_first() -> None:
    source = [text(10, id="La"), text(10, id="Lb"), text(10, id="Lc")]
    translation = [text(90, id="Lb"), text(10, id="Lc"), text(10)]
    assert align(source, translation) == [(0, None), (1, 0), (2, 1), (None, 2)]


def test_what_no_translation_changes_comes_next() -> None:
    source = [text(10), text(10, 0, "address https://example.org/"), text(10)]
    translation = [text(10, 0, "address https://example.org/"), text(10)]
    assert align(source, translation) == [(0, None), (1, 0), (2, 1)]


def test_moved_lines_keep_the_order_of_both_pages() -> None:
    names = [text(10, 0, f"icon {name}") for name in "abcd"]
    pairs = align(names, [names[2], names[0], names[1], names[3]])
    assert [(at, to) for at, to in pairs if at is not None and to is not None] == [
        (0, 1),
        (1, 2),
        (3, 3),
    ]


@pytest.mark.parametrize("seed", range(30))
def test_each_line_is_there_once_and_in_order(seed: int) -> None:
    chance = random.Random(seed)

    def lines() -> list[AlignedLine]:
        return [
            AlignedLine(
                chance.randrange(3),
                chance.choice(("text", "item", "block")),
                chance.randrange(80),
                frozenset(chance.sample("abcdef", chance.randrange(2))),
            )
            for _ in range(chance.randrange(40))
        ]

    source, translation = lines(), lines()
    pairs = align(source, translation)
    assert [at for at, _ in pairs if at is not None] == list(range(len(source)))
    assert [to for _, to in pairs if to is not None] == list(range(len(translation)))
    assert (None, None) not in pairs


def test_large_pages_go_in_order() -> None:
    source, translation = [text(5)] * 30_000, [text(9, 1)] * 29_999
    pairs = align(source, translation)
    assert pairs[0] == (0, 0)
    assert pairs[-1] == (29_999, None)
