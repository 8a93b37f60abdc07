"""Wiki links and tags in hand-written MyST pages, and MyST directives in wiki pages.

For hand-written pages: two inline rules for markdown-it and a renderer that knows them. For
wiki pages: the few directives that ``scrapbox_page_directives`` lists, run by MyST's own
machinery, with a body that is read as wiki text, so that nothing in it comes alive.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from docutils import nodes
from myst_parser.config.main import (
    MdParserConfig,
    TopmatterReadError,
    merge_file_level,
    read_topmatter,
)
from myst_parser.mdit_to_docutils.sphinx_ import SphinxRenderer
from myst_parser.parsers.mdit import create_md_parser
from myst_parser.warnings_ import MystWarnings, create_warning

from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.record import note_snapshots
from sphinx_scrapbox.sphinx_ext.domain.site import SphinxSite
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.sphinx_ext.sources.snapshots import SUBSTITUTION_NAMES
from sphinx_scrapbox.wiki.titles import split_fragment

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.tree import SyntaxTreeNode

# A title without brackets, that is no footnote; after a bar the text, as in other wikis.
_LINK = re.compile(r"\[\[(?!\^)([^\[\]\n|]+)(?:\|([^\[\]\n]+))?\]\]")
# Text that Markdown can make nothing else of.
_PLAIN = re.compile(r"\w+(?:-\w+)*", re.ASCII)
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_TAG = re.compile(r"#([^\s#\[\]`<>*]+)")


def wiki_plugin(md: MarkdownIt, *, links: bool, tags: bool) -> None:
    """Teach *md* ``[[Title]]``, ``[[Title|text]]`` and ``#tag`` as inline rules."""
    if links:
        # After Markdown's own links: "[[1]](https://...)" is one, with brackets in its text.
        md.inline.ruler.after("link", "scrapbox_link", _link_rule)
    if tags:
        # "#" does not interrupt markdown-it's text rule, so the tags of a text are cut
        # out of its tokens after the inline rules have run.
        md.core.ruler.after("inline", "scrapbox_tag", _tag_rule)


def _link_rule(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith("[[", state.pos):
        return False
    match = _LINK.match(state.src, state.pos, state.posMax)
    if match is None or not match[1].strip():
        return False
    if not silent:
        token = state.push("scrapbox_link", "", 0)
        token.content = (match[2] or "").strip()
        token.meta = {"target": match[1].strip()}
    state.pos = match.end()
    return True


def _tag_rule(state: Any) -> None:
    from markdown_it.token import Token

    for block in state.tokens:
        if block.type != "inline" or "#" not in block.content or not block.children:
            continue
        children: list[Token] = []
        inside_link = 0
        for token in block.children:
            inside_link += token.nesting if token.type == "link_open" else 0
            inside_link -= 1 if token.type == "link_close" else 0
            if token.type != "text" or inside_link or "#" not in token.content:
                children.append(token)
                continue
            at = 0
            for match in _TAG.finditer(token.content):
                before = token.content[match.start() - 1 : match.start()]
                first = match.start() == 0 and (
                    not children or children[-1].type in ("softbreak", "hardbreak")
                )
                if match[1].isdigit() or not (first or before.isspace()):
                    continue
                if match.start() > at:
                    children.append(_text_token(token, token.content[at : match.start()]))
                children.append(Token("scrapbox_tag", "", 0, content=match[1], level=token.level))
                at = match.end()
            if at < len(token.content):
                children.append(_text_token(token, token.content[at:]))
        block.children = children


def _text_token(token: Any, content: str) -> Any:
    return token.copy(content=content)


class WikiRenderer(SphinxRenderer):
    """MyST's renderer for Sphinx, with the tokens of :func:`wiki_plugin`."""

    def render_scrapbox_link(self, token: SyntaxTreeNode) -> None:
        """``[[Title]]`` as a page link."""
        target = token.meta["target"]
        head, fragment = split_fragment(target)
        shown = nodes.inline(
            "",
            token.content or (head if fragment else target),
            classes=["xref", "scrapbox-page"],
        )
        self._append_wiki_link("page", target, shown, token)

    def render_scrapbox_tag(self, token: SyntaxTreeNode) -> None:
        """``#tag`` as a tag link."""
        shown = nodes.inline("", f"#{token.content}", classes=["xref", "scrapbox-tag"])
        self._append_wiki_link("tag", token.content, shown, token)

    def _append_wiki_link(
        self, kind: str, target: str, shown: nodes.inline, token: SyntaxTreeNode
    ) -> None:
        self.add_line_and_source_path(shown, token)
        self.current_node.append(SphinxSite(self.sphinx_env).link(kind, target, shown))


class _Substitution:
    """A value of a MyST substitution, computed only where it stands in the text."""

    def __init__(self, document: nodes.document, name: str) -> None:
        self._document = document
        self._name = name

    def __str__(self) -> str:
        env = self._document.settings.env
        note_snapshots(self._document, env)
        text = source_folder(env).snapshots.value(self._name, env.docname)
        # It becomes Markdown, and a lock file is not trusted with that.
        return text if _PLAIN.fullmatch(text) else _PUNCTUATION.sub(r"\\\1", text)


def parse_myst(text: str, document: nodes.document) -> None:
    """Parse a hand-written MyST document as MyST does, with wiki links where they are on."""
    env = document.settings.env
    myst_config: MdParserConfig = env.myst_config
    try:
        topmatter = read_topmatter(text)
    except TopmatterReadError:
        topmatter = None  # the renderer reports it
    if topmatter:

        def complain(kind: MystWarnings, message: str) -> None:
            create_warning(document, message, kind, line=1, append_to=document)

        myst_config = merge_file_level(myst_config, topmatter, complain)
    if "substitution" in myst_config.enable_extensions:
        ours = {f"scrapbox_{name}": _Substitution(document, name) for name in SUBSTITUTION_NAMES}
        substitutions = {**ours, **myst_config.substitutions}
        myst_config = replace(myst_config, substitutions=substitutions)
    md = create_md_parser(myst_config, WikiRenderer)
    config = options(env.config)
    if not (myst_config.commonmark_only or myst_config.gfm_only):
        wiki_plugin(md, links=config.myst_links, tags=config.myst_tags)
    md.options["document"] = document
    md.render(text)
