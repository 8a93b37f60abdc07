"""The notice of a translated page, for the footer of a wiki page and for a directive."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from docutils import nodes

from sphinx_scrapbox.rendering.language import language_class
from sphinx_scrapbox.rendering.nodes import find_nodes
from sphinx_scrapbox.rendering.site import Site
from sphinx_scrapbox.sphinx_ext.config.options import Config
from sphinx_scrapbox.sphinx_ext.domain.record import record_of, set_record
from sphinx_scrapbox.sphinx_ext.i18n import _
from sphinx_scrapbox.wiki.titles import join_target, split_target
from sphinx_scrapbox.wiki.translation import Translation, time_of
from sphinx_scrapbox.wiki.urls import safe_url

_PLACEHOLDER = re.compile(r"\{(source|engine|contact|from|to|date)\}")


def languages_of(translation: Translation, project: str, config: Config) -> tuple[str, str]:
    """The languages of the source and of the translation, "" for an unknown one.

    *project* is that of the translation. ``scrapbox_languages`` comes first (the most specific
    pair of projects counts), then the languages of *translation* itself.
    """
    return config.languages.of_translation(translation.project, project) or (
        translation.source_language,
        translation.target_language,
    )


def notice(
    translation: Translation, languages: tuple[str, str], site: Site, text: str, source_path: str
) -> nodes.Element:
    """The notice of a translation as an admonition.

    :param languages: those of the source and of the translation.
    :param text: the text with placeholders for a machine translation; "" for the usual sentences.
    :param source_path: the file that the notice is from.
    """
    line = translation.line
    target = join_target(translation.project, translation.title)
    places = {"source": _source(target, languages[0], site, source_path, line)}
    if translation.engine:
        places["engine"] = nodes.Text(translation.engine)
    if translation.contact:
        places["contact"] = _contact(translation)
    if translation.date:
        places["date"] = nodes.Text(translation.date)
    for name, language in zip(("from", "to"), languages, strict=True):
        if language:
            places[name] = nodes.Text(language)

    if translation.by_human:
        text = ""
    # Not searched: the text is the same on every page, and the title would count as the page's.
    kind = _("Translation") if translation.by_human else _("Machine translation")
    title = nodes.title("", kind, translatable=False, classes=["no-search"])
    paragraph = nodes.paragraph(translatable=False, classes=["no-search"])
    for number, sentence in enumerate([text] if text else _sentences(places, translation)):
        if number:
            paragraph += nodes.Text(" ")
        paragraph += filled(sentence, places)
    admonition = nodes.admonition("", title, paragraph, classes=["note", "scrapbox-translation"])
    if translation.note:
        admonition += nodes.paragraph(translation.note, "", nodes.Text(translation.note))
    if translation.date and (not text or "{date}" in text):
        admonition["scrapbox-has-date"] = 1
    for element in find_nodes(admonition, nodes.Element):
        if element.source is None:
            element.source, element.line = source_path, line or None
    return admonition


def mapped_notice(target: str, source_language: str, site: Site) -> nodes.admonition:
    """The notice of a page whose source is configured and not named by the page."""
    places = {"source": _source(target, source_language, site)}
    paragraph = nodes.paragraph()
    paragraph += filled(str(_("This page is a translation of {source}.")), places)
    title = nodes.title("", str(_("Translation")))
    classes = ["note", "scrapbox-translation", "no-search"]
    return nodes.admonition("", title, paragraph, classes=classes)


def language_classes(language: str) -> list[str]:
    """The classes of the title of a source in a notice; none for an unknown language."""
    # html/language.py makes the attribute ``lang`` of the second class.
    return [f"scrapbox-lang-{language.lower()}", language_class(language)] if language else []


def _source(target: str, language: str, site: Site, path: str = "", line: int = 0) -> nodes.Node:
    shown = nodes.inline("", split_target(target).title or target, classes=["scrapbox-source"])
    shown.source, shown.line = path or None, line
    shown["classes"] += language_classes(language)
    return site.link("page", target, shown)


def _sentences(places: dict[str, nodes.Node], translation: Translation) -> list[str]:
    if translation.by_human:
        sentences = [_("This page is a translation of {source}.")]
    elif translation.engine:
        sentences = [_("This page was machine-translated from {source} with {engine}.")]
    else:
        sentences = [_("This page was machine-translated from {source}.")]
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


def filled(
    template: str, places: Mapping[str, nodes.Node], pattern: re.Pattern[str] = _PLACEHOLDER
) -> list[nodes.Node]:
    """The text of *template* with the nodes of *places* for its placeholders, else nothing.

    :param pattern: what a placeholder is, with its name as the only group.
    """
    filled: list[nodes.Node] = []
    unused = {name for name, node in places.items() if node.parent is None}
    for number, piece in enumerate(pattern.split(template)):
        if number % 2:
            if piece in places:
                node = places[piece]
                filled.append(node if piece in unused else node.deepcopy())
                unused.discard(piece)
        elif piece:
            filled.append(nodes.Text(piece))
    return filled


def note_translation(
    document: nodes.document,
    admonition: nodes.Element,
    translation: Translation,
    languages: tuple[str, str],
    line_times: Sequence[int] = (),
) -> None:
    """Add a translation to the record of *document*; the first one sets its languages.

    The notice *admonition* gets ``TIME SOURCE``: when the page was translated (Unix seconds, 0
    if unknown; see :func:`.time_of`), and the target of its source.
    """
    time = time_of(translation, line_times)
    source = join_target(translation.project, translation.title)
    record = record_of(document)
    if not record.translated:
        source_language, target_language = languages
        record = record._replace(
            source=source,
            source_language=source_language,
            target_language=target_language,
            by_human=translation.by_human,
        )
    translated = (*record.translated, (time, source, languages[0]))
    set_record(document, record._replace(translated=translated))
    admonition["scrapbox-translated"] = f"{time} {source}"
