"""``scrapbox:toctree``: the links of a wiki page, or of a list, as a toctree.

The directive leaves an empty toctree. It is filled in when all documents have been read, so that
everything that Sphinx makes of a toctree is made of it: navigation, books and numbers. A link that
is indented below another makes its page a child of the other page, which gets a hidden toctree.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from sphinx_scrapbox.sphinx_ext.builders import builder_of, has_pages, joins_documents
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain
from sphinx_scrapbox.sphinx_ext.domain.index.history import LocalChange, digest
from sphinx_scrapbox.sphinx_ext.domain.record import DocumentRecord, has_no_directives
from sphinx_scrapbox.sphinx_ext.feature import Feature, Listener
from sphinx_scrapbox.sphinx_ext.features.toctree.apply import NUMBER, is_filled_in
from sphinx_scrapbox.sphinx_ext.features.toctree.fill import (
    AppliedToctrees,
    ToctreeRequest,
    fill_toctrees,
    without_numbers,
)
from sphinx_scrapbox.sphinx_ext.features.toctree.outline import (
    messages,
    outline_from_json,
    outline_of,
    outline_to_json,
    translated,
)
from sphinx_scrapbox.sphinx_ext.reading import option_values
from sphinx_scrapbox.sphinx_ext.warnings import warn_directive

_ALL_LEVELS = 999
_CONVERTERS: option_values.Converters = {
    "maxdepth": option_values.whole_number,
    "numbered": lambda text: option_values.whole_number(text) if text else _ALL_LEVELS,
    "caption": option_values.text,
    "name": option_values.text,
    "class": directives.class_option,
    **dict.fromkeys(("hidden", "includehidden", "titlesonly"), option_values.flag),
}


class ToctreeDirective(SphinxDirective):
    """``scrapbox:toctree``: a toctree of the page that the argument names, or of the content."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = option_values.unconverted_options(_CONVERTERS)

    def run(self) -> list[nodes.Node]:
        """A toctree without entries."""
        target = self.arguments[0].strip() if self.arguments else ""
        if bool(target) == bool(self.content):
            warn_directive(self, "needs either the title of a page or a list of links")
            return []
        chosen = option_values.convert_options(self, _CONVERTERS)
        node = addnodes.toctree(
            "",
            parent=self.env.docname,
            entries=[],
            includefiles=[],
            maxdepth=chosen.get("maxdepth", -1),
            caption=chosen.get("caption"),
            glob=False,
            hidden="hidden" in chosen,
            includehidden="includehidden" in chosen,
            numbered=chosen.get("numbered", 0),
            titlesonly="titlesonly" in chosen,
        )
        node["scrapbox-includehidden"] = "includehidden" in chosen
        node["scrapbox-target"] = target
        node[NUMBER] = self.env.new_serialno("scrapbox-toctree")
        self.set_source_info(node)
        wrapper = nodes.compound("", node, classes=["toctree-wrapper", *chosen.get("class", ())])
        if not target:
            content = nodes.container("", *self.parse_content_to_nodes())
            outline = outline_of(content)
            node["scrapbox-outline"] = outline_to_json(outline)
            # One each: Sphinx translates nothing of a toctree with a text that stays as it is.
            for text in messages(outline):
                message = addnodes.toctree("", caption=text, entries=[], includefiles=[])
                self.set_source_info(message)
                wrapper += message
        if name := chosen.get("name"):
            self.options["name"] = name
            self.add_name(wrapper)
        return [wrapper]


class TranslateOutlines(SphinxTransform):
    """Takes what Sphinx translated of the content of directives, and removes its toctrees."""

    default_priority = 21  # the translations are there (20), but are not counted yet (25)

    def apply(self, **kwargs: Any) -> None:
        """Translate the outline of each directive, and keep its messages for the catalogue."""
        if has_no_directives(self.document, self.env):
            return
        for node in list(self.document.findall(addnodes.toctree)):
            if not node.get("scrapbox-outline"):
                continue
            wrapper = node.parent
            captions = [child for child in wrapper[1:] if isinstance(child, addnodes.toctree)]
            translations = {
                child.get("rawcaption", child["caption"]): child["caption"] for child in captions
            }
            outline = outline_from_json(node["scrapbox-outline"])
            node["scrapbox-outline"] = outline_to_json(translated(outline, translations))
            node["rawentries"] = list(translations)
            del wrapper[1:]


class RemoveLeftToctrees(SphinxPostTransform):
    """Removes toctrees that a writer of books cannot show: those of documents in an appendix.

    Sphinx puts the documents of all other toctrees in their place before it resolves references.
    """

    default_priority = 5

    def run(self, **kwargs: Any) -> None:
        """Remove those of this extension."""
        if joins_documents(builder_of(self.env)):
            for node in list(self.document.findall(addnodes.toctree)):
                if is_filled_in(node):
                    node.parent.remove(node)


class ToctreeFeature(Feature):
    """Keeps the directives of each document, and fills in their toctrees."""

    name = "toctree"
    directives = {"toctree": ToctreeDirective}
    transforms = (TranslateOutlines,)
    post_transforms = (RemoveLeftToctrees,)
    node_classes = (addnodes.toctree,)
    listeners = (
        Listener("env-updated", fill_toctrees, 450, "Pages are compared then (600)."),
        Listener("env-get-updated", without_numbers, 600, "Sphinx has assigned numbers (500)."),
    )

    def collect(self, nodes: Sequence[nodes.Element], record: DocumentRecord) -> object | None:
        """The request of each directive."""
        requests = (
            ToctreeRequest(
                node[NUMBER],
                node["scrapbox-target"],
                node.get("scrapbox-outline", ""),
                node.line or 0,
            )
            for node in nodes
            if NUMBER in node
        )
        return tuple(requests) or None

    def state(self, domain: ScrapboxDomain) -> Hashable:
        """The toctrees: their links may lead to lines, which a lock file names."""
        return digest(sorted((name, own) for name, (own, _) in domain.data["toctrees"].items()))

    def shown(self, docname: str, domain: ScrapboxDomain) -> Hashable:
        """All toctrees, as each page shows what leads to it; of other formats, a page's own."""
        applied: AppliedToctrees = domain.data["toctrees"]
        if not applied or not (docname in applied or has_pages(builder_of(domain.env))):
            return None
        return domain.computed("toctrees", lambda: _navigation(domain))

    def affected(self, change: LocalChange, domain: ScrapboxDomain) -> Iterable[str] | None:
        """All, if a document in a toctree may have other headings."""
        applied: AppliedToctrees = domain.data["toctrees"]
        listed = {target for own, _ in applied.values() for _, target in own.entries()}
        return None if change.documents.keys() & (listed | applied.keys()) else ()


_SHOWN_ATTRIBUTES = (
    *("entries", "caption", "maxdepth", "numbered"),
    *("hidden", "includehidden", "titlesonly"),
)


def _navigation(domain: ScrapboxDomain) -> str:
    """A digest of the toctrees, and of the titles and headings of the documents in them."""
    env = domain.env
    applied: AppliedToctrees = domain.data["toctrees"]
    docnames = {target for own, _ in applied.values() for _, target in own.entries()}
    shown = []
    for docname in sorted((docnames | applied.keys()) & env.tocs.keys()):
        toc = env.tocs[docname]
        headings = [(node["anchorname"], node.astext()) for node in toc.findall(nodes.reference)]
        toctrees = [
            [node.get(name) for name in _SHOWN_ATTRIBUTES]
            for node in toc.findall(addnodes.toctree)
        ]
        shown.append((docname, headings, toctrees))
    return digest(shown)


FEATURE = ToctreeFeature()
