"""The inventories of other sites, which intersphinx loads.

The pages that another site translated are in its inventory as ``scrapbox:translation``, under
names of the form ``ja:en:/garden/soil_1``: the languages of source and translation, the source.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import NamedTuple

from sphinx.environment import BuildEnvironment

from sphinx_scrapbox.wiki.text import is_language_tag
from sphinx_scrapbox.wiki.titles import inventory_name

UNKNOWN_LANGUAGE = "und"
"""The tag of BCP 47 for a language that is not determined."""

Inventory = Mapping[str, Mapping[str, object]]
Inventories = Mapping[str, Inventory]


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


def state_of_inventories(inventories: Inventories) -> str:
    """Return a digest of the entries of all inventories, or an empty string without any."""
    state = blake2b(digest_size=16)
    for name, inventory in sorted(inventories.items()):
        for kind, entries in inventory.items():
            text = repr((name, kind, entries))
            state.update(text.encode("utf-8", "backslashreplace"))
    return state.hexdigest() if inventories else ""


def named_by_wiki(inventories: Inventories, project: str) -> list[str]:
    """The inventories with pages of a project, first that of its name.

    An inventory lists the projects of its pages as ``scrapbox:wiki``; one that lists none has
    pages of the project that it is named after.
    """
    name = inventory_name(project)
    listing = [
        key for key in sorted(inventories) if name in inventories[key].get("scrapbox:wiki", {})
    ]
    is_named = project in inventories and not inventories[project].get("scrapbox:wiki")
    return sorted([*listing, project] if is_named else listing, key=lambda key: key != project)


def page_name(inventory: Inventory, project: str, title: str) -> str:
    """The name of a page in an inventory with pages of its project.

    That is its title; with its project where an inventory has the pages of several.
    """
    name = inventory_name(title)
    is_one = len(inventory.get("scrapbox:wiki", {})) < 2
    return name if is_one else f"/{inventory_name(project)}/{name}"


def find_in_inventories(inventories: Inventories, project: str, title: str) -> object | None:
    """A page of a project in the inventories of other sites; None if it is in none."""
    for key in named_by_wiki(inventories, project):
        pages = inventories[key].get("scrapbox:page", {})
        if item := pages.get(page_name(inventories[key], project, title)):
            return item
    return None


def pages_in_inventories(inventories: Inventories, project: str) -> dict[str, object]:
    """All pages of a project in the inventories of other sites, by the names of their titles."""
    pages: dict[str, object] = {}
    for key in named_by_wiki(inventories, project):
        start = page_name(inventories[key], project, "")
        for name, item in sorted(inventories[key].get("scrapbox:page", {}).items()):
            if name.startswith(start):
                pages.setdefault(name[len(start) :], item)
    return pages


def translations_in(inventories: Inventories) -> Iterator[tuple[NamedTranslation, object]]:
    """The translations into a known language, with their items, in a fixed order."""
    for inventory in sorted(inventories):
        entries = inventories[inventory].get("scrapbox:translation", {})
        for name, item in sorted(entries.items()):
            source_language, _, rest = name.partition(":")
            language, _, source = rest.partition(":")
            if _is_known(language):
                source_tag = source_language if _is_known(source_language) else ""
                yield NamedTranslation(source_tag, language, source), item


def languages_in(inventories: Inventories) -> Iterator[tuple[str, str]]:
    """What translations tell of wikis: the name of a project, and a language, once for each.

    An inventory with the pages of several wikis does not tell which of them a translation is in.
    """
    for key, inventory in inventories.items():
        wikis = [*inventory.get("scrapbox:wiki", {inventory_name(key): None})]
        for named, _item in translations_in({key: inventory}):
            if named.source.startswith("/") and named.source_language:
                yield named.source.split("/")[1], named.source_language
            if len(wikis) == 1:
                yield wikis[0], named.language


def display_name(item: object) -> str:
    """The title of an object in an inventory; "" if it is shown by its name."""
    # An inventory has a dash then.
    name = str(getattr(item, "display_name", ""))
    return "" if name == "-" else name


def _is_known(tag: str) -> bool:
    return tag != UNKNOWN_LANGUAGE and is_language_tag(tag)
