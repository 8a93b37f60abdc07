"""The wiki's graph: what one document says of it, and what all of them make together.

A node of the graph is the docname of a document, or, for a page that nobody has written, its
name as :func:`wanted` spells it. Wanted pages group the pages that name them like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from .titles import key


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


_WANTED = "?"


def wanted(project: str, title: str) -> str:
    """The node of a page that nobody has written.

    No document can bear this name: it begins with a sign and a slash.
    """
    return f"{_WANTED}/{project}/{key(title)}"


def is_wanted(node: str) -> bool:
    """Whether a node is a page that nobody has written."""
    return node.startswith(f"{_WANTED}/")


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A linked page and the line that links."""

    node: str
    line: str


@dataclass(frozen=True, slots=True)
class Group:
    """Pages that name ``via`` as well; ``others`` in order of name."""

    via: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Related:
    """What is related to one document."""

    links: tuple[Neighbour, ...]
    linked_from: tuple[Neighbour, ...]
    groups: tuple[Group, ...]

    def __bool__(self) -> bool:
        return bool(self.links or self.linked_from or self.groups)


class Graph:
    """Who links to whom, with the linking lines.

    :param facts: facts by docname.
    :param find: (target, docname of the link) → docname, or None for a page not written.
    :param project_of: docname → project, for the names of wanted pages.
    """

    def __init__(
        self,
        facts: Mapping[str, PageFacts],
        find: Callable[[str, str], str | None],
        project_of: Callable[[str], str],
        split: Callable[[str], tuple[str, str]],
    ) -> None:
        self._from: dict[str, dict[str, str]] = {}
        self._to: dict[str, dict[str, str]] = {}
        self._wanted_titles: dict[str, str] = {}
        for docname in sorted(facts):
            for target, line in facts[docname].mentions:
                node = find(target, docname)
                if node is None:
                    project, title = split(target)
                    if not title:
                        continue
                    node = wanted(project or project_of(docname), title)
                    self._wanted_titles.setdefault(node, title)
                if node != docname:
                    self._from.setdefault(docname, {}).setdefault(node, line)
                    self._to.setdefault(node, {}).setdefault(docname, line)

    def links_of(self, docname: str) -> Mapping[str, str]:
        """Node → linking line, in the order of the page."""
        return self._from.get(docname, {})

    def links_to(self, node: str) -> Mapping[str, str]:
        """Docname → linking line, in order of docname."""
        return self._to.get(node, {})

    def wanted_title(self, node: str) -> str:
        """The title of a wanted page, as it was first written."""
        return self._wanted_titles[node]

    def wanted_nodes(self) -> Iterable[str]:
        """Every page that is named and not written."""
        return self._wanted_titles

    def related(self, docname: str) -> Related:
        """What is linked from *docname*, what links to it, and who names the same pages.

        Pages that are one step away are not repeated among those that are two. Groups come
        in the order of size, the smallest first: a link that few share says most.
        """
        links = self.links_of(docname)
        linked_from = self.links_to(docname)
        near = {docname, *links, *linked_from}
        groups = [
            Group(via, others)
            for via in links
            if (others := tuple(other for other in self.links_to(via) if other not in near))
        ]
        groups.sort(key=lambda group: (len(group.others), group.via))
        return Related(
            tuple(Neighbour(node, line) for node, line in links.items() if not is_wanted(node)),
            tuple(Neighbour(node, line) for node, line in linked_from.items()),
            tuple(groups),
        )
