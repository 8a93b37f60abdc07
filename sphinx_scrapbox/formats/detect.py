"""The format of a file, and whether it is a page of a wiki.

Builds and the commands ``check``, ``diff`` and ``convert`` share these rules; they require
different :class:`Evidence`.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import cache

from sphinx_scrapbox.formats.front_matter import BARE, read_front_matter
from sphinx_scrapbox.wiki.urls import DEFAULT_ORIGIN


class Evidence(Enum):
    """The evidence that a Markdown text is a page exported by the wiki.

    A *mark* is an icon of the wiki or a translation footer outside of fences. (A document
    *about* exported pages has them inside of fences.)
    """

    NONE = "none"
    MARKS = "marks"
    """A mark, but no title: an export that lost its front matter. ``check`` reports it."""
    TITLE = "title"
    """A title alone in the front matter, but no mark. ``convert`` and ``diff`` read it, a build
    only if ``scrapbox_pages`` names the file."""
    EXPORT = "export"
    """Both. Every tool reads it."""

    @property
    def may_be_page(self) -> bool:
        """Whether the text has the front matter of an export."""
        return self in (Evidence.TITLE, Evidence.EXPORT)


def evidence_of(text: str, *, origin: str = DEFAULT_ORIGIN) -> Evidence:
    """The evidence in *text* for an export of the wiki at *origin*."""
    bare = BARE.match(text)
    marked = _has_mark(text, bare.end() if bare else 0, f"<img src='{origin}/api/pages/")
    if bare:
        return Evidence.EXPORT if marked and bare["title"].strip() else Evidence.TITLE
    if marked and not read_front_matter(text.removeprefix("\ufeff").split("\n")).title:
        return Evidence.MARKS
    return Evidence.NONE


def is_export(text: str, *, origin: str = DEFAULT_ORIGIN) -> bool:
    """Whether a build reads *text* as a wiki page without being configured to."""
    return evidence_of(text, origin=origin) is Evidence.EXPORT


def detect(text: str) -> str | None:
    """The format of a text without a file name: ``"markdown"``, ``"json"`` or None.

    A project export (``json``) begins with a bracket and the name of a field.
    """
    if evidence_of(text).may_be_page:
        return "markdown"
    return "json" if re.match(r'\ufeff?\s*\{\s*"', text) else None


_FOOTER_MARK = "This page is auto-translated from [/"
_FOOTER_REACH = 10_000
_LAST_FOOTER = re.compile(r"^" + re.escape(_FOOTER_MARK) + r"[^\r\n]*\s*\Z", re.MULTILINE)


@cache
def _mark_or_fence(icon_mark: str) -> re.Pattern[str]:
    return re.compile(
        rf"^ {{0,3}}(?P<fence>`{{3,}}|~{{3,}}|:{{3,}})|(?<!`){re.escape(icon_mark)}"
        rf"|^{re.escape(_FOOTER_MARK)}",
        re.MULTILINE,
    )


def _has_mark(text: str, start: int, icon_mark: str) -> bool:
    """Whether *text* from *start* on has a mark outside of fences, or ends in a footer."""
    if icon_mark not in text and _FOOTER_MARK not in text:
        return False
    if _LAST_FOOTER.search(text, max(start, len(text) - _FOOTER_REACH)):
        return True
    opened = ""
    for match in _mark_or_fence(icon_mark).finditer(text, start):
        fence = match["fence"]
        if not fence:
            if not opened:
                return True
        elif not opened:
            opened = fence
        elif fence.startswith(opened):
            opened = ""
    return False
