"""The page that a file holds, and the file that holds a page.

Whoever reads a page file reads it here, so that a page is the same wherever it is shown.

A page is found by its title as links find it, but from the files alone: while documents are
read, nobody knows all of them yet. A native page's title stands in the lock file, or else in
its first line; an exported page's in its front matter, or else in its file's name.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from sphinx.util import get_filetype
from sphinx.util.matching import compile_matchers

from sphinx_scrapbox.formats import page_file
from sphinx_scrapbox.formats.detect import is_export
from sphinx_scrapbox.formats.markdown.blocks import read_markdown, split_page
from sphinx_scrapbox.formats.notation import lines as notation
from sphinx_scrapbox.snapshot.lockfile import LockedPage
from sphinx_scrapbox.sphinx_ext.config.options import Config, options
from sphinx_scrapbox.sphinx_ext.i18n import _
from sphinx_scrapbox.sphinx_ext.sources.locks import Locked, locks_of
from sphinx_scrapbox.wiki.ast import Page
from sphinx_scrapbox.wiki.redaction import Withheld
from sphinx_scrapbox.wiki.titles import key, split_fragment, split_target

if TYPE_CHECKING:
    from sphinx.config import Config as SphinxConfig
    from sphinx.environment import BuildEnvironment


_HEAD = 4096  # bytes of a file in which its title stands, if anywhere


class PageFile(NamedTuple):
    """A file, the page in it, and what a lock file says of both."""

    path: Path
    page: Page
    locked: Locked | None = None
    withheld: tuple[str, ...] = ()
    """Marks of what the page named by links or icons and must not; neutral words stand there."""
    is_kept_out: bool = False
    """Whether a deny list keeps the page out of the site."""


# -- reading ---------------------------------------------------------------------------


def native_page(text: str, path: Path, env: BuildEnvironment) -> PageFile:
    """The page of a ``.scrapbox`` file."""
    locked = locks_of(env).of(path)
    page = page_file.native_page(
        text,
        name=path.stem,
        row=locked.page if locked else None,
        project=locked.lock.project if locked else "",
    )
    return _guarded(PageFile(path, page, locked), env)


def exported_page(text: str, path: Path, env: BuildEnvironment) -> PageFile | None:
    """The page of a Markdown file; None if somebody wrote it by hand."""
    config = options(env.config)
    if not is_exported(text, os.path.relpath(path, env.srcdir).replace(os.sep, "/"), config):
        return None
    page = read_markdown(text, name=path.stem, origin=config.url)
    return _guarded(PageFile(path, page), env)


def _guarded(file: PageFile, env: BuildEnvironment) -> PageFile:
    withheld = withheld_of(env)
    if not withheld:
        return file
    if file.locked and file.locked.lock.url:
        withheld = replace(withheld, origins=(file.locked.lock.url, *withheld.origins))
    is_kept_out = withheld.keeps_out(file.page)
    page, gone = withheld.without_names(file.page)
    return file._replace(page=page, withheld=gone, is_kept_out=is_kept_out)


def is_exported(text: str, path: str, config: Config) -> bool:
    """Whether a Markdown file is an exported page, by its marks or by its path in the sources."""
    return is_export(text, origin=config.url) or _is_named(config.pages, path)


@lru_cache(maxsize=8)
def _matchers(globs: tuple[str, ...]) -> list[Callable[[str], object]]:
    return list(compile_matchers(globs))


def _is_named(globs: tuple[str, ...], path: str) -> bool:
    return any(matches(path) for matches in _matchers(globs))


# -- what a deny list keeps out --------------------------------------------------------

_WITHHELD: WeakKeyDictionary[SphinxConfig, Withheld] = WeakKeyDictionary()


def withheld_of(env: BuildEnvironment) -> Withheld:
    """What the deny list of a build keeps out, as far as that is known."""
    if (withheld := _WITHHELD.get(env.config)) is None:
        config = options(env.config)
        withheld = _WITHHELD[env.config] = Withheld(
            config.deny.titles,
            config.deny.tags,
            config.deny.people,
            instead=str(_("(private)")),
            origins=(config.url,),
        )
    return withheld


def withhold(env: BuildEnvironment, found: frozenset[str]) -> None:
    """Settle which pages are kept out, by the keys of their titles, before any is read."""
    _WITHHELD[env.config] = replace(withheld_of(env), found=found)


# -- finding ---------------------------------------------------------------------------


class PageFiles:
    """The page files of one build; which title stands where is found out when first asked for.

    :param known: titles of documents that are as they were when these were read.
    """

    def __init__(self, env: BuildEnvironment, known: Mapping[str, str]) -> None:
        self._env = env
        self._known = known
        self._config: Config = options(env.config)
        self._by_title: dict[str, list[Path]] | None = None
        self._by_earlier_title: dict[str, list[Path]] = {}
        self._read: dict[Path, PageFile | None] = {}

    def find(self, target: str) -> PageFile | None:
        """The page that *target* names, as a link of a hand-written document names it.

        Without a project in the target, a page of the site's own comes first; of several
        pages the one whose document comes first by name. A title that a page had earlier
        counts where nothing has it now.
        """
        project, title = split_target(target)
        names = [key(one) for one in dict.fromkeys((title, split_fragment(title)[0])) if one]
        for index in (self._titles, self._earlier):
            for name in names:
                found = [file for path in index.get(name, ()) if (file := self.read(path))]
                own = project or self._config.project
                of_project = [file for file in found if self.project_of(file) == own]
                if of_project or (found and not project):
                    return (of_project or found)[0]
        return None

    def project_of(self, file: PageFile) -> str:
        """The project of a page: its own where that is known, else the site's."""
        return file.page.project or self._config.project

    def read(self, path: Path) -> PageFile | None:
        """The page in a file; None if it holds none, cannot be read, or must not be shown."""
        if path not in self._read:
            file = self._read_anew(path)
            self._read[path] = None if file and file.is_kept_out else file
        return self._read[path]

    def kept_out(self, docname: str, *, is_new: bool) -> str:
        """The title of the page of a document, if it is not to be built; else "".

        Only a document that *is_new* is looked into for what it names.
        """
        path = Path(self._env.doc2path(docname))
        kind = self._env.config.source_suffix.get(path.suffix)
        if kind not in ("scrapbox", "markdown"):
            return ""
        withheld = withheld_of(self._env)
        row = self._row(path) if kind == "scrapbox" else None
        title = row.title if row and row.title.strip() else self._title(docname, path, kind)
        if title not in withheld.titles and title not in withheld.people:
            if not is_new:
                return ""
            try:
                text = path.read_text(encoding="utf-8-sig", errors="replace")
            except OSError:
                return ""
            if not withheld.may_keep_out(text):
                return ""
        file = self._read_anew(path)  # not kept: there may be tens of thousands
        return file.page.title if file and file.is_kept_out else ""

    def _read_anew(self, path: Path) -> PageFile | None:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeError):
            return None
        kind = get_filetype(self._env.config.source_suffix, str(path))
        if path.suffix == ".scrapbox" or kind == "scrapbox":
            return native_page(text, path, self._env)
        return exported_page(text, path, self._env) if kind == "markdown" else None

    @property
    def _titles(self) -> Mapping[str, list[Path]]:
        if self._by_title is None:
            self._by_title, self._by_earlier_title = {}, {}
            suffixes = self._env.config.source_suffix
            for docname in sorted(self._env.found_docs):
                path = Path(self._env.doc2path(docname))
                kind = suffixes.get(path.suffix)
                if kind not in ("scrapbox", "markdown"):
                    continue
                row = self._row(path) if kind == "scrapbox" else None
                title = row.title if row and row.title.strip() else ""
                if title := title or self._title(docname, path, kind):
                    self._by_title.setdefault(key(title), []).append(path)
                for name in dict.fromkeys(map(key, row.earlier_titles if row else ())):
                    self._by_earlier_title.setdefault(name, []).append(path)
        return self._by_title

    @property
    def _earlier(self) -> Mapping[str, list[Path]]:
        return self._by_earlier_title if self._titles else {}

    def _row(self, path: Path) -> LockedPage | None:
        locked = locks_of(self._env).of(path)
        return locked.page if locked else None

    def _title(self, docname: str, path: Path, kind: str) -> str:
        if known := self._known.get(docname):
            return known
        try:
            with path.open("rb") as file:
                head = file.read(_HEAD).decode("utf-8-sig", "ignore")
        except OSError:
            return ""
        if kind == "markdown":
            return split_page(head)[0].title or path.stem
        return notation.read_lines([head.split("\n", 1)[0]]).title.strip() or path.stem


_FILES: WeakKeyDictionary[SphinxConfig, PageFiles] = WeakKeyDictionary()


def page_files_of(env: BuildEnvironment, known: Mapping[str, str] | None = None) -> PageFiles:
    """The page files of a build; *known* counts for whoever asks first."""
    if (files := _FILES.get(env.config)) is None:
        files = _FILES[env.config] = PageFiles(env, known or {})
    return files
