"""``sphinx-scrapbox diff``: tells what changed between two snapshots of a wiki."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fnmatch import translate
from pathlib import Path

import click

from sphinx_scrapbox.cli.output import Failure, progress, say
from sphinx_scrapbox.formats.markdown.inlines import read_inline
from sphinx_scrapbox.formats.notation.lines import read_lines
from sphinx_scrapbox.snapshot.diff.model import (
    Comparison,
    PageChange,
    PageKind,
    PageText,
    Snapshot,
)
from sphinx_scrapbox.snapshot.diff.pages import compare
from sphinx_scrapbox.snapshot.git import SnapshotError
from sphinx_scrapbox.snapshot.loader import SnapshotLoader
from sphinx_scrapbox.snapshot.reports.atom import Feed, diff_as_atom
from sphinx_scrapbox.snapshot.reports.json import diff_as_json
from sphinx_scrapbox.snapshot.reports.markdown import addresses, diff_as_markdown, no_address
from sphinx_scrapbox.snapshot.reports.text import diff_as_text
from sphinx_scrapbox.snapshot.selection import links_of
from sphinx_scrapbox.wiki.ast import Line, Page
from sphinx_scrapbox.wiki.dates import clamp
from sphinx_scrapbox.wiki.titles import key

_AT_ONCE = 400  # pages whose texts are in memory together
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
    "--tag",
    "tags",
    metavar="TAG",
    multiple=True,
    help="Only pages with this #tag or [link], or that had it if they are gone (may be repeated).",
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
    tags: tuple[str, ...],
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
        comparison = _chosen(_compare(old, new, folder), titles, tags)
    except SnapshotError as error:
        raise Failure(str(error)) from error
    address = addresses(base_url) if base_url else no_address
    if form == "json":
        report = diff_as_json(comparison, address=address, stat=stat)
    elif form == "markdown":
        report = diff_as_markdown(comparison, address=address, stat=stat)
    elif form == "atom":
        report = diff_as_atom(
            comparison, _feed(comparison, folder, base_url), address=address, stat=stat
        )
    else:
        color = output is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        report = diff_as_text(comparison, stat=stat, color=color)
    _show(report, output, form)
    if exit_code and comparison.pages:
        sys.exit(1)


def _compare(old: str, new: str, folder: Path) -> Comparison:
    loader = SnapshotLoader()
    before, after = (loader.find(name, folder) for name in (old, new))
    for snapshot in (before, after):
        if not snapshot.pages:
            if not (before.pages or after.pages):
                raise SnapshotError(f"neither {old} nor {new} holds a page of a wiki")
            say(f"note: {snapshot.name} holds no page of a wiki", err=True)
    with progress(len(after.pages), "Comparing", least=_MANY) as step:
        return compare(before, after, step)


def _chosen(comparison: Comparison, titles: tuple[str, ...], tags: tuple[str, ...]) -> Comparison:
    pages = comparison.pages
    if titles:
        matches = [re.compile(translate(key(title))).match for title in titles]
        pages = tuple(
            page
            for page in pages
            if any(
                match(key(title)) for match in matches for title in (page.title, page.old_title)
            )
        )
    if tags:
        wanted = {key(tag.removeprefix("#")) for tag in tags}
        gone = [page for page in pages if page.kind is PageKind.GONE]
        here = [page for page in pages if page.kind is not PageKind.GONE]
        bearing = {
            *_linking(comparison.old, gone, wanted),
            *_linking(comparison.new, here, wanted),
        }
        pages = tuple(page for page in pages if page in bearing)
    return replace(comparison, pages=pages)


def _linking(
    snapshot: Snapshot, pages: Sequence[PageChange], wanted: set[str]
) -> Iterator[PageChange]:
    """Those of *pages* that link to any of *wanted*, as they are in *snapshot*."""
    states = {state.file: state for state in snapshot.pages}
    for start in range(0, len(pages), _AT_ONCE):
        batch = pages[start : start + _AT_ONCE]
        texts = snapshot.read([states[page.file] for page in batch])
        for page, said in zip(batch, texts, strict=True):
            if said is None:
                raise SnapshotError(f"{snapshot.name} has no texts, so nothing tells of tags")
            if wanted & _links(page, said):
                yield page


def _links(page: PageChange, said: PageText) -> frozenset[str]:
    if page.file.endswith(".md"):
        blocks = tuple(Line(row.depth, read_inline(row.text)) for row in said.rows)
        return links_of(Page(page.title, blocks, page.project))
    rows = [page.title, *(f"{' ' * row.depth}{row.text}" for row in said.rows)]
    return links_of(replace(read_lines(rows), project=page.project))


def _feed(comparison: Comparison, folder: Path, base_url: str | None) -> Feed:
    project = comparison.new.project or folder.absolute().name
    # Builds that are to be repeated set this instead of the time of day.
    now = os.environ.get("SOURCE_DATE_EPOCH", "")
    return Feed(
        base_url or f"{project} wiki",
        f"Changes of {project}",
        project,
        site=(base_url or "").partition("{page}")[0],
        since=clamp(int(now[:16]) if now.isdecimal() else int(time.time())),
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
