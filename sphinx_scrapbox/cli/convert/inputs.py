"""What ``convert`` reads: files and folders in any format."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path, PurePath

from sphinx_scrapbox import formats
from sphinx_scrapbox.cli.output import Failure, read_input
from sphinx_scrapbox.formats.detect import Status
from sphinx_scrapbox.formats.evidence.page_globs import NO_GLOBS, PageGlobs
from sphinx_scrapbox.formats.project import (
    Project,
    ProjectError,
    ProjectPage,
    load_project,
    page_of,
)
from sphinx_scrapbox.snapshot.filenames import composed_path
from sphinx_scrapbox.snapshot.folder import PageFolders, folder_projects, read_regular_file
from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME, Lock, LockError, damage_report, load_lock
from sphinx_scrapbox.wiki import Page


@dataclass(slots=True)
class Inputs:
    """What was found in the arguments: the pages, the projects in JSON, and notes for the user."""

    pages: list[PageInput] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PageInput:
    """One page to convert: where it is from, how to read it, and its folder in the output."""

    label: str
    kind: str
    text: str
    """The text of its file; "" for a page in JSON."""
    read: Callable[[str], Page]
    """Reads this text, or a changed one; a page in JSON as it is."""
    folder: PurePath | None = None
    """Below the output; None if the page may be a file by itself."""
    project: str = ""
    """The project that the other pages of the folder tell; "" if none do."""
    lock: Lock | None = None
    """The lock file of a native page."""


def find_inputs(
    names: Sequence[str], kind: str | None, output: str, globs: PageGlobs = NO_GLOBS
) -> Inputs:
    """The pages in files and folders; those in the folder *output* are left out.

    :param kind: the format of all of them, if it is known.
    :param globs: what the user says of files.
    :raises Failure: if a file cannot be read, or is in none of the formats.
    """
    inputs = Inputs()
    for name in names:
        path = Path(name)
        if name != "-" and path.is_dir():
            inputs.pages += _in_folder(path, kind, output, inputs, globs)
        else:
            inputs.pages += _of_file(name, read_input(name), kind, inputs, globs)
    return inputs


def _of_file(
    name: str, data: bytes, kind: str | None, inputs: Inputs, globs: PageGlobs
) -> Iterator[PageInput]:
    if name.endswith(formats.FORMATS["myst"].suffix) and kind is None:
        raise Failure(f"cannot read {name}: MyST can be written, but not read")
    suffixes = {entry.suffix: name for name, entry in formats.FORMATS.items() if name != "myst"}
    is_told = kind is not None
    kind = kind or suffixes.get(PurePath(name).suffix.lower())
    text = "" if kind == "json" else _text(name, data, is_native=kind == "notation")
    kind = kind or formats.detect(text)
    if kind == "markdown" and name != "-" and not is_told:
        answer = PageFolders(globs.recognise).answer(text, Path(name))
        if not answer.is_page:
            inputs.notes.append(f"{name}: {answer.status.value}, because {answer.reason}")
    if kind is None:
        raise Failure(f"cannot tell the format of {name}: name it with --from")
    if kind != "json":
        read = partial(_read, name, kind)
        yield PageInput(name, kind, text, read, None, globs.project_of(name), _lock_of(name, kind))
        return
    try:
        project = load_project(data)
    except ProjectError as error:
        raise Failure(f"{name}: {error}") from error
    inputs.projects.append(project)
    inputs.notes += (f"{name}: {note}" for note in project.notes)
    for page in project.pages:
        read = partial(_read_json, page, project.name)
        folder = PurePath() if len(project.pages) > 1 else None
        yield PageInput(f"{name}: {page.title}", "json", "", read, folder)


def _read_json(page: ProjectPage, project: str, text: str) -> Page:
    return page_of(page, project=project)


def _in_folder(
    folder: Path, kind: str | None, output: str, inputs: Inputs, globs: PageGlobs
) -> Iterator[PageInput]:
    """The pages in *folder* and below, but for those in *output*."""
    suffixes = (formats.FORMATS[kind].suffix,) if kind else formats.PAGE_SUFFIXES
    folders = PageFolders(globs.within(folder).recognise)
    projects = folder_projects(folder, globs=globs)
    passed = 0
    doubtful: list[str] = []
    for path in sorted(_files(folder, suffixes, output)):
        is_native = path.suffix == formats.FORMATS["notation"].suffix
        text = _text(str(path), read_input(str(path)), is_native=is_native)
        if kind == "json":
            yield from _of_file(str(path), text.encode(), kind, inputs, globs)
            continue
        status = Status.PAGE if kind else folders.answer(text, path).status
        if status is Status.DOUBT:
            doubtful.append(str(path))
        if status is not Status.PAGE:
            passed += 1
            continue
        page_format = "notation" if is_native else "markdown"
        read = partial(_read, str(path), page_format)
        own = projects.of(path.relative_to(folder).as_posix())
        lock = _lock_of(str(path), page_format)
        inner = path.parent.relative_to(folder)
        yield PageInput(str(path), page_format, text, read, inner, own, lock)
    if passed:
        files = "1 hand-written .md file" if passed == 1 else f"{passed} hand-written .md files"
        inputs.notes.append(f"{folder}: skipped {files}")
    if doubtful:
        looks = "1 looks" if len(doubtful) == 1 else f"{len(doubtful)} look"
        inputs.notes.append(
            f"{folder}: {looks} like a wiki page, but may be hand-written; see check "
            f"--explain: {doubtful[0]}"
        )


def _files(folder: Path, suffixes: tuple[str, ...], output: str) -> Iterator[Path]:
    out = None if output == "-" else Path(output).resolve()
    for place, folders, names in os.walk(folder):
        within = Path(place)
        folders[:] = [
            name
            for name in folders
            if name[0] != "." and name != "_build" and (within / name).resolve() != out
        ]
        for name in names:
            if name.endswith(suffixes) and not name.endswith(formats.FORMATS["myst"].suffix):
                yield folder / composed_path(folder, (within / name).relative_to(folder))


def _text(name: str, data: bytes, *, is_native: bool) -> str:
    """The text of a file; a byte order mark stays in a native page, which is written unchanged."""
    try:
        return data.decode("utf-8" if is_native else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Failure(f"{name}:{line}: not UTF-8") from error


def _read(name: str, kind: str, text: str) -> Page:
    path, lock_above = Path(name), _lock_above(name, kind)
    if lock_above is None:
        return formats.read(text, kind, "" if name == "-" else path.stem)
    folder, lock = lock_above
    row = lock.by_file.get((path.resolve()).relative_to(folder).as_posix())
    return formats.native_page(text, name=path.stem, row=row, project=lock.project)


def _lock_of(name: str, kind: str) -> Lock | None:
    lock_above = _lock_above(name, kind)
    return lock_above[1] if lock_above else None


def _lock_above(name: str, kind: str) -> tuple[Path, Lock] | None:
    """The lock of a native page in a file, with its folder; None if there is none."""
    return _lock(Path(name).parent.resolve()) if kind == "notation" and name != "-" else None


@cache
def _lock(folder: Path) -> tuple[Path, Lock] | None:
    """The lock of unpacked pages, in *folder* or above: it knows their project and ids."""
    for place in (folder, *folder.parents):
        try:
            return place, load_lock(read_regular_file(place / LOCK_NAME))
        except OSError:
            continue
        except LockError as error:
            raise Failure(damage_report(place / LOCK_NAME, error)) from error
    return None
