"""MyST directives inside wiki pages, with bodies of wiki text."""

from __future__ import annotations

import re

from docutils import nodes
from myst_parser.config.main import MdParserConfig
from myst_parser.mdit_to_docutils.sphinx_ import SphinxRenderer
from myst_parser.parsers.mdit import create_md_parser

from sphinx_scrapbox.formats.markdown.blocks import read_markdown
from sphinx_scrapbox.formats.markdown.inlines import read_markdown_inline
from sphinx_scrapbox.rendering import render_fragment
from sphinx_scrapbox.rendering.blocks import Renderer
from sphinx_scrapbox.sphinx_ext.config.options import Config, options
from sphinx_scrapbox.sphinx_ext.domain.site import SphinxSite
from sphinx_scrapbox.sphinx_ext.domain.survey import structure_options
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.wiki.ast import CodeBlock
from sphinx_scrapbox.wiki.structure import arrange

_DIRECTIVE_NAME = re.compile(r"\{([\w:.+-]+)\}")


class _WikiBodyRenderer(SphinxRenderer):
    """MyST's renderer, which reads the argument and the body of a directive as wiki text."""

    def nested_render_text(
        self,
        text: str,
        lineno: int,
        inline: bool = False,
        temp_root_node: nodes.Element | None = None,
        heading_offset: int = 0,
    ) -> None:
        env = self.sphinx_env
        site, origin = SphinxSite(env), options(env.config).url
        if inline:
            renderer = Renderer(self.document, self.document["source"], site)
            content = read_markdown_inline(text, origin=origin)
            self.current_node.extend(renderer.paragraph(content, text, lineno).children)
            return
        # The line in front keeps a body that begins with a rule from being front matter.
        page = read_markdown(f"\n{text}", name="", origin=origin)
        own = structure_options(env, source_folder(env).projects.of(env.docname))
        body = render_fragment(arrange(page.blocks, own), site, self.document)
        for node in nodes.Element("", *body).findall(nodes.Element):
            if node.line:
                node.line += lineno - 1
        self.current_node.extend(body)


def run_directive(
    document: nodes.document, config: Config, block: CodeBlock
) -> list[nodes.Node] | None:
    """The nodes of the MyST directive that *block* spells; None if wiki pages may not use it."""
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
    return holder.children
