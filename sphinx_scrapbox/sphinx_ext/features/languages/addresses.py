"""Text that LaTeX cannot typeset as Sphinx writes it.

Sphinx writes an address that is its own text by a command that typesets it in math mode, where
there are no fonts for other scripts. If it has letters outside ASCII, it becomes a link with a
text, of which lines may break in the same places. The address behind a link is percent-encoded,
as PDF demands. LuaTeX takes U+FFFD, which stands for unreadable text, for an error of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import and_
from typing import Any
from urllib.parse import quote

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from sphinx_scrapbox.sphinx_ext.feature import Feature

_HOST = re.compile(r"(?<=://)[^/?#@:]+")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_REPLACEMENT = "\ufffd"
_WITHOUT_COMMANDS = (nodes.literal_block, nodes.math, nodes.math_block, nodes.raw, nodes.comment)
_PIECES = re.compile(r"[^/?&=#._-]*+[/?&=#._-]*+")


class EncodeAddresses(SphinxPostTransform):
    """Encodes addresses, and makes links of texts."""

    default_priority = 450  # after the transform that shows addresses (400)
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Look at each link of this document."""
        for link in self.document.findall(nodes.reference):
            address = link.get("refuri", "")
            if "://" not in address or address.isascii():
                continue
            link["refuri"] = ascii_address(address)
            if len(link) == 1 and link.astext() == address:
                link.children = []
                link.extend(_breakable(address))


def ascii_address(address: str) -> str:
    """*address* with its host as IDNA and all other letters percent-encoded.

    >>> ascii_address("https://日本.jp/あ?b")
    'https://xn--wgv71a.jp/%E3%81%82?b'
    """

    def to_idna(host: re.Match[str]) -> str:
        try:
            return host[0].encode("idna").decode("ascii")
        except UnicodeError:  # no name of a host
            return host[0]

    address = _HOST.sub(to_idna, address, count=1)
    return _NOT_ASCII.sub(lambda text: quote(text[0], errors="replace"), address)


class BreakBetweenLinks(SphinxPostTransform):
    """Lets lines end between links that stand side by side, such as a row of dates."""

    default_priority = 460
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Look at the children of each text but headings, whose text stands elsewhere, too."""
        for parent in list(self.document.findall(nodes.TextElement)):
            are_links = [_is_link(child) for child in parent.children]
            if isinstance(parent, nodes.title) or not any(map(and_, are_links, are_links[1:])):
                continue
            children: list[nodes.Node] = []
            for child, is_link, was_link in zip(
                parent.children, are_links, [False, *are_links], strict=False
            ):
                if is_link and was_link:
                    children.append(_line_end())
                children.append(child)
            parent.children = []
            parent.extend(children)


def _is_link(node: nodes.Node) -> bool:
    """Whether *node* is a link, or the text of one to a page that is not here."""
    return isinstance(node, nodes.reference) or (
        isinstance(node, nodes.inline) and "xref" in node["classes"]
    )


def _line_end() -> nodes.raw:
    return nodes.raw("", "\\allowbreak{}", format="latex")


def _breakable(address: str) -> Iterator[nodes.Node]:
    """The text of an address, with places where a line may end."""
    for number, piece in enumerate(filter(None, _PIECES.findall(address))):
        if number:
            yield _line_end()
        yield nodes.Text(piece)


class NameReplacementCharacters(SphinxPostTransform):
    """Writes U+FFFD by its number for LuaLaTeX, which stops at it; in code as its name."""

    default_priority = 460
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Look at each text of this document."""
        if self.config.latex_engine != "lualatex":
            return
        for text in list(self.document.findall(nodes.Text)):
            if _REPLACEMENT not in text:
                continue
            parent = text.parent
            if isinstance(parent, _WITHOUT_COMMANDS):
                parent.replace(text, nodes.Text(text.replace(_REPLACEMENT, "[U+FFFD]")))
                # Sphinx highlights code that is equal to its source.
                parent.rawsource = parent.rawsource.replace(_REPLACEMENT, "[U+FFFD]")
            else:
                parent.replace(text, list(_by_number(text)))


def _by_number(text: str) -> Iterator[nodes.Node]:
    for number, piece in enumerate(text.split(_REPLACEMENT)):
        if number:
            yield nodes.raw("", f"\\symbol{{{ord(_REPLACEMENT)}}}", format="latex")
        if piece:
            yield nodes.Text(piece)


class LatexAddresses(Feature):
    """Addresses and characters."""

    name = "latex addresses"
    post_transforms = (EncodeAddresses, BreakBetweenLinks, NameReplacementCharacters)


FEATURE = LatexAddresses()
