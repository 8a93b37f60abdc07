"""Which text scripts such as MathJax may typeset, beyond what the nodes of a page say.

Titles of wiki pages also stand in hand-written documents, as the text of links by path, and a
site may have told MathJax of other classes than its own defaults.
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


def _titles_with_signs(domain: ScrapboxDomain) -> frozenset[str]:
    return frozenset(
        facts.title for facts in domain.facts.values() if facts.is_page and has_signs(facts.title)
    )


class KeepTitlesOutside(SphinxPostTransform):
    """Keeps the titles of wiki pages outside that Sphinx and MyST write as the text of links."""

    default_priority = 900  # when all references are resolved

    def run(self, **kwargs: Any) -> None:
        """Look at the links of this document, if any title could be typeset."""
        domain = domain_of(self.env)
        if not is_html(builder_of(self.env)):
            return
        titles = domain.computed("titles with signs", lambda: _titles_with_signs(domain))
        if titles:
            for link in list(self.document.findall(nodes.reference)):
                if link.astext() in titles:
                    keep_outside(link)


class Formulas(Feature):
    """The links of documents."""

    name = "formulas"
    post_transforms = (KeepTitlesOutside,)


FEATURE = Formulas()
