"""The address that search engines are told to show for a wiki page (``scrapbox_canonical``)."""

from __future__ import annotations

from typing import Any, NamedTuple

from sphinx.application import Sphinx

from sphinx_scrapbox.sphinx_ext.builders import has_pages
from sphinx_scrapbox.sphinx_ext.config.options import mode_of, options
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of, live_address


class Canonical(NamedTuple):
    """The value of ``scrapbox_canonical`` for one document."""

    mode: str
    address: str = ""
    """The address of the live page if the mode is "wiki"; else empty."""


def canonical_of(app: Sphinx, docname: str) -> Canonical:
    """The value for a document: "self" for all but wiki pages, and for private ones."""
    facts = domain_of(app.env).facts.get(docname)
    if facts is None or not facts.is_page:
        return Canonical("self")
    mode = mode_of(docname, options(app.config).canonical, "self")
    if mode != "wiki":
        return Canonical(mode)
    address = live_address(app.env, docname)
    return Canonical(mode, address) if address else Canonical("self")


def add_canonical_link(app: Sphinx, docname: str, context: dict[str, Any]) -> None:
    """Set ``pageurl``, from which themes write the link."""
    if not has_pages(app.builder):
        return
    mode, address = canonical_of(app, docname)
    if mode != "self":
        context["pageurl"] = address or None
    if mode == "noindex":
        tag = '<meta name="robots" content="noindex" />'
        context["metatags"] = f"{context.get('metatags', '')}\n{tag}"
