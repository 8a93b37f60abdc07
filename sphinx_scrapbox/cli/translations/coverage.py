"""``sphinx-scrapbox coverage``: which pages of a wiki are translated."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from sphinx_scrapbox.cli.options import format_option, grouped, output_option, paths_argument
from sphinx_scrapbox.cli.output import Failure, shows_color, write_report
from sphinx_scrapbox.cli.translations.pairs import pairs_option, read_pairs
from sphinx_scrapbox.snapshot.coverage.folders import FolderPages
from sphinx_scrapbox.snapshot.coverage.model import CoverageKind, PairCoverage
from sphinx_scrapbox.snapshot.coverage.reports import (
    ALL_KINDS,
    coverage_as_csv,
    coverage_as_json,
    coverage_as_text,
)

_KINDS = {kind.value: kind for kind in CoverageKind}


def _kinds(
    context: click.Context, parameter: click.Parameter, values: Sequence[str]
) -> frozenset[CoverageKind]:
    names = {name.strip() for value in values for name in value.split(",")}
    if unknown := sorted(names - {*_KINDS, "all", "never"}):
        choices = ", ".join([*_KINDS, "all"])
        raise click.BadParameter(f"no kind {', '.join(map(repr, unknown))}; choose from {choices}")
    return frozenset(ALL_KINDS if "all" in names else (_KINDS[n] for n in names - {"never"}))


def _kinds_option(name: str, default: str, help: str) -> Callable[..., Callable[..., None]]:
    return click.option(
        name,
        multiple=True,
        default=(default,),
        show_default=default,
        callback=_kinds,
        metavar="KINDS",
        help=help,
    )


@dataclass(frozen=True, slots=True)
class _Form:
    """The form of the report, where it goes, and what it lists."""

    report_format: str
    output: str | None
    only: frozenset[CoverageKind]
    limit: int

    def write(self, pairs: Sequence[PairCoverage]) -> None:
        """Print the report of pairs of folders, or write it to a file."""
        if self.report_format == "json":
            report = coverage_as_json(pairs, kinds=self.only)
        elif self.report_format == "csv":
            report = coverage_as_csv(pairs, kinds=self.only)
        else:
            color = shows_color(self.output)
            report = coverage_as_text(pairs, kinds=self.only, limit=self.limit, color=color)
        write_report(report, self.output, for_people=self.report_format == "table")


@click.command(short_help="List which pages of a wiki are translated, and which are not.")
@paths_argument
@grouped(
    "form",
    _Form,
    format_option(
        "table",
        "json",
        "csv",
        help="The format of the report: for people, scripts or spreadsheets.",
    ),
    output_option("Write the report to FILE instead of showing it."),
    _kinds_option("--only", "all", "List these kinds of pages only (may be repeated)."),
    click.option(
        "--limit",
        type=click.IntRange(0),
        default=20,
        show_default=True,
        help="List at most so many pages of each kind in the table; 0 for all.",
    ),
)
@pairs_option
@_kinds_option("--fail-on", "gone,doubled", "Exit with 1 if there are pages of these kinds.")
@click.option(
    "--min-share",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Exit with 1 if a smaller share of the sources is translated.",
)
def command(
    paths: tuple[Path, ...],
    form: _Form,
    reader: FolderPages,
    fail_on: frozenset[CoverageKind],
    min_share: float | None,
) -> None:
    """Compare translated pages with their sources, which their footers name.

    Each PATH is a folder with pages of one or several wikis, or a scrapbox.lock, which lists
    pages without their texts. Two wikis are a pair if a page of one is a translation of a page of
    the other. KINDS are some of these, separated by commas:

    \b
      untranslated  sources without a translation
      gone          translations whose source is not in its wiki any more
      doubled       sources with several translations
      stale         translations whose source changed after they were made
      all, never    all of these, none of these

    A translation of a wiki that has no pages here is only counted, as unknown.

    \b
      sphinx-scrapbox coverage docs/wiki
      sphinx-scrapbox coverage docs/en docs/ja --only untranslated --format csv
      sphinx-scrapbox coverage docs/wiki --fail-on gone,stale --min-share 90

    Exit codes: 0 success, 1 there are pages of the kinds of --fail-on or too few translations, 2
    the arguments or the files cannot be used.
    """  # noqa: D301 -- click needs the backslash
    pairs = read_pairs(paths, reader)
    if not pairs:
        raise Failure(
            "no page here is a translation: none has a footer that names its source; for another "
            "footer, add --wording, and for pages without one --pair"
        )
    form.write(pairs)
    has_failed = any(pair.rows[kind] for pair in pairs for kind in fail_on)
    has_too_few = min_share is not None and any(pair.share * 100 < min_share for pair in pairs)
    if has_failed or has_too_few:
        sys.exit(1)
