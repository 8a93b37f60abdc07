"""The site around a page: makes its links, names its speakers, runs its directives."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx import addnodes

from .config import Config, options
from .icons import icon_file
from .nodes import icon as icon_node
from .page import CodeBlock, Icon
from .titles import join_target, page_of_url, split_target

if TYPE_CHECKING:
    from sphinx.environment import BuildEnvironment

DirectiveRunner = Callable[[CodeBlock], list[nodes.Node] | None]


class SiteSurroundings:
    """What :class:`.render.Renderer` needs, for a document that Sphinx is reading.

    :param project: where links without a project lead, if that is not the document's own.
    """

    def __init__(
        self,
        env: BuildEnvironment,
        run_directive: DirectiveRunner | None = None,
        *,
        project: str = "",
    ) -> None:
        self._env = env
        self._project = project
        self._config: Config = options(env.config)
        self._run_directive = run_directive

    def link(
        self, kind: str, target: str, content: nodes.Element, address: str = ""
    ) -> nodes.Element:
        """A ``pending_xref`` that the domain resolves once every page is known."""
        is_explicit = content.astext() != target
        if self._project and not split_target(target).project:
            target = join_target(self._project, target)
            if isinstance(content, icon_node):
                content["home"] = self._project
        xref = addnodes.pending_xref(
            "",
            content,
            refdoc=self._env.docname,
            refdomain="scrapbox",
            reftype=kind,
            reftarget=target,
            refexplicit=is_explicit,
            refwarn=False,
        )
        if address:
            xref["scrapbox-address"] = address
        xref.source, xref.line = content.source, content.line
        return xref

    def page_at(self, url: str) -> str | None:
        """``/project/Title`` for an address of a page of the wiki."""
        target = page_of_url(url, origin=self._config.url)
        return join_target(*target) if target else None

    def label(self, icon: Icon) -> str:
        """The display name of ``scrapbox_people``, else the icon's own name."""
        if file := icon_file(self._env, icon.name, icon.project):
            self._env.note_dependency(file)  # another image, another page
        person = self._config.person(icon.name, icon.project)
        return person.name if person else icon.name

    def directive(self, block: CodeBlock) -> list[nodes.Node] | None:
        """Run a directive of ``scrapbox_page_directives``; None shows it as code."""
        return self._run_directive(block) if self._run_directive else None
