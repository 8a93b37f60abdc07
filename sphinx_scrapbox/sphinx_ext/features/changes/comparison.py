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
from sphinx_scrapbox.snapshot.diff.model import (
    Comparison,
    PageChange,
    PageKind,
    PagePlace,
    Snapshot,
)
from sphinx_scrapbox.snapshot.diff.moves import without_moves
from sphinx_scrapbox.snapshot.diff.pages import compare
from sphinx_scrapbox.snapshot.git import NoGitError, NoRepositoryError, SnapshotError, locate
from sphinx_scrapbox.snapshot.loader import SnapshotLoader
from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME
from sphinx_scrapbox.snapshot.reports.stored import load_comparison
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.index.history import digest
from sphinx_scrapbox.sphinx_ext.features.lists.collation import sort_key
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn
from sphinx_scrapbox.wiki.titles import join_target

LIMIT = 100
"""Pages of one kind, unless ``max`` says otherwise; the rest is counted."""

KINDS = tuple(kind.value for kind in PageKind)


class ChangesQuery(NamedTuple):
    """What is asked: ``since`` is a revision, or else ``source`` a folder or file.

    The file is a lock or, if its name ends in ``.json``, a stored comparison. Both paths
    are relative to the source folder.
    """

    since: str = ""
    source: str = ""
    path: str = ""
    limit: int = LIMIT
    lines: bool = False
    kinds: tuple[str, ...] = KINDS
    feeds: tuple[str, ...] = ()

    @property
    def is_stored(self) -> bool:
        """Whether the comparison was made before the build."""
        return self.source.endswith(".json")

    def text(self) -> str:
        """The query as a node and the facts keep it."""
        return json.dumps(self._asdict(), ensure_ascii=False)


def query_of(text: str) -> ChangesQuery:
    """The query that :meth:`ChangesQuery.text` wrote."""
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
            except NoRepositoryError as error:
                hint = "set scrapbox_repository to the folder of these sources in a repository"
                self._found[asked] = f"{error}; {hint}, or compare with stored pages (:from:)"
            except NoGitError as error:
                self._found[asked] = f"{error}; compare with stored pages instead (:from:)"
            except SnapshotError as error:
                self._found[asked] = str(error)
        return self._found[asked]

    def _compare(self, query: ChangesQuery) -> Comparison:
        if query.is_stored:
            return self._without_denied(self._stored(query))
        folder = Path(self._env.srcdir, query.path)
        prefix = f"{query.path}/" if query.path else ""
        here = {
            file: name
            for file, name in self._documents().items()
            # What was kept is no part of what is compared with it.
            if file.startswith(prefix) and not file.startswith(f"{query.source}/")
        }

        new = self._dated(self._new(folder, here, prefix), here, prefix)
        old = self._old(query, prefix)
        if not (old.pages or new.pages):
            raise SnapshotError("there are no wiki pages in either version")
        return self._without_denied(compare(old, new))

    def _stored(self, query: ChangesQuery) -> Comparison:
        """A stored comparison, without pages that the site should have but has not."""
        try:
            data = Path(self._env.srcdir, query.source).read_bytes()
        except OSError as error:
            raise SnapshotError(f"cannot read {query.source}: {error.strerror}") from error
        comparison = load_comparison(data, query.source)
        pages = tuple(
            without_moves(page, lambda place: bool(place.file) and not self._at(query, place))
            for page in comparison.pages
            if page.kind is PageKind.GONE or self.docname(query, page)
        )
        return replace(comparison, pages=pages)

    def _without_denied(self, comparison: Comparison) -> Comparison:
        """*comparison* without pages that the deny list keeps out, or would have kept out."""
        redaction = source_folder(self._env).pages.redaction
        if not redaction:
            return comparison
        gone = {page.file: page.title for page in comparison.of(PageKind.GONE)}
        hidden: set[str] = set()
        if redaction.tags or redaction.people:
            states = [state for state in comparison.old.pages if state.file in gone]
            hidden = gone.keys() - {state.file for state in states}  # of unknown text
            for state, text in zip(states, comparison.old.read(states), strict=True):
                if text is None or any(redaction.may_deny(row.text) for row in text.rows):
                    hidden.add(state.file)
        hidden_titles = {gone[file] for file in hidden}

        def is_hidden(place: PagePlace) -> bool:
            is_gone = not place.file
            denied = redaction.names_denied_page(place.title)
            return denied or (is_gone and place.title in hidden_titles)

        pages = tuple(
            without_moves(page, is_hidden)
            for page in comparison.pages
            if not (
                redaction.names_denied_page(page.title)
                or redaction.names_denied_page(page.old_title)
            )
            and not (page.kind is PageKind.GONE and page.file in hidden)
        )
        return replace(comparison, pages=pages)

    def _new(self, folder: Path, here: Iterable[str], prefix: str) -> Snapshot:
        """The pages of the site, with the rows of the lock files above them."""
        files = [file.removeprefix(prefix) for file in here]
        folders = {parent for file in files for parent in Path(file).parents}
        locks = [(parent / LOCK_NAME).as_posix() for parent in folders]
        loader = SnapshotLoader(lambda file, text: recognise(text, file, chosen=True))
        return loader.from_folder(folder, name=prefix.rstrip("/") or ".", files=[*files, *locks])

    def _committed(self, query: ChangesQuery) -> Path:
        """The folder of the query's pages where their revisions are."""
        return Path(self._env.srcdir, self._config.repository, query.path)

    def _old(self, query: ChangesQuery, prefix: str) -> Snapshot:
        pages = source_folder(self._env).pages

        def recognised(file: str, text: str) -> Recognition:
            return pages.recognise(text, prefix + file)

        if query.since:
            loader = SnapshotLoader(recognised, lambda file: self._may_be_source(prefix + file))
            return loader.from_revision(self._committed(query), query.since, name=query.since)
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
        """Changes with the earlier snapshot, or with the reason that it cannot be read.

        No page is read.
        """
        try:
            if query.since:
                repository, path = locate(self._committed(query))
                names = (f"{query.since}^{{commit}}", f"{query.since}:{path}")
                commit, content = (repository.find(name)[1] for name in names)
                return f"{bool(commit)} {content}"
            kept = Path(self._env.srcdir, query.source)
            files = [kept] if kept.is_file() else sorted(kept.rglob("*"))
            states = ((str(file), file.stat()) for file in files if file.is_file())
            return digest([(name, state.st_mtime_ns, state.st_size) for name, state in states])
        except (OSError, SnapshotError) as error:
            return str(error)

    def docname(self, query: ChangesQuery, page: PageChange) -> str:
        """The document that holds a page; "" for one that is gone.

        A page of a stored comparison may have another file by now.
        """
        if page.kind is PageKind.GONE:
            return ""
        return self._at(query, PagePlace(page.title, page.file), page.project)

    def docname_at(self, query: ChangesQuery, place: PagePlace) -> str:
        """The document of a page that lines moved to or came from; "" for one that is gone."""
        return self._at(query, place) if place.file else ""

    def _at(self, query: ChangesQuery, place: PagePlace, project: str = "") -> str:
        domain = domain_of(self._env)
        file = f"{query.path}/{place.file}" if query.path else place.file
        if (docname := self._env.path2doc(file)) in domain.facts:
            return docname or ""
        if not query.is_stored:
            return ""
        target = join_target(project, place.title)
        return domain.find_page(target, self._env.config.root_doc) or ""


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


def note_problems(domain: ScrapboxDomain, docname: str, problems: Iterable[str]) -> None:
    """Keep why lists of a document cannot be shown, for builds that do not compare again."""
    kept: dict[str, tuple[str, ...]] = domain.data["changes"]
    kept.pop(docname, None)
    if problems := tuple(dict.fromkeys(problems)):
        kept[docname] = problems


def kept_problems(domain: ScrapboxDomain) -> list[tuple[str, str]]:
    """The documents with lists that cannot be shown, each with the reason."""
    kept: dict[str, tuple[str, ...]] = domain.data["changes"]
    docnames = sorted(kept.keys() & queries_of(domain).keys())
    return [(docname, problem) for docname in docnames for problem in kept[docname]]


def warn_of_problem(domain: ScrapboxDomain, docname: str, problem: str) -> None:
    """Warn that a list cannot be shown, once a build for each document and reason."""
    warned = domain.computed("warned of changes", set[tuple[str, str]])
    if (docname, problem) not in warned:
        warned.add((docname, problem))
        warn(Warn.CHANGES, f"scrapbox:changes: {problem}", location=docname)
