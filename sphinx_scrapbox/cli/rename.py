"""``sphinx-scrapbox rename``: give the files of pages names that every host takes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import click

from sphinx_scrapbox.cli.options import hosts_option
from sphinx_scrapbox.cli.output import Failure, failures, print_notes, say
from sphinx_scrapbox.snapshot import exclusive_lock
from sphinx_scrapbox.snapshot.filenames import Host, relative_path
from sphinx_scrapbox.snapshot.filenames.redirects import (
    REDIRECTS_NAME,
    RedirectsError,
    dump_redirects,
    followed,
    load_redirects,
)
from sphinx_scrapbox.snapshot.filenames.renames import (
    Rename,
    RenamePlan,
    plan_renames,
    refused_folders,
)
from sphinx_scrapbox.snapshot.folder import lock_above, read_regular_file
from sphinx_scrapbox.snapshot.git import (
    NoGitError,
    NoRepositoryError,
    Repository,
    SnapshotError,
)
from sphinx_scrapbox.snapshot.lockfile import (
    Lock,
    LockError,
    damage_report,
    dump_lock,
    load_lock,
)
from sphinx_scrapbox.snapshot.transaction import write_file
from sphinx_scrapbox.wiki.text import terminal_safe

_HAND_WRITTEN = (".md", ".rst", ".txt", ".ipynb", "conf.py")


@click.command(short_help="Give the files of pages names that every host takes.")
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False))
@hosts_option("Rename only what these hosts refuse; by default all")
@click.option(
    "--all",
    "every",
    is_flag=True,
    help="Every Markdown file in DIR is a page, as scrapbox_pages may say in conf.py.",
)
@click.option(
    "--no-redirects", is_flag=True, help=f"Do not write the old names to {REDIRECTS_NAME}."
)
@click.option(
    "-n", "--dry-run", is_flag=True, help="Show what would happen, without changing anything."
)
def command(
    folder: str, hosts: tuple[Host, ...], every: bool, no_redirects: bool, dry_run: bool
) -> None:
    """Give the files of wiki pages in DIR and below names that every host takes.

    Exporters name files after titles, and some hosts refuse such names: Netlify those with # or ?,
    artifacts on GitHub and Windows those with " : < > | * ?. Such signs become dashes, and letters
    of all scripts stay. Also renamed are files whose names are longer than 120 bytes, or differ
    from another one in case only. All other files keep their names.

    A page keeps its title, so that links by title still find it. If only the name of the file had
    it, it is written into the front matter. Files that git tracks are renamed in its index, too,
    and so are those in a scrapbox.lock. The old names are kept in DIR/scrapbox-redirects.json,
    from which a build writes redirects.

    \b
      sphinx-scrapbox rename docs/wiki --dry-run
      sphinx-scrapbox rename docs/wiki
      sphinx-scrapbox rename docs/wiki --for netlify

    Exit codes: 0 success, 2 DIR or a file in it cannot be used: the message says why.
    """  # noqa: D301 -- click needs the backslash
    chosen = hosts or tuple(Host)
    rename_pages(Path(folder), chosen, every=every, redirects=not no_redirects, dry_run=dry_run)


def rename_pages(
    folder: Path,
    hosts: tuple[Host, ...],
    *,
    every: bool = False,
    redirects: bool = True,
    dry_run: bool = False,
) -> None:
    """Rename the pages in *folder*, or with *dry_run* print what would happen.

    :raises Failure: if a file cannot be read or written.
    """
    with failures(folder):
        plan = plan_renames(folder, hosts, every=every)
    if not plan.pages:
        name = click.format_filename(folder)
        raise Failure(
            f"{name} contains no wiki pages: check --explain says what the files "
            "are, and --all takes all Markdown files for pages"
        )
    for rename in plan.renames:
        say(terminal_safe(f"{rename.old} -> {PurePosixPath(rename.new).name}  ({rename.reason})"))
    tracked = set() if dry_run else _Renaming(folder, plan).run(redirects=redirects)
    _say_result(folder, plan, len(tracked), redirects=redirects, dry_run=dry_run)
    notes = [f"{name} keeps its name: {reason}" for name, reason in plan.kept]
    notes += [
        f"{name} keeps its name, as it is not recognised as a page: --all takes it for one"
        for name in plan.others
    ]
    notes += [
        f"rename the folder {name} by hand: {reason}"
        for name, reason in refused_folders(folder, hosts)
    ]
    notes += _mentions(folder, plan)
    print_notes([terminal_safe(note) for note in notes])


def _say_result(
    folder: Path, plan: RenamePlan, tracked: int, *, redirects: bool, dry_run: bool
) -> None:
    number = len(plan.renames)
    if not number:
        say(f"all {plan.pages} pages have safe names")
        return
    summary = f"{'would rename' if dry_run else 'renamed'} {number} of {plan.pages} pages"
    if tracked:
        summary += f", {tracked} of them in the index of git"
    say(summary)
    if redirects and not dry_run:
        place = _redirects_folder(folder, plan.renames) / REDIRECTS_NAME
        say(
            terminal_safe(
                f"the old addresses are in {place}: builds redirect them, but not those that a "
                "host in scrapbox_hosts (conf.py) refuses"
            )
        )


class _Renaming:
    """Carries out a plan. An interrupted run is completed by the next one.

    The files are renamed last: until then, the next plan finds them again.
    """

    def __init__(self, folder: Path, plan: RenamePlan) -> None:
        self._folder = folder
        self._plan = plan
        self._moves = {rename.old: rename.new for rename in plan.renames}

    def run(self, *, redirects: bool) -> set[str]:
        """Rename the files.

        :returns: the old names of those that git tracks.
        """
        if not self._moves:
            return set()
        with failures(self._folder), ExitStack() as stack:
            locks = self._locks()
            tracked = self._rename_in_index()
            for place in locks:
                stack.enter_context(exclusive_lock(place.parent))
            if redirects:
                self._write_redirects()
            for place, lock in locks.items():
                write_file(place, dump_lock(lock).encode())
            for rename in self._plan.renames:
                self._move(rename)
        return tracked

    def _rename_in_index(self) -> set[str]:
        try:
            return Repository(self._folder).rename_in_index(self._moves)
        except (NoRepositoryError, NoGitError):
            return set()
        except SnapshotError as error:
            raise Failure(f"nothing was changed: {error}") from error

    def _move(self, rename: Rename) -> None:
        old, new = self._folder / rename.old, self._folder / rename.new
        if new.exists() and not new.samefile(old):
            raise Failure(f"{new} exists: run the same command again")
        if rename.data is not None:
            write_file(old, rename.data)
        old.rename(new)

    def _locks(self) -> dict[Path, Lock]:
        """The lock files that name a page of the plan, with the new names."""
        moves: dict[Path, dict[str, str]] = {}
        for old, new in self._moves.items():
            if place := lock_above((self._folder / old).parent):
                top = place.parent
                file, target = (_relative(self._folder / name, top) for name in (old, new))
                moves.setdefault(place, {})[file.as_posix()] = target.as_posix()
        locks = {}
        for place, names in moves.items():
            try:
                lock = load_lock(read_regular_file(place))
            except LockError as error:
                raise LockError(damage_report(place, error)) from error
            pages = tuple(replace(row, file=names.get(row.file, row.file)) for row in lock.pages)
            if pages != lock.pages:
                locks[place] = replace(lock, pages=pages)
        return locks

    def _write_redirects(self) -> None:
        place = _redirects_folder(self._folder, self._plan.renames)
        path = place / REDIRECTS_NAME
        try:
            redirects = load_redirects(read_regular_file(path)) if path.exists() else {}
        except RedirectsError as error:
            raise Failure(f"{path}: {error}: repair or remove it; nothing was changed") from error
        moves = {
            _docname(self._folder, old, place): _docname(self._folder, new, place)
            for old, new in self._moves.items()
        }
        write_file(path, dump_redirects(followed(redirects, moves)).encode("utf-8", "replace"))


def _docname(folder: Path, name: str, start: Path) -> str:
    """The path of a page without suffix, relative to *start*."""
    path = _relative(folder / name, start)
    return path.with_name(path.stem).as_posix()


def _relative(path: Path, start: Path) -> Path:
    return Path(relative_path(path.absolute(), start.absolute()))


def _redirects_folder(folder: Path, renames: tuple[Rename, ...]) -> Path:
    """The folder for the redirects: *folder*, or where the pages are if the site is below it."""
    if _site_of(folder):
        return folder
    parents = [str((folder / rename.old).parent) for rename in renames]
    return Path(os.path.commonpath(parents))


def _site_of(folder: Path) -> Path | None:
    """The source folder of the Sphinx site that *folder* is in."""
    for place in (folder.absolute(), *folder.absolute().parents):
        if (place / "conf.py").is_file():
            return place
        if (place / ".git").exists():
            return None
    return None


# What may name a file in hand-written documents and in conf.py.
_NAMED = re.compile(r"\]\(([^()]*)\)|<([^<>]+)>|`([^`]+)`|\"([^\"]+)\"|'([^']+)'")


def _mentions(folder: Path, plan: RenamePlan) -> Iterator[str]:
    """Where hand-written documents and ``conf.py`` still have old names, as notes."""
    site = _site_of(folder)
    if site is None or not plan.renames:
        return
    old_names: dict[str, str] = {}
    for rename in plan.renames:
        file = _relative(folder / rename.old, site)
        old_names |= {
            file.as_posix(): rename.old,
            file.with_name(file.stem).as_posix(): rename.old,
        }
    pages = {
        (folder / file_name).absolute()
        for pair in plan.renames
        for file_name in (pair.old, pair.new)
    }
    for place, folders, files in os.walk(site):
        folders[:] = [name for name in folders if name[0] not in "._"]
        for name in sorted(files):
            path = Path(place, name)
            if name.endswith(_HAND_WRITTEN) and path not in pages:
                yield from _mentions_in(path, site, old_names)


def _mentions_in(path: Path, site: Path, old_names: Mapping[str, str]) -> Iterator[str]:
    try:
        lines = read_regular_file(path).decode("utf-8", "replace").split("\n")
    except OSError:
        return
    is_below = path.is_relative_to(Path().absolute())
    shown = relative_path(path, Path()) if is_below else str(path)
    within = relative_path(path.parent, site)
    for number, line in enumerate(lines, 1):
        texts = [line, *(text for groups in _NAMED.findall(line) for text in groups)]
        files = [unquote(text.strip(" <>")).lstrip("/") for text in texts]
        paths = [f"{start}/{file}" for file in filter(None, files) for start in (within, ".")]
        names = [os.path.normpath(name_in_line).replace(os.sep, "/") for name_in_line in paths]
        for name in dict.fromkeys(old_names[name] for name in names if name in old_names):
            yield f"{shown}:{number} still names {name}"
