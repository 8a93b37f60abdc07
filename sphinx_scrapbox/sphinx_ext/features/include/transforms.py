"""Where included sections and downloads go in the document that includes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform

from sphinx_scrapbox.rendering.pages import BODY_CLASS
from sphinx_scrapbox.sphinx_ext.builders import builder_of, has_downloads
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.domain.languages import hand_down_language
from sphinx_scrapbox.sphinx_ext.domain.record import has_no_directives

INCLUDE_CLASS = "scrapbox-include"


class PlaceSections(SphinxTransform):
    """Keeps included sections where a document may have sections, and makes others rubrics.

    docutils allows a section in a section or document, followed by sections only. Rubrics are
    not in the table of contents.
    """

    default_priority = 5  # before translation, which looks at titles

    def apply(self, **kwargs: Any) -> None:
        """Visit the container of each included part."""
        if has_no_directives(self.document, self.env):
            return
        for holder in list(self.document.findall(nodes.container)):
            if INCLUDE_CLASS not in holder["classes"]:
                continue
            if any(isinstance(node, nodes.section) for node in holder.children):
                if _may_hold_sections(holder):
                    for node in holder.children:
                        if isinstance(node, nodes.section):
                            node["classes"].append(BODY_CLASS)
                    holder.replace_self(holder.children)
                else:
                    _flatten(holder)


def _may_hold_sections(holder: nodes.Element) -> bool:
    parent = holder.parent
    if not isinstance(parent, (nodes.section, nodes.document)):
        return False
    after = parent.children[parent.index(holder) + 1 :]
    return all(
        isinstance(node, (nodes.section, nodes.Invisible))
        or (isinstance(node, nodes.container) and _is_section(node))
        for node in after
    )


def _is_section(holder: nodes.container) -> bool:
    """Whether this is an included part of sections only."""
    return INCLUDE_CLASS in holder["classes"] and all(
        isinstance(node, nodes.section) for node in holder.children
    )


def _flatten(holder: nodes.Element) -> None:
    """Make the sections rubrics, with the levels of headings at this place."""
    depth = 0
    above = holder.parent
    while above is not None:
        depth += isinstance(above, nodes.section)
        above = above.parent
    for transition in list(holder.findall(nodes.transition)):
        transition.parent.remove(transition)
    _flatten_below(holder, max(depth, 1) + 1)


def _flatten_below(parent: nodes.Element, level: int) -> None:
    for section in [node for node in parent.children if isinstance(node, nodes.section)]:
        _flatten_below(section, level + 1)
        title = section[0]
        assert isinstance(title, nodes.title)
        rubric = nodes.rubric(title.rawsource, "", *title.children, ids=section["ids"])
        rubric["heading-level"] = min(level, 6)
        rubric["translatable"] = title.get("translatable", True)
        rubric.source, rubric.line = title.source, title.line
        parts = [rubric, *section.children[1:]]
        hand_down_language(section, parts)
        section.replace_self(parts)


class PlaceDownloads(SphinxPostTransform):
    """Writes code files and links them, in formats that have downloads; removes others."""

    default_priority = 50

    def run(self, **kwargs: Any) -> None:
        """Visit each download, if any document includes something."""
        if not domain_of(self.env).collected("include"):
            return
        builder = builder_of(self.env)
        for node in list(self.document.findall(_is_download)):
            assert isinstance(node, nodes.inline)
            name, paragraph = node["scrapbox-file"], node.parent
            if has_downloads(builder):
                path = Path(builder.outdir, "_downloads", name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(node["scrapbox-text"], encoding="utf-8", newline="\n")
                link = addnodes.download_reference("", "", *node.children)
                link.update_all_atts({"reftarget": name, "filename": name})
                link["classes"] += node["classes"]
                node.replace_self(link)
            else:
                paragraph.remove(node)
                if not len(paragraph):
                    paragraph.parent.remove(paragraph)


def _is_download(node: nodes.Node) -> bool:
    return isinstance(node, nodes.inline) and "scrapbox-file" in node
