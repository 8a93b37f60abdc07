"""The roles of the domain, in reST and MyST alike.

``scrapbox:page``, ``scrapbox:tag``, ``scrapbox:icon`` and ``scrapbox:project`` give the very
nodes that a wiki page's own links give. All take ``Title``, ``/project/Title`` and
``text <Title>``; a ``!`` in front makes plain text of them, as it does for any Sphinx role.
"""

from __future__ import annotations

from docutils import nodes
from docutils.utils import unescape
from sphinx.util.docutils import ReferenceRole

from sphinx_scrapbox.rendering.nodes import scrapbox_icon
from sphinx_scrapbox.sphinx_ext.domain.site import SphinxSite
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.wiki.ast import Icon, IconRole
from sphinx_scrapbox.wiki.speakers import Speakers
from sphinx_scrapbox.wiki.titles import is_line_id, split_fragment, split_target


class WikiRole(ReferenceRole):
    """One of the roles; ``kind`` is page, tag, icon or project."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._kind = kind

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The reference, not yet resolved."""
        if self.disabled:
            return [nodes.Text(unescape(self.text[1:]))], []
        content = self._content()
        content.source, content.line = self.get_source_info()
        target = self.target
        if self._kind == "tag":
            target = target.removeprefix("#")
        elif self._kind == "project":
            target = f"/{target.strip('/')}"
        link = SphinxSite(self.env).link_by_hand(self._kind, target, content)
        link.rawsource = self.rawtext
        return [link], []

    def _content(self) -> nodes.Element:
        text = self.title
        if self._kind == "icon":
            project, name = split_target(self.target)
            icon = Icon(name, project)
            label = SphinxSite(self.env).label(icon)
            folder = source_folder(self.env)
            site_options = folder.projects.structure_options(folder.projects.of(self.env.docname))
            is_person = Speakers(site_options.marks, site_options.people).is_person(icon)
            role = IconRole.MENTION if is_person else IconRole.MARK
            shown = scrapbox_icon(
                name=name,
                project=project,
                label=text if self.has_explicit_title else label,
                role=role.value,
            )
            if is_person:
                shown["named"] = True  # a role is a word of a sentence
            return shown
        if not self.has_explicit_title:
            head, fragment = split_fragment(text)
            if self._kind == "page" and is_line_id(fragment):
                text = head
            elif self._kind == "tag":
                text = f"#{text.removeprefix('#')}"
            elif self._kind == "project":
                text = f"/{text.strip('/')}"
        return nodes.inline(self.rawtext, text, classes=["xref", f"scrapbox-{self._kind}"])
