"""TODO: say what this file is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from hashlib import sha256

from sphinx_scrapbox.snapshot.diff import T
from sphinx_scrapbox.snapshot.diff.lines import line_changes
from sphinx_scrapbox.snapshot.diff.model import (
    ORDER,
    Comparison,
    LineChange,
    LineKind,
    PageChange,
    PageKind,
    PageState,
    PageText,
    Row,
    Snapshot,
    count_filled,
)
from sphinx_scrapbox.wiki.titles import key

_AT_ONCE = 400  # pages whose texts are in memory together


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
    found.sort(key=lambda page: (ORDER[page.kind], key(page.title), page.title, page.file))
    return Comparison(old, new, tuple(found))


def _differ(was: PageState, now: PageState, old: PageText | None, new: PageText | None) -> bool:
    """Whether a page differs of which there are not both texts to compare."""
    if old and new:
        return False
    before = was.marks | (old.marks if old else frozenset())
    return before.isdisjoint(now.marks | (new.marks if new else frozenset()))


def _batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]


def _change(
    was: PageState, now: PageState, old: PageText | None, new: PageText | None
) -> PageChange:
    renamed = was.title != now.title
    lines: tuple[LineChange, ...] = ()
    if old and new:
        lines = line_changes(old, new)
        added = sum(count_filled(one.after) for one in lines if one.kind is LineKind.ADDED)
        removed = sum(count_filled(one.before) for one in lines if one.kind is LineKind.REMOVED)
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
