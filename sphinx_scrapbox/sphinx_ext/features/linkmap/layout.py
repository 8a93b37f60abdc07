"""Where the pages of a link map are placed.

Nothing here depends on chance or on the machine: the arithmetic is that of IEEE numbers, what
goes through sine and cosine is rounded first, and coordinates are whole.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from unicodedata import combining, east_asian_width

from sphinx_scrapbox.sphinx_ext.features.linkmap.neighbourhood import Neighbourhood
from sphinx_scrapbox.sphinx_ext.features.linkmap.order import ordered_children
from sphinx_scrapbox.wiki.text import NOT_XML, WIDE

FONT = 13
LINE = 17
_TEXT_WIDTH = 112
_PAD_X, PAD_Y = 8, 6
_WIDTHS = {
    **dict.fromkeys("ijl.,:;'|!()[] ", 0.33),
    **dict.fromkeys('frt-"', 0.42),
    **dict.fromkeys("mwMW@%", 0.95),
}


def _width(text: str) -> float:
    """An estimate of the width of *text*; fonts differ, so it is rather too large.

    >>> _width("mulch") < _width("MULCH") < _width("堆肥の山々")
    True
    """
    return sum(map(_width_of, text)) * FONT


def _width_of(char: str) -> float:
    if width := _WIDTHS.get(char):
        return width
    if combining(char) or char in "\u200d\ufe0f":
        return 0
    if char >= "\U0001f000" or east_asian_width(char) in "WF":
        return 1.05
    return 0.72 if char.isupper() else 0.58


def wrap(title: str, most: int) -> list[str]:
    """A title in at most so many lines, the last one cut with "…" if necessary.

    >>> wrap("How much light reaches a leaf", 2)
    ['How much light', 'reaches a leaf']
    >>> wrap("土の中の水はどこへ行くのか、雨の日に数える", 2)
    ['土の中の水はどこ', 'へ行くのか、雨…']
    >>> wrap("Donaudampfschifffahrtsgesellschaft", 1)
    ['Donaudampfsch…']
    """
    lines = [""]
    for piece in _PIECES.findall(" ".join(NOT_XML.sub("\ufffd", title).split())):
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
_PIECES = re.compile(rf"[^\s{WIDE}]+\s?|\S\s?")


WIDTH = 420
"""Narrow, so that a phone shows it large enough to be read."""
_GAP_X, _GAP_Y = 12, 14
MARGIN = 4


@dataclass(slots=True)
class Box:
    """The box of a page: its lines of text, its size, and the place of its centre, in pixels.

    The origin of the coordinates is the centre of the map.
    """

    lines: list[str]
    width: int
    height: int
    x: float = 0
    y: float = 0

    @property
    def left(self) -> int:
        """The left edge."""
        return round(self.x) - self.width // 2

    @property
    def top(self) -> int:
        """The upper edge."""
        return round(self.y) - self.height // 2


def boxes_of(around: Neighbourhood, titles: Sequence[str]) -> list[Box]:
    """The box of each page of a map, as large as its title needs, and not placed yet."""
    boxes = []
    for place, title in zip(around.places, titles, strict=True):
        lines = wrap(title, 2 if place.hop else 3)
        width = math.ceil(max(map(_width, lines), default=0)) + 2 * _PAD_X
        boxes.append(Box(lines, width + width % 2, len(lines) * LINE + 2 * PAD_Y))
    return boxes


def place_boxes(around: Neighbourhood, boxes: Sequence[Box]) -> None:
    """Give each box its place: near its links, and no two on one another."""
    points = _spread(_steps_between(around), _fan_out(around))
    # As high as the boxes need, which cannot be packed without space between them.
    area = sum((box.width + _GAP_X) * (box.height + _GAP_Y) for box in boxes)
    height = max(200.0, area * 1.7 / WIDTH)
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


def _side(box: Box) -> float:
    """The largest distance of a box from the centre."""
    return (WIDTH - box.width) / 2 - MARGIN


def _fan_out(around: Neighbourhood) -> list[tuple[float, float]]:
    """Pages in rings around the one in the middle, each beside its parent."""
    children = ordered_children(around)
    points = [(0.0, 0.0)] * len(around.places)
    parts = [1.0] * len(points)  # how much of the circle a place takes: what hangs on it
    for n in range(len(points) - 1, 0, -1):
        parts[around.places[n].parent] += parts[n]
    waiting = [(0, 0.0, 2 * math.pi)]
    while waiting:
        n, begin, width = waiting.pop()
        whole = sum(parts[child] for child in children[n])
        for child in children[n]:
            share = width * parts[child] / whole
            angle, hop = begin + share / 2, around.places[child].hop
            points[child] = (round(math.cos(angle), 6) * hop, round(math.sin(angle), 6) * hop)
            waiting.append((child, begin, share))
            begin += share
    return points


def _steps_between(around: Neighbourhood) -> list[dict[int, int]]:
    """For each place the number of links between it and each other, the nearest first."""
    near: list[list[int]] = [[] for _ in around.places]
    for a, b in around.edges:
        near[a].append(b)
        near[b].append(a)
    all_steps = []
    for start in range(len(near)):
        steps = {start: 0}
        waiting = [start]
        for at in waiting:  # which grows meanwhile
            for other in near[at]:
                if other not in steps:
                    steps[other] = steps[at] + 1
                    waiting.append(other)
        all_steps.append(steps)
    return all_steps


def _spread(
    steps: Sequence[Mapping[int, int]], points: Sequence[tuple[float, float]]
) -> list[tuple[float, float]]:
    """Move pages until their distances are as their steps, the first one staying where it is.

    This is stress majorization, one page at a time.
    """
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


def _overlap(box: Box, other: Box) -> tuple[float, float]:
    """How much of each direction two boxes share, with the gap that must be between them."""
    return (
        (box.width + other.width) / 2 + _GAP_X - abs(box.x - other.x),
        (box.height + other.height) / 2 + _GAP_Y - abs(box.y - other.y),
    )


def _push_apart(boxes: Sequence[Box]) -> None:
    middle = boxes[0]
    for _ in range(80):
        is_still = True
        for box, other in combinations(boxes, 2):
            over_x, over_y = _overlap(box, other)
            if over_x <= 0 or over_y <= 0:
                continue
            is_still = False
            share = 1.0 if box is middle else 0.5
            if over_x < over_y:
                push = over_x if other.x >= box.x else -over_x
                other.x = _within(other.x + push * share, _side(other))
                if box is not middle:
                    box.x = _within(box.x - push * share, _side(box))
            else:
                push = over_y if other.y >= box.y else -over_y
                other.y += push * share
                if box is not middle:
                    box.y -= push * share
        if is_still:
            return


def _within(x: float, side: float) -> float:
    return max(-side, min(side, x))


def _settle(boxes: Sequence[Box]) -> None:
    """Round coordinates, and move boxes that still overlap to free space."""
    settled: list[Box] = []
    for box in sorted(boxes, key=lambda box: (box.x * box.x + box.y * box.y, box.y, box.x)):
        box.x, box.y = float(round(box.x)), float(round(box.y))
        down = 1 if box.y >= 0 else -1
        while any(min(_overlap(box, other)) > 2 for other in settled):
            box.y += 4 * down
        settled.append(box)
