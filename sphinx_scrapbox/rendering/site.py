"""TODO: say what this file is."""

from __future__ import annotations

from typing import Protocol

from docutils import nodes

from sphinx_scrapbox.wiki.ast import CodeBlock, Icon


class Site(Protocol):
    """What the renderer needs of the site around the page."""

    def link(
        self, kind: str, target: str, content: nodes.Element, address: str = ""
    ) -> nodes.Element:
        """A reference of *kind* (page, tag, icon, project) to *target* that shows *content*.

        *address* is where it leads, as an ordinary link, if the target is not here.
        """

    def page_at(self, url: str) -> str | None:
        """The target that an address of the wiki itself stands for; None for any other."""

    def label(self, icon: Icon) -> str:
        """The name to show for an icon."""

    def image(self, address: str) -> nodes.image:
        """The image at an address, or a file of the site that holds the same."""

    def directive(self, block: CodeBlock) -> list[nodes.Node] | None:
        """The nodes of a directive that may work in wiki pages; None for mere code."""
