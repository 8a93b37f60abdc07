"""What a user says of files: which are pages of a wiki, and of which wiki.

In a build, the options ``scrapbox_pages`` and ``scrapbox_project`` say so. Commands do not run
``conf.py``, so they have the options ``--pages`` and ``--project``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from sphinx_scrapbox.formats.detect import Recognition, recognise


@dataclass(frozen=True, slots=True)
class PageGlobs:
    """Globs of paths. Each is matched with a path in *folder*, and with that of the folder before.

    ``projects`` are globs with the project of the files; "" is the glob of a project of all pages
    of which nothing is known. ``pages`` are globs of Markdown files that are pages.
    """

    projects: tuple[tuple[str, str], ...] = ()
    pages: tuple[str, ...] = ()
    folder: str = ""

    def within(self, folder: Path) -> PageGlobs:
        """The same for files in *folder*, whose paths may begin with it or be relative to it."""
        return replace(self, folder="" if folder == Path() else f"{folder.as_posix()}/")

    @property
    def default(self) -> str:
        """The project of pages of which nothing is known; "" if it is not known."""
        return dict(self.projects).get("", "")

    def project_of(self, file: str) -> str:
        """The project of a file; "" if no glob matches."""
        return next((name for glob, name in self.projects if self._matches(file, [glob])), "")

    def is_page(self, file: str) -> bool:
        """Whether a Markdown file is a page whatever is in it."""
        return self._matches(file, self.pages)

    def _matches(self, file: str, globs: Iterable[str]) -> bool:
        inner = file.removeprefix(self.folder)
        paths = (inner, f"{self.folder}{inner}")
        return any(fnmatchcase(path, glob) for glob in globs for path in paths)

    def recognise(self, text: str, path: Path) -> Recognition:
        """What the Markdown file *path* with this text is."""
        return self.recognise_file(path.as_posix(), text)

    def recognise_file(self, file: str, text: str) -> Recognition:
        """What a Markdown file with this text is."""
        is_page = self.is_page(file)
        return recognise(text, file, chosen=True if is_page else None, by="--pages")


NO_GLOBS = PageGlobs()
