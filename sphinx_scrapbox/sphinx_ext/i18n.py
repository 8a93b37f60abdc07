"""Translations of the texts that readers see; the catalogues are in ``sphinx_scrapbox/locale``.

Call :func:`_` and :func:`ngettext` by these names with plain string literals, not inside of an
f-string: ``pybabel extract`` finds no others.
"""

from __future__ import annotations

from sphinx.locale import get_translation, get_translator

CATALOG = "sphinx_scrapbox"
_ = get_translation(CATALOG)


def ngettext(singular: str, plural: str, count: int, **values: str) -> str:
    """The translation of a text with a number, formatted with *count* and *values*."""
    return get_translator(CATALOG).ngettext(singular, plural, count).format(count=count, **values)
