"""``sphinx-scrapbox unpack``: a project export becomes a folder of pages and a lock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

import click

from sphinx_scrapbox.cli import output
from sphinx_scrapbox.cli.options import selection_options
from sphinx_scrapbox.formats.project import (
    Project,
    ProjectError,
    ProjectPage,
    load_project,
    page_of,
)
from sphinx_scrapbox.snapshot import Lock, SnapshotFolder, exclusive_lock, plan_update
from sphinx_scrapbox.snapshot.selection import Selection, links_of, select


@click.command(short_help="Turn a project export (JSON) into one .scrapbox file per page.")
@click.argument("export", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@selection_options
@click.option(
    "--private/--public",
    default=None,
    help="Turn links to pages that are not in DIR into text, or let them lead to the wiki (the"
    " default). DIR remembers the choice.",
)
@click.option(
    "-n", "--dry-run", is_flag=True, help="Show what would happen, without changing anything."
)
def command(
    export: str, folder: Path, selection: Selection, private: bool | None, dry_run: bool
) -> None:
    """Write each page of a project export into DIR, and record them in DIR/scrapbox.lock.

    EXPORT is the JSON file that the wiki's settings offer under "Export pages", with or without
    metadata; - reads it from standard input.

    Run it again with a newer export: only files of pages that changed are written, a page keeps
    its file when it is renamed, and files of deleted pages are removed. Files that you edited or
    added yourself are kept and listed. To take the wiki's version of one, delete the file and run
    the command again. Commit scrapbox.lock together with the pages.

    Options that select pages may be repeated: a page must match one value of each option that is
    given. Pages that are not selected count as deleted.

    \b
      sphinx-scrapbox unpack garden.json docs/wiki
      sphinx-scrapbox unpack garden.json docs/wiki --dry-run
      sphinx-scrapbox unpack garden.json docs/wiki --tag public --private
      sphinx-scrapbox unpack garden.json docs/wiki --around Compost --hops 2

    Exit codes: 0 success, 2 the arguments, the export or DIR cannot be used: the message says why.
    """  # noqa: D301 -- click needs the backslash
    unpack_export(export, folder, selection, private=private, dry_run=dry_run)


def read_export(export: str) -> Project:
    """The project of an export: the name of a file, or - for standard input.

    :raises Failure: if it cannot be read, or is no export.
    """
    try:
        return load_project(output.read_input(export))
    except ProjectError as error:
        raise output.Failure(
            f"{export}: not a readable project export: {error}. An administrator "
            "of the project can download one in its settings, under Page Data, Export Pages"
        ) from error


def unpack_export(
    export: str, folder: Path, selection: Selection, *, private: bool | None, dry_run: bool = False
) -> None:
    """Update *folder* to the export, or with *dry_run* print what would happen.

    :raises Failure: if the export or the folder cannot be used.
    """
    project = read_export(export)
    with _interruptible(folder), output.failures(folder):
        pages = _select(project.pages, selection, project.name)
        with nullcontext() if dry_run else exclusive_lock(folder):
            store = SnapshotFolder(folder)
            is_private = store.lock.private if private is None else private
            header = Lock(
                project.name,
                project.exported,
                is_private,
                url=store.lock.url,
                language=store.lock.language,
            )
            plan = plan_update(store, pages, header)
            notes = [*project.notes, *plan.notes]
            if 0 < project.exported < store.lock.exported:
                notes.append("this export is older than the one in DIR")
            output.write_pages(store, plan, notes, dry_run=dry_run)
    output.print_plan(plan, left_out=len(project.pages) - len(pages), dry_run=dry_run)


@contextmanager
def _interruptible(folder: Path) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt as error:
        raise output.Failure(
            f"interrupted: no page in {folder} is lost; run the same command again to complete it"
        ) from error


def _select(pages: Sequence[ProjectPage], selection: Selection, project: str) -> list[ProjectPage]:
    if not pages:
        raise output.Failure("the export contains no pages, so nothing was changed")
    links = []
    if selection.needs_links:
        with output.progress(len(pages), "Reading links") as step:
            for page in pages:
                links.append(links_of(page_of(page, project=project)))
                step()
    selected = select(selection, [page.title for page in pages], links)
    if not selected:
        raise output.Failure(
            f"none of the {len(pages)} pages matches the options, so nothing was changed"
        )
    return [pages[index] for index in selected]
