"""What a script needs to open the neighbourhood of a page on a map: the neighbours of each page.

They are small files of many pages each, chosen by a checksum of the page's address, of which a
reader's browser fetches those of the pages that are opened. Only sites with a map have them.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.util.osutil import relative_uri

from sphinx_scrapbox.sphinx_ext.builders import has_browser_pages
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.incremental import is_current
from sphinx_scrapbox.sphinx_ext.domain.output_files import write_parts
from sphinx_scrapbox.sphinx_ext.features.linkmap.neighbourhood import neighbourhood
from sphinx_scrapbox.sphinx_ext.i18n import _

NEIGHBOURS = "_static/sphinx_scrapbox/neighbours/"
SHOWN_AROUND = 13
"""Pages of a neighbourhood, the one in the middle among them."""
_PER_FILE = 32


def tools(builder: Builder, docname: str) -> str:
    """The controls of a map, as a template that no browser shows without the script."""
    labels = {
        "back": ("\u2190", _("Back")),
        "in": ("+", _("Zoom in")),
        "out": ("\u2212", _("Zoom out")),
        "reset": ("\u21ba", _("Reset the view")),
    }
    buttons = "".join(
        f'<button type="button" data-do="{name}" title="{escape(str(label))}" '
        f'aria-label="{escape(str(label))}">{sign}</button>'
        for name, (sign, label) in labels.items()
    )
    folder = relative_uri(builder.get_target_uri(docname), NEIGHBOURS)
    around = escape(str(_("Map of the pages around {title}")))
    return (
        f'<template data-neighbours="{escape(folder)}" data-around="{around}">'
        f'<div class="scrapbox-map-tools">{buttons}<output></output></div></template>'
    )


def add_map_files(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Handler of ``html-page-context``: have a page with a map load script and style."""
    if has_browser_pages(app.builder) and "<template data-neighbours=" in context.get("body", ""):
        app.add_css_file("sphinx_scrapbox/map.css")
        app.add_js_file("sphinx_scrapbox/map.js", loading_method="defer")


def write_neighbours(app: Sphinx, has_maps: bool) -> None:
    """Write the files that changed, and remove old ones; nothing if no page has changed."""
    if not has_browser_pages(app.builder) or is_current(app):
        return
    entries = _entries(domain_of(app.env), app.builder) if has_maps else {}
    write_parts(Path(app.outdir, NEIGHBOURS), entries, _PER_FILE, {})


def _entries(domain: ScrapboxDomain, builder: Builder) -> dict[str, object]:
    """What is written of each page, by its address.

    A page is a list of its title, the titles and addresses of its neighbours, the lines between
    all of them (pairs of numbers, of which 0 is the page itself) and the number of other
    neighbours.
    """
    entries: dict[str, object] = {}
    for docname in sorted(domain.facts.keys() & domain.env.all_docs.keys()):
        around = neighbourhood(domain.graph, docname, hops=1, limit=SHOWN_AROUND, has_wanted=False)
        if not around:
            continue
        places = [place.node for place in around.places[1:]]
        near = [(domain.title_of(node), builder.get_target_uri(node)) for node in places]
        address = unquote(builder.get_target_uri(docname))
        entries[address] = domain.title_of(docname), near, around.edges, around.rest
    return entries
