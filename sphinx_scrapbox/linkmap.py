"""The map of a page's surroundings: which pages are on it, where, and the drawing.

Nothing here depends on chance or on the machine: the arithmetic is that of IEEE numbers, what
goes through sine and cosine is rounded first, and coordinates are whole. networkx finds the
order round a page in which links cross least, and how far apart pages are; it is imported when
a map is drawn.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import combinations, islice
from typing import TYPE_CHECKING
from unicodedata import combining, east_asian_width

from .graph import Graph, is_wanted

if TYPE_CHECKING:
    from networkx import Graph as Net

FAN = 1000
"""Neighbours of one page, other than the one in the middle, that are looked at."""

# -- which pages -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """A page on the map: how many steps from the middle, and through which place."""

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
        """The places that are reached through one."""
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
        found: dict[str, int] = {}
        end = len(places)
        for number in range(start, end):
            near = _neighbours(graph, places[number].node, has_wanted)
            for node in near if hop == 1 else islice(near, FAN):
                if node not in seen:
                    seen.add(node)
                    found[node] = number
            is_more = is_more or (hop > 1 and next(near, None) is not None)
        ranked = sorted(found, key=lambda node: (-_degree(graph, node), is_wanted(node), node))
        places.extend(Place(node, hop, found[node]) for node in ranked[: limit - end])
        rest += len(found) - (len(places) - end)
        start = end
    edges = tuple(
        (a, b)
        for (a, one), (b, other) in combinations(enumerate(places), 2)
        if other.node in graph.links_of(one.node) or one.node in graph.links_of(other.node)
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


# -- what is written in a box ----------------------------------------------------------

_FONT = 13
_LINE = 17
_TEXT_WIDTH = 112
_PAD_X, _PAD_Y = 8, 6
_NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
_WIDTHS = {
    **dict.fromkeys("ijl.,:;'|!()[] ", 0.33),
    **dict.fromkeys('frt-"', 0.42),
    **dict.fromkeys("mwMW@%", 0.95),
}


def _width(text: str) -> float:
    """About how wide *text* is: fonts differ, so rather too much than too little.

    >>> _width("mulch") < _width("MULCH") < _width("堆肥の山々")
    True
    """
    return sum(map(_width_of, text)) * _FONT


def _width_of(char: str) -> float:
    if known := _WIDTHS.get(char):
        return known
    if combining(char) or char in "\u200d\ufe0f":
        return 0
    if char >= "\U0001f000" or east_asian_width(char) in "WF":
        return 1.05
    return 0.72 if char.isupper() else 0.58


def wrap(title: str, most: int) -> list[str]:
    """A title in at most so many lines, the last one cut with "…" if need be.

    >>> wrap("How much light reaches a leaf", 2)
    ['How much light', 'reaches a leaf']
    >>> wrap("土の中の水はどこへ行くのか、雨の日に数える", 2)
    ['土の中の水はどこ', 'へ行くのか、雨…']
    >>> wrap("Donaudampfschifffahrtsgesellschaft", 1)
    ['Donaudampfsch…']
    """
    lines = [""]
    for piece in _PIECES.findall(" ".join(_NOT_XML.sub("\ufffd", title).split())):
        if _width(lines[-1] + piece.rstrip()) > _TEXT_WIDTH:
            if lines[-1]:
                lines.append("")
            while _width(piece.rstrip()) > _TEXT_WIDTH:  # a word longer than a line
                fits = next(
                    n for n in range(len(piece), 0, -1) if _width(piece[:n]) <= _TEXT_WIDTH
                )
                lines[-1:] = [piece[:fits], ""]
                piece = piece[fits:]
        lines[-1] += piece
    lines = [line.rstrip() for line in lines if line.strip()]
    if len(lines) > most:
        last = lines[most - 1]
        while _width(f"{last}…") > _TEXT_WIDTH:
            last = last[:-1]
        lines[most - 1 :] = [f"{last.rstrip()}…"]
    return lines


# A word of Latin letters and the like with the space behind it, or one wide sign.
_PIECES = re.compile("[^\\s\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]+\\s?|\\S\\s?")


# -- where they stand ------------------------------------------------------------------

_WIDTH = 420
"""Narrow, so that a phone shows it large enough to be read."""
_GAP_X, _GAP_Y = 12, 14
_MARGIN = 4


@dataclass(slots=True)
class _Box:
    lines: list[str]
    width: int
    height: int
    x: float = 0
    y: float = 0

    @property
    def left(self) -> int:
        return round(self.x) - self.width // 2

    @property
    def top(self) -> int:
        return round(self.y) - self.height // 2


def _boxes(around: Neighbourhood, titles: Sequence[str]) -> list[_Box]:
    boxes = []
    for place, title in zip(around.places, titles, strict=True):
        lines = wrap(title, 2 if place.hop else 3)
        width = math.ceil(max(map(_width, lines), default=0)) + 2 * _PAD_X
        boxes.append(_Box(lines, width + width % 2, len(lines) * _LINE + 2 * _PAD_Y))
    return boxes


def _place(around: Neighbourhood, boxes: Sequence[_Box]) -> None:
    """Give each box its place: near its links, and no two on one another."""
    import networkx as nx

    net: Net = nx.Graph()
    net.add_nodes_from(range(len(around.places)))
    net.add_edges_from(around.edges)
    points = _spread(net, _fan_out(around, net))
    # As high as the boxes need, which cannot be packed without space between them.
    area = sum((box.width + _GAP_X) * (box.height + _GAP_Y) for box in boxes)
    height = max(200.0, area * 1.7 / _WIDTH)
    far_x = max(abs(x) for x, _ in points) or 1.0
    far_y = max(abs(y) for _, y in points) or 1.0
    for box, (x, y) in zip(boxes, points, strict=True):
        x, y = x / far_x, y / far_y
        # From the disc that pages spread in to the corners of the frame.
        stretch = math.sqrt(x * x + y * y) / (max(abs(x), abs(y)) or 1.0)
        box.x = _within(x * stretch, 1) * _side(box)
        box.y = _within(y * stretch, 1) * (height - box.height) / 2
    _push_apart(boxes)
    _settle(boxes)


def _side(box: _Box) -> float:
    """How far from the middle a box may go."""
    return (_WIDTH - box.width) / 2 - _MARGIN


def _fan_out(around: Neighbourhood, net: Net) -> list[tuple[float, float]]:
    """Pages in rings, in an order in which as few links cross as is known.

    The order is that of a plane drawing: of all links, or, if there is none, of those to the
    middle and as many others as it takes in.
    """
    import networkx as nx

    is_plane, order = nx.check_planarity(net)
    if not is_plane:
        plane = nx.Graph()
        plane.add_nodes_from(net)
        tree = [(place.parent, n) for n, place in enumerate(around.places) if n]
        plane.add_edges_from(tree)
        _, order = nx.check_planarity(plane)
        for edge in [edge for edge in around.edges if edge not in tree][:_TRIES]:
            plane.add_edge(*edge)
            fits, other = nx.check_planarity(plane)
            if fits:
                order = other
            else:
                plane.remove_edge(*edge)
    points = [(0.0, 0.0)] * len(around.places)
    parts = [1.0] * len(points)  # how much of the circle a place takes: what hangs on it
    for n in range(len(points) - 1, 0, -1):
        parts[around.places[n].parent] += parts[n]
    waiting = [(0, 0.0, 2 * math.pi)]
    while waiting:
        n, begin, width = waiting.pop()
        own = set(around.children(n))
        turn = list(order.neighbors_cw_order(n))
        if n:  # begin where the parent is, so that children keep their order
            at = turn.index(around.places[n].parent)
            turn = turn[at:] + turn[:at]
        children = [child for child in turn if child in own]
        whole = sum(parts[child] for child in children)
        for child in children:
            share = width * parts[child] / whole
            angle, hop = begin + share / 2, around.places[child].hop
            points[child] = (round(math.cos(angle), 6) * hop, round(math.sin(angle), 6) * hop)
            waiting.append((child, begin, share))
            begin += share
    return points


_TRIES = 60


def _spread(net: Net, points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Move pages until their distances are as their steps, the first one staying where it is.

    This is stress majorization, one page at a time.
    """
    import networkx as nx

    steps = dict(nx.all_pairs_shortest_path_length(net))
    count = len(points)
    spread = list(points)
    for _ in range(min(60, 1 + 120_000 // count**2)):
        for n in range(1, count):
            x, y = spread[n]
            sum_x = sum_y = weights = 0.0
            for other, step in steps[n].items():
                if other == n:
                    continue
                other_x, other_y = spread[other]
                weight = 1 / (step * step)
                apart = math.sqrt((x - other_x) * (x - other_x) + (y - other_y) * (y - other_y))
                pull = step / max(apart, 1e-3)
                sum_x += weight * (other_x + (x - other_x) * pull)
                sum_y += weight * (other_y + (y - other_y) * pull)
                weights += weight
            spread[n] = sum_x / weights, sum_y / weights
    return spread


def _overlap(one: _Box, other: _Box) -> tuple[float, float]:
    """How much of each direction two boxes share, with the gap that must be between them."""
    return (
        (one.width + other.width) / 2 + _GAP_X - abs(one.x - other.x),
        (one.height + other.height) / 2 + _GAP_Y - abs(one.y - other.y),
    )


def _push_apart(boxes: Sequence[_Box]) -> None:
    middle = boxes[0]
    for _ in range(80):
        is_still = True
        for one, other in combinations(boxes, 2):
            over_x, over_y = _overlap(one, other)
            if over_x <= 0 or over_y <= 0:
                continue
            is_still = False
            share = 1.0 if one is middle else 0.5
            if over_x < over_y:
                push = over_x if other.x >= one.x else -over_x
                other.x = _within(other.x + push * share, _side(other))
                if one is not middle:
                    one.x = _within(one.x - push * share, _side(one))
            else:
                push = over_y if other.y >= one.y else -over_y
                other.y += push * share
                if one is not middle:
                    one.y -= push * share
        if is_still:
            return


def _within(x: float, side: float) -> float:
    return max(-side, min(side, x))


def _settle(boxes: Sequence[_Box]) -> None:
    """Put each box on whole numbers, and those that still lie on another where there is room."""
    settled: list[_Box] = []
    for box in sorted(boxes, key=lambda box: (box.x * box.x + box.y * box.y, box.y, box.x)):
        box.x, box.y = float(round(box.x)), float(round(box.y))
        down = 1 if box.y >= 0 else -1
        while any(min(_overlap(box, other)) > 2 for other in settled):
            box.y += 4 * down
        settled.append(box)


# -- the drawing -----------------------------------------------------------------------


def draw(
    around: Neighbourhood,
    titles: Sequence[str],
    addresses: Sequence[str],
    *,
    label: str,
    name: str,
    current: str,
) -> str:
    """The map as SVG: a group of links for whoever cannot see it, boxes and lines for others.

    :param addresses: of each place; "" for one that cannot be linked to.
    :param label: what the map is of.
    :param name: an identifier, unlike any other in the page.
    :param current: the node of the page that the map stands on.
    """
    boxes = _boxes(around, titles)
    _place(around, boxes)
    top = min(box.top for box in boxes) - _MARGIN
    height = max(box.top + box.height for box in boxes) + _MARGIN - top
    left = -_WIDTH // 2
    frame = f'x="{left}" y="{top}" width="{_WIDTH}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left} {top} {_WIDTH} {height}" '
        f'width="{_WIDTH}" height="{height}" font-size="{_FONT}" text-anchor="middle" '
        f'role="group" aria-label="{_escaped(label)}">',
        # Lines end where a box begins, whatever colour the page has.
        f'<mask id="{name}" maskUnits="userSpaceOnUse" {frame}><rect {frame} fill="#fff"/>',
        *(_rect(box, ' fill="#000"') for box in boxes),
        f'</mask><g mask="url(#{name})" stroke="currentColor" fill="none" aria-hidden="true">',
    ]
    for a, b in sorted(around.edges, key=lambda edge: edge[0] == 0):  # the page's own on top
        kind = "" if a == 0 else ' stroke-opacity=".5"'
        missing = any(is_wanted(around.places[n].node) for n in (a, b))
        dashes = ' stroke-dasharray="4 4"' if missing else ""
        one, other = boxes[a], boxes[b]
        parts.append(
            f'<path d="M{one.x:.0f} {one.y:.0f}L{other.x:.0f} {other.y:.0f}"{kind}{dashes}/>'
        )
    parts.append("</g>")
    for place, box, title, address in zip(around.places, boxes, titles, addresses, strict=True):
        parts.append(_drawn(place, box, title, address, is_current=place.node == current))
    parts.append("</svg>")
    return "".join(parts)


def _drawn(place: Place, box: _Box, title: str, address: str, *, is_current: bool) -> str:
    kinds = [f"scrapbox-hop-{place.hop}"]
    dashes = ""
    if is_wanted(place.node):
        kinds.append("scrapbox-missing")
        dashes = ' stroke-dasharray="4 4"'
    full = _escaped(title)
    link = f' href="{_escaped(address)}"' if address and not is_current else ""
    tag = "a" if link else "g"
    here = ' aria-current="page"' if is_current else ""
    role = "" if link else ' role="img"'
    weight = "" if place.hop else ' font-weight="600"'
    y = box.top + _PAD_Y + _FONT
    lines = "".join(
        f'<text x="{box.x:.0f}" y="{y + number * _LINE}"'
        f'{weight} fill="currentColor" aria-hidden="true">{_escaped(line)}</text>'
        for number, line in enumerate(box.lines)
    )
    frame = _rect(box, f' fill="none" stroke="currentColor"{dashes}')
    return (
        f'<{tag}{link} class="{" ".join(kinds)}"{role}{here}>'
        f"<title>{full}</title>{frame}{lines}</{tag}>"
    )


def _rect(box: _Box, rest: str) -> str:
    return (
        f'<rect x="{box.left}" y="{box.top}" width="{box.width}" height="{box.height}" '
        f'rx="7"{rest}/>'
    )


def _escaped(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text))
