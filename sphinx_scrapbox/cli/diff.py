"""``sphinx-scrapbox diff``: tells what changed between two snapshots of a wiki."""

from __future__ import annotations

import os
import re
import sys
import time
from dataclasses import replace
from fnmatch import translate
from pathlib import Path

import click

from ..change_reports import Feed, addresses, as_json, atom, markdown, no_address, text
from ..changes import Comparison, compare
from ..revisions import Loader, RevisionError
from ..titles import key
from .terminal import Failure, progress, say

_MANY = 2000  # pages; a bar for less would only flash


@click.command(short_help="What changed between two folders, lock files or revisions of git.")
@click.argument("old")
@click.argument("new")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json", "atom"]),
    default="text",
    show_default=True,
    help="For people, for release notes, for scripts, or for readers of feeds.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write to FILE instead of showing it.",
)
@click.option("--stat", is_flag=True, help="Count lines and do not show them.")
@click.option(
    "--title",
    "titles",
    metavar="GLOB",
    multiple=True,
    help="Only pages whose title matches, or did, such as 'Garden *' (may be repeated).",
)
@click.option(
    "--base-url",
    metavar="URL",
    help="Where the pages of DIR are published, for links to them: {page} in it is the page's"
    " path, else that and .html follow.",
)
@click.option("--exit-code", is_flag=True, help="Make the exit code 1 if there is a difference.")
def command(
    old: str,
    new: str,
    folder: Path | None,
    form: str,
    output: str | None,
    stat: bool,
    titles: tuple[str, ...],
    base_url: str | None,
    exit_code: bool,
) -> None:
    """Tell which pages are new, changed, renamed or gone from OLD to NEW, and which lines.

    OLD and NEW are each a folder of pages, a scrapbox.lock, REV:PATH for a folder at a revision
    of git, or just REV, a commit, tag or branch. Of a revision without a path, DIR is taken: the
    folder that is the other one of OLD and NEW, or the current one, unless you name it. Git checks
    nothing out.

    A line that was moved, or indented together with others, is told as such. A lock file alone has
    no texts: lines are only counted then.

    \b
      sphinx-scrapbox diff v1.0 docs/wiki
      sphinx-scrapbox diff v1.0 v1.1 docs/wiki --stat
      sphinx-scrapbox diff v1.0:docs/wiki other/wiki --format markdown -o changes.md
      sphinx-scrapbox diff v1.0 docs/wiki --format atom --base-url https://garden.test/wiki/

    Exit codes: 0 done, 1 there is a difference (only with --exit-code), 2 the call or a snapshot
    is not usable; the message says why.
    """  # noqa: D301 -- click wants the backspace itself
    if folder is None:
        folder = next((Path(name) for name in (new, old) if Path(name).is_dir()), Path())
    if base_url is not None and not re.match(r"https?://[^\s<>\"]+\Z", base_url):
        raise click.UsageError(f"--base-url must be an address of the web, not {base_url!r}")
    try:
        comparison = _compare(old, new, folder)
    except RevisionError as error:
        raise Failure(str(error)) from error
    comparison = _chosen(comparison, titles)
    address = addresses(base_url) if base_url else no_address
    if form == "json":
        report = as_json(comparison, address=address, stat=stat)
    elif form == "markdown":
        report = markdown(comparison, address=address, stat=stat)
    elif form == "atom":
        report = atom(comparison, _feed(comparison, folder, base_url), address=address, stat=stat)
    else:
        color = output is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        report = text(comparison, stat=stat, color=color)
    _show(report, output, form)
    if exit_code and comparison.pages:
        sys.exit(1)


def _compare(old: str, new: str, folder: Path) -> Comparison:
    loader = Loader()
    before, after = (loader.find(name, folder) for name in (old, new))
    for snapshot in (before, after):
        if not snapshot.pages:
            if not (before.pages or after.pages):
                raise RevisionError(f"neither {old} nor {new} holds a page of a wiki")
            say(f"note: {snapshot.name} holds no page of a wiki", err=True)
    with progress(len(after.pages), "Comparing", least=_MANY) as step:
        return compare(before, after, step)


def _chosen(comparison: Comparison, titles: tuple[str, ...]) -> Comparison:
    if not titles:
        return comparison
    matches = [re.compile(translate(key(title))).match for title in titles]
    pages = tuple(
        page
        for page in comparison.pages
        if any(match(key(title)) for match in matches for title in (page.title, page.was))
    )
    return replace(comparison, pages=pages)


def _feed(comparison: Comparison, folder: Path, base_url: str | None) -> Feed:
    project = comparison.new.project or folder.absolute().name
    # Builds that are to be repeated set this instead of the time of day.
    now = os.environ.get("SOURCE_DATE_EPOCH", "")
    return Feed(
        base_url or f"{project} wiki",
        f"Changes of {project}",
        project,
        site=(base_url or "").partition("{page}")[0],
        since=int(now) if now.isdecimal() else int(time.time()),
    )


def _show(report: str, output: str | None, form: str) -> None:
    # In JSON, what cannot be encoded and is escaped with a backslash is what it should be.
    if output is not None:
        try:
            Path(output).write_bytes(report.encode("utf-8", "backslashreplace"))
        except OSError as error:
            raise Failure(f"cannot write {output}: {error.strerror}") from error
    elif form == "text":
        say(report.removesuffix("\n"))
    else:
        click.echo(report.encode("utf-8", "backslashreplace"), nl=False)
