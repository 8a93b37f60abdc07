"""Which address of a wiki page search engines shall show: the live page's, this site's or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sphinx_scrapbox.sphinx_ext.builders import has_pages
from sphinx_scrapbox.sphinx_ext.config.options import mode_of, options
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of, live_address

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx


class Canonical(NamedTuple):
    """A value of ``scrapbox_canonical`` as it holds for one document."""

    mode: str
    address: str = ""
    """The live page's, if that is what shall be shown."""


def canonical_of(app: Sphinx, docname: str) -> Canonical:
    """What ``scrapbox_canonical`` makes of a document; ``self`` for all but wiki pages.

    A page that cannot be seen in the wiki keeps its own address.
    """
    facts = domain_of(app.env).facts.get(docname)
    if facts is None or not facts.is_page:
        return Canonical("self")
    mode = mode_of(docname, options(app.config).canonical, "self")
    if mode != "wiki":
        return Canonical(mode)
    address = live_address(app.env, docname)
    return Canonical(mode, address) if address else Canonical("self")


def add_canonical_link(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    # Every theme writes the canonical link from "pageurl", so there is one link at the most.
    if doctree is None or not has_pages(app.builder):
        return
    mode, address = canonical_of(app, pagename)
    if mode != "self":
        context["pageurl"] = address or None
    if mode == "noindex":
        tag = '<meta name="robots" content="noindex" />'
        context["metatags"] = f"{context.get('metatags', '')}\n{tag}"
