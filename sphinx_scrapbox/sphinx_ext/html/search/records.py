"""A document as Pagefind reads it: a small HTML file with its text and what it is filtered by.

Pagefind splits texts at blanks only. Texts in Han characters and kana have none, so each of these
characters is a word of its own, and the search page asks for them as a phrase: any part of a text
is found, as by Sphinx's search, without a dictionary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

from sphinx_scrapbox.rendering.nodes import scrapbox_icon
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.facts import PageFacts
from sphinx_scrapbox.sphinx_ext.domain.languages import page_languages, site_language
from sphinx_scrapbox.sphinx_ext.html.data.metadata import image_address
from sphinx_scrapbox.sphinx_ext.html.search.modes import search_mode
from sphinx_scrapbox.wiki.text import split_signs
from sphinx_scrapbox.wiki.titles import split_target

_EVERY = "\U0002a6a5"
"""A rare character that every document has in its metadata.

The search page asks for it where only filters are given: Pagefind loads its whole index otherwise.
"""
_NOT_TEXT = (nodes.comment, nodes.Invisible, nodes.system_message, nodes.pending)
_TAG = re.compile(r"<(style|script)\b.*?</\1\s*>|<[^<]+?>", re.DOTALL | re.IGNORECASE)


def record(app: Sphinx, docname: str, document: nodes.document) -> str | None:
    """The HTML of a document that is about to be written; None if it is not searched for."""
    domain = domain_of(app.env)
    facts = domain.facts.get(docname)
    mode = search_mode(domain, docname) if domain.is_page(docname) else "full"
    metadata = app.env.metadata.get(docname, {})
    if mode == "none" or not {"no-search", "nosearch"}.isdisjoint(metadata):
        return None
    body: list[str] = []
    if mode == "full":
        body += _blocks(document, 0)
    elif mode == "summary" and facts is not None:
        body.append(f"<p>{_text(facts.summary)}</p>")
    if facts is not None and facts.source:  # readers may know the page that it was translated from
        body.append(f"<p>{_text(split_target(facts.source).title)}</p>")
    # Its words are those of metadata, but Pagefind leaves out a page without text.
    ignored = " data-pagefind-ignore" if body else ""
    body.insert(0, f"<h1{ignored}>{_text(domain.title_of(docname))}</h1>")
    # Not as metadata, as their words would be found.
    addresses = [app.builder.get_target_uri(docname), _image(app, facts)]
    body += (f'<i id="{escape(address)}"></i>' for address in addresses)
    values = f'<meta data-pagefind-meta="every[content]" content="{_EVERY}">'
    values += "".join(
        f'<meta data-pagefind-filter="{name}[content]" content="{escape(value)}">'
        for name, value in _filters(domain, docname, facts)
    )
    text = "\n".join(body)
    return f"<!DOCTYPE html>\n<html><head>{values}</head>\n<body>{text}</body></html>\n"


def _text(text: str) -> str:
    return escape(split_signs(text), quote=False)


def _image(app: Sphinx, facts: PageFacts | None) -> str:
    """The address of the first image, if it is stored with the site; else ""."""
    address = image_address(app, facts.image) if facts is not None else ""
    return "" if "://" in address else address


def _filters(
    domain: ScrapboxDomain, docname: str, facts: PageFacts | None
) -> Iterator[tuple[str, str]]:
    """Pairs of a filter and a value: which documents are searched."""
    site = site_language(domain.env.config)
    if not domain.is_page(docname):
        yield "guide", "1"
    yield "language", page_languages(domain).of(docname) or site
    for tag in facts.tags if facts is not None else ():
        yield "tag", split_target(tag).title
    own = domain.project_of(docname)
    people = options(domain.env.config).people
    for target in facts.people if facts is not None else ():
        project, name = split_target(target)
        person = domain.person(name, "" if project == own else project, own) if people else None
        yield "person", person.name if person else name


def _blocks(node: nodes.Node, depth: int) -> Iterator[str]:
    """The text of a node in paragraphs and headings, which readers can be led to."""
    for child in node.children:
        if not isinstance(child, nodes.Element) or _is_skipped(child):
            continue
        if isinstance(child, nodes.raw):
            if "html" in child.get("format", "").split():
                yield f"<p>{_text(unescape(_TAG.sub(' ', child.astext())))}</p>"
        elif isinstance(child, nodes.title) and isinstance(node, nodes.section):
            if depth > 1:  # else the title of the document
                yield _heading(min(depth, 6), node, child)
        elif isinstance(child, addnodes.desc_signature):
            yield _heading(6, child, child)
        elif isinstance(child, nodes.TextElement):
            if text := "".join(_inline(child)).strip():
                yield f"<p>{_text(text)}</p>"
        else:
            yield from _blocks(child, depth + isinstance(child, nodes.section))


def _heading(level: int, target: nodes.Element, content: nodes.Element) -> str:
    name = target["ids"][0] if target["ids"] else ""
    text = _text("".join(_inline(content)).strip())
    return f'<h{level} id="{escape(name)}">{text}</h{level}>'


def _is_skipped(node: nodes.Element) -> bool:
    classes = node.get("classes", ())
    is_text = isinstance(node, nodes.target) or not isinstance(node, _NOT_TEXT)
    return not is_text or "no-search" in classes or "toctree-wrapper" in classes


def _inline(node: nodes.Element) -> Iterator[str]:
    for child in node.children:
        if isinstance(child, nodes.Text):
            yield child.astext()
        elif isinstance(child, scrapbox_icon):
            yield f" {child.astext()} "
        elif isinstance(child, nodes.Element) and not _is_skipped(child):
            yield from _inline(child)
