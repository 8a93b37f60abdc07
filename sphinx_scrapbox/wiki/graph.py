"""The link graph of a wiki.

A node is the docname of a document or, for a page that does not exist, the name that
:func:`wanted` returns. Wanted pages connect the pages that link to them like existing ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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
    """Links between documents, with the text of the linking lines.

    :param mentions: by docname, the targets it links to, each with the linking line.
    :param find: (target, docname of the link) → docname, or None for a page that does not exist.
    :param project_of: docname → project, for the names of wanted pages.
    """

    def __init__(
        self,
        mentions: Mapping[str, Iterable[tuple[str, str]]],
        find: Callable[[str, str], str | None],
        project_of: Callable[[str], str],
        split: Callable[[str], tuple[str, str]],
    ) -> None:
        self._from: dict[str, dict[str, str]] = {}
        self._to: dict[str, dict[str, str]] = {}
        self._wanted_titles: dict[str, str] = {}
        for docname in sorted(mentions):
            for target, line in mentions[docname]:
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
        """The title of a wanted page, as first linked."""
        return self._wanted_titles[node]

    def wanted_nodes(self) -> Iterable[str]:
        """All pages that are linked to and do not exist."""
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
