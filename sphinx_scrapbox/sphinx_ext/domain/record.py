"""What the parser and the directives of one document leave for the domain.

The record is an attribute of the document while it is read. :class:`.ScrapboxDomain` takes it
off once the facts are collected, so that no writer of XML and no pickle holds it.
"""

from __future__ import annotations

from typing import NamedTuple

from docutils import nodes
from sphinx.environment import BuildEnvironment

from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.wiki.lines import Excerpt
from sphinx_scrapbox.wiki.redaction import RedactedNames

_ATTRIBUTE = "scrapbox-record"


class DocumentRecord(NamedTuple):
    """Plain values only. Times are Unix seconds, 0 for an unknown one."""

    title: str = ""
    """The title of a wiki page; "" for a document that is no wiki page."""
    project: str = ""
    language: str = ""
    """The language that the page itself states, such as "en"."""
    locked_language: str = ""
    """The language that a lock file states for the page's project."""
    script_language: str = ""
    """The language that the script of the page tells, such as "ja"."""
    is_latin: bool = False
    """Whether the page is clearly in a language of the Latin script."""
    source: str = ""
    """The target of the page that this one was translated from."""
    source_language: str = ""
    target_language: str = ""
    by_human: bool = False
    """Whether no machine translated the page."""
    translated: tuple[tuple[int, str, str], ...] = ()
    """For each translation notice the time of the translation, and the target and the language of
    its source."""
    private: bool = False
    """Whether the page's project must not be linked to."""
    lock: str = ""
    """The fingerprint of the page's row in a lock file."""
    is_as_locked: bool = False
    """Whether that row describes the very text that was read."""
    other_titles: tuple[str, ...] = ()
    """Titles by which links find the page, too: earlier ones, and its aliases."""
    lines_without_anchor: tuple[int, ...] | None = None
    """The positions, in that row, of lines that the page shows nothing of, such as blank ones and
    the title; None if no line has an anchor."""
    excerpt: Excerpt = ()
    """The first lines of prose."""
    image: str = ""
    """The first image: an address, or the path of a file below the source folder."""
    created: int = 0
    updated: int = 0
    includes: tuple[tuple[str, str, str], ...] = ()
    """For each included page the target and the file as written, and the state of its file."""
    named_by_file: bool = False
    """Whether the title is the name of the file, as the page states none."""
    in_doubt: bool = False
    """Whether the document looks like a wiki page, but may be hand-written and was read so."""
    has_pages: bool | None = None
    """Whether its folder contains wiki pages, if that decided what the document is."""
    redacted: RedactedNames = RedactedNames()
    """The names that were replaced because of a deny list, or would be."""
    repaired_lines: int = 0
    """Lines from which control characters were removed."""
    shown_title: str = ""
    """The title as a message catalogue translates it; "" if it does not."""
    own_title: str = ""
    """The title of a document that is no wiki page, if a catalogue translates it; else ""."""
    has_translations: bool = False
    """Whether catalogues translate some of the text."""
    own_headings: tuple[tuple[str, str], ...] = ()
    """Translated headings in the words that the page has, each with the id of its section."""
    is_translated: bool = False
    """Whether they translate so much that the page is in the language of the site."""
    snapshots: str = ""
    """The state of the snapshots if the document says something of them; else ""."""


def record_of(document: nodes.document) -> DocumentRecord:
    """The record of a document that is being read."""
    record: DocumentRecord = document.get(_ATTRIBUTE, DocumentRecord())
    return record


def set_record(document: nodes.document, record: DocumentRecord) -> None:
    """Replace the record of a document that is being read."""
    document[_ATTRIBUTE] = record


def has_no_directives(document: nodes.document, env: BuildEnvironment) -> bool:
    """Whether *document*, which is being read, is a wiki page without directives."""
    return bool(record_of(document).title) and not options(env.config).page_directives


def note_snapshots(document: nodes.document, env: BuildEnvironment) -> None:
    """Record that *document* says something of the snapshots, and their state."""
    checksum = source_folder(env).snapshots.checksum
    set_record(document, record_of(document)._replace(snapshots=checksum))


def drop_record(document: nodes.document) -> None:
    """Take the record off a document that was read."""
    document.attributes.pop(_ATTRIBUTE, None)
