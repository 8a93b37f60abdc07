"""A whole page, or wiki text inside another document, as docutils nodes."""

from __future__ import annotations

from collections.abc import Iterable

from docutils import nodes

from sphinx_scrapbox.rendering.blocks import Renderer
from sphinx_scrapbox.rendering.nodes import scrapbox_rule
from sphinx_scrapbox.rendering.site import Site
from sphinx_scrapbox.wiki.ast import Text
from sphinx_scrapbox.wiki.outline import Part
from sphinx_scrapbox.wiki.structure import StructuredPage

BODY_CLASS = "scrapbox-body"
"""The class of the text of a wiki page, for style sheets."""


def render(structured: StructuredPage, site: Site, document: nodes.document) -> nodes.section:
    """The section of a page, to be appended to *document*, which assigns ids.

    Nodes name the source of *document* as their source file.
    """
    page = structured.page
    renderer = Renderer(document, document["source"], site, page.blocks)
    root = renderer.section((Text(page.title),), page.line, source=page.title)
    root["classes"].append(BODY_CLASS)
    for part in structured.parts:
        parent = root
        if part.title:
            parent = renderer.section((Text(part.title),), part.line, source=part.title)
            root += parent
        before, after = site.notices(part)
        parent += before
        renderer.append(parent, part.content)
        parent += after
        while _pop_last_transition(parent):
            pass  # it stood before a footer; after it, the next part may follow
    place_transitions(root)
    return root


def render_fragment(
    parts: Iterable[Part], site: Site, document: nodes.document
) -> list[nodes.Node]:
    """The nodes of wiki text that is no page: without sections and transitions."""
    holder = nodes.section()
    Renderer(document, document["source"], site).append(holder, parts)
    place_transitions(holder)
    for transition in list(holder.findall(nodes.transition)):
        transition.replace_self(scrapbox_rule())
    for section in list(holder.findall(nodes.section))[1:]:
        title = section[0]
        assert isinstance(title, nodes.title)
        title.replace_self(nodes.rubric("", "", *title.children))
        section.replace_self(section.children)
    return holder.children


def place_transitions(section: nodes.section) -> None:
    """Have the transitions in *section* where docutils allows them.

    One at the end of a subsection comes behind it, as docutils' own transform has it. One right
    after the title of a subsection is a :class:`.scrapbox_rule`. One that is first or last in
    *section*, or follows on another, is removed.
    """
    start = 1 if section.children and isinstance(section[0], nodes.title) else 0
    while len(section) > start and isinstance(section[start], nodes.transition):
        del section[start]
    _place_in(section)
    _pop_last_transition(section)


def _place_in(section: nodes.section) -> None:
    children: list[nodes.Node] = []
    for child in section.children:
        if isinstance(child, nodes.transition) and children:
            if isinstance(children[-1], nodes.title):
                child = scrapbox_rule()
            elif isinstance(children[-1], nodes.transition | scrapbox_rule):
                continue
        children.append(child)
        if isinstance(child, nodes.section):
            _place_in(child)
            if transition := _pop_last_transition(child):
                children.append(transition)
    section[:] = children


def _pop_last_transition(section: nodes.section) -> nodes.transition | None:
    """Take a transition from the end of *section*."""
    last = section[-1] if section.children else None
    if not isinstance(last, nodes.transition):
        return None
    del section[-1]
    return last
