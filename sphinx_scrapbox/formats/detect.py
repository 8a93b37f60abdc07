"""What a file is, and whether it is a page of a wiki.

Exported pages share their suffix with hand-written MyST, which may read files and hold scripts.
:func:`recognise` decides which of both a Markdown file is; builds and all commands ask it alone.

It looks at what exporters write: front matter with a title and no fields of others, a file named
after the title (:mod:`.markdown.title_names`), icons of the wiki and translation footers. These
*marks* are looked for by the reader of the dialect, so whatever hides one from the search also
hides it from readers. If a file has few signs, or signs of hand-written MyST as well, its folder
decides: see :class:`Recognition`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from sphinx_scrapbox.formats.front_matter import LANGUAGE_FIELDS, FrontMatter, read_front_matter
from sphinx_scrapbox.formats.markdown.blocks import read_markdown, split_page
from sphinx_scrapbox.formats.markdown.title_names import is_named_after, stem_of
from sphinx_scrapbox.wiki import ast
from sphinx_scrapbox.wiki.urls import DEFAULT_ORIGIN


class Status(Enum):
    """What a file is taken for."""

    PAGE = "a page of a wiki"
    DOUBT = "treated as hand-written, to be safe"
    """It looks like a page, but may be hand-written: it is left to MyST, with a warning."""
    OTHER = "not a page of a wiki"


class Answer(NamedTuple):
    """A status and the reason for it, which continues "…, because"."""

    status: Status
    reason: str

    @property
    def is_page(self) -> bool:
        """Whether the file is read as a page of a wiki."""
        return self.status is Status.PAGE


class Recognition(NamedTuple):
    """What a file is, by itself and in company.

    ``alone`` is the answer where the folder tells nothing. ``among_pages`` is the answer if a lock
    file is in the folder or above it, or if another file in the folder is a page (native or by
    ``alone``).
    """

    alone: Answer
    among_pages: Answer

    @property
    def depends_on_folder(self) -> bool:
        """Whether the folder has to be known."""
        return self.alone.status is not self.among_pages.status

    @property
    def may_be_page(self) -> bool:
        """Whether the file is a page in some folder."""
        return self.alone.is_page or self.among_pages.is_page

    def answer(self, *, has_pages: bool) -> Answer:
        """The answer in a folder with pages of a wiki, or without."""
        return self.among_pages if has_pages else self.alone


NATIVE_PAGE = Answer(Status.PAGE, "it is in the wiki's own notation")
NO_PAGE = Answer(Status.OTHER, "it is neither Markdown nor in the wiki's own notation")
_AMONG_PAGES = ", and its folder contains wiki pages"

_NAMED = frozenset({"title", "project", *LANGUAGE_FIELDS})
_EXPORTED = _NAMED | {"created", "updated", "date"}
# Fields that only hand-written documents have.
_OF_SPHINX = frozenset(
    "file_format html_meta jupytext kernelspec myst nocomments nosearch orphan substitutions "
    "tocdepth".split()
)
_FOOTER = "This page is auto-translated from [/"
_MYST = re.compile(
    r"^[ \t\u3000>*+\d.)-]*(?:`{3,}|~{3,}|:{3,})[ \t]*\{"  # a directive
    r"|\{[A-Za-z][\w:.+-]*\}`"  # a role
    r"|^[ \t]*\([^()\s][^()\n]*\)=[ \t\r]*$"  # a target
    r"|^\+\+\+"  # a break between blocks
    r"|\]\((?:\#|[^()\s:]+\.(?:md|rst|ipynb|html?|png|jpe?g|gif|svg)\b)[^()\s]*\)",  # a local link
    re.MULTILINE,
)
_TOCTREE = re.compile(
    r"^[ \t]*(?:`{3,}|~{3,}|:{3,})[ \t]*\{(?:(?:scrapbox:)?toctree|tableofcontents)\}", re.M
)
_TAG = re.compile(r"<(?!img src=')[A-Za-z]")
_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}|~{3,}|:{3,})(?P<rest>[^\n]*)")


def recognise(
    text: str,
    path: str,
    *,
    origin: str = DEFAULT_ORIGIN,
    chosen: bool | None = None,
    by: str = "scrapbox_pages",
) -> Recognition:
    """What the Markdown file *path* is.

    :param path: the name of the file, with or without folders; ``/`` separates them.
    :param chosen: whether the option *by* includes or excludes it; None if it does neither.
    """
    if chosen is not None:
        return _always(
            Answer(Status.PAGE, f"{by} includes it")
            if chosen
            else Answer(Status.OTHER, f"{by} excludes it")
        )
    text = text.removeprefix("\ufeff")
    front, lines = split_page(text)
    if "title" in front.fields <= _EXPORTED:
        return _exported(text, lines, front, stem_of(path), origin)
    others = ", ".join(sorted(front.fields - _EXPORTED))
    if others and not front.fields.isdisjoint(_OF_SPHINX):
        return _always(Answer(Status.OTHER, f"its front matter has fields for Sphinx: {others}"))
    what = f"its front matter has other fields: {others}" if others else "it has no title"
    if not _visible(_marks(text, origin), lines):
        reason = f"it has no icon or translation footer of a wiki, and {what}"
        return _always(Answer(Status.OTHER, reason))
    # The exporter leaves an empty line in place of the title, even where it writes no title.
    first = lines[max(front.body - 1, 0)]
    if not others and first.strip() and _MYST.search(text):
        return _always(Answer(Status.OTHER, f"{what}, and it contains MyST syntax"))
    marked = "it has an icon or a translation footer of a wiki"
    doubt = Answer(Status.DOUBT, f"{marked}, but {what}")
    if others:
        return _always(doubt)
    return Recognition(doubt, Answer(Status.PAGE, marked + _AMONG_PAGES))


def _always(answer: Answer) -> Recognition:
    return Recognition(answer, answer)


def _page(reason: str) -> Recognition:
    return _always(Answer(Status.PAGE, reason))


def _exported(
    text: str, lines: Sequence[str], front: FrontMatter, stem: str, origin: str
) -> Recognition:
    """What a file is whose front matter an exporter may have written."""
    if front.project.strip() and front.title.strip():
        return _page("its front matter has a title, a project and no fields of other tools")
    is_named = front.fields <= _NAMED and is_named_after(front.title, stem)
    has_myst = _MYST.search(text) is not None
    what = "its front matter contains only a title"
    if is_named:
        what += ", and the file is named after it"
        if not has_myst:
            return _page(what)
    elif front.fields != {"title"}:
        what = "its front matter has the fields of an export"
    marks = _marks(text, origin)
    if marks and (is_named or _visible(marks, lines)):
        return _page(f"{what}, and it has an icon or a translation footer of a wiki")
    among_pages = Answer(Status.PAGE, what + _AMONG_PAGES)
    if is_named:
        reason = f"{what}, but it contains MyST syntax, and its folder contains no wiki pages"
        return Recognition(Answer(Status.DOUBT, reason), among_pages)
    if not marks and _TOCTREE.search(text):
        reason = f"{what}, but it contains a table of contents"
        among_pages = Answer(Status.DOUBT, reason + _AMONG_PAGES)
        return Recognition(Answer(Status.OTHER, reason), among_pages)
    if marks and (has_myst or _TAG.search(text)):
        reason = f"{what}, and all icons and footers of a wiki are in literal blocks"
        return Recognition(Answer(Status.DOUBT, reason), among_pages)
    reason = f"{what}, but the file is not named after it and has no icon or footer of a wiki"
    return Recognition(Answer(Status.OTHER, reason), among_pages)


def detect(text: str) -> str | None:
    """The format of a text without a file name: ``"markdown"``, ``"json"`` or None.

    A project export (``json``) begins with a bracket and the name of a field.
    """
    text = text.removeprefix("\ufeff")
    if "title" in read_front_matter(text.split("\n")).fields <= _EXPORTED:
        return "markdown"
    return "json" if re.match(r'\s*\{\s*"', text) else None


def _marks(text: str, origin: str) -> set[int]:
    """The numbers of the lines with an icon of the wiki or a translation footer."""
    if f"<img src='{origin.rstrip('/')}/api/pages/" not in text and _FOOTER not in text:
        return set()
    return set(_marked_lines(read_markdown(text, origin=origin)))


def _marked_lines(page: ast.Page) -> Iterator[int]:
    for block in page.blocks:
        if isinstance(block, ast.Line) and not block.indent and block.source.startswith(_FOOTER):
            yield block.line
        for node in ast.walk(block):
            if isinstance(node, ast.Icon):
                yield node.line


def _visible(marks: set[int], lines: Sequence[str]) -> bool:
    """Whether any of *marks* is outside of the literal blocks of a hand-written document.

    A document about exported pages has them inside. A fence without an end hides nothing.
    """
    opened = ""
    hidden: set[int] = set()
    inside: set[int] = set()
    for number, line in enumerate(lines, 1) if marks else ():
        if number in marks:
            inside.add(number)
        if opened:
            match = _FENCE.match(line)
            if match and match["fence"].startswith(opened) and not match["rest"].strip():
                opened = ""
                hidden |= inside
        elif match := _FENCE.match(line):
            opened, inside = match["fence"], set()
    return not marks <= hidden
