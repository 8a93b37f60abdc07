"""What is the same for many HTML pages, worked out once.

- Replaces, of ``StandaloneHTMLBuilder``: the functions ``css_tag`` and ``js_tag`` of the context
  of a page, which resolve the paths of the same files for each page; ``get_target_uri``, which
  quotes the same names; ``render_partial``, which makes a document, a translator and six
  transforms for each title and each table of contents. Of its settings: style sheets of docutils,
  which each translator looks for and no page shows. Of its templates: ``auto_reload``, with which
  Jinja asks for the time of change of each template of each page.
- Saves: 9 % of the CPU time in which Sphinx resolves and writes a page.
- Unnecessary if Sphinx kept the tags of files, reused a translator for titles, and set
  ``stylesheet_path`` and ``auto_reload`` itself.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from functools import cache
from types import MethodType, ModuleType
from typing import Any
from weakref import WeakKeyDictionary

import sphinx.builders.html as sphinx_html
from docutils import nodes
from docutils.utils import new_document
from jinja2 import Environment
from sphinx import addnodes
from sphinx import version_info as sphinx_version
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.builders.dirhtml import DirectoryHTMLBuilder
from sphinx.builders.html import StandaloneHTMLBuilder

from sphinx_scrapbox.rendering.nodes import find_nodes, scrapbox_icon, scrapbox_words
from sphinx_scrapbox.sphinx_ext.builders import is_single_file
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.warnings import note_unknown_internals


def speed_up_pages(app: Sphinx) -> None:
    """Handler of ``builder-inited``: adapt this builder and its templates."""
    builder = app.builder
    if not options(app.config).fast or not isinstance(builder, StandaloneHTMLBuilder):
        return
    environment = getattr(builder.templates, "environment", None)
    if isinstance(environment, Environment):
        environment.auto_reload = False
    _skip_style_sheets(builder)
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


# -- titles and tables of contents -----------------------------------------------------

_PLAIN = (
    nodes.Text,
    nodes.title,
    nodes.bullet_list,
    nodes.list_item,
    nodes.paragraph,
    nodes.reference,
    nodes.literal,
    nodes.emphasis,
    nodes.strong,
    nodes.inline,
    addnodes.compact_paragraph,
    scrapbox_icon,
    scrapbox_words,
)
"""Nodes on which the transforms do nothing, and which leave nothing in the builder."""
_TRANSFORMS = frozenset(
    "Validate SmartQuotes Messages FilterMessages StripClassesAndElements Admonitions".split()
)
_SETTINGS = ("validate", "smart_quotes", "strip_classes", "strip_elements_with_classes")
"""Those that the transforms obey: each does nothing if they are off."""
_CONSTANTS = (str, int, type(None), ModuleType)


class Partials:
    """Renders titles and tables of contents with one document and one translator."""

    def __init__(self, builder: StandaloneHTMLBuilder) -> None:
        self._builder = builder
        self._render = builder.render_partial
        self._state: dict[str, Any] | None = {} if _has_known_shape(builder) else None
        """The attributes of a new translator; None if they are not as they have to be."""
        self._document: nodes.document
        self._translator: nodes.NodeVisitor

    def render(self, node: nodes.Node | None) -> dict[str, str]:
        """The parts that ``render_partial`` returns."""
        if node is None or self._state is None or not _is_plain(node):
            return self._render(node)
        if not self._state and not self._prepare(node):
            return self._render(node)
        self._document.clear()
        self._document.append(node)
        translator: Any = self._translator
        attributes = translator.__dict__
        attributes.clear()
        for name, value in self._state.items():
            attributes[name] = value.copy() if type(value) is list else value
        if "docnames" in attributes:
            translator.docnames = [self._builder.current_docname]
        self._document.walkabout(translator)
        return {"fragment": "".join(translator.fragment), "title": "".join(translator.title)}

    def _prepare(self, node: nodes.Node) -> bool:
        """Make a document and a translator, and note their state; whether it is a known one."""
        builder: Any = self._builder
        self._document = new_document("<partial node>", builder._settings)
        self._document.append(node)
        self._translator = translator = builder.create_translator(self._document, builder)
        shared = (self._document, builder, builder.config, builder.highlighter)
        others = [
            name
            for name, value in vars(translator).items()
            if not isinstance(value, _CONSTANTS)
            and not (isinstance(value, MethodType) and value.__self__ is translator)
            and not (type(value) is list and all(isinstance(item, _CONSTANTS) for item in value))
            and not any(value is known for known in shared)
        ]
        if set(others) <= {"settings", "_domains"}:
            self._state = dict(vars(translator))
            return True
        self._state = None
        note_unknown_internals("translators for parts of pages")
        return False


def _has_known_shape(builder: Any) -> bool:
    """Whether ``render_partial`` does what is known."""
    lists = [
        getattr(sphinx_html, f"_{kind}_TRANSFORMS", None)
        for kind in ("READER", "PARSER", "WRITER")
    ]
    settings = getattr(builder, "_settings", None)
    if (
        not is_single_file(builder)
        and all(isinstance(transforms, list) for transforms in lists)
        and {one.__name__ for transforms in lists for one in transforms or ()} <= _TRANSFORMS
        and not any(getattr(settings, name, True) for name in _SETTINGS)
    ):
        return True
    note_unknown_internals("parts of pages")
    return False


def _is_plain(node: nodes.Node) -> bool:
    return all(type(one) in _PLAIN for one in find_nodes(node, nodes.Element, nodes.Text))
