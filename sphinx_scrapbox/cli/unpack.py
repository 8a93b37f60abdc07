"""``sphinx-scrapbox unpack``: a project export becomes a folder of pages and a lock."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from ..lockfile import LockError
from ..readers.project import Project, ProjectError, ProjectPage, load_project, page_of
from ..selection import Selection, SelectionError, links_of, select
from ..store import Change, Plan, Store, StoreError

_LONG = 200  # pages; a bar for less would only flash
_MOST_NOTES = 10
_COUNTED = (
    Change.NEW,
    Change.CHANGED,
    Change.RENAMED,
    Change.REMOVED,
    Change.UNCHANGED,
)


class _Failure(click.ClickException):
    exit_code = 2


@click.command(short_help="A project export becomes one .scrapbox file a page.")
@click.argument("export", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--tag", "tags", multiple=True, help="Only pages with this #tag or [link].")
@click.option("--exclude-tag", "exclude_tags", multiple=True, help="No pages with it.")
@click.option(
    "--title",
    "titles",
    metavar="GLOB",
    multiple=True,
    help="Only pages whose title matches, such as 'Garden *'.",
)
@click.option(
    "--around",
    metavar="TITLE",
    multiple=True,
    help="Only this page and those that links connect with it, in either direction.",
)
@click.option(
    "--hops",
    type=click.IntRange(0),
    help="How many links away from --around a page may be; 1 if not given.",
)
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
    tags: tuple[str, ...],
    exclude_tags: tuple[str, ...],
    titles: tuple[str, ...],
    around: tuple[str, ...],
    hops: int | None,
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
    if hops is not None and not around:
        raise click.UsageError("--hops counts from a page: name it with --around")
    selection = Selection(tags, exclude_tags, titles, around, 1 if hops is None else hops)
    try:
        project = load_project(_read(export))
    except ProjectError as error:
        raise _Failure(f"{export}: {error}") from error
    pages = _choose(project, selection)
    try:
        store = Store(folder)
        plan = store.plan(
            pages,
            project=project.name,
            exported=project.exported,
            private=store.lock.private if private is None else private,
        )
        _warn(project, store, plan)
        if not dry_run:
            with _progress(len(plan.writes), "Writing") as step:
                store.apply(plan, step)
    except (LockError, StoreError) as error:
        raise _Failure(str(error)) from error
    except OSError as error:
        raise _Failure(f"{folder}: {error}") from error
    _report(plan, left_out=len(project.pages) - len(pages), dry_run=dry_run)


def _read(export: str) -> bytes:
    if export == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(export).read_bytes()
    except OSError as error:
        raise _Failure(f"cannot read {export}: {error.strerror}") from error


def _choose(project: Project, selection: Selection) -> Sequence[ProjectPage]:
    pages = project.pages
    if not pages:
        raise _Failure("the export holds no page")
    if not selection:
        return pages
    links = []
    if selection.needs_links:
        with _progress(len(pages), "Reading links") as step:
            for page in pages:
                links.append(links_of(page_of(page, project=project.name)))
                step()
    try:
        chosen = select(selection, [page.title for page in pages], links)
    except SelectionError as error:
        raise _Failure(str(error)) from error
    if not chosen:
        raise _Failure(f"none of the {len(pages)} pages meets what was asked for")
    return [pages[at] for at in chosen]


@contextmanager
def _progress(length: int, label: str) -> Iterator[Callable[[], object]]:
    if length < _LONG or not sys.stderr.isatty():
        yield lambda: None
        return
    with click.progressbar(length=length, label=label, file=sys.stderr) as bar:
        yield lambda: bar.update(1)


def _warn(project: Project, store: Store, plan: Plan) -> None:
    notes = [*project.notes, *plan.notes]
    if 0 < project.exported < store.lock.exported:
        notes.append("this export is older than the one that is unpacked here")
    for note in notes[:_MOST_NOTES]:
        _say(f"note: {note}", err=True)
    if len(notes) > _MOST_NOTES:
        _say(f"note: and {len(notes) - _MOST_NOTES} more like these", err=True)
    for step in plan.steps:
        if step.change is Change.EDITED:
            _say(f"edited by hand, so kept as it is: {step.file}", err=True)
        elif step.change is Change.RELEASED:
            _say(f"its page is gone, but edited by hand, so kept: {step.file}", err=True)


def _report(plan: Plan, *, left_out: int, dry_run: bool) -> None:
    if dry_run:
        for change in _COUNTED:
            if change is not Change.UNCHANGED:
                for file in sorted(step.file for step in plan.steps if step.change is change):
                    _say(f"{change.value:<8} {file}")
    words = [f"{plan.count(change)} {change.value}" for change in _COUNTED]
    words += [
        f"{count} edited by hand and kept"
        for count in [plan.count(Change.EDITED) + plan.count(Change.RELEASED)]
        if count
    ]
    if left_out:
        words.append(f"{left_out} left out")
    _say(f"{'would be: ' if dry_run else ''}{', '.join(words)}")
    if plan.lock.private and not dry_run:
        _say("private: links to pages that are not here become text")


def _say(text: str, *, err: bool = False) -> None:
    """Print *text*, also where the terminal's encoding lacks some of its letters."""
    encoding = (sys.stderr if err else sys.stdout).encoding or "utf-8"
    click.echo(text.encode(encoding, "backslashreplace").decode(encoding), err=err)
