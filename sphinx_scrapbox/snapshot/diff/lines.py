"""The difference between two versions of a page: rows added, removed, edited, moved or indented.

Rows are paired by id where both versions have ids, else by text (patience diff); then blocks that
were moved, and last, rows between the same neighbours that have words in common.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import pairwise

from sphinx_scrapbox.snapshot.diff.model import LineChange, LineKind, PageText, Row
from sphinx_scrapbox.snapshot.diff.sequences import PatienceDiff, longest_increasing_subsequence
from sphinx_scrapbox.snapshot.diff.words import MAX_ROW, WORD

_MIN_MOVED = 4  # letters and digits of a block that is recognized elsewhere
_MAX_CANDIDATES = 16  # places that a block may have come from
_MAX_EXACT = 500_000  # old rows times new rows of the gaps of a page that are matched exactly
_MAX_COMPARED_IN_GAP = 900  # pairs of rows whose similarity is computed, in one gap ...
_MAX_COMPARED = 40_000  # ... and on one page
_MIN_SIMILARITY = 0.5
_MIN_SIMILARITY_ALONE = 0.25  # of two rows that are alone between the same neighbours


def line_changes(old: PageText, new: PageText) -> tuple[LineChange, ...]:
    """The difference between the rows of two versions of a page, in the order of the new one."""
    if old.rows == new.rows:
        return ()
    changes = _describe(old.rows, new.rows, _Pairing(old, new).pairs)
    return tuple(_merge_shifts(old.rows, new.rows, changes))


class _Pairing:
    """``pairs`` holds the place of the old row that each new row was; -1 for none."""

    def __init__(self, old: PageText, new: PageText) -> None:
        self._old, self._new = old.rows, new.rows
        self.pairs = [-1] * len(self._new)
        self._taken = bytearray(len(self._old))
        self._patience = PatienceDiff(_MAX_EXACT)
        self._compared = _MAX_COMPARED
        self._bags: dict[str, Counter[str]] = {}
        by_id = self._ids(old.ids, new.ids)
        for new_at, old_at in by_id:
            if self._old[old_at].text == self._new[new_at].text:
                self._pair(old_at, new_at)
        self._match_equal(lambda row: row)
        self._match_equal(lambda row: row.text)
        self._match_moved_blocks()
        for new_at, old_at in by_id:
            if self.pairs[new_at] < 0 and not self._taken[old_at]:
                self._pair(old_at, new_at)
        self._match_edited_rows()

    def _pair(self, old_at: int, new_at: int) -> None:
        self.pairs[new_at] = old_at
        self._taken[old_at] = 1

    def _ids(self, old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
        """Places of rows with the same id, in the new page and in the old one."""
        places = {id: at for at, id in enumerate(old[: len(self._old)]) if id}
        rows = enumerate(new[: len(self._new)])
        return [(new_at, places.pop(id)) for new_at, id in rows if id in places]

    def _gaps(self) -> Iterator[tuple[list[int], list[int]]]:
        """Places of unpaired rows, old and new, between rows that stayed where they were."""
        stayed = [-1, *longest_increasing_subsequence(self.pairs), len(self._new)]
        start = 0
        for before, after in pairwise(stayed):
            end = self.pairs[after] if after < len(self._new) else len(self._old)
            old_places = [at for at in range(start, end) if not self._taken[at]]
            new_places = [at for at in range(before + 1, after) if self.pairs[at] < 0]
            if old_places and new_places:
                yield old_places, new_places
            start = end + 1

    def _match_equal(self, name: Callable[[Row], Hashable]) -> None:
        for old_places, new_places in list(self._gaps()):
            before = [name(self._old[at]) for at in old_places]
            after = [name(self._new[at]) for at in new_places]
            for old_at, new_at in self._patience.match(before, after):
                self._pair(old_places[old_at], new_places[new_at])

    def _match_moved_blocks(self) -> None:
        """Pair blocks of rows that were moved, the longest for each place."""
        places: dict[str, list[int]] = {}
        for at, row in enumerate(self._old):
            if row.text and not self._taken[at]:
                places.setdefault(row.text, []).append(at)
        new_at = 0
        while new_at < len(self._new):
            candidates = places.get(self._new[new_at].text, ()) if self.pairs[new_at] < 0 else ()
            blocks = [(self._block_length(at, new_at), -at) for at in candidates[:_MAX_CANDIDATES]]
            length, negative = max(blocks, default=(0, 0))  # of equal ones, the first
            block = self._new[new_at : new_at + length]
            if sum(sum(map(str.isalnum, row.text)) for row in block) >= _MIN_MOVED:
                for at in range(length):
                    self._pair(at - negative, new_at + at)
            new_at += length or 1

    def _block_length(self, old_at: int, new_at: int) -> int:
        """How many unpaired rows from these two on are equal; the last of them is not blank."""
        shift = self._new[new_at].depth - self._old[old_at].depth
        length = at = 0
        while (
            old_at + at < len(self._old)
            and new_at + at < len(self._new)
            and not self._taken[old_at + at]
            and self.pairs[new_at + at] < 0
            and self._old[old_at + at].text == self._new[new_at + at].text
        ):
            text = self._new[new_at + at].text
            if text and self._new[new_at + at].depth - self._old[old_at + at].depth != shift:
                break
            at += 1
            if text:
                length = at
        return length

    def _match_edited_rows(self) -> None:
        """Pair similar rows between the same neighbours."""
        for old_places, new_places in list(self._gaps()):
            old_places = [at for at in old_places if self._old[at].text]
            new_places = [at for at in new_places if self._new[at].text]
            if len(old_places) == len(new_places) == 1:
                if self._similarity(old_places[0], new_places[0]) >= _MIN_SIMILARITY_ALONE:
                    self._pair(old_places[0], new_places[0])
            elif old_places and new_places:
                for old_at, new_at in self._most_similar(old_places, new_places):
                    self._pair(old_at, new_at)

    def _most_similar(self, old_places: list[int], new_places: list[int]) -> list[tuple[int, int]]:
        """Pairs in the same order with the highest total similarity, by dynamic programming."""
        size = len(old_places) * len(new_places)
        if size > _MAX_COMPARED_IN_GAP or size > self._compared:
            is_even = len(old_places) == len(new_places)
            pairs = list(zip(old_places, new_places, strict=True)) if is_even else []
            pairs = pairs[: self._compared]
            self._compared -= len(pairs)
            return [pair for pair in pairs if self._similarity(*pair) >= _MIN_SIMILARITY]
        self._compared -= size
        # best[i][j]: the total similarity of the best pairs from old_places[i:], new_places[j:]
        best = [[0.0] * (len(new_places) + 1) for _ in range(len(old_places) + 1)]
        for i in reversed(range(len(old_places))):
            for j in reversed(range(len(new_places))):
                share = self._similarity(old_places[i], new_places[j])
                with_both = best[i + 1][j + 1] + share if share >= _MIN_SIMILARITY else 0.0
                best[i][j] = max(with_both, best[i + 1][j], best[i][j + 1])
        pairs = []
        i = j = 0
        while i < len(old_places) and j < len(new_places):
            if best[i][j] == best[i + 1][j]:
                i += 1
            elif best[i][j] == best[i][j + 1]:
                j += 1
            else:
                pairs.append((old_places[i], new_places[j]))
                i, j = i + 1, j + 1
        return pairs

    def _similarity(self, old_at: int, new_at: int) -> float:
        """The share of words that two rows have in common, from 0 to 1 (Dice coefficient)."""
        before, after = self._bag(self._old[old_at].text), self._bag(self._new[new_at].text)
        total = before.total() + after.total()
        return 2 * (before & after).total() / total if total else 0.0

    def _bag(self, text: str) -> Counter[str]:
        if (bag := self._bags.get(text)) is None:
            words = (word for word in WORD.findall(text[:MAX_ROW]) if not word.isspace())
            bag = self._bags[text] = Counter(words)
        return bag


def _describe(
    old: Sequence[Row], new: Sequence[Row], pairs: Sequence[int]
) -> Iterator[LineChange]:
    """The changes that *pairs* mean, each shifted row for itself."""
    partners = set(pairs)
    start = begin = 0
    for stop in [*longest_increasing_subsequence(pairs), len(new)]:
        end = pairs[stop] if stop < len(new) else len(old)
        yield from _removed(old, partners, start, end, begin)
        yield from _added_or_moved(old, new, pairs, begin, stop, end)
        start, begin = end + 1, stop + 1
        if stop == len(new):
            break
        before, after = old[end], new[stop]
        if before != after:
            kind = LineKind.SHIFTED if before.text == after.text else LineKind.EDITED
            yield LineChange(kind, end, stop, (before,), (after,))


def _merge_shifts(
    old: Sequence[Row], new: Sequence[Row], changes: Iterable[LineChange]
) -> list[LineChange]:
    """Join rows that were shifted by the same depth with only blank rows between them."""
    merged: list[LineChange] = []
    for change in changes:
        last = merged[-1] if merged else None
        if (
            last
            and last.kind is change.kind is LineKind.SHIFTED
            and last.shift == change.shift
            and change.old - last.old == change.new - last.new
            and not any(row.text for row in new[last.new + len(last.after) : change.new])
        ):
            before = tuple(old[last.old : change.old + 1])
            after = tuple(new[last.new : change.new + 1])
            merged[-1] = LineChange(LineKind.SHIFTED, last.old, last.new, before, after)
        else:
            merged.append(change)
    return merged


def _removed(
    old: Sequence[Row], partners: set[int], start: int, end: int, place: int
) -> Iterator[LineChange]:
    """Runs of rows in ``old[start:end]`` without a partner."""
    for stop in (at for at in range(start, end + 1) if at == end or at in partners):
        if stop > start:
            yield LineChange(LineKind.REMOVED, start, place, tuple(old[start:stop]))
        start = stop + 1


def _added_or_moved(
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
            below = _row_above(new, at)
            yield LineChange(
                LineKind.EDITED, was, at, (old[was],), (new[at],), moved=True, below=below
            )
        else:
            shift = None
            last = at
            while last < stop and pairs[last] == was + last - at:
                old_row, new_row = old[pairs[last]], new[last]
                if old_row.text != new_row.text:
                    break
                if new_row.text:
                    if shift is not None and new_row.depth - old_row.depth != shift:
                        break
                    shift = new_row.depth - old_row.depth
                last += 1
            before, after = tuple(old[was : was + last - at]), tuple(new[at:last])
            below = _row_above(new, at)
            yield LineChange(LineKind.MOVED, was, at, before, after, below=below)
        at = last


def _row_above(rows: Sequence[Row], at: int) -> str:
    """The text of the nearest row above that has some; "" if there is none."""
    return next((rows[above].text for above in range(at - 1, -1, -1) if rows[above].text), "")
