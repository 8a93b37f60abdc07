"""What the pages tell about the site to make: its language, its projects, pages to begin with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

from sphinx_scrapbox.cli.output import failures, progress
from sphinx_scrapbox.formats import read
from sphinx_scrapbox.formats.evidence.own_project import FolderProject
from sphinx_scrapbox.formats.front_matter import FrontMatter, read_front_matter
from sphinx_scrapbox.snapshot.folder import (
    PAGE_SUFFIX,
    SnapshotFolder,
    folder_projects,
    lock_above,
    page_files,
    read_regular_file,
)
from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME, Lock
from sphinx_scrapbox.snapshot.selection import links_of
from sphinx_scrapbox.wiki.ast import Page
from sphinx_scrapbox.wiki.text import is_latin_text, script_language
from sphinx_scrapbox.wiki.titles import key

DEFAULT_LANGUAGE = "en"
_MAJORITY = 1 / 2
"""The share of the pages whose language is known that decides on the language of the site."""
_START_PAGES = 8


@dataclass(frozen=True, slots=True)
class StartPage:
    """A page to begin with."""

    title: str
    project: str


@dataclass(frozen=True, slots=True)
class WikiFacts:
    """What the pages of a folder tell.

    ``folders`` are the projects of the folders with pages, and why; by name of the folder.
    ``language_reason`` continues "…, because". ``undecodable`` are files that are not UTF-8.
    """

    count: int
    folders: dict[str, FolderProject]
    language: str
    language_reason: str
    start: tuple[StartPage, ...]
    has_markdown: bool
    has_dates: bool
    undecodable: tuple[str, ...] = ()

    @property
    def projects(self) -> list[str]:
        """The projects of the pages, sorted."""
        return sorted({folder.project for folder in self.folders.values() if folder.project})


class _Tally:
    """The languages of pages, and how often each page is linked to."""

    def __init__(self) -> None:
        self.stated: Counter[str] = Counter()
        self.by_script: Counter[str] = Counter()
        self.has_dates = False
        self.links: Counter[tuple[str, str]] = Counter()
        self.titles: dict[tuple[str, str], str] = {}
        self.sizes: dict[tuple[str, str], int] = {}

    def add(self, text: str, page: Page, project: str, *, is_native: bool) -> None:
        """Count one page; *text* is that of its file."""
        front = FrontMatter() if is_native else read_front_matter(text.split("\n"))
        self.has_dates |= front.dates.updated > 0
        if language := front.language:
            self.stated[language] += 1
        elif script := script_language(text):
            self.by_script[script] += 1
        elif is_latin_text(text):
            self.by_script[DEFAULT_LANGUAGE] += 1
        own = project, key(page.title)
        self.titles.setdefault(own, page.title)
        self.sizes[own] = len(page.blocks)
        self.links.update((project, target) for target in links_of(page) if target != own[1])

    def language(self) -> tuple[str, str]:
        """The language of most pages, and why it is."""
        for counts, how in (
            (self.stated, "state it in their front matter"),
            (self.by_script, "use its script"),
        ):
            ((language, count),) = counts.most_common(1) or [("", 0)]
            if language and count >= _MAJORITY * counts.total():
                return language, f"{count} of {len(self.titles)} pages {how}"
        return DEFAULT_LANGUAGE, "it is the default"

    def start(self) -> tuple[StartPage, ...]:
        """The pages with the most links to them; then those with the most lines."""
        ranked = sorted(
            (own for own, title in self.titles.items() if _is_linkable(title)),
            key=lambda own: (-self.links[own], -self.sizes[own], own),
        )
        return tuple(StartPage(self.titles[own], own[0]) for own in ranked[:_START_PAGES])


def _is_linkable(title: str) -> bool:
    """Whether a link by title cannot mean anything else."""
    return bool(title.strip()) and title == " ".join(title.split()) and title[0] not in "/!"


def read_facts(folder: Path, hand_written: Container[str] = ()) -> WikiFacts:
    """Read all pages in *folder*.

    :param hand_written: the names of Markdown files that are no pages.
    :raises Failure: if one cannot be read, or a lock file is damaged.
    """
    with failures(folder):
        files = sorted(page_files(folder))
        names = [
            name for name in files if name not in hand_written and not name.endswith(LOCK_NAME)
        ]
        projects = folder_projects(folder)
        above = lock_above(folder)
        lock = SnapshotFolder(above.parent).lock if above else Lock()
        tally = _Tally()
        undecodable: list[str] = []
        with progress(len(names), "Reading pages") as step:
            for name in names:
                data = read_regular_file(folder / name)
                try:
                    text = data.decode("utf-8-sig")
                except UnicodeDecodeError:
                    undecodable.append(name)
                    text = data.decode("utf-8-sig", "replace")
                is_native = name.endswith(PAGE_SUFFIX)
                page = read(text, "notation" if is_native else "markdown", Path(name).stem)
                tally.add(text, page, projects.of(name), is_native=is_native)
                step()
    language, reason = tally.language()
    if lock.language:
        language, reason = lock.language, "the lock file names it"
    has_markdown = any(not name.endswith(PAGE_SUFFIX) for name in names)
    folders = projects.folders()
    has_dates = tally.has_dates or any(row.updated for row in lock.pages)
    return WikiFacts(
        len(names),
        folders,
        language,
        reason,
        tally.start(),
        has_markdown,
        has_dates,
        tuple(undecodable),
    )
