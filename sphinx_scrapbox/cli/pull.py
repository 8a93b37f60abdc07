"""``sphinx-scrapbox pull``: the pages of a project, from the wiki into a folder, and a lock."""

from __future__ import annotations

import os
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import get_args

import click

from sphinx_scrapbox.cli.options import (
    check_public,
    connected,
    credential_option,
    rate_option,
    selection_options,
    url_option,
)
from sphinx_scrapbox.cli.output import (
    Failure,
    progress,
    say,
    tell_comparison,
    tell_kept,
    tell_notes,
    tell_plan,
)
from sphinx_scrapbox.remote.errors import ClientError
from sphinx_scrapbox.remote.listing import SnapshotError, compare, survey
from sphinx_scrapbox.remote.pictures import mirror
from sphinx_scrapbox.remote.pull import Progress, take
from sphinx_scrapbox.remote.stage import Stage
from sphinx_scrapbox.snapshot.folder import SnapshotFolder, exclusive_lock
from sphinx_scrapbox.snapshot.lockfile import LockError, PictureKind
from sphinx_scrapbox.snapshot.selection import Selection, SelectionError
from sphinx_scrapbox.snapshot.transaction import FolderError
from sphinx_scrapbox.wiki.titles import key
from sphinx_scrapbox.wiki.urls import DEFAULT_ORIGIN

_LONG = 20  # pages; they come one by one


@click.command(short_help="The pages of a project, from the wiki into one .scrapbox file each.")
@click.argument("project")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@url_option
@credential_option
@click.option(
    "--private/--public",
    default=None,
    help="Take a project that is not public, and let links to pages that are not in DIR become"
    " text; or let them lead to the wiki. For the links of a public project, DIR remembers which.",
)
@selection_options
@click.option(
    "--icons/--no-icons",
    default=None,
    help="Fetch the icons that pages show, or remove them. DIR remembers.",
)
@click.option(
    "--images/--no-images",
    default=None,
    help="Fetch the images that pages show, or remove them. DIR remembers.",
)
@click.option("--refresh", is_flag=True, help="Ask for everything, not only for what changed.")
@rate_option
@click.option("-n", "--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
@click.option("--check", is_flag=True, help="The same, and exit with 1 if anything would happen.")
def command(
    project: str,
    folder: Path,
    origin: str | None,
    credential_file: Path | None,
    private: bool | None,
    selection: Selection,
    icons: bool | None,
    images: bool | None,
    refresh: bool,
    rate: float | None,
    dry_run: bool,
    check: bool,
) -> None:
    """Bring the pages of PROJECT from the wiki into DIR, and what they are into DIR/scrapbox.lock.

    The first time takes a while: each page is a request, and there are five in a second at most.
    After that, only pages that changed are asked for. What comes out is what unpack makes of an
    export: a page keeps its file when it is renamed, files of pages that are gone are removed,
    files that you edited or added yourself are left as they are, and named.

    DIR changes when all is there, and not before. If a run breaks off, for whatever reason, run
    the same command again: it goes on where it was.

    A project that is not public needs --private, and a credential in one of these variables, or
    in a file. It goes to the wiki and nowhere else, and is kept nowhere.

    \b
      SCRAPBOX_SID          the cookie connect.sid of somebody who is logged in
      SCRAPBOX_TOKEN        a personal access token
      SCRAPBOX_SERVICE_KEY  the key of a service account, for its one project

    \b
      sphinx-scrapbox pull garden docs/wiki
      sphinx-scrapbox pull garden docs/wiki --check
      sphinx-scrapbox pull garden docs/wiki --tag public
      sphinx-scrapbox pull garden docs/wiki --private --url https://wiki.example

    Exit codes: 0 done; 1 with --check, something would change; 2 the call, the wiki or DIR is not
    usable, and DIR is as it was; the message says why.
    """  # noqa: D301 -- click wants the backspace itself
    if not project.strip() or "/" in project:
        raise click.UsageError(
            "PROJECT is a name, as in https://scrapbox.io/NAME; --url tells the wiki's address"
        )
    origin = origin or DEFAULT_ORIGIN
    looks = dry_run or check
    try:
        with (
            nullcontext() if looks else exclusive_lock(folder),
            connected(project, origin, credential_file, os.environ, rate) as api,
        ):
            store = SnapshotFolder(folder)
            _check_origin(store, origin)
            about = api.about()
            check_public(about, private=private is True, doing="bring its pages into DIR")
            if key(about.name) != key(project):
                say(f"note: project {project!r} is called {about.name!r} now", err=True)
            api.project = about.name
            if looks:
                pages, left_out = survey(api, selection)
                comparison = compare(store, pages, afresh=refresh)
                tell_comparison(comparison, left_out=left_out)
                if check and not comparison.is_same:
                    click.get_current_context().exit(1)
                return
            kinds = _kinds(store, icon=icons, image=images)
            stage = Stage(folder)
            snapshot = take(api, store, stage, selection, afresh=refresh, progress=_bar("Pages"))
            pictures = mirror(
                api,
                store,
                stage,
                snapshot,
                kinds,
                public=about.public is True,
                afresh=refresh,
                progress=_bar("Pictures"),
            )
            plan = store.plan(
                snapshot.pages,
                standing=snapshot.standing,
                project=about.name,
                exported=snapshot.exported(store.lock),
                private=store.lock.private if private is None else private,
                url="" if origin == DEFAULT_ORIGIN else origin,
                files=pictures.rows,
            )
            tell_notes([*snapshot.notes, *pictures.notes, *plan.notes])
            tell_kept(plan)
            with progress(len(plan.writes), "Writing") as step:
                store.apply(plan, step, fetched=pictures.files)
            stage.clear()
    except (ClientError, LockError, SelectionError, SnapshotError, FolderError) as error:
        raise Failure(str(error)) from error
    except OSError as error:
        raise Failure(f"{folder}: {error}") from error
    except KeyboardInterrupt as error:
        raise Failure("broken off: run the same command again to go on") from error
    tell_plan(plan, left_out=snapshot.left_out)


def _bar(label: str) -> Progress:
    return partial(progress, label=label, least=_LONG)


def _kinds(store: SnapshotFolder, **wanted: bool | None) -> list[PictureKind]:
    """Which pictures to keep in step: those that are asked for, or that the folder has."""
    has = {row.kind for row in store.kept_pictures()}
    return [
        kind
        for kind in get_args(PictureKind)
        if wanted[kind] or (wanted[kind] is None and kind in has)
    ]


def _check_origin(store: SnapshotFolder, origin: str) -> None:
    """A folder has the pages of one wiki."""
    known = store.lock.url or DEFAULT_ORIGIN
    if store.lock.pages and known != origin:
        raise Failure(
            f"{store.folder} holds pages of {known}, not of {origin}: say --url {known}, or name "
            "another folder"
        )
