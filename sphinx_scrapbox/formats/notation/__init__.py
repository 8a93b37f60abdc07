"""Native notation: the language in which the wiki's pages are written."""

from sphinx_scrapbox.formats.notation.inlines import read_notation_inline
from sphinx_scrapbox.formats.notation.lines import read_lines, read_notation
from sphinx_scrapbox.formats.notation.writer import write_notation

__all__ = ["read_lines", "read_notation", "read_notation_inline", "write_notation"]
