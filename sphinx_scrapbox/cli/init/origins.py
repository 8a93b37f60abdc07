"""Where the pages of a new site come from: the wiki, an export, or a folder of pages."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from shutil import copyfile
from typing import Protocol

from sphinx_scrapbox.cli.connection import Connection, WikiProject, is_address, wiki_project
from sphinx_scrapbox.cli.options import selection_arguments
from sphinx_scrapbox.cli.output import Failure, command_line, failures, progress
from sphinx_scrapbox.cli.pull import pull_project
from sphinx_scrapbox.cli.unpack import read_export, unpack_export
from sphinx_scrapbox.formats import PAGE_SUFFIXES
from sphinx_scrapbox.snapshot.folder import (
    PAGE_SUFFIX,
    FolderError,
    PageFolders,
    page_files,
    read_regular_file,
)
from sphinx_scrapbox.snapshot.lockfile import (
    LOCK_NAME,
    PICTURE_FOLDER,
    PictureKind,
    is_picture_file,
)
from sphinx_scrapbox.snapshot.selection import Selection
from sphinx_scrapbox.wiki.urls import DEFAULT_ORIGIN

WIKI_FOLDER = "wiki"
"""The name of the folder of pages in a new site."""


class Origin(Protocol):
    """Where pages come from."""

    @property
    def title(self) -> str:
        """A title for the site; "" if it is only known from the pages."""

    @property
    def project(self) -> str:
        """The project, as far as it is known before the pages are read."""

    def folder_in(self, site: Path) -> Path:
        """The folder that holds the pages when they are part of the site *site*."""

    def plan(self, folder: Path) -> str:
        """What :meth:`bring` does, as an infinitive."""

    def bring(self, folder: Path) -> None:
        """Put the pages into *folder*.

        :raises Failure: if that is not possible.
        """

    def update_command(self, folder: str) -> str:
        """The command that updates the pages in *folder*; "" if none does."""


@dataclass(frozen=True)
class WikiOrigin:
    """A project of a wiki."""

    wiki: WikiProject
    connection: Connection
    selection: Selection
    pictures: dict[PictureKind, bool | None]
    title: str = ""

    @property
    def project(self) -> str:
        return self.wiki.project

    def folder_in(self, site: Path) -> Path:
        return site / WIKI_FOLDER

    def plan(self, folder: Path) -> str:
        return f"pull the pages of {self.wiki.url} into {folder}"

    def bring(self, folder: Path) -> None:
        pull_project(self.wiki, folder, self.connection, self.selection, self.pictures)

    def update_command(self, folder: str) -> str:
        words = ["sphinx-scrapbox", "pull", self.project, folder]
        if self.wiki.origin != DEFAULT_ORIGIN:
            words += ["--url", self.wiki.origin]
        if self.connection.private:
            words.append("--private")
        return command_line(*words, *selection_arguments(self.selection))


@dataclass(frozen=True)
class ExportOrigin:
    """A project export; ``export`` is the name of a file, or - for standard input."""

    export: str
    selection: Selection
    private: bool | None

    @cached_property
    def _head(self) -> tuple[str, str]:
        if self.export == "-":  # it can be read once
            return "", ""
        project = read_export(self.export)
        return project.name, project.display_name

    @property
    def project(self) -> str:
        return self._head[0]

    @property
    def title(self) -> str:
        return self._head[1]

    def folder_in(self, site: Path) -> Path:
        return site / WIKI_FOLDER

    def plan(self, folder: Path) -> str:
        return f"unpack {self.export} into {folder}"

    def bring(self, folder: Path) -> None:
        unpack_export(self.export, folder, self.selection, private=self.private)

    def update_command(self, folder: str) -> str:
        return command_line("sphinx-scrapbox", "unpack", "EXPORT.json", folder)


@dataclass(frozen=True)
class FolderOrigin:
    """A folder with pages of a wiki at *path*; ``files`` are all in it that can be pages.

    They stay where they are if the folder is in the site, and are copied otherwise.
    """

    path: Path
    files: tuple[str, ...]
    unrecognised: tuple[str, ...]
    """Markdown files that are not recognised as exported pages."""
    hand_written: frozenset[str] = frozenset()
    """Those beside folders that contain all pages: they are no pages, and not among the others."""
    title: str = ""
    project: str = ""

    @property
    def has_folders(self) -> bool:
        """Whether all pages are in folders below it: those of several wikis, perhaps."""
        return all("/" in name for name in self.files)

    def folder_in(self, site: Path) -> Path:
        inside = self.path.resolve().is_relative_to(site.resolve())
        return self.path if inside else site / WIKI_FOLDER

    def plan(self, folder: Path) -> str:
        if folder == self.path:
            return f"leave the {_pages(len(self.files))} in {folder} as they are"
        return f"copy the {_pages(len(self.files))} in {self.path} to {folder}"

    def bring(self, folder: Path) -> None:
        if folder == self.path:
            return
        if folder.exists() and any(folder.iterdir()):
            raise Failure(
                f"{folder} already contains files, so nothing was copied: name another DIR, or "
                f"give {folder} in place of {self.path}"
            )
        pictures = (f"{PICTURE_FOLDER}/{name}" for name in _names(self.path / PICTURE_FOLDER))
        own = (name for name in page_files(self.path) if name not in self.hand_written)
        files = [*own, *filter(is_picture_file, pictures)]
        with failures(folder), progress(len(files), "Copying") as step:
            for name in files:
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                copyfile(self.path / name, target)
                step()

    def update_command(self, folder: str) -> str:
        return ""


def _pages(number: int) -> str:
    return "1 page" if number == 1 else f"{number} pages"


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def folder_origin(folder: Path, *, every: bool = False) -> FolderOrigin:
    """The pages in *folder*, or in the one folder below it that holds them all.

    :param every: whether every Markdown file is a page, recognised or not.
    :raises Failure: if the folder holds no pages.
    """
    names = [name for name in sorted(page_files(folder)) if not name.endswith(LOCK_NAME)]
    folders = PageFolders()
    is_page: dict[str, bool] = {}
    with failures(folder), progress(len(names), "Looking for pages") as step:
        for name in names:
            is_native = name.endswith(PAGE_SUFFIX)
            is_page[name] = is_native or every or _is_page(folders, folder / name)
            step()
    pages = [name for name in names if is_page[name]]
    if not pages:
        raise Failure(
            f"{folder} contains no wiki pages: {_other_files(folder, names)}. Give the name of a "
            "public project, an export (JSON), or a folder of exported Markdown. If all Markdown "
            f"files in {folder} are pages of the wiki, add --all; check --explain {folder} says "
            "why a file is not recognised"
        )
    common = os.path.commonpath([str(PurePosixPath(name).parent) for name in pages])
    prefix = f"{common}/" if common else ""
    inside = [name.removeprefix(prefix) for name in names if name.startswith(prefix)]
    hand_written: frozenset[str] = frozenset()
    if all("/" in name for name in inside if is_page[prefix + name]):
        hand_written = frozenset(name for name in inside if "/" not in name)
    files = [name for name in inside if name not in hand_written]
    other = [name for name in files if not is_page[prefix + name]]
    return FolderOrigin(folder / common, tuple(files), tuple(other), hand_written)


def _other_files(folder: Path, names: list[str]) -> str:
    if not folder.is_dir() or not any(folder.iterdir()):
        return "it is empty"
    if not names:
        return "no .scrapbox or .md file"
    files = "1 Markdown file looks" if len(names) == 1 else f"{len(names)} Markdown files look"
    return f"{files} hand-written"


def _is_page(folders: PageFolders, path: Path) -> bool:
    try:
        text = read_regular_file(path).decode("utf-8-sig", "replace")
    except OSError as error:
        raise FolderError(f"cannot read {path}: {error.strerror}") from error
    return folders.answer(text, path).is_page


def find_origin(
    source: str,
    connection: Connection,
    selection: Selection,
    pictures: Mapping[PictureKind, bool | None],
    *,
    every: bool = False,
) -> Origin:
    """What *source* names: an address or a name of a project, an export, or a folder.

    :param every: whether every Markdown file in the folder is a page.
    :raises Failure: if it names a file that does not exist, or holds no page.
    """
    path = Path(source)
    if "://" not in source and path.is_dir():
        return folder_origin(path, every=every)
    if every:
        raise Failure(f"--all needs a folder of Markdown files, and {source} is none")
    if "://" not in source:
        if path.suffix.lower() in PAGE_SUFFIXES and path.is_file():
            raise Failure(f"{source} is a single page: give its folder, {path.parent}")
        if source == "-" or path.is_file():
            return ExportOrigin(source, selection, connection.private)
        is_file_name = re.search(r"\.(?:json|md|zip|scrapbox)\Z", source, re.I) is not None
        is_path = source[:1] in ".~" or re.search(r"[/\\]", source) is not None
        is_path = is_path and not is_address(source)
        if is_file_name or is_path:
            raise Failure(f"there is no file or folder {source}")
    wiki = wiki_project(source, connection.origin)
    return WikiOrigin(wiki, connection, selection, dict(pictures))
