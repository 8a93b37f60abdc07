"""Incremental builds: which pages are written again, and what of the output is as it has to be."""

from sphinx_scrapbox.sphinx_ext.domain.incremental.documents import (
    affected_documents,
    begin_site_files,
    change_of_site_pages,
    has_same_objects,
    has_same_site_pages,
    is_current,
    keeps_digests,
    kept_site_pages,
    note_site_pages,
    note_written,
    removed_pages,
)

__all__ = [
    "affected_documents",
    "begin_site_files",
    "change_of_site_pages",
    "has_same_objects",
    "has_same_site_pages",
    "is_current",
    "keeps_digests",
    "kept_site_pages",
    "note_site_pages",
    "note_written",
    "removed_pages",
]
