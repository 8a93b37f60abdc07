"""The site's own search, where thousands of wiki pages stand beside some pages of a guide.

Sphinx feeds its index page by page, in the process that writes, and ranks what it finds in
the reader's browser. Here wiki pages are fed as ``scrapbox_search`` says, the parts of titles
in scripts without blanks are made words of their own, and a few lines of script have wiki
pages rank below the guide's, whatever scorer is at work.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Set
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.search import SearchLanguage
from sphinx.util.docutils import new_document

from sphinx_scrapbox.sphinx_ext.builders import has_search
from sphinx_scrapbox.sphinx_ext.config.options import mode_of, options
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.wiki.text import CJK, HAN
from sphinx_scrapbox.wiki.titles import split_target

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.search import IndexBuilder

BELOW = 1000
"""What a wiki page's score is less than it would be."""

_RUN = re.compile(f"[{CJK}]+")
_HAN = re.compile(f"[{HAN}]")
_WORD = re.compile(r"\w+")
_MARK = "_"

# The numbers are Sphinx's own; they are needed if its script comes after this one.
_RANKING = """
/* Wiki pages rank below all others (sphinx-scrapbox). */
(() => {
  const spans = %s;
  const isWiki = (name) => {
    let low = 0;
    let high = spans.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (spans[middle][1] < name) low = middle + 1;
      else high = middle;
    }
    return low < spans.length && spans[low][0] <= name;
  };
  if (typeof Scorer === "undefined")
    globalThis.Scorer = {
      objNameMatch: 11,
      objPartialMatch: 6,
      objPrio: { 0: 15, 1: 5, 2: -5 },
      objPrioDefault: 0,
      title: 15,
      partialTitle: 7,
      term: 5,
      partialTerm: 2,
    };
  const own = Scorer.score;
  Scorer.score = (result) => {
    const score = own ? own.call(Scorer, result) : result[4];
    return isWiki(result[0]) ? score - %d : score;
  };
})();
"""


def parts_of(title: str) -> Iterator[str]:
    """What a reader may search a title for that is no word of it, for want of blanks.

    Pairs of letters, and single ideographs; what stands in other letters between them.

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


def teach_title(index: IndexBuilder, docname: str, title: str) -> None:
    """Have a title found by any part of it.

    The browser looks for parts of words only if no word is just the one that was asked for;
    and it takes no words of two letters for parts. So words of more letters bear a mark that
    nobody asks for, and those of fewer are there as they are.
    """
    words = index._title_mapping
    for part in parts_of(title):
        stem = index.lang.stem(part).lower()
        if index.lang.word_filter(stem):
            words.setdefault(stem, set()).add(docname)
    for word in _WORD.findall(title.lower()):
        if len(word) > 2 and _RUN.search(word):
            stem = index.lang.stem(word).lower()
            words.setdefault(f"{stem}{_MARK}", set()).add(docname)
            if stem in words:
                words[stem].discard(docname)
                if not words[stem]:
                    del words[stem]


def add_title(index: IndexBuilder, docname: str, title: str) -> None:
    """Have a document found by the words of one title more, as by those of its own."""
    for word in index.lang.split(title):
        stem = index.lang.stem(word).lower()
        if index.lang.word_filter(stem):
            index._title_mapping.setdefault(stem, set()).add(docname)


def spans(wiki: Iterable[str], others: Iterable[str]) -> list[tuple[str, str]]:
    """The first and last name of each stretch of wiki pages, in the order of JavaScript.

    >>> spans(["wiki/a", "wiki/b", "z"], ["index", "y"])
    [('wiki/a', 'wiki/b'), ('z', 'z')]
    """
    # JavaScript compares halves of what lies beyond the basic plane.
    names = sorted(
        [(name, True) for name in wiki] + [(name, False) for name in others],
        key=lambda entry: entry[0].encode("utf-16-be", "surrogatepass"),
    )
    found: list[tuple[str, str]] = []
    within = False
    for name, is_wiki in names:
        if is_wiki and within:
            found[-1] = (found[-1][0], name)
        elif is_wiki:
            found.append((name, name))
        within = is_wiki
    return found


def adapt_search_index(app: Sphinx) -> None:
    builder = app.builder
    if not has_search(builder):
        return
    modes = options(app.config).search
    prepare, feed = builder.prepare_writing, builder.index_page

    def prepare_writing(docnames: Set[str]) -> None:
        prepare(docnames)
        index: IndexBuilder | None = builder.indexer
        if index is not None:
            facts = domain_of(app.env).facts
            wiki = {name for name, of_page in facts.items() if of_page.is_page}
            if stretches := spans(wiki, app.env.all_docs.keys() - wiki):
                index.js_scorer_code += _RANKING % (json.dumps(stretches), BELOW)

    def index_page(pagename: str, doctree: nodes.document, title: str) -> None:
        facts = domain_of(app.env).facts.get(pagename)
        index: IndexBuilder | None = builder.indexer
        if index is None or facts is None or not facts.is_page:
            feed(pagename, doctree, title)
            return
        mode = mode_of(pagename, modes, "full")
        if mode == "none":
            if pagename == app.config.root_doc:  # an index of nothing cannot be written
                index.feed(pagename, app.env.doc2path(pagename, False), "", new_document(""))
            return
        feed(pagename, _title_alone(title) if mode == "titles" else doctree, title)
        titles = [title] if title else []
        if title and facts.source:  # who knows what it was translated from, finds it by that
            titles.append(split_target(facts.source).title)
            add_title(index, pagename, titles[-1])
        # Where words are told apart by a dictionary, readers' words are told apart so too.
        if type(index.lang).split is SearchLanguage.split:
            for one in titles:
                teach_title(index, pagename, one)

    builder.prepare_writing = prepare_writing  # type: ignore[method-assign]
    builder.index_page = index_page  # type: ignore[method-assign]


def _title_alone(title: str) -> nodes.document:
    document = new_document("")
    document += nodes.section("", nodes.title("", title))
    return document
