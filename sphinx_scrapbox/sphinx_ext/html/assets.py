"""The style sheet and the scripts that come with the extension, and its message catalogues.

They are copied to ``_static/sphinx_scrapbox``, so that no file of a site or theme is overwritten.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.config import Config

from sphinx_scrapbox.sphinx_ext.builders import has_browser_pages, has_search
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.i18n import CATALOG

_PACKAGE = Path(__file__).parents[2]
FOLDER = "sphinx_scrapbox"
"""The folder of this extension's files below ``_static``."""

# Writers escape quotation marks in text, so that only tags match.
_OURS = re.compile(r'class="[^"]*\bscrapbox-')
_DIRECTIVES = re.compile(
    r'class="[^"]*\bscrapbox-(?:list|index|map|changes|difference|parallel|compare)\b'
)


def add_static_folder(app: Sphinx, config: Config) -> None:
    """Handler of ``config-inited``: have Sphinx copy the files.

    They come first: of two files of one name, Sphinx keeps the later one, which is the site's.
    """
    config.html_static_path = [str(_PACKAGE / "static"), *config.html_static_path]


def add_style_and_scripts(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Handler of ``html-page-context``: name the files in the pages that need them.

    A page without anything of ours loads nothing.
    """
    builder, body = app.builder, context.get("body", "")
    if not isinstance(builder, StandaloneHTMLBuilder):
        return
    searches = has_search(builder) and pagename == "search"
    if not (searches or _OURS.search(body) or _leads_to_pages(app, pagename)):
        return
    builder.add_css_file(f"{FOLDER}/scrapbox.css")
    if _DIRECTIVES.search(body):
        builder.add_css_file(f"{FOLDER}/directives.css")
    scripts = ["scrapbox.js"]
    if searches:
        scripts.append("search.js")
    if has_browser_pages(builder) and options(app.config).previews:
        scripts.append("previews.js")
    for name in scripts:
        builder.add_js_file(f"{FOLDER}/{name}", defer="defer")


def _leads_to_pages(app: Sphinx, docname: str) -> bool:
    """Whether a table of contents in a document names wiki pages, which have previews."""
    facts = domain_of(app.env).facts
    entries = app.env.toctree_includes.get(docname, ())
    return any(name in facts and facts[name].is_page for name in entries)


def register(app: Sphinx) -> None:
    """Let the texts of the extension be translated."""
    app.add_message_catalog(CATALOG, str(_PACKAGE / "locale"))
