"""Sphinx's parser for Markdown that may be a page exported from a wiki.

It stands in MyST's place: a page that bears the marks of an export (or that
``scrapbox_pages`` names) is read as a wiki page, every other one goes to MyST untouched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from copy import copy
from functools import partial
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, ClassVar

from docutils import nodes
from myst_parser.parsers.sphinx_ import MystParser
from sphinx.parsers import Parser

from .config import Config, mode_of, options
from .dates import known
from .log import Warn, warn
from .myst import parse_myst, run_directive
from .needless import drop_needless
from .nodes import provenance as provenance_node
from .nodes import related as related_node
from .notices import languages_of, note_translation, notice
from .outline import outline
from .page import Inline, Page, Text
from .pagefiles import PageFile, exported_page, native_page, note_withheld
from .readers import notation
from .readers.markdown import read_inline
from .render import Renderer
from .speakers import Speakers
from .summaries import image_of, summary_of
from .surroundings import SiteSurroundings
from .translation import WORDINGS, Part, lift

if TYPE_CHECKING:
    from sphinx.environment import BuildEnvironment

_UNDERLINED = re.compile(r"(?P<title>.*)\n=+\Z", re.DOTALL)
_FLAG = "scrapbox_page"


class ScrapboxParser(Parser):
    """Reads ``.scrapbox`` files: pages in the wiki's own notation, the first line the title."""

    supported: ClassVar[tuple[str, ...]] = ("scrapbox",)

    def parse(self, inputstring: str, document: nodes.document) -> None:
        """Parse a whole document, or one translated message of it."""
        env: BuildEnvironment = document.settings.env
        if document["source"].endswith(":<translated>"):
            _read_message(inputstring, document, env, notation.read_inline)
            return
        file = native_page(inputstring, Path(env.doc2path(env.docname)), env)
        locked = file.locked
        row = locked.page if locked else None
        line_times: tuple[int, ...] = ()
        if row and row.hash and row.matches(inputstring):
            document["scrapbox-is-as-locked"] = 1
            line_times = row.line_times
        if locked:
            document["scrapbox-lock"] = locked.fingerprint
            document["scrapbox-private"] = int(locked.lock.private)
            if row and row.was:
                document["scrapbox-was"] = list(row.was)
        _settle(document, env)
        build_page(file, document, env, line_times)


class WikiMarkdownParser(MystParser):
    """Reads exported wiki pages itself and hands all other Markdown to MyST."""

    def parse(self, inputstring: str, document: nodes.document) -> None:
        """Parse a whole document, or one translated message of it."""
        env: BuildEnvironment = document.settings.env
        if document["source"].endswith(":<translated>"):
            if env.temp_data.get(_FLAG):
                _read_message(inputstring, document, env, read_inline)
            else:
                parse_myst(inputstring, document)
            return
        file = exported_page(inputstring, Path(env.doc2path(env.docname)), env)
        if file is not None:
            env.temp_data[_FLAG] = True
            _settle(document, env)
            build_page(file, document, env)
        else:
            parse_myst(inputstring, document)


def _settle(document: nodes.document, env: BuildEnvironment) -> None:
    """Settings of a wiki page's own, so that no other document sees them."""
    document.settings = copy(document.settings)
    # A wiki's quotes and dashes are its authors'; "--" may be an option of a command.
    document.settings.smart_quotes = False
    # MyST's transforms ask for these; before Sphinx 9 they join after the page is read.
    document.settings.myst_footnote_sort = False
    document.settings.myst_footnote_transition = False
    document.settings.myst_heading_anchors_html_ids = False
    if not options(env.config).page_directives:
        drop_needless(document, env)


def build_page(
    file: PageFile, document: nodes.document, env: BuildEnvironment, line_times: Sequence[int] = ()
) -> None:
    """Fill *document* with the page of *file*, and leave on it what the domain needs to know.

    :param line_times: when each line of the file was changed last, if that is known.
    """
    config = options(env.config)
    page = file.page
    if file.withheld:
        note_withheld(env, file)
    for problem in page.problems:
        _say(env, problem.kind, problem.message, problem.line)
    document.children.clear()
    # A wiki has no toctree: its pages are found by links.
    document += nodes.docinfo("", _field("orphan"))
    source = document["source"]
    surroundings = SiteSurroundings(env, partial(run_directive, document, config))
    renderer = Renderer(document, source, surroundings, videos=config.videos == "embed")
    root = renderer.section((Text(page.title),), page.line, source=page.title)
    document["scrapbox-title"] = page.title
    document["scrapbox-project"] = page.project
    created, updated = known(page.created, page.updated)
    if updated:
        document["scrapbox-created"], document["scrapbox-updated"] = created, updated
    parts = lift(page, (*config.translation.wordings, *WORDINGS))
    _note_beginning(parts, document, surroundings)
    for part in parts:
        parent = root
        if part.title:
            parent = renderer.section((Text(part.title),), part.line, source=part.title)
            root += parent
        _append_part(part, parent, page, document, renderer, surroundings, config, env, line_times)
    if config.provenance != "none":
        line = provenance_node(docname=env.docname)
        root.insert(1 if config.provenance == "start" else len(root), line)
    mode = mode_of(env.docname, config.related, "cards")
    if mode != "none":
        root += related_node(mode=mode, docname=env.docname)
        document["scrapbox-related"] = 1
    document += root


def _note_beginning(
    parts: tuple[Part, ...], document: nodes.document, surroundings: SiteSurroundings
) -> None:
    """Leave on *document* what lists, previews and other sites show of the page."""
    blocks = [block for part in parts for block in part.blocks]
    if summary := summary_of(blocks):
        document["scrapbox-summary"] = summary
    if image := image_of(blocks):
        document["scrapbox-image"] = surroundings.image(image)["uri"].removeprefix("/")


def _append_part(
    part: Part,
    parent: nodes.section,
    page: Page,
    document: nodes.document,
    renderer: Renderer,
    surroundings: SiteSurroundings,
    config: Config,
    env: BuildEnvironment,
    line_times: Sequence[int],
) -> None:
    shape = outline(part.blocks)
    for problem in shape.problems:
        _say(env, problem.kind, problem.message, problem.line)
    speakers = Speakers(config.marks)
    if language := speakers.language(shape.parts):
        document["scrapbox-language"] = language
    position = config.translation.position
    made: nodes.Element | None = None
    if part.translation is not None:
        languages = languages_of(part.translation, page.project or config.project, config)
        noted = note_translation(document, part.translation, languages, line_times)
        if position != "none":
            made = notice(
                part.translation,
                surroundings,
                config,
                source_path=document["source"],
                languages=languages,
            )
            made["scrapbox-translated"] = noted
    if made is not None and position in ("start", "both"):
        parent += made
    renderer.append(parent, speakers.mark(shape.parts))
    if made is not None and position in ("end", "both"):
        parent += made.deepcopy() if position == "both" else made
    mend_transitions(parent)


def mend_transitions(section: nodes.section) -> None:
    """Take out the rules that docutils would refuse: first, last or doubled in a section."""
    for parent in list(section.findall(nodes.section)):
        kept: list[nodes.Node] = []
        for child in parent.children:
            if isinstance(child, nodes.transition) and (
                not kept or isinstance(kept[-1], (nodes.title, nodes.transition))
            ):
                continue
            follows_rule = bool(kept) and isinstance(kept[-1], nodes.transition)
            if follows_rule and isinstance(child, nodes.section):
                kept.pop()  # the heading parts enough
            kept.append(child)
        if kept and isinstance(kept[-1], nodes.transition):
            kept.pop()
        if len(kept) != len(parent.children):
            parent.children = kept


def _read_message(
    text: str,
    document: nodes.document,
    env: BuildEnvironment,
    read: Callable[[str], tuple[Inline, ...]],
) -> None:
    """One translated message: a literal block, an underlined title or one paragraph."""
    if text.startswith("::\n\n"):
        code = dedent(text[3:].strip("\n"))
        document += nodes.literal_block(code, code)
        return
    source = document["source"]
    renderer = Renderer(document, source, SiteSurroundings(env))
    if title := _UNDERLINED.fullmatch(text):
        document += renderer.section(read(title["title"]), 0, source=title["title"])
        return
    document += renderer.paragraph(read(text), text, 0)


def _field(name: str) -> nodes.field:
    return nodes.field("", nodes.field_name("", name), nodes.field_body())


def _say(env: BuildEnvironment, kind: str, message: str, line: int) -> None:
    warn(Warn(kind), message, location=(env.docname, line or None))
