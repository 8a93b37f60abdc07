"""What changed between two snapshots of a wiki: pages, and the lines of those that changed.

Pages are known by id, else by title, by file, at last by what they say; lines by id, else by
text. A difference is told as a reader of the wiki would tell it: a line was added, taken out or
edited, a block went elsewhere or to another level. It is complete: :func:`apply` makes the
new rows of the old ones.

Nothing here is quadratic in the length of a page. Where the exact way would be, a plainer one is
taken: the difference stays true, and may only be longer than need be.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import Enum
from hashlib import sha256
from itertools import pairwise
from typing import NamedTuple, TypeVar

from .titles import key

_T = TypeVar("_T")
_AT_ONCE = 400  # pages whose texts are in memory together

# -- snapshots -------------------------------------------------------------------------


class Row(NamedTuple):
    """One row of a page: its level, and its text without the mark of it. A blank one has none."""

    depth: int
    text: str


class PageText(NamedTuple):
    """The rows of a page below its title.

    ``ids`` is empty or holds one for each row; ``first`` is the number of the first row in its
    file, ``marks`` as in :class:`PageState`.
    """

    rows: tuple[Row, ...]
    ids: tuple[str, ...] = ()
    first: int = 1
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PageState:
    """A page as a snapshot knows it before its text is read.

    ``file`` is relative to the snapshot, ``updated`` Unix seconds or 0. Two pages with a mark in
    common have the same text; ``line_ids`` are those of its rows below the title, where known.
    """

    title: str
    file: str
    id: str = ""
    project: str = ""
    updated: int = 0
    marks: frozenset[str] = frozenset()
    line_ids: tuple[str, ...] = ()


def no_texts(pages: Sequence[PageState]) -> list[PageText | None]:
    """What a snapshot reads that has no texts."""
    return [None] * len(pages)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The pages of a wiki at one time. ``name`` is what a reader knows it by.

    ``time`` is when it was taken in Unix seconds, 0 if nothing tells. ``read`` gives the text of
    each page that it is handed, None for one that cannot be read.
    """

    name: str = ""
    pages: tuple[PageState, ...] = ()
    project: str = ""
    time: int = 0
    read: Callable[[Sequence[PageState]], Sequence[PageText | None]] = field(
        default=no_texts, repr=False, compare=False
    )


# -- changes ---------------------------------------------------------------------------


class PageKind(Enum):
    """What happened to a page."""

    NEW = "new"
    CHANGED = "changed"
    RENAMED = "renamed"
    """It has another title, and its lines may have changed, too."""
    GONE = "gone"


class LineKind(Enum):
    """What happened to a row, or to several that stand together."""

    ADDED = "added"
    REMOVED = "removed"
    EDITED = "edited"
    MOVED = "moved"
    """Elsewhere on the page, perhaps at another level."""
    SHIFTED = "shifted"
    """In the same place, at another level."""


@dataclass(frozen=True, slots=True)
class LineChange:
    """A change of rows that stand together; an edited row stands alone.

    ``old`` and ``new`` are the numbers, from 0, of the first row in the old and in the new page;
    of rows that are only in the other, where they would stand.
    """

    kind: LineKind
    old: int
    new: int
    before: tuple[Row, ...] = ()
    after: tuple[Row, ...] = ()
    moved: bool = False
    """The edited row also went elsewhere."""

    @property
    def shift(self) -> int:
        """How many levels deeper the rows are than before."""
        pairs = zip(self.before, self.after, strict=False)
        return next((now.depth - was.depth for was, now in pairs if was.text or now.text), 0)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows as they are now, or as they were last."""
        return self.after or self.before

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to be read in any of the rows."""
        return not any(row.text for row in (*self.before, *self.after))


@dataclass(frozen=True, slots=True)
class PageChange:
    """What happened to one page. ``title`` and ``file`` are the new ones, if it has any.

    ``was`` is the earlier title of a page that was renamed, ``was_file`` its earlier file.
    ``lines`` is empty where a snapshot has no texts: ``added`` and ``removed`` count rows then
    too, as far as ids tell. ``first`` and ``was_first`` are the numbers of the first row in
    either file; ``digest`` is a name of what the page says now.
    """

    kind: PageKind
    title: str
    file: str
    was: str = ""
    was_file: str = ""
    id: str = ""
    project: str = ""
    updated: int = 0
    lines: tuple[LineChange, ...] = ()
    added: int = 0
    removed: int = 0
    first: int = 1
    was_first: int = 1
    digest: str = ""

    def count(self, kind: LineKind) -> int:
        """How many rows with text meet *kind*."""
        if kind is LineKind.ADDED:
            return self.added
        if kind is LineKind.REMOVED:
            return self.removed
        return sum(_said(one.rows) for one in self.lines if one.kind is kind)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that changed: by kind, and within one by title."""

    old: Snapshot
    new: Snapshot
    pages: tuple[PageChange, ...] = ()

    def of(self, kind: PageKind) -> list[PageChange]:
        """The pages that something happened to."""
        return [page for page in self.pages if page.kind is kind]


_ORDER = {kind: place for place, kind in enumerate(PageKind)}


def compare(
    old: Snapshot, new: Snapshot, progress: Callable[[], object] = lambda: None
) -> Comparison:
    """What changed from *old* to *new*. Only texts that may differ are read.

    *progress* is called once for each page that is looked at.
    """
    pairs, gone, come = _match(old, new)
    found = [
        PageChange(
            PageKind.NEW, page.title, page.file, "", "", page.id, page.project, page.updated
        )
        for page in come
    ]
    found += [
        PageChange(PageKind.GONE, page.title, page.file, "", "", page.id, page.project)
        for page in gone
    ]
    differing = []
    for was, now in pairs:
        if was.marks.isdisjoint(now.marks):
            differing.append((was, now))
        elif was.title != now.title:
            found.append(_change(was, now, None, None))
            progress()
        else:
            progress()
    for batch in _batches(differing):
        before = old.read([was for was, _now in batch])
        after = new.read([now for _was, now in batch])
        for (was, now), old_text, new_text in zip(batch, before, after, strict=True):
            change = _change(was, now, old_text, new_text)
            says_else = not all(line.is_blank for line in change.lines)
            renamed = change.kind is PageKind.RENAMED
            if renamed or says_else or _differ(was, now, old_text, new_text):
                found.append(change)
            progress()
    found.sort(key=lambda page: (_ORDER[page.kind], key(page.title), page.title, page.file))
    return Comparison(old, new, tuple(found))


def _differ(was: PageState, now: PageState, old: PageText | None, new: PageText | None) -> bool:
    """Whether a page differs of which there are not both texts to compare."""
    if old and new:
        return False
    before = was.marks | (old.marks if old else frozenset())
    return before.isdisjoint(now.marks | (new.marks if new else frozenset()))


def _batches(items: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]


def _change(
    was: PageState, now: PageState, old: PageText | None, new: PageText | None
) -> PageChange:
    renamed = was.title != now.title
    lines: tuple[LineChange, ...] = ()
    if old and new:
        lines = line_changes(old, new)
        added = sum(_said(one.after) for one in lines if one.kind is LineKind.ADDED)
        removed = sum(_said(one.before) for one in lines if one.kind is LineKind.REMOVED)
    else:
        ids, old_ids = set(now.line_ids), set(was.line_ids)
        both = ids and old_ids
        added, removed = (len(ids - old_ids), len(old_ids - ids)) if both else (0, 0)
    return PageChange(
        PageKind.RENAMED if renamed else PageKind.CHANGED,
        now.title,
        now.file,
        was.title if renamed else "",
        was.file if was.file != now.file else "",
        now.id,
        now.project,
        now.updated,
        lines,
        added,
        removed,
        new.first if new else 1,
        old.first if old else 1,
        _digest(new.rows) if new else min(now.marks, default=""),
    )


def _said(rows: Iterable[Row]) -> int:
    return sum(bool(row.text) for row in rows)


def _digest(rows: Iterable[Row]) -> str:
    said = "\n".join(f"{row.depth} {row.text}" for row in rows)
    return sha256(said.encode("utf-8", "replace")).hexdigest()


# -- pages -----------------------------------------------------------------------------

_Pair = tuple[PageState, PageState]
_Name = Callable[[PageState], Hashable]


def _match(old: Snapshot, new: Snapshot) -> tuple[list[_Pair], list[PageState], list[PageState]]:
    """Pages that are one; those that are only in *old*; those that are only in *new*."""
    pairs: list[_Pair] = []
    gone = sorted(old.pages, key=lambda page: (page.file, page.id))
    come = sorted(new.pages, key=lambda page: (page.file, page.id))
    names: tuple[_Name, ...] = (
        lambda page: page.id or None,
        lambda page: (page.project, key(page.title), page.file),
        lambda page: (page.project, key(page.title)),
        lambda page: key(page.title),
        lambda page: page.file,
    )
    for name in names:
        if gone and come:
            gone, come = _pair_by(name, gone, come, pairs)
    if gone and come:
        gone, come = _pair_by_content(old, new, gone, come, pairs)
    return pairs, gone, come


def _pair_by(
    name: _Name, gone: list[PageState], come: list[PageState], pairs: list[_Pair]
) -> tuple[list[PageState], list[PageState]]:
    waiting: dict[Hashable, list[PageState]] = {}
    for page in reversed(gone):
        if (known := name(page)) is not None:
            waiting.setdefault(known, []).append(page)
    left = []
    paired: set[int] = set()
    for page in come:
        found = waiting.get(name(page))
        if found and _may_be_one(found[-1], page):
            was = found.pop()
            paired.add(id(was))
            pairs.append((was, page))
        else:
            left.append(page)
    return [page for page in gone if id(page) not in paired], left


def _may_be_one(was: PageState, now: PageState) -> bool:
    """Another project, another page; and a file goes from one page to the next."""
    if was.project != now.project and was.project and now.project and was.id != now.id:
        return False
    return key(was.title) == key(now.title) or was.id == now.id or not (was.id and now.id)


_MOST_BEARING = 20  # a row that more pages bear tells none from another
_SHARED = 0.6


def _pair_by_content(
    old: Snapshot,
    new: Snapshot,
    gone: list[PageState],
    come: list[PageState],
    pairs: list[_Pair],
) -> tuple[list[PageState], list[PageState]]:
    """Pair pages that share most of their rows: without ids, nothing else tells of a rename."""
    before = {at: page for at, page in enumerate(gone) if not page.id}
    after = {at: page for at, page in enumerate(come) if not page.id}
    if not before or not after:
        return gone, come
    said_before = _said_by(old, before)
    said_after = _said_by(new, after)
    bearing: dict[str, list[int]] = {}
    for at, said in said_before.items():
        for text in said:
            bearing.setdefault(text, []).append(at)
    shares = []
    for at, said in said_after.items():
        common: Counter[int] = Counter()
        for text in said:
            pages = bearing.get(text, ())
            if len(pages) <= _MOST_BEARING:
                common.update(pages)
        for other, count in common.items():
            share = count / max(len(said), len(said_before[other]))
            if share >= _SHARED and gone[other].project in ("", come[at].project):
                shares.append((-share, at, other))
    taken: set[int] = set()
    placed: set[int] = set()
    for _share, at, other in sorted(shares):
        if at not in placed and other not in taken:
            placed.add(at)
            taken.add(other)
            pairs.append((gone[other], come[at]))
    return (
        [page for at, page in enumerate(gone) if at not in taken],
        [page for at, page in enumerate(come) if at not in placed],
    )


def _said_by(snapshot: Snapshot, pages: dict[int, PageState]) -> dict[int, frozenset[str]]:
    said: dict[int, frozenset[str]] = {}
    for batch in _batches(list(pages.items())):
        texts = snapshot.read([page for _at, page in batch])
        for (at, _page), text in zip(batch, texts, strict=True):
            if text:
                rows = frozenset(row.text for row in text.rows if row.text)
                if rows:
                    said[at] = rows
    return said


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
    return tuple(_told(old.rows, new.rows, _Pairing(old, new).pairs))


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
            found = (word for word in _WORD.findall(text[:_LONG_ROW]) if not word.isspace())
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


def _told(old: Sequence[Row], new: Sequence[Row], pairs: Sequence[int]) -> Iterator[LineChange]:
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


# -- words -----------------------------------------------------------------------------

_LONG_ROW = 4_000
_MOSTLY_OTHER = 0.2  # of a row, less than this stayed
_MOST_WORDS = 40_000  # words of the one row times words of the other
# A letter of a script without blanks is a word; marks stay with the letter that they belong to.
_SINGLE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\U00020000-\U0003ffff"
_JOINED = "(?:[\u0300-\u036f\u3099\u309a\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]|\u200d.)*"
_WORD = re.compile(rf"(?:(?![{_SINGLE}])\w)+{_JOINED}|\s+|.{_JOINED}", re.DOTALL)


class Piece(NamedTuple):
    """A piece of an edited row: ``sign`` is ``-`` for what went, ``+`` for what came, or ""."""

    sign: str
    text: str


def words(before: str, after: str) -> tuple[Piece, ...]:
    """How a row was edited, word by word.

    >>> words("Keep it dry.", "Keep it wet.")
    (Piece(sign='', text='Keep it '), Piece(sign='-', text='dry'), Piece(sign='+', text='wet'), \
Piece(sign='', text='.'))
    """
    old, new = _WORD.findall(before), _WORD.findall(after)
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    middle, now = old[head : len(old) - tail], new[head : len(new) - tail]
    pieces = [Piece("", "".join(old[:head]))]
    if len(middle) * len(now) <= _MOST_WORDS:
        matcher = SequenceMatcher(None, middle, now, autojunk=False)
        for _tag, start, end, begin, stop in matcher.get_opcodes():
            if _tag == "equal":
                pieces.append(Piece("", "".join(middle[start:end])))
            else:
                pieces.append(Piece("-", "".join(middle[start:end])))
                pieces.append(Piece("+", "".join(now[begin:stop])))
    else:
        pieces += [Piece("-", "".join(middle)), Piece("+", "".join(now))]
    pieces.append(Piece("", "".join(old[len(old) - tail :])))
    pieces = list(_smooth(pieces))
    same = sum(len(piece.text) for piece in pieces if not piece.sign)
    if same < _MOSTLY_OTHER * max(len(before), len(after)):
        # Another sentence: what both have in common by chance would only be in the way.
        pieces = [piece for piece in (Piece("-", before), Piece("+", after)) if piece.text]
    return tuple(pieces)


def _smooth(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Join what went and what came over mere blanks and single letters: that is one edit."""
    gone = come = blank = ""
    for sign, text in pieces:
        if not text:
            continue
        if sign == "-":
            gone, come, blank = gone + blank + text, come + blank, ""
        elif sign == "+":
            gone, come, blank = gone + blank, come + blank + text, ""
        elif (gone or come) and len(text.strip()) < 2 and not blank:
            blank = text
        else:
            yield from (piece for piece in (Piece("-", gone), Piece("+", come)) if piece.text)
            yield Piece("", blank + text)
            gone = come = blank = ""
    yield from (piece for piece in (Piece("-", gone), Piece("+", come)) if piece.text)
    if blank:
        yield Piece("", blank)
