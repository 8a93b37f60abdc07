"""Directives for what wiki pages hold anyway: turns of a dialogue and translation notices."""

from __future__ import annotations

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from sphinx_scrapbox.rendering.blocks import Renderer
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.site import SphinxSite
from sphinx_scrapbox.sphinx_ext.reading import option_values
from sphinx_scrapbox.sphinx_ext.reading.translation_notice import (
    languages_of,
    note_translation,
    notice,
)
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.sphinx_ext.warnings import warn_directive
from sphinx_scrapbox.wiki.ast import Icon
from sphinx_scrapbox.wiki.text import is_language_tag
from sphinx_scrapbox.wiki.titles import split_target
from sphinx_scrapbox.wiki.translation import Translation


def _language(tag: str) -> str:
    if not is_language_tag(tag):
        raise option_values.BadOption(f"must be a language tag such as 'en', not {tag!r}")
    return tag


_CONVERTERS: option_values.Converters = {
    **dict.fromkeys(("from", "to"), _language),
    **dict.fromkeys(("engine", "contact", "date"), option_values.text),
    "human": option_values.flag,
}


class SpeechDirective(SphinxDirective):
    """``scrapbox:speech``: a turn of a dialogue.

    The argument is the icon name of the speaker: ``name`` or ``/project/name``.
    """

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        """The same nodes as for a turn in a wiki page."""
        project, name = split_target(self.arguments[0].strip())
        if not self.content:
            warn_directive(self, f"{name!r}: the directive has no content")
            return []
        source, line = self.get_source_info()
        renderer = Renderer(self.state.document, source, SphinxSite(self.env))
        turn = renderer.turn((Icon(name, project, line=line),), line)
        turn += self.parse_content_to_nodes()
        return [turn]


class TranslationDirective(SphinxDirective):
    """``scrapbox:translation``: the notice of a translation, by a machine unless said otherwise.

    The argument is the source page: ``/project/Title``.
    """

    required_arguments = 1
    final_argument_whitespace = True
    option_spec = option_values.unconverted_options(_CONVERTERS)

    def run(self) -> list[nodes.Node]:
        """The same nodes as for the footer of a wiki page."""
        source, line = self.get_source_info()
        config = options(self.env.config)
        project, title = split_target(self.arguments[0].strip())
        if not title:
            warn_directive(self, f"{self.arguments[0]!r} names no page")
            return []
        values = option_values.convert_options(self, _CONVERTERS)
        contact, _, address = values.get("contact", "").partition("<")
        translation = Translation(
            project=project,
            title=title,
            engine=values.get("engine", ""),
            contact=contact.strip() or address.rstrip("> "),
            contact_url=address.rstrip("> "),
            source_language=values.get("from", ""),
            target_language=values.get("to", ""),
            date=values.get("date", ""),
            line=line,
            by_human=values.get("human", False),
        )
        own = source_folder(self.env).projects.of(self.env.docname)
        source_language, target_language = languages_of(translation, own, config)
        languages = (
            translation.source_language or source_language,
            translation.target_language or target_language,
        )
        text = config.translation_text
        admonition = notice(translation, languages, SphinxSite(self.env), text, source)
        note_translation(self.state.document, admonition, translation, languages)
        return [admonition]
