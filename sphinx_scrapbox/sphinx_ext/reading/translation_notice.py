"""The notice of a machine translation, made the same way for a page and for a directive."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docutils import nodes

from sphinx_scrapbox.sphinx_ext.domain.record import record_of, set_record
from sphinx_scrapbox.sphinx_ext.i18n import _
from sphinx_scrapbox.wiki.dates import clamp, end_of_day
from sphinx_scrapbox.wiki.titles import join_target, split_target
from sphinx_scrapbox.wiki.urls import safe_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sphinx_scrapbox.rendering.site import Site
    from sphinx_scrapbox.sphinx_ext.config.options import Config
    from sphinx_scrapbox.wiki.translation import Translation


_PLACE = re.compile(r"\{(source|engine|contact|from|to|date)\}")


def languages_of(translation: Translation, project: str, config: Config) -> tuple[str, str]:
    """(source language, target language), each "" where nothing tells.

    What the page says itself comes first for a directive's options, then the configuration's
    pair of projects (``*`` for any), then what the wording of the footer implies.
    """
    pairs = config.languages
    source = translation.project
    for pair in ((source, project), (source, "*"), ("*", project), ("*", "*")):
        if pair in pairs:
            return pairs[pair]
    return translation.source_language, translation.target_language


def notice(
    translation: Translation,
    site: Site,
    config: Config,
    *,
    source_path: str,
    languages: tuple[str, str],
) -> nodes.Element:
    """The notice as an admonition: what it is, from which page, by which engine, whom to tell."""
    line = translation.line
    places: dict[str, nodes.Node] = {}
    target = join_target(translation.project, translation.title)
    places["source"] = _source(target, languages[0], site, source_path, line)
    if translation.engine:
        places["engine"] = nodes.Text(translation.engine)
    if translation.contact:
        places["contact"] = _contact(translation)
    if translation.date:
        places["date"] = nodes.Text(translation.date)
    for name, language in zip(("from", "to"), languages, strict=True):
        if language:
            places[name] = nodes.Text(language)

    # What every page says is nothing to search for; and a heading would count as the page's.
    title = nodes.title("", _("Machine translation"), translatable=False, classes=["no-search"])
    paragraph = nodes.paragraph(translatable=False, classes=["no-search"])
    if config.translation_text:
        paragraph += filled(config.translation_text, places)
    else:
        for number, sentence in enumerate(_sentences(places)):
            if number:
                paragraph += nodes.Text(" ")
            paragraph += filled(sentence, places)
    admonition = nodes.admonition("", title, paragraph, classes=["note", "scrapbox-translation"])
    if translation.note:
        note = nodes.paragraph(translation.note, "", nodes.Text(translation.note))
        admonition += note
    text = config.translation_text
    if translation.date and (not text or "{date}" in text):
        admonition["scrapbox-has-date"] = 1
    for element in admonition.findall(nodes.Element):
        if element.source is None:
            element.source, element.line = source_path, line or None
    return admonition


def mapped_notice(target: str, source_language: str, site: Site) -> nodes.admonition:
    """The notice of a page that does not say itself what it was translated from."""
    places: dict[str, nodes.Node] = {"source": _source(target, source_language, site)}
    paragraph = nodes.paragraph()
    paragraph += filled(str(_("This page is a translation of {source}.")), places)
    title = nodes.title("", str(_("Translation")))
    classes = ["note", "scrapbox-translation", "no-search"]
    return nodes.admonition("", title, paragraph, classes=classes)


def _source(target: str, language: str, site: Site, path: str = "", line: int = 0) -> nodes.Node:
    """The link to the source, by its title."""
    shown = nodes.inline("", split_target(target).title or target, classes=["scrapbox-source"])
    shown.source, shown.line = path or None, line
    if language:
        # The second becomes the attribute ``lang`` of HTML.
        shown["classes"] += [f"scrapbox-lang-{language.lower()}", f"language-{language}"]
    return site.link("page", target, shown)


def _sentences(places: dict[str, nodes.Node]) -> list[str]:
    sentences = [
        _("This page was machine-translated from {source} with {engine}.")
        if "engine" in places
        else _("This page was machine-translated from {source}.")
    ]
    if "date" in places:
        sentences.append(_("Translated on {date}."))
    if "contact" in places:
        sentences.append(_("If a passage is hard to understand, please tell {contact}."))
    return [str(sentence) for sentence in sentences]


def _contact(translation: Translation) -> nodes.Node:
    address = safe_url(translation.contact_url) if translation.contact_url else None
    if address is None:
        return nodes.Text(translation.contact)
    return nodes.reference("", translation.contact, refuri=address, internal=False)


def filled(template: str, places: dict[str, nodes.Node]) -> list[nodes.Node]:
    """The text of *template* with a node at each place; a place without one stays empty."""
    filled: list[nodes.Node] = []
    for number, piece in enumerate(_PLACE.split(template)):
        if number % 2:
            if piece in places:
                filled.append(places[piece].deepcopy())
        elif piece:
            filled.append(nodes.Text(piece))
    return filled


def note_translation(
    document: nodes.document,
    translation: Translation,
    languages: tuple[str, str],
    line_times: Sequence[int] = (),
) -> str:
    """Add a translation to the record of *document*; the first one tells its languages.

    Returns ``TIME SOURCE`` for the notice: when the page was translated (Unix seconds, 0 if
    unknown) and the target of its source. The time is the end of the day that the footer
    names, else that of the footer's line: a machine writes a page whole, and later edits leave
    the footer alone.
    """
    time = end_of_day(translation.date)
    if not time and 0 < translation.line <= len(line_times):
        time = clamp(line_times[translation.line - 1])
    source = join_target(translation.project, translation.title)
    record = record_of(document)
    if not record.translated:
        source_language, target_language = languages
        record = record._replace(
            source=source, source_language=source_language, target_language=target_language
        )
    set_record(document, record._replace(translated=(*record.translated, (time, source))))
    return f"{time} {source}"
