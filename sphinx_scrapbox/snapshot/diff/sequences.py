"""Algorithms on sequences: longest increasing subsequence and patience diff."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

_MAX_DEPTH = 8
_MAX_EXACT_GAP = 2_500  # old items times new items

_Items = Sequence[Hashable]


def longest_increasing_subsequence(numbers: Sequence[int]) -> list[int]:
    """The places of the longest increasing subsequence; -1 stands for no number.

    >>> longest_increasing_subsequence([0, 5, 1, -1, 2])
    [0, 2, 4]
    """
    tails: list[int] = []  # the smallest last number of a subsequence of each length
    places: list[int] = []  # where that is
    previous = [-1] * len(numbers)
    for at, number in enumerate(numbers):
        if number >= 0:
            length = bisect_left(tails, number)
            previous[at] = places[length - 1] if length else -1
            tails[length : length + 1] = [number]
            places[length : length + 1] = [at]
    subsequence = []
    at = places[-1] if places else -1
    while at >= 0:
        subsequence.append(at)
        at = previous[at]
    return subsequence[::-1]


class _Gap(NamedTuple):
    """Items that are not yet matched: ``old[start:end]`` and ``new[begin:stop]``."""

    start: int
    end: int
    begin: int
    stop: int
    depth: int = 0


class PatienceDiff:
    """Matches equal items of two sequences in the same order.

    Items that occur once in both are matched first, then what lies between them. A gap without
    such items is matched by :class:`difflib.SequenceMatcher` if it is small and the *budget*,
    old items times new items of all such gaps, is not used up; otherwise, the first occurrence of
    an item is matched with the first, the second with the second, and so on.
    """

    def __init__(self, budget: int) -> None:
        self._budget = budget

    def match(self, old: _Items, new: _Items) -> Iterator[tuple[int, int]]:
        """Pairs of places of equal items, in any order."""
        gaps = [_Gap(0, len(old), 0, len(new))]
        while gaps:
            start, end, begin, stop, depth = gaps.pop()
            while start < end and begin < stop and old[start] == new[begin]:
                yield start, begin
                start, begin = start + 1, begin + 1
            while start < end and begin < stop and old[end - 1] == new[stop - 1]:
                end, stop = end - 1, stop - 1
                yield end, stop
            if start == end or begin == stop:
                continue
            gap = _Gap(start, end, begin, stop, depth)
            unique = _unique_matches(old, new, gap) if depth < _MAX_DEPTH else []
            size = (end - start) * (stop - begin)
            if unique:
                yield from unique
                for old_at, new_at in [*unique, (end, stop)]:
                    gaps.append(_Gap(start, old_at, begin, new_at, depth + 1))
                    start, begin = old_at + 1, new_at + 1
            elif size <= min(_MAX_EXACT_GAP, self._budget):
                self._budget -= size
                matcher = SequenceMatcher(None, old[start:end], new[begin:stop], autojunk=False)
                for old_at, new_at, length in matcher.get_matching_blocks():
                    for at in range(length):
                        yield start + old_at + at, begin + new_at + at
            else:
                yield from _match_by_occurrence(old, new, gap)


def _unique_matches(old: _Items, new: _Items, gap: _Gap) -> list[tuple[int, int]]:
    """Items that occur once in both, as many as are in the same order."""
    once = _places_of_unique(old, gap.start, gap.end)
    places = _places_of_unique(new, gap.begin, gap.stop)
    pairs = [(once[item], at) for item, at in places.items() if item in once]
    return _increasing(pairs)


def _places_of_unique(items: _Items, start: int, end: int) -> dict[Hashable, int]:
    counts = Counter(items[start:end])
    return {items[at]: at for at in range(start, end) if counts[items[at]] == 1}


def _match_by_occurrence(old: _Items, new: _Items, gap: _Gap) -> list[tuple[int, int]]:
    places: dict[Hashable, list[int]] = {}
    for at in reversed(range(gap.start, gap.end)):
        places.setdefault(old[at], []).append(at)
    pairs = [
        (places[new[at]].pop(), at) for at in range(gap.begin, gap.stop) if places.get(new[at])
    ]
    return _increasing(pairs)


def _increasing(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    return [pairs[at] for at in longest_increasing_subsequence([old for old, _new in pairs])]
