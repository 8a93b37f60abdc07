"""TODO: say what this file is."""

from __future__ import annotations

from collections.abc import Sequence

from docutils import nodes

from sphinx_scrapbox.formats.code_languages import PLAIN
from sphinx_scrapbox.formats.tex import is_formula
from sphinx_scrapbox.wiki.urls import image_url, safe_url


def tame(made: nodes.Element) -> None:
    """Make harmless what a directive took from its options: they are wiki text, too."""
    for raw in list(made.findall(nodes.raw)):
        raw.replace_self(_as_code(raw))
    for formula in [*made.findall(nodes.math), *made.findall(nodes.math_block)]:
        if not is_formula(formula.astext()):
            formula.replace_self(_as_code(formula))
    for link in list(made.findall(nodes.reference)):
        if not _leads_nowhere_bad(link.get("refuri", "")):
            link.replace_self(link.children)
    for image in list(made.findall(nodes.image)):
        if not _leads_nowhere_bad(image["uri"]):
            image.replace_self(nodes.Text(image["uri"]))


def _as_code(node: nodes.Node) -> nodes.Element:
    text = node.astext()
    inline = isinstance(node.parent, nodes.TextElement)
    return nodes.literal(text, text) if inline else nodes.literal_block(text, text)


def _leads_nowhere_bad(address: str) -> bool:
    return ":" not in address or safe_url(address) is not None


def tamed(made: Sequence[nodes.Node]) -> list[nodes.Node]:
    """What a directive made of wiki text, under the rules for all other wiki text.

    Directives hand addresses and formulas on as they are, and some copy the files that
    an option names.
    """
    holder = nodes.Element("", *made)
    for node in list(holder.findall(nodes.Element)):
        match node:
            case nodes.raw():
                node.parent.remove(node)
            case nodes.reference(attributes={"refuri": address}) if ":" in address:
                if (safe := safe_url(address)) is None:
                    node.replace_self([nodes.inline("", "", *node.children)])
                else:
                    node["refuri"] = safe
            case nodes.image():
                if (picture := image_url(node["uri"])) is None:
                    node.replace_self(nodes.inline("", node["uri"]))
                else:
                    node["uri"] = picture
            case nodes.math() if not is_formula(node.astext()):
                node.replace_self(nodes.literal("", node.astext()))
            case nodes.math_block() if not is_formula(node.astext()):
                node.replace_self(nodes.literal_block("", node.astext(), language=PLAIN))
    return holder.children
