"""Wiki pages in Sphinx's search, beside the other documents of a site.

Sphinx builds its index page by page in the main process and ranks results in the browser. Wiki
pages are indexed as ``scrapbox_search`` says, and a script ranks them below all other documents.
Where Pagefind searches the site, they are in its index alone.
Results in another language than the site's are marked by ``search/sphinx.js``. So are parts of
words in scripts without spaces found, in the browser, where they take no room in the index; only
where a dictionary splits words, single Han characters are added to it.

- Replaces: ``StandaloneHTMLBuilder.index_page`` and ``prepare_writing`` of the builder at work,
  and ``word_filter`` of its search language; adds words to ``IndexBuilder._title_mapping``. Sphinx
  has no event for what is indexed.
- Unnecessary if Sphinx had such an event, and its script found parts of words of any length.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Set
from inspect import signature
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.search import IndexBuilder, SearchLanguage
from sphinx.util.docutils import new_document

from sphinx_scrapbox.sphinx_ext.builders import has_search
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.domain.languages import page_languages
from sphinx_scrapbox.sphinx_ext.html.search.modes import search_mode, uses_pagefind
from sphinx_scrapbox.sphinx_ext.warnings import note_unknown_internals
from sphinx_scrapbox.wiki.text import HAN
from sphinx_scrapbox.wiki.titles import split_target

BELOW = 1000
"""By how much the score of a wiki page is lowered."""

_HAN = re.compile(f"[{HAN}]")
_SPLITS_WORDS = "var scrapboxSplitsWords = true;"  # for search/sphinx.js
_METHODS = {"index_page": ("pagename", "doctree", "title"), "prepare_writing": ("docnames",)}

# The numbers in it are Sphinx's defaults, for the case that its script runs after this one. The
# first semicolon ends the stemmer of Sphinx 8, a function that would be called otherwise.
_RANKING = Path(__file__).with_name("ranking.js")


def add_title(index: IndexBuilder, docname: str, title: str) -> None:
    """Let a document be found by the words of a second title as well."""
    for word in index.lang.split(title):
        _add_word(index, docname, word)


def _add_word(index: IndexBuilder, docname: str, word: str) -> None:
    stem = index.lang.stem(word).lower()
    if index.lang.word_filter(stem):
        index._title_mapping.setdefault(stem, set()).add(docname)


def splits_words(language: SearchLanguage) -> bool:
    """Whether a dictionary splits words, as for Japanese and Chinese; queries are not split."""
    return type(language).split is not SearchLanguage.split


def index_single_characters(language: SearchLanguage) -> None:
    """Have single Han characters indexed, which are words, and of which queries consist."""
    keeps = language.word_filter
    language.word_filter = (  # type: ignore[method-assign]
        lambda word: keeps(word) or _HAN.fullmatch(word) is not None
    )


def spans(wiki: Iterable[str], others: Iterable[str]) -> list[tuple[str, str]]:
    """The first and last name of each run of wiki pages, in the sort order of JavaScript.

    >>> spans(["wiki/a", "wiki/b", "z"], ["index", "y"])
    [('wiki/a', 'wiki/b'), ('z', 'z')]
    """
    # JavaScript compares UTF-16 code units, so a character beyond U+FFFF sorts before U+E000.
    names = sorted(
        [(name, True) for name in wiki] + [(name, False) for name in others],
        key=lambda entry: entry[0].encode("utf-16-be", "surrogatepass"),
    )
    runs: list[tuple[str, str]] = []
    within = False
    for name, is_wiki in names:
        if is_wiki and within:
            runs[-1] = (runs[-1][0], name)
        elif is_wiki:
            runs.append((name, name))
        within = is_wiki
    return runs


def adapt_search_index(app: Sphinx) -> None:
    """Handler of ``builder-inited``: wrap the methods of this builder that build the index."""
    builder = app.builder
    if not has_search(builder):
        return
    for name, parameters in _METHODS.items():
        method = getattr(builder, name, None)
        if method is None or tuple(signature(method).parameters) != parameters:
            note_unknown_internals("building of the search index")
            return
    prepare = builder.prepare_writing

    def prepare_writing(docnames: Set[str]) -> None:
        prepare(docnames)
        index: IndexBuilder | None = builder.indexer
        if index is not None:
            if splits_words(index.lang):
                index_single_characters(index.lang)
                index.js_scorer_code += f"\n{_SPLITS_WORDS}"
            facts = domain_of(app.env).facts
            wiki = {name for name, of_page in facts.items() if of_page.is_page}
            index.js_scorer_code += _languages_script(app)
            if runs := spans(wiki, app.env.all_docs.keys() - wiki):
                ranking = _RANKING.read_text(encoding="utf-8").replace("BELOW", str(BELOW))
                index.js_scorer_code += "\n" + ranking.replace("SPANS", json.dumps(runs))

    builder.prepare_writing = prepare_writing  # type: ignore[method-assign]
    builder.index_page = _indexing(builder)  # type: ignore[method-assign,assignment]


def _languages_script(app: Sphinx) -> str:
    """For ``search/sphinx.js``: the pages whose language is not the site's, by name in runs."""
    languages = page_languages(domain_of(app.env))
    docnames: dict[str, set[str]] = {}
    for docname in sorted(app.env.all_docs):
        if language := languages.foreign(docname):
            docnames.setdefault(language, set()).add(docname)
    runs = [
        (language, first, last)
        for language, names in sorted(docnames.items())
        for first, last in spans(names, app.env.all_docs.keys() - names)
    ]
    return f"\nvar scrapboxLanguages = {json.dumps(runs)};" if runs else ""


def _indexing(builder: StandaloneHTMLBuilder) -> Callable[[str, nodes.document, str], None]:
    """The method ``index_page`` of a builder, changed for wiki pages."""
    env = builder.env
    sphinx_index_page = builder.index_page

    def index_page(pagename: str, doctree: nodes.document, title: str) -> None:
        facts = domain_of(env).facts.get(pagename)
        index: IndexBuilder | None = builder.indexer
        if index is None or facts is None or not facts.is_page:
            sphinx_index_page(pagename, doctree, title)
            return
        mode = search_mode(domain_of(env), pagename)
        if mode == "none" or uses_pagefind(env):
            if pagename == env.config.root_doc:  # Sphinx cannot write an empty index
                index.feed(pagename, env.doc2path(pagename, False), "", new_document(""))
            return
        if mode != "full":
            doctree = _start_alone(title, facts.summary if mode == "summary" else "")
        sphinx_index_page(pagename, doctree, title)
        if type(getattr(index, "_title_mapping", None)) is not dict:
            note_unknown_internals("titles in the search index")
            return
        if title and facts.source:  # readers may know the page that it was translated from
            add_title(index, pagename, split_target(facts.source).title)

    return index_page


def _start_alone(title: str, summary: str) -> nodes.document:
    document = new_document("")
    document += nodes.section("", nodes.title("", title), nodes.paragraph("", summary))
    return document
