"""The project of each page: what the page says of it, and what the other pages of its folder say.

An exported page names its project in the addresses of its own icons, or in front matter; most
pages have neither. The pages of one export lie in one folder, so those that name their project
tell that of the others. :class:`Projects` is the only place that decides; builds, ``check`` and
``convert`` ask it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple
from zlib import crc32

from sphinx_scrapbox.formats.front_matter import read_front_matter
from sphinx_scrapbox.formats.markdown.blocks import read_markdown
from sphinx_scrapbox.formats.markdown.inlines import InlineReader
from sphinx_scrapbox.wiki.titles import key
from sphinx_scrapbox.wiki.translation import (
    WORDINGS,
    Translation,
    Wording,
    read_footer,
    split_at_footers,
)
from sphinx_scrapbox.wiki.urls import DEFAULT_ORIGIN

# The share of the pages that name a project, by which they give it to their folder.
_MAJORITY = 2 / 3
_FOOTER = "auto-translated from [/"  # in the wordings that are built in


class Statement(NamedTuple):
    """What one page says of its project: plain values, to be pickled, without any title."""

    title: int
    """A checksum of the key of the title."""
    project: str = ""
    """The project that the page names as its own; "" if it names none."""
    in_front_matter: bool = False
    """Whether front matter names it, and not the addresses of icons."""
    is_native: bool = False
    sources: tuple[tuple[str, int], ...] = ()
    """For each translation footer the project and the checksum of the title in it."""


def title_checksum(title: str) -> int:
    """The checksum of a title in a :class:`Statement`, equal for titles of one page."""
    return crc32(key(title).encode("utf-8", "replace"))


def exported_statement(
    text: str,
    *,
    name: str,
    origin: str = DEFAULT_ORIGIN,
    wordings: Sequence[Wording] = WORDINGS,
) -> Statement:
    r"""The statement of an exported page; *name* is its title if the text has none.

    >>> exported_statement("---\ntitle: A\nproject: garden\n---\n", name="").project
    'garden'
    """
    lines = text.split("\n")
    front = read_front_matter(lines)
    reader = InlineReader(origin)
    footers: Iterable[Translation] = ()
    has_icons, may_have_footers = reader.icon_start in text, _may_have_footers(text, wordings)
    if "`" in text and (has_icons or may_have_footers):
        # What is in code says nothing, and only the reader of pages knows what is.
        page = read_markdown(text, name=name, origin=origin)
        reader.own_icons.update({page.project: 1} if page.project else {})
        footers = filter(None, (part.translation for part in split_at_footers(page, wordings)))
    else:
        if has_icons:
            reader.count_icons(text)
        if may_have_footers:
            footers = _footers(lines[front.body :], wordings)
    sources = _sources(footers)
    project = front.project.strip() or reader.own_project({project for project, _ in sources})
    title = title_checksum(front.title or name)
    return Statement(title, project, bool(front.project.strip()), sources=sources)


def native_statement(
    text: str, *, title: str, wordings: Sequence[Wording] = WORDINGS
) -> Statement:
    """The statement of a native page; its lock file, and not the page, names the project."""
    sources: tuple[tuple[str, int], ...] = ()
    if _may_have_footers(text, wordings):
        sources = _sources(_footers(text.split("\n")[1:], wordings))
    return Statement(title_checksum(title), is_native=True, sources=sources)


def _may_have_footers(text: str, wordings: Sequence[Wording]) -> bool:
    return _FOOTER in text or any(wording not in WORDINGS for wording in wordings)


def _footers(lines: Iterable[str], wordings: Sequence[Wording]) -> Iterator[Translation]:
    return filter(None, (read_footer(line, wordings) for line in lines))


def _sources(footers: Iterable[Translation]) -> tuple[tuple[str, int], ...]:
    named = (
        (footer.project, title_checksum(footer.title)) for footer in footers if footer.project
    )
    return tuple(dict.fromkeys(named))


class FolderProject(NamedTuple):
    """The project that a folder was taken for ("" for none), and why.

    ``reason`` continues "…, because". ``named`` are the projects that its pages name, if they
    disagree.
    """

    project: str
    reason: str
    named: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Tally:
    """What the pages that lie directly in one folder say."""

    pages: int = 0
    votes: Counter[str] = field(default_factory=Counter)
    by_front_matter: int = 0
    by_lock: int = 0
    translated: Counter[str] = field(default_factory=Counter)
    """How many pages were translated from each project."""

    def excludes(self, project: str) -> bool:
        """Whether most pages were translated from a project, which is not theirs then."""
        return 2 * self.translated[project] > self.pages


class Projects:
    """The projects of the pages of a site or a folder.

    In this order, the project of a page is what its front matter says, or for a native page its
    lock file; what *configured* says of it; what its own icons say; what most of the pages of its
    folder say that name one; what the lock file above it says; for a folder whose pages name
    none, what translations elsewhere say of them; the project of the folder above; and *default*.
    The last five are never a project that a footer of the page says it was translated from.

    :param statements: by name, which is a path or a docname with forward slashes.
    :param locked: the project of the lock file in a folder or above it; "" if there is none.
    :param configured: the project that the configuration gives to a name; "" for none.
    :param default: the project of pages of which nothing is known.
    """

    def __init__(
        self,
        statements: Mapping[str, Statement],
        *,
        locked: Callable[[str], str] = lambda folder: "",
        configured: Callable[[str], str] = lambda name: "",
        default: str = "",
    ) -> None:
        self._statements = statements
        self._locked = locked
        self._configured = configured
        self._default = default
        self._answers: dict[tuple[str, frozenset[str]], str] = {}
        self._tallies: dict[str, _Tally] = {}
        for name in sorted(statements):
            self._count(_folder_of(name), statements[name])

    def _count(self, folder: str, statement: Statement) -> None:
        tally = self._tallies.setdefault(folder, _Tally())
        tally.pages += 1
        tally.translated.update({project for project, _ in statement.sources})
        locked = self._locked(folder) if statement.is_native else ""
        if project := locked or statement.project:
            tally.votes[project] += 1
        tally.by_lock += bool(locked)
        tally.by_front_matter += statement.in_front_matter

    def of(self, name: str) -> str:
        """The project of a page, or of a document beside pages; "" if it is unknown."""
        statement = self._statements.get(name)
        folder = _folder_of(name)
        if statement and statement.in_front_matter:
            return statement.project
        if statement and statement.is_native and (locked := self._locked(folder)):
            return locked
        if configured := self._configured(name):
            return configured
        if statement and statement.project:
            return statement.project
        sources = statement.sources if statement else ()
        translated = frozenset(project for project, _ in sources)
        asked = folder, translated
        if asked not in self._answers:
            self._answers[asked] = self._inferred(folder, translated)
        return self._answers[asked]

    def _inferred(self, folder: str, translated: Collection[str]) -> str:
        tally = self._tallies.get(folder, _Tally())
        for place in (folder, *_folders_above(folder)):
            decision = self._decided.get(place)
            if decision is None:
                continue
            projects = {decision.project} if decision.project else set(decision.named)
            projects -= set(translated)
            if len(projects) == 1:
                (project,) = projects
                if place == folder or not tally.excludes(project):
                    return project
        if self._default in translated or tally.excludes(self._default):
            return ""
        return self._default

    def may_be(self, name: str, project: str) -> bool:
        """Whether nothing says that a page of unknown project is none of *project*."""
        statement = self._statements.get(name)
        sources = statement.sources if statement else ()
        tally = self._tallies.get(_folder_of(name), _Tally())
        return project not in dict(sources) and not tally.excludes(project)

    @cached_property
    def here(self) -> frozenset[str]:
        """The projects of the pages."""
        return frozenset(filter(None, map(self.of, self._statements)))

    def folders(self) -> dict[str, FolderProject]:
        """The project of each folder with pages, and why; by name of the folder, sorted."""
        configured: dict[str, set[str]] = {}
        for name in self._statements:
            configured.setdefault(_folder_of(name), set()).add(self._configured(name))
        by_folder = {}
        for folder in sorted(self._tallies):
            decided = self._decided.get(folder, FolderProject("", "its pages do not name it"))
            if not decided.project and (project := self._inferred(folder, ())):
                above = (place for place in _folders_above(folder) if place in self._decided)
                place = next(above, "")
                why = f"{decided.reason}, and that of the folder above, {place or '.'}, is known"
                if project == self._default:
                    why = f"{decided.reason}, and it is the default"
                decided = FolderProject(project, why)
            named = configured[folder]
            if len(named) == 1 and (project := next(iter(named))):
                decided = FolderProject(project, "the configuration names it")
            by_folder[folder] = decided
        return by_folder

    @cached_property
    def _decided(self) -> Mapping[str, FolderProject]:
        """The folders of which something is known, whatever is known of those above."""
        decided: dict[str, FolderProject] = {}
        for folder, tally in self._tallies.items():
            if tally.votes:
                decided[folder] = _majority(tally)
            elif (locked := self._locked(folder)) and not tally.excludes(locked):
                decided[folder] = FolderProject(locked, "the lock file names it")
        decided.update(self._found_by_footers(decided))
        return decided

    def _found_by_footers(self, decided: Collection[str]) -> dict[str, FolderProject]:
        """Folders whose pages are named as sources by translations in other folders.

        For each project of which no page is known, it is the folder with the most of them.
        """
        named: dict[str, set[int]] = {}
        for statement in self._statements.values():
            for project, title in statement.sources:
                named.setdefault(project, set()).add(title)
        for tally in self._tallies.values():
            for project in tally.votes:
                named.pop(project, None)
        if not named:
            return {}
        matches: dict[str, Counter[str]] = {project: Counter() for project in named}
        for name, statement in self._statements.items():
            folder = _folder_of(name)
            if folder in decided:
                continue
            translated = {project for project, _ in statement.sources}
            for project, titles in named.items():
                if statement.title in titles and project not in translated:
                    matches[project][folder] += 1
        by_folder: dict[str, FolderProject] = {}
        for project in sorted(matches, key=lambda project: (-matches[project].total(), project)):
            ranked = sorted(matches[project].items(), key=lambda pair: (-pair[1], pair[0]))
            is_tie = len(ranked) > 1 and ranked[0][1] == ranked[1][1]
            if not ranked or is_tie:
                continue
            folder, count = ranked[0]
            if folder not in by_folder and not self._tallies[folder].excludes(project):
                pages = "1 page" if count == 1 else f"{count} pages"
                why = f"translation footers elsewhere name {pages} of it as sources"
                by_folder[folder] = FolderProject(project, why)
        return by_folder


def _majority(tally: _Tally) -> FolderProject:
    total = tally.votes.total()
    ranked = sorted(tally.votes.items(), key=lambda pair: (-pair[1], pair[0]))
    project, count = ranked[0]
    if count < _MAJORITY * total:
        counts = ", ".join(f"{name} ({number})" for name, number in ranked)
        reason = f"its pages name different ones: {counts}"
        return FolderProject("", reason, frozenset(tally.votes))
    by_icons = total - tally.by_front_matter - tally.by_lock
    kinds = {
        "in the lock file": tally.by_lock,
        "in front matter": tally.by_front_matter,
        "in icons": by_icons,
    }
    how = " or ".join(kind for kind, number in kinds.items() if number > 0)
    others = f", and {total - count} another" if count < total else ""
    verb = "names" if count == 1 else "name"
    return FolderProject(project, f"{count} of {tally.pages} pages {verb} it {how}{others}")


def _folder_of(name: str) -> str:
    return name.rpartition("/")[0]


def _folders_above(folder: str) -> Iterator[str]:
    while folder:
        folder = _folder_of(folder)
        yield folder
