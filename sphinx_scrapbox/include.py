"""``scrapbox:include``: a page, or a part of one, inside of a hand-written document.

What is included is rendered as on its own page, but has no addresses there: a link to a page, a
line or a heading leads to the page itself. What a document includes is among its facts, so that
it is read again when another file holds the page, or the lock file says something else of it;
the file itself is a dependency like any other.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha1
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.directives.code import LiteralIncludeReader, container_wrapper
from sphinx.locale import get_translation
from sphinx.locale import init as init_locale
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective, new_document
from sphinx.util.i18n import docname_to_domain
from sphinx.util.nodes import extract_messages

from .config import options
from .domain import builder_of, domain_of
from .excerpts import (
    NotThere,
    code_of,
    hanging,
    has_line,
    section_of,
    section_of_line,
    standing_at,
    table_of,
    words,
)
from .lexers import PLAIN, lexer_of
from .locks import locks_of
from .log import Warn, warn
from .myst import run_directive
from .notices import CATALOG, filled, languages_of, notice
from .outline import Part, Section, outline
from .page import Block, CodeBlock, Text
from .pagefiles import PageFile, note_withheld, page_files_of
from .parser import mend_transitions
from .readers import notation
from .readers.markdown import read_inline
from .render import Renderer
from .speakers import Speakers
from .surroundings import SiteSurroundings
from .titles import file_stem, is_line_id, join_target, split_fragment, split_target
from .translation import WORDINGS, lift

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

_ = get_translation(CATALOG)

HOLDER = "scrapbox-include"
# What a server may send as a page, with scripts of whoever wrote it.
_ALIVE = frozenset(
    ".atom .htm .html .kml .mht .mhtml .mml .php .rdf .rss .shtml .svg .svgz .swf .xht .xhtml "
    ".xml .xsd .xsl .xslt .xul".split()
)


# -- options ---------------------------------------------------------------------------


class _BadOption(ValueError):
    """The message completes "option x …"."""


def _given(text: str) -> str:
    if not text:
        raise _BadOption("is empty")
    return text


def _flag(text: str) -> bool:
    if text:
        raise _BadOption(f"takes no value, not {text!r}")
    return True


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise _BadOption(f"must be a whole number, not {text!r}")
    return int(text[:9])


def _number_if_any(text: str) -> int | None:
    return _number(text) if text else None


def _line_id(text: str) -> str:
    text = text.removeprefix("#")
    if not is_line_id(text):
        raise _BadOption(f"must be the id of a line, 24 hexadecimal digits, not {text!r}")
    return text


def _attribution(text: str) -> bool:
    if text not in ("on", "none"):
        raise _BadOption(f"must be 'on' or 'none', not {text!r}")
    return text == "on"


_PARTS: dict[str, Callable[[str], Any]] = {
    "section": _given,
    "line": _line_id,
    "code": str,
    "table": str,
}
_RANGE: dict[str, Callable[[str], Any]] = {
    "lines": _given,
    "start-at": _given,
    "start-after": _given,
    "end-at": _given,
    "end-before": _given,
}
_ANY: dict[str, Callable[[str], Any]] = {
    "file": _given,
    "class": directives.class_option,
    "attribution": _attribution,
}
_TITLE: dict[str, Callable[[str], Any]] = {"title": _given, "no-title": _flag}
_CODE: dict[str, Callable[[str], Any]] = {
    "download": _flag,
    "language": _given,
    "linenos": _flag,
    "lineno-start": _number,
    "lineno-match": _flag,
    "emphasize-lines": _given,
    "dedent": _number_if_any,
    "tab-width": _number,
    "prepend": _given,
    "append": _given,
    "force": _flag,
    "caption": _given,
    "name": _given,
}
_TABLE: dict[str, Callable[[str], Any]] = {
    "header-rows": _number,
    "stub-columns": _number,
    "caption": _given,
    "name": _given,
}
_FITTING: dict[str, dict[str, Callable[[str], Any]]] = {
    "section": {**_ANY, **_TITLE, "section": _given},
    "line": {**_ANY, **_TITLE, "line": _line_id},
    "code": {**_ANY, **_RANGE, **_CODE, "no-title": _flag, "code": str},
    "table": {**_ANY, **_TABLE, "no-title": _flag, "table": str},
    "": {**_ANY, **_RANGE, **_TITLE},
}
"""What an option's text becomes, for each kind of part; "" is the page. It may raise."""


class _Row(str):
    """A line of a file that remembers its number."""

    __slots__ = ("number",)
    number: int


def _rows(lines: Iterable[str]) -> list[str]:
    rows: list[str] = []
    for number, line in enumerate(lines, 1):
        row = _Row(f"{line}\n")
        row.number = number
        rows.append(row)
    return rows


class _Reader(LiteralIncludeReader):
    """``literalinclude``'s choice of lines, from lines that are in no file of their own."""

    def __init__(self, rows: list[str], options: dict[str, Any], config: Any) -> None:
        super().__init__("", options, config)
        self._rows = rows

    def read_file(self, filename: Any, location: Any = None) -> list[str]:
        """The lines."""
        width = self.options.get("tab-width")
        return [row.expandtabs(width) for row in self._rows] if width else self._rows

    def numbers(self) -> set[int]:
        """The numbers of the lines that the options choose."""
        rows = self._rows
        for choose in (self.start_filter, self.end_filter, self.lines_filter):
            rows = choose(rows)
        return {row.number for row in rows if isinstance(row, _Row)}


# -- the directive ---------------------------------------------------------------------


class IncludeDirective(SphinxDirective):
    """``scrapbox:include``: a page, or the part of it that one of the options names."""

    optional_arguments = 1
    final_argument_whitespace = True
    # They are checked here and not by docutils, whose errors cannot be suppressed by type.
    option_spec: ClassVar[dict[str, Callable[[str], str]]] = dict.fromkeys(
        [*_PARTS, *_RANGE, *_ANY, *_TITLE, *_CODE, *_TABLE], directives.unchanged
    )

    def run(self) -> list[nodes.Node]:
        """What is included, or a link to the page where nothing can be."""
        target = self.arguments[0].strip() if self.arguments else ""
        kind = self._check(target)
        if kind is None:
            return self._link(target)
        given = str(self.options.get("file", ""))
        path = Path(self.env.relfn2path(given)[1]) if given else None
        files = page_files_of(self.env)
        file = files.read(path) if path else files.find(target)
        holder = nodes.container(classes=[HOLDER, *self.options.get("class", ())])
        holder[HOLDER] = json.dumps([target, given, _mark(self.env, file)], ensure_ascii=False)
        self.set_source_info(holder)
        if file:
            note_withheld(self.env, file)
        if file is None:
            what = f"file {given!r} holds no wiki page" if given else f"no wiki page {target!r}"
            self._say(Warn.INCLUDE, what)
            holder += self._link(target)
            return [holder]
        self._note(file)
        row = file.locked.page if file.locked else None
        if kind == "line" and row and row.line_ids[:1] == (self.options["line"],):
            kind = ""  # the line of the title stands for the page
        if kind == "line":
            file = self._with_line(file, self.options["line"])
        try:
            holder += _Included(self, file, kind).made()
        except NotThere as error:
            self._say(Warn.INCLUDE, f"{file.page.title!r}: {error}")
            holder += self._link(target or file.page.title)
        except ValueError as error:  # of what literalinclude takes
            self._say(Warn.DIRECTIVE, str(error))
            holder += self._link(target or file.page.title)
        return [holder]

    def _check(self, target: str) -> str | None:
        """Check the options, in place; returns the kind of part, None if none can be told."""
        kinds = [option for option in _PARTS if option in self.options]
        fragment = split_fragment(split_target(target).title)[1]
        if len(kinds) > 1:
            named = " and ".join(map(repr, kinds))
            self._say(Warn.DIRECTIVE, f"options {named} exclude each other")
            return None
        if not target and "file" not in self.options:
            self._say(Warn.DIRECTIVE, "neither a page nor a file is named")
            return None
        kind = kinds[0] if kinds else "line" if is_line_id(fragment) else ""
        fitting = _FITTING[kind]
        checked: dict[str, Any] = {}
        for option, text in self.options.items():
            try:
                if option not in fitting:
                    raise _BadOption("does not fit what is included")
                checked[option] = fitting[option]((text or "").strip())
            except ValueError as error:
                self._say(Warn.DIRECTIVE, f"option {option!r} {error}; it is ignored")
                if option == kind:
                    return None
        if kind == "line":
            checked.setdefault("line", fragment)
        self.options = checked
        return kind

    def _note(self, file: PageFile) -> None:
        path = os.path.relpath(file.path, self.env.srcdir)
        self.env.note_dependency(path)
        self.env.note_included(path)

    def _with_line(self, file: PageFile, line_id: str) -> PageFile:
        """The page that the line is on by now: it may have moved to another one."""
        if not has_line(file.page, line_id):
            path = locks_of(self.env).file_of_line(line_id)
            moved = page_files_of(self.env).read(path) if path else None
            if moved and has_line(moved.page, line_id):
                self._note(moved)
                return moved
        return file

    def _link(self, target: str) -> list[nodes.Node]:
        if not target:
            return []
        shown = nodes.inline("", split_target(target).title, classes=["xref", "scrapbox-page"])
        paragraph = nodes.paragraph("", "", translatable=False)
        self.set_source_info(paragraph)
        shown.source, shown.line = paragraph.source, paragraph.line
        paragraph += SiteSurroundings(self.env).link("page", target, shown)
        return [paragraph]

    def _say(self, kind: Warn, message: str) -> None:
        warn(kind, f"{self.name}: {message}", location=(self.env.docname, self.lineno))


class _Included:
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
        self._surroundings = SiteSurroundings(
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
            self._surroundings,
            videos=self._config.videos == "embed",
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
        read = notation.read_inline if own else read_inline
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
        for part in lift(self._page, (*self._config.translation.wordings, *WORDINGS)):
            shape = outline(part.blocks).parts
            if part.title:
                title = Text(part.title)
                shape = (Section((title,), (), shape, part.title, part.line),)
            parts.extend(shape)
        return parts

    def _whole(self) -> list[nodes.Node]:
        chosen = {name: self._options[name] for name in _RANGE if name in self._options}
        title = self._options.get("title", "")
        if chosen:
            # What an editor shows as lines, the title and front matter included.
            text = self._file.path.read_text(encoding="utf-8-sig")
            reader = _Reader(_rows(text.split("\n")), chosen, self._env.config)
            found = standing_at(self._page.blocks, reader.numbers())
            if not found:
                raise NotThere("there is no text on these lines")
            return self._titled(title, self._blocks(found))
        holder = nodes.section()
        config = self._config
        for part in lift(self._page, (*config.translation.wordings, *WORDINGS)):
            parent = holder
            if part.title:
                parent = self._renderer.section((Text(part.title),), part.line, source=part.title)
                holder += parent
            made: list[nodes.Element] = []
            position = config.translation.position
            if part.translation is not None and position != "none":
                own = self._page.project or config.project
                languages = languages_of(part.translation, own, config)
                path = str(self._file.path)
                made = [
                    notice(
                        part.translation,
                        self._surroundings,
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
        title = self._options.get("title", "") or words(section.title).strip()
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
        reader = _Reader(_rows(block.rows), given, self._env.config)
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
            rows = _rows([""] * count)
            arguments["hl_lines"] = sorted(_Reader(rows, wanted, self._env.config).numbers())
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
            link = self._surroundings.link("page", target, shown)
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


# -- in the document -------------------------------------------------------------------


class Headings(SphinxTransform):
    """Puts what is included in its place: sections only where a document may have some.

    A section may stand in a section, and nothing but sections after it. Elsewhere its title is
    a heading that is in no table of contents.
    """

    default_priority = 5  # before translation, which looks at titles

    def apply(self, **kwargs: Any) -> None:
        """Visit each place."""
        if "scrapbox-title" in self.document and not options(self.config).page_directives:
            return
        holders = [
            node for node in self.document.findall(nodes.container) if HOLDER in node["classes"]
        ]
        included = []
        for holder in holders:
            included.append(holder.attributes.pop(HOLDER))
            if any(isinstance(node, nodes.section) for node in holder.children):
                if _may_hold_sections(holder):
                    holder.replace_self(holder.children)
                else:
                    _flatten(holder)
        if included:
            self.document["scrapbox-includes"] = list(dict.fromkeys(included))


def _may_hold_sections(holder: nodes.Element) -> bool:
    parent = holder.parent
    if not isinstance(parent, (nodes.section, nodes.document)):
        return False
    after = parent.children[parent.index(holder) + 1 :]
    return all(
        isinstance(node, (nodes.section, nodes.Invisible))
        or (isinstance(node, nodes.container) and _is_section(node))
        for node in after
    )


def _is_section(holder: nodes.container) -> bool:
    """Whether a place holds nothing but sections."""
    return HOLDER in holder["classes"] and all(
        isinstance(node, nodes.section) for node in holder.children
    )


def _flatten(holder: nodes.Element) -> None:
    depth = 0
    above = holder.parent
    while above is not None:
        depth += isinstance(above, nodes.section)
        above = above.parent
    for rule in list(holder.findall(nodes.transition)):
        rule.parent.remove(rule)
    _flatten_below(holder, max(depth, 1) + 1)


def _flatten_below(parent: nodes.Element, level: int) -> None:
    for section in [node for node in parent.children if isinstance(node, nodes.section)]:
        _flatten_below(section, level + 1)
        title = section[0]
        assert isinstance(title, nodes.title)
        rubric = nodes.rubric(title.rawsource, "", *title.children, ids=section["ids"])
        rubric["heading-level"] = min(level, 6)
        rubric["translatable"] = title.get("translatable", True)
        rubric.source, rubric.line = title.source, title.line
        section.replace_self([rubric, *section.children[1:]])


class Downloads(SphinxPostTransform):
    """Writes code that is to be downloaded, and links it, in formats that have downloads."""

    default_priority = 50

    def run(self, **kwargs: Any) -> None:
        """Visit each download, if any document holds one."""
        domain = domain_of(self.env)
        used: bool | None = domain.made.get("includes")
        if used is None:
            used = any(facts.includes for facts in domain.facts.values())
            domain.made["includes"] = used
        if not used:
            return
        builder = builder_of(self.env)
        can = builder.format == "html" and getattr(builder, "download_support", False)
        for node in list(self.document.findall(_is_download)):
            assert isinstance(node, nodes.inline)
            name, text = node["scrapbox-file"], node["scrapbox-text"]
            paragraph = node.parent
            if can:
                path = Path(builder.outdir, "_downloads", name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8", newline="\n")
                link = addnodes.download_reference(
                    "", "", *node.children, reftarget=name, filename=name
                )
                link["classes"] += node["classes"]
                node.replace_self(link)
            else:
                paragraph.remove(node)
                if not len(paragraph):
                    paragraph.parent.remove(paragraph)


def _is_download(node: nodes.Node) -> bool:
    return isinstance(node, nodes.inline) and "scrapbox-file" in node


# -- incremental builds ----------------------------------------------------------------


def _mark(env: BuildEnvironment, file: PageFile | None) -> str:
    """Changes with the file that holds a page, and with what a lock file says of it."""
    if file is None:
        return ""
    place = os.path.relpath(file.path, env.srcdir).replace(os.sep, "/")
    locked = file.locked
    said = f" {locked.lock.exported} {locked.fingerprint}" if locked else ""
    said += " translated" * len(catalogues(env, file.path)[1])
    return f"{place}{said}"


def _on_env_get_outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Documents of which what they include is elsewhere by now, or otherwise."""
    facts = domain_of(env).facts
    including = {name: facts[name].includes for name in facts if facts[name].includes}
    if not including:
        return []
    new = added | changed | removed
    known = {name: found.title for name, found in facts.items() if name not in new}
    files = page_files_of(env, known)
    outdated = []
    for docname in including.keys() - removed:
        for text in including[docname]:
            target, given, before = json.loads(text)
            if given:
                file = files.read(Path(env.relfn2path(given, docname)[1]))
            else:
                file = files.find(target)
            if _mark(env, file) != before:
                outdated.append(docname)
                break
    return outdated


def register(app: Sphinx) -> None:
    """Add the directive and what goes with it."""
    app.add_directive_to_domain("scrapbox", "include", IncludeDirective)
    app.add_transform(Headings)
    app.add_post_transform(Downloads)
    app.connect("env-get-outdated", _on_env_get_outdated)
