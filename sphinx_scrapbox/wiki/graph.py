"""The link graph of a wiki.

A node is the docname of a document or, for a page that does not exist, the name that
:func:`wanted` returns. Wanted pages connect the pages that link to them like existing ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import starmap

from sphinx_scrapbox.wiki.titles import key


def wanted(project: str, title: str) -> str:
    """The node of a page that does not exist; "?/" at its start is not possible in a docname."""
    return f"?/{project}/{key(title)}"


def is_wanted(node: str) -> bool:
    """Whether a node is a page that does not exist."""
    return node.startswith("?/")


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A linked page and the line that links."""

    node: str
    line: str


@dataclass(frozen=True, slots=True)
class Group:
    """The ``others``, in order of name, also link to ``via``."""

    via: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RelatedNodes:
    """The nodes related to one document."""

    links: tuple[Neighbour, ...]
    linked_from: tuple[Neighbour, ...]
    groups: tuple[Group, ...]

    def __bool__(self) -> bool:
        return bool(self.links or self.linked_from or self.groups)


class Graph:
    """Links between documents, with the text of the linking lines; found when they are asked for.

    :param mentions: by docname, the targets it links to, each with the linking line.
    :param find: (target, docname of the link) → docname, or None for a page that does not exist.
    :param project_of: docname → project, for the names of wanted pages.
    :param linking: node → the docnames of all documents that may link to it; without it, the links
        of all documents are found at once.
    """

    def __init__(
        self,
        mentions: Mapping[str, Iterable[tuple[str, str]]],
        find: Callable[[str, str], str | None],
        project_of: Callable[[str], str],
        split: Callable[[str], tuple[str, str]],
        linking: Callable[[str], Iterable[str]] | None = None,
    ) -> None:
        self._mentions = mentions
        self._find = find
        self._project_of = project_of
        self._split = split
        self._linking = linking or self._all_linking
        self._all_links_to: dict[str, list[str]] | None = None
        self._from: dict[str, dict[str, str]] = {}
        self._to: dict[str, dict[str, str]] = {}
        self._titles_in: dict[str, dict[str, str]] = {}
        self._wanted_titles: dict[str, str] | None = None

    def _all_linking(self, node: str) -> Iterable[str]:
        if self._all_links_to is None:
            self._all_links_to = {}
            for docname in self._mentions:
                for other in self.links_of(docname):
                    self._all_links_to.setdefault(other, []).append(docname)
        return self._all_links_to.get(node, ())

    def nodes_of(
        self, docname: str, mentions: Iterable[tuple[str, str]]
    ) -> Iterator[tuple[str, str, str]]:
        """The node, the title and the line of each link that *docname* has, or would have."""
        for target, line in mentions:
            node = self._find(target, docname)
            project, title = self._split(target)
            if node is None and title:
                node = wanted(project or self._project_of(docname), title)
            if node is not None:
                yield node, title, line

    def links_of(self, docname: str) -> Mapping[str, str]:
        """Node → linking line, in the order of the page."""
        links = self._from.get(docname)
        if links is None:
            links = self._from[docname] = {}
            titles = self._titles_in[docname] = {}
            for node, title, line in self.nodes_of(docname, self._mentions.get(docname, ())):
                if node != docname:
                    links.setdefault(node, line)
                    if is_wanted(node):
                        titles.setdefault(node, title)
        return links

    def links_to(self, node: str) -> Mapping[str, str]:
        """Docname → linking line, in order of docname."""
        links = self._to.get(node)
        if links is None:
            links = self._to[node] = {}
            for docname in sorted(self._linking(node)):
                if (line := self.links_of(docname).get(node)) is not None:
                    links[docname] = line
        return links

    def wanted_title(self, node: str) -> str:
        """The title of a wanted page, as first linked."""
        if self._wanted_titles is not None:
            return self._wanted_titles[node]
        docname = next(iter(self.links_to(node)), None)
        if docname is None:
            raise KeyError(node)
        return self._titles_in[docname][node]

    def wanted_nodes(self) -> Iterable[str]:
        """All pages that are linked to and do not exist."""
        if self._wanted_titles is None:
            titles: dict[str, str] = {}
            for docname in sorted(self._mentions):
                for node, title, _line in self.nodes_of(docname, self._mentions[docname]):
                    if is_wanted(node):
                        titles.setdefault(node, title)
            self._wanted_titles = titles
        return self._wanted_titles

    def related(self, docname: str) -> RelatedNodes:
        """The links from and to *docname*, and the pages that link to the same pages (two hops).

        Pages at one hop are left out of the groups. Small groups come first: a link that few
        pages share is the most specific.
        """
        links, linked_from = self.links_of(docname), self.links_to(docname)
        near = {docname, *links, *linked_from}
        groups = [
            Group(via, others)
            for via in links
            if (others := tuple(other for other in self.links_to(via) if other not in near))
        ]
        groups.sort(key=lambda group: (len(group.others), group.via))
        return RelatedNodes(
            tuple(Neighbour(node, line) for node, line in links.items() if not is_wanted(node)),
            tuple(starmap(Neighbour, linked_from.items())),
            tuple(groups),
        )
