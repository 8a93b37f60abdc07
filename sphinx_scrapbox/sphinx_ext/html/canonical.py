"""The address that search engines are told to show for a wiki page (``scrapbox_canonical``)."""

from __future__ import annotations

from typing import Any, NamedTuple

from sphinx.application import Sphinx

from sphinx_scrapbox.sphinx_ext.builders import has_pages
from sphinx_scrapbox.sphinx_ext.config.options import mode_of, options
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.features.lists.indices import is_index_page


class Canonical(NamedTuple):
    """The value of ``scrapbox_canonical`` for one page of the HTML."""

    mode: str
    """A word of ``scrapbox_canonical``, or "elsewhere"."""
    address: str = ""
    """The address of the page elsewhere, or of the live page if the mode is "wiki"; else ""."""

    @property
    def is_listed(self) -> bool:
        """Whether search engines are to show this very page."""
        return self.mode in ("self", "none")


def canonical_of(app: Sphinx, pagename: str) -> Canonical:
    """The value for a page: "self" for all but wiki pages and indices, and for private ones."""
    facts = domain_of(app.env).facts.get(pagename)
    if not (facts.is_page if facts else is_index_page(app, pagename)):
        return Canonical("self")
    mode = mode_of(pagename, options(app.config).canonical, "self")
    if "://" in mode:
        if mode == app.config.html_baseurl.rstrip("/"):
            return Canonical("self")
        return Canonical("elsewhere", f"{mode}/{app.builder.get_target_uri(pagename)}")
    if mode != "wiki":
        return Canonical(mode)
    address = domain_of(app.env).live_address(pagename)
    return Canonical(mode, address) if address else Canonical("self")


def add_canonical_link(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Handler of ``html-page-context``: set ``pageurl``, from which themes write the link."""
    if not has_pages(app.builder):
        return
    mode, address = canonical_of(app, pagename)
    if mode != "self":
        context["pageurl"] = address or None
    if mode == "noindex":
        tag = '<meta name="robots" content="noindex" />'
        context["metatags"] = f"{context.get('metatags', '')}\n{tag}"
