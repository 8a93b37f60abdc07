"""The titles of pages and of their sources as a glossary, for readers and for translators.

The form for DeepL follows https://developers.deepl.com/docs/customize/managing-glossaries: one
entry per line, source phrase first, each phrase at most 1024 bytes and without control characters,
each source phrase once.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sphinx_scrapbox.snapshot.coverage.model import CoverageRow, PairCoverage, WikiPage
from sphinx_scrapbox.snapshot.coverage.reports import spreadsheet_safe
from sphinx_scrapbox.snapshot.reports.json import json_report

MAX_PHRASE_BYTES = 1024
"""The longest phrase of a glossary of DeepL."""
_CSV_HEADER = "source title source_language language source_project project".split()


class GlossaryEntry(NamedTuple):
    """A source, its translation, and their languages ("" if unknown)."""

    source: WikiPage
    page: WikiPage
    source_language: str
    language: str


def glossary(pairs: Iterable[PairCoverage]) -> list[GlossaryEntry]:
    """The pairs of titles; of several translations of a source, the first."""
    entries: dict[tuple[str, str], GlossaryEntry] = {}
    for pair in pairs:
        for source, page in _pages(pair.pairs):
            languages = (
                source.language or pair.source_language,
                page.language or pair.language,
            )
            entry = GlossaryEntry(source, page, *languages)
            entries.setdefault((source.place, pair.project), entry)
    return list(entries.values())


def _pages(rows: Iterable[CoverageRow]) -> Iterator[tuple[WikiPage, WikiPage]]:
    for row in rows:
        if row.source and row.page:
            yield row.source, row.page


def language_pairs(entries: Iterable[GlossaryEntry]) -> list[tuple[str, str]]:
    """The pairs of languages that entries are in, sorted."""
    return sorted({(entry.source_language, entry.language) for entry in entries})


def glossary_as_csv(entries: Iterable[GlossaryEntry]) -> str:
    """A header and a row for each entry, for spreadsheets."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_CSV_HEADER)
    for source, page, *languages in entries:
        cells = (source.title, page.title, *languages, source.project, page.project)
        writer.writerow(map(spreadsheet_safe, cells))
    return out.getvalue()


def glossary_as_json(entries: Iterable[GlossaryEntry]) -> str:
    """All entries; the manual of ``glossary`` lists the fields."""
    return json_report(
        entries=[
            {
                "source": {"title": source.title, "project": source.project or None},
                "page": {"title": page.title, "project": page.project or None},
                "source_language": source_language or None,
                "language": language or None,
            }
            for source, page, source_language, language in entries
        ]
    )


def glossary_for_deepl(entries: Sequence[GlossaryEntry]) -> tuple[str, list[str]]:
    """CSV without a header, as DeepL takes it, and notes on what was left out.

    The entries have to be of one pair of languages.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    phrases: set[str] = set()
    notes: list[str] = []
    for entry in entries:
        source, title = (" ".join(page.title.split()) for page in (entry.source, entry.page))
        if reason := next(filter(None, map(_refusal, (source, title))), ""):
            notes.append(f"left out {source!r}: {reason}")
        elif source in phrases:
            notes.append(f"left out {source!r} for {title!r}: it has a translation already")
        else:
            phrases.add(source)
            writer.writerow((source, title))
    return out.getvalue(), notes


def _refusal(phrase: str) -> str:
    if not phrase:
        return "it is empty"
    if not phrase.isprintable():
        return "it has a control character"
    if len(phrase.encode("utf-8", "replace")) > MAX_PHRASE_BYTES:
        return f"it is longer than {MAX_PHRASE_BYTES} bytes"
    return ""
