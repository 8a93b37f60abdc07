"""Readers and writers: text to page and back, one folder for each format.

A reader turns text into a :class:`~sphinx_scrapbox.wiki.ast.Page`, a writer turns a page into
text. This folder knows the syntax of the formats; what a page means is defined in
:mod:`sphinx_scrapbox.wiki`. It does not import docutils or Sphinx, and does no I/O.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from sphinx_scrapbox.formats.detect import Answer, Recognition, Status, detect, recognise
from sphinx_scrapbox.formats.evidence.signatures import signatures_of
from sphinx_scrapbox.formats.markdown import (
    LineFormat,
    as_exported,
    as_native,
    read_markdown,
    write_markdown,
)
from sphinx_scrapbox.formats.myst import write_myst
from sphinx_scrapbox.formats.notation import (
    read_notation,
    read_row,
    write_notation,
    write_row,
)
from sphinx_scrapbox.formats.page_file import LockRow, native_page
from sphinx_scrapbox.formats.project import Project, ProjectPage, load_project, write_project
from sphinx_scrapbox.wiki.ast import Page
from sphinx_scrapbox.wiki.speakers import find_signers
from sphinx_scrapbox.wiki.structure import StructureOptions

__all__ = [
    "FORMATS",
    "Answer",
    "Format",
    "LockRow",
    "Project",
    "ProjectPage",
    "Recognition",
    "Status",
    "converted",
    "detect",
    "load_project",
    "native_page",
    "read",
    "recognise",
    "write",
    "write_project",
    "writer_for",
]


class Format(NamedTuple):
    """The file suffix of a format, its reader and its writer of one page, or None."""

    suffix: str
    read: Callable[[str, str], Page] | None
    write: Callable[[Page], str] | None


FORMATS: Mapping[str, Format] = {
    "markdown": Format(".md", lambda text, name: read_markdown(text, name=name), write_markdown),
    "notation": Format(
        ".scrapbox", lambda text, name: read_notation(text, name=name), write_notation
    ),
    "myst": Format(".myst.md", None, write_myst),
    "json": Format(".json", None, None),
}
"""By name: exported Markdown, the wiki's own notation, clean MyST, a project export.

A project export holds many pages: see :func:`.load_project` and :func:`.write_project`.
"""
_NATIVE = ("notation", "json")
PAGE_SUFFIXES = (FORMATS["markdown"].suffix, FORMATS["notation"].suffix)
"""The suffixes of files that can be pages of a wiki."""


def read(text: str, format: str, name: str = "") -> Page:
    r"""Read one page; *name*, the stem of its file, is its title if it has none.

    :raises ValueError: if *format* cannot be read page by page.

    >>> read("Compost\n[Soil]", "notation").blocks[0].nodes
    (PageLink(line=2, title='Soil', project=''),)
    """
    reader = FORMATS[format].read if format in FORMATS else None
    if reader is None:
        readable = (repr(name) for name, entry in FORMATS.items() if entry.read)
        raise ValueError(f"{format!r} is none of {', '.join(readable)}")
    return reader(text, name)


def writer_for(
    format: str,
    pages: Iterable[Page],
    *,
    plain: bool = False,
    origins: Mapping[str, str] = MappingProxyType({}),
) -> Callable[[Page], str]:
    """:func:`write` for the pages of one wiki: who signs on them is known to the MyST writer.

    :param plain: whether MyST shall do without the roles and directives of this extension.
    :param origins: by project, the server that links of plain MyST lead to, if it is not
        https://scrapbox.io; "" for none.
    """
    if format != "myst":
        return lambda page: write(page, format)
    signers = find_signers(map(signatures_of, pages)) or None
    options = StructureOptions(signers=signers)
    return lambda page: write_myst(page, options, plain=plain, origins=origins)


def converted(page: Page, source: str, target: str) -> Page:
    """*page* of the format *source* in the terms of the format *target*, ready to be written."""
    if target == "markdown" and source in _NATIVE:
        return as_exported(page)
    if target in _NATIVE and source == "markdown":
        return as_native(page, LineFormat(write_row, read_row))
    return page


def write(page: Page, format: str) -> str:
    r"""Write one page.

    :raises ValueError: if *format* cannot be written page by page.

    >>> write(Page("Compost", ()), "notation")
    'Compost\n'
    """
    writer = FORMATS[format].write if format in FORMATS else None
    if writer is None:
        writable = (repr(name) for name, entry in FORMATS.items() if entry.write)
        raise ValueError(f"{format!r} is none of {', '.join(writable)}")
    return writer(page)
