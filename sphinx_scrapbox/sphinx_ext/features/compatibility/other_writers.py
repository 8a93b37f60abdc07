"""Pages for the builders of other packages, such as those of Markdown and of PDF without TeX."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from sphinx_scrapbox.rendering.standard import (
    flatten_levels,
    use_note,
    use_paragraph,
    use_standard_nodes,
)
from sphinx_scrapbox.sphinx_ext.builders import (
    builder_of,
    has_own_visitors,
    has_writer,
    is_markdown,
)
from sphinx_scrapbox.sphinx_ext.feature import Feature

_CODE, _NOTICE = "scrapbox-code", "scrapbox-translation"


class UseStandardNodes(SphinxPostTransform):
    """Leaves no node that such a builder does not know."""

    default_priority = 900  # last: others look for our nodes

    def run(self, **kwargs: Any) -> None:
        """Replace the nodes of this document."""
        builder = builder_of(self.env)
        if has_own_visitors(builder) or not has_writer(builder):
            return
        # Only some translators have such a class; others map nodes in ways of their own.
        translator = getattr(builder, "default_translator_class", None)
        if translator is not None and not hasattr(translator, "visit_admonition"):
            for admonition in list(self.document.findall(nodes.admonition)):
                if _NOTICE in admonition["classes"]:
                    use_note(admonition)
        if translator is not None and not hasattr(translator, "visit_caption"):
            for caption in list(self.document.findall(nodes.caption)):
                if _CODE in caption.parent["classes"]:
                    use_paragraph(caption)
        use_standard_nodes(self.document)
        if not is_markdown(builder):
            flatten_levels(self.document)


class OtherWriters(Feature):
    """Standard nodes for the builders of other packages."""

    name = "other_writers"
    post_transforms = (UseStandardNodes,)


FEATURE = OtherWriters()
