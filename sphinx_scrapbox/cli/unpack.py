"""``sphinx-scrapbox unpack``: a project export becomes a folder of pages and a lock."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import click

from sphinx_scrapbox.cli.options import selection_options
from sphinx_scrapbox.cli.output import Failure, progress, tell_kept, tell_notes, tell_plan
from sphinx_scrapbox.formats.project import (
    Project,
    ProjectError,
    ProjectPage,
    load_project,
    page_of,
)
from sphinx_scrapbox.snapshot.folder import Plan, SnapshotFolder, exclusive_lock
from sphinx_scrapbox.snapshot.lockfile import LockError
from sphinx_scrapbox.snapshot.selection import Selection, SelectionError, links_of, select
from sphinx_scrapbox.snapshot.transaction import FolderError


@click.command(short_help="A project export becomes one .scrapbox file a page.")
@click.argument("export", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@selection_options
@click.option(
    "--private/--public",
    default=None,
    help="Links to pages that are not in DIR become text, or lead to the wiki. DIR remembers"
    " which; at first they lead to the wiki.",
)
@click.option("-n", "--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
def command(
    export: str,
    folder: Path,
    selection: Selection,
    private: bool | None,
    dry_run: bool,
) -> None:
    """Write each page of a project export into DIR, and what they are into DIR/scrapbox.lock.

    EXPORT is the JSON file that the wiki's settings offer under "Export pages", with or without
    metadata; - reads it from standard input.

    Run it again with a newer export: only files of pages that changed are written, a page keeps
    its file when it is renamed, and files of pages that are gone are removed. Files that you
    edited or added yourself are left as they are, and named. To take the wiki's version of one,
    delete the file and run the command again. Commit scrapbox.lock together with the pages.

    Options that choose pages may be repeated, then any of their values will do; different ones
    all have to be met. Pages that are not chosen count as gone.

    \b
      sphinx-scrapbox unpack garden.json docs/wiki
      sphinx-scrapbox unpack garden.json docs/wiki --dry-run
      sphinx-scrapbox unpack garden.json docs/wiki --tag public --private
      sphinx-scrapbox unpack garden.json docs/wiki --around Compost --hops 2

    Exit codes: 0 done, 2 the call, the export or DIR is not usable; the message says why.
    """  # noqa: D301 -- click wants the backspace itself
    try:
        project = load_project(_read(export))
    except ProjectError as error:
        raise Failure(f"{export}: {error}") from error
    pages = _choose(project, selection)
    try:
        with nullcontext() if dry_run else exclusive_lock(folder):
            store = SnapshotFolder(folder)
            plan = store.plan(
                pages,
                project=project.name,
                exported=project.exported,
                private=store.lock.private if private is None else private,
            )
            _warn(project, store, plan)
            if not dry_run:
                with progress(len(plan.writes), "Writing") as step:
                    store.apply(plan, step)
    except (LockError, FolderError) as error:
        raise Failure(str(error)) from error
    except OSError as error:
        raise Failure(f"{folder}: {error}") from error
    tell_plan(plan, left_out=len(project.pages) - len(pages), dry_run=dry_run)


def _read(export: str) -> bytes:
    if export == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(export).read_bytes()
    except OSError as error:
        raise Failure(f"cannot read {export}: {error.strerror}") from error


def _choose(project: Project, selection: Selection) -> Sequence[ProjectPage]:
    pages = project.pages
    if not pages:
        raise Failure("the export holds no page")
    if not selection:
        return pages
    links = []
    if selection.needs_links:
        with progress(len(pages), "Reading links") as step:
            for page in pages:
                links.append(links_of(page_of(page, project=project.name)))
                step()
    try:
        chosen = select(selection, [page.title for page in pages], links)
    except SelectionError as error:
        raise Failure(str(error)) from error
    if not chosen:
        raise Failure(f"none of the {len(pages)} pages meets what was asked for")
    return [pages[at] for at in chosen]


def _warn(project: Project, store: SnapshotFolder, plan: Plan) -> None:
    notes = [*project.notes, *plan.notes]
    if 0 < project.exported < store.lock.exported:
        notes.append("this export is older than the one that is unpacked here")
    tell_notes(notes)
    tell_kept(plan)
