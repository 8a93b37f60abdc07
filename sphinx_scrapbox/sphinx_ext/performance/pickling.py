"""Pickle only the entries that a reading process added itself.

Each process that reads documents in parallel sends its whole environment back, with the entries
of all documents that were read before it started, and tables over all files of the source folder.
The main process takes only the entries of the documents that it had given to the process. While
documents are read, the largest tables therefore track which entries are new, and others are left
out. An environment that was sent refers to itself by its settings, so that it would stay in memory
until Python's garbage collection runs; this reference is removed.

- Replaces: how ``Builder._read_parallel`` pickles and keeps ``BuildEnvironment``.
- Saves: at two processes no CPU time up to some thousands of pages, but memory: 341 MB instead of
  435 MB for 1,500 pages. Of a site of 100,000 pages, the main process has 1.1 GiB when 72,000 are
  read; it had 1.8 GiB after 15,000, as it kept tables over all files for each group of documents.
- Unnecessary if Sphinx sent only the entries of the documents that a process was given.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Set
from copy import copy, deepcopy
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors.metadata import MetadataCollector
from sphinx.environment.collectors.title import TitleCollector
from sphinx.environment.collectors.toctree import TocTreeCollector
from sphinx.project import Project

from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.performance.rebuilding.parted_tables import LoadedOnDemand
from sphinx_scrapbox.sphinx_ext.warnings import note_unknown_internals

T = TypeVar("T")

_TABLES = ("all_docs", "titles", "longtitles", "tocs", "toc_num_entries")
"""Tables of the environment by docname, of which a merge takes single entries."""
_DEFAULT_TABLES = ("metadata", "included")
"""The same, with a value for other docnames."""
_OTHER_TABLES = ("toctree_includes", "glob_toctrees", "numbered_toctrees", "files_to_rebuild")
_OF_FILES = ("docnames", "_path_to_docname", "_docname_to_path")
"""Tables of the project over all files."""
_MERGED = ("facts", "collected")
"""What :meth:`.ScrapboxDomain.merge_domaindata` takes."""


class TrackingDict(dict[str, T]):
    """A dict that is pickled as a plain dict of the entries that this process set."""

    def __init__(self, table: Mapping[str, T]) -> None:
        super().__init__(table)
        self._process = os.getpid()
        self._own: dict[str, None] = {}

    def _note(self, name: str) -> None:
        if self._process != (process := os.getpid()):
            self._process, self._own = process, {}
        self._own[name] = None

    def __setitem__(self, name: str, entry: T) -> None:
        self._note(name)
        super().__setitem__(name, entry)

    def setdefault(self, name: str, default: T) -> T:
        if name not in self:
            self[name] = default
        return self[name]

    def update(self, *tables: Any, **entries: T) -> None:
        for name, entry in dict(*tables, **entries).items():
            self[name] = entry

    def __copy__(self) -> dict[str, T]:
        return dict(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, T]:
        return deepcopy(dict(self), memo)

    def __reduce__(self) -> tuple[Callable[..., dict[str, T]], tuple[dict[str, T]]]:
        return dict, ({name: self[name] for name in self.added() if name in self},)

    def added(self) -> list[str]:
        """The names of entries that this process set."""
        return list(self._own) if self._process == os.getpid() else []


class TrackingDefaultDict(defaultdict[str, Any]):
    """A default dict that is pickled as one with the entries that this process set."""

    def __init__(self, table: defaultdict[str, Any]) -> None:
        super().__init__(table.default_factory)
        self._own = TrackingDict[None]({})
        super().update(table)

    def __setitem__(self, name: str, entry: Any) -> None:
        self._own[name] = None
        super().__setitem__(name, entry)

    def __missing__(self, name: str) -> Any:
        # From Python 3.14, that of defaultdict does not call __setitem__.
        assert self.default_factory is not None
        self[name] = entry = self.default_factory()
        return entry

    def __copy__(self) -> defaultdict[str, Any]:  # type: ignore[override]
        return defaultdict(self.default_factory, self)

    def __deepcopy__(self, memo: dict[int, Any]) -> defaultdict[str, Any]:
        return deepcopy(defaultdict(self.default_factory, self), memo)

    def __reduce__(self) -> Any:
        own = {name: self[name] for name in self._own.added() if name in self}
        return defaultdict, (self.default_factory, own)


class PartOfData(dict[str, Any]):
    """The data of a domain, of which another process pickles what is merged."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self._process = os.getpid()

    def __reduce__(self) -> Any:
        names = _MERGED if self._process != os.getpid() else self.keys()
        return dict, ({name: self[name] for name in names},)


class SentProject(Project):
    """A project that another process pickles without the tables of its files.

    It shares them with the project that it is made of.
    """

    def __init__(self, project: Project) -> None:
        self.__dict__.update(vars(project))
        self.original = project
        self._process = os.getpid()

    def __reduce__(self) -> Any:
        project = copy(self.original)
        if self._process != os.getpid():
            for name in _OF_FILES:
                setattr(project, name, type(getattr(project, name))())
        return _as_it_is, (project,)


def _as_it_is(project: Project) -> Project:
    return project


def install_tracking_tables(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Handler of ``env-before-read-docs``, after all others: track while documents are read."""
    if app.parallel <= 1 or not options(app.config).fast:
        return
    if not _has_known_shape(env):
        note_unknown_internals("the tables of the environment")
        return
    _exchange(env, {dict: TrackingDict, defaultdict: TrackingDefaultDict})
    env.project = SentProject(env.project)
    _set_data(env, PartOfData)


def remove_tracking_tables(app: Sphinx, env: BuildEnvironment) -> None:
    """Handler of ``env-updated``, before all others: make the tables plain again."""
    _exchange(env, {TrackingDict: dict, TrackingDefaultDict: copy})
    if isinstance(env.project, SentProject):
        env.project = env.project.original
    if type(domain_of(env).data) is PartOfData:
        _set_data(env, dict)


def forget_sent(
    app: Sphinx, env: BuildEnvironment, docnames: Set[str], other: BuildEnvironment
) -> None:
    """Handler of ``env-merge-info``, after all others: have Python free *other* afterwards."""
    if options(app.config).fast and isinstance(getattr(other, "settings", None), dict):
        other.settings.pop("env", None)


def _has_known_shape(env: BuildEnvironment) -> bool:
    """Whether the tables are dicts, and a merge takes only entries of the given documents."""
    if any(type(getattr(env, name, None)) not in (dict, LoadedOnDemand) for name in _TABLES):
        return False
    if any(type(getattr(env, name, None)) is not defaultdict for name in _DEFAULT_TABLES):
        return False
    if type(env.project) is not Project or not vars(env.project).keys() >= set(_OF_FILES):
        return False
    # Merge a document from what a process that read only this one would send.
    by_docname = (*_TABLES, *_DEFAULT_TABLES)
    own, sent = (
        SimpleNamespace(
            **{name: {docname: 0} for name in by_docname},
            **{name: {} for name in _OTHER_TABLES},
            **{"reread_always": set(), "domains": _Nothing(), "events": _Nothing()},
            **{"domaindata": {}},
        )
        for docname in ("old", "new")
    )
    app: Any = None
    try:
        for collector in (TitleCollector(), TocTreeCollector(), MetadataCollector()):
            collector.merge_other(app, cast(Any, own), {"new"}, cast(Any, sent))
        BuildEnvironment.merge_info_from(cast(Any, own), {"new"}, cast(Any, sent), app)
    except (AttributeError, KeyError, TypeError):
        return False
    return all(getattr(own, name) == {"old": 0, "new": 0} for name in by_docname)


class _Nothing:
    """An object of which each method returns an empty tuple."""

    def __getattr__(self, name: str) -> Callable[..., tuple[object, ...]]:
        return lambda *arguments: ()


def _exchange(env: BuildEnvironment, types: Mapping[type, Callable[[Any], Any]]) -> None:
    """Replace the tables of some types; one of another extension's type stays."""
    tables = [(vars(env), name) for name in (*_TABLES, *_DEFAULT_TABLES)]
    tables += [(domain_of(env).data, name) for name in (*_MERGED, "signatures")]
    tables.append((env.domaindata.get("index", {}), "entries"))
    for owner, name in tables:
        if replace := types.get(type(owner.get(name))):
            owner[name] = replace(owner[name])


def _set_data(env: BuildEnvironment, new: Callable[[Any], dict[str, Any]]) -> None:
    domain = domain_of(env)
    domain.data = env.domaindata[domain.name] = new(domain.data)
