"""The outline of a document: its links, nested as its headings, lines and lists are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from docutils import nodes
from sphinx import addnodes


class OutlineLink(NamedTuple):
    """A link of an outline."""

    kind: str
    """``page`` (a target of the wiki), ``document`` (a docname) or ``address`` (an http one)."""
    target: str
    title: str
    """The text of the link if it is not the title of what it leads to; else ""."""
    line: int
    """The line of the source; 0 if unknown."""


class OutlineItem(NamedTuple):
    """A heading, a line or an item of a list, with what is below it."""

    text: str
    links: tuple[OutlineLink, ...]
    children: tuple[OutlineItem, ...]

    @property
    def all_links(self) -> Iterator[OutlineLink]:
        """Its links and those below it."""
        yield from self.links
        for child in self.children:
            yield from child.all_links


_LISTS = (nodes.bullet_list, nodes.enumerated_list)
# What a page cites, and what is not of its own text.
_LEFT_OUT = (nodes.literal_block, nodes.table, nodes.Admonition, nodes.Invisible, nodes.figure)
_LEFT_OUT_ADDNODES = (addnodes.toctree, addnodes.index)
_MAX_DEPTH = 60
"""Deeper items are left out; readers of pages flatten what is nested deeper than that."""


def outline_of(document: nodes.Element) -> tuple[OutlineItem, ...]:
    """The outline of a document without its title, or of any nodes below *document*."""
    sections = [child for child in document if isinstance(child, nodes.section)]
    root = sections[0] if len(sections) == 1 and isinstance(document, nodes.document) else document
    return _items(root, 0)


def _items(parent: nodes.Element, depth: int) -> tuple[OutlineItem, ...]:
    items: list[OutlineItem] = []
    has_line_above = False  # a list below a line belongs to it, as in the wiki
    for child in parent.children if depth < _MAX_DEPTH else ():
        if not isinstance(child, nodes.Element) or isinstance(
            child, (nodes.title, *_LEFT_OUT, *_LEFT_OUT_ADDNODES)
        ):
            continue
        if isinstance(child, (nodes.paragraph, nodes.line_block)):
            lines: list[nodes.Element] = list(child.findall(nodes.line))
            items += map(_line, lines or [child])
            has_line_above = True
        elif isinstance(child, nodes.section):
            title = child.next_node(nodes.title)
            heading = _line(title) if title is not None else OutlineItem("", (), ())
            items.append(heading._replace(children=_items(child, depth + 1)))
            has_line_above = False
        elif isinstance(child, _LISTS):
            below = tuple(
                item
                for entry in child
                if isinstance(entry, nodes.list_item)
                for item in _items(entry, depth + 1)
            )
            if has_line_above:
                above = items.pop()
                items.append(above._replace(children=above.children + below))
            else:
                items += below
        else:
            items += _items(child, depth + 1)
            has_line_above = False
    return tuple(items)


def _line(element: nodes.Element) -> OutlineItem:
    links: list[OutlineLink] = []
    addresses: list[OutlineLink] = []
    for node in element.findall(nodes.Element):
        line = node.line or element.line or 0
        if isinstance(node, addnodes.pending_xref):
            text = node.astext() if node.get("refexplicit") else ""
            domain, kind, target = node.get("refdomain"), node.get("reftype"), node["reftarget"]
            if (domain, kind) == ("scrapbox", "page"):
                links.append(OutlineLink("page", target, text, line))
            elif domain == "doc" or (domain, kind) == ("std", "doc"):
                links.append(OutlineLink("document", target, text, line))
        elif isinstance(node, nodes.reference):
            address = node.get("refuri", "")
            if address.startswith(("http://", "https://")):
                addresses.append(OutlineLink("address", address, node.astext(), line))
    text = " ".join(element.astext().split())
    return OutlineItem(text, tuple(links or addresses), ())


def messages(items: Iterable[OutlineItem]) -> tuple[str, ...]:
    """The texts of an outline that are shown: titles of its links, and captions, each once."""
    texts: dict[str, None] = {}
    for item in items:
        if is_caption(item):
            texts[item.text] = None
        texts.update((link.title, None) for link in item.all_links if _has_own_title(link))
    return tuple(texts)


def is_caption(item: OutlineItem) -> bool:
    """Whether the text of an item of the first level is the caption of what is below it."""
    return not item.links and any(True for _ in item.all_links)


def _has_own_title(link: OutlineLink) -> bool:
    return link.title not in ("", link.target)


def translated(
    items: Iterable[OutlineItem], translations: Mapping[str, str]
) -> tuple[OutlineItem, ...]:
    """An outline with its :func:`messages` translated, as far as there are translations."""
    return tuple(
        OutlineItem(
            translations.get(item.text, item.text),
            tuple(
                link._replace(title=translations.get(link.title, link.title))
                for link in item.links
            ),
            translated(item.children, translations),
        )
        for item in items
    )


def outline_to_json(items: tuple[OutlineItem, ...]) -> str:
    """An outline as text, for an attribute of a node."""
    return json.dumps(items)


def outline_from_json(text: str) -> tuple[OutlineItem, ...]:
    """What :func:`outline_to_json` wrote."""
    return tuple(map(_item, json.loads(text)))


def _item(values: list[Any]) -> OutlineItem:
    text, links, children = values
    return OutlineItem(
        text, tuple(OutlineLink(*link) for link in links), tuple(map(_item, children))
    )
