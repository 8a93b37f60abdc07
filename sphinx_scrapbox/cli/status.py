"""``sphinx-scrapbox status``: which pages changed in the wiki since a folder was filled."""

from __future__ import annotations

from pathlib import Path

import click

from sphinx_scrapbox.cli.connection import (
    Connection,
    locked_address,
    print_comparison,
    status_connection,
)
from sphinx_scrapbox.cli.options import format_option, selection_options
from sphinx_scrapbox.cli.output import Failure, command_line, failures
from sphinx_scrapbox.remote.listing import compare_with_folder, list_selected
from sphinx_scrapbox.snapshot.folder import SnapshotFolder
from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME, Lock
from sphinx_scrapbox.snapshot.selection import Selection
from sphinx_scrapbox.wiki.urls import DEFAULT_ORIGIN


@click.command(short_help="List what changed in the wiki since the last pull.")
@click.argument(
    "folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@status_connection
@selection_options
@format_option("human", "json", help="The format of the report: for people or for scripts.")
def command(
    folder: Path, connection: Connection, selection: Selection, report_format: str
) -> None:
    """List the pages that changed, were renamed or deleted in the wiki, or are not in DIR yet.

    DIR/scrapbox.lock, which pull and unpack write, names the project. Nothing is changed, and
    only the list of pages is requested: one request per thousand pages.

    If DIR has a selection of pages, use the same options here; otherwise all others are listed
    as new.

    \b
      sphinx-scrapbox status docs/wiki
      sphinx-scrapbox status docs/wiki --tag public --format json

    Exit codes: 0 DIR is up to date, 1 it is not, 2 the arguments, the wiki or DIR cannot be used.
    """  # noqa: D301 -- click needs the backslash
    with failures(folder):
        store = SnapshotFolder(folder)
        lock = store.lock
        if store.lock_data is None:
            raise Failure(_without_lock(folder))
        if not lock.project:
            raise Failure(
                f"{folder / LOCK_NAME} names no project, so there is no wiki to ask: "
                f"run sphinx-scrapbox pull PROJECT {folder}"
            )
        origin = connection.origin or _own_address(lock, folder / LOCK_NAME)
        with connection.open(lock.project, origin) as api, failures(folder):
            info = api.project_info()
            connection.check_access(info, doing="list its pages")
            api.project = info.name
            pages, left_out = list_selected(api, selection)
            comparison = compare_with_folder(store, pages)
            print_comparison(comparison, left_out=left_out, as_json=report_format == "json")
    if not comparison.is_same:
        click.get_current_context().exit(1)


def _without_lock(folder: Path) -> str:
    below = sorted(folder.glob(f"*/{LOCK_NAME}"))
    if below:
        return f"{folder} has no {LOCK_NAME}; did you mean {below[0].parent}?"
    return (
        f"{folder} has no {LOCK_NAME}, so it is not known which wiki its pages are from: run "
        f"{command_line('sphinx-scrapbox', 'pull', 'PROJECT', str(folder))}, or unpack an export"
    )


def _own_address(lock: Lock, place: Path) -> str:
    """The server to ask if the user named none: not one that only a lock file names."""
    address = locked_address(lock, place)
    if address != DEFAULT_ORIGIN:
        raise Failure(
            f"{address} was not contacted, because only {place} names it: to allow it, "
            f"add --url {address}"
        )
    return address
