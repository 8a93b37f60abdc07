"""Changes of lines, made again: what a difference leaves out cannot be in the new page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sphinx_scrapbox.snapshot.diff.model import LineChange, LineKind, Row


def apply(rows: Sequence[Row], changes: Iterable[LineChange]) -> tuple[Row, ...]:
    """The new rows, made from the old ones and the changes.

    :raises ValueError: if the changes do not belong to these rows.
    """
    changes = list(changes)
    kept = list[Row | None](rows)
    placed: dict[int, Row] = {}
    for change in changes:
        end = change.old + len(change.before)
        if change.before and tuple(rows[change.old : end]) != change.before:
            raise ValueError(f"other rows at {change.old} than the change expects")
        kept[change.old : end] = [None] * len(change.before)
        after = change.after
        if change.kind in (LineKind.MOVED, LineKind.SHIFTED):
            after = tuple(
                Row(row.depth + change.shift, row.text) if row.text else row
                for row in change.before
            )
        placed.update(enumerate(after, change.new))
    rest = (row for row in kept if row is not None)
    total = len(placed) + sum(row is not None for row in kept)
    return tuple(placed[at] if at in placed else next(rest) for at in range(total))
