"""Scripts and style sheets that other extensions name after a page.

Sphinx refuses a local file with "?" in its name, because that usually begins a query. A name of a
wiki page may contain it, and then so does the name of such a file, which a browser would not find
either: in an address, the sign must be quoted.
"""

from __future__ import annotations

import os
from typing import Any

from sphinx.application import Sphinx

from sphinx_scrapbox.sphinx_ext.builders import is_html
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.feature import Feature, Listener
from sphinx_scrapbox.sphinx_ext.warnings import note_unknown_internals

_QUOTED = str.maketrans({"%": "%25", "?": "%3F", "#": "%23"})


def quote_asset_names(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Handler of ``html-page-context``: quote the names of files that contain that of the page."""
    if "?" not in pagename or not is_html(app.builder) or pagename not in domain_of(app.env).facts:
        return
    name = pagename.rpartition("/")[2]
    for key in ("script_files", "css_files"):
        files = context.get(key, [])
        for at, asset in enumerate(files):
            path = os.fspath(getattr(asset, "filename", ""))
            if name not in path or "://" in path:
                continue
            try:
                # In place: the list is the one that Sphinx restores for the next page.
                files[at] = type(asset)(
                    path.translate(_QUOTED), priority=asset.priority, **asset.attributes
                )
            except (AttributeError, TypeError):
                note_unknown_internals("scripts and style sheets of a page")


class AssetNames(Feature):
    """Quoted addresses of scripts and style sheets."""

    name = "asset_names"
    listeners = (Listener("html-page-context", quote_asset_names, 990, "When all are added."),)


FEATURE = AssetNames()
