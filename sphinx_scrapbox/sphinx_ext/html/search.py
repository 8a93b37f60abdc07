"""Wiki pages in Sphinx's search, beside the other documents of a site.

Sphinx builds its index page by page in the main process and ranks results in the browser. Wiki
pages are indexed as ``scrapbox_search`` says, parts of titles in scripts without spaces become
words of the index, and a script ranks wiki pages below all other documents.

- Replaces: ``StandaloneHTMLBuilder.index_page`` and ``prepare_writing`` of the builder at work,
  and adds words to ``IndexBuilder._title_mapping``. Sphinx has no event for what is indexed.
- Unnecessary if Sphinx had such an event, and search languages could add parts of words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Set
from inspect import signature
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.search import IndexBuilder, SearchLanguage
from sphinx.util.docutils import new_document

from sphinx_scrapbox.sphinx_ext.builders import has_search
from sphinx_scrapbox.sphinx_ext.config.options import mode_of, options
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.warnings import note_unknown_internals
from sphinx_scrapbox.wiki.text import CJK, HAN
from sphinx_scrapbox.wiki.titles import split_target

BELOW = 1000
"""By how much the score of a wiki page is lowered."""

_RUN = re.compile(f"[{CJK}]+")
_HAN = re.compile(f"[{HAN}]")
_WORD = re.compile(r"\w+")
_MARK = "_"
_METHODS = {"index_page": ("pagename", "doctree", "title"), "prepare_writing": ("docnames",)}

# The numbers in it are Sphinx's defaults, for the case that its script runs after this one. The
# first semicolon ends the stemmer of Sphinx 8, a function that would be called otherwise.
_RANKING = Path(__file__).with_name("ranking.js")


def parts_of(title: str) -> Iterator[str]:
    """Strings by which readers search for a title, though they are not words of it.

    These are pairs of letters of scripts without spaces, single Han characters, and the text
    between such letters.

    >>> list(parts_of("GPT4と種まき"))
    ['と種', '種ま', 'まき', '種', 'gpt4']
    """
    for word in _WORD.findall(title.lower()):
        runs = _RUN.findall(word)
        for run in runs:
            yield from (run[at : at + 2] for at in range(len(run) - 1))
            yield from _HAN.findall(run)
        if runs:
            yield from filter(None, _RUN.split(word))


def add_title_parts(index: IndexBuilder, docname: str, title: str) -> None:
    """Let a document be found by any part of its title.

    The script in the browser looks for parts of words only if no word equals the query, and never
    for parts of two letters. So words of two letters are added as they are, and longer words get a
    mark that no query contains.
    """
    for part in parts_of(title):
        _add_word(index, docname, part)
    words = index._title_mapping
    for word in _WORD.findall(title.lower()):
        if len(word) > 2 and _RUN.search(word):
            stem = index.lang.stem(word).lower()
            words.setdefault(f"{stem}{_MARK}", set()).add(docname)
            if stem in words:
                words[stem].discard(docname)
                if not words[stem]:
                    del words[stem]


def add_title(index: IndexBuilder, docname: str, title: str) -> None:
    """Let a document be found by the words of a second title as well."""
    for word in index.lang.split(title):
        _add_word(index, docname, word)


def _add_word(index: IndexBuilder, docname: str, word: str) -> None:
    stem = index.lang.stem(word).lower()
    if index.lang.word_filter(stem):
        index._title_mapping.setdefault(stem, set()).add(docname)


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
            facts = domain_of(app.env).facts
            wiki = {name for name, of_page in facts.items() if of_page.is_page}
            if runs := spans(wiki, app.env.all_docs.keys() - wiki):
                ranking = _RANKING.read_text(encoding="utf-8").replace("BELOW", str(BELOW))
                index.js_scorer_code += "\n" + ranking.replace("SPANS", json.dumps(runs))

    builder.prepare_writing = prepare_writing  # type: ignore[method-assign]
    builder.index_page = _indexing(builder)  # type: ignore[method-assign,assignment]


def _indexing(builder: StandaloneHTMLBuilder) -> Callable[[str, nodes.document, str], None]:
    """The method ``index_page`` of a builder, changed for wiki pages."""
    env, modes = builder.env, options(builder.config).search
    sphinx_index_page = builder.index_page

    def index_page(pagename: str, doctree: nodes.document, title: str) -> None:
        facts = domain_of(env).facts.get(pagename)
        index: IndexBuilder | None = builder.indexer
        if index is None or facts is None or not facts.is_page:
            sphinx_index_page(pagename, doctree, title)
            return
        mode = mode_of(pagename, modes, "full")
        if mode == "none":
            if pagename == env.config.root_doc:  # Sphinx cannot write an empty index
                index.feed(pagename, env.doc2path(pagename, False), "", new_document(""))
            return
        indexed = _title_alone(title) if mode == "titles" else doctree
        sphinx_index_page(pagename, indexed, title)
        if type(getattr(index, "_title_mapping", None)) is not dict:
            note_unknown_internals("titles in the search index")
            return
        titles = [title] if title else []
        if title and facts.source:  # readers may know the page that it was translated from
            titles.append(split_target(facts.source).title)
            add_title(index, pagename, titles[-1])
        # Japanese and Chinese sites split words by a dictionary, queries too.
        if type(index.lang).split is SearchLanguage.split:
            for text in titles:
                add_title_parts(index, pagename, text)

    return index_page


def _title_alone(title: str) -> nodes.document:
    document = new_document("")
    document += nodes.section("", nodes.title("", title))
    return document
