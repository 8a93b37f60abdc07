"""TODO: say what this file is."""

from __future__ import annotations

import re

from docutils import nodes
from myst_parser.config.main import MdParserConfig
from myst_parser.mdit_to_docutils.sphinx_ import SphinxRenderer
from myst_parser.parsers.mdit import create_md_parser

from sphinx_scrapbox.formats.markdown.blocks import read_markdown
from sphinx_scrapbox.formats.markdown.inlines import read_markdown_inline
from sphinx_scrapbox.rendering.blocks import Renderer
from sphinx_scrapbox.rendering.sanitize import tame
from sphinx_scrapbox.sphinx_ext.config.options import Config, options
from sphinx_scrapbox.sphinx_ext.domain.site import SphinxSite
from sphinx_scrapbox.wiki.ast import CodeBlock
from sphinx_scrapbox.wiki.outline import outline
from sphinx_scrapbox.wiki.speakers import Speakers

_DIRECTIVE_NAME = re.compile(r"\{([\w:.+-]+)\}")


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
        renderer = Renderer(self.document, self.document["source"], SphinxSite(env))
        if inline:
            self.current_node.extend(
                renderer.paragraph(read_markdown_inline(text), text, lineno).children
            )
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
    tame(holder)
    return holder.children
