"""The wiki's graph: what one document says of it, and what all of them make together.

A node of the graph is the docname of a document, or, for a page that nobody has written, its
name as :func:`wanted` spells it. Wanted pages group the pages that name them like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sphinx_scrapbox.wiki.titles import key

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

    :param mentions: by docname, the targets it links to, each with the linking line.
    :param find: (target, docname of the link) → docname, or None for a page not written.
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
