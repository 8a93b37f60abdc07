"""One object for everything that a build knows about its source folder.

Each part is computed on first use, if possible before Sphinx forks its reading processes, so that
they inherit it. It is not pickled and does not outlive the build.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from weakref import WeakKeyDictionary

from sphinx.config import Config as SphinxConfig
from sphinx.environment import BuildEnvironment
from sphinx.project import Project

from sphinx_scrapbox.snapshot.lockfile import Lock
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.sources.fetched_files import FetchedFiles
from sphinx_scrapbox.sphinx_ext.sources.file_types import NATIVE, FileTypes
from sphinx_scrapbox.sphinx_ext.sources.icons import IconImages
from sphinx_scrapbox.sphinx_ext.sources.locks import Locks
from sphinx_scrapbox.sphinx_ext.sources.page_files import PageFiles
from sphinx_scrapbox.sphinx_ext.sources.projects import SiteProjects
from sphinx_scrapbox.sphinx_ext.sources.snapshots import Snapshots


class SourceFolder:
    """Lock files, pages, snapshots, icons and fetched files of one build."""

    def __init__(self, project: Project, config: SphinxConfig) -> None:
        self._project = project
        self._sphinx_config = config
        self._config = options(config)
        self.srcdir = Path(project.srcdir)
        self.locks = Locks(self.srcdir)
        self.types = FileTypes(config.source_suffix)

    @cached_property
    def projects(self) -> SiteProjects:
        """The project of each document."""
        return SiteProjects(self._project, self.locks, self._config)

    @cached_property
    def pages(self) -> PageFiles:
        """The page files of the site."""
        return PageFiles(self._project, self.locks, self.projects, self._config, self.types)

    @cached_property
    def snapshots(self) -> Snapshots:
        """The snapshots that hold a document of the site."""
        return Snapshots(
            self._project, self.locks, self.projects, self._config, self._sphinx_config
        )

    @cached_property
    def has_catalogues(self) -> bool:
        """Whether there may be message catalogues: a folder of ``locale_dirs`` exists."""
        return any((self.srcdir / name).is_dir() for name in self._sphinx_config.locale_dirs)

    @cached_property
    def icons(self) -> IconImages:
        """The images that the configuration has for icons."""
        return IconImages(self.srcdir, self._config, self.projects)

    @cached_property
    def fetched_files(self) -> FetchedFiles:
        """The fetched files of each folder with a lock file and a page of the site."""
        locks: dict[str, Lock] = {}
        looked_up: set[str] = set()  # folders whose lock file is known, or that have none
        for docname in sorted(self._project.docnames):
            folder = docname.rpartition("/")[0]
            if folder in looked_up:
                continue
            above = self.locks.above_document(docname)
            if above is not None:
                if self.types.of(self._project.doc2path(docname, False)) != NATIVE:
                    continue
                locks[above.folder] = above.lock
            looked_up.add(folder)
        return FetchedFiles(self.srcdir, locks)


_FOLDERS: WeakKeyDictionary[BuildEnvironment, SourceFolder] = WeakKeyDictionary()


def source_folder(env: BuildEnvironment) -> SourceFolder:
    """The source folder of the build that *env* belongs to."""
    if (folder := _FOLDERS.get(env)) is None:
        folder = _FOLDERS[env] = SourceFolder(env.project, env.config)
    return folder
