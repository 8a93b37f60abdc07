"""In which order the pages of a link map stand around the one in the middle.

Links cross little if linked pages stand near each other. The places of a map are a tree (see
:class:`.Place`), and the order of a page's children decides where all that hangs on them goes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sphinx_scrapbox.sphinx_ext.features.linkmap.neighbourhood import Neighbourhood

_STEPS = 100_000
"""Steps for shortening the links of one map; enough for a few rounds with 40 pages."""


def ordered_children(around: Neighbourhood) -> list[list[int]]:
    """For each place its children, so that few links cross.

    The order begins with pages that follow their links. Then each page moves to where the
    links are shortest, counted in places round the circle, until none moves or ``_STEPS`` are
    used up.
    """
    linked = _linked_branches(around)
    children = [_along_links(around.children(n), linked) for n in range(len(around.places))]
    others = [(a, b) for a, b in around.edges if a != around.places[b].parent]
    tries = _STEPS // (len(children) + len(others)) if others else 0
    shortest = _length(children, others)
    while tries > 0:
        is_still = True
        for parent in [n for n, own in enumerate(children) if len(own) > 1]:
            for child in list(children[parent]):
                kept = children[parent]
                rest = [other for other in kept if other != child]
                for position in range(len(kept)):
                    children[parent] = [*rest[:position], child, *rest[position:]]
                    length = _length(children, others)
                    if length < shortest:
                        shortest, kept, is_still = length, children[parent], False
                children[parent] = kept
                tries -= len(kept)
        if is_still:
            break
    return children


def _linked_branches(around: Neighbourhood) -> list[Counter[int]]:
    """For each place its siblings with the number of links between what hangs on both."""
    places = around.places
    linked: list[Counter[int]] = [Counter() for _ in places]
    for a, b in around.edges:
        while places[a].parent != places[b].parent:
            if places[a].hop >= places[b].hop:
                a = places[a].parent
            else:
                b = places[b].parent
        if a != b:
            linked[a][b] += 1
            linked[b][a] += 1
    return linked


def _along_links(siblings: Sequence[int], linked: Sequence[Counter[int]]) -> list[int]:
    """Siblings in the order of a walk along their links, depth first, from those with fewest."""
    order: dict[int, None] = {}
    for start in sorted(siblings, key=lambda n: (len(linked[n]), n)):
        waiting = [start]
        while waiting:
            at = waiting.pop()
            if at not in order:
                order[at] = None
                near = linked[at]
                waiting.extend(sorted(near, key=lambda n: (near[n], -len(linked[n]), n)))
    return list(order)


def _length(children: Sequence[Sequence[int]], edges: Sequence[tuple[int, int]]) -> int:
    """The sum of the lengths of *edges*, in places on a circle through all pages."""
    count = len(children)
    position = [0] * count
    waiting = [0]
    for number in range(count):
        at = waiting.pop()
        position[at] = number
        waiting.extend(reversed(children[at]))
    apart = [abs(position[a] - position[b]) for a, b in edges]
    return sum(min(places, count - places) for places in apart)
