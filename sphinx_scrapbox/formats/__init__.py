"""Readers: one per notation, each from text to :class:`~sphinx_scrapbox.page.Page`.

A project export holds many pages, so :mod:`.project` has a way of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from sphinx_scrapbox.formats.markdown.blocks import read_markdown
from sphinx_scrapbox.formats.notation.lines import read_notation
from sphinx_scrapbox.wiki.ast import Page

Read: TypeAlias = Callable[[str, str], Page]

_READ: dict[str, Read] = {
    "markdown": lambda text, name: read_markdown(text, name=name),
    "notation": lambda text, name: read_notation(text, name=name),
}
KINDS = tuple(_READ)
"""The kinds of text that are one page."""


def read(text: str, kind: str, name: str = "") -> Page:
    r"""Read a page of *kind*, one of :data:`KINDS`; *name* is its title if it has none.

    >>> read("Compost\n[Soil]", "notation").blocks[0].nodes
    (PageLink(line=2, title='Soil', project=''),)
    """
    if kind not in _READ:
        raise ValueError(f"{kind!r} is none of {', '.join(map(repr, KINDS))}")
    return _READ[kind](text, name)
