"""TODO: say what this file is."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from sphinx_scrapbox.snapshot.diff.model import LineChange, LineKind, PageText, Row
from sphinx_scrapbox.snapshot.diff.words import LONG_ROW, WORD

# -- lines -----------------------------------------------------------------------------

_SUBSTANCE = 4  # letters and digits by which a line is known again elsewhere
_CANDIDATES = 16
_SMALL_GAP = 2_500  # rows of the one times rows of the other
_EXACT = 500_000  # the same, in all small gaps of one page together
_COMPARED_IN_GAP = 900
_COMPARED = 40_000  # pairs of rows of one page of which it is asked how alike they are
_ALIKE = 0.5
_ALIKE_ALONE = 0.25  # of two rows that stand between the same neighbours


def line_changes(old: PageText, new: PageText) -> tuple[LineChange, ...]:
    """The difference between the rows of two pages, in the order of the new one."""
    if old.rows == new.rows:
        return ()
    return tuple(described(old.rows, new.rows, _Pairing(old, new).pairs))


def apply(rows: Sequence[Row], changes: Iterable[LineChange]) -> tuple[Row, ...]:
    """The new rows, made of the old ones and what changed.

    :raises ValueError: if the changes are not of these rows.
    """
    changes = list(changes)
    kept = list[Row | None](rows)
    placed: dict[int, Row] = {}
    for change in changes:
        end = change.old + len(change.before)
        if change.before and tuple(rows[change.old : end]) != change.before:
            raise ValueError(f"not the row that was at {change.old}")
        kept[change.old : end] = [None] * len(change.before)
        made = change.after
        if change.kind in (LineKind.MOVED, LineKind.SHIFTED):
            made = tuple(
                Row(row.depth + change.shift, row.text) if row.text else row
                for row in change.before
            )
        placed.update(enumerate(made, change.new))
    rest = (row for row in kept if row is not None)
    total = len(placed) + sum(row is not None for row in kept)
    return tuple(placed[at] if at in placed else next(rest) for at in range(total))


class _Pairing:
    """Which row of the old page each row of the new one is; -1 for none."""

    def __init__(self, old: PageText, new: PageText) -> None:
        self._old, self._new = old.rows, new.rows
        self.pairs = [-1] * len(self._new)
        self._taken = bytearray(len(self._old))
        self._exact = _EXACT
        self._compared = _COMPARED
        self._bags: dict[str, Counter[str]] = {}
        by_id = self._ids(old.ids, new.ids)
        for now, was in by_id:
            if self._old[was].text == self._new[now].text:
                self._pair(was, now)
        self._by_text(lambda row: row)
        self._by_text(lambda row: row.text)
        self._moves()
        for now, was in by_id:
            if self.pairs[now] < 0 and not self._taken[was]:
                self._pair(was, now)
        self._edits()

    def _pair(self, was: int, now: int) -> None:
        self.pairs[now] = was
        self._taken[was] = 1

    def _ids(self, old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
        places = {name: at for at, name in enumerate(old[: len(self._old)]) if name}
        found = []
        for at, name in enumerate(new[: len(self._new)]):
            if name and (was := places.pop(name, None)) is not None:
                found.append((at, was))
        return found

    def _gaps(self) -> Iterator[tuple[list[int], list[int]]]:
        """Rows without a partner, old and new, between rows that stayed where they were."""
        stayed = [-1, *in_place(self.pairs), len(self._new)]
        start = 0
        for before, after in pairwise(stayed):
            end = self.pairs[after] if after < len(self._new) else len(self._old)
            was = [at for at in range(start, end) if not self._taken[at]]
            now = [at for at in range(before + 1, after) if self.pairs[at] < 0]
            if was and now:
                yield was, now
            start = end + 1

    def _by_text(self, name: Callable[[Row], Hashable]) -> None:
        for was, now in list(self._gaps()):
            before = [name(self._old[at]) for at in was]
            after = [name(self._new[at]) for at in now]
            for one, other in self._aligned(before, after):
                self._pair(was[one], now[other])

    def _aligned(
        self, old: Sequence[Hashable], new: Sequence[Hashable]
    ) -> Iterator[tuple[int, int]]:
        """Equal items of both in the same order: what is unique in both comes first."""
        waiting = [(0, len(old), 0, len(new), 0)]
        while waiting:
            start, end, begin, stop, depth = waiting.pop()
            while start < end and begin < stop and old[start] == new[begin]:
                yield start, begin
                start, begin = start + 1, begin + 1
            while start < end and begin < stop and old[end - 1] == new[stop - 1]:
                end, stop = end - 1, stop - 1
                yield end, stop
            if start == end or begin == stop:
                continue
            unique = _unique(old, new, start, end, begin, stop) if depth < 8 else []
            size = (end - start) * (stop - begin)
            if unique:
                yield from unique
                for one, other in [*unique, (end, stop)]:
                    waiting.append((start, one, begin, other, depth + 1))
                    start, begin = one + 1, other + 1
            elif size <= min(_SMALL_GAP, self._exact):
                self._exact -= size
                matcher = SequenceMatcher(None, old[start:end], new[begin:stop], autojunk=False)
                for one, other, length in matcher.get_matching_blocks():
                    for at in range(length):
                        yield start + one + at, begin + other + at
            else:
                yield from _by_occurrence(old, new, start, end, begin, stop)

    def _moves(self) -> None:
        """Pair blocks that stand elsewhere, the longest for each place."""
        places: dict[str, list[int]] = {}
        for at, row in enumerate(self._old):
            if row.text and not self._taken[at]:
                places.setdefault(row.text, []).append(at)
        now = 0
        while now < len(self._new):
            candidates = places.get(self._new[now].text, ()) if self.pairs[now] < 0 else ()
            length, was = max(
                ((self._run(was, now), -was) for was in candidates[:_CANDIDATES]),
                default=(0, 0),
            )
            block = self._new[now : now + length]
            if sum(sum(map(str.isalnum, row.text)) for row in block) >= _SUBSTANCE:
                for at in range(length):
                    self._pair(at - was, now + at)
            now += length or 1

    def _run(self, was: int, now: int) -> int:
        """How many free rows from these two on are the same, the last of them not blank."""
        shift = self._new[now].depth - self._old[was].depth
        length = at = 0
        while (
            was + at < len(self._old)
            and now + at < len(self._new)
            and not self._taken[was + at]
            and self.pairs[now + at] < 0
            and self._old[was + at].text == self._new[now + at].text
        ):
            text = self._new[now + at].text
            if text and self._new[now + at].depth - self._old[was + at].depth != shift:
                break
            at += 1
            if text:
                length = at
        return length

    def _edits(self) -> None:
        """Pair rows that stand between the same neighbours and are much alike."""
        for was, now in list(self._gaps()):
            was = [at for at in was if self._old[at].text]
            now = [at for at in now if self._new[at].text]
            if len(was) == len(now) == 1:
                if self._alike(was[0], now[0]) >= _ALIKE_ALONE:
                    self._pair(was[0], now[0])
            elif was and now:
                for one, other in self._most_alike(was, now):
                    self._pair(one, other)

    def _most_alike(self, was: list[int], now: list[int]) -> list[tuple[int, int]]:
        size = len(was) * len(now)
        if size > _COMPARED_IN_GAP or size > self._compared:
            pairs = list(zip(was, now, strict=False)) if len(was) == len(now) else []
            pairs = pairs[: self._compared]
            self._compared -= len(pairs)
            return [pair for pair in pairs if self._alike(*pair) >= _ALIKE]
        self._compared -= size
        # best[i][j]: the likeness of the best pairs of rows from was[i:] and now[j:]
        best = [[0.0] * (len(now) + 1) for _ in range(len(was) + 1)]
        alike = [[self._alike(one, other) for other in now] for one in was]
        for i in reversed(range(len(was))):
            for j in reversed(range(len(now))):
                likeness = alike[i][j]
                with_both = best[i + 1][j + 1] + likeness if likeness >= _ALIKE else 0.0
                best[i][j] = max(with_both, best[i + 1][j], best[i][j + 1])
        pairs = []
        i = j = 0
        while i < len(was) and j < len(now):
            if best[i][j] == best[i + 1][j]:
                i += 1
            elif best[i][j] == best[i][j + 1]:
                j += 1
            else:
                pairs.append((was[i], now[j]))
                i, j = i + 1, j + 1
        return pairs

    def _alike(self, was: int, now: int) -> float:
        """The share of words that two rows have in common: 0 to 1."""
        before, after = self._bag(self._old[was].text), self._bag(self._new[now].text)
        total = before.total() + after.total()
        return 2 * (before & after).total() / total if total else 0.0

    def _bag(self, text: str) -> Counter[str]:
        if (bag := self._bags.get(text)) is None:
            found = (word for word in WORD.findall(text[:LONG_ROW]) if not word.isspace())
            bag = self._bags[text] = Counter(found)
        return bag


def in_place(pairs: Sequence[int]) -> list[int]:
    """The most places whose numbers rise; -1 is none.

    >>> in_place([0, 5, 1, -1, 2])
    [0, 2, 4]
    """
    tails: list[int] = []  # the smallest last number of a rising row of each length
    places: list[int] = []
    before = [-1] * len(pairs)
    for at, number in enumerate(pairs):
        if number >= 0:
            length = bisect_left(tails, number)
            before[at] = places[length - 1] if length else -1
            tails[length : length + 1] = [number]
            places[length : length + 1] = [at]
    found = []
    at = places[-1] if places else -1
    while at >= 0:
        found.append(at)
        at = before[at]
    return found[::-1]


def _unique(
    old: Sequence[Hashable], new: Sequence[Hashable], start: int, end: int, begin: int, stop: int
) -> list[tuple[int, int]]:
    """Items that are there once in both, as many as stand in the same order."""
    once = _once(old, start, end)
    found = [(once[item], at) for item, at in _once(new, begin, stop).items() if item in once]
    return _rising(sorted(found, key=lambda pair: pair[1]))


def _once(items: Sequence[Hashable], start: int, end: int) -> dict[Hashable, int]:
    places: dict[Hashable, int] = {}
    for at in range(start, end):
        places[items[at]] = -1 if items[at] in places else at
    return {item: at for item, at in places.items() if at >= 0}


def _by_occurrence(
    old: Sequence[Hashable], new: Sequence[Hashable], start: int, end: int, begin: int, stop: int
) -> list[tuple[int, int]]:
    """Pair the first of equal items with the first, the second with the second, ..."""
    places: dict[Hashable, list[int]] = {}
    for at in reversed(range(start, end)):
        places.setdefault(old[at], []).append(at)
    found = [(places[new[at]].pop(), at) for at in range(begin, stop) if places.get(new[at])]
    return _rising(found)


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    return [pairs[at] for at in in_place([one for one, _other in pairs])]


def described(
    old: Sequence[Row], new: Sequence[Row], pairs: Sequence[int]
) -> Iterator[LineChange]:
    stayed = in_place(pairs)
    partners = set(pairs)
    start = begin = 0
    # Rows of one level's change may stand around blank ones, which have no level.
    shifted: LineChange | None = None
    for stop in [*stayed, len(new)]:
        end = pairs[stop] if stop < len(new) else len(old)
        changes = [
            *_removed(old, partners, start, end, begin),
            *_come(old, new, pairs, begin, stop, end),
        ]
        if shifted and changes:
            yield shifted
            shifted = None
        yield from changes
        start, begin = end + 1, stop + 1
        if stop == len(new):
            break
        was, now = old[end], new[stop]
        if was.text != now.text:
            if shifted:
                yield shifted
                shifted = None
            yield LineChange(LineKind.EDITED, end, stop, (was,), (now,))
        elif was.depth != now.depth:
            # No row may have gone from between them.
            together = shifted and end - shifted.old == stop - shifted.new
            if shifted and together and shifted.shift == now.depth - was.depth:
                shifted = LineChange(
                    LineKind.SHIFTED,
                    shifted.old,
                    shifted.new,
                    tuple(old[shifted.old : end + 1]),
                    tuple(new[shifted.new : stop + 1]),
                )
                continue
            if shifted:
                yield shifted
            shifted = LineChange(LineKind.SHIFTED, end, stop, (was,), (now,))
        elif now.text and shifted:
            yield shifted
            shifted = None
    if shifted:
        yield shifted


def _removed(
    old: Sequence[Row], partners: set[int], start: int, end: int, place: int
) -> Iterator[LineChange]:
    at = start
    while at < end:
        last = at
        while last < end and last not in partners:
            last += 1
        if last > at:
            yield LineChange(LineKind.REMOVED, at, place, tuple(old[at:last]))
        at = last + 1


def _come(
    old: Sequence[Row], new: Sequence[Row], pairs: Sequence[int], begin: int, stop: int, place: int
) -> Iterator[LineChange]:
    at = begin
    while at < stop:
        was, last = pairs[at], at + 1
        if was < 0:
            while last < stop and pairs[last] < 0:
                last += 1
            yield LineChange(LineKind.ADDED, place, at, (), tuple(new[at:last]))
        elif old[was].text != new[at].text:
            yield LineChange(LineKind.EDITED, was, at, (old[was],), (new[at],), moved=True)
        else:
            shift = None
            last = at
            while last < stop and pairs[last] == was + last - at:
                before, after = old[pairs[last]], new[last]
                if before.text != after.text:
                    break
                if after.text:
                    if shift is not None and after.depth - before.depth != shift:
                        break
                    shift = after.depth - before.depth
                last += 1
            yield LineChange(
                LineKind.MOVED, was, at, tuple(old[was : was + last - at]), tuple(new[at:last])
            )
        at = last
