"""What a page says of itself in the head of its HTML: language, source, how it was made."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .config import options
from .domain import domain_of
from .titles import page_url, split_target

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

    from .graph import PageFacts


def _on_page_context(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    facts = domain_of(app.env).facts.get(pagename)
    if facts is None or doctree is None:
        return
    if facts.is_page and "pathto" in context:
        context["pathto"] = _quoting(context["pathto"])
    language = facts.target_language or facts.language
    if language:
        context["language"] = language
    if facts.source:
        context["metatags"] = context.get("metatags", "") + _tags(app, pagename, facts, context)


def _quoting(pathto: Callable[..., str]) -> Callable[..., str]:
    """Sphinx's ``pathto`` where the source of a page may be named ``Q: why?.md.txt``."""

    # A plain function: the JSON builder leaves those out of what it writes.
    def quoting(other: str, resource: bool = False, *rest: Any, **more: Any) -> str:
        if resource and other.startswith("_sources/"):
            other = quote(other)
        return pathto(other, resource, *rest, **more)

    return quoting


def _tags(app: Sphinx, pagename: str, facts: PageFacts, context: dict[str, Any]) -> str:
    tags: list[str] = []
    domain = domain_of(app.env)
    if source := domain.find_page(facts.source, pagename):
        source_address = (
            app.builder.get_relative_uri(pagename, source) if source != pagename else ""
        )
    else:
        project, title = split_target(facts.source)
        project = project or domain.project_of(pagename)
        source_address = (
            page_url(project, title, origin=options(app.config).url) if project else ""
        )
    # In dirhtml a page is its folder.
    own_address = (
        context.get("pageurl") or app.builder.get_target_uri(pagename).rpartition("/")[2] or "./"
    )
    if source_address:
        tags.append(_link("alternate", source_address, facts.source_language))
    if facts.target_language:
        tags.append(_link("alternate", own_address, facts.target_language))
    # RFC 6497: "content in the one language, transformed from the other by a machine".
    made = facts.target_language or "und"
    if facts.source_language:
        made = f"{made}-t-{facts.source_language.lower()}-t0-und"
    tags.append(f'<meta name="dcterms.language" content="{escape(made)}" />')
    tags.append('<meta name="translation" content="machine" />')
    return "".join(f"\n{tag}" for tag in tags)


def _link(relation: str, address: str, language: str) -> str:
    hreflang = f' hreflang="{escape(language)}"' if language else ""
    return f'<link rel="{relation}"{hreflang} href="{escape(address)}" />'


def register(app: Sphinx) -> None:
    """Write the head of each HTML page."""
    app.connect("html-page-context", _on_page_context)
