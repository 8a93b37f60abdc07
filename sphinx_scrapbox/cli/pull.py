"""``sphinx-scrapbox pull``: copy the pages of a project from the wiki into a folder."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Literal, get_args

import click

from sphinx_scrapbox.cli import output
from sphinx_scrapbox.cli.connection import (
    Connection,
    WikiProject,
    locked_address,
    print_comparison,
    pull_connection,
    wiki_project,
)
from sphinx_scrapbox.cli.options import grouped, selection_options
from sphinx_scrapbox.remote.api import Api, ProjectInfo
from sphinx_scrapbox.remote.listing import compare_with_folder, list_selected
from sphinx_scrapbox.remote.pictures import PictureDownload, missing_pictures
from sphinx_scrapbox.remote.pull import Progress, pull_pages
from sphinx_scrapbox.remote.stage import Stage
from sphinx_scrapbox.snapshot import Lock, SnapshotFolder, exclusive_lock, plan_update
from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME, PictureKind
from sphinx_scrapbox.snapshot.selection import Selection
from sphinx_scrapbox.wiki.titles import key
from sphinx_scrapbox.wiki.urls import DEFAULT_ORIGIN

_MANY = 20  # requests; they are made one by one, so a bar helps early

picture_options = grouped(
    "pictures",
    dict,
    *(
        click.option(
            f"--{kind}s/--no-{kind}s",
            kind,
            default=None,
            help=f"Fetch the {kind}s that pages show, or remove them. DIR remembers.",
        )
        for kind in get_args(PictureKind)
    ),
)
"""``pictures``: whether to fetch each kind of pictures; None for what the folder has."""


@click.command(
    short_help="Copy the pages of a project from the wiki, one .scrapbox file per page."
)
@click.argument("project")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@pull_connection
@selection_options
@picture_options
@click.option("--refresh", is_flag=True, help="Request everything, not only what changed.")
@click.option(
    "-n",
    "--dry-run",
    "preview",
    flag_value="dry-run",
    help="Show what would happen, without changing anything.",
)
@click.option(
    "--check",
    "preview",
    flag_value="check",
    help="Like --dry-run, but exit with 1 if anything would change.",
)
def command(
    project: str,
    folder: Path,
    connection: Connection,
    selection: Selection,
    pictures: dict[PictureKind, bool | None],
    refresh: bool,
    preview: Literal["dry-run", "check"] | None,
) -> None:
    """Copy the pages of PROJECT from the wiki into DIR, and record them in DIR/scrapbox.lock.

    PROJECT is a name, or an address of the project such as https://scrapbox.io/NAME.

    The first run takes a while: it requests each page, at most five per second. Later runs
    request only the pages that changed. The result is the same as unpacking an export: a page
    keeps its file when it is renamed, files of deleted pages are removed, and files that you
    edited or added yourself are kept and listed.

    DIR changes only when everything has arrived. If a run is interrupted, run the same command
    again: it continues where it stopped.

    A project that is not public needs --private, and a credential in one of these variables or
    in a file. The credential is sent to the wiki's server only, and is never stored.

    \b
      SCRAPBOX_SID          the cookie connect.sid of a logged-in user
      SCRAPBOX_TOKEN        a personal access token
      SCRAPBOX_SERVICE_KEY  the key of a service account, for its one project

    \b
      sphinx-scrapbox pull garden docs/wiki
      sphinx-scrapbox pull garden docs/wiki --check
      sphinx-scrapbox pull garden docs/wiki --tag public
      sphinx-scrapbox pull garden docs/wiki --private --url https://wiki.example

    Exit codes: 0 success; 1 with --check, something would change; 2 the arguments, the wiki or
    DIR cannot be used, and DIR is unchanged: the message says why.
    """  # noqa: D301 -- click needs the backslash
    wiki = wiki_project(project, connection.origin)
    pull_project(wiki, folder, connection, selection, pictures, refresh=refresh, preview=preview)


def pull_project(
    wiki: WikiProject,
    folder: Path,
    connection: Connection,
    selection: Selection,
    pictures: dict[PictureKind, bool | None],
    *,
    refresh: bool = False,
    preview: Literal["dry-run", "check"] | None = None,
) -> None:
    """Update *folder* to the project in the wiki, or with *preview* print what would happen.

    :raises Failure: if the wiki or the folder cannot be used.
    """
    try:
        with (
            output.failures(folder),
            nullcontext() if preview else exclusive_lock(folder),
            connection.open(wiki.project, wiki.origin) as api,
            output.failures(folder),
        ):
            store = SnapshotFolder(folder)
            _check_origin(store, wiki.origin)
            info = _find_project(api, connection, wiki.project)
            if preview:
                _preview(api, store, selection, refresh, fails=preview == "check")
                return
            _pull(
                api, info, store, selection, _kinds(store, pictures), connection.private, refresh
            )
    except KeyboardInterrupt as error:
        raise output.Failure(
            f"interrupted: what arrived is kept, and {folder} changes only when everything has; "
            "run the same command again to continue"
        ) from error


def _find_project(api: Api, connection: Connection, project: str) -> ProjectInfo:
    """Use the current name of the project, if the connection may read it."""
    info = api.project_info()
    connection.check_access(info, doing="bring its pages into DIR")
    if key(info.name) != key(project):
        output.say(f"note: project {project!r} is now called {info.name!r}", err=True)
    api.project = info.name
    return info


def _preview(
    api: Api, store: SnapshotFolder, selection: Selection, refresh: bool, *, fails: bool
) -> None:
    pages, left_out = list_selected(api, selection)
    comparison = compare_with_folder(store, pages, refresh=refresh)
    print_comparison(comparison, left_out=left_out)
    if fails and not comparison.is_same:
        click.get_current_context().exit(1)


def _pull(
    api: Api,
    info: ProjectInfo,
    store: SnapshotFolder,
    selection: Selection,
    kinds: frozenset[PictureKind],
    private: bool | None,
    refresh: bool,
) -> None:
    origin = api.client.origin
    with Stage(store.path, origin, info.name) as stage:
        snapshot = pull_pages(
            api, store, stage, selection, refresh=refresh, progress=_bar("Pages")
        )
        download = PictureDownload(api, store, stage, snapshot, info.public is True, refresh)
        pictures = download.run(kinds, _bar("Pictures"))
        is_private = store.lock.private if private is None else private
        url = "" if origin == DEFAULT_ORIGIN else origin
        language = store.lock.language
        exported = snapshot.exported(store.lock)
        header = Lock(info.name, exported, is_private, url=url, language=language)
        plan = plan_update(
            store, snapshot.pages, header, pictures=pictures.rows, unchanged=snapshot.standing
        )
        notes = [*snapshot.notes, *pictures.notes, *plan.notes]
        output.write_pages(store, plan, notes, pictures.files)
        stage.clear()
    output.print_plan(plan, left_out=snapshot.left_out)
    if pictures.missing:
        output.say(missing_pictures(pictures))


def _bar(label: str) -> Progress:
    return partial(output.progress, label=label, least=_MANY)


def _kinds(
    store: SnapshotFolder, wanted: dict[PictureKind, bool | None]
) -> frozenset[PictureKind]:
    """The kinds of pictures to keep up to date: those asked for, or that the folder has."""
    stored = {row.kind for row in store.kept_pictures()}
    return frozenset(
        kind for kind, choice in wanted.items() if choice or (choice is None and kind in stored)
    )


def _check_origin(store: SnapshotFolder, origin: str) -> None:
    """A folder holds the pages of one wiki."""
    if not store.lock.pages:
        return
    address = locked_address(store.lock, store.path / LOCK_NAME)
    if address != origin:
        raise output.Failure(
            f"{store.path} contains pages of {address}, not of {origin}: add --url {address}, or "
            "name another folder"
        )
