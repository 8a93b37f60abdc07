"""The images that the configuration has for icons: ``scrapbox_people``, then the icon folders."""

from __future__ import annotations

from pathlib import Path

from sphinx_scrapbox.snapshot.image_types import InvalidImageError, image_type
from sphinx_scrapbox.sphinx_ext.config.options import Config
from sphinx_scrapbox.sphinx_ext.sources.projects import SiteProjects
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn
from sphinx_scrapbox.wiki.titles import key

IMAGE_TYPES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".avif"})


class IconImages:
    """The image files of icons, as paths relative to the source folder.

    Missing folders and files, and SVG files that are not safe to publish, give one warning each
    when the object is made.
    """

    def __init__(self, srcdir: Path, config: Config, projects: SiteProjects) -> None:
        self._projects = projects
        self.table: dict[str, str] = {}
        """Image file by the key of a name, or of ``/project/name``."""
        for folder_name in config.icon_path:
            self._add_folder(srcdir, folder_name)
        images = [person.image for person in config.people.values() if person.image]
        usable = {image for image in dict.fromkeys(images) if _is_portrait(srcdir, image)}
        for name, person in config.people.items():
            if person.image in usable:
                self.table[name] = Path(person.image).as_posix()

    def _add_folder(self, srcdir: Path, folder_name: str) -> None:
        folder = srcdir / folder_name
        if not folder.is_dir():
            warn(Warn.ICON, f"scrapbox_icon_path: {folder_name!r} is not a folder")
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in IMAGE_TYPES and path.is_file():
                within = path.relative_to(folder).with_suffix("")
                name = within.as_posix() if len(within.parts) == 1 else f"/{within.as_posix()}"
                file = path.relative_to(srcdir).as_posix()
                if key(name) not in self.table and _is_safe(path, file):
                    self.table[key(name)] = file

    def find(self, name: str, project: str = "", own: str = "") -> str | None:
        """The image of the icon *name* of *project*; None if there is none.

        :param own: the project of the page with the icon.
        """
        names = self._projects.icon_keys(name, project, own) if self.table else ()
        return next(filter(None, map(self.table.get, names)), None)


def _is_portrait(srcdir: Path, image: str) -> bool:
    """Whether the image of a person can be shown; warns if not."""
    path = srcdir / image
    if path.suffix.lower() not in IMAGE_TYPES or not path.is_file():
        warn(Warn.ICON, f"scrapbox_people: {image!r} is not an image file")
        return False
    return _is_safe(path, image)


def _is_safe(path: Path, file: str) -> bool:
    """Whether an image file can be published; warns of an SVG that runs or loads something."""
    if path.suffix.lower() != ".svg":
        return True
    try:
        image_type(path)
    except (InvalidImageError, OSError) as error:
        warn(Warn.ICON, f"{file} is not shown: {error}")
        return False
    return True
