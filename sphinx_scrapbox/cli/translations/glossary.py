"""``sphinx-scrapbox glossary``: the titles of pages and of their translations."""

from __future__ import annotations

from pathlib import Path

import click

from sphinx_scrapbox.cli.options import format_option, output_option, paths_argument
from sphinx_scrapbox.cli.output import Failure, print_notes, write_report
from sphinx_scrapbox.cli.translations.pairs import pairs_option, read_pairs
from sphinx_scrapbox.snapshot.coverage.folders import FolderPages
from sphinx_scrapbox.snapshot.coverage.glossary import (
    glossary,
    glossary_as_csv,
    glossary_as_json,
    glossary_for_deepl,
    language_pairs,
)


@click.command(short_help="Write the titles of pages and of their translations as a glossary.")
@paths_argument
@format_option(
    "csv", "deepl", "json", help="The format of the glossary: for spreadsheets, DeepL or scripts."
)
@output_option("Write the glossary to FILE instead of showing it.")
@pairs_option
@click.option("--from", "source_language", metavar="TAG", help="Only sources in this language.")
@click.option("--to", "language", metavar="TAG", help="Only translations into this language.")
def command(
    paths: tuple[Path, ...],
    report_format: str,
    output: str | None,
    reader: FolderPages,
    source_language: str | None,
    language: str | None,
) -> None:
    """Write the title of each translated page beside the title of its source.

    Each PATH is a folder with pages of one or several wikis, as for coverage. Of several
    translations of a page, the first one counts.

    A glossary for DeepL is CSV without a header. It holds one pair of languages, each source
    phrase once, and no phrase of more than 1024 bytes.

    \b
      sphinx-scrapbox glossary docs/wiki -o titles.csv
      sphinx-scrapbox glossary docs/wiki --format deepl --from ja --to en -o glossary.csv

    Exit codes: 0 success, 2 the arguments or the files cannot be used.
    """  # noqa: D301 -- click needs the backslash
    entries = [
        entry
        for entry in glossary(read_pairs(paths, reader))
        if source_language in (None, entry.source_language) and language in (None, entry.language)
    ]
    if not entries:
        which = " in these languages" if source_language or language else ""
        raise Failure(f"no page here is a translation of another page here{which}")
    if report_format == "json":
        report = glossary_as_json(entries)
    elif report_format == "csv":
        report = glossary_as_csv(entries)
    else:
        languages = language_pairs(entries)
        if len(languages) > 1:
            shown = ", ".join(
                f"{source or '?'} to {target or '?'}" for source, target in languages
            )
            raise Failure(f"a glossary has one pair of languages; choose by --from, --to: {shown}")
        report, notes = glossary_for_deepl(entries)
        print_notes(notes)
    write_report(report, output, for_people=False)
