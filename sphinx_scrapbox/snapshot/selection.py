"""Selects pages of a project by tag, by title, or by their distance from a page in links.

Names are compared as the wiki compares titles (:func:`.titles.key`). A page has a tag if it links
to the page of that name, as ``#tag`` or as ``[tag]``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import translate

from sphinx_scrapbox.wiki.ast import Hashtag, Page, PageLink, walk
from sphinx_scrapbox.wiki.titles import CloseTitles, did_you_mean, is_line_id, key, split_fragment


class SelectionError(ValueError):
    """No page has the requested name; the message may suggest another."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Criteria, all of which a page must meet; an empty one is not applied.

    ``tags``: it has any of these. ``exclude_tags``: it has none of these. ``titles``: its title
    matches any of these globs. ``around``: it is at most ``hops`` links away from any of these, in
    either direction.
    """

    tags: tuple[str, ...] = ()
    exclude_tags: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    around: tuple[str, ...] = ()
    hops: int = 1

    @property
    def needs_links(self) -> bool:
        """Whether the pages have to be read, since titles are not enough."""
        return bool(self.tags or self.exclude_tags or self.around)


def select(
    selection: Selection, titles: Sequence[str], links: Sequence[frozenset[str]] = ()
) -> list[int]:
    """The places in *titles* of the pages that meet *selection*.

    :param links: :func:`links_of` each page; empty if the selection does not need them.
    :raises SelectionError: if a title in ``around`` is neither a page nor linked to.
    """
    chosen: Iterable[int] = range(len(titles))
    if selection.titles:
        matches = title_pattern(selection.titles).match
        chosen = [at for at in chosen if matches(key(titles[at]))]
    if selection.tags:
        tags = tag_keys(selection.tags)
        chosen = [at for at in chosen if not tags.isdisjoint(links[at])]
    if selection.exclude_tags:
        tags = tag_keys(selection.exclude_tags)
        chosen = [at for at in chosen if tags.isdisjoint(links[at])]
    if selection.around:
        near = _near(selection, titles, links)
        chosen = [at for at in chosen if key(titles[at]) in near]
    return list(chosen)


def title_pattern(globs: Iterable[str]) -> re.Pattern[str]:
    """A pattern for the keys of titles that match any of *globs*."""
    return re.compile("|".join(translate(key(glob)) for glob in globs))


def tag_keys(tags: Iterable[str]) -> set[str]:
    """The keys of *tags*, each with or without ``#``."""
    return {key(tag.removeprefix("#")) for tag in tags}


def links_of(page: Page) -> frozenset[str]:
    """The keys of all titles that *page* links to in its own project, by brackets or by tag."""
    own = key(page.project)
    keys = set()
    for node in walk(page):
        if isinstance(node, Hashtag):
            keys.add(key(node.tag))
        elif isinstance(node, PageLink) and node.title:
            if node.project and key(node.project) != own:
                continue
            head, fragment = split_fragment(node.title)
            keys.add(key(head if is_line_id(fragment) else node.title))
    return frozenset(keys)


def _near(
    selection: Selection, titles: Sequence[str], links: Sequence[frozenset[str]]
) -> set[str]:
    """The keys within so many hops; missing pages connect those that link to them."""
    pages = {key(title) for title in titles}
    neighbours: dict[str, set[str]] = {page: set() for page in pages}
    for title, targets in zip(titles, links, strict=True):
        own = key(title)
        for target in targets:
            if target not in pages:
                # A title may contain `#`, so the part before it is only tried second.
                head = split_fragment(target)[0]
                target = head if head in pages else target
            neighbours[own].add(target)
            neighbours.setdefault(target, set()).add(own)
    near = set()
    for title in selection.around:
        if key(title) not in neighbours:
            suggestion = did_you_mean(CloseTitles(titles).find(title))
            raise SelectionError(f"no page is called {title!r}{suggestion}")
        near.add(key(title))
    edge = set(near)
    for _ in range(selection.hops):
        edge = {neighbour for page in edge for neighbour in neighbours[page]} - near
        if not edge:
            break
        near |= edge
    return near
