"""Comparisons for lists of changes and feeds, each made once a build."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from sphinx.environment import BuildEnvironment
from sphinx.project import EXCLUDE_PATHS
from sphinx.util.matching import compile_matchers

from sphinx_scrapbox.formats import Recognition, recognise
from sphinx_scrapbox.snapshot.diff.model import Comparison, PageChange, PageKind, Snapshot
from sphinx_scrapbox.snapshot.diff.pages import compare
from sphinx_scrapbox.snapshot.git import Repository, SnapshotError
from sphinx_scrapbox.snapshot.loader import SnapshotLoader
from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.incremental import digest
from sphinx_scrapbox.sphinx_ext.features.lists.collation import sort_key
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder

LIMIT = 100
"""Pages of one kind, unless ``max`` says otherwise; the rest is counted."""

KINDS = tuple(kind.value for kind in PageKind)


class ChangesQuery(NamedTuple):
    """What is asked: ``since`` is a revision, or else ``source`` a folder or a lock file.

    Both paths are relative to the source folder.
    """

    since: str = ""
    source: str = ""
    path: str = ""
    limit: int = LIMIT
    lines: bool = False
    kinds: tuple[str, ...] = KINDS
    feeds: tuple[str, ...] = ()

    def text(self) -> str:
        """The query as a node and the facts keep it."""
        return json.dumps(self._asdict(), ensure_ascii=False)


def query_of(text: str) -> ChangesQuery:
    given = json.loads(text)
    lists = {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
    return ChangesQuery(**{**given, **lists})


class _Changes:
    """The comparisons of one build."""

    def __init__(self, env: BuildEnvironment) -> None:
        self._env = env
        self._config = options(env.config)
        self._found: dict[tuple[str, str, str], Comparison | str] = {}
        config = env.config
        self._excluded = list(compile_matchers([*config.exclude_patterns, *EXCLUDE_PATHS]))
        self._included = list(compile_matchers(config.include_patterns))
        self._suffixes = (*config.source_suffix, LOCK_NAME)

    def find(self, query: ChangesQuery) -> Comparison | str:
        """The comparison that a query asks for, or the message why there is none."""
        asked = query[:3]
        if asked not in self._found:
            try:
                self._found[asked] = self._compare(query)
            except SnapshotError as error:
                self._found[asked] = str(error)
        return self._found[asked]

    @property
    def has_problem(self) -> bool:
        """Whether a comparison failed."""
        return any(isinstance(answer, str) for answer in self._found.values())

    def _compare(self, query: ChangesQuery) -> Comparison:
        folder = Path(self._env.srcdir, query.path)
        prefix = f"{query.path}/" if query.path else ""
        here = {
            file: name
            for file, name in self._documents().items()
            # What was kept is no part of what is compared with it.
            if file.startswith(prefix) and not file.startswith(f"{query.source}/")
        }

        new = self._dated(self._new(folder, here, prefix), here, prefix)
        old = self._old(query, folder, prefix)
        if not (old.pages or new.pages):
            raise SnapshotError("there is no page of a wiki, neither then nor now")
        return self._without_denied(compare(old, new))

    def _without_denied(self, found: Comparison) -> Comparison:
        """*comparison* without pages that the deny list keeps out, or would have kept out."""
        redaction = source_folder(self._env).pages.redaction
        if not redaction:
            return found
        gone = {page.file for page in found.of(PageKind.GONE)}
        hidden: set[str] = set()
        if redaction.tags or redaction.people:
            states = [state for state in found.old.pages if state.file in gone]
            for state, text in zip(states, found.old.read(states), strict=True):
                if text is None or any(redaction.may_deny(row.text) for row in text.rows):
                    hidden.add(state.file)
        pages = tuple(
            page
            for page in found.pages
            if not (
                redaction.names_denied_page(page.title)
                or redaction.names_denied_page(page.old_title)
            )
            and not (page.kind is PageKind.GONE and page.file in hidden)
        )
        return replace(found, pages=pages)

    def _new(self, folder: Path, here: Iterable[str], prefix: str) -> Snapshot:
        """The pages of the site, with the rows of the lock files above them."""
        files = [file.removeprefix(prefix) for file in here]
        folders = {parent for file in files for parent in Path(file).parents}
        locks = [(parent / LOCK_NAME).as_posix() for parent in folders]
        loader = SnapshotLoader(lambda file, text: recognise(text, file, chosen=True))
        return loader.from_folder(folder, name=prefix.rstrip("/") or ".", files=[*files, *locks])

    def _old(self, query: ChangesQuery, folder: Path, prefix: str) -> Snapshot:
        pages = source_folder(self._env).pages

        def recognised(file: str, text: str) -> Recognition:
            return pages.recognise(text, prefix + file)

        if query.since:
            loader = SnapshotLoader(recognised, lambda file: self._may_be_source(prefix + file))
            return loader.from_revision(folder, query.since, name=query.since)
        kept = Path(self._env.srcdir, query.source)
        return SnapshotLoader(recognised).from_path(kept, name=query.source)

    def _may_be_source(self, path: str) -> bool:
        """Whether the site would read a file: a page that is excluded now is not gone."""
        if not path.endswith(self._suffixes) or any(takes(path) for takes in self._excluded):
            return False
        return path.endswith(f"/{LOCK_NAME}") or any(takes(path) for takes in self._included)

    def _documents(self) -> dict[str, str]:
        """The docname of each page by its file."""
        env = self._env
        return {
            env.doc2path(docname, False).as_posix(): docname
            for docname, facts in domain_of(env).facts.items()
            if facts.is_page
        }

    def _dated(self, snapshot: Snapshot, here: dict[str, str], prefix: str) -> Snapshot:
        """The snapshot with the times of the site's pages, which may come from git."""
        facts = domain_of(self._env).facts
        pages = tuple(
            replace(page, updated=page.updated or facts[here[prefix + page.file]].updated)
            for page in snapshot.pages
        )
        return replace(snapshot, pages=pages)

    def signature(self, query: ChangesQuery) -> str:
        """A value that changes with the earlier snapshot; "" if unknown. No page is read."""
        try:
            if query.since:
                folder = Path(self._env.srcdir, query.path)
                return Repository(folder).find(f"{query.since}:./")[1]
            kept = Path(self._env.srcdir, query.source)
            files = [kept] if kept.is_file() else sorted(kept.rglob("*"))
            states = ((str(file), file.stat()) for file in files if file.is_file())
            seen = [(name, state.st_mtime_ns, state.st_size) for name, state in states]
        except (OSError, SnapshotError):
            return ""
        return digest(seen)

    def docname(self, query: ChangesQuery, page: PageChange) -> str:
        """The document that holds a page; "" for one that is gone."""
        if page.kind is PageKind.GONE:
            return ""
        file = f"{query.path}/{page.file}" if query.path else page.file
        return self._env.path2doc(file) or ""


def changes_of(env: BuildEnvironment) -> _Changes:
    """The comparisons of this build."""
    return domain_of(env).computed("changes", lambda: _Changes(env))


def queries_of(domain: ScrapboxDomain) -> dict[str, list[ChangesQuery]]:
    """The queries of documents, in order of docname."""
    by_docname: dict[str, tuple[str, ...]] = domain.collected("changes")
    return {docname: list(map(query_of, texts)) for docname, texts in by_docname.items()}


class ShownChanges(NamedTuple):
    """The data of a list: the shown pages of each kind, and the number of the others."""

    pages: tuple[tuple[PageChange, str], ...]
    rest: tuple[tuple[str, int], ...]


def changes_for(env: BuildEnvironment, query: ChangesQuery) -> ShownChanges | str:
    """What a list shows; a message if the snapshots cannot be compared."""
    changes = changes_of(env)
    comparison = changes.find(query)
    if isinstance(comparison, str):
        return comparison
    shown: list[tuple[PageChange, str]] = []
    rest = []
    for kind in PageKind:
        if kind.value in query.kinds:
            pages = sorted(comparison.of(kind), key=lambda page: (sort_key(page.title), page.file))
            for page in pages[: query.limit]:
                page = replace(page, updated=0, digest="")
                shown.append((page, changes.docname(query, page)))
            rest.append((kind.value, max(0, len(pages) - query.limit)))
    return ShownChanges(tuple(shown), tuple(rest))
