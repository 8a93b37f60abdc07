"""``sphinx-scrapbox status``: how far the wiki has got since a folder was filled."""

from __future__ import annotations

import os
from pathlib import Path

import click

from sphinx_scrapbox.cli.options import (
    check_public,
    connected,
    credential_option,
    has_credential,
    selection_options,
    url_option,
)
from sphinx_scrapbox.cli.output import Failure, tell_comparison
from sphinx_scrapbox.remote.errors import ClientError
from sphinx_scrapbox.remote.listing import SnapshotError, compare, survey
from sphinx_scrapbox.snapshot.folder import SnapshotFolder
from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME, LockError
from sphinx_scrapbox.snapshot.selection import Selection, SelectionError
from sphinx_scrapbox.snapshot.transaction import FolderError
from sphinx_scrapbox.wiki.urls import DEFAULT_ORIGIN


@click.command(short_help="What changed in the wiki since DIR was filled.")
@click.argument(
    "folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@url_option
@credential_option
@click.option("--private", is_flag=True, help="Name pages of a project that is not public.")
@selection_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["human", "json"]),
    default="human",
    show_default=True,
    help="Who it is for: people or scripts.",
)
def command(
    folder: Path,
    origin: str | None,
    credential_file: Path | None,
    private: bool,
    selection: Selection,
    form: str,
) -> None:
    """Tell which pages in DIR are older than in the wiki, renamed or gone there, or not here yet.

    DIR/scrapbox.lock says which project it is, whether pull or unpack made it. Nothing is
    changed, and only the list of pages is asked for: one request for a thousand pages.

    If DIR has a choice of pages, make the same choice here, or all others are new.

    \b
      sphinx-scrapbox status docs/wiki
      sphinx-scrapbox status docs/wiki --tag public --format json

    Exit codes: 0 DIR is up to date, 1 it is not, 2 the call, the wiki or DIR is not usable.
    """  # noqa: D301 -- click wants the backspace itself
    environment = os.environ
    try:
        store = SnapshotFolder(folder)
        lock = store.lock
        if not lock.project:
            raise Failure(
                f"{folder / LOCK_NAME} names no project: is this a folder that pull made?"
            )
        if origin is None:
            origin = lock.url or DEFAULT_ORIGIN
            if lock.url and has_credential(credential_file, environment):
                # Whoever can change the lock must not learn who asks.
                raise Failure(
                    f"{LOCK_NAME} says that the wiki is at {lock.url}: if your credential may go "
                    f"there, say --url {lock.url}"
                )
        with connected(lock.project, origin, credential_file, environment) as api:
            about = api.about()
            check_public(about, private=private, doing="name its pages")
            api.project = about.name
            pages, left_out = survey(api, selection)
        comparison = compare(store, pages)
    except (ClientError, LockError, SelectionError, SnapshotError, FolderError) as error:
        raise Failure(str(error)) from error
    except OSError as error:
        raise Failure(f"{folder}: {error}") from error
    tell_comparison(comparison, left_out=left_out, as_json=form == "json")
    if not comparison.is_same:
        click.get_current_context().exit(1)
