"""The inventories of other sites, which intersphinx loads.

The pages that another site translated are in its inventory as ``scrapbox:translation``, under
names of the form ``ja:en:/garden/soil_1``: the languages of source and translation, the source.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sphinx.environment import BuildEnvironment

from sphinx_scrapbox.wiki.text import is_language_tag

UNKNOWN_LANGUAGE = "und"
"""The tag of BCP 47 for a language that is not determined."""

Inventories = Mapping[str, Mapping[str, Mapping[str, object]]]


class NamedTranslation(NamedTuple):
    """The name of a translation; ``source_language`` is "" if it is unknown."""

    source_language: str
    language: str
    source: str


def inventories_of(env: BuildEnvironment) -> Inventories:
    """The inventories of intersphinx: by name, kind of object and name of the object."""
    if "intersphinx_mapping" not in env.config:  # the extension is not loaded
        return {}
    from sphinx.ext.intersphinx import InventoryAdapter

    return InventoryAdapter(env).named_inventory


def translations_in(inventories: Inventories) -> Iterator[tuple[NamedTranslation, object]]:
    """The translations into a known language, with their items, in a fixed order."""
    for inventory in sorted(inventories):
        entries = inventories[inventory].get("scrapbox:translation", {})
        for name, item in sorted(entries.items()):
            source_language, _, rest = name.partition(":")
            language, _, source = rest.partition(":")
            if _is_known(language):
                known = source_language if _is_known(source_language) else ""
                yield NamedTranslation(known, language, source), item


def display_name(item: object) -> str:
    """The title of an object in an inventory; "" if it is shown by its name."""
    # An inventory has a dash then.
    name = str(getattr(item, "display_name", ""))
    return "" if name == "-" else name


def _is_known(tag: str) -> bool:
    return tag != UNKNOWN_LANGUAGE and is_language_tag(tag)
