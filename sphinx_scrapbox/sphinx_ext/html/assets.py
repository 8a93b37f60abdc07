"""The style sheet, the script and the message catalogues that come with the extension."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sphinx_scrapbox.sphinx_ext.builders import is_html
from sphinx_scrapbox.sphinx_ext.i18n import CATALOG

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

_PACKAGE = Path(__file__).parents[2]


def add_static_folder(app: Sphinx, config: Config) -> None:
    # Any later, and the configuration would seem to have changed since the last build.
    config.html_static_path = [*config.html_static_path, str(_PACKAGE / "static")]


def add_style_and_script(app: Sphinx) -> None:
    if is_html(app.builder):
        app.add_css_file("scrapbox.css")
        app.add_js_file("scrapbox.js", loading_method="defer")


def register(app: Sphinx) -> None:
    """Serve the files with every HTML build, and let messages be translated."""
    app.add_message_catalog(CATALOG, str(_PACKAGE / "locale"))
