"""The types of source files that can hold a page of a wiki."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sphinx.util import get_filetype

MARKDOWN = "markdown"
"""The type of MyST's parser."""
NATIVE = "scrapbox"
NOTEBOOK = "myst-nb"
"""The type of MyST-NB's parser: notebooks, and Markdown with or without code cells."""


def page_types(source_suffix: Mapping[str, str]) -> dict[str, str]:
    """``source_suffix`` with the type by which a wiki page of each suffix is read.

    MyST-NB gives its own type to Markdown, too.

    >>> page_types({".md": "myst-nb", ".ipynb": "myst-nb"})
    {'.md': 'markdown', '.ipynb': 'myst-nb'}
    """
    return {
        suffix: MARKDOWN if kind == NOTEBOOK and suffix.endswith(".md") else kind
        for suffix, kind in source_suffix.items()
    }


def page_type(source_suffix: Mapping[str, str], path: Path) -> str:
    """The type by which a wiki page in a source file is read."""
    return get_filetype(page_types(source_suffix), str(path))
