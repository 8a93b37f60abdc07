"""The Sphinx extension: what it registers, and what it does at each event of a build.

``EVENTS`` is the only place that connects handlers. Handlers of one event run in the order of
their priorities (Sphinx's default is 500), those of equal priority in the order of the table.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from sphinx_scrapbox import __version__
from sphinx_scrapbox.rendering.visitors import VISITORS
from sphinx_scrapbox.sphinx_ext import builders
from sphinx_scrapbox.sphinx_ext.config import options
from sphinx_scrapbox.sphinx_ext.domain import domain
from sphinx_scrapbox.sphinx_ext.features import pictures, provenance, related
from sphinx_scrapbox.sphinx_ext.features.changes import directive as changes
from sphinx_scrapbox.sphinx_ext.features.changes import feeds
from sphinx_scrapbox.sphinx_ext.features.include import directive as include
from sphinx_scrapbox.sphinx_ext.features.linkmap import directive as linkmap
from sphinx_scrapbox.sphinx_ext.features.lists import directives as lists
from sphinx_scrapbox.sphinx_ext.features.lists import indices
from sphinx_scrapbox.sphinx_ext.features.translations import switcher as translations
from sphinx_scrapbox.sphinx_ext.html import (
    addresses,
    assets,
    canonical,
    language,
    metadata,
    page_sources,
    previews,
    search,
    sitemap,
)
from sphinx_scrapbox.sphinx_ext.leak_guard import guard
from sphinx_scrapbox.sphinx_ext.performance import garbage_collection, pickling, search_index
from sphinx_scrapbox.sphinx_ext.reading import directives, page_document, parsers

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


class Listener(NamedTuple):
    """A handler of an event, and why it has its priority or its place among its equals."""

    event: str
    handler: Callable[..., Any]
    priority: int = 500
    why: str = ""


EVENTS = (
    Listener("config-inited", garbage_collection.raise_thresholds),
    Listener(
        "config-inited",
        assets.add_static_folder,
        why="Later, the configuration would seem to have changed since the last build.",
    ),
    Listener("config-inited", options.prepare_config, sys.maxsize, "conf.py may set options."),
    Listener("builder-inited", options.validate_options),
    Listener("builder-inited", builders.note_builder, 1, "Others ask which builder it is."),
    Listener("builder-inited", addresses.quote_target_uris),
    Listener("builder-inited", indices.register_index_labels),
    Listener("builder-inited", assets.add_style_and_scripts),
    Listener("builder-inited", search.adapt_search_index),
    Listener("builder-inited", search_index.skip_unchanged_index),
    Listener("env-get-outdated", guard.prepare_leak_guard, 100, "Before any file is looked at."),
    Listener("env-get-outdated", domain.reread_for_locks, why="Finds every lock file."),
    Listener("env-get-outdated", include.reread_for_included),
    Listener("env-get-outdated", provenance.reread_for_snapshots),
    Listener("env-get-outdated", pictures.reread_for_images, 600, "Needs every lock file."),
    Listener("env-before-read-docs", pickling.install_tracking_tables, 900, "After others."),
    Listener("env-purge-doc", linkmap.forget_maps),
    Listener("env-merge-info", linkmap.merge_maps),
    Listener("env-updated", pickling.remove_tracking_tables, 1, "Others see plain tables."),
    Listener("env-updated", metadata.date_pages_from_git, 400, "Lists and ages show the dates."),
    Listener("env-updated", translations.note_what_came_from_elsewhere, 450, "Before lists."),
    Listener("env-updated", domain.links_to_write),
    Listener("env-updated", related.related_to_write),
    Listener("env-updated", lists.lists_to_write),
    Listener("env-updated", linkmap.maps_to_write),
    Listener("env-updated", pictures.rewritten_for_icons),
    Listener("env-updated", pictures.name_fetched_images),
    Listener("env-updated", provenance.provenance_to_write),
    Listener("env-updated", translations.translations_to_write, 600, "After the dates of git."),
    Listener("env-updated", changes.changelists_to_write, 600, "After the dates of git."),
    Listener("env-updated", garbage_collection.freeze_objects, 999, "When all is in memory."),
    Listener("env-check-consistency", domain.check_reserved_names),
    Listener("env-check-consistency", indices.check_index_names),
    Listener("missing-reference", domain.resolve_missing, 900, "After intersphinx (500)."),
    Listener("html-collect-pages", indices.index_pages),
    Listener("html-page-context", metadata.add_metadata, 400, "Before sphinxext-opengraph."),
    Listener("html-page-context", feeds.link_feeds),
    Listener("html-page-context", language.set_page_language),
    Listener("html-page-context", page_sources.choose_page_source),
    Listener("html-page-context", canonical.add_canonical_link, 900, "Changes what others set."),
    Listener("build-finished", feeds.write_feeds),
    Listener("build-finished", garbage_collection.restore_thresholds),
    Listener("build-finished", previews.write_previews),
    Listener("build-finished", sitemap.amend_sitemap, 600, "After sphinx-sitemap (500)."),
    Listener("build-finished", guard.scan_output, 950, "Looks at what all others have written."),
)
"""Every handler of an event of Sphinx, event by event in the order of a build."""


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register everything; Sphinx calls this for ``extensions = ["sphinx_scrapbox"]``."""
    app.setup_extension("myst_parser")
    options.register(app)
    app.add_source_parser(parsers.WikiMarkdownParser, override=True)
    app.add_source_suffix(".scrapbox", "scrapbox")
    app.add_source_parser(parsers.ScrapboxParser)
    for node, visitors in VISITORS.items():
        app.add_node(node, override=False, **visitors)
    domain.register(app)
    app.add_directive_to_domain("scrapbox", "speech", directives.SpeechDirective)
    app.add_directive_to_domain("scrapbox", "translation", directives.TranslationDirective)
    related.register(app)
    lists.register(app)
    translations.register(app)
    indices.register(app)
    linkmap.register(app)
    include.register(app)
    app.add_post_transform(pictures.Pictures)
    app.add_post_transform(pictures.StrangePictures)
    app.add_post_transform(pictures.LineTargets)
    changes.register(app)
    provenance.register(app)
    addresses.register(app)
    assets.register(app)
    for event in page_document.EVENTS:
        app.add_event(event)
    for listener in EVENTS:
        app.connect(listener.event, listener.handler, listener.priority)
    return {
        "version": __version__,
        "env_version": 6,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
