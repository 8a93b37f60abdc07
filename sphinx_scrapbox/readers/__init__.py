"""Readers: one per notation, each from text to :class:`~sphinx_scrapbox.page.Page`.

A project export holds many pages, so :mod:`.project` has a way of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from ..page import Page
from .markdown import is_export, read_markdown
from .notation import read_notation

Read: TypeAlias = Callable[[str, str], Page]

_READ: dict[str, Read] = {
    "markdown": lambda text, name: read_markdown(text, name=name),
    "notation": lambda text, name: read_notation(text, name=name),
}
KINDS = tuple(_READ)
"""The kinds of text that are one page."""

_ONLY_TITLE = re.compile(r"\ufeff?---[ \t]*\r?\ntitle:[^\r\n]*\r?\n---[ \t]*(?:\r?\n|\Z)")


def read(text: str, kind: str, name: str = "") -> Page:
    r"""Read a page of *kind*, one of :data:`KINDS`; *name* is its title if it has none.

    >>> read("Compost\n[Soil]", "notation").blocks[0].nodes
    (PageLink(line=2, title='Soil', project=''),)
    """
    if kind not in _READ:
        raise ValueError(f"{kind!r} is none of {', '.join(map(repr, KINDS))}")
    return _READ[kind](text, name)


def kind_of(text: str) -> str | None:
    """What *text* is by the marks that only an export leaves; None if it bears none.

    An exported page begins with a title alone in its front matter, a project export (``json``)
    with a bracket and the name of a field.
    """
    if _ONLY_TITLE.match(text) or is_export(text):
        return "markdown"
    return "json" if re.match(r'\ufeff?\s*\{\s*"', text) else None
