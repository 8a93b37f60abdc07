"""The pairs of wikis in folders, for the commands that compare translations with sources."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from sphinx_scrapbox.cli.options import grouped, pages_option, project_option
from sphinx_scrapbox.cli.output import Failure, print_notes
from sphinx_scrapbox.formats.evidence.page_globs import PageGlobs
from sphinx_scrapbox.snapshot.coverage.folders import FolderPages
from sphinx_scrapbox.snapshot.coverage.model import PairCoverage, coverage
from sphinx_scrapbox.snapshot.folder import FolderError
from sphinx_scrapbox.wiki.titles import join_target, key, split_target
from sphinx_scrapbox.wiki.translation import WORDINGS, Wording, wording


def _wordings(
    context: click.Context, parameter: click.Parameter, values: Sequence[str]
) -> tuple[Wording, ...]:
    try:
        return (*map(wording, values), *WORDINGS)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _pairs(
    context: click.Context, parameter: click.Parameter, values: Sequence[str]
) -> dict[str, str]:
    pairs = {}
    for value in values:
        # A title may hold the sign: a source begins with a slash.
        page, _, source = value.partition("=/")
        (project, title), target = split_target(page), split_target(f"/{source}")
        if not project or not target.project or bool(title) != bool(target.title):
            raise click.BadParameter(
                f"must be /project/Title=/project/Title or /project=/project, not {value!r}"
            )
        pairs[join_target(project, key(title))] = join_target(*target)
    return pairs


pairs_option = grouped(
    "reader",
    lambda projects, pages, wordings, pairs: FolderPages(
        PageGlobs(projects, pages), wordings, pairs
    ),
    project_option,
    pages_option,
    click.option(
        "--wording",
        "wordings",
        multiple=True,
        callback=_wordings,
        metavar="REGEX",
        help="Another wording of translation footers, as in scrapbox_translation_wordings.",
    ),
    click.option(
        "--pair",
        "pairs",
        multiple=True,
        callback=_pairs,
        metavar="PAGE=SOURCE",
        help="The source of a page without a footer, as in scrapbox_translation_pairs: /project/"
        "Title of both, or /project of two wikis with the same titles (may be repeated).",
    ),
)
"""The options that say how pages are read, passed on as a :class:`.FolderPages`."""


def read_pairs(paths: Sequence[Path], reader: FolderPages) -> list[PairCoverage]:
    """The coverage of each pair of wikis in folders and lock files."""
    try:
        for path in paths:
            reader.add(path)
    except FolderError as error:
        raise Failure(str(error)) from error
    if reader.doubtful:
        files = (
            "1 file looks" if len(reader.doubtful) == 1 else f"{len(reader.doubtful)} files look"
        )
        print_notes(
            [
                f"{files} like a wiki page, but may be hand-written; see --pages: "
                f"{reader.doubtful[0]}"
            ]
        )
    return coverage(reader.pages())
