"""Which Markdown documents are pages of a wiki, and why: asked once for each that is read.

A document that may be a page of a wiki or hand-written is a page if its folder holds pages. It is
read again when that has changed. What stays in doubt is read by MyST, with a warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from sphinx_scrapbox.formats.detect import Status
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.record import DocumentRecord, record_of, set_record
from sphinx_scrapbox.sphinx_ext.feature import Feature, Listener, Outdated
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.sphinx_ext.sources.page_files import PageFile
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn

_LOGGER = logging.getLogger(__name__)
_IS_HAND_WRITTEN = "scrapbox_hand_written"
_MOST_NAMES = 5


def exported_page(text: str, document: nodes.document, env: BuildEnvironment) -> PageFile | None:
    """The page of the Markdown document that is being read; None if it is hand-written.

    The record of the document notes what the answer depends on.
    """
    if env.temp_data.get(_IS_HAND_WRITTEN):
        return None  # the parser of MyST-NB passes a document on that it does not read
    pages = source_folder(env).pages
    path = Path(env.doc2path(env.docname))
    answer, has_pages = pages.folders.answer_and_folder(text, path)
    _LOGGER.verbose("%s: %s, because %s", env.docname, answer.status.value, answer.reason)
    in_doubt = answer.status is Status.DOUBT
    if in_doubt or has_pages is not None:
        record = record_of(document)._replace(in_doubt=in_doubt, has_pages=has_pages)
        set_record(document, record)
    env.temp_data[_IS_HAND_WRITTEN] = not answer.is_page
    return pages.page_of(text, path, env.docname) if answer.is_page else None


class _Uncertain(NamedTuple):
    """What is kept of a document: see :class:`.DocumentRecord`."""

    in_doubt: bool
    has_pages: bool | None


def warn_of_doubts(app: Sphinx, env: BuildEnvironment) -> None:
    """Handler of ``env-check-consistency``: one warning for each folder with files in doubt."""
    domain = domain_of(env)
    kept: dict[str, _Uncertain] = domain.collected("recognition")
    doubtful: dict[str, list[str]] = {}
    for docname in (name for name, uncertain in kept.items() if uncertain.in_doubt):
        doubtful.setdefault(docname.rpartition("/")[0], []).append(docname)
    others: dict[str, list[str]] = {folder: [] for folder in doubtful}
    for docname in sorted(env.found_docs) if doubtful else ():
        folder = docname.rpartition("/")[0]
        if folder in others and docname not in doubtful[folder] and not domain.is_page(docname):
            others[folder].append(docname)
    given = options(env.config).pages
    for folder, docnames in sorted(doubtful.items()):
        files, by_hand = (
            [file for name in names if (file := _path(env, name)).endswith(".md")]
            for names in (docnames, others[folder])
        )
        warn(Warn.UNRECOGNISED, _message(folder, files, by_hand, given))


def _path(env: BuildEnvironment, docname: str) -> str:
    return env.doc2path(docname, False).as_posix()


def _message(
    folder: str, files: Sequence[str], by_hand: Sequence[str], given: Sequence[str]
) -> str:
    """What is in doubt, and the values of the option that settle it.

    :param by_hand: the other files in the folder, which are hand-written.
    :param given: the present value of the option.
    """
    escaped = list(map(_escaped, files))
    included = [f"{_escaped(folder)}/**" if folder else "*.md"]
    if by_hand and len(files) <= _MOST_NAMES:
        included = escaped
    elif len(by_hand) <= _MOST_NAMES:
        included += [f"!{_escaped(file)}" for file in by_hand]
    excluded = [f"!{file}" for file in (escaped if len(files) <= _MOST_NAMES else included[:1])]
    names = [repr(file.rpartition("/")[2]) for file in files]
    if len(names) > _MOST_NAMES:
        names = [*names[:_MOST_NAMES], "…"]
    count, them = f"{len(files)} files look like wiki pages", "them"
    if len(files) == 1:
        count, them = "1 file looks like a wiki page", "it"
    return (
        f"{folder or '.'}: {count}, but may be hand-written, so MyST reads {them} as trusted "
        f"text: {', '.join(names)}. If this is a wiki, set "
        f"scrapbox_pages = {[*given, *included]}; if not, scrapbox_pages = {[*given, *excluded]}"
    )


def _escaped(path: str) -> str:
    """A glob pattern that matches *path* and is no exclusion."""
    # "[[]" is a pattern that Python warns of, so "?" stands for a bracket.
    pattern = "".join(
        "?" if sign == "[" else f"[{sign}]" if sign in "*?" else sign for sign in path
    )
    return f"?{pattern[1:]}" if path.startswith("!") else pattern


class Recognised(Feature):
    """Keeps the documents whose recognition is not certain."""

    name = "recognition"
    listeners = (Listener("env-check-consistency", warn_of_doubts),)

    def collect(self, nodes: Sequence[nodes.Element], record: DocumentRecord) -> object | None:
        """Whether the document is in doubt, and whether its folder has pages."""
        if not record.in_doubt and record.has_pages is None:
            return None
        return _Uncertain(record.in_doubt, record.has_pages)

    def reread(self, domain: ScrapboxDomain, outdated: Outdated) -> Iterable[str]:
        """Documents that are something else now, as another file in their folder changed."""
        kept: dict[str, _Uncertain] = domain.collected("recognition")
        folders = source_folder(domain.env).pages.folders
        for docname, uncertain in kept.items():
            if uncertain.has_pages is not None and docname not in outdated.removed:
                folder = Path(domain.env.doc2path(docname)).parent
                if folders.has_pages(folder) != uncertain.has_pages:
                    yield docname


FEATURE = Recognised()
