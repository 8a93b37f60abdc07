"""The page that a file holds, and the file that holds a page.

Every page file is read here, so that a page is the same wherever it is shown.

A page is found by its title as links find it, but from the files alone: while documents are being
read, not all of them are known. The title of a native page is in the lock file, or else in its
first line; that of an exported page in its front matter, or else in its file name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from sphinx.project import Project
from sphinx.util.matching import compile_matchers

from sphinx_scrapbox.formats import page_file
from sphinx_scrapbox.formats.detect import Recognition, recognise
from sphinx_scrapbox.formats.evidence.own_project import (
    Statement,
    exported_statement,
    native_statement,
)
from sphinx_scrapbox.formats.markdown.blocks import read_markdown, split_page
from sphinx_scrapbox.formats.notation import lines as notation
from sphinx_scrapbox.snapshot.filenames import relative_path
from sphinx_scrapbox.snapshot.folder import PageFolders
from sphinx_scrapbox.snapshot.lockfile import LockedPage
from sphinx_scrapbox.sphinx_ext.config.options import Config
from sphinx_scrapbox.sphinx_ext.i18n import _
from sphinx_scrapbox.sphinx_ext.sources.file_types import MARKDOWN, NATIVE, FileTypes
from sphinx_scrapbox.sphinx_ext.sources.locks import Locked, Locks
from sphinx_scrapbox.sphinx_ext.sources.projects import SiteProjects
from sphinx_scrapbox.wiki.ast import Page
from sphinx_scrapbox.wiki.redaction import RedactedNames, Redaction
from sphinx_scrapbox.wiki.titles import (
    CloseTitles,
    file_name_key,
    key,
    split_fragment,
    split_target,
)

_HEAD = 4096
"""Bytes at the start of a file that contain its title, if any do."""


class PageFile(NamedTuple):
    """A file, the page in it, and what a lock file says of both."""

    path: Path
    page: Page
    locked: Locked | None = None
    is_native: bool = False
    """Whether it is in the wiki's own notation."""
    redacted: RedactedNames = RedactedNames()
    """The names that neutral words replace in the page if they are denied."""
    is_denied: bool = False
    """Whether a deny list keeps the page out of the site."""

    @property
    def is_named_by_file(self) -> bool:
        """Whether the page is exported and has no title but the name of its file."""
        return not self.is_native and not self.page.line


class _Recogniser:
    """What Markdown files of a site are, by ``scrapbox_pages`` and what is in them."""

    def __init__(self, srcdir: Path, config: Config) -> None:
        self._srcdir = srcdir
        self._origin = config.url
        self._included = compile_matchers(glob for glob in config.pages if glob[:1] != "!")
        self._excluded = compile_matchers(glob[1:] for glob in config.pages if glob[:1] == "!")

    def __call__(self, text: str, path: Path) -> Recognition:
        return self.by_path(text, relative_path(path, self._srcdir))

    def by_path(self, text: str, path: str) -> Recognition:
        """What the file at a path relative to the source folder is."""
        chosen = None
        if any(matches(path) for matches in self._excluded):
            chosen = False
        elif any(matches(path) for matches in self._included):
            chosen = True
        return recognise(text, path, origin=self._origin, chosen=chosen)


class PageFiles:
    """The page files of one build; the index of titles is made on the first search."""

    def __init__(
        self,
        project: Project,
        locks: Locks,
        projects: SiteProjects,
        config: Config,
        types: FileTypes,
    ) -> None:
        self._project = project
        self._projects = projects
        self._locks = locks
        self._config = config
        self._types = types
        recogniser = self._recogniser = _Recogniser(Path(project.srcdir), config)
        self.recognise = recogniser.by_path
        """What the Markdown file of a text and a path relative to the source folder is."""
        self.folders = PageFolders(recogniser, lambda folder: locks.above(folder) is not None)
        """What the files of the source folder are. While documents are read, the files alone can
        tell, as not all documents are known."""
        self._by_title: dict[str, list[Path]] | None = None
        self._by_earlier_title: dict[str, list[Path]] = {}
        self._close_titles: CloseTitles | None = None
        self._read: dict[Path, PageFile | None] = {}
        self.redaction = Redaction(
            config.deny.titles,
            config.deny.tags,
            config.deny.people,
            replacement=str(_("(private)")),
            origins=(config.url,),
        )
        """What the deny list removes; the leak guard adds pages denied by tag or person."""
        self.unchanged_titles: Mapping[str, str] = {}
        """Titles by docname of documents that have not changed: their files need not be read."""

    def native_page(self, text: str, path: Path) -> PageFile:
        """The page of a file in the wiki's own notation."""
        locked = self._locks.of(path)
        page = page_file.native_page(
            text,
            name=path.stem,
            row=locked.page if locked else None,
            project=self._projects.of_file(path),
        )
        return self.redact(PageFile(path, page, locked, is_native=True))

    def exported_page(self, text: str, path: Path) -> PageFile | None:
        """The page of a Markdown file; None if the file is hand-written."""
        answer, _ = self.folders.answer_and_folder(text, path)
        return self.page_of(text, path) if answer.is_page else None

    def page_of(self, text: str, path: Path, docname: str = "") -> PageFile:
        """The page of a Markdown file that is known to be a page.

        :param docname: that of the file, if the caller knows it.
        """
        projects = self._projects
        page = read_markdown(text, name=path.stem, origin=self._config.url)
        project = projects.of(docname) if docname else projects.of_file(path)
        page = replace(page, project=project)
        return self.redact(PageFile(path, page))

    def statement(self, text: str, path: Path) -> Statement | None:
        """What a file says of the project of its page; None if it is not certainly a page."""
        wordings = self._config.wordings
        if self._types.of(path) == NATIVE:
            title = text.partition("\n")[0].strip() or path.stem
            return native_statement(text, title=title, wordings=wordings)
        if not self._recogniser(text, path).alone.is_page:
            return None
        return exported_statement(text, name=path.stem, origin=self._config.url, wordings=wordings)

    def redact(self, file: PageFile) -> PageFile:
        """*file* with its page as the deny list allows it to be shown."""
        redaction = self.redaction
        if not redaction:
            return file
        if file.locked and file.locked.lock.url:
            redaction = replace(redaction, origins=(file.locked.lock.url, *redaction.origins))
        is_denied = redaction.denies(file.page)
        page, redacted = redaction.redact(file.page)
        names = file.redacted.merged(redacted)
        return file._replace(page=page, redacted=names, is_denied=is_denied)

    @staticmethod
    def text_of(path: Path) -> str | None:
        """The text of a file; None if it cannot be read."""
        try:
            return path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeError):
            return None

    def _from_disk(self, path: Path) -> PageFile | None:
        if (text := self.text_of(path)) is None:
            return None
        kind = self._types.of(path)
        if kind == NATIVE:
            return self.native_page(text, path)
        return self.exported_page(text, path) if kind == MARKDOWN else None

    def find(self, target: str, docname: str) -> PageFile | None:
        """The page that *target* names, as a link of a hand-written document names it.

        Without a project in the target, a page of the document's own project takes precedence;
        of several pages, the one whose docname sorts first is used. An earlier title of a page
        counts only if no page has it now, nor a file that gives its page the title.
        """
        project, own = split_target(target).project, self._own(target, docname)
        for files in self._named(target):
            for each in own:
                if of_project := [file for file in files if file.page.project == each]:
                    return of_project[0]
            if files and not project:
                return files[0]
        return None

    def close_titles(self, target: str) -> tuple[str, ...]:
        """The titles of pages that *target*, which names none, may mean."""
        if self._close_titles is None:
            self._close_titles = CloseTitles(self._titles)
        keys = self._close_titles.find(split_target(target).title)
        files = filter(None, (self.read(path) for each in keys for path in self._titles[each]))
        return tuple(dict.fromkeys(file.page.title for file in files))

    def projects_with(self, target: str, docname: str) -> tuple[str, ...]:
        """The projects between which :meth:`find` chose by docname alone; none if it did not."""
        if split_target(target).project:
            return ()
        files = next(filter(None, self._named(target)), [])
        projects = tuple(dict.fromkeys(file.page.project for file in files))
        is_chosen = not set(projects).isdisjoint(self._own(target, docname))
        return () if is_chosen or len(projects) < 2 else projects

    def _own(self, target: str, docname: str) -> tuple[str, ...]:
        """The projects whose pages take precedence."""
        project = split_target(target).project
        return (project,) if project else self._projects.own_of(docname)

    def _named(self, target: str) -> Iterator[list[PageFile]]:
        """The pages that a target may name, whatever their project: the best guesses first."""
        title = split_target(target).title
        keys = [key(name) for name in dict.fromkeys((title, split_fragment(title)[0])) if name]
        named = [file_name_key(name) for name in keys if "/" in name]
        for index, names in ((self._titles, keys), (self._titles, named), (self._earlier, keys)):
            for title_key in names:
                files = [file for path in index.get(title_key, ()) if (file := self.read(path))]
                if names is named:
                    files = [file for file in files if file.is_named_by_file]
                yield files

    def read(self, path: Path) -> PageFile | None:
        """The page in a file; None if it has none, cannot be read, or is denied."""
        if path not in self._read:
            self._read[path] = self.read_once(path)
        return self._read[path]

    def read_once(self, path: Path) -> PageFile | None:
        """:meth:`read` for one use: the page is not kept in memory."""
        file = self._from_disk(path)
        return None if file and file.is_denied else file

    def denied_title(self, docname: str, *, is_new: bool) -> str:
        """The title of the page of a document if a deny list keeps it out; else "".

        Only a document that *is_new* is searched for denied tags and people.
        """
        path = self._path(docname)
        kind = self._types.of(path)
        if kind not in (NATIVE, MARKDOWN):
            return ""
        redaction = self.redaction
        title = self._title(docname, path, kind)
        if title not in redaction.titles and title not in redaction.people:
            if not is_new:
                return ""
            try:
                text = path.read_text(encoding="utf-8-sig", errors="replace")
            except OSError:
                return ""
            if not redaction.may_deny(text):
                return ""
        file = self._from_disk(path)  # not cached: there may be tens of thousands
        return file.page.title if file and file.is_denied else ""

    @property
    def _titles(self) -> Mapping[str, list[Path]]:
        if self._by_title is None:
            self._by_title, self._by_earlier_title = {}, {}
            for docname in sorted(self._project.docnames):
                path = self._path(docname)
                kind = self._types.of(path)
                if kind not in (NATIVE, MARKDOWN):
                    continue
                if title := self._title(docname, path, kind):
                    self._by_title.setdefault(key(title), []).append(path)
                row = self._row(path) if kind == NATIVE else None
                for name in dict.fromkeys(map(key, row.earlier_titles if row else ())):
                    self._by_earlier_title.setdefault(name, []).append(path)
        return self._by_title

    @property
    def _earlier(self) -> Mapping[str, list[Path]]:
        return self._by_earlier_title if self._titles else {}

    def _path(self, docname: str) -> Path:
        return Path(self._project.doc2path(docname, True))

    def _row(self, path: Path) -> LockedPage | None:
        locked = self._locks.of(path)
        return locked.page if locked else None

    def _title(self, docname: str, path: Path, kind: str) -> str:
        row = self._row(path) if kind == NATIVE else None
        if row and row.title.strip():
            return row.title
        if title := self.unchanged_titles.get(docname):
            return title
        try:
            with path.open("rb") as file:
                head = file.read(_HEAD).decode("utf-8-sig", "ignore")
        except OSError:
            return ""
        if kind == MARKDOWN:
            return split_page(head)[0].title or path.stem
        return notation.read_lines([head.split("\n", 1)[0]]).title.strip() or path.stem
