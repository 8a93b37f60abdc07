"""Native notation: the nearest tree that the notation can express."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from sphinx_scrapbox.formats.notation.characters import WHITE
from sphinx_scrapbox.wiki.ast import (
    Blank,
    Code,
    Command,
    Decoration,
    Formula,
    Icon,
    Image,
    Inline,
    Numbered,
    Question,
    Quote,
    Strong,
    Text,
)


def approximate_notation(nodes: Iterable[Inline]) -> Iterator[Inline]:
    """*nodes* without empty containers, and without content that a container cannot have."""
    for node in nodes:
        match node:
            case Strong() | Decoration():
                yield from _pieces(node, node.nodes)
            case Quote() | Numbered():
                yield replace(node, nodes=tuple(approximate_notation(node.nodes)))
            case Text(text=""):
                pass
            case _:
                yield node


def _pieces(outer: Strong | Decoration, nodes: Iterable[Inline]) -> Iterator[Inline]:
    """*outer* with *nodes*, split at those that it cannot contain."""
    piece: list[Inline] = []

    def close() -> Iterator[Inline]:
        if isinstance(outer, Strong) and len(piece) == 1 and isinstance(piece[0], Image | Icon):
            yield replace(piece[0], strong=True)
        elif any(not isinstance(node, Text) or node.text.strip(WHITE) for node in piece):
            yield replace(outer, nodes=tuple(piece))
        else:
            yield from piece
        piece.clear()

    for node in nodes:
        match node:
            case Strong() | Decoration():
                yield from close()
                yield from _pieces(_joined(outer, node), node.nodes)
            case Code() | Blank() | Quote() | Numbered() | Question() | Command():
                yield from close()
                yield node
            case Icon() | Image() if node.strong:
                piece.append(replace(node, strong=False))
            case Formula() if isinstance(outer, Strong):
                yield from close()
                yield node
            case Text(text=""):
                pass
            case _:
                piece.append(node)
    yield from close()


def _joined(outer: Strong | Decoration, inner: Strong | Decoration) -> Strong | Decoration:
    """One container that shows what *inner* shows inside *outer*."""
    if isinstance(outer, Strong) and isinstance(inner, Strong):
        return outer
    signs = "".join(node.signs if isinstance(node, Decoration) else "*" for node in (outer, inner))
    return Decoration(signs, ())
