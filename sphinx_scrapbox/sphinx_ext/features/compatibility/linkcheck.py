"""``linkcheck`` does not ask the wiki for pages that nobody has written.

Each would be a request to the wiki, answered in the same way whether or not the page exists.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.feature import Feature, Listener

_LOGGER = logging.getLogger(__name__)
_WANTED = "scrapbox-wiki"


def _omitted(domain: ScrapboxDomain) -> set[str]:
    return domain.computed("omitted by linkcheck", set[str])


class OmitWantedPages(SphinxPostTransform):
    """Replaces links to unwritten pages with their text."""

    # After references are resolved (10), before Sphinx collects addresses (800).
    default_priority = 700
    builders = ("linkcheck",)

    def run(self, **kwargs: Any) -> None:
        """Visit each link of this document."""
        if options(self.config).linkcheck:
            return
        omitted = _omitted(domain_of(self.env))
        for link in list(self.document.findall(nodes.reference)):
            if _WANTED in link["classes"] and "refuri" in link:
                omitted.add(link["refuri"])
                link.replace_self(link.children)


def report_omitted(app: Sphinx, exception: Exception | None) -> None:
    """Handler of ``build-finished``: say how many addresses were not checked."""
    if app.builder.name == "linkcheck" and (omitted := _omitted(domain_of(app.env))):
        _LOGGER.info(
            "sphinx_scrapbox: did not check %d addresses of wiki pages that are not on this site; "
            "scrapbox_linkcheck = True checks them",
            len(omitted),
        )


class Linkcheck(Feature):
    """Leaves links to unwritten pages out of the check, and says how many."""

    name = "linkcheck"
    post_transforms = (OmitWantedPages,)
    listeners = (Listener("build-finished", report_omitted),)


FEATURE = Linkcheck()
