"""Where the files of a new site go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sphinx_scrapbox.cli.init.origins import FolderOrigin, Origin
from sphinx_scrapbox.cli.output import Failure
from sphinx_scrapbox.snapshot.filenames import relative_path

_USUAL = (".", "docs", "doc", "source", "docs/source", "doc/source")
"""Where ``conf.py`` usually is, relative to the top of a repository."""
_NEW = "docs"
_DOCUMENTS = (".md", ".rst", ".txt", ".scrapbox", ".ipynb")


@dataclass(frozen=True, slots=True)
class Places:
    """The folder of ``conf.py``, that of the pages, and the top of the repository."""

    site: Path
    wiki: Path
    repository: Path

    @property
    def conf(self) -> Path:
        """The configuration of the site."""
        return self.site / "conf.py"

    @property
    def wiki_in_site(self) -> str:
        """The folder of pages relative to the site, with forward slashes."""
        return _relative(self.wiki, self.site)

    @property
    def site_in_repository(self) -> str:
        """The folder of the site relative to the repository, with forward slashes."""
        return _relative(self.site, self.repository)

    @property
    def wiki_in_repository(self) -> str:
        """The folder of pages relative to the repository, with forward slashes."""
        return _relative(self.wiki, self.repository)


def _relative(path: Path, start: Path) -> str:
    return relative_path(path.resolve(), start.resolve())


def choose_places(origin: Origin, site: Path | None) -> Places:
    """The places of a site, in the folder that the user named, or else in a fitting one.

    That is the source folder of a Sphinx project here, or the folder above the pages, or above
    the folders of pages, if it is here, or else the new folder ``docs``.
    """
    if site is None:
        site = next((Path(name) for name in _USUAL if Path(name, "conf.py").is_file()), None)
    if site is None and isinstance(origin, FolderOrigin):
        site = _above(origin)
    site = Path(_NEW) if site is None else site
    if site.exists() and not site.is_dir():
        raise Failure(f"{site} is not a folder: name another DIR")
    return Places(site, origin.folder_in(site), _repository(site))


def _above(origin: FolderOrigin) -> Path | None:
    """The folder above the pages, or above their folders, if it is the current one or below.

    Pages in the current folder stay in the site's own folder.
    """
    pages, here = origin.path.resolve(), Path().resolve()
    if not pages.is_relative_to(here):
        return None
    is_site = pages == here or origin.has_folders
    return Path(relative_path(pages if is_site else pages.parent, here))


def _repository(site: Path) -> Path:
    """The top of the git repository of *site*; without one the current folder if it is above."""
    absolute = site.resolve()
    here = Path().resolve()
    for folder in (absolute, *absolute.parents):
        if (folder / ".git").exists():
            return folder
    return here if absolute.is_relative_to(here) else absolute


def other_documents(places: Places, kept: set[str]) -> list[str]:
    """Names in the folder of the site that are no part of it: documents that were there before.

    :param kept: the names of the files and folders that the site is made of.
    """
    if not places.site.is_dir():
        return []
    paths = sorted(path for path in places.site.iterdir() if path.name not in kept)
    return [path.name for path in paths if _has_documents(path)]


def _has_documents(path: Path) -> bool:
    if path.is_dir():
        return not path.name.startswith(("_", "."))
    return path.suffix in _DOCUMENTS
