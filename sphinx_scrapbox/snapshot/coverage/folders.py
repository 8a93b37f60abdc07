"""The pages of folders with what they were translated from, as their files say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from sphinx_scrapbox.formats import PAGE_SUFFIXES
from sphinx_scrapbox.formats.detect import Status
from sphinx_scrapbox.formats.evidence.own_project import (
    Projects,
    Statement,
    exported_statement,
    native_statement,
)
from sphinx_scrapbox.formats.evidence.page_globs import NO_GLOBS, PageGlobs
from sphinx_scrapbox.formats.markdown.blocks import read_markdown, split_page
from sphinx_scrapbox.formats.page_file import native_page
from sphinx_scrapbox.snapshot.coverage.model import TranslatedFrom, WikiPage
from sphinx_scrapbox.snapshot.folder import (
    PAGE_SUFFIX,
    FolderError,
    PageFolders,
    folder_of,
    page_files,
    read_regular_file,
)
from sphinx_scrapbox.snapshot.lockfile import (
    LOCK_NAME,
    Lock,
    LockedPage,
    LockError,
    damage_report,
    load_lock,
    nearest_folder,
    project_above,
)
from sphinx_scrapbox.wiki.dates import clamp
from sphinx_scrapbox.wiki.text import NOT_XML
from sphinx_scrapbox.wiki.titles import (
    file_name_key,
    join_target,
    key,
    split_fragment,
    split_target,
)
from sphinx_scrapbox.wiki.translation import (
    WORDINGS,
    Translation,
    Wording,
    split_at_footers,
    time_of,
)


@dataclass(frozen=True, slots=True)
class _File:
    """A page before its sources are looked up among all pages."""

    page: WikiPage
    footers: tuple[tuple[Translation, int], ...] = ()
    """Each footer, and when the page was translated."""
    other_titles: tuple[str, ...] = ()
    """Earlier titles and aliases."""
    is_named_by_file: bool = False


@dataclass(slots=True)
class FolderPages:
    """Reads the pages of several folders, or of lock files alone, which have no texts.

    The projects of pages are those that a build finds, see :class:`.Projects`.

    :param globs: what the user says of files.
    :param wordings: the patterns of footers.
    :param pairs: the sources of pages without a footer, as in ``scrapbox_translation_pairs``:
        ``/project/Title`` by the same with the key of the title, ``/project`` by ``/project``.
    :raises FolderError: by all methods, if a file cannot be read.
    """

    globs: PageGlobs = NO_GLOBS
    wordings: Sequence[Wording] = WORDINGS
    pairs: Mapping[str, str] = field(default_factory=dict)
    doubtful: list[str] = field(default_factory=list, init=False)
    """Files that look like pages and may be hand-written; they are left out, as by a build."""
    _files: dict[str, _File] = field(default_factory=dict, init=False)
    _statements: dict[str, Statement] = field(default_factory=dict, init=False)
    _locked: dict[str, str] = field(default_factory=dict, init=False)
    """The projects of lock files by folder, with a slash at the end."""

    def add(self, path: Path) -> None:
        """Read a folder with all below it, or a lock file."""
        if path.is_dir():
            self._add_folder(path)
            return
        lock = _lock(_read(path), path)
        for row in lock.pages:
            place = (path.parent / row.file).as_posix()
            page = WikiPage(place, row.title, lock.project, updated=clamp(row.updated))
            self._files.setdefault(place, _File(page, (), row.earlier_titles))

    def _add_folder(self, folder: Path) -> None:
        names = sorted(page_files(folder, _fail))
        locks = {
            folder_of(name): _lock(_read(folder / name), folder / name)
            for name in names
            if PurePosixPath(name).name == LOCK_NAME
        }
        for place, lock in locks.items():
            self._locked[folder_of((folder / f"{place}{LOCK_NAME}").as_posix())] = lock.project
        folders = PageFolders(self.globs.within(folder).recognise)
        for name in names:
            if not name.endswith(PAGE_SUFFIXES):
                continue
            path = folder / name
            text = _read(path).decode("utf-8-sig", "replace").replace("\r\n", "\n")
            above = nearest_folder(locks, name)
            lock = locks[above] if above is not None else Lock()
            if path.suffix == PAGE_SUFFIX:
                row = lock.by_file.get(name[len(above or "") :])
                file = self._native(path, text, row, lock.language)
            else:
                status = folders.answer(text, path).status
                if status is Status.DOUBT:
                    self.doubtful.append(path.as_posix())
                if status is not Status.PAGE:
                    continue
                file = self._exported(path, text)
            self._files[path.as_posix()] = file

    def _native(self, path: Path, text: str, row: LockedPage | None, language: str) -> _File:
        title = NOT_XML.sub("", text.partition("\n")[0]).strip()
        page = WikiPage(path.as_posix(), title or path.stem, language=language)
        if row:
            page = replace(page, title=row.title or page.title, updated=clamp(row.updated))
        statement = native_statement(text, title=page.title, wordings=self.wordings)
        self._statements[page.place] = statement
        if not self._may_have_footer(text):
            return _File(page, (), row.earlier_titles if row else ())
        times = row.line_times if row and row.matches(text) else ()
        parts = split_at_footers(native_page(text, name=path.stem, row=row), self.wordings)
        footers = (part.translation for part in parts if part.translation)
        dated = tuple((footer, time_of(footer, times)) for footer in footers)
        return _File(page, dated, row.earlier_titles if row else ())

    def _exported(self, path: Path, text: str) -> _File:
        front, _lines = split_page(text)
        title = front.title or path.stem
        page = WikiPage(
            path.as_posix(), title, language=front.language, updated=front.dates.updated
        )
        statement = exported_statement(text, name=path.stem, wordings=self.wordings)
        self._statements[page.place] = statement
        footers: tuple[tuple[Translation, int], ...] = ()
        if self._may_have_footer(text):
            parts = split_at_footers(read_markdown(text, name=path.stem), self.wordings)
            translations = (part.translation for part in parts if part.translation)
            footers = tuple((footer, time_of(footer)) for footer in translations)
        return _File(page, footers, front.aliases, is_named_by_file=not front.title)

    def _may_have_footer(self, text: str) -> bool:
        """Whether a line begins as a footer does; only then the page has to be parsed."""
        lines = text.split("\n")
        return any(wording.pattern.match(line) for line in lines for wording in self.wordings)

    def pages(self) -> list[WikiPage]:
        """The pages, sorted as a site sorts its documents, with the places of their sources."""
        projects = Projects(
            self._statements,
            locked=lambda folder: project_above(self._locked, folder),
            configured=self.globs.project_of,
            default=self.globs.default,
        )
        files = {
            place: replace(file, page=replace(file.page, project=projects.of(place)))
            if place in self._statements
            else file
            for place, file in self._files.items()
        }
        index = _TitleIndex(files)
        languages: dict[str, str] = {}
        wiki_pages = []
        for place in sorted(files, key=_docname):
            file = files[place]
            sources = tuple(_source(file.page, *footer, index) for footer in file.footers)
            sources = sources or self._paired(file, index)
            for source in sources:
                if source.language:
                    languages.setdefault(source.place, source.language)
            language = file.page.language
            if file.footers and not language:
                language = file.footers[0][0].target_language
            wiki_pages.append(replace(file.page, sources=sources, language=language))
        return [
            page if page.language else replace(page, language=languages.get(page.place, ""))
            for page in wiki_pages
        ]

    def _paired(self, file: _File, index: _TitleIndex) -> tuple[TranslatedFrom, ...]:
        """The source that :attr:`pairs` give to a page without a footer, if it is here."""
        project = file.page.project
        titles = (file.page.title, *reversed(file.other_titles))
        targets = [self.pairs.get(join_target(project, key(title)), "") for title in titles]
        if other := self.pairs.get(join_target(project, ""), ""):
            targets.append(f"{other}/{file.page.title}")
        target = next(filter(None, targets), "")
        place = index.find(target, file.page) if target and project else ""
        return (TranslatedFrom(target, place),) if place else ()


def _source(
    page: WikiPage, translation: Translation, time: int, index: _TitleIndex
) -> TranslatedFrom:
    target = join_target(translation.project or page.project, translation.title)
    place = index.find(target, page)
    return TranslatedFrom(target, place, translation.source_language, time)


class _TitleIndex:
    """Finds pages as links of a site do: by title, by file name, by another title."""

    def __init__(self, files: Mapping[str, _File]) -> None:
        self._indices: list[dict[tuple[str, str], str]] = [{}, {}, {}]
        titles, names, others = self._indices
        for place in sorted(files, key=_docname):
            file = files[place]
            project = file.page.project
            titles.setdefault((project, key(file.page.title)), place)
            if file.is_named_by_file:
                names.setdefault((project, file_name_key(file.page.title)), place)
            for title in file.other_titles:
                others.setdefault((project, key(title)), place)

    def find(self, target: str, page: WikiPage) -> str:
        """The place of the page *target*, seen from *page*; "" if it is not here."""
        project, title = split_target(target)
        spellings = [text for text in dict.fromkeys((title, split_fragment(title)[0])) if text]
        for index, name in zip(self._indices, (key, file_name_key, key), strict=True):
            for spelling in spellings:
                place = index.get((project or page.project, name(spelling)), "")
                if place and place != page.place:
                    return place
        return ""


def _docname(place: str) -> str:
    return place[: place.rindex(".")] if "." in place else place


def _read(path: Path) -> bytes:
    try:
        return read_regular_file(path)
    except OSError as error:
        raise FolderError(f"cannot read {path}: {error.strerror}") from error


def _lock(data: bytes, path: Path) -> Lock:
    try:
        return load_lock(data)
    except LockError as error:
        raise FolderError(damage_report(path, error)) from error


def _fail(error: OSError) -> None:
    raise FolderError(f"cannot read {error.filename}: {error.strerror}") from error
