"""Finds the image of an icon: in ``scrapbox_people``, else in the folders of icons."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from sphinx_scrapbox.sphinx_ext.config.options import Config, options
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn
from sphinx_scrapbox.wiki.titles import key

if TYPE_CHECKING:
    from sphinx.config import Config as SphinxConfig
    from sphinx.environment import BuildEnvironment

IMAGE_TYPES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".avif"})

_TABLES: WeakKeyDictionary[SphinxConfig, dict[str, str]] = WeakKeyDictionary()


def icon_file(env: BuildEnvironment, name: str, project: str = "") -> str | None:
    """The image of an icon, as a path below the source folder; None if there is none."""
    if not (table := icon_table(env)):
        return None
    if project and (found := table.get(key(f"/{project}/{name}"))):
        return found
    # Somebody of that name in another wiki is somebody else.
    return table.get(key(name)) if project in ("", options(env.config).project) else None


def icon_table(env: BuildEnvironment) -> dict[str, str]:
    """Image file by key of a name, or of ``/project/name``: what a build found."""
    if (table := _TABLES.get(env.config)) is None:
        table = _TABLES[env.config] = _table(Path(env.srcdir), options(env.config))
    return table


def _table(srcdir: Path, config: Config) -> dict[str, str]:
    """Image file by key of a name, or of ``/project/name``; people come before folders."""
    table: dict[str, str] = {}
    for folder_name in config.icon_path:
        folder = srcdir / folder_name
        if not folder.is_dir():
            warn(Warn.ICON, f"scrapbox_icon_path: {folder_name!r} is no folder below the sources")
            continue
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in IMAGE_TYPES and path.is_file():
                within = path.relative_to(folder).with_suffix("")
                name = within.as_posix() if len(within.parts) == 1 else f"/{within.as_posix()}"
                table.setdefault(key(name), path.relative_to(srcdir).as_posix())
    missing: set[str] = set()
    for name, person in config.people.items():
        if not person.image:
            continue
        path = srcdir / person.image
        if path.suffix.lower() in IMAGE_TYPES and path.is_file():
            table[name] = Path(person.image).as_posix()
        elif person.image not in missing:
            missing.add(person.image)
            warn(Warn.ICON, f"scrapbox_people: no image file {person.image!r} below the sources")
    return table
