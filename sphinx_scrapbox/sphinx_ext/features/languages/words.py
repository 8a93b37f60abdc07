"""Words in Japanese, Korean or Chinese on pages in another language.

A translation names titles and terms of its source. Without their language, a browser shows them
with the first font that has each character, and so mixes fonts in one word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from sphinx_scrapbox.rendering.language import has_language, in_language
from sphinx_scrapbox.rendering.nodes import scrapbox_icon
from sphinx_scrapbox.sphinx_ext.builders import builder_of, documents_in, is_document
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.domain.languages import page_languages, site_language
from sphinx_scrapbox.sphinx_ext.feature import Feature
from sphinx_scrapbox.sphinx_ext.features.languages.latex import language_tag, wrapped
from sphinx_scrapbox.wiki.text import CJK, WIDE, is_written_so, letters_language

_RUN = re.compile(f"[{CJK}{WIDE}]*[{CJK}][{CJK}{WIDE}]*")
_OPAQUE = (nodes.FixedTextElement, nodes.literal, nodes.math, nodes.raw, scrapbox_icon)
"""Nodes of which writers read the text as a whole."""
_OF_PAGES = frozenset(("scrapbox-summary", "scrapbox-difference"))
"""Classes of what other documents show of the text of wiki pages."""


class MarkWords(SphinxPostTransform):
    """Marks words of another script on wiki pages, and what other documents show of these."""

    # After the languages of whole pages.
    default_priority = 7
    formats = ("html", "latex")

    def run(self, **kwargs: Any) -> None:
        """Mark the words of this document, and of those that are part of it."""
        domain = domain_of(self.env)
        languages = page_languages(domain)
        is_latex = builder_of(self.env).format == "latex"
        for docname, document in documents_in(self.document, self.env):
            own = languages.of(docname) or site_language(self.config)
            if not is_written_so(own, "", is_latin=True):
                continue  # the page is in such a language itself
            facts = domain.facts.get(docname)
            if facts is None:
                continue
            texts = [
                text
                for text in _texts(document, links_only=not facts.is_page)
                if _RUN.search(text)
            ]
            # Other documents may list pages in several languages.
            han = _language_of_han(facts.source_language, texts if facts.is_page else ())
            for text in texts:
                text.parent.replace(text, list(_parts(text, han, is_latex=is_latex)))


def _language_of_han(source_language: str, texts: Iterable[nodes.Text]) -> str:
    """The language of words in Han characters alone, which do not tell it; "" if nothing does.

    It is that of the page's source, or that of the first word on the page that tells its own.
    """
    if source_language and not is_written_so(source_language, "", is_latin=True):
        return source_language
    runs = (letters_language(run[0]) for text in texts for run in _RUN.finditer(text))
    return next(filter(None, runs), "")


def _texts(document: nodes.Element, *, links_only: bool) -> Iterator[nodes.Text]:
    """The texts of a document that may be divided, without those of documents inside it."""
    waiting: list[tuple[nodes.Node, bool]] = [(node, not links_only) for node in document]
    while waiting:
        node, is_chosen = waiting.pop()
        if isinstance(node, nodes.Text):
            if is_chosen:
                yield node
        elif isinstance(node, nodes.Element) and not _is_apart(node):
            is_ours = (
                isinstance(node, addnodes.pending_xref) and node["refdomain"] == "scrapbox"
            ) or not _OF_PAGES.isdisjoint(node["classes"])
            waiting += [(child, is_chosen or is_ours) for child in node]


def _is_apart(node: nodes.Element) -> bool:
    """Whether the text of a node may not be divided, or has its language already."""
    return has_language(node) or isinstance(node, _OPAQUE) or is_document(node)


def _parts(text: nodes.Text, han: str, *, is_latex: bool) -> Iterator[nodes.Node]:
    """The pieces of a text; *han* is the language of Han characters without kana or Hangul."""
    end = 0
    for run in _RUN.finditer(text):
        if not (language := letters_language(run[0]) or han):
            continue
        yield nodes.Text(text[end : run.start()])
        end = run.end()
        if is_latex and isinstance(text.parent, nodes.title):
            # The writer drops the classes of words in titles.
            yield from wrapped([nodes.Text(run[0])], language_tag(language))
        else:
            yield in_language(run[0], language)
    yield nodes.Text(text[end:])


class Words(Feature):
    """The language of words in another script."""

    name = "words"
    post_transforms = (MarkWords,)


FEATURE = Words()
