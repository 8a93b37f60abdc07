"""The facts of one document: what every feature needs of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from docutils import nodes
from sphinx import addnodes

from sphinx_scrapbox.sphinx_ext.domain.record import DocumentRecord
from sphinx_scrapbox.sphinx_ext.domain.site import BY_HAND
from sphinx_scrapbox.wiki.lines import (
    SUMMARY_LENGTH,
    SUMMARY_LINES,
    Excerpt,
    ExcerptLine,
    summary_of_excerpt,
)
from sphinx_scrapbox.wiki.text import cut
from sphinx_scrapbox.wiki.titles import is_line_id, key, split_fragment, split_target

MAX_LINE = 180
"""Characters of a linking line that are kept."""

_OWN = frozenset(
    "links fragments mentions tags people turns lock is_as_locked lines_without_anchor excerpt "
    "image created updated by_human".split()
)
"""The facts of a document by which no other document finds it, and which tell no language."""
_PERSON_ROLES = frozenset({"speaker", "signature"})


def facts_of(record: DocumentRecord, xrefs: Iterable[addnodes.pending_xref]) -> PageFacts:
    """The facts that the record of a document and its links tell."""
    links: dict[str, None] = {}
    fragments: dict[str, None] = {}
    mentions: dict[str, str] = {}
    tags: dict[str, None] = {}
    people: dict[str, int] = {}
    lines: dict[int, str] = {}
    for xref in xrefs:
        if xref.get("refdomain") != "scrapbox":
            continue
        target, kind = xref["reftarget"], xref["reftype"]
        _, title = split_target(target)
        head, fragment = split_fragment(title)
        if BY_HAND in xref and "#" in title:
            fragments[target] = None
        for spelling in (title, head):
            links[key(spelling)] = None
        if is_line_id(fragment):
            links[f"#{fragment}"] = None
        if kind in ("page", "tag") and target not in mentions and not _is_apart(xref):
            mentions[target] = _line_around(xref, lines)
        if kind == "tag":
            tags[target] = None
        elif kind == "icon":
            child = xref[0]
            if isinstance(child, nodes.Element) and child.get("role") in _PERSON_ROLES:
                people[target] = people.get(target, 0) + 1
    return PageFacts(
        **{name: getattr(record, name) for name in _SHARED},
        links=tuple(links),
        fragments=tuple(fragments),
        mentions=tuple(mentions.items()),
        tags=tuple(tags),
        people=tuple(people),
        turns=tuple(people.values()),
    )


def excerpt_of_document(document: nodes.document) -> Excerpt:
    """The first paragraphs of a document that is no wiki page, as long as a summary.

    Those of lists, notes and tables are left out, and so are links. A paragraph with a link that
    has its words from its target is left out, as these are not known yet.
    """
    lines: list[ExcerptLine] = []
    rest = SUMMARY_LENGTH
    for paragraph in document.findall(nodes.paragraph):
        if rest <= 1 or len(lines) == SUMMARY_LINES:
            break
        if isinstance(paragraph.parent, (nodes.document, nodes.section)):
            if not all(xref.astext() for xref in paragraph.findall(addnodes.pending_xref)):
                continue
            text = " ".join(paragraph.astext().split())
            if any(map(str.isalnum, text)):
                lines.append(ExcerptLine(0, (cut(text, rest),)))
                rest -= len(text) + 1
    return tuple(lines)


def _is_apart(xref: addnodes.pending_xref) -> bool:
    """Whether a link belongs to a notice and not to what the page itself says."""
    around = xref.parent.parent
    return around is not None and "scrapbox-translation" in around.get("classes", ())


def _line_around(xref: addnodes.pending_xref, lines: dict[int, str]) -> str:
    """The text of the line that a link stands in, cut to a length that a list can show."""
    parent: nodes.Node = xref.parent
    while isinstance(parent, nodes.Inline):
        parent = parent.parent
    if not isinstance(parent, nodes.TextElement):
        return ""
    if (line := lines.get(id(parent))) is None:
        line = cut(" ".join(parent.astext().split()), MAX_LINE, at_word=False)
        lines[id(parent)] = line
    return line


class PageFacts(NamedTuple):
    """The facts of one document: plain values, to be pickled and merged.

    Fields that :class:`.DocumentRecord` has too are explained there.
    """

    title: str = ""
    project: str = ""
    language: str = ""
    locked_language: str = ""
    script_language: str = ""
    is_latin: bool = False
    source: str = ""
    source_language: str = ""
    target_language: str = ""
    by_human: bool = False
    translated: tuple[tuple[int, str, str], ...] = ()
    links: tuple[str, ...] = ()
    """The targets of links as keys; one with a fragment also without it."""
    fragments: tuple[str, ...] = ()
    """The targets with a fragment of links that somebody wrote by hand."""
    mentions: tuple[tuple[str, str], ...] = ()
    """The targets of page links and tags as written, with the line each first stands in."""
    tags: tuple[str, ...] = ()
    """Names as first written."""
    people: tuple[str, ...] = ()
    """Names of those who speak or sign, as first written."""
    turns: tuple[int, ...] = ()
    """How often each of them does."""
    private: bool = False
    lock: str = ""
    is_as_locked: bool = False
    other_titles: tuple[str, ...] = ()
    lines_without_anchor: tuple[int, ...] | None = None
    named_by_file: bool = False
    excerpt: Excerpt = ()
    image: str = ""
    created: int = 0
    updated: int = 0

    shown_title: str = ""
    own_title: str = ""
    has_translations: bool = False
    own_headings: tuple[tuple[str, str], ...] = ()
    is_translated: bool = False

    @property
    def summary(self) -> str:
        """The first lines of prose as one plain text."""
        return summary_of_excerpt(self.excerpt)

    @property
    def is_page(self) -> bool:
        """Whether the document is a page of a wiki."""
        return bool(self.title)

    @property
    def identity(self) -> tuple[object, ...]:
        """What others find the document by, and what tells its language and theirs."""
        return tuple(
            value for name, value in zip(self._fields, self, strict=True) if name not in _OWN
        )


_SHARED = tuple(name for name in PageFacts._fields if name in DocumentRecord._fields)
"""The facts that the record of a document has, too."""
