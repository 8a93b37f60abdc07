"""Which text scripts such as MathJax may typeset, beyond what the nodes of a page say.

Headings of wiki pages also stand in hand-written documents, as the text of links, and a site may
have told MathJax of other classes than its own defaults.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from sphinx_scrapbox.rendering.typesetting import INSIDE, OUTSIDE, has_signs, keep_outside
from sphinx_scrapbox.sphinx_ext.builders import builder_of, is_html
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.feature import Feature

# For each option of sphinx.ext.mathjax: where MathJax looks for the two classes.
_CLASS_OPTIONS = {
    "mathjax2_config": ("tex2jax", "ignoreClass", "processClass"),
    "mathjax3_config": ("options", "ignoreHtmlClass", "processHtmlClass"),
    "mathjax4_config": ("options", "ignoreHtmlClass", "processHtmlClass"),
}


def add_classes(app: Sphinx) -> None:
    """Handler of ``builder-inited``, after MyST: add our classes to those that a site has set.

    Without any, MathJax has them as its defaults. What the site has set stays.
    """
    for name, (place, ignored, processed) in _CLASS_OPTIONS.items():
        config = getattr(app.config, name, None)
        if not isinstance(config, dict) or not isinstance(config.get(place), dict):
            continue
        config = deepcopy(config)
        changed = [
            _add(config[place], option, classes)
            for option, classes in ((ignored, OUTSIDE), (processed, INSIDE))
        ]
        if any(changed):
            setattr(app.config, name, config)


def _add(options: dict[str, Any], option: str, classes: tuple[str, ...]) -> bool:
    """Add *classes* to a pattern of classes, if there is one; returns whether it changed."""
    pattern = options.get(option)
    missing = [name for name in classes if name not in str(pattern).split("|")]
    if not isinstance(pattern, str) or not missing:
        return False
    options[option] = "|".join([pattern, *missing])
    return True


def _headings_with_signs(domain: ScrapboxDomain) -> frozenset[str]:
    """The titles and headings of wiki pages that could hold a delimiter, as links show them."""
    tocs = domain.env.tocs
    return frozenset(
        text
        for docname, facts in domain.facts.items()
        if facts.is_page and docname in tocs
        for heading in tocs[docname].findall(nodes.reference)
        if has_signs(text := heading.astext())
    )


class KeepHeadingsOutside(SphinxPostTransform):
    """Keeps titles and headings of wiki pages outside where links in other documents show them.

    Sphinx and MyST write them as the text of links by path or label.
    """

    default_priority = 900  # when all references are resolved

    def run(self, **kwargs: Any) -> None:
        """Look at the links of this document, unless all of it is outside."""
        domain = domain_of(self.env)
        if not is_html(builder_of(self.env)) or domain.is_page(self.env.docname):
            return
        links = [
            (text, link)
            for link in self.document.findall(nodes.reference)
            if has_signs(text := link.astext())
        ]
        if links:
            headings = domain.computed("headings", lambda: _headings_with_signs(domain))
            for text, link in links:
                if text in headings:
                    keep_outside(link)


class Formulas(Feature):
    """The links of documents."""

    name = "formulas"
    post_transforms = (KeepHeadingsOutside,)


FEATURE = Formulas()
