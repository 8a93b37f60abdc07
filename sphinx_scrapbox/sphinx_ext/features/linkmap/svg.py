"""A link map as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from sphinx_scrapbox.rendering.typesetting import kept_apart
from sphinx_scrapbox.sphinx_ext.features.linkmap import layout
from sphinx_scrapbox.sphinx_ext.features.linkmap.neighbourhood import Neighbourhood, Place
from sphinx_scrapbox.wiki.graph import is_wanted
from sphinx_scrapbox.wiki.text import NOT_XML


def draw(
    around: Neighbourhood,
    titles: Sequence[str],
    addresses: Sequence[str],
    *,
    label: str,
    name: str,
    current: str,
) -> str:
    """The map as SVG: a group of links for screen readers, boxes and lines for others.

    :param addresses: of each place; "" for one that cannot be linked to.
    :param label: what the map is of.
    :param name: an identifier, unlike any other in the page.
    :param current: the node of the page that the map stands on.
    """
    boxes = layout.boxes_of(around, titles)
    layout.place_boxes(around, boxes)
    top = min(box.top for box in boxes) - layout.MARGIN
    height = max(box.top + box.height for box in boxes) + layout.MARGIN - top
    left = -layout.WIDTH // 2
    frame = f'x="{left}" y="{top}" width="{layout.WIDTH}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left} {top} {layout.WIDTH} {height}" '
        f'width="{layout.WIDTH}" height="{height}" font-size="{layout.FONT}" text-anchor="middle" '
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
        start, end = boxes[a], boxes[b]
        parts.append(
            f'<path data-ends="{a} {b}" '
            f'd="M{start.x:.0f} {start.y:.0f}L{end.x:.0f} {end.y:.0f}"{kind}{dashes}/>'
        )
    parts.append("</g>")
    for place, box, title, address in zip(around.places, boxes, titles, addresses, strict=True):
        parts.append(_drawn(place, box, title, address, is_current=place.node == current))
    parts.append("</svg>")
    return "".join(parts)


def _drawn(place: Place, box: layout.Box, title: str, address: str, *, is_current: bool) -> str:
    kinds = [f"scrapbox-hop-{place.hop}"]
    dashes = ""
    if is_wanted(place.node):
        kinds.append("scrapbox-missing")
        dashes = ' stroke-dasharray="4 4"'
    link = f' href="{_escaped(address)}"' if address and not is_current else ""
    tag = "a" if link else "g"
    here = ' aria-current="page"' if is_current else ""
    role = "" if link else ' role="img"'
    weight = "" if place.hop else ' font-weight="600"'
    y = box.top + layout.PAD_Y + layout.FONT
    lines = "".join(
        f'<text x="{box.x:.0f}" y="{y + number * layout.LINE}"'
        f'{weight} fill="currentColor" aria-hidden="true">{_shown(line)}</text>'
        for number, line in enumerate(box.lines)
    )
    frame = _rect(box, f' fill="none" stroke="currentColor"{dashes}')
    return (
        f'<{tag}{link} class="{" ".join(kinds)}"{role}{here}>'
        f"<title>{_shown(title)}</title>{frame}{lines}</{tag}>"
    )


def _rect(box: layout.Box, rest: str) -> str:
    return (
        f'<rect x="{box.left}" y="{box.top}" width="{box.width}" height="{box.height}" '
        f'rx="7"{rest}/>'
    )


def _shown(text: str) -> str:
    return kept_apart(text, _escaped, "<tspan></tspan>")


def _escaped(text: str) -> str:
    return escape(NOT_XML.sub("\ufffd", text))
