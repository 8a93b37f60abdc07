"""What a renderer asks the site around a page for."""

from __future__ import annotations

from docutils import nodes

from sphinx_scrapbox.wiki.ast import CodeBlock, Icon
from sphinx_scrapbox.wiki.structure import StructuredPart


class Site:
    """A site of no other pages; subclasses know more."""

    plays_videos = True
    """Whether a video alone on its line may be played in place."""

    speech = "box"
    """How turns of a dialogue are shown: in a box, or "inline"."""

    def link(
        self, kind: str, target: str, content: nodes.Element, address: str = ""
    ) -> nodes.Element:
        """A reference of *kind* (page, tag, icon or project) to *target* that shows *content*.

        *address* is the URL that the page itself gives, for a target that is not on this site.
        """
        return content

    def page_at(self, url: str) -> str | None:
        """The target that a URL of the wiki itself stands for; None for any other URL."""
        return None

    def label(self, icon: Icon) -> str:
        """The name to show for an icon."""
        return icon.name

    def image(self, address: str) -> nodes.image:
        """The image at a URL, or a file of the site with the same content."""
        return nodes.image(uri=address, alt="", classes=["scrapbox-image"])

    def directive(self, block: CodeBlock) -> list[nodes.Node] | None:
        """The nodes of a directive that wiki pages may use; None shows the block as code."""
        return None

    def add_still(self, film: nodes.Element, address: str) -> None:
        """Give *film* its still image at *address*, if the site has a file of it.

        The path of the file is the attribute ``still``.
        """

    def report_formula(self, problem: str, command: str, node: nodes.Element) -> None:
        """Note that *node* shows the source of a formula that cannot be typeset.

        *command* is the name of the command that is not allowed, if that is the problem.
        """

    def notices(self, part: StructuredPart) -> tuple[list[nodes.Node], list[nodes.Node]]:
        """The nodes before and after the content of a part with a translation footer."""
        return [], []
