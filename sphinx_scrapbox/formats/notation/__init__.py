"""Native notation: the language in which the wiki's pages are written."""

from sphinx_scrapbox.formats.notation.inlines import read_notation_inline
from sphinx_scrapbox.formats.notation.lines import read_lines, read_notation, read_row
from sphinx_scrapbox.formats.notation.writer import write_notation, write_row

__all__ = [
    "read_lines",
    "read_notation",
    "read_notation_inline",
    "read_row",
    "write_notation",
    "write_row",
]
