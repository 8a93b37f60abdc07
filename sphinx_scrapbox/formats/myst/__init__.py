"""Clean MyST: written, never read. A page becomes a document to go on with by hand."""

from sphinx_scrapbox.formats.myst.writer import write_myst

__all__ = ["write_myst"]
