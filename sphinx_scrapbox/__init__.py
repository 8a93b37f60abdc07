"""Sphinx extension that brings the pages of a Scrapbox (Cosense) wiki into documentation."""

from __future__ import annotations

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register everything; Sphinx calls this for ``extensions = ["sphinx_scrapbox"]``."""
    from sphinx_scrapbox import sphinx_ext

    return sphinx_ext.setup(app)
