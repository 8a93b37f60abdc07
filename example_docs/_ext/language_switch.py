"""A link from each page to the same page in the other language of this documentation.

The documentation is built once for each language: English into a folder, Japanese into the folder
``ja`` of it. The link is shown if both are built: on Read the Docs, and with ``-t languages``.
"""

from __future__ import annotations

import os
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

LANGUAGES = {"en": ("", "English"), "ja": ("ja/", "日本語")}
"""The folder of each language below that of English, and its name."""


def is_shown(app: Sphinx) -> bool:
    """Whether the site is built in all languages."""
    return bool(os.environ.get("READTHEDOCS")) or "languages" in app.tags


def add_switch(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """Put the links in front of the page's text, and name the languages in its head."""
    if not is_shown(app) or "body" not in context:
        return
    address = app.builder.get_target_uri(pagename)
    own = app.config.language or "en"
    depth = address.count("/") + LANGUAGES[own][0].count("/")
    links = []
    for language, (folder, name) in LANGUAGES.items():
        href = escape(quote("../" * depth + folder, safe="/.") + address)
        if language == own:
            links.append(f'<span aria-current="true">{name}</span>')
        else:
            links.append(f'<a href="{href}" lang="{language}" hreflang="{language}">{name}</a>')
            context["metatags"] = context.get("metatags", "") + (
                f'<link rel="alternate" hreflang="{language}" href="{href}" />\n'
            )
    switch = f'<nav class="language-switch" aria-label="Language">{" · ".join(links)}</nav>\n'
    context["body"] = switch + context["body"]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect the switch."""
    app.connect("html-page-context", add_switch)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
