"""``sphinx-scrapbox diff``: list what changed between two snapshots of a wiki."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from sphinx_scrapbox.cli.options import format_option, globs_option, grouped, output_option
from sphinx_scrapbox.cli.output import Failure, progress, say, shows_color, write_report
from sphinx_scrapbox.formats.evidence.page_globs import PageGlobs
from sphinx_scrapbox.formats.markdown.inlines import read_markdown_inline
from sphinx_scrapbox.formats.notation.lines import read_lines
from sphinx_scrapbox.snapshot import Comparison, SnapshotError, SnapshotLoader, compare
from sphinx_scrapbox.snapshot.diff.model import PageChange, PageKind, Row, Snapshot
from sphinx_scrapbox.snapshot.reports import atom, json, markdown, text, wording
from sphinx_scrapbox.snapshot.selection import links_of, tag_keys, title_pattern
from sphinx_scrapbox.wiki import Line, Page, key
from sphinx_scrapbox.wiki.dates import clamp

_MANY = 2000  # pages


@dataclass(frozen=True, slots=True)
class _Report:
    """The form of the output, and where it goes."""

    report_format: str
    output: str | None
    stat: bool
    base_url: str | None

    def write(self, comparison: Comparison, folder: Path) -> None:
        """Print the report of a comparison, or write it to a file."""
        address = wording.addresses(self.base_url) if self.base_url else wording.no_address
        if self.report_format == "json":
            report = json.diff_as_json(comparison, address=address, stat=self.stat)
        elif self.report_format == "markdown":
            report = markdown.diff_as_markdown(comparison, address=address, stat=self.stat)
        elif self.report_format == "atom":
            feed = self._feed(comparison, folder)
            report = atom.diff_as_atom(comparison, feed, address=address, stat=self.stat)
        else:
            report = text.diff_as_text(comparison, stat=self.stat, color=shows_color(self.output))
        write_report(report, self.output, for_people=self.report_format == "text")

    def _feed(self, comparison: Comparison, folder: Path) -> atom.Feed:
        project = comparison.new.project or folder.absolute().name
        # Reproducible builds set this variable, which replaces the current time.
        now = os.environ.get("SOURCE_DATE_EPOCH", "")
        return atom.Feed(
            self.base_url or f"{project} wiki",
            f"Changes of {project}",
            project,
            site=(self.base_url or "").partition("{page}")[0],
            since=clamp(int(now[:16]) if now.isdecimal() else int(time.time())),
        )


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Globs of titles, and tags; of each, a page needs one to be listed."""

    titles: tuple[str, ...]
    tags: tuple[str, ...]


def _base_url(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not re.match(r"https?://[^\s<>\"]+\Z", value):
        raise click.UsageError(f"--base-url must be a web address, not {value!r}")
    return value


@click.command(short_help="List what changed between two folders, lock files or git revisions.")
@click.argument("old")
@click.argument("new")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), required=False)
@grouped(
    "report",
    _Report,
    format_option(
        *("text", "markdown", "json", "atom"),
        help="The format of the report: for people, release notes, scripts or feed readers.",
    ),
    output_option("Write to FILE instead of showing it."),
    click.option("--stat", is_flag=True, help="Count lines instead of showing them."),
    click.option(
        "--base-url",
        metavar="URL",
        callback=_base_url,
        help="Where the pages of DIR are published, for links to them. {page} in it is replaced"
        " by the page's path; otherwise the path and .html are appended.",
    ),
)
@grouped(
    "wanted",
    _Wanted,
    click.option(
        "--title",
        "titles",
        metavar="GLOB",
        multiple=True,
        help="Only pages whose old or new title matches, such as 'Garden *' (may be repeated).",
    ),
    click.option(
        "--tag",
        "tags",
        metavar="TAG",
        multiple=True,
        help="Only pages with this #tag or [link], or deleted pages that had it (may be "
        "repeated).",
    ),
)
@globs_option
@click.option("--exit-code", is_flag=True, help="Exit with 1 if there is a difference.")
def command(
    old: str,
    new: str,
    folder: Path | None,
    report: _Report,
    wanted: _Wanted,
    globs: PageGlobs,
    exit_code: bool,
) -> None:
    """List the pages that are new, changed, renamed or deleted from OLD to NEW, with their lines.

    OLD and NEW are each a folder of pages, a scrapbox.lock, REV:PATH for a folder at a revision
    of git, or REV, a commit, tag or branch. For a revision without a path, DIR says which folder;
    by default it is the other one of OLD and NEW, or the current folder. Git checks nothing out.

    Lines that were moved, also to another page, or indented together with others are reported as
    such. A lock file has no texts, so lines are only counted.

    \b
      sphinx-scrapbox diff v1.0 docs/wiki
      sphinx-scrapbox diff v1.0 v1.1 docs/wiki --stat
      sphinx-scrapbox diff v1.0:docs/wiki other/wiki --format markdown -o changes.md
      sphinx-scrapbox diff v1.0 docs/wiki --format atom --base-url https://garden.test/wiki/

    Exit codes: 0 success, 1 there is a difference (only with --exit-code), 2 the arguments or a
    snapshot cannot be used: the message says why.
    """  # noqa: D301 -- click needs the backslash
    if folder is None:
        folder = next((Path(name) for name in (new, old) if Path(name).is_dir()), Path())
    try:
        comparison = _filter(_compare(old, new, folder, globs), wanted)
    except SnapshotError as error:
        raise Failure(str(error)) from error
    report.write(comparison, folder)
    if exit_code and comparison.pages:
        sys.exit(1)


def _compare(old: str, new: str, folder: Path, globs: PageGlobs) -> Comparison:
    loader = SnapshotLoader(globs.recognise_file)
    before, after = (_with_projects(loader.load(name, folder), globs) for name in (old, new))
    for snapshot in (before, after):
        if not snapshot.pages:
            if not (before.pages or after.pages):
                raise SnapshotError(f"neither {old} nor {new} contains wiki pages")
            say(f"note: {snapshot.name} contains no wiki pages", err=True)
    with progress(len(after.pages), "Comparing", least=_MANY) as step:
        return compare(before, after, step)


def _with_projects(snapshot: Snapshot, globs: PageGlobs) -> Snapshot:
    """*snapshot* with the projects that neither its pages nor a lock file name."""
    pages = tuple(
        page
        if page.project
        else replace(page, project=globs.project_of(page.file) or globs.default)
        for page in snapshot.pages
    )
    return replace(snapshot, pages=pages, project=snapshot.project or globs.default)


def _filter(comparison: Comparison, wanted: _Wanted) -> Comparison:
    pages = comparison.pages
    if wanted.titles:
        matches = title_pattern(wanted.titles).match
        pages = tuple(
            page for page in pages if matches(key(page.title)) or matches(key(page.old_title))
        )
    if wanted.tags:
        keys = tag_keys(wanted.tags)
        present = [page for page in pages if page.kind is not PageKind.GONE]
        deleted = [page for page in pages if page.kind is PageKind.GONE]
        deleted = [*_tagged(comparison.old, deleted, keys)]
        pages = (*_tagged(comparison.new, present, keys), *deleted)  # in the order of kinds
    return replace(comparison, pages=pages)


def _tagged(
    snapshot: Snapshot, pages: Sequence[PageChange], tags: set[str]
) -> Iterator[PageChange]:
    """The pages that link to one of *tags*, as they are in *snapshot*."""
    states = {state.file: state for state in snapshot.pages}
    texts = snapshot.texts([states[page.file] for page in pages])
    for page, page_text in zip(pages, texts, strict=True):
        if page_text is None:
            raise SnapshotError(f"{snapshot.name} has no page text, so tags cannot be compared")
        if tags & _links(page, page_text.rows):
            yield page


def _links(page: PageChange, rows: Sequence[Row]) -> frozenset[str]:
    if page.file.endswith(".md"):
        blocks = tuple(Line(row.depth, read_markdown_inline(row.text)) for row in rows)
        return links_of(Page(page.title, blocks, page.project))
    lines = [page.title, *(f"{' ' * row.depth}{row.text}" for row in rows)]
    return links_of(replace(read_lines(lines), project=page.project))
