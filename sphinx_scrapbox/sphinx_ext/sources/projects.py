"""The project of each document of a site, and what that means for icons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sphinx.project import Project

from sphinx_scrapbox.formats.evidence.own_project import Projects, Statement
from sphinx_scrapbox.sphinx_ext.config.options import Config
from sphinx_scrapbox.sphinx_ext.config.values import Person
from sphinx_scrapbox.sphinx_ext.sources.locks import Locks
from sphinx_scrapbox.wiki.structure import StructureOptions
from sphinx_scrapbox.wiki.titles import join_target, key, split_target


class SiteProjects:
    """The projects of one build, decided before the first document is read.

    Reading processes inherit them. Until then, nothing but the configuration and the lock files
    is known.
    """

    def __init__(self, project: Project, locks: Locks, config: Config) -> None:
        self._project = project
        self._srcdir = Path(project.srcdir)
        self._locks = locks
        self._config = config
        self.decide({})

    def decide(self, statements: Mapping[str, Statement]) -> None:
        """Take what the pages say, by docname."""
        self.__dict__.pop("here", None)
        self.__dict__.pop("_projects", None)
        self._statements = statements

    @cached_property
    def _projects(self) -> Projects:
        return Projects(
            self._statements,
            locked=self._locked,
            configured=self._config.project_of,
            default=self._config.project.default,
        )

    def locked(self, docnames: Iterable[str]) -> dict[str, str]:
        """The project that a lock file names, by folder with documents; "" for none."""
        folders = {docname.rpartition("/")[0] for docname in docnames}
        return {folder: self._locked(folder) for folder in sorted(folders)}

    def _locked(self, folder: str) -> str:
        above = self._locks.above(self._srcdir / folder)
        return " ".join(above.lock.project.split()) if above else ""

    def of(self, docname: str) -> str:
        """The project of a document, wiki page or not; "" if it is unknown."""
        return self._projects.of(docname)

    def of_file(self, path: Path) -> str:
        """The project of the page in a file of the site."""
        return self.of(self._project.path2doc(str(path)) or "")

    def own_of(self, docname: str) -> tuple[str, ...]:
        """The projects that a link by title prefers: that of the document, then the default."""
        own = (self.of(docname), self._config.project.default)
        return tuple(dict.fromkeys(filter(None, own))) or ("",)

    def may_be(self, docname: str, project: str) -> bool:
        """Whether a page of unknown project may be of *project*."""
        return self._projects.may_be(docname, project)

    @cached_property
    def here(self) -> frozenset[str]:
        """The keys of the projects that have a page on this site."""
        configured = (self._config.project.default, *dict(self._config.project.globs).values())
        return frozenset(map(key, filter(None, (*configured, *self._projects.here))))

    def icon_keys(self, name: str, project: str, own: str) -> Iterator[str]:
        """The keys by which the configuration may name an icon, the most specific first.

        A name without a project stands for the icons of that name of all wikis of this site.
        """
        if project or own:
            yield key(join_target(project or own, name))
        if not project or key(project) in self.here:
            yield key(name)

    def person(self, name: str, project: str = "", own: str = "") -> Person | None:
        """The person of ``scrapbox_people`` behind an icon.

        :param project: that of the icon; "" if it names none.
        :param own: that of the page with the icon.
        """
        people = self._config.people
        if not people:
            return None
        return next(filter(None, map(people.get, self.icon_keys(name, project, own))), None)

    def structure_options(self, own: str) -> StructureOptions:
        """What the configuration says to :func:`.structure` of pages of a project."""
        config = self._config
        people = _People(self, own) if config.people else frozenset[str]()
        return StructureOptions(marks=config.marks, people=people, wordings=config.wordings)


@dataclass(frozen=True, slots=True)
class _People:
    """The keys of the icons of ``scrapbox_people``, as pages of a project show them."""

    projects: SiteProjects
    own: str

    def __contains__(self, target: object) -> bool:
        if not isinstance(target, str):
            return False
        project, name = split_target(target)
        return self.projects.person(name, project, self.own) is not None
