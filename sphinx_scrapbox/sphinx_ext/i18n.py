"""TODO: say what this file is."""

from __future__ import annotations

from sphinx.locale import get_translation, get_translator

CATALOG = "sphinx_scrapbox"
_ = get_translation(CATALOG)


def ngettext(one: str, many: str, count: int, **places: str) -> str:
    """A text with a number, translated, in the form that the number wants; filled."""
    return get_translator(CATALOG).ngettext(one, many, count).format(count=count, **places)
