"""TODO: say what this file is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from docutils import nodes

from sphinx_scrapbox.rendering.blocks import Renderer
from sphinx_scrapbox.rendering.nodes import scrapbox_provenance, scrapbox_related
from sphinx_scrapbox.sphinx_ext.config.options import Config, mode_of, options
from sphinx_scrapbox.sphinx_ext.domain.record import record_of, set_record
from sphinx_scrapbox.sphinx_ext.domain.site import SphinxSite
from sphinx_scrapbox.sphinx_ext.reading.embedded_directives import run_directive
from sphinx_scrapbox.sphinx_ext.reading.translation_notice import (
    languages_of,
    note_translation,
    notice,
)
from sphinx_scrapbox.sphinx_ext.sources.page_files import PageFile
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn
from sphinx_scrapbox.wiki.ast import Page, Text
from sphinx_scrapbox.wiki.dates import clamp_dates
from sphinx_scrapbox.wiki.excerpts import image_of, summary_of
from sphinx_scrapbox.wiki.outline import outline
from sphinx_scrapbox.wiki.speakers import Speakers
from sphinx_scrapbox.wiki.translation import WORDINGS, Part, lift

if TYPE_CHECKING:
    from sphinx.environment import BuildEnvironment


def build_page(
    file: PageFile, document: nodes.document, env: BuildEnvironment, line_times: Sequence[int] = ()
) -> None:
    """Fill *document* with the page of *file*, and leave on it what the domain needs to know.

    :param line_times: when each line of the file was changed last, if that is known.
    """
    config = options(env.config)
    page = file.page
    for problem in page.problems:
        _say(env, problem.kind, problem.message, problem.line)
    document.children.clear()
    # A wiki has no toctree: its pages are found by links.
    document += nodes.docinfo("", _field("orphan"))
    source = document["source"]
    site = SphinxSite(env, partial(run_directive, document, config))
    renderer = Renderer(document, source, site, videos=config.videos == "remote")
    root = renderer.section((Text(page.title),), page.line, source=page.title)
    parts = lift(page, (*config.translation_wordings, *WORDINGS))
    blocks = [block for part in parts for block in part.blocks]
    image = image_of(blocks)
    dates = clamp_dates(page.created, page.updated)
    record = record_of(document)._replace(
        title=page.title,
        project=page.project,
        created=dates.created,
        updated=dates.updated,
        summary=summary_of(blocks),
        image=site.image(image)["uri"].removeprefix("/") if image else "",
        withheld=file.redacted,
    )
    set_record(document, record)
    for part in parts:
        parent = root
        if part.title:
            parent = renderer.section((Text(part.title),), part.line, source=part.title)
            root += parent
        _append_part(part, parent, page, document, renderer, site, config, env, line_times)
    if config.provenance != "none":
        line = scrapbox_provenance(docname=env.docname)
        root.insert(1 if config.provenance == "start" else len(root), line)
    mode = mode_of(env.docname, config.related, "cards")
    if mode != "none":
        root += scrapbox_related(mode=mode, docname=env.docname)
    document += root


def _append_part(
    part: Part,
    parent: nodes.section,
    page: Page,
    document: nodes.document,
    renderer: Renderer,
    site: SphinxSite,
    config: Config,
    env: BuildEnvironment,
    line_times: Sequence[int],
) -> None:
    shape = outline(part.blocks)
    for problem in shape.problems:
        _say(env, problem.kind, problem.message, problem.line)
    speakers = Speakers(config.marks)
    if language := speakers.language(shape.parts):
        set_record(document, record_of(document)._replace(language=language))
    position = config.translation_notice
    made: nodes.Element | None = None
    if part.translation is not None:
        languages = languages_of(part.translation, page.project or config.project, config)
        noted = note_translation(document, part.translation, languages, line_times)
        if position != "none":
            made = notice(
                part.translation,
                site,
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


def _field(name: str) -> nodes.field:
    return nodes.field("", nodes.field_name("", name), nodes.field_body())


def _say(env: BuildEnvironment, kind: str, message: str, line: int) -> None:
    warn(Warn(kind), message, location=(env.docname, line or None))
