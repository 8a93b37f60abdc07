"""Which pages a link map shows, and which of them are linked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice

from sphinx_scrapbox.wiki.graph import Graph, is_wanted

FAN = 1000
"""Neighbours of one page, other than the one in the middle, that are looked at."""


@dataclass(frozen=True, slots=True)
class Place:
    """A page on the map: its distance from the centre in links, and the place before it."""

    node: str
    hop: int = 0
    parent: int = -1


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The pages of a map, the one in the middle first; ``edges`` are pairs of their numbers.

    ``rest`` counts the pages within reach that have no place; ``is_more`` says that there are
    more, uncounted.
    """

    places: tuple[Place, ...]
    edges: tuple[tuple[int, int], ...]
    rest: int = 0
    is_more: bool = False

    def __bool__(self) -> bool:
        return len(self.places) > 1

    def children(self, number: int) -> list[int]:
        """The places whose parent is *number*."""
        return [n for n, place in enumerate(self.places) if place.parent == number]


def neighbourhood(
    graph: Graph, centre: str, *, hops: int, limit: int, has_wanted: bool
) -> Neighbourhood:
    """The *limit* pages around *centre*: the nearest first, then those with the most links.

    Steps go from pages on the map only, so the cost is that of their links, not of the wiki.
    """
    places = [Place(centre)]
    seen = {centre}
    start, rest, is_more = 0, 0, False
    for hop in range(1, hops + 1):
        linked_from: dict[str, int] = {}
        end = len(places)
        for number in range(start, end):
            near = _neighbours(graph, places[number].node, has_wanted)
            for node in near if hop == 1 else islice(near, FAN):
                if node not in seen:
                    seen.add(node)
                    linked_from[node] = number
            is_more = is_more or (hop > 1 and next(near, None) is not None)
        ranked = sorted(
            linked_from, key=lambda node: (-_degree(graph, node), is_wanted(node), node)
        )
        places.extend(Place(node, hop, linked_from[node]) for node in ranked[: limit - end])
        rest += len(linked_from) - (len(places) - end)
        start = end
    edges = tuple(
        (a, b)
        for (a, place), (b, other) in combinations(enumerate(places), 2)
        if other.node in graph.links_of(place.node) or place.node in graph.links_of(other.node)
    )
    return Neighbourhood(tuple(places), edges, rest, is_more)


def _neighbours(graph: Graph, node: str, has_wanted: bool) -> Iterator[str]:
    return (
        other
        for links in (graph.links_of(node), graph.links_to(node))
        for other in links
        if has_wanted or not is_wanted(other)
    )


def _degree(graph: Graph, node: str) -> int:
    return len(graph.links_of(node)) + len(graph.links_to(node))
