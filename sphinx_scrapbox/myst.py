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

from .config import Config, options
from .formulas import is_formula
from .media import safe_url
from .outline import outline
from .page import CodeBlock
from .provenance import NAMES, Told
from .readers.markdown import read_inline, read_markdown
from .render import Renderer
from .speakers import Speakers
from .surroundings import SiteSurroundings
from .titles import split_fragment

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.tree import SyntaxTreeNode

# A title without brackets, that is no footnote; after a bar the text, as in other wikis.
_LINK = re.compile(r"\[\[(?!\^)([^\[\]\n|]+)(?:\|([^\[\]\n]+))?\]\]")
_TAG = re.compile(r"#([^\s#\[\]`<>*]+)")
_DIRECTIVE_NAME = re.compile(r"\{([\w:.+-]+)\}")


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
        self.current_node.append(SiteSurroundings(self.sphinx_env).link(kind, target, shown))


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
        ours = {f"scrapbox_{name}": Told(document, name) for name in NAMES}
        substitutions = {**ours, **myst_config.substitutions}
        myst_config = replace(myst_config, substitutions=substitutions)
    md = create_md_parser(myst_config, WikiRenderer)
    config = options(env.config)
    if not (myst_config.commonmark_only or myst_config.gfm_only):
        wiki_plugin(md, links=config.myst_links, tags=config.myst_tags)
    md.options["document"] = document
    md.render(text)


class _WikiBodyRenderer(SphinxRenderer):
    """Runs a directive whose body and argument are wiki text, not Markdown."""

    def nested_render_text(
        self,
        text: str,
        lineno: int,
        inline: bool = False,
        temp_root_node: nodes.Element | None = None,
        heading_offset: int = 0,
    ) -> None:
        env = self.sphinx_env
        renderer = Renderer(self.document, self.document["source"], SiteSurroundings(env))
        if inline:
            self.current_node.extend(renderer.paragraph(read_inline(text), text, lineno).children)
            return
        config = options(env.config)
        # The line in front keeps a body that begins with a rule from being front matter.
        page = read_markdown(f"\n{text}", name="", origin=config.url)
        parts = outline(page.blocks).parts
        holder = nodes.section()
        renderer.append(holder, Speakers(config.marks).mark(parts))
        # A heading inside a directive is no section of the page.
        for section in list(holder.findall(nodes.section)):
            if section is not holder:
                title = section.next_node(nodes.title)
                if isinstance(title, nodes.title):
                    title.replace_self(nodes.rubric("", "", *title.children))
                section.replace_self(section.children)
        for rule in list(holder.findall(nodes.transition)):
            rule.parent.remove(rule)
        for node in holder.findall(nodes.Element):
            if node.line:
                node.line += lineno - 1
        self.current_node.extend(holder.children)


def run_directive(
    document: nodes.document, config: Config, block: CodeBlock
) -> list[nodes.Node] | None:
    """Run the MyST directive that *block* spells, if it is one that wiki pages may use."""
    match = _DIRECTIVE_NAME.fullmatch(block.language)
    if match is None or match[1] not in config.page_directives:
        return None
    md = create_md_parser(MdParserConfig(), _WikiBodyRenderer)
    md.options["document"] = document
    renderer = md.renderer
    assert isinstance(renderer, _WikiBodyRenderer)
    renderer.setup_render(dict(md.options), {})
    arguments = block.name.removeprefix(block.language).strip()
    holder = nodes.Element()
    with renderer.current_node_context(holder):
        holder += renderer.run_directive(
            match[1], arguments, "\n".join(block.rows), block.line, block_text=""
        )
    _tame(holder)
    return holder.children


def _tame(made: nodes.Element) -> None:
    """Make harmless what a directive took from its options: they are wiki text, too."""
    for raw in list(made.findall(nodes.raw)):
        raw.replace_self(_as_code(raw))
    for formula in [*made.findall(nodes.math), *made.findall(nodes.math_block)]:
        if not is_formula(formula.astext()):
            formula.replace_self(_as_code(formula))
    for link in list(made.findall(nodes.reference)):
        if not _leads_nowhere_bad(link.get("refuri", "")):
            link.replace_self(link.children)
    for image in list(made.findall(nodes.image)):
        if not _leads_nowhere_bad(image["uri"]):
            image.replace_self(nodes.Text(image["uri"]))


def _as_code(node: nodes.Node) -> nodes.Element:
    text = node.astext()
    inline = isinstance(node.parent, nodes.TextElement)
    return nodes.literal(text, text) if inline else nodes.literal_block(text, text)


def _leads_nowhere_bad(address: str) -> bool:
    return ":" not in address or safe_url(address) is not None
