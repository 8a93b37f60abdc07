"""Native notation: the nearest tree that the notation can express."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeAlias

from sphinx_scrapbox.formats.notation.characters import WHITE
from sphinx_scrapbox.wiki import ast

_Emphasis: TypeAlias = ast.Strong | ast.Decoration
_UNFIT = (ast.Code, ast.Blank, ast.Quote, ast.Numbered, ast.Question, ast.Command)
"""Nodes that emphasis cannot contain."""


def approximate_notation(nodes: Iterable[ast.Inline]) -> Iterator[ast.Inline]:
    """*nodes* without empty containers, and without content that a container cannot have."""
    for node in nodes:
        match node:
            case ast.Strong() | ast.Decoration():
                yield from _pieces(node, node.nodes)
            case ast.Quote() | ast.Numbered():
                yield replace(node, nodes=tuple(approximate_notation(node.nodes)))
            case ast.Text(text=""):
                pass
            case _:
                yield node


def _pieces(outer: _Emphasis, nodes: Iterable[ast.Inline]) -> Iterator[ast.Inline]:
    """*outer* with *nodes*, split at those that it cannot contain."""
    piece: list[ast.Inline] = []

    def close() -> Iterator[ast.Inline]:
        first = piece[0] if len(piece) == 1 else None
        if isinstance(outer, ast.Strong) and isinstance(first, ast.Image | ast.Icon):
            yield replace(first, strong=True)
        elif any(not isinstance(node, ast.Text) or node.text.strip(WHITE) for node in piece):
            yield replace(outer, nodes=tuple(piece))
        else:
            yield from piece
        piece.clear()

    for node in nodes:
        match node:
            case ast.Strong() | ast.Decoration():
                yield from close()
                yield from _pieces(_joined(outer, node), node.nodes)
            case _ if isinstance(node, _UNFIT):
                yield from close()
                yield node
            case ast.Icon() | ast.Image() if node.strong:
                piece.append(replace(node, strong=False))
            case ast.Formula() if isinstance(outer, ast.Strong):
                yield from close()
                yield node
            case ast.Text(text=""):
                pass
            case _:
                piece.append(node)
    yield from close()


def _joined(outer: _Emphasis, inner: _Emphasis) -> _Emphasis:
    """One container that shows what *inner* shows inside *outer*."""
    if isinstance(outer, ast.Strong) and isinstance(inner, ast.Strong):
        return outer
    left, right = ("*" if isinstance(node, ast.Strong) else node.signs for node in (outer, inner))
    return ast.Decoration(left + right, ())
