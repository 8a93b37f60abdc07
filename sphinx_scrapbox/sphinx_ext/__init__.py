"""The Sphinx extension: what it registers, and what it does at each event of a build.

``FEATURES`` and ``LISTENERS`` list it, and :func:`setup` registers what they list. Handlers of one
event run in the order of their priorities (Sphinx's default is 500), those of equal priority in
the order of the table, and those of features last.
"""

from __future__ import annotations

import sys
from itertools import chain

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from sphinx_scrapbox import __version__
from sphinx_scrapbox.rendering.visitors import VISITORS
from sphinx_scrapbox.sphinx_ext import builders
from sphinx_scrapbox.sphinx_ext.config import options, unknown_names
from sphinx_scrapbox.sphinx_ext.config.options import Config
from sphinx_scrapbox.sphinx_ext.domain import (
    domain as wiki_domain,
)
from sphinx_scrapbox.sphinx_ext.domain import missing, roles, survey
from sphinx_scrapbox.sphinx_ext.domain.incremental import documents as incremental
from sphinx_scrapbox.sphinx_ext.domain.incremental import links
from sphinx_scrapbox.sphinx_ext.domain.index import disk_cache, history
from sphinx_scrapbox.sphinx_ext.domain.record import record_of, set_record
from sphinx_scrapbox.sphinx_ext.domain.site import SphinxSite
from sphinx_scrapbox.sphinx_ext.feature import Feature, Listener, for_documents
from sphinx_scrapbox.sphinx_ext.features import dates, pictures, provenance
from sphinx_scrapbox.sphinx_ext.features.changes import directive as changes
from sphinx_scrapbox.sphinx_ext.features.compatibility import (
    asset_names,
    inventory_links,
    linkcheck,
    other_writers,
    section_labels,
)
from sphinx_scrapbox.sphinx_ext.features.compatibility.epub import feature as epub
from sphinx_scrapbox.sphinx_ext.features.include import directive as include
from sphinx_scrapbox.sphinx_ext.features.languages import addresses as latex_addresses
from sphinx_scrapbox.sphinx_ext.features.languages import latex as latex_languages
from sphinx_scrapbox.sphinx_ext.features.languages import words
from sphinx_scrapbox.sphinx_ext.features.linkmap import directive as linkmap
from sphinx_scrapbox.sphinx_ext.features.lists import directives as lists
from sphinx_scrapbox.sphinx_ext.features.lists import indices
from sphinx_scrapbox.sphinx_ext.features.related import feature as related
from sphinx_scrapbox.sphinx_ext.features.toctree import directive as toctree
from sphinx_scrapbox.sphinx_ext.features.translations import (
    coverage,
    side_by_side,
    untranslated,
)
from sphinx_scrapbox.sphinx_ext.features.translations import switcher as translations
from sphinx_scrapbox.sphinx_ext.html import (
    addresses,
    assets,
    canonical,
    formulas,
    language,
    lines,
    page_names,
    page_sources,
    previews,
)
from sphinx_scrapbox.sphinx_ext.html.data import (
    json_ld,
    metadata,
    metatags,
    redirects,
    refused_names,
    site_files,
    sitemap,
)
from sphinx_scrapbox.sphinx_ext.html.search import modes, pagefind_index, search_page, sphinx_index
from sphinx_scrapbox.sphinx_ext.leak_guard import guard
from sphinx_scrapbox.sphinx_ext.performance import (
    garbage_collection,
    log_records,
    pickling,
    search_index,
    skipped_transforms,
    writers,
    writing_processes,
)
from sphinx_scrapbox.sphinx_ext.performance.documents import (
    doctree_cache,
    node_methods,
    settings,
)
from sphinx_scrapbox.sphinx_ext.performance.html import pages as html_pages
from sphinx_scrapbox.sphinx_ext.performance.rebuilding import (
    few_documents,
    inventory,
    parted_tables,
    unchanged_files,
)
from sphinx_scrapbox.sphinx_ext.reading import (
    directives,
    messages,
    page_document,
    parser_registration,
    recognition,
    repairs,
    speech,
)
from sphinx_scrapbox.sphinx_ext.warnings import Warn

__all__ = ["EVENTS", "FEATURES", "Config", "Feature", "Listener", "SphinxSite", "Warn"]
__all__ += ["record_of", "set_record", "setup"]

EVENTS = (page_document.PAGE_READ, page_document.PAGE_STRUCTURED, missing.RESOLVE_MISSING)
"""The events that this extension emits for others."""

FEATURES: tuple[Feature, ...] = (
    links.FEATURE,
    inventory_links.FEATURE,
    recognition.FEATURE,
    dates.FEATURE,
    related.FEATURE,
    lists.FEATURE,
    indices.FEATURE,
    linkmap.FEATURE,
    include.FEATURE,
    toctree.FEATURE,
    pictures.FEATURE,
    provenance.FEATURE,
    lines.FEATURE,
    translations.FEATURE,
    coverage.FEATURE,
    side_by_side.FEATURE,
    untranslated.FEATURE,
    changes.FEATURE,
    guard.FEATURE,
    language.FEATURE,
    latex_languages.FEATURE,
    words.FEATURE,
    page_sources.FEATURE,
    json_ld.FEATURE,
    site_files.FEATURE,
    redirects.FEATURE,
    previews.FEATURE,
    repairs.FEATURE,
    speech.FEATURE,
    formulas.FEATURE,
    epub.FEATURE,
    latex_addresses.FEATURE,
    pagefind_index.FEATURE,
    linkcheck.FEATURE,
    section_labels.FEATURE,
    asset_names.FEATURE,
    other_writers.FEATURE,
)
"""What collects from documents, adds to pages and decides which pages are written again."""

LISTENERS = (
    Listener("config-inited", garbage_collection.raise_thresholds),
    Listener("config-inited", parser_registration.register_markdown, 700, "Before Sphinx (800)."),
    Listener("config-inited", options.prepare_config, sys.maxsize, "conf.py may set options."),
    Listener("config-inited", parser_registration.check_markdown, sys.maxsize, "After others."),
    Listener("builder-inited", options.validate_options),
    Listener("builder-inited", unknown_names.warn_of_unknown_names, 900, "All is registered."),
    Listener("builder-inited", builders.note_builder, 1, "Others ask which builder it is."),
    Listener("builder-inited", incremental.remove_torn_build_info),
    Listener("builder-inited", addresses.quote_target_uris),
    Listener("builder-inited", page_names.guard_names),
    Listener("builder-inited", formulas.add_classes, 600, "After MyST, which sets some."),
    Listener("builder-inited", assets.write_files, why="Before the static files of the site."),
    Listener("builder-inited", metatags.add_template),
    Listener("builder-inited", sitemap.note_sitemap),
    Listener("builder-inited", modes.check_engine),
    Listener("builder-inited", sphinx_index.adapt_search_index),
    Listener("builder-inited", search_index.skip_unchanged_index),
    Listener("builder-inited", inventory.skip_unchanged_inventory),
    Listener("builder-inited", writers.speed_up_writers),
    Listener("builder-inited", doctree_cache.limit_doctree_caches),
    Listener("builder-inited", writing_processes.write_in_processes),
    Listener("builder-inited", skipped_transforms.skip_post_transforms),
    Listener("builder-inited", html_pages.speed_up_pages, why="After addresses are quoted."),
    Listener("builder-inited", few_documents.read_few_documents_here),
    Listener("builder-inited", unchanged_files.skip_unchanged_files, 999, "Others may replace."),
    Listener("env-get-outdated", guard.prepare_leak_guard, 100, "Before any file is looked at."),
    Listener("env-get-outdated", survey.reread_for_locks, why="Finds every lock file."),
    Listener("env-get-outdated", survey.survey_pages, why="Without denied pages."),
    Listener("env-get-outdated", incremental.documents_to_read, 600, "Needs every lock file."),
    Listener("env-before-read-docs", history.note_before_reading, 890, "All are known."),
    Listener("env-before-read-docs", parted_tables.take_tables_apart, 899, "As plain tables."),
    Listener("env-before-read-docs", pickling.install_tracking_tables, 900, "After others."),
    Listener("env-before-read-docs", garbage_collection.note_documents),
    Listener("env-before-read-docs", settings.keep_settings),
    Listener("env-before-read-docs", node_methods.speed_up_nodes),
    Listener("env-before-read-docs", log_records.skip_log_records, 900, "Handlers are known."),
    Listener("env-merge-info", pickling.forget_sent, sys.maxsize, "Others may still need it."),
    Listener("env-updated", settings.restore_settings, 1, "Nothing is read any more."),
    Listener("env-updated", pickling.remove_tracking_tables, 1, "Others see plain tables."),
    Listener("env-updated", dates.date_pages_from_git, 400, "Lists and ages show the dates."),
    Listener("env-updated", history.note_step, 590, "After the dates of git."),
    Listener("env-updated", disk_cache.note_all_read, 595, "Tables may be kept from now on."),
    Listener("env-updated", incremental.documents_to_write, 600, "After the dates of git."),
    Listener("env-updated", garbage_collection.freeze_objects, 999, "When all is in memory."),
    Listener("env-updated", parted_tables.part_tables, 999, "Others see plain tables."),
    Listener("env-check-consistency", parted_tables.join_facts, 1, "After the pickling."),
    Listener("env-check-consistency", refused_names.check_reserved_names),
    Listener("env-check-consistency", refused_names.tell_refused_names),
    Listener("doctree-resolved", incremental.note_written),
    Listener("doctree-resolved", wiki_domain.begin_resolved_page),
    Listener("missing-reference", missing.keep_in_wiki, 450, "Before intersphinx (500)."),
    Listener("missing-reference", missing.resolve_missing, 900, "After intersphinx (500)."),
    Listener(
        "html-collect-pages", incremental.note_all_written, 1, "Others may resolve documents then."
    ),
    Listener("html-page-context", for_documents(metadata.add_metadata), 400, "Before opengraph."),
    Listener("html-page-context", for_documents(wiki_domain.change_context)),
    Listener("html-page-context", search_page.fill_search_page, 100, "As a page of the theme."),
    Listener("html-page-context", assets.add_style_and_scripts, 100, "Themes rearrange files."),
    Listener("html-page-context", canonical.add_canonical_link, 900, "After others."),
    Listener("html-page-context", metatags.use_template, 950, "When all tags are known."),
    Listener("html-page-context", html_pages.keep_tags, 990, "After others replaced them."),
    Listener("html-page-context", page_names.escape_context, 999, "After themes (up to 501)."),
    Listener("build-finished", garbage_collection.restore_thresholds, 1, "Others may fail."),
    Listener("build-finished", settings.restore_settings, 1, "Others may fail."),
    Listener("build-finished", log_records.restore_log_records, 1, "Others may fail."),
    Listener("build-finished", page_document.forget_pages, 1, "Others may fail."),
    Listener("build-finished", wiki_domain.finish_features),
    Listener("build-finished", node_methods.restore_nodes, 1, "Others may fail."),
    Listener("build-finished", writers.restore_writers),
    Listener("build-finished", skipped_transforms.restore_transformer),
    Listener("build-finished", sitemap.amend_sitemap, 600, "After sphinx-sitemap (500)."),
    Listener("build-finished", guard.scan_output, 950, "Looks at what all others have written."),
    Listener("build-finished", incremental.remember_output, 999, "When nothing can fail."),
)
"""The handlers of events, event by event in the order of a build."""


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register everything; Sphinx calls this for ``extensions = ["sphinx_scrapbox"]``."""
    parser_registration.set_up_parsers(app)
    options.register(app)
    for node, visitors in VISITORS.items():
        app.add_node(node, override=False, **visitors)
    app.add_domain(wiki_domain.ScrapboxDomain)
    wiki_domain.ScrapboxDomain.features = FEATURES
    app.add_role("scrapbox", roles.WikiRole("page"))
    app.add_directive_to_domain("scrapbox", "speech", directives.SpeechDirective)
    app.add_directive_to_domain("scrapbox", "translation", directives.TranslationDirective)
    for feature in FEATURES:
        for name, directive in feature.directives.items():
            app.add_directive_to_domain("scrapbox", name, directive)
        for transform in feature.transforms:
            app.add_transform(transform)
        for post_transform in feature.post_transforms:
            app.add_post_transform(post_transform)
    app.add_transform(messages.NoteTranslations)
    app.add_post_transform(writers.GroupParagraphs)
    addresses.register(app)
    assets.register(app)
    for event in EVENTS:
        app.add_event(event)
    for listener in chain(LISTENERS, *(feature.listeners for feature in FEATURES)):
        app.connect(listener.event, listener.handler, listener.priority)
    return {
        "version": __version__,
        "env_version": 14,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
