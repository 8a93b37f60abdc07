"""The file that keeps what the pages of one output show, and what this build adds to it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from sphinx.application import Sphinx

from sphinx_scrapbox.snapshot.transaction import write_file
from sphinx_scrapbox.sphinx_ext.builders import has_search
from sphinx_scrapbox.sphinx_ext.domain.index.history import LocalChange

_FORMAT = 3


class OutputState(NamedTuple):
    """Digests of what pages show.

    ``settings`` has those of the options and of the states of features by name, and is empty if
    one is unknown.
    """

    settings: Mapping[str, str]
    documents: str


_UNKNOWN = OutputState({}, "")


class Output:
    """What the pages of one output show, as far as they were written."""

    def __init__(self, app: Sphinx, file: Path) -> None:
        self._file = file
        self._log = self._file.with_suffix(".log")
        self._written: set[str] = set()
        self._is_listening = True
        self.state = _UNKNOWN
        self.pages: dict[str, str] = {}
        self.site_pages: dict[str, str] = {}
        """By the names of pages that are no documents, digests of what they show."""
        self.change: LocalChange | None = None
        """What changed since the output was written, if that is known and local."""
        self.affected: set[str] | None = None
        """The documents that the change concerns."""
        self.expected: set[str] = set()
        """The pages of documents that are written because of what changed."""
        self._saved: object = None
        builder = app.builder
        # Sphinx adds pages to the search index as it writes them, so all are needed for a new one.
        if not has_search(builder) or (builder.outdir / builder.searchindex_filename).is_file():
            self._load()
        self.wanted = self.pages
        """What the pages have to show, by docname."""
        self.wanted_state = _UNKNOWN
        """The state of the site that they show then."""

    def _load(self) -> None:
        try:
            saved = json.loads(self._file.read_text(encoding="utf-8"))
            if saved["format"] == _FORMAT:
                self.state, self.pages = OutputState(*saved["state"]), dict(saved["pages"])
                self.site_pages = dict(saved["site_pages"])
        except (OSError, ValueError, KeyError, TypeError):
            return
        try:
            dropped = self._log.read_bytes().split(b"\0")
        except OSError:
            self._saved = self.state, dict(self.pages), dict(self.site_pages)
            return
        self.state = _UNKNOWN
        for name in dropped:
            self.pages.pop(os.fsdecode(name), None)

    @property
    def is_current(self) -> bool:
        """Whether the last build finished the output, and nothing it shows has changed since."""
        return self.state == self.wanted_state and bool(self.state.settings)

    @property
    def writes_as_expected(self) -> bool:
        """Whether no page was written for another reason, such as a template that changed."""
        return self._written <= self.expected

    def has_same(self, is_same: Callable[[LocalChange], bool]) -> bool:
        """Whether site pages show the same as before, and none but the expected pages is written.

        :param is_same: whether they do after a local change.
        """
        if not self.writes_as_expected:
            return False
        return self.is_current or (self.change is not None and is_same(self.change))

    def shows_settings(self, state: OutputState) -> bool:
        """Whether the output shows all but the documents as they are in *state*."""
        return self.state.settings == state.settings != {}

    def reason(self) -> str:
        """Why pages show something else than in the last build of this output."""
        if not self.state.settings:
            return "the last build did not finish, or did not write all pages"
        now, before = self.wanted_state.settings, self.state.settings
        names = sorted(name for name in now if now[name] != before.get(name))
        if names:
            return f"what pages depend on beside the documents has changed: {', '.join(names)}"
        return "they were read again, or show something of those that were"

    def drop(self, docname: str) -> None:
        """Drop the digest of a page that is about to be written."""
        if not self._is_listening or docname in self._written:
            return
        with self._log.open("ab") as log:
            log.write(os.fsencode(docname) + b"\0")
        self._written.add(docname)

    def begin_site_files(self) -> None:
        """Note that files of the site as a whole are about to be written."""
        with self._log.open("ab") as log:
            log.write(b"\0")

    def stop(self) -> None:
        """Drop nothing from now on: what is resolved after all pages is for other files."""
        self._is_listening = False

    def save(self) -> None:
        """Store the digests of what was written."""
        pages = {
            docname: shown
            for docname in self.wanted
            if (shown := (self.wanted if docname in self._written else self.pages).get(docname))
        }
        state = self.wanted_state if pages == self.wanted else _UNKNOWN
        if (state, pages, self.site_pages) != self._saved:
            saved = {"state": state, "pages": pages, "site_pages": self.site_pages}
            text = json.dumps({"format": _FORMAT, **saved})
            write_file(self._file, text.encode())
        self._log.unlink(missing_ok=True)
