"""Translated messages of wiki pages (gettext): their links, and what they mean for the page.

Sphinx gives each translated message to the parser of the page and takes over the nodes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from functools import cached_property, partial
from textwrap import dedent
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform

from sphinx_scrapbox.formats.markdown.inlines import read_markdown_inline
from sphinx_scrapbox.formats.notation.inlines import read_notation_inline
from sphinx_scrapbox.rendering.blocks import Renderer
from sphinx_scrapbox.rendering.nodes import scrapbox_icon
from sphinx_scrapbox.rendering.typesetting import keep_outside
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.record import record_of, set_record
from sphinx_scrapbox.sphinx_ext.domain.site import SphinxSite
from sphinx_scrapbox.wiki.ast import IconRole, Inline
from sphinx_scrapbox.wiki.structure import StructuredPage

_PAGE = "scrapbox_translated_page"  # in the temporary data of the document that is read
_UNDERLINED = re.compile(r"(?P<title>.*)\n=+\Z", re.DOTALL)
_MOSTLY = 2 / 3
"""The share of translated messages from which on a page is in the language of the site."""
_APART = frozenset({IconRole.SPEAKER.value, IconRole.SIGNATURE.value})


@dataclass(frozen=True)
class _PageInProgress:
    """The page that is being read, for its messages."""

    document: nodes.document
    structured: StructuredPage

    @cached_property
    def targets(self) -> frozenset[str]:
        """The targets of its links."""
        return frozenset(_name_sources(self.document.findall(addnodes.pending_xref)))


def note_page(env: BuildEnvironment, document: nodes.document, structured: StructuredPage) -> None:
    """Keep the page that is being read for its messages, which are parsed later."""
    env.temp_data[_PAGE] = _PageInProgress(document, structured)


def message_reader(
    env: BuildEnvironment, *, is_native: bool
) -> Callable[[str], tuple[Inline, ...]]:
    """The function that reads the text of a translated message of a native or an exported page."""
    if is_native:
        return read_notation_inline
    return partial(read_markdown_inline, origin=options(env.config).url)


def append_message(
    text: str, document: nodes.document, env: BuildEnvironment, *, is_native: bool
) -> None:
    """Append one translated message: a literal block, an underlined title or a paragraph.

    :param is_native: whether the page is in the wiki's own notation.
    """
    read = message_reader(env, is_native=is_native)
    if text.startswith("::\n\n"):
        code = dedent(text[3:].strip("\n"))
        document += nodes.literal_block(code, code)
        return
    renderer = Renderer(document, document["source"], SphinxSite(env))
    message: nodes.Element
    if title := _UNDERLINED.fullmatch(text):
        message = renderer.section(read(title["title"]), 0, source=title["title"])
    else:
        message = renderer.paragraph(read(text), text, 0)
    page: _PageInProgress | None = env.temp_data.get(_PAGE)
    if page is not None:
        label_links(message, page.targets)
    keep_outside(message)
    document += message


def label_links(message: nodes.Element, targets: Container[str]) -> None:
    """Split ``[[Target|words]]`` in a translated message where only the target is a link's.

    In the wiki, a link has no words of its own, and a bar belongs to the title.

    :param targets: the targets of the links of the page, or of the original message.
    """
    xrefs = list(message.findall(addnodes.pending_xref))
    for xref in xrefs:
        target = xref["reftarget"]
        if xref["reftype"] != "page" or "scrapbox-address" in xref:
            continue
        head, words = target, ""
        while head not in targets and "|" in head:
            head, _bar, last = head.rpartition("|")
            words = f"{last}|{words}" if words else last
        if head == target or head not in targets:
            continue
        xref["reftarget"], xref["refexplicit"] = head, True
        shown = xref[0]
        assert isinstance(shown, nodes.Element)
        shown.children = []
        shown += nodes.Text(words.strip() or head)
    _name_sources(xrefs)


def _name_sources(xrefs: Iterable[addnodes.pending_xref]) -> list[str]:
    """The targets of links, which Sphinx names if a message has others."""
    targets = []
    for xref in xrefs:
        target, kind = xref["reftarget"], xref["reftype"]
        targets.append(target)
        if not xref.rawsource:
            names = {"tag": f"#{target}", "icon": f"[{target}.icon]"}
            xref.rawsource = names.get(kind, f"[{target}]")
    return targets


class NoteTranslations(SphinxTransform):
    """Notes the translated title and excerpt of a page, and whether it is mostly translated.

    Of another document, only its own title and headings are noted, which links still use.
    """

    default_priority = 26  # after Sphinx has counted the messages (25)

    def apply(self, **kwargs: Any) -> None:
        """Complete the record of the document."""
        progress: dict[str, int] = self.document.get("translation_progress", {})
        page: _PageInProgress | None = self.env.temp_data.get(_PAGE)
        if not progress.get("translated"):
            return
        title, own_title, texts = "", "", dict[int, str]()
        headings: list[tuple[str, str]] = []
        for node in self.document.findall(nodes.TextElement):
            if node.get("translated"):
                text = " ".join(_text(node).split())
                if node.parent.parent is self.document and isinstance(node, nodes.title):
                    title, own_title = text, node.rawsource
                elif node.line:
                    texts.setdefault(node.line, text)
                if isinstance(node, nodes.title) and isinstance(node.parent, nodes.section):
                    headings.append((node.rawsource, node.parent["ids"][0]))
        record = record_of(self.document)
        if page is None:
            record = record._replace(
                own_title=own_title, has_translations=True, own_headings=tuple(headings)
            )
            set_record(self.document, record)
            return
        share = progress["translated"] / progress["total"]
        set_record(
            self.document,
            record._replace(
                shown_title="" if title == record.title else title,
                excerpt=SphinxSite(self.env).excerpt(page.structured, texts),
                has_translations=True,
                own_headings=tuple(headings),
                is_translated=share >= _MOSTLY,
            ),
        )


def _text(node: nodes.Node) -> str:
    """The text of a message without the icons of those who speak or sign."""
    if isinstance(node, nodes.Text):
        return node.astext()
    if isinstance(node, scrapbox_icon) and node["role"] in _APART:
        return ""
    return "".join(map(_text, node.children)) if node.children else node.astext()
