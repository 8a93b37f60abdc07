"""MyST Markdown, written only: a page becomes a document that is then edited by hand."""

from sphinx_scrapbox.formats.myst.writer import write_myst

__all__ = ["write_myst"]
