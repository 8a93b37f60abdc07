"""A document as rows, one for each line of the wiki page, to be shown beside another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from docutils import nodes

from sphinx_scrapbox.rendering.nodes import (
    scrapbox_icon,
    scrapbox_provenance,
    scrapbox_related,
    scrapbox_speaker,
    scrapbox_speech,
)
from sphinx_scrapbox.snapshot.coverage.alignment import AlignedLine

MAX_LEVEL = 6
"""The deepest level of indentation that the style sheet knows."""

_NUMBER = re.compile(r"\d{2,}")
_LEFT_OUT = (
    nodes.docinfo,
    nodes.comment,
    nodes.target,
    nodes.transition,
    nodes.substitution_definition,
    scrapbox_provenance,
    scrapbox_related,
    nodes.meta,
)
_LISTS = (nodes.bullet_list, nodes.enumerated_list, nodes.line_block, nodes.block_quote)


@dataclass(slots=True)
class PageLine:
    """A line with its depth; ``content`` is made of inlines, or is one body element."""

    kind: str
    depth: int
    content: list[nodes.Node]
    ids: list[str] = field(default_factory=list)

    def shown(self, prefix: str) -> nodes.Element:
        """The row as a body element; *prefix* tells its identifiers from those of other pages."""
        level = min(self.depth, MAX_LEVEL)
        classes = [f"scrapbox-level-{level}"] if level else []
        element: nodes.Element
        if self.kind == "title":
            strong = nodes.strong("", "", *self.content)
            element = nodes.paragraph("", "", strong, classes=["scrapbox-row-title"])
        elif self.kind == "block":
            element = nodes.container("", *self.content)
        else:
            element = nodes.paragraph("", "", *self.content)
            if self.kind in ("item", "quote"):
                classes.append(f"scrapbox-row-{self.kind}")
        element["classes"] += classes
        for node in element.findall(nodes.Element):
            # Captions and titles of tables need some.
            node["ids"] = [f"{prefix}-{name}" for name in node["ids"]]
        return element

    @property
    def line(self) -> AlignedLine:
        """What is compared with the lines of the other page."""
        text = " ".join(node.astext() for node in self.content)
        fixed = {"number " + number for number in _NUMBER.findall(text)}
        for node in self.content:
            fixed.update(_fixed(node))
        icons = [icon for node in self.content for icon in node.findall(scrapbox_icon)]
        has_icons_only = bool(icons) and text.split() == [icon.astext() for icon in icons]
        return AlignedLine(
            self.depth,
            "icons" if has_icons_only else self.kind,
            len(text),
            frozenset(fixed),
            next((name for name in self.ids if name.startswith("L")), ""),
        )


def _fixed(node: nodes.Node) -> Iterator[str]:
    """What a translation leaves as it is."""
    for element in node.findall(nodes.Element):
        if isinstance(element, scrapbox_icon):
            yield f"icon {element['name']}"
        elif isinstance(element, nodes.image):
            yield f"image {element.get('scrapbox-address', element['uri'])}"
        elif isinstance(element, nodes.reference) and "refuri" in element:
            yield f"address {element['refuri']}"
        elif isinstance(element, nodes.literal_block | nodes.math | nodes.math_block):
            yield f"code {element.astext()}"


def lines_of(document: nodes.document) -> tuple[list[PageLine], nodes.title | None]:
    """The rows of a wiki page below its title, and the title. The document is taken apart."""
    section = next((node for node in document.children if isinstance(node, nodes.section)), None)
    if section is None:
        return [], None
    first = next(iter(section.children), None)
    title = first if isinstance(first, nodes.title) else None
    rest = section.children[1:] if title is not None else section.children
    return list(_rows(rest, 0, "text")), title


def _rows(children: Iterable[nodes.Node], depth: int, kind: str) -> Iterator[PageLine]:
    for node in children:
        if not isinstance(node, nodes.Element) or isinstance(node, _LEFT_OUT):
            continue
        if isinstance(node, nodes.admonition) and "scrapbox-translated" in node:
            continue
        ids = list(node["ids"])
        match node:
            case nodes.section():
                yield from _section(node, depth)
            case scrapbox_speech():
                yield from _speech(node, depth)
            case nodes.list_item():
                yield from _item(node, depth, kind)
            case nodes.block_quote():
                yield from _rows(node.children, depth + 1, "quote")
            case _ if isinstance(node, _LISTS):
                is_lines = isinstance(node, nodes.line_block)
                yield from _rows(node.children, depth, kind if is_lines else "item")
            case nodes.title() | nodes.rubric():
                yield PageLine("title", depth, node.children, ids)
            case nodes.paragraph() | nodes.line():
                if node.children:
                    yield PageLine(kind, depth, node.children, ids)
            case _:
                yield PageLine("block", depth, [node], ids)


def _section(section: nodes.section, depth: int) -> Iterator[PageLine]:
    for row in _rows(section.children, depth, "text"):
        row.ids += section["ids"] if row.kind == "title" and not row.ids else ()
        yield row


def _item(item: nodes.list_item, depth: int, kind: str) -> Iterator[PageLine]:
    """The rows of an item: what stands below its first line is a level deeper."""
    is_first = True
    for child in item.children:
        for row in _rows([child], depth + 1, kind if is_first else "text"):
            row.ids += item["ids"] if is_first else ()
            is_first = False
            yield row


def _speech(speech: scrapbox_speech, depth: int) -> Iterator[PageLine]:
    """The rows of a turn; the speaker stands before the first line, as in the wiki."""
    speakers: Sequence[nodes.Node] = ()
    rest = speech.children
    if rest and isinstance(rest[0], scrapbox_speaker):
        speakers, rest = rest[0].children, rest[1:]
    rows = list(_rows(rest, depth, "text"))
    if speakers and (not rows or rows[0].kind == "block"):
        rows.insert(0, PageLine("text", depth, []))
    if speakers:
        sign = nodes.Text(": ")
        rows[0].content = [*speakers, sign, *rows[0].content]
        rows[0].ids += speech["ids"]
    yield from rows
