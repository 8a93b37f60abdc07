"""The style sheet and the scripts that come with the extension, and its message catalogues.

They are copied to ``_static/sphinx_scrapbox``, so that no file of a site or theme is overwritten.
"""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

from sphinx_scrapbox.sphinx_ext.builders import has_browser_pages, is_html
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.i18n import CATALOG

_PACKAGE = Path(__file__).parents[2]
FOLDER = "sphinx_scrapbox"
"""The folder of this extension's files below ``_static``."""


def add_static_folder(app: Sphinx, config: Config) -> None:
    """Handler of ``config-inited``: have Sphinx copy the files.

    They come first: of two files of one name, Sphinx keeps the later one, which is the site's.
    """
    config.html_static_path = [str(_PACKAGE / "static"), *config.html_static_path]


def add_style_and_scripts(app: Sphinx) -> None:
    """Handler of ``builder-inited``: name the files in each page."""
    if is_html(app.builder):
        app.add_css_file(f"{FOLDER}/scrapbox.css")
        app.add_js_file(f"{FOLDER}/scrapbox.js", loading_method="defer")
    if has_browser_pages(app.builder) and options(app.config).previews:
        app.add_js_file(f"{FOLDER}/previews.js", loading_method="defer")


def register(app: Sphinx) -> None:
    """Let the texts of the extension be translated."""
    app.add_message_catalog(CATALOG, str(_PACKAGE / "locale"))
