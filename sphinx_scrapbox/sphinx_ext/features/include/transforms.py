"""Transforms of included pages: headings where they may stand, and downloads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform

from sphinx_scrapbox.sphinx_ext.builders import builder_of, has_downloads
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.domain.record import record_of

HOLDER = "scrapbox-include"


# -- in the document -------------------------------------------------------------------


class Headings(SphinxTransform):
    """Puts what is included in its place: sections only where a document may have some.

    A section may stand in a section, and nothing but sections after it. Elsewhere its title is
    a heading that is in no table of contents.
    """

    default_priority = 5  # before translation, which looks at titles

    def apply(self, **kwargs: Any) -> None:
        """Visit each place."""
        if record_of(self.document).title and not options(self.config).page_directives:
            return
        for holder in list(self.document.findall(nodes.container)):
            if HOLDER not in holder["classes"]:
                continue
            if any(isinstance(node, nodes.section) for node in holder.children):
                if _may_hold_sections(holder):
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
    """Whether a place holds nothing but sections."""
    return HOLDER in holder["classes"] and all(
        isinstance(node, nodes.section) for node in holder.children
    )


def _flatten(holder: nodes.Element) -> None:
    depth = 0
    above = holder.parent
    while above is not None:
        depth += isinstance(above, nodes.section)
        above = above.parent
    for rule in list(holder.findall(nodes.transition)):
        rule.parent.remove(rule)
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
        section.replace_self([rubric, *section.children[1:]])


class Downloads(SphinxPostTransform):
    """Writes code that is to be downloaded, and links it, in formats that have downloads."""

    default_priority = 50

    def run(self, **kwargs: Any) -> None:
        """Visit each download, if any document holds one."""
        domain = domain_of(self.env)
        if not domain.collected("include"):
            return
        builder = builder_of(self.env)
        for node in list(self.document.findall(_is_download)):
            assert isinstance(node, nodes.inline)
            name, text = node["scrapbox-file"], node["scrapbox-text"]
            paragraph = node.parent
            if has_downloads(builder):
                path = Path(builder.outdir, "_downloads", name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8", newline="\n")
                link = addnodes.download_reference(
                    "", "", *node.children, reftarget=name, filename=name
                )
                link["classes"] += node["classes"]
                node.replace_self(link)
            else:
                paragraph.remove(node)
                if not len(paragraph):
                    paragraph.parent.remove(paragraph)


def _is_download(node: nodes.Node) -> bool:
    return isinstance(node, nodes.inline) and "scrapbox-file" in node
