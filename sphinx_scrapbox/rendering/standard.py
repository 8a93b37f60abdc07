"""A doctree as writers can read it that know the nodes of docutils and Sphinx only.

Builders that other packages bring have no visitors for :mod:`.nodes`, and stop at a class that
they do not know, or leave out what it holds.
"""

from __future__ import annotations

from docutils import nodes

from sphinx_scrapbox.rendering import nodes as own

_KEPT = frozenset(("refuri", "refid", "reftitle", "internal", "ids", "names", "morecols"))
_CLASS_PREFIXES = ("scrapbox-", "tex2jax_", "mathjax_")


def use_standard_nodes(document: nodes.Element) -> None:
    """Replace each node of a class of ours, and remove our names of styles, which nobody has."""
    for node in reversed(list(document.findall(nodes.Element))):  # children before parents
        if node["classes"]:
            kept = [name for name in node["classes"] if not name.startswith(_CLASS_PREFIXES)]
            node["classes"] = kept
        if type(node).__module__ == own.__name__:
            node.replace_self(_standard(node))


def _standard(node: nodes.Element) -> list[nodes.Node]:
    match node:
        case own.scrapbox_icon() | own.scrapbox_words():
            return [nodes.Text(node.astext())]
        case own.scrapbox_line_mark():
            return []
        case own.scrapbox_rule():
            return [_placed(nodes.transition(), node)]
        case own.scrapbox_speaker():
            strong = nodes.strong("", "", *node.children, nodes.Text(":"))
            return [_placed(nodes.paragraph("", "", strong), node)]
        case own.scrapbox_fold_title():
            strong = nodes.strong("", "", *node.children)
            return [_placed(nodes.paragraph("", "", strong), node)]
        case own.scrapbox_speech():
            speaker, *words = node.children
            return [speaker, _placed(nodes.block_quote("", *words), node)] if words else [speaker]
    base = next(kind for kind in type(node).__mro__ if kind.__module__ != own.__name__)
    plain: nodes.Element = base()
    plain.attributes.update({key: node[key] for key in _KEPT if key in node.attributes})
    plain += node.children
    return [_placed(plain, node)]


def _placed(plain: nodes.Element, node: nodes.Element) -> nodes.Element:
    """*plain*, with the place in the sources of the node that it replaces."""
    plain.source, plain.line = node.source, node.line
    return plain


def use_note(admonition: nodes.admonition) -> None:
    """Replace an admonition by a note that begins with its title."""
    title, *content = admonition.children
    heading = nodes.paragraph("", "", nodes.strong("", "", *title.children))
    admonition.replace_self(_placed(nodes.note("", heading, *content), admonition))


def use_paragraph(caption: nodes.caption) -> None:
    """Replace the caption of a block of code by a paragraph."""
    strong = nodes.strong("", "", *caption.children)
    caption.replace_self(_placed(nodes.paragraph("", "", strong), caption))


MAX_LEVELS = 12
"""So many lists and indented blocks inside each other have room on a sheet of paper."""


def flatten_levels(element: nodes.Element, depth: int = 0) -> None:
    """Put what is too deep after what holds it: items of lists, and indented blocks."""
    for child in element.children:
        if not isinstance(child, nodes.Element):
            continue
        if _is_list(child) and depth + 1 >= MAX_LEVELS:
            items = _flat_items(child)
            child.clear()
            child += items
        flatten_levels(child, depth + _is_level(child))


def _is_list(node: nodes.Node) -> bool:
    return isinstance(node, nodes.bullet_list | nodes.enumerated_list)


def _is_level(node: nodes.Node) -> bool:
    return _is_list(node) or isinstance(node, nodes.block_quote)


def _flat_items(items: nodes.Element) -> list[nodes.Node]:
    """The items of a list and of all lists inside them, in the order of the text."""
    flat: list[nodes.Node] = []
    waiting = list(reversed(items.children))
    while waiting:
        item = waiting.pop()
        assert isinstance(item, nodes.Element)
        position = next((at for at, child in enumerate(item.children) if _is_level(child)), None)
        if position is None:
            flat.append(item)
            continue
        inner, rest = item.children[position], item.children[position + 1 :]
        item.children = item.children[:position]
        if item.children:
            flat.append(item)
        if rest:
            waiting.append(_placed(nodes.list_item("", *rest), item))
        if _is_list(inner):
            waiting.extend(reversed(inner.children))
        else:
            waiting.append(_placed(nodes.list_item("", *inner.children), item))
    return flat
