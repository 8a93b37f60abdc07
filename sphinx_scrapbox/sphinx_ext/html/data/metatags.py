"""The tags of a page's head in a theme that leaves them out.

Shibuya writes Sphinx's ``metatags`` only beside sphinxext-opengraph. Without them a page loses its
dates, its ``noindex``, the links to its other languages, and its data for search engines. Pages
are then made of a template that extends that of the theme, or of the site, and adds the tags.
Unnecessary once the theme writes them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from sphinx_scrapbox.sphinx_ext.builders import add_templates, has_pages

_THEMES = frozenset({"shibuya"})
_TEMPLATE = "scrapbox-page.html"


def _leaves_out_tags(app: Sphinx) -> bool:
    return app.config.html_theme in _THEMES and "sphinxext.opengraph" not in app.extensions


def add_template(app: Sphinx) -> None:
    """Handler of ``builder-inited``: let Sphinx find the template, after those of the site."""
    if _leaves_out_tags(app):
        add_templates(app.builder, Path(__file__).parent / "templates")


def use_template(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: object
) -> str | None:
    """Handler of ``html-page-context``: the template of a page; None for that of the theme."""
    is_page = template == "page.html" and bool(context.get("metatags"))
    return _TEMPLATE if is_page and has_pages(app.builder) and _leaves_out_tags(app) else None
