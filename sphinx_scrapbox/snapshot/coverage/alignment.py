"""Which line of a translation belongs to which line of its source.

A machine translates a page line by line, but people go on editing both. Lines with one id, and
lines that share an address, a name or other text that no translation changes, belong together.
Between these, lines are matched in their order by depth, kind and length, as in W. Gale and
K. Church, "A Program for Aligning Sentences in Bilingual Corpora" (1993).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from enum import IntEnum
from math import log
from typing import NamedTuple

from sphinx_scrapbox.snapshot.diff.sequences import PatienceDiff, longest_increasing_subsequence

MOST_CELLS = 40_000
"""Lines of a gap times lines of the other page that are compared; larger ones go in order."""
_SKIP = 1.1
"""The cost of a line that has no counterpart."""
_OTHER_KIND = 1.5
_PER_LEVEL = 0.5
_SHARED = 1.0


class AlignedLine(NamedTuple):
    """What is compared of a line.

    ``fixed`` is what a translation leaves as it is: addresses, names of icons, code, numbers.
    """

    depth: int
    kind: str
    length: int
    fixed: frozenset[str] = frozenset()
    id: str = ""


class _Move(IntEnum):
    """Which pages a step of the alignment takes a line of."""

    BOTH = 0
    SOURCE = 1
    TRANSLATION = 2


Pair = tuple[int | None, int | None]


def align(source: Sequence[AlignedLine], translation: Sequence[AlignedLine]) -> list[Pair]:
    """Pairs of places in both pages, in order; None for a line without a counterpart.

    >>> line, code = AlignedLine(0, "text", 9), AlignedLine(0, "code", 9, frozenset({"sow(3)"}))
    >>> align([line, code], [code])
    [(0, None), (1, 0)]
    """
    pairs: list[Pair] = []
    start = begin = 0
    scale = _scale(source, translation)
    for at, to in [*_anchors(source, translation), (len(source), len(translation))]:
        gap = _gap(source[start:at], translation[begin:to], scale)
        for source_at, translation_at in gap:
            pairs.append(
                (
                    None if source_at is None else start + source_at,
                    None if translation_at is None else begin + translation_at,
                )
            )
        if at < len(source):
            pairs.append((at, to))
        start, begin = at + 1, to + 1
    return pairs


def _scale(source: Sequence[AlignedLine], translation: Sequence[AlignedLine]) -> float:
    """How many times as long a translation is: English takes more letters than Japanese."""
    lengths = [sum(line.length for line in lines) + 1 for lines in (source, translation)]
    return lengths[1] / lengths[0]


def _anchors(
    source: Sequence[AlignedLine], translation: Sequence[AlignedLine]
) -> list[tuple[int, int]]:
    """Lines that belong together for sure, in the order of both pages."""
    places = {line.id: at for at, line in enumerate(translation) if line.id}
    pairs = {at: places[line.id] for at, line in enumerate(source) if line.id in places}
    if not pairs:
        matches = PatienceDiff(MOST_CELLS).match(_signs(source, 0), _signs(translation, 1))
        pairs = {at: to for at, to in matches if source[at].fixed}
    ordered = sorted(pairs.items())
    kept = longest_increasing_subsequence([to for _at, to in ordered])
    return [ordered[at] for at in kept]


def _signs(lines: Sequence[AlignedLine], page: int) -> list[Hashable]:
    """What of each line equals the same of its counterpart; else something of its own."""
    return [line.fixed or (page, at) for at, line in enumerate(lines)]


def _gap(
    source: Sequence[AlignedLine], translation: Sequence[AlignedLine], scale: float
) -> Iterator[Pair]:
    if not source or not translation or len(source) * len(translation) > MOST_CELLS:
        for at in range(max(len(source), len(translation))):
            yield at if at < len(source) else None, at if at < len(translation) else None
        return
    shapes = [[(line.depth, line.kind) for line in lines] for lines in (source, translation)]
    if shapes[0] == shapes[1]:
        yield from ((at, at) for at in range(len(source)))
        return
    yield from _cheapest_path(source, translation, scale)


def _cheapest_path(
    source: Sequence[AlignedLine], translation: Sequence[AlignedLine], scale: float
) -> list[Pair]:
    before = [at * _SKIP for at in range(len(translation) + 1)]
    moves = [[_Move.TRANSLATION] * len(before)]
    for line in source:
        row, ways = [before[0] + _SKIP], [_Move.SOURCE]
        for to, other in enumerate(translation):
            cost, way = min(
                (before[to] + _cost(line, other, scale), _Move.BOTH),
                (before[to + 1] + _SKIP, _Move.SOURCE),
                (row[to] + _SKIP, _Move.TRANSLATION),
            )
            row.append(cost)
            ways.append(way)
        moves.append(ways)
        before = row
    path: list[Pair] = []
    at, to = len(source), len(translation)
    while at or to:
        move = moves[at][to]
        at -= move is not _Move.TRANSLATION
        to -= move is not _Move.SOURCE
        source_at = None if move is _Move.TRANSLATION else at
        path.append((source_at, None if move is _Move.SOURCE else to))
    return path[::-1]


def _cost(source: AlignedLine, translation: AlignedLine, scale: float) -> float:
    """How unlikely it is that one line is the translation of the other."""
    ratio = (translation.length + 5) / (source.length * scale + 5)
    cost = abs(log(ratio)) + _PER_LEVEL * min(abs(source.depth - translation.depth), 3)
    if source.kind != translation.kind:
        cost += _OTHER_KIND
    if source.fixed & translation.fixed:
        cost -= _SHARED
    elif source.fixed and translation.fixed:
        cost += _SHARED
    return cost
