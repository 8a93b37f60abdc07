"""The types of source files that can hold a page of a wiki."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sphinx.errors import FiletypeNotFoundError
from sphinx.util import get_filetype

MARKDOWN = "markdown"
"""The type of MyST's parser."""
NATIVE = "scrapbox"
NOTEBOOK = "myst-nb"
"""The type of MyST-NB's parser: notebooks, and Markdown with or without code cells."""


class FileTypes:
    """The types by which wiki pages in the files of a site are read.

    MyST-NB gives its own type to Markdown, too.

    >>> types = FileTypes({".md": "myst-nb", ".ipynb": "myst-nb"})
    >>> types.of(Path("page.md")), types.of(Path("page.ipynb")), types.of(Path("page.txt"))
    ('markdown', 'myst-nb', '')

    :param source_suffix: the option of Sphinx.
    """

    def __init__(self, source_suffix: Mapping[str, str]) -> None:
        self._by_suffix = {
            suffix: MARKDOWN if kind == NOTEBOOK and suffix.endswith(".md") else kind
            for suffix, kind in source_suffix.items()
        }

    def of(self, path: Path) -> str:
        """The type of a file; "" for one that no parser reads."""
        try:
            return get_filetype(self._by_suffix, path)
        except FiletypeNotFoundError:
            return ""
