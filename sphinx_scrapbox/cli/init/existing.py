"""A folder that already is a Sphinx project: which lines to add to its ``conf.py``."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from sphinx_scrapbox.cli.init.templates import BASE_URL_LINES, python_string
from sphinx_scrapbox.cli.output import Failure
from sphinx_scrapbox.snapshot.folder import read_regular_file
from sphinx_scrapbox.snapshot.transaction import write_file

EXTENSION = "sphinx_scrapbox"


class Configuration:
    """A ``conf.py``, which is read and not run.

    :raises Failure: if it cannot be read, or is not valid Python.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._text = read_regular_file(path).decode("utf-8-sig")
            tree = ast.parse(self._text)
        except OSError as error:
            raise Failure(f"cannot read {path}: {error.strerror}") from error
        except (ValueError, SyntaxError) as error:
            raise Failure(
                f"{path} is not valid Python, so nothing was changed: {error}"
            ) from error
        self._assigned = set(_assigned_names(tree))
        self.has_extension = any(
            isinstance(node, ast.Constant) and node.value == EXTENSION for node in ast.walk(tree)
        )
        """Whether it names this extension."""

    def lines_to_add(self, pages: Sequence[str], *, read_the_docs: bool = False) -> list[str]:
        """The lines for this extension that it lacks.

        :param pages: patterns of Markdown files that are pages.
        :param read_the_docs: whether the site is published there.
        """
        lines = []
        if not self.has_extension:
            old = "*extensions, " if "extensions" in self._assigned else ""
            lines.append(f"extensions = [{old}{python_string(EXTENSION)}]")
        if pages and "scrapbox_pages" not in self._assigned:
            lines.append(f"scrapbox_pages = [{', '.join(map(python_string, pages))}]")
        if read_the_docs and "html_baseurl" not in self._assigned:
            lines += BASE_URL_LINES
        return lines

    def add(self, lines: Sequence[str]) -> None:
        """Append *lines*.

        :raises Failure: if the file cannot be written.
        """
        end = "" if self._text.endswith("\n") or not self._text else "\n"
        new = "".join(f"{line}\n" for line in ("", "# Pages of a wiki: sphinx-scrapbox.", *lines))
        try:
            write_file(self.path, (self._text + end + new).encode())
        except OSError as error:
            raise Failure(f"cannot write {self.path}: {error.strerror}") from error


def _assigned_names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
