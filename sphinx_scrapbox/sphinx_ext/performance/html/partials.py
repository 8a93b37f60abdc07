"""Titles and tables of contents in HTML, rendered with one document and one translator.

- Replaces: ``StandaloneHTMLBuilder.render_partial``, which makes a document, a translator and six
  transforms for each title and each table of contents.
- Saves: 4 % of the CPU time in which Sphinx resolves and writes a page.
- Unnecessary if Sphinx reused a translator for titles.
"""

from __future__ import annotations

from types import MethodType, ModuleType
from typing import Any

import sphinx.builders.html as sphinx_html
from docutils import nodes
from docutils.utils import new_document
from sphinx import addnodes
from sphinx.builders.html import StandaloneHTMLBuilder

from sphinx_scrapbox.rendering.nodes import find_nodes, scrapbox_icon, scrapbox_words
from sphinx_scrapbox.sphinx_ext.builders import is_single_file
from sphinx_scrapbox.sphinx_ext.warnings import note_unknown_internals

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
