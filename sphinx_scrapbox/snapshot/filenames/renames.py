"""Plans safe names for the files of pages. Nothing is written here.

A page keeps its title: one that has no other than the name of its file gets it written into its
front matter. It also stays recognised as a page, or the file keeps its name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path, PurePosixPath
from unicodedata import normalize

from sphinx_scrapbox.formats.detect import recognise
from sphinx_scrapbox.formats.front_matter import read_front_matter
from sphinx_scrapbox.formats.markdown.blocks import read_markdown, split_page
from sphinx_scrapbox.formats.markdown.writer import quoted_title
from sphinx_scrapbox.formats.notation.lines import read_notation
from sphinx_scrapbox.snapshot.filenames.hosts import LONG_NAME_BYTES, Host, refusals
from sphinx_scrapbox.snapshot.filenames.names import file_key, file_stem
from sphinx_scrapbox.snapshot.folder import (
    DOCUMENT_SUFFIXES,
    PAGE_SUFFIX,
    PageFolders,
    lock_above,
    page_files,
    read_regular_file,
)
from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME, Lock, load_lock


@dataclass(frozen=True, slots=True)
class Rename:
    """A page whose file gets another name; both are relative to the folder.

    ``data`` is its new content if the title has to be added, else None. ``reason`` says what is
    wrong with the old name.
    """

    old: str
    new: str
    reason: str
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class RenamePlan:
    """The files of pages to rename, in order.

    ``kept`` are those that cannot be renamed, each with the reason, and ``others`` those with
    unsafe names that are no pages. ``pages`` is the number of pages in the folder.
    """

    renames: tuple[Rename, ...]
    kept: tuple[tuple[str, str], ...]
    others: tuple[str, ...]
    pages: int


def plan_renames(folder: Path, hosts: Collection[Host], *, every: bool = False) -> RenamePlan:
    """Plan safe names for the pages in *folder* and below.

    :param every: whether all Markdown files are taken for pages.
    :raises OSError: if a file cannot be read.
    :raises LockError: if a lock file is damaged.
    """
    return _Planner(folder, hosts, every=every).plan()


class _Kept(Exception):
    """The file keeps its name; the message says why."""


class _Planner:
    def __init__(self, folder: Path, hosts: Collection[Host], *, every: bool) -> None:
        self._folder = folder
        self._hosts = hosts
        self._every = every
        self._folders = PageFolders()
        self._taken: dict[Path, set[str]] = {}
        """Keys of the names, without suffix, of the documents in each folder."""
        self._locks: dict[Path, Lock] = {}

    def plan(self) -> RenamePlan:
        """The renames of all pages whose names a host refuses."""
        names = sorted(name for name in page_files(self._folder) if not name.endswith(LOCK_NAME))
        pages = dict.fromkeys(name for name in names if self._is_page(self._folder / name))
        unsafe = {name: reason for name in pages if (reason := self._problem(name))}
        others = [name for name in names if name not in pages and self._refused(name)]
        renames, kept = [], []
        for name, reason in unsafe.items():
            try:
                renames.append(self._rename(name, reason))
            except _Kept as error:
                kept.append((name, str(error)))
        return RenamePlan(tuple(renames), tuple(kept), tuple(others), len(pages))

    def _is_page(self, path: Path) -> bool:
        if path.suffix == PAGE_SUFFIX or self._every:
            return True
        return self._folders.answer(_text(path), path).is_page

    def _refused(self, name: str) -> str:
        """Why hosts refuse the name of a file; "" if they do not."""
        return "; ".join(refusals(PurePosixPath(name).stem, self._hosts))

    def _problem(self, name: str) -> str:
        """What is wrong with the name of a file; "" if nothing is, and it is taken from now on."""
        path = PurePosixPath(name)
        if reasons := self._refused(name):
            return reasons
        if (size := len(path.name.encode("utf-8", "surrogateescape"))) > LONG_NAME_BYTES:
            return f"a name of {size} bytes"
        clashing = self._others(self._folder / path)
        key = file_key(path.stem)
        if key in clashing:
            return "another name differs in case or accents only"
        clashing.add(key)
        return ""

    def _others(self, path: Path) -> set[str]:
        """The keys of names in the folder of *path* that are taken: first those of other files."""
        if path.parent not in self._taken:
            self._taken[path.parent] = {
                file_key(other.stem)
                for other in path.parent.iterdir()
                if other.suffix in DOCUMENT_SUFFIXES and not self._is_renamable(other)
            }
        return self._taken[path.parent]

    def _is_renamable(self, path: Path) -> bool:
        return path.suffix in (PAGE_SUFFIX, ".md") and self._is_page(path)

    def _rename(self, name: str, reason: str) -> Rename:
        path = self._folder / name
        pure = PurePosixPath(name)
        title, data = self._title(path)
        taken = self._others(path)
        if path.is_symlink():
            raise _Kept("it is a symbolic link")
        for stem in dict.fromkeys((pure.stem, title)):
            salts = chain(["", pure.stem], (f"{pure.stem} {number}" for number in count()))
            names = (file_stem(stem, salt=salt) for salt in salts)
            new = next(name for name in names if file_key(name) not in taken)
            target = pure.with_name(f"{new}{pure.suffix}").as_posix()
            if path.suffix == PAGE_SUFFIX or self._every or self._stays(path, data, target):
                taken.add(file_key(new))
                return Rename(name, target, reason, data)
        raise _Kept("under a safe name it would not be recognised as a page of a wiki")

    def _title(self, path: Path) -> tuple[str, bytes | None]:
        """The title of a page, and the content with it if only the name of the file has it."""
        text = _text(path)
        if path.suffix == PAGE_SUFFIX:
            title = self._locked_title(path) or read_notation(text).title
            if not title.strip():
                raise _Kept(
                    "it has no title but the name of its file: write one in its first line"
                )
            return title, None
        front, _lines = split_page(text)
        if front.title:
            return front.title, None
        title = normalize("NFC", path.stem)
        new = with_title(text, title)
        if front.problems or read_markdown(new) != read_markdown(text, name=title):
            raise _Kept("its title cannot be written into its front matter")
        return title, new.encode("utf-8", "surrogateescape")

    def _locked_title(self, path: Path) -> str:
        lock_path = lock_above(path.parent)
        if lock_path is None:
            return ""
        if lock_path not in self._locks:
            self._locks[lock_path] = load_lock(read_regular_file(lock_path))
        file = path.absolute().relative_to(lock_path.parent.absolute()).as_posix()
        row = self._locks[lock_path].by_file.get(file)
        return row.title if row else ""

    def _stays(self, path: Path, data: bytes | None, target: str) -> bool:
        """Whether a Markdown file is a page under its new name wherever it is one now."""
        text = _text(path)
        before = recognise(text, path.name)
        after = recognise(data.decode("utf-8", "replace") if data else text, target)
        if before.alone.is_page and not after.alone.is_page:
            return False
        return after.among_pages.is_page or not before.among_pages.is_page


def _text(path: Path) -> str:
    return read_regular_file(path).decode("utf-8-sig", "surrogateescape")


def with_title(text: str, title: str) -> str:
    r"""The text of an exported page with a title in its front matter, which has none.

    >>> with_title("Wet.", "Rain")
    '---\ntitle: "Rain"\n---\n\nWet.'
    """
    end = "\r\n" if "\r\n" in text else "\n"
    row = f"title: {quoted_title(title)}{end}"
    if read_front_matter(text.split("\n")).body:
        first, _, rest = text.partition("\n")
        return f"{first}\n{row}{rest}"
    return f"---{end}{row}---{end}{end}{text}"


def refused_folders(plan_folder: Path, hosts: Collection[Host]) -> Iterator[tuple[str, str]]:
    """The folders with pages whose own names are refused, each with the reason."""
    seen: set[str] = set()
    for name in sorted(page_files(plan_folder)):
        for part in PurePosixPath(name).parents:
            place = part.as_posix()
            if part.name and place not in seen and (reasons := refusals(part.name, hosts)):
                yield place, "; ".join(reasons)
            seen.add(place)
