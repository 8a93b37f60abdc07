"""The filter, the orders and the choice at random that a script adds to long lists.

A list that has them stands in an element with the days and numbers of its rows and a template of
the controls, which no browser shows without the script. ``lists.js`` and ``lists.css`` are only
loaded by pages with such a list.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from html import escape
from typing import Any

from sphinx.application import Sphinx

from sphinx_scrapbox.sphinx_ext.builders import has_browser_pages
from sphinx_scrapbox.sphinx_ext.features.lists.collation import sort_key
from sphinx_scrapbox.sphinx_ext.i18n import _

_CLASS = "scrapbox-handled"
_RANDOM = _("Random page")


def opening(data: Mapping[str, Sequence[object]], sort: str, *, pages: str = "") -> str:
    """The start of the element around a list with controls, as HTML; ``</div>`` ends it.

    :param data: for each row its position by ``title`` (empty if the rows are in that order), the
        day on which it was ``updated``, the pages from which it is ``linked``, or a number
        ``counted`` otherwise.
    :param sort: the order in which the rows stand: a key of *data*, or "" for another one.
    :param pages: the address of the file of all pages, for an index that is split.
    """
    attributes = [
        f'data-scrapbox-{name}="{escape(json.dumps(values, separators=(",", ":")))}"'
        for name, values in data.items()
    ]
    if pages:
        attributes.append(f'data-scrapbox-pages="{escape(pages)}"')
    return f'<div class="{_CLASS}" {" ".join(attributes)}>{_template(data, sort)}'


def _template(names: Collection[str], sort: str) -> str:
    labels = {
        "": _("As listed"),
        "title": _("Title"),
        "updated": _("Last change"),
        "linked": _("Links"),
        "counted": _("Count"),
    }
    shown = [*([] if sort else [""]), *names]
    choices = "".join(
        f'<option value="{name}"{" selected" if name == sort else ""}>'
        f"{escape(str(labels[name]))}</option>"
        for name in shown
    )
    label, order, random = (escape(str(text)) for text in (_("Filter"), _("Sort by"), _RANDOM))
    sorting = f"<label><span>{order}</span> <select>{choices}</select></label>"
    button = f'<button type="button">{random}</button>'
    return (
        f'<template><div class="scrapbox-controls" role="group" aria-label="{label}">'
        f'<label><span>{label}</span> <input type="search" autocomplete="off"></label>'
        f"{sorting if len(shown) > 1 else ''}{'' if 'counted' in names else button}"
        "<output></output></div></template>"
    )


def title_ranks(titles: Sequence[str]) -> list[int]:
    """The position of each title in the order of an index."""
    ordered = sorted(range(len(titles)), key=lambda at: (sort_key(titles[at]), at))
    ranks = [0] * len(titles)
    for rank, at in enumerate(ordered):
        ranks[at] = rank
    return ranks


def add_files(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Handler of ``html-page-context``: have a page with such a list load script and style."""
    if has_browser_pages(app.builder) and f'<div class="{_CLASS}"' in context.get("body", ""):
        app.add_css_file("sphinx_scrapbox/lists.css")
        app.add_js_file("sphinx_scrapbox/lists.js", loading_method="defer")
