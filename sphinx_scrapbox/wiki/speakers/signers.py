"""Who signs: evidence, gathered over the pages of a wiki, that a name is a person's.

In a large wiki with many authors, people sign their lines, and things do not: of the names that
open a line there, those that never sign belong to tools, pictures and places. Where signing is no
habit, or where there are too few signatures for everybody to have some, nothing follows from a
name that does not sign, and there are no signers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

MIN_PAGES = 2
"""Pages on which somebody has to sign."""
MIN_SIGNERS = 5
"""People who have to sign before a name without a signature is doubted."""
MIN_SIGNED = 2000
"""Lines that have to be signed before that. Of 88 labelled turns of a wiki, two would be lost if
736 of its signed lines were known, and none is if all 21,000 are."""


class PageSignatures(NamedTuple):
    """What one page says of signers.

    ``names`` are the keys of the icons at the ends of lines, each once, without their projects;
    ``signed`` counts the lines with such icons, ``opened`` those that begin with an icon and go on
    with something else.
    """

    names: tuple[str, ...] = ()
    signed: int = 0
    opened: int = 0


def find_signers(pages: Iterable[PageSignatures]) -> tuple[str, ...]:
    """The keys of those who sign on several pages, sorted; empty where signing is no habit.

    >>> page = PageSignatures(tuple("abcde"), signed=1000, opened=2)
    >>> find_signers([page, page]), find_signers([page])
    (('a', 'b', 'c', 'd', 'e'), ())
    """
    counts: Counter[str] = Counter()
    signed = opened = 0
    for page in pages:
        counts.update(page.names)
        signed += page.signed
        opened += page.opened
    names = sorted(name for name, count in counts.items() if count >= MIN_PAGES)
    is_habit = len(names) >= MIN_SIGNERS and signed >= MIN_SIGNED and signed > opened
    return tuple(names) if is_habit else ()
