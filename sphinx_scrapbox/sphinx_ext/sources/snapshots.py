"""The snapshots of a site: which wiki its pages are from and when, as the lock files say."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from docutils import nodes
from sphinx.config import Config as SphinxConfig
from sphinx.locale import _ as sphinx_gettext
from sphinx.project import Project
from sphinx.util.i18n import format_date

from sphinx_scrapbox.snapshot.lockfile import Lock
from sphinx_scrapbox.sphinx_ext.config.options import Config
from sphinx_scrapbox.sphinx_ext.sources.locks import FolderLock, Locks
from sphinx_scrapbox.sphinx_ext.sources.projects import SiteProjects
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn
from sphinx_scrapbox.wiki.dates import clamp
from sphinx_scrapbox.wiki.titles import Target
from sphinx_scrapbox.wiki.urls import page_of_url, page_url


class SiteSnapshot(NamedTuple):
    """A lock file with a document of the site below it."""

    folder: str
    """The folder of the lock file, relative to the source folder."""
    project: str
    origin: str
    """The address of the wiki's host."""
    taken: int
    """When the pages were fetched or exported, in Unix seconds; 0 if unknown."""
    private: bool
    """Whether the wiki must not be linked to."""
    pages: int


class Snapshots:
    """The snapshots of one build."""

    def __init__(
        self,
        project: Project,
        locks: Locks,
        projects: SiteProjects,
        config: Config,
        sphinx_config: SphinxConfig,
    ) -> None:
        self._project = project
        self._projects = projects
        self._srcdir = Path(project.srcdir)
        self._locks = locks
        self._config = config
        self._sphinx_config = sphinx_config

    @cached_property
    def _by_folder(self) -> dict[str, SiteSnapshot]:
        docnames = sorted(self._project.docnames)
        folders = dict.fromkeys(docname.rpartition("/")[0] for docname in docnames)
        above = (self._locks.above(self._srcdir / folder) for folder in folders)
        snapshots = {self._snapshot(entry) for entry in above if entry and entry.lock != Lock()}
        # A project that one lock file declares private is private everywhere.
        private = {snapshot.project for snapshot in snapshots if snapshot.private}
        return {
            snapshot.folder: snapshot._replace(private=snapshot.project in private)
            for snapshot in sorted(snapshots)
        }

    def _snapshot(self, entry: FolderLock) -> SiteSnapshot:
        lock = entry.lock
        return SiteSnapshot(
            entry.folder,
            " ".join(lock.project.split()) or self._config.project.default,
            lock.origin or self._config.url,
            clamp(lock.exported),
            lock.private,
            len(lock.pages),
        )

    def all(self) -> list[SiteSnapshot]:
        """The snapshots that contain a document, in the order of their folders."""
        return list(self._by_folder.values())

    def above(self, docname: str) -> SiteSnapshot | None:
        """The snapshot whose folder contains a document, wiki page or not; None if none does."""
        above = self._locks.above_document(docname)
        return self._by_folder.get(above.folder) if above else None

    def origin_of(self, project: str) -> str:
        """The host of a project: from its snapshot, else from the configuration."""
        return self._origins.get(project, self._config.url)

    @cached_property
    def _origins(self) -> dict[str, str]:
        """The host of each project that has a snapshot: that of the first one."""
        return {snapshot.project: snapshot.origin for snapshot in reversed(self.all())}

    def page_url(self, project: str, title: str) -> str:
        """The address of a page in the live wiki; of the project if *title* is ""."""
        return page_url(project, title, origin=self.origin_of(project))

    def page_at(self, address: str, docname: str) -> Target | None:
        """The page of a wiki that an address in a document leads to; None for any other address.

        Known are the addresses of the document's own wiki and of ``scrapbox_url``.
        """
        above = self.above(docname)
        origins = dict.fromkeys((above.origin if above else self._config.url, self._config.url))
        pages = (page_of_url(address, origin=origin) for origin in origins)
        return next(filter(None, pages), None)

    @cached_property
    def checksum(self) -> str:
        """Changes whenever :meth:`value` may return something else."""
        config = self._sphinx_config
        content = (config.html_last_updated_fmt, config.html_last_updated_use_utc, self.all())
        return f"{crc32(repr(content).encode('utf-8', 'replace')):08x}"

    def value(self, name: str, docname: str, location: nodes.Node | str | None = None) -> str:
        """The "date" or the "project" of a document's snapshot; "" and a warning if ambiguous.

        The snapshot is the one that contains the document, else that of the document's project,
        else the only one. The document's record must note :attr:`checksum`.
        """
        above, project = self.above(docname), self._projects.of(docname)
        own = [snapshot for snapshot in self.all() if snapshot.project == project]
        values = self._values([above] if above else own or self.all(), name)
        if not values and name == "project" and project:
            return project
        if len(values) != 1:
            message = f"no lock file gives the {name} of the wiki's pages"
            if values:
                message = f"lock files differ in the {name} of the wiki's pages: "
            warn(Warn.SNAPSHOT, message + ", ".join(values), location=location or docname)
            return ""
        return values[0]

    def _values(self, snapshots: list[SiteSnapshot], name: str) -> list[str]:
        """The distinct values of the snapshots that have one."""
        if name == "project":
            values = [snapshot.project for snapshot in snapshots]
        else:
            times = [snapshot.taken for snapshot in snapshots if snapshot.taken]
            values = [format_time(self._sphinx_config, time) for time in times]
        return list(dict.fromkeys(filter(None, values)))


def format_time(config: SphinxConfig, time: int) -> str:
    """A Unix time as Sphinx's HTML builder shows the time of the build.

    That is in local time, unless ``html_last_updated_use_utc`` or ``SOURCE_DATE_EPOCH`` is set. A
    time at midnight (UTC) is a day that a page names without a time: it is the same everywhere.
    """
    date = datetime.fromtimestamp(time, UTC)
    is_utc = config.html_last_updated_use_utc or "SOURCE_DATE_EPOCH" in os.environ
    if time % 86400 and not is_utc:
        date = date.astimezone()
    return format_date(
        config.html_last_updated_fmt or sphinx_gettext("%b %d, %Y"),
        date=date,
        language=config.language,
    )


SUBSTITUTIONS = ("date", "project")
"""The values of :meth:`Snapshots.value` that hand-written documents can substitute."""
