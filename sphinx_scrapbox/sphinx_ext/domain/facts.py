"""TODO: say what this file is."""

from __future__ import annotations

from typing import NamedTuple

from docutils import nodes
from sphinx import addnodes

from sphinx_scrapbox.rendering.nodes import (
    scrapbox_changelist,
    scrapbox_listing,
    scrapbox_related,
)
from sphinx_scrapbox.sphinx_ext.domain.record import record_of
from sphinx_scrapbox.wiki.text import cut
from sphinx_scrapbox.wiki.titles import is_line_id, key, split_fragment, split_target

MAX_LINE = 180
"""Characters of a linking line that are kept."""

_TELLING = (
    addnodes.pending_xref,
    nodes.image,
    scrapbox_listing,
    scrapbox_changelist,
    scrapbox_related,
)
_PERSON_ROLES = frozenset({"speaker", "signature"})


def facts_of(document: nodes.document) -> PageFacts:
    links: dict[str, None] = {}
    mentions: dict[str, str] = {}
    tags: dict[str, None] = {}
    people: dict[str, int] = {}
    lines: dict[int, str] = {}
    pictures: dict[str, None] = {}
    lists: list[str] = []
    changes: list[str] = []
    shows_related = False
    for node in document.findall(_says_something):
        if isinstance(node, nodes.image):
            if mark := node.get("scrapbox-mark"):
                pictures[mark] = None
            continue
        if isinstance(node, scrapbox_listing):
            lists.append(node["query"])
            continue
        if isinstance(node, scrapbox_changelist):
            changes.append(node["query"])
            continue
        if isinstance(node, scrapbox_related):
            shows_related = True
            continue
        assert isinstance(node, addnodes.pending_xref)
        if node.get("refdomain") != "scrapbox":
            continue
        target, kind = node["reftarget"], node["reftype"]
        _, title = split_target(target)
        head, fragment = split_fragment(title)
        for spelling in (title, head):
            links[key(spelling)] = None
        if is_line_id(fragment):
            links[f"#{fragment}"] = None
        if kind in ("page", "tag") and target not in mentions and not _is_apart(node):
            mentions[target] = _line_around(node, lines)
        if kind == "tag":
            tags[target] = None
        elif kind == "icon":
            child = node[0]
            if isinstance(child, nodes.Element) and child.get("role") in _PERSON_ROLES:
                people[target] = people.get(target, 0) + 1
    return PageFacts(
        **record_of(document)._asdict(),
        links=tuple(links),
        mentions=tuple(mentions.items()),
        tags=tuple(tags),
        people=tuple(people),
        turns=tuple(people.values()),
        pictures=tuple(pictures),
        shows_related=shows_related,
        lists=tuple(lists),
        changes=tuple(changes),
    )


def _says_something(node: nodes.Node) -> bool:
    return isinstance(node, _TELLING)


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
    """The facts of one document: small and plain, to be pickled and merged.

    ``title`` is empty for a document that is no wiki page; ``links`` holds the targets as
    keys, each ``Title#…`` also without its fragment; ``mentions`` the targets of page links
    and tags as written, each with the line that it first stands in; ``tags`` and ``people``
    names as first written, ``turns`` how often each of the people speaks or signs; ``source`` the
    target that a translation was made from, ``translated`` each such target, behind the time
    of its translation as far as the page itself tells it;
    ``private`` says that the page's project must not be linked to; ``lock`` is the
    fingerprint of its row in a lock file, ``is_as_locked`` whether the row is that of the very
    text; ``lists`` are the queries of the lists that it shows, ``includes`` which pages it
    includes and what was known of them; ``snapshots`` changes when the document was told
    something else of the site's snapshots; ``changes`` are the queries of what it tells of
    changes.
    ``was`` are the page's earlier titles, ``pictures`` the marks of images for which files may
    come or go. ``summary`` is the page's first lines, ``image`` the address of its first image,
    or the file below the source folder that holds it; times are Unix seconds, 0 where nothing
    tells.
    """

    title: str = ""
    project: str = ""
    language: str = ""
    source: str = ""
    source_language: str = ""
    target_language: str = ""
    translated: tuple[tuple[int, str], ...] = ()
    links: tuple[str, ...] = ()
    mentions: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    turns: tuple[int, ...] = ()
    private: bool = False
    lock: str = ""
    is_as_locked: bool = False
    summary: str = ""
    image: str = ""
    created: int = 0
    updated: int = 0
    shows_related: bool = False
    lists: tuple[str, ...] = ()
    was: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    snapshots: str = ""
    pictures: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()

    @property
    def is_page(self) -> bool:
        """Whether the document is a page of a wiki."""
        return bool(self.title)
