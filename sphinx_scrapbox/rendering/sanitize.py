"""The rules of wiki text for what a directive made of it.

Directives hand addresses and formulas on as they are written, and some copy a file that an
option names; in a wiki page all of these are text of strangers.
"""

from __future__ import annotations

from collections.abc import Iterable

from docutils import nodes

from sphinx_scrapbox.formats.code_languages import PLAIN
from sphinx_scrapbox.formats.tex import read_formula
from sphinx_scrapbox.wiki.urls import image_url, safe_url


def sanitize(directive_nodes: Iterable[nodes.Node]) -> list[nodes.Node]:
    """*directive_nodes*, changed in place where a rule asks for it.

    * Raw output, and formulas with unsafe TeX, are shown as code.
    * A link with an unsafe URL, or to a local file, is replaced by its text; other URLs are
      percent-encoded.
    * An image that is not on the web is replaced by its address.
    """
    holder = nodes.Element("", *directive_nodes)
    for node in list(holder.findall(nodes.Element)):
        match node:
            case nodes.raw():
                _replace(node, _as_code(node))
            case nodes.math() | nodes.math_block():
                if tex := read_formula(node.astext()).tex:
                    node[:] = [nodes.Text(tex)]
                else:
                    _replace(node, _as_code(node))
            case nodes.reference(attributes={"filename": _}):  # a download of a local file
                _replace(node, nodes.inline("", "", *node.children))
            case nodes.reference(attributes={"refuri": address}) if _leaves_site(address):
                if (url := safe_url(address)) is None:
                    _replace(node, nodes.inline("", "", *node.children))
                else:
                    node["refuri"] = url
            case nodes.image():
                if (url := image_url(node["uri"])) is None:
                    _replace(node, nodes.inline("", node["uri"]))
                else:
                    node["uri"] = url
    return holder.children


def _leaves_site(address: str) -> bool:
    return ":" in address or address.startswith(("//", "\\"))


def _as_code(node: nodes.Element) -> nodes.Element:
    text = node.astext()
    if isinstance(node.parent, nodes.TextElement):
        return nodes.literal(text, text)
    return nodes.literal_block(text, text, language=PLAIN)


def _replace(old: nodes.Element, new: nodes.Element) -> None:
    if isinstance(new, nodes.inline) and not isinstance(old.parent, nodes.TextElement):
        new = nodes.paragraph("", "", new)
    old.replace_self(new)
