"""Pages of another language in LaTeX: their fonts and line breaks.

Sphinx loads polyglossia for the language of the site alone, and a font for Latin script. In an
English document, XeLaTeX and LuaLaTeX show boxes or nothing for the characters of a Japanese
page, and break no lines in it. ``languages.tex`` switches to a font that exists, unless xeCJK or
luatexja are loaded; other engines ignore it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.transforms.post_transforms import SphinxPostTransform

from sphinx_scrapbox.sphinx_ext.builders import documents_in
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.domain.languages import page_languages, site_language
from sphinx_scrapbox.sphinx_ext.feature import Feature, Listener

_PREAMBLE = Path(__file__).with_name("languages.tex")
_LANGUAGES = frozenset({"ja", "ko", "zh", "zh-hans", "zh-hant", "zh-cn", "zh-tw", "zh-hk"})
"""The tags that ``languages.tex`` knows, in lower case."""


class SwitchLanguages(SphinxPostTransform):
    """Switches to the language of a page in its sections and in their titles.

    Titles are repeated in the table of contents and at the top of pages.
    """

    default_priority = 6
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Mark all documents that are part of this one."""
        languages = page_languages(domain_of(self.env))
        for docname, document in documents_in(self.document, self.env):
            tag = language_tag(languages.foreign(docname))
            for section in document.children if tag else ():
                if isinstance(section, nodes.section):
                    _switch(section, tag)


def _switch(section: nodes.section, tag: str) -> None:
    # After the title, which may end the page before it.
    at = section.first_child_matching_class(nodes.title)
    begin = _tex(f"\\begingroup\\scrapboxuselanguage{{{tag}}}\n")
    section.insert(0 if at is None else at + 1, begin)
    section.append(_tex("\\par\\endgroup\n"))
    for title in _titles(section):
        content, title.children = title.children, []
        title += wrapped(content, tag)


def _titles(section: nodes.section) -> Iterator[nodes.title]:
    for title in section.findall(nodes.title):
        if isinstance(title.parent, nodes.section):
            yield title


def wrapped(content: Sequence[nodes.Node], tag: str) -> list[nodes.Node]:
    """*content* between the command for words in a language, as :func:`language_tag` gives it."""
    if not tag:
        return list(content)
    command = f"\\scrapboxtext{tag.replace('-', '').lower()}"
    return [_tex(f"{command}{{"), *content, _tex("}")]


def _tex(text: str) -> nodes.raw:
    return nodes.raw("", text, format="latex")


def language_tag(language: str) -> str:
    """The tag of a language as ``languages.tex`` spells it; "" for a language it does not know.

    >>> language_tag("ja-JP"), language_tag("zh-hant"), language_tag("fr")
    ('ja', 'zh-Hant', '')
    """
    primary, _, rest = language.lower().partition("-")
    script = rest.title() if len(rest) == 4 else rest.upper()
    for tag in (f"{primary}-{script}", primary):
        if tag.lower() in _LANGUAGES:
            return tag
    return ""


def add_preamble(app: Sphinx, config: Config) -> None:
    """Handler of ``config-inited``: define the commands before the site's own preamble."""
    commands = _PREAMBLE.read_text(encoding="utf-8")
    if tag := language_tag(site_language(config)):
        commands += f"\\scrapboxmainlanguage{{{tag}}}\n"
    preamble = config.latex_elements.get("preamble", "")
    config.latex_elements["preamble"] = f"{commands}{preamble}"


class LatexLanguages(Feature):
    """Fonts and line breaks of pages in another language."""

    name = "latex languages"
    post_transforms = (SwitchLanguages,)
    listeners = (Listener("config-inited", add_preamble),)


FEATURE = LatexLanguages()
