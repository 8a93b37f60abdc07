"""TODO: say what this file is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinx_scrapbox import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register everything; Sphinx calls this for ``extensions = ["sphinx_scrapbox"]``."""
    from sphinx_scrapbox.rendering.visitors import VISITORS
    from sphinx_scrapbox.sphinx_ext import builders
    from sphinx_scrapbox.sphinx_ext.config import options as config
    from sphinx_scrapbox.sphinx_ext.domain import domain
    from sphinx_scrapbox.sphinx_ext.features import provenance as versions
    from sphinx_scrapbox.sphinx_ext.features import related
    from sphinx_scrapbox.sphinx_ext.features.changes import directive as changelists
    from sphinx_scrapbox.sphinx_ext.features.include import directive as include
    from sphinx_scrapbox.sphinx_ext.features.linkmap import directive as maps
    from sphinx_scrapbox.sphinx_ext.features.lists import directives as lists
    from sphinx_scrapbox.sphinx_ext.features.lists import indices
    from sphinx_scrapbox.sphinx_ext.features.pictures import (
        FileAnchors,
        LineTargets,
        Pictures,
        StrangePictures,
        name_fetched_images,
        reread_for_images,
        rewritten_for_icons,
    )
    from sphinx_scrapbox.sphinx_ext.features.translations import switcher as languages
    from sphinx_scrapbox.sphinx_ext.html import (
        assets,
        canonical,
        previews,
        search,
    )
    from sphinx_scrapbox.sphinx_ext.html import language as head
    from sphinx_scrapbox.sphinx_ext.html import metadata as discovery
    from sphinx_scrapbox.sphinx_ext.html import page_sources as sources
    from sphinx_scrapbox.sphinx_ext.leak_guard import guard
    from sphinx_scrapbox.sphinx_ext.performance import garbage_collection, pickling, search_index
    from sphinx_scrapbox.sphinx_ext.reading.directives import SpeechDirective, TranslationDirective
    from sphinx_scrapbox.sphinx_ext.reading.parsers import ScrapboxParser, WikiMarkdownParser

    app.setup_extension("myst_parser")
    app.connect("builder-inited", builders.note_builder, priority=1)
    config.register(app)
    garbage_collection.register(app)
    app.add_source_parser(WikiMarkdownParser, override=True)
    app.add_source_suffix(".scrapbox", "scrapbox")
    app.add_source_parser(ScrapboxParser)
    for node, visitors in VISITORS.items():
        app.add_node(node, override=False, **visitors)
    domain.register(app)
    app.add_directive_to_domain("scrapbox", "speech", SpeechDirective)
    app.add_directive_to_domain("scrapbox", "translation", TranslationDirective)
    pickling.register(app)
    related.register(app)
    lists.register(app)
    languages.register(app)
    indices.register(app)
    maps.register(app)
    include.register(app)
    app.add_post_transform(Pictures)
    app.add_post_transform(StrangePictures)
    app.add_post_transform(LineTargets)
    app.add_post_transform(FileAnchors)
    # After the domain, which has every lock file looked for.
    app.connect("env-get-outdated", reread_for_images, priority=600)
    app.connect("env-updated", rewritten_for_icons)
    app.connect("env-updated", name_fetched_images)
    changelists.register(app)
    versions.register(app)
    head.register(app)
    sources.register(app)
    guard.register(app)
    canonical.register(app)
    assets.register(app)
    previews.register(app)
    search.register(app)
    search_index.register(app)
    discovery.register(app)
    return {
        "version": __version__,
        "env_version": 6,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
