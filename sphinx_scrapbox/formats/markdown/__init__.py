"""Exported Markdown: the dialect in which the wiki exports its pages, one file a page."""

from sphinx_scrapbox.formats.markdown.blocks import read_markdown
from sphinx_scrapbox.formats.markdown.inlines import read_markdown_inline
from sphinx_scrapbox.formats.markdown.native import LineFormat, as_exported, as_native
from sphinx_scrapbox.formats.markdown.writer import write_markdown

__all__ = [
    "LineFormat",
    "as_exported",
    "as_native",
    "read_markdown",
    "read_markdown_inline",
    "write_markdown",
]
