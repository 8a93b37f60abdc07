"""Directives of this documentation: examples, and references generated from the code."""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import fields
from pprint import pformat
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from sphinx_scrapbox.cli.init import services
from sphinx_scrapbox.formats import read
from sphinx_scrapbox.rendering import render_fragment
from sphinx_scrapbox.sphinx_ext import Config, SphinxSite, Warn, record_of, set_record
from sphinx_scrapbox.wiki import arrange

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


class Example(SphinxDirective):
    """``example``: the source of its content, followed by the result."""

    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"language": directives.unchanged}
    classes: tuple[str, ...] = ()

    def run(self) -> list[nodes.Node]:
        """Return a container with the source as a literal block and the result."""
        text = "\n".join(self.content)
        native = self.options.get("notation") == "native"
        language = self.options.get("language", "text" if native else "md")
        source = nodes.literal_block(text, text, language=language)
        before = record_of(self.state.document)
        result = nodes.container("", *self.result(text), classes=["example-result", *self.classes])
        # It shows what its source says, which is not translated either.
        for node in result.findall(nodes.TextElement):
            if not isinstance(node, nodes.Inline):
                node["translatable"] = False
        # A translation notice in an example must not mark this page as translated.
        after = record_of(self.state.document)
        record = after._replace(
            source=before.source,
            source_language=before.source_language,
            target_language=before.target_language,
            translated=before.translated,
        )
        set_record(self.state.document, record)
        pair = nodes.container("", source, result, classes=["example"])
        self.set_source_info(source)
        return [pair]

    def result(self, text: str) -> list[nodes.Node]:
        """Return the nodes for *text*, parsed as part of the current document."""
        return self.parse_content_to_nodes()


class WikiExample(Example):
    """``wiki-example``: the same for the text of an exported or native page."""

    classes = ("scrapbox-body",)

    option_spec: ClassVar[dict[str, Any]] = {
        **Example.option_spec,
        "notation": lambda given: directives.choice(given, ("markdown", "native")),
    }

    def result(self, text: str) -> list[nodes.Node]:
        """Return the nodes for *text*, rendered as on a wiki page, with headings as rubrics."""
        if self.options.get("notation") == "native":
            page = read(f"\n{text}", "notation")
        else:
            page = read(text, "markdown")
        site = SphinxSite(self.env)
        holder = nodes.Element(
            "", *render_fragment(arrange(page.blocks), site, self.state.document)
        )
        for node in holder.findall(nodes.Element):
            node.line = self.lineno
        return holder.children


class OptionsReference(SphinxDirective):
    """``scrapbox-options``: all options, from the fields of the configuration class."""

    def run(self) -> list[nodes.Node]:
        """Return a ``confval`` for each field."""
        blocks = []
        docstrings = _docstrings(Config)
        for option in fields(Config):
            data = option.metadata
            default = pformat(data["raw"], width=100)
            blocks += [
                f"````{{confval}} scrapbox_{option.name}",
                f":type: {_code(data['shown'])}",
                f":default: {_code(default)}",
                "",
                docstrings[option.name],
                "````",
                "",
            ]
        return self.parse_text_to_nodes("\n".join(blocks))


class ServiceFile(SphinxDirective):
    """``service-file``: a file that ``init`` writes for a service, by name; see ``_SERVICES``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the file as a literal block with its path."""
        path, text = _SERVICES[self.arguments[0]]
        block = nodes.literal_block(text, text, language="yaml")
        self.set_source_info(block)
        caption = nodes.caption("", "", nodes.literal("", path))
        return [
            nodes.container(
                "", caption, block, literal_block=True, classes=["literal-block-wrapper"]
            )
        ]


_SERVICES = {
    "github-pages": (".github/workflows/pages.yml", services.github_pages_yaml("docs")),
    "gitlab-pages": (".gitlab-ci.yml", services.gitlab_pages_yaml("docs")),
    "read-the-docs": (".readthedocs.yaml", services.read_the_docs_yaml("docs")),
    "daily-pull": (
        ".github/workflows/wiki.yml",
        services.daily_pull_yaml(
            "sphinx-scrapbox pull garden docs/wiki", "docs/wiki", is_private=False
        ),
    ),
}
_VALUE = re.compile(r'"[^"]*"')
_REBUILDS = {"env": "pages", "html": "output", "": "nothing"}


class OptionsOverview(SphinxDirective):
    """``scrapbox-options-overview``: one row for each option."""

    def run(self) -> list[nodes.Node]:
        """Return a table that links to the entries of all options."""
        rows = [
            "| Option | Default | Type | Rebuilds |",
            "|---|---|---|---|",
            *(
                f"| {{confval}}`scrapbox_{option.name}` | {_code(repr(option.metadata['raw']))} "
                f"| {_VALUE.sub(lambda value: _code(value[0]), option.metadata['shown'])} "
                f"| {_REBUILDS[option.metadata['rebuild']]} |"
                for option in fields(Config)
            ),
        ]
        return self.parse_text_to_nodes("\n".join(rows))


class WarningsReference(SphinxDirective):
    """``scrapbox-warnings``: all warning subtypes, and what to do.

    The content is a definition list in MyST: by subtype, what a reader can do. What a warning
    means is the docstring of its member.
    """

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return a definition list.

        :raises ExtensionError: if a subtype has no entry, or an entry is of none.
        """
        remedies = dict(_ENTRY.findall("\n".join([*self.content, ""])))
        if unlike := remedies.keys() ^ {member.value for member in Warn}:
            raise ExtensionError(f"scrapbox-warnings: {', '.join(sorted(unlike))}")
        lines = []
        docstrings = _docstrings(Warn)
        for member in Warn:
            subtype, text = member.value, docstrings[member.name]
            lines += [f"(warning-{subtype})=", f"`scrapbox.{subtype}`", f": {text}", ""]
            lines += [f"  {row.strip()}" for row in remedies[subtype].splitlines()] + [""]
        return self.parse_text_to_nodes("\n".join(lines))


_ENTRY = re.compile(r"^`(\w+)`\n: ((?:.+\n)+)", re.M)


def _docstrings(cls: type) -> dict[str, str]:
    """Return the docstrings below the members of an enum, or the fields of a dataclass."""
    (tree,) = ast.parse(inspect.getsource(cls)).body
    assert isinstance(tree, ast.ClassDef)
    docstrings = {}
    for member, below in zip(tree.body, tree.body[1:], strict=False):
        match member, below:
            case (
                ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                docstrings[name] = " ".join(text.split()).replace("``", "`")
    return docstrings


def _code(value: object) -> str:
    return f"`{value}`"


def drop_generated_docstring(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Handler of ``autodoc-process-docstring``: leave out what ``NamedTuple`` writes of fields."""
    if lines and lines[0].startswith("Alias for field number"):
        lines.clear()


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directives."""
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-process-docstring", drop_generated_docstring)
    app.add_directive("example", Example)
    app.add_directive("wiki-example", WikiExample)
    app.add_directive("scrapbox-options", OptionsReference)
    app.add_directive("scrapbox-options-overview", OptionsOverview)
    app.add_directive("service-file", ServiceFile)
    app.add_directive("scrapbox-warnings", WarningsReference)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
