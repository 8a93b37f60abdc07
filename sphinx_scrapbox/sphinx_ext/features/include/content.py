"""The nodes of an included page, or of a part of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import sha1
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.directives.code import container_wrapper
from sphinx.environment import BuildEnvironment
from sphinx.locale import init as init_locale
from sphinx.util.docutils import SphinxDirective, new_document
from sphinx.util.i18n import docname_to_domain
from sphinx.util.nodes import extract_messages

from sphinx_scrapbox.formats.code_languages import PLAIN, lexer_of
from sphinx_scrapbox.rendering import render
from sphinx_scrapbox.rendering.blocks import Renderer
from sphinx_scrapbox.rendering.pages import place_transitions
from sphinx_scrapbox.rendering.tables import set_rows
from sphinx_scrapbox.snapshot.filenames import file_stem
from sphinx_scrapbox.sphinx_ext.config.options import options as site_options
from sphinx_scrapbox.sphinx_ext.domain.languages import note_language_of
from sphinx_scrapbox.sphinx_ext.domain.record import record_of, set_record
from sphinx_scrapbox.sphinx_ext.features.include.options import RANGE, Reader, numbered_rows
from sphinx_scrapbox.sphinx_ext.i18n import _
from sphinx_scrapbox.sphinx_ext.reading.messages import label_links, message_reader
from sphinx_scrapbox.sphinx_ext.reading.page_document import (
    PageSite,
    read_page,
    script_of,
    structured_page,
)
from sphinx_scrapbox.sphinx_ext.reading.translation_notice import filled
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.sphinx_ext.sources.page_files import PageFile
from sphinx_scrapbox.wiki.ast import Text
from sphinx_scrapbox.wiki.dates import clamp, iso_day
from sphinx_scrapbox.wiki.outline import Part, Section
from sphinx_scrapbox.wiki.structure import StructuredPart
from sphinx_scrapbox.wiki.titles import is_line_id, join_target

# File types that browsers run or show as a page when a server sends them.
_ACTIVE_TYPES = frozenset(
    ".atom .htm .html .kml .mht .mhtml .mml .php .rdf .rss .shtml .svg .svgz .swf .xht .xhtml "
    ".xml .xsd .xsl .xslt .xul".split()
)


class _IncludedSite(PageSite):
    """The site for an included page, whose translation is none of the document itself."""

    def notices(self, part: StructuredPart) -> tuple[list[nodes.Node], list[nodes.Node]]:
        position = self._config.translation_notice
        if part.translation is None or position == "none":
            return [], []
        admonition = self._notice(part.translation)
        return ([admonition], []) if position == "start" else ([], [admonition])


class IncludedPart:
    """Makes the nodes of one part of a page.

    :param kind: a key of :data:`.options.PARTS`, or "" for the whole page.
    """

    def __init__(self, directive: SphinxDirective, file: PageFile, kind: str) -> None:
        env = self._env = directive.env
        self._directive = directive
        self._options: dict[str, Any] = directive.options
        self._config = site_options(env.config)
        self._document = directive.state.document
        self._kind = kind
        docname = env.path2doc(file.path)
        docname = docname if docname in env.found_docs else env.docname
        file = self._file = read_page(env, file, docname)
        record = record_of(self._document)
        redacted = record.redacted.merged(file.redacted)
        set_record(self._document, record._replace(redacted=redacted))
        self._structured = structured_page(env, file.page, docname)
        page = self._page = self._structured.page
        script = script_of(page.title, page)
        self._language = self._structured.language or script.language
        self._docname = docname if docname != env.docname else ""
        own = source_folder(env).projects.of(env.docname)
        self._site = _IncludedSite(
            env,
            self._document,
            page,
            project=page.project if page.project != own else "",
            docfile=file.path,
        )
        # Its headings are no targets of the document, so another document registers them.
        self._scratch = new_document(str(file.path), self._document.settings)
        self._renderer = Renderer(self._scratch, str(file.path), self._site)
        self._heading_id = ""

    def build(self) -> list[nodes.Node]:
        """The nodes of the part, and the line that says where it is from.

        :raises NotThere: if the page has no such part.
        :raises ValueError: if an option of ``literalinclude`` has a bad value.
        """
        match self._kind:
            case "code":
                content = self._code()
            case "table":
                content = self._table()
            case "section":
                content = self._section(self._structured.section(self._options["section"]))
            case "line":
                content = self._line(self._options["line"])
            case _:
                content = self._whole()
        self._translate(content)
        if self._kind != "code":
            for node in content:
                if isinstance(node, nodes.Element):
                    note_language_of(node, self._docname, self._language)
        attribution = self._attribution()
        section = next((node for node in content if isinstance(node, nodes.section)), None)
        if section is None:
            content = [*content, *attribution]
        elif len(content) == 1:
            section.insert(1, attribution)  # at the end it would be in the last subsection
        else:
            content = [*attribution, *content]
        for node in content:
            if isinstance(node, nodes.Element):
                node["support_smartquotes"] = False  # as on the page itself
                self._adopt(node)
        return content

    def _adopt(self, element: nodes.Element) -> None:
        """Give sections ids of the document, and remove those of lines, which the page has.

        Messages of the page are in its own catalogue and are not translated again.
        """
        path = str(self._file.path)
        for node in element.findall(nodes.Element):
            if isinstance(node, nodes.section):
                node["ids"] = []
                # From docutils 0.23 on, set_id() also registers the names.
                ids = self._document.nameids
                before = {name: ids[name] for name in node["names"] if name in ids}
                self._document.set_id(node)
                for name in node["names"]:
                    ids.pop(name, None)
                ids.update(before)
                node["names"] = []
                continue
            node["ids"] = [id for id in node["ids"] if not is_line_id(id.removeprefix("L"))]
            if (
                isinstance(node, nodes.TextElement)
                and not isinstance(node, nodes.Inline)
                and node.source == path
            ):
                node["translatable"] = False

    def _translate(self, content: Sequence[nodes.Node]) -> None:
        """Replace texts by their translations from the catalogue of the page."""
        name, folders = catalogues(self._env, self._file.path)
        if not folders:
            return
        language = self._env.config.language
        for folder in folders:
            self._env.note_dependency(str(folder / language / "LC_MESSAGES" / f"{name}.mo"))
        catalogue, _found = init_locale(folders, language, name)
        read = message_reader(self._env, is_native=self._file.is_native)
        for node, message in list(extract_messages(nodes.Element("", *content))):
            text = catalogue.gettext(message)
            is_text = isinstance(node, nodes.TextElement) and node.source == str(self._file.path)
            if not is_text or isinstance(node, nodes.FixedTextElement) or text in ("", message):
                continue
            translated = self._renderer.paragraph(read(text), text, node.line or 0)
            xrefs = node.findall(addnodes.pending_xref)
            label_links(translated, {xref["reftarget"] for xref in xrefs})
            node.children = []
            node += translated.children

    def _whole(self) -> list[nodes.Node]:
        lines = {name: self._options[name] for name in RANGE if name in self._options}
        title = self._options.get("title", "")
        if lines:
            # Lines of the file, including the title and the front matter.
            text = self._file.path.read_text(encoding="utf-8-sig")
            reader = Reader(numbered_rows(text.split("\n")), lines, self._env.config)
            return self._titled(
                title, self._render(self._structured.source_lines(reader.numbers()))
            )
        page = replace(self._page, title=title or self._page.title)
        section = render(replace(self._structured, page=page), self._site, self._scratch)
        if "no-title" in self._options:
            return section.children[1:]
        return [self._located(section)]

    def _section(self, section: Section) -> list[nodes.Node]:
        self._heading_id = section.id
        (rendered,) = self._render((section,))
        if "title" in self._options or "no-title" in self._options:
            assert isinstance(rendered, nodes.section)
            return self._titled(self._options.get("title", ""), rendered.children[1:])
        return [rendered]

    def _line(self, line_id: str) -> list[nodes.Node]:
        part = self._structured.line(line_id)
        if isinstance(part, Section):
            return self._section(part)
        self._heading_id = line_id
        return self._titled(self._options.get("title", ""), self._render(part))

    def _render(self, parts: Iterable[Part]) -> list[nodes.Node]:
        holder = nodes.section()
        self._renderer.append(holder, parts)
        place_transitions(holder)
        return holder.children

    def _titled(self, title: str, content: Sequence[nodes.Node]) -> list[nodes.Node]:
        if not title or "no-title" in self._options:
            return list(content)
        section = self._renderer.section((Text(title),), self._page.line, source=title)
        section += content
        return [self._located(section)]

    def _located(self, section: nodes.section) -> nodes.section:
        """*section*; a title from an option has the source and line of the directive."""
        if "title" in self._options:
            self._directive.set_source_info(section)
            self._directive.set_source_info(section[0])
        return section

    def _code(self) -> list[nodes.Node]:
        options, config = self._options, self._env.config
        block = self._structured.code(options["code"])
        reader = Reader(numbered_rows(block.rows), options, config)
        text, count = reader.read()
        text = text.removesuffix("\n")
        literal = nodes.literal_block(text, text)
        language = options.get("language") or lexer_of(block.language or block.name) or PLAIN
        # Forced: the lexer shows what it cannot read as plain text, without a warning.
        literal.update_all_atts({"language": language, "force": True})
        if {"linenos", "lineno-start", "lineno-match"} & options.keys():
            literal["linenos"] = True
        arguments: dict[str, Any] = {"linenostart": reader.lineno_start}
        if "emphasize-lines" in options:
            chosen = {"lines": options["emphasize-lines"]}
            rows = numbered_rows([""] * count)
            arguments["hl_lines"] = sorted(Reader(rows, chosen, config).numbers())
        literal["highlight_args"] = arguments
        literal.source, literal.line = str(self._file.path), block.line
        element: nodes.Element = literal
        caption = block.name.strip().strip(":").strip()
        if "caption" in options:
            element = container_wrapper(self._directive, literal, options["caption"])
            self._directive.set_source_info(element[0])
        elif caption and "no-title" not in options:
            element = nodes.container("", literal_block=True, classes=["literal-block-wrapper"])
            heading = nodes.caption(caption, "", nodes.Text(caption))
            heading.source, heading.line = literal.source, literal.line
            element += [heading, literal]
        element["classes"].append("scrapbox-code")
        self._add_name(element)
        return [element]

    def _table(self) -> list[nodes.Node]:
        options = self._options
        block = self._structured.table(options["table"])
        if "no-title" in options or "caption" in options:
            block = replace(block, name="")
        rendered = self._render((block,))
        table = rendered[0]
        is_table = isinstance(table, nodes.table)  # else it is too large for one
        assert isinstance(table, nodes.Element)
        if "caption" in options:
            paragraph = self._directive.parse_text_to_nodes(options["caption"])[0]
            assert isinstance(paragraph, nodes.Element)
            kind = nodes.title if is_table else nodes.rubric
            title = kind(options["caption"], "", *paragraph.children)
            self._directive.set_source_info(title)
            if not is_table:
                return [title, *rendered]
            table.insert(0, title)
        if not isinstance(table, nodes.table):
            return rendered
        rows = list(table.findall(nodes.row))
        if "header-rows" in options:
            set_rows(table, rows, min(options["header-rows"], len(rows) - 1))
        for column in list(table.findall(nodes.colspec))[: options.get("stub-columns", 0)]:
            column["stub"] = 1
        self._add_name(table)
        return [table]

    def _add_name(self, node: nodes.Element) -> None:
        if "name" in self._options:
            self._directive.add_name(node)

    def _attribution(self) -> list[nodes.Element]:
        paragraph = nodes.paragraph(classes=["scrapbox-attribution"], translatable=False)
        self._directive.set_source_info(paragraph)
        if self._options.get("attribution", True):
            locked = self._file.locked
            exported = locked.lock.exported if locked else 0
            target = self._page.title
            if self._heading_id:
                target = f"{target}#{self._heading_id}"
            shown = nodes.inline("", self._page.title, classes=["xref", "scrapbox-page"])
            shown.source, shown.line = paragraph.source, paragraph.line
            link = self._site.link("page", target, shown)
            places: dict[str, nodes.Node] = {"source": link}
            sentence = _("From {source}.")
            if day := iso_day(clamp(exported)):
                places["date"] = nodes.Text(day)
                sentence = _("From {source}, as of {date}.")
            paragraph += filled(str(sentence), places)
        if "download" in self._options:
            block = self._structured.code(self._options["code"])
            name = _file_name(block.name)
            own = join_target(self._page.project, self._page.title)
            digest = sha1(f"{own}/{block.name}".encode(), usedforsecurity=False).hexdigest()
            label = str(_("Download {file}")).format(file=name)
            button = nodes.inline("", label, classes=["scrapbox-download"])
            button["scrapbox-file"] = f"{digest}/{name}"
            button["scrapbox-text"] = "".join(f"{row}\n" for row in block.rows)
            if len(paragraph):
                paragraph += nodes.Text(" ")
            paragraph += button
        return [paragraph] if len(paragraph) else []


def catalogues(env: BuildEnvironment, path: Path) -> tuple[str, list[Path]]:
    """The name of the catalogue of a page of the site, and the folders that have it."""
    docname = env.path2doc(path)
    if not env.config.language or docname not in env.found_docs:
        return "", []
    name = docname_to_domain(docname, env.config.gettext_compact)
    file = f"{env.config.language}/LC_MESSAGES/{name}.mo"
    folders = [Path(env.srcdir, folder) for folder in env.config.locale_dirs]
    return name, [folder for folder in folders if (folder / file).is_file()]


def _file_name(name: str) -> str:
    """The file name for a code block of this name: no path, and no type that browsers run."""
    path = Path(file_stem(name.strip() or "code"))
    return f"{path}.txt" if path.suffix.lower() in _ACTIVE_TYPES else str(path)
