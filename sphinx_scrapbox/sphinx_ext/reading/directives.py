"""Directives for what wiki pages hold anyway: turns of a dialogue and translation notices."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from sphinx_scrapbox.rendering.blocks import Renderer
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.site import SphinxSite
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

OptionSpec = dict[str, Callable[[str], object]]


class SpeechDirective(SphinxDirective):
    """``scrapbox:speech``: a turn of a dialogue.

    The argument is the icon name of the speaker: ``name`` or ``/project/name``.
    """

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[OptionSpec] = {}

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
    """``scrapbox:translation``: the notice of a machine translation.

    The argument is the source page: ``/project/Title``.
    """

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[OptionSpec] = dict.fromkeys(
        ("from", "to", "engine", "contact", "date"), directives.unchanged_required
    )

    def run(self) -> list[nodes.Node]:
        """The same nodes as for the footer of a wiki page."""
        source, line = self.get_source_info()
        config = options(self.env.config)
        project, title = split_target(self.arguments[0].strip())
        if not title:
            warn_directive(self, f"{self.arguments[0]!r} names no page")
            return []
        contact, _, address = self.options.get("contact", "").partition("<")
        translation = Translation(
            project=project,
            title=title,
            engine=self.options.get("engine", ""),
            contact=contact.strip() or address.rstrip("> "),
            contact_url=address.rstrip("> "),
            source_language=self._language("from"),
            target_language=self._language("to"),
            date=self.options.get("date", ""),
            line=line,
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

    def _language(self, option: str) -> str:
        """The value of an option, which is to be a language tag."""
        tag: str = self.options.get(option, "")
        if tag and not is_language_tag(tag):
            warn_directive(
                self, f"option {option!r} must be a language tag such as 'en', not {tag!r}"
            )
            return ""
        return tag
