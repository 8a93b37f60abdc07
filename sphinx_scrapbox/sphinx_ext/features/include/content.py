"""TODO: say what this file is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha1
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.directives.code import container_wrapper
from sphinx.locale import init as init_locale
from sphinx.util.docutils import new_document
from sphinx.util.i18n import docname_to_domain
from sphinx.util.nodes import extract_messages

from sphinx_scrapbox.formats.code_languages import PLAIN, lexer_of
from sphinx_scrapbox.formats.markdown.inlines import read_markdown_inline
from sphinx_scrapbox.formats.notation.inlines import read_notation_inline
from sphinx_scrapbox.rendering.blocks import Renderer
from sphinx_scrapbox.snapshot.filenames import file_stem
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.site import SphinxSite
from sphinx_scrapbox.sphinx_ext.features.include.options import RANGE, Reader, numbered_rows
from sphinx_scrapbox.sphinx_ext.i18n import _
from sphinx_scrapbox.sphinx_ext.reading.embedded_directives import run_directive
from sphinx_scrapbox.sphinx_ext.reading.page_document import mend_transitions
from sphinx_scrapbox.sphinx_ext.reading.translation_notice import filled, languages_of, notice
from sphinx_scrapbox.sphinx_ext.sources.page_files import PageFile
from sphinx_scrapbox.wiki.ast import Block, CodeBlock, Text, plain_text
from sphinx_scrapbox.wiki.excerpts import (
    NotThere,
    code_of,
    hanging,
    section_of,
    section_of_line,
    standing_at,
    table_of,
)
from sphinx_scrapbox.wiki.outline import Part, Section, outline
from sphinx_scrapbox.wiki.speakers import Speakers
from sphinx_scrapbox.wiki.titles import is_line_id, join_target
from sphinx_scrapbox.wiki.translation import WORDINGS, lift

if TYPE_CHECKING:
    from sphinx.environment import BuildEnvironment

    from sphinx_scrapbox.sphinx_ext.features.include.directive import IncludeDirective
# What a server may send as a page, with scripts of whoever wrote it.
_ALIVE = frozenset(
    ".atom .htm .html .kml .mht .mhtml .mml .php .rdf .rss .shtml .svg .svgz .swf .xht .xhtml "
    ".xml .xsd .xsl .xslt .xul".split()
)


class Included:
    """Makes the nodes of one part of a page."""

    def __init__(self, directive: IncludeDirective, file: PageFile, kind: str) -> None:
        self._directive = directive
        self._options: dict[str, Any] = directive.options
        self._env = directive.env
        self._config = options(self._env.config)
        self._document = directive.state.document
        self._file = file
        self._page = file.page
        self._kind = kind
        own = self._page.project
        self._site = SphinxSite(
            self._env,
            partial(run_directive, self._document, self._config),
            project=own if own != self._config.project else "",
            docfile=self._file.path,
        )
        # Headings of the page are no targets of the document: a scratch one takes the names.
        self._scratch = new_document(str(file.path), self._document.settings)
        self._renderer = Renderer(
            self._scratch,
            str(file.path),
            self._site,
            videos=self._config.videos == "remote",
        )
        self._heading_id = ""

    def made(self) -> list[nodes.Node]:
        """The part, and where it is from."""
        match self._kind:
            case "code":
                made = self._code()
            case "table":
                made = self._table()
            case "section":
                made = self._section(section_of(self._parts(), self._options["section"]))
            case "line":
                made = self._line(self._options["line"])
            case _:
                made = self._whole()
        self._translate(made)
        said = self._attribution()
        headed = next((node for node in made if isinstance(node, nodes.section)), None)
        if said and headed is not None and headed is made[-1] and len(made) == 1:
            headed.insert(1, said)  # the last of its sections would claim it at the end
        elif said and headed is not None:
            made = [*said, *made]
        else:
            made = [*made, *said]
        for node in made:
            if isinstance(node, nodes.Element):
                # A wiki's quotes and dashes are its authors'.
                node["support_smartquotes"] = False
                self._settle(node)
        return made

    def _settle(self, made: nodes.Element) -> None:
        """Give sections ids of the document, and lines none: they have theirs on the page.

        What is the page's own text stands in the catalogue of the page; it is translated there.
        """
        path = str(self._file.path)
        for node in made.findall(nodes.Element):
            if isinstance(node, nodes.section):
                node["ids"] = []
                # From docutils 0.23 on, this notes the names from which it makes the id.
                names = dict(self._document.nameids)
                self._document.set_id(node)
                self._document.nameids = names
                node["names"] = []
                continue
            node["ids"] = [one for one in node["ids"] if not is_line_id(one.removeprefix("L"))]
            if (
                isinstance(node, nodes.TextElement)
                and not isinstance(node, nodes.Inline)
                and node.source == path
            ):
                node["translatable"] = False

    def _translate(self, made: Sequence[nodes.Node]) -> None:
        """Put translations in the place of texts, as Sphinx does on the page itself."""
        name, folders = catalogues(self._env, self._file.path)
        if not folders:
            return
        language = self._env.config.language
        for folder in folders:
            self._env.note_dependency(str(folder / language / "LC_MESSAGES" / f"{name}.mo"))
        catalogue, _found = init_locale(folders, language, name)
        own = self._file.path.suffix == ".scrapbox"
        read = read_notation_inline if own else read_markdown_inline
        for node, message in list(extract_messages(nodes.Element("", *made))):
            text = catalogue.gettext(message)
            is_text = isinstance(node, nodes.TextElement) and node.source == str(self._file.path)
            if not is_text or isinstance(node, nodes.FixedTextElement) or text in ("", message):
                continue
            new = self._renderer.paragraph(read(text), text, node.line or 0)
            node.children = []
            node += new.children

    # -- text --------------------------------------------------------------------------

    def _parts(self) -> list[Part]:
        """The outline of the page; a part with a title of its own is a section."""
        parts: list[Part] = []
        for part in lift(self._page, (*self._config.translation_wordings, *WORDINGS)):
            shape = outline(part.blocks).parts
            if part.title:
                title = Text(part.title)
                shape = (Section((title,), (), shape, part.title, part.line),)
            parts.extend(shape)
        return parts

    def _whole(self) -> list[nodes.Node]:
        chosen = {name: self._options[name] for name in RANGE if name in self._options}
        title = self._options.get("title", "")
        if chosen:
            # What an editor shows as lines, the title and front matter included.
            text = self._file.path.read_text(encoding="utf-8-sig")
            reader = Reader(numbered_rows(text.split("\n")), chosen, self._env.config)
            found = standing_at(self._page.blocks, reader.numbers())
            if not found:
                raise NotThere("there is no text on these lines")
            return self._titled(title, self._blocks(found))
        holder = nodes.section()
        config = self._config
        for part in lift(self._page, (*config.translation_wordings, *WORDINGS)):
            parent = holder
            if part.title:
                parent = self._renderer.section((Text(part.title),), part.line, source=part.title)
                holder += parent
            made: list[nodes.Element] = []
            position = config.translation_notice
            if part.translation is not None and position != "none":
                own = self._page.project or config.project
                languages = languages_of(part.translation, own, config)
                path = str(self._file.path)
                made = [
                    notice(
                        part.translation,
                        self._site,
                        config,
                        source_path=path,
                        languages=languages,
                    )
                ]
            if position == "start":
                parent += made
            parent += self._blocks(part.blocks)
            if position in ("end", "both"):
                parent += made
        return self._titled(title or self._page.title, holder.children)

    def _section(self, section: Section) -> list[nodes.Node]:
        self._heading_id = section.id
        title = self._options.get("title", "") or plain_text(section.title).strip()
        holder = nodes.section()
        self._renderer.append(holder, Speakers(self._config.marks).mark((section,)))
        made = holder[0]
        assert isinstance(made, nodes.section)
        mend_transitions(made)
        if "title" in self._options or "no-title" in self._options:
            return self._titled(title, made.children[1:])
        return [made]

    def _line(self, line_id: str) -> list[nodes.Node]:
        section = section_of_line(self._parts(), line_id)
        if section is not None:
            return self._section(section)
        self._heading_id = line_id
        title = self._options.get("title", "")
        return self._titled(title, self._blocks(hanging(self._page, line_id)))

    def _blocks(self, blocks: Sequence[Block]) -> list[nodes.Node]:
        holder = nodes.section()
        parts = outline(blocks).parts
        self._renderer.append(holder, Speakers(self._config.marks).mark(parts))
        mend_transitions(holder)
        return holder.children

    def _titled(self, title: str, made: Sequence[nodes.Node]) -> list[nodes.Node]:
        if not title or "no-title" in self._options:
            return list(made)
        section = self._renderer.section((Text(title),), self._page.line, source=title)
        if "title" in self._options:
            self._directive.set_source_info(section)
            self._directive.set_source_info(section[0])
        section += made
        return [section]

    # -- blocks ------------------------------------------------------------------------

    def _code(self) -> list[nodes.Node]:
        given = self._options
        block = code_of(self._page, given["code"])
        reader = Reader(numbered_rows(block.rows), given, self._env.config)
        text, count = reader.read()
        text = text.removesuffix("\n")
        literal = nodes.literal_block(text, text)
        language = given.get("language") or _lexer(block)
        # Forced: what a lexer cannot read is shown plain and never warned of.
        literal.update_all_atts({"language": language, "force": True})
        if {"linenos", "lineno-start", "lineno-match"} & given.keys():
            literal["linenos"] = True
        arguments: dict[str, Any] = {"linenostart": reader.lineno_start}
        if "emphasize-lines" in given:
            wanted = {"lines": given["emphasize-lines"]}
            rows = numbered_rows([""] * count)
            arguments["hl_lines"] = sorted(Reader(rows, wanted, self._env.config).numbers())
        literal["highlight_args"] = arguments
        literal.source, literal.line = str(self._file.path), block.line
        made: nodes.Element = literal
        caption = block.name.strip().strip(":").strip()
        if "caption" in given:
            made = container_wrapper(self._directive, literal, given["caption"])
            self._directive.set_source_info(made[0])
        elif caption and "no-title" not in given:
            made = nodes.container("", literal_block=True, classes=["literal-block-wrapper"])
            shown = nodes.caption(caption, "", nodes.Text(caption))
            shown.source, shown.line = literal.source, literal.line
            made += [shown, literal]
        made["classes"].append("scrapbox-code")
        self._add_name(made)
        return [made]

    def _table(self) -> list[nodes.Node]:
        given = self._options
        block = table_of(self._page, given["table"])
        if "no-title" in given or "caption" in given:
            block = replace(block, name="")
        holder = nodes.section()
        self._renderer.append(holder, Speakers(self._config.marks).mark((block,)))
        table = holder[0]
        assert isinstance(table, nodes.table)
        if "caption" in given:
            paragraph = self._directive.parse_text_to_nodes(given["caption"])[0]
            assert isinstance(paragraph, nodes.Element)
            title = nodes.title(given["caption"], "", *paragraph.children)
            self._directive.set_source_info(title)
            table.insert(0, title)
        _shape(table, given.get("header-rows"), given.get("stub-columns", 0))
        self._add_name(table)
        return [table]

    def _add_name(self, node: nodes.Element) -> None:
        if "name" in self._options:
            self._directive.add_name(node)

    # -- where it is from --------------------------------------------------------------

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
            if day := _day(exported):
                places["date"] = nodes.Text(day)
                sentence = _("From {source}, as of {date}.")
            paragraph += filled(str(sentence), places)
        if "download" in self._options:
            block = code_of(self._page, self._options["code"])
            name = _file_name(block.name)
            own = join_target(self._page.project or self._config.project, self._page.title)
            digest = sha1(f"{own}/{block.name}".encode(), usedforsecurity=False).hexdigest()
            said = str(_("Download {file}")).format(file=name)
            button = nodes.inline("", said, classes=["scrapbox-download"])
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


def _lexer(block: CodeBlock) -> str:
    return lexer_of(block.language or block.name) or PLAIN


def _day(time: int) -> str:
    """The day of a Unix time, as ISO writes it; "" for none."""
    try:
        return datetime.fromtimestamp(time, UTC).date().isoformat() if time > 0 else ""
    except (OverflowError, OSError, ValueError):  # the lock file was made by somebody else
        return ""


def _file_name(name: str) -> str:
    """The name for a file of a wiki's code: of no place but its own, and nothing that runs."""
    path = Path(file_stem(name.strip() or "code"))
    return f"{path}.txt" if path.suffix.lower() in _ALIVE else str(path)


def _shape(table: nodes.table, header_rows: int | None, stub_columns: int) -> None:
    """Give a table as many rows for its header as an option says, and columns of headers."""
    group = next(table.findall(nodes.tgroup))
    rows = list(group.findall(nodes.row))
    if header_rows is not None:
        heads = rows[: min(header_rows, len(rows) - 1)]
        for part in [*group.findall(nodes.thead), *group.findall(nodes.tbody)]:
            group.remove(part)
        if heads:
            group += nodes.thead("", *heads)
        group += nodes.tbody("", *rows[len(heads) :])
    for column in list(group.findall(nodes.colspec))[:stub_columns]:
        column["stub"] = 1
