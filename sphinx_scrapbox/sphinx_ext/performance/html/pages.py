"""What is the same for many HTML pages, worked out once.

- Replaces, of ``StandaloneHTMLBuilder``: the functions ``css_tag`` and ``js_tag`` of the context
  of a page, which resolve the paths of the same files for each page; ``get_target_uri``, which
  quotes the same names. Of its settings: style sheets of docutils, which each translator looks for
  and no page shows. Of its templates: ``auto_reload``, with which Jinja asks for the time of
  change of each template of each page.
- Saves: 5 % of the CPU time in which Sphinx resolves and writes a page.
- Unnecessary if Sphinx kept the tags of files, and set ``stylesheet_path`` and ``auto_reload``
  itself.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from jinja2 import Environment
from sphinx import version_info as sphinx_version
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.builders.dirhtml import DirectoryHTMLBuilder
from sphinx.builders.html import StandaloneHTMLBuilder

from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.performance.html.partials import Partials
from sphinx_scrapbox.sphinx_ext.performance.html.translators import speed_up_translators


def speed_up_pages(app: Sphinx) -> None:
    """Handler of ``builder-inited``: adapt this builder and its templates."""
    builder = app.builder
    if not options(app.config).fast or not isinstance(builder, StandaloneHTMLBuilder):
        return
    environment = getattr(builder.templates, "environment", None)
    if isinstance(environment, Environment):
        environment.auto_reload = False
    _skip_style_sheets(builder)
    speed_up_translators(app, builder)
    # Elsewhere, an address depends on more than the name.
    if type(builder).get_target_uri in (
        StandaloneHTMLBuilder.get_target_uri,
        DirectoryHTMLBuilder.get_target_uri,
    ):
        builder.get_target_uri = cache(builder.get_target_uri)  # type: ignore[method-assign]
    # Sphinx 8 renders parts by a publisher of docutils.
    if (
        sphinx_version >= (9,)
        and type(builder).render_partial is StandaloneHTMLBuilder.render_partial
    ):
        builder.render_partial = Partials(builder).render  # type: ignore[method-assign]


def _skip_style_sheets(builder: StandaloneHTMLBuilder) -> None:
    prepare = builder.prepare_writing

    def prepare_writing(docnames: Set[str]) -> None:
        prepare(docnames)
        if isinstance(getattr(builder.docsettings, "stylesheet_path", None), list):
            builder.docsettings.stylesheet_path = []

    builder.prepare_writing = prepare_writing  # type: ignore[method-assign]


# -- tags of style sheets and scripts --------------------------------------------------

_STATIC = "_static/"
_FUNCTIONS = {
    name: f"StandaloneHTMLBuilder.handle_page.<locals>.{name}" for name in ("css_tag", "js_tag")
}


_KEPT: WeakKeyDictionary[Builder, dict[tuple[str, int, Any], str]] = WeakKeyDictionary()
"""By builder its tags, by the function, the depth of the page's folder, and the file."""


def keep_tags(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Handler of ``html-page-context``, after all others: replace Sphinx's functions.

    They return the same for pages in folders of one depth, but for those in ``_static``.
    """
    address = app.builder.get_target_uri(page).partition("#")[0]
    if not options(app.config).fast or address.startswith(_STATIC):
        return
    tags = _KEPT.setdefault(app.builder, {})
    for name, qualified_name in _FUNCTIONS.items():
        write = context.get(name)
        if callable(write) and getattr(write, "__qualname__", "") == qualified_name:
            context[name] = _keeping(tags, name, address.count("/"), write)


def _keeping(
    tags: dict[tuple[str, int, Any], str], name: str, depth: int, write: Callable[[Any], str]
) -> Callable[[Any], str]:
    def tag(file: Any) -> str:
        if not str(getattr(file, "filename", "")).startswith(_STATIC):
            return write(file)
        key = name, depth, file
        if (text := tags.get(key)) is None:
            text = tags[key] = write(file)
        return text

    return tag
