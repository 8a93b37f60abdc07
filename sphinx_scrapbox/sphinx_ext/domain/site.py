"""What a page asks the site for while Sphinx reads it: links, names, images."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from docutils import nodes
from sphinx import addnodes
from sphinx.environment import BuildEnvironment

from sphinx_scrapbox.rendering.language import language_class
from sphinx_scrapbox.rendering.nodes import scrapbox_icon
from sphinx_scrapbox.rendering.site import Site
from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME
from sphinx_scrapbox.sphinx_ext.config.options import Config, options
from sphinx_scrapbox.sphinx_ext.sources.fetched_files import image_mark
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.sphinx_ext.sources.locks import Locked
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn
from sphinx_scrapbox.wiki.ast import Icon
from sphinx_scrapbox.wiki.lines import Excerpt, ExcerptLink
from sphinx_scrapbox.wiki.structure import StructuredPage
from sphinx_scrapbox.wiki.titles import join_target, split_target

BY_HAND = "scrapbox-by-hand"
"""The attribute of links that somebody wrote into a document: as a role, or in MyST."""
RESOLVED_AGAIN = "scrapbox-resolved-again"
"""The attribute of links that are also part of another document, which warns of them."""


class SphinxSite(Site):
    """The site for the document that Sphinx is reading or writing.

    :param project: where links without a project lead, if that is not the document's own.
    :param docfile: the file that the page is from, if that is not the document's own.
    """

    def __init__(
        self, env: BuildEnvironment, *, project: str = "", docfile: Path | None = None
    ) -> None:
        self._env = env
        self._project = project
        self._docfile = docfile
        self._config: Config = options(env.config)
        self._folder = source_folder(env)
        self.plays_videos = self._config.videos == "remote"
        self.speech = self._config.speech

    def link(
        self, kind: str, target: str, content: nodes.Element, address: str = ""
    ) -> nodes.Element:
        """A ``pending_xref`` that the domain resolves once every page is known."""
        is_explicit = content.astext() != target
        if self._project and not split_target(target).project:
            target = join_target(self._project, target)
            if isinstance(content, scrapbox_icon):
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

    def link_by_hand(self, kind: str, target: str, content: nodes.Element) -> nodes.Element:
        """:meth:`link` for one that somebody wrote by hand, where it may be a typing error."""
        xref = self.link(kind, target, content)
        xref[BY_HAND] = True
        return xref

    def page_link(
        self, target: str, title: str, docname: str = "", language: str = ""
    ) -> nodes.Element:
        """A link with the title of a page as its text; *docname* is that of a known page."""
        shown = nodes.inline("", title, classes=["xref", "scrapbox-page"])
        if language:
            shown["classes"].append(language_class(language))  # HTML's attribute ``lang``
        link = self.link("page", target, shown)
        if docname:
            link["scrapbox-docname"] = docname
        return link

    def excerpt(
        self, page: StructuredPage, translations: Mapping[int, str] = MappingProxyType({})
    ) -> Excerpt:
        """The first lines of a page; a link to an address of the wiki names the page there.

        :param translations: the text that takes the place of a line, by its number in the file.
        """
        return tuple(
            line._replace(pieces=tuple(map(self._located, line.pieces)))
            for line in page.excerpt(self.label, translations)
        )

    def _located(self, piece: str | ExcerptLink) -> str | ExcerptLink:
        if isinstance(piece, str) or not piece.address:
            return piece
        return piece._replace(target=self.page_at(piece.address) or "")

    def page_at(self, url: str) -> str | None:
        """``/project/Title`` for an address of a page of the wiki."""
        target = self._folder.snapshots.page_at(url, self._docname)
        return join_target(*target) if target else None

    @cached_property
    def _docname(self) -> str:
        """The docname of the page; that of the document if the page is none of the site."""
        docname = self._env.path2doc(self._docfile) if self._docfile else None
        return docname or self._env.docname

    def label(self, icon: Icon) -> str:
        """The display name of ``scrapbox_people``, else the icon's own name."""
        if file := self._folder.icons.find(icon.name, icon.project, self._own):
            self._env.note_dependency(file)  # another image, another page
        person = self._folder.projects.person(icon.name, icon.project, self._own)
        return person.name if person else icon.name

    def image(self, address: str) -> nodes.image:
        """An image that is shown where it is, or the file of the site that was fetched from there.

        ``scrapbox-address`` keeps the address then; ``scrapbox-mark`` tells the domain of an
        image for which a file may come or go.
        """
        image = nodes.image(uri=address, alt="", classes=["scrapbox-image"])
        if locked := self._locked:
            image["scrapbox-mark"] = image_mark(locked.folder, address)
            fetched = self._folder.fetched_files
            if file := fetched.image(locked.folder, locked.lock, address):
                self._env.note_dependency(file)  # one that is refused may be mended
                if fetched.is_image(file):
                    image["uri"] = f"/{file}"
                    image["scrapbox-address"] = address
        return image

    def add_still(self, film: nodes.Element, address: str) -> None:
        """The file that was fetched from there; no other host is asked for a still image."""
        image = self.image(address)
        if "scrapbox-address" in image:
            film["still"] = image["uri"].removeprefix("/")
        if mark := image.get("scrapbox-mark"):
            film["scrapbox-mark"] = mark

    def report_formula(self, problem: str, command: str, node: nodes.Element) -> None:
        """Warn of a command that is not allowed, on the page itself and not where it is included.

        Other faults show in the wiki as well.
        """
        if command and self._docfile is None:
            warn(
                Warn.FORMULA,
                f"a formula is shown as its source, because {problem}; "
                "see 'Formulas' in the documentation of sphinx-scrapbox for the commands that "
                "are allowed",
                location=node,
            )

    @cached_property
    def _own(self) -> str:
        """The project of the document, or of the page that it shows."""
        if self._docfile:
            return self._folder.projects.of_file(self._docfile)
        return self._folder.projects.of(self._env.docname)

    @cached_property
    def _locked(self) -> Locked | None:
        env = self._env
        locked = self._folder.locks.of(self._docfile or Path(env.doc2path(env.docname)))
        if (
            locked
            and locked.lock.pictures
            and not self._folder.fetched_files.watches(locked.folder)
        ):
            env.note_dependency(f"{locked.folder}/{LOCK_NAME}")
        return locked
