"""A whole page, or wiki text inside another document, as docutils nodes."""

from __future__ import annotations

from collections.abc import Iterable

from docutils import nodes

from sphinx_scrapbox.rendering.blocks import Renderer
from sphinx_scrapbox.rendering.site import Site
from sphinx_scrapbox.wiki.ast import Text
from sphinx_scrapbox.wiki.outline import Part
from sphinx_scrapbox.wiki.structure import StructuredPage


def render(structured: StructuredPage, site: Site, document: nodes.document) -> nodes.section:
    """The section of a page, to be appended to *document*, which assigns ids.

    Nodes name the source of *document* as their source file.
    """
    page = structured.page
    renderer = Renderer(document, document["source"], site, page.blocks)
    root = renderer.section((Text(page.title),), page.line, source=page.title)
    for part in structured.parts:
        parent = root
        if part.title:
            parent = renderer.section((Text(part.title),), part.line, source=part.title)
            root += parent
        before, after = site.notices(part)
        parent += before
        renderer.append(parent, part.content)
        parent += after
        _drop_last_transitions(parent.children)  # now, as the next part may follow on it
    drop_stray_transitions(root)
    return root


def render_fragment(
    parts: Iterable[Part], site: Site, document: nodes.document
) -> list[nodes.Node]:
    """The nodes of wiki text that is no page: headings are rubrics, and rules are left out."""
    holder = nodes.section()
    Renderer(document, document["source"], site).append(holder, parts)
    for section in list(holder.findall(nodes.section))[1:]:
        title = section[0]
        assert isinstance(title, nodes.title)
        title.replace_self(nodes.rubric("", "", *title.children))
        section.replace_self(section.children)
    for transition in list(holder.findall(nodes.transition)):
        transition.parent.remove(transition)
    return holder.children


def drop_stray_transitions(section: nodes.section) -> None:
    """Remove the transitions that docutils refuses: first, last or doubled in a section.

    One right before a subsection is removed, too.
    """
    for parent in list(section.findall(nodes.section)):
        kept: list[nodes.Node] = []
        for child in parent.children:
            if isinstance(child, nodes.transition) and (
                not kept or isinstance(kept[-1], (nodes.title, nodes.transition))
            ):
                continue
            if isinstance(child, nodes.section):
                _drop_last_transitions(kept)
            kept.append(child)
        _drop_last_transitions(kept)
        if len(kept) != len(parent.children):
            parent.children = kept


def _drop_last_transitions(children: list[nodes.Node]) -> None:
    while children and isinstance(children[-1], nodes.transition):
        children.pop()
