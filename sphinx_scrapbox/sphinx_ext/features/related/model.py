"""The data from which a block of related pages is written."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain
from sphinx_scrapbox.sphinx_ext.domain.facts import MAX_LINE
from sphinx_scrapbox.sphinx_ext.domain.languages import page_languages
from sphinx_scrapbox.sphinx_ext.i18n import _
from sphinx_scrapbox.wiki.graph import Neighbour
from sphinx_scrapbox.wiki.text import cut

SHOWN_NEIGHBOURS = 12
"""Neighbours of one kind that are shown at once; the others are folded."""
MOST_NEIGHBOURS = 300
"""Neighbours of one kind at most; the rest is only counted."""
MOST_GROUPS = 15
"""Groups of pages that share a link."""
MOST_SHARING = 12
"""Pages of one group; the rest is only counted."""
EXCERPT_LENGTH = 120
"""Characters of a page's first lines on its card."""


class Card(NamedTuple):
    """The first lines of a page and its first image; both may be "".

    ``language`` is that of the lines, which are not translated, if it is not the site's.
    """

    excerpt: str = ""
    image: str = ""
    language: str = ""


class NodeTitle(NamedTuple):
    """A node of the graph, its title, the title's language if not the site's, and its card."""

    node: str
    title: str
    language: str = ""
    card: Card = Card()


class RelatedItem(NamedTuple):
    """A page, and the line that links; None if the line is just its title.

    Without an excerpt if that is only the beginning of the line.
    """

    place: NodeTitle
    line: str | None
    has_excerpt: bool = True


class RelatedItems(NamedTuple):
    """Linked or linking pages, and how many more there are."""

    items: tuple[RelatedItem, ...]
    rest: int


class Sharing(NamedTuple):
    """Pages that name ``via`` too, and how many more do."""

    via: NodeTitle
    places: tuple[NodeTitle, ...]
    rest: int


class RelatedPages(NamedTuple):
    """Linked pages, linking pages, and pages that share a link."""

    links: RelatedItems
    linked_from: RelatedItems
    groups: tuple[Sharing, ...]


def related_pages(
    domain: ScrapboxDomain, docname: str, *, with_cards: bool = False
) -> RelatedPages | None:
    """What the block of *docname* shows; None if nothing is related.

    With cards, a line that links is None also if the card of its page shows it anyway.
    """
    related = domain.graph.related(docname)
    if not related:
        return None
    place = partial(_place, domain, with_cards=with_cards)
    return RelatedPages(
        _items(domain, related.links, with_cards=with_cards),
        _items(domain, related.linked_from, with_cards=with_cards),
        tuple(
            Sharing(
                _place(domain, group.via),
                tuple(map(place, group.others[:MOST_SHARING])),
                max(0, len(group.others) - MOST_SHARING),
            )
            for group in related.groups[:MOST_GROUPS]
        ),
    )


def _items(
    domain: ScrapboxDomain, neighbours: Sequence[Neighbour], *, with_cards: bool
) -> RelatedItems:
    items = []
    for node, line in (
        (neighbour.node, neighbour.line) for neighbour in neighbours[:MOST_NEIGHBOURS]
    ):
        place = _place(domain, node, with_cards=with_cards)
        is_shown = line == place.title or _is_on_card(line, place.card)
        start = place.card.excerpt.removesuffix("…").rstrip()
        is_start = not is_shown and start in line
        items.append(RelatedItem(place, None if is_shown else line, has_excerpt=not is_start))
    return RelatedItems(tuple(items), max(0, len(neighbours) - MOST_NEIGHBOURS))


def _is_on_card(line: str, card: Card) -> bool:
    return (line.removesuffix("…") if len(line) >= MAX_LINE else line) in card.excerpt


def _place(domain: ScrapboxDomain, node: str, *, with_cards: bool = False) -> NodeTitle:
    key = "place", node, with_cards
    return domain.computed(key, lambda: _new_place(domain, node, with_cards=with_cards))


def _new_place(domain: ScrapboxDomain, node: str, *, with_cards: bool) -> NodeTitle:
    card, languages = Card(), page_languages(domain)
    facts = domain.facts.get(node) if with_cards else None
    if facts:
        card = Card(cut(facts.summary, EXCERPT_LENGTH), facts.image, languages.foreign(node))
    return NodeTitle(node, domain.title_of(node), languages.foreign_title(node), card)


def more(count: int) -> str:
    """How many further pages there are, in words."""
    return str(_("{count} more")).format(count=count)
