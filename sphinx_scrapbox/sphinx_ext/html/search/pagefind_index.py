"""The index of Pagefind, written at the end of a build if what is searched changed.

A folder beside the doctrees holds a file for each document of this output (see :mod:`.records`),
which is written with its page, in whatever process that happens. A stamp tells that the index was
made of these files; it is removed before one of them changes.

Pagefind reads the files itself. What it writes depends on the files alone, but for the order of
the values in a filter.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Hashable, Iterable
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.display import progress_message

from sphinx_scrapbox.sphinx_ext.builders import has_browser_pages
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain
from sphinx_scrapbox.sphinx_ext.domain.index.history import LocalChange
from sphinx_scrapbox.sphinx_ext.domain.languages import site_language
from sphinx_scrapbox.sphinx_ext.domain.output_files import state_file, write_changed
from sphinx_scrapbox.sphinx_ext.feature import Feature, Listener
from sphinx_scrapbox.sphinx_ext.html.assets import FOLDER
from sphinx_scrapbox.sphinx_ext.html.search.modes import PAGEFIND, indexed_by, uses_pagefind
from sphinx_scrapbox.sphinx_ext.html.search.records import record
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn

BUNDLE = f"_static/{FOLDER}/pagefind"
"""The folder of the index in the output."""

_ENTRY = "pagefind-entry.json"
_FORMAT = 2  # rises when the settings below change
# These would split texts by a dictionary; so would the browser split queries.
_SPLIT_BY_DICTIONARY = frozenset({"ja", "zh", "ko"})
_ONE_WORD = "<!DOCTYPE html><html><body>\U0003134a</body></html>"  # that nobody searches for
_OTHER_PROGRAMS = ("pagefind-*ui.*", "pagefind-highlight.js", "pagefind-worker.js")


class Records:
    """The files of the documents of one output."""

    def __init__(self, app: Sphinx) -> None:
        stamp = state_file(app, "scrapbox-pagefind")
        self.folder = stamp.with_suffix("")
        self._stamp = stamp

    def _path(self, docname: str) -> Path:
        digest = blake2b(docname.encode("utf-8", "surrogatepass"), digest_size=16)
        return self.folder / f"{digest.hexdigest()}.html"

    def write(self, app: Sphinx, docname: str, document: nodes.document) -> None:
        """Write the file of a document, or an empty one if it is not searched for."""
        text = record(app, docname, document) or ""
        data, path = text.encode("utf-8", "replace"), self._path(docname)
        if not path.is_file() or path.read_bytes() != data:
            self._stamp.unlink(missing_ok=True)
            write_changed(path, data)

    def complete(self, app: Sphinx) -> None:
        """Remove the files of documents that are no more, and write those that are missing."""
        docnames = {self._path(docname).name: docname for docname in app.env.all_docs}
        here = {path.name for path in self.folder.glob("*.html")}
        for name in here - docnames.keys():
            self._stamp.unlink(missing_ok=True)
            (self.folder / name).unlink()
        for name in sorted(docnames.keys() - here):
            docname = docnames[name]
            document = app.env.get_doctree(docname)
            app.env.apply_post_transforms(document, docname)
            self.write(app, docname, document)

    def is_stamped(self, with_settings: str) -> bool:
        """Whether the index was made of these files, with these settings."""
        return self._stamp.is_file() and self._stamp.read_text("utf-8") == with_settings

    def stamp(self, with_settings: str) -> None:
        """Note that the index was made of these files."""
        write_changed(self._stamp, with_settings.encode())

    def remove(self) -> None:
        """Remove the files: another engine searches this output now."""
        self._stamp.unlink(missing_ok=True)
        if self.folder.is_dir():
            shutil.rmtree(self.folder)


def note_text(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Handler of ``doctree-resolved``, which comes before a page is written."""
    if uses_pagefind(app.env):
        Records(app).write(app, docname, doctree)


class PagefindIndex(Feature):
    """The index, and how each page is entered in it and in that of Sphinx."""

    name = "search"
    listeners = (Listener("doctree-resolved", note_text, 950, "Others change documents."),)

    def state(self, domain: ScrapboxDomain) -> Hashable:
        """The engine, and how much it is given of each page."""
        return indexed_by(domain)

    def shown(self, docname: str, domain: ScrapboxDomain) -> Hashable:
        """The same: a page is entered when it is written."""
        return indexed_by(domain) or None

    def affected(self, change: LocalChange, domain: ScrapboxDomain) -> Iterable[str]:
        """No other: this is part of the state."""
        return ()

    def finish(self, app: Sphinx) -> None:
        """Write the index, unless it is as it was."""
        if not has_browser_pages(app.builder):
            return
        records, bundle = Records(app), Path(app.outdir, BUNDLE)
        if not uses_pagefind(app.env):
            records.remove()
            if bundle.is_dir():
                shutil.rmtree(bundle)
            return
        records.complete(app)
        settings = f"{_FORMAT} {version(PAGEFIND)} {_language(app)}"
        if records.is_stamped(settings) and (bundle / _ENTRY).is_file():
            return
        try:
            with progress_message("indexing with Pagefind"):
                _write_index(records.folder, bundle, _language(app))
        except Exception as error:
            warn(Warn.SEARCH, f"Pagefind failed, so readers cannot search the site: {error}")
            return
        records.stamp(settings)


def _language(app: Sphinx) -> str:
    """The language by whose rules words are reduced to their stems."""
    primary = site_language(app.config).partition("-")[0].lower()
    return "en" if primary in _SPLIT_BY_DICTIONARY else primary


def _write_index(source: Path, bundle: Path, language: str) -> None:
    """Index the files of a folder; what was in the bundle is replaced at the end."""
    new = bundle.with_name(f"{bundle.name}.new")
    if new.is_dir():
        shutil.rmtree(new)
    with TemporaryDirectory() as folder:
        if not any(path.stat().st_size for path in source.glob("*.html")):
            # Pagefind refuses a site without words.
            source = Path(folder)
            (source / "nothing.html").write_text(_ONE_WORD, encoding="utf-8")
        _run_pagefind(source, new, language)
    for pattern in _OTHER_PROGRAMS:  # the search page uses none of them
        for path in new.glob(pattern):
            path.unlink()
    if bundle.is_dir():
        shutil.rmtree(bundle)
    new.replace(bundle)


def _run_pagefind(source: Path, target: Path, language: str) -> None:
    """Run the command of Pagefind, which ends when its files are written.

    Through its Python API, it may be ended before: https://github.com/Pagefind/pagefind/issues/1271

    :raises OSError: if the program is missing or cannot run.
    :raises RuntimeError: if it fails, with what it said.
    """
    from pagefind.service import get_executable

    program = get_executable()
    if program is None:
        raise FileNotFoundError("its program is not installed")
    command = [str(program), "--silent", "--force-language", language]
    command += ["--site", str(source), "--output-path", str(target)]
    # Neither variables nor a file of settings are meant for this index.
    env = {name: value for name, value in os.environ.items() if not name.startswith("PAGEFIND_")}
    done = subprocess.run(
        command, cwd=source, env=env, capture_output=True, encoding="utf-8", errors="replace"
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip())


FEATURE = PagefindIndex()
"""The index of Pagefind at the end of a build."""
