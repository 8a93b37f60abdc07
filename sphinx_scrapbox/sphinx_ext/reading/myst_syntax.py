"""Wiki links, tags and substitutions in hand-written MyST documents."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from docutils import nodes
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.tree import SyntaxTreeNode
from myst_parser.config.main import (
    MdParserConfig,
    TopmatterReadError,
    merge_file_level,
    read_topmatter,
)
from myst_parser.mdit_to_docutils.base import token_line
from myst_parser.mdit_to_docutils.sphinx_ import SphinxRenderer
from myst_parser.parsers.mdit import create_md_parser
from myst_parser.warnings_ import MystWarnings, create_warning

from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.record import note_snapshots
from sphinx_scrapbox.sphinx_ext.domain.site import SphinxSite
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.sphinx_ext.sources.snapshots import SUBSTITUTIONS
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn
from sphinx_scrapbox.wiki.titles import is_line_id, split_fragment

# A title without brackets that is no footnote, and after a bar the text of the link.
_LINK = re.compile(r"\[\[(?!\^)([^\[\]\n|]+)(?:\|([^\[\]\n]+))?\]\]")
# Text without any Markdown syntax.
_PLAIN = re.compile(r"\w+(?:-\w+)*", re.ASCII)
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_COLON_FENCE = re.compile(r":{3,}\{scrapbox:[\w-]+\}")
_TAG = re.compile(r"#([^\s#\[\]`<>*]+)")


def wiki_plugin(md: MarkdownIt, *, links: bool, tags: bool) -> None:
    """Teach *md* ``[[Title]]``, ``[[Title|text]]`` and ``#tag`` as inline rules."""
    if links:
        # After Markdown's own links: "[[1]](https://...)" is one, with brackets in its text.
        md.inline.ruler.after("link", "scrapbox_link", _link_rule)
    if tags:
        # "#" does not interrupt markdown-it's text rule, so the text tokens are split at tags
        # after the inline rules have run.
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
        token.meta = {"target": match[1].strip(), "embeds": _is_embedding(state.src, state.pos)}
    state.pos = match.end()
    return True


def _is_embedding(text: str, at: int) -> bool:
    """Whether a link is written as other wikis embed pages and images: ``![[Page]]``."""
    return text[at - 1 : at] == "!" and (at == 1 or text[at - 2].isspace())


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
                    children.append(token.copy(content=token.content[at : match.start()]))
                children.append(Token("scrapbox_tag", "", 0, content=match[1], level=token.level))
                at = match.end()
            if at < len(token.content):
                children.append(token.copy(content=token.content[at:]))
        block.children = children


class WikiRenderer(SphinxRenderer):
    """MyST's renderer for Sphinx, with the tokens of :func:`wiki_plugin`."""

    def render_scrapbox_link(self, token: SyntaxTreeNode) -> None:
        """``[[Title]]`` as a page link."""
        target = token.meta["target"]
        head, fragment = split_fragment(target)
        text = token.content or (head if is_line_id(fragment) else target)
        if token.meta["embeds"]:
            message = f"![[{target}]] does not embed the page; to show it, use the"
            line = token_line(token, 0)
            location = (self.sphinx_env.docname, line or None)
            warn(Warn.SYNTAX, f"{message} directive scrapbox:include", location=location)
        self._append_wiki_link("page", target, text, token)

    def render_scrapbox_tag(self, token: SyntaxTreeNode) -> None:
        """``#tag`` as a tag link."""
        self._append_wiki_link("tag", token.content, f"#{token.content}", token)

    def _append_wiki_link(self, kind: str, target: str, text: str, token: SyntaxTreeNode) -> None:
        shown = nodes.inline("", text, classes=["xref", f"scrapbox-{kind}"])
        self.add_line_and_source_path(shown, token)
        link = SphinxSite(self.sphinx_env).link_by_hand(kind, target, shown)
        # Sphinx names it where a translated message has another link.
        link.rawsource = f"#{target}" if kind == "tag" else f"[[{target}]]"
        self.current_node.append(link)


class _Substitution:
    """A value of a MyST substitution, computed only where it stands in the text."""

    def __init__(self, document: nodes.document, name: str) -> None:
        self._document = document
        self._name = name

    def __str__(self) -> str:
        env = self._document.settings.env
        note_snapshots(self._document, env)
        text = source_folder(env).snapshots.value(self._name, env.docname)
        # It is parsed as Markdown, and a lock file must not inject any.
        return text if _PLAIN.fullmatch(text) else _PUNCTUATION.sub(r"\\\1", text)


def parse_myst(text: str, document: nodes.document) -> None:
    """Parse a hand-written MyST document as MyST does, with wiki links and tags if enabled."""
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
        own = {f"scrapbox_{name}": _Substitution(document, name) for name in SUBSTITUTIONS}
        substitutions = {**own, **myst_config.substitutions}
        myst_config = replace(myst_config, substitutions=substitutions)
    md = create_md_parser(myst_config, WikiRenderer)
    config = options(env.config)
    if not (myst_config.commonmark_only or myst_config.gfm_only):
        wiki_plugin(md, links=config.myst_links, tags=config.myst_tags)
    md.options["document"] = document
    md.render(text)
    if "colon_fence" not in myst_config.enable_extensions and ":::{scrapbox:" in text:
        _warn_of_colon_fences(document, env.docname)


def _warn_of_colon_fences(document: nodes.document, docname: str) -> None:
    """Warn of directives of this extension that MyST took for text."""
    for paragraph in document.findall(nodes.paragraph):
        parts = (each.astext() if isinstance(each, nodes.Text) else "\0" for each in paragraph)
        for row, text in enumerate("".join(parts).split("\n")):
            if fence := _COLON_FENCE.match(text):
                message = f'{fence[0]} is plain text; add "colon_fence" to myst_enable_extensions'
                line = (paragraph.line or 0) + row
                warn(Warn.SYNTAX, f"{message}, or use backticks", location=(docname, line or None))
