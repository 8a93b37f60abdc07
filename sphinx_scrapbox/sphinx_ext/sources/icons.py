"""The images that the configuration has for icons: ``scrapbox_people``, then the icon folders."""

from __future__ import annotations

from pathlib import Path

from sphinx_scrapbox.sphinx_ext.config.options import Config
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn
from sphinx_scrapbox.wiki.titles import key

IMAGE_TYPES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".avif"})


class IconImages:
    """The image files of icons, as paths relative to the source folder.

    Missing folders and files give one warning each when the object is made.
    """

    def __init__(self, srcdir: Path, config: Config) -> None:
        self._project = config.project
        self.table: dict[str, str] = {}
        """Image file by the key of a name, or of ``/project/name``."""
        for folder_name in config.icon_path:
            self._add_folder(srcdir, folder_name)
        missing: set[str] = set()
        for name, person in config.people.items():
            if not person.image:
                continue
            path = srcdir / person.image
            if path.suffix.lower() in IMAGE_TYPES and path.is_file():
                self.table[name] = Path(person.image).as_posix()
            elif person.image not in missing:
                missing.add(person.image)
                warn(Warn.ICON, f"scrapbox_people: {person.image!r} is not an image file")

    def _add_folder(self, srcdir: Path, folder_name: str) -> None:
        folder = srcdir / folder_name
        if not folder.is_dir():
            warn(Warn.ICON, f"scrapbox_icon_path: {folder_name!r} is not a folder")
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in IMAGE_TYPES and path.is_file():
                within = path.relative_to(folder).with_suffix("")
                name = within.as_posix() if len(within.parts) == 1 else f"/{within.as_posix()}"
                self.table.setdefault(key(name), path.relative_to(srcdir).as_posix())

    def find(self, name: str, project: str = "") -> str | None:
        """The image of the icon *name* of *project*; None if there is none."""
        if project and (file := self.table.get(key(f"/{project}/{name}"))):
            return file
        # The same name in another wiki is another person.
        return self.table.get(key(name)) if project in ("", self._project) else None
