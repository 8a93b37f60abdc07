"""Compares two snapshots: matches their pages, and reads the texts of those that may differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from hashlib import sha256

from sphinx_scrapbox.snapshot.diff import model
from sphinx_scrapbox.snapshot.diff.lines import line_changes
from sphinx_scrapbox.snapshot.diff.model import LineKind, PageKind, PageState, PageText, Snapshot
from sphinx_scrapbox.snapshot.diff.moves import PageChangeWithIds, with_moves
from sphinx_scrapbox.wiki.titles import key


def compare(
    old: Snapshot, new: Snapshot, progress: Callable[[], object] = lambda: None
) -> model.Comparison:
    """What changed from *old* to *new*. Only texts that may differ are read.

    *progress* is called once for each page that both snapshots have.
    """
    pairs, gone, added = _match(old, new)
    pages = [
        PageChangeWithIds(_added_or_gone(PageKind.NEW, page), (), page.line_ids, page)
        for page in added
    ]
    pages += [
        PageChangeWithIds(_added_or_gone(PageKind.GONE, page), page.line_ids) for page in gone
    ]
    differing = []
    for before, after in pairs:
        if before.marks.isdisjoint(after.marks):
            differing.append((before, after))
            continue
        if before.title != after.title:
            pages.append(PageChangeWithIds(_change(before, after, None, None)))
        progress()
    old_texts = old.texts([before for before, _after in differing])
    new_texts = new.texts([after for _before, after in differing])
    for (before, after), *texts in zip(differing, old_texts, new_texts, strict=True):
        change = _change(before, after, *texts)
        is_edited = not all(line.is_blank for line in change.lines)
        is_renamed = change.kind is PageKind.RENAMED
        if is_renamed or is_edited or _differ_unread(before, after, *texts):
            pages.append(PageChangeWithIds(change, *_ids(before, after, *texts), after))
        progress()
    changes = with_moves(pages, new)
    order = list(PageKind).index
    changes.sort(key=lambda page: (order(page.kind), key(page.title), page.title, page.file))
    return model.Comparison(old, new, tuple(changes))


def _added_or_gone(kind: PageKind, page: PageState) -> model.PageChange:
    updated = page.updated if kind is PageKind.NEW else 0
    return model.PageChange(
        kind, page.title, page.file, id=page.id, project=page.project, updated=updated
    )


def _differ_unread(
    before: PageState, after: PageState, old: PageText | None, new: PageText | None
) -> bool:
    """Whether a page differs as far as marks tell, because one of its texts cannot be read."""
    if old and new:
        return False
    old_marks = before.marks | (old.marks if old else frozenset())
    return old_marks.isdisjoint(after.marks | (new.marks if new else frozenset()))


def _change(
    before: PageState, after: PageState, old: PageText | None, new: PageText | None
) -> model.PageChange:
    is_renamed = before.title != after.title
    lines: tuple[model.LineChange, ...] = ()
    counted: tuple[tuple[LineKind, int], ...] = ()
    if old and new:
        lines = line_changes(old, new)
    elif before.line_ids and after.line_ids:
        old_ids, new_ids = set(before.line_ids), set(after.line_ids)
        counted = (
            (LineKind.ADDED, len(new_ids - old_ids)),
            (LineKind.REMOVED, len(old_ids - new_ids)),
        )
    return model.PageChange(
        PageKind.RENAMED if is_renamed else PageKind.CHANGED,
        after.title,
        after.file,
        before.title if is_renamed else "",
        before.file if before.file != after.file else "",
        after.id,
        after.project,
        after.updated,
        lines,
        counted,
        new.first if new else 1,
        old.first if old else 1,
        _digest(new.rows) if new else min(after.marks, default=""),
    )


def _ids(
    before: PageState, after: PageState, old: PageText | None, new: PageText | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ids of the rows of both versions of a page, of a kind that can be compared."""
    return (old.ids, new.ids) if old and new else (before.line_ids, after.line_ids)


def _digest(rows: Iterable[model.Row]) -> str:
    text = "\n".join(f"{row.depth} {row.text}" for row in rows)
    return sha256(text.encode("utf-8", "replace")).hexdigest()


_Pair = tuple[PageState, PageState]
_Identity = Callable[[PageState], Hashable]

# What makes two pages one, the strongest evidence first.
_IDENTITIES: tuple[_Identity, ...] = (
    lambda page: page.id or None,
    lambda page: (page.project, key(page.title), page.file),
    lambda page: (page.project, key(page.title)),
    lambda page: key(page.title),
    lambda page: page.file,
)
_MAX_PAGES_WITH_ROW = 20  # a row on more pages than this does not identify one
_MIN_SHARE = 0.6  # of its rows, that a renamed page has in common with its old version


def _match(old: Snapshot, new: Snapshot) -> tuple[list[_Pair], list[PageState], list[PageState]]:
    """Pages of both snapshots as pairs; those only in *old*; those only in *new*."""
    pairs: list[_Pair] = []
    gone = sorted(old.pages, key=lambda page: (page.file, page.id))
    added = sorted(new.pages, key=lambda page: (page.file, page.id))
    for identity in _IDENTITIES:
        if gone and added:
            gone, added = _pair_by(identity, gone, added, pairs)
    if gone and added:
        by_content = _pairs_by_content(old, new, gone, added)
        pairs += [(gone[old_at], added[new_at]) for old_at, new_at in by_content.items()]
        gone = [page for at, page in enumerate(gone) if at not in by_content]
        placed = set(by_content.values())
        added = [page for at, page in enumerate(added) if at not in placed]
    return pairs, gone, added


def _pair_by(
    identity: _Identity, gone: list[PageState], added: list[PageState], pairs: list[_Pair]
) -> tuple[list[PageState], list[PageState]]:
    """Append pages of the same identity to *pairs*; return the others."""
    waiting: dict[Hashable, list[PageState]] = {}
    for page in reversed(gone):
        if (name := identity(page)) is not None:
            waiting.setdefault(name, []).append(page)
    left = []
    paired: set[int] = set()
    for page in added:
        candidates = waiting.get(identity(page))
        if candidates and _may_be_one(candidates[-1], page):
            before = candidates.pop()
            paired.add(id(before))
            pairs.append((before, page))
        else:
            left.append(page)
    return [page for page in gone if id(page) not in paired], left


def _may_be_one(before: PageState, after: PageState) -> bool:
    """False for pages of two projects, and for a file that another page has taken over."""
    projects = {before.project, after.project} - {""}
    if len(projects) == 2 and before.id != after.id:
        return False
    if key(before.title) == key(after.title) or before.id == after.id:
        return True
    return not (before.id and after.id)


def _pairs_by_content(
    old: Snapshot, new: Snapshot, gone: list[PageState], added: list[PageState]
) -> dict[int, int]:
    """Places of pages without ids that share most of their rows: renamed with their file."""
    before = {at: page for at, page in enumerate(gone) if not page.id}
    after = {at: page for at, page in enumerate(added) if not page.id}
    if not before or not after:
        return {}
    old_rows = _distinct_rows(old, before)
    pages_with: dict[str, list[int]] = {}
    for at, rows in old_rows.items():
        for text in rows:
            pages_with.setdefault(text, []).append(at)
    shares = []
    for at, rows in _distinct_rows(new, after).items():
        common: Counter[int] = Counter()
        for text in rows:
            pages = pages_with.get(text, ())
            if len(pages) <= _MAX_PAGES_WITH_ROW:
                common.update(pages)
        for other, count in common.items():
            share = count / max(len(rows), len(old_rows[other]))
            if share >= _MIN_SHARE and gone[other].project in ("", added[at].project):
                shares.append((-share, at, other))
    pairs: dict[int, int] = {}
    placed: set[int] = set()
    for _share, at, other in sorted(shares):
        if at not in placed and other not in pairs:
            placed.add(at)
            pairs[other] = at
    return pairs


def _distinct_rows(snapshot: Snapshot, pages: dict[int, PageState]) -> dict[int, frozenset[str]]:
    """The texts of the rows of each page that has some."""
    texts = snapshot.texts(list(pages.values()))
    rows = {
        at: frozenset(row.text for row in text.rows if row.text)
        for at, text in zip(pages, texts, strict=True)
        if text
    }
    return {at: filled for at, filled in rows.items() if filled}
