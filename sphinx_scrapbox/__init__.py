"""Sphinx extension that brings the pages of a Scrapbox (Cosense) wiki into documentation."""

from __future__ import annotations

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register everything; Sphinx calls this for ``extensions = ["sphinx_scrapbox"]``."""
    from . import (
        assets,
        canonical,
        changelists,
        config,
        discovery,
        domain,
        garbage,
        guard,
        handover,
        head,
        include,
        indices,
        languages,
        lists,
        maps,
        previews,
        related,
        search,
        sources,
        versions,
    )
    from .nodes import VISITORS
    from .parser import ScrapboxParser, WikiMarkdownParser
    from .transforms import (
        FileAnchors,
        LineTargets,
        Pictures,
        StrangePictures,
        name_fetched_images,
        reread_for_images,
        rewritten_for_icons,
    )

    app.setup_extension("myst_parser")
    config.register(app)
    garbage.register(app)
    app.add_source_parser(WikiMarkdownParser, override=True)
    app.add_source_suffix(".scrapbox", "scrapbox")
    app.add_source_parser(ScrapboxParser)
    for node, visitors in VISITORS.items():
        app.add_node(node, override=False, **visitors)
    domain.register(app)
    handover.register(app)
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
    discovery.register(app)
    return {
        "version": __version__,
        "env_version": 5,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
