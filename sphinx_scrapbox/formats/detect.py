"""TODO: say what this file is."""

from __future__ import annotations

import re
from functools import cache

from sphinx_scrapbox.wiki.urls import DEFAULT_ORIGIN

_ONLY_TITLE = re.compile(r"\ufeff?---[ \t]*\r?\ntitle:[^\r\n]*\r?\n---[ \t]*(?:\r?\n|\Z)")


def kind_of(text: str) -> str | None:
    """What *text* is by the marks that only an export leaves; None if it bears none.

    An exported page begins with a title alone in its front matter, a project export (``json``)
    with a bracket and the name of a field.
    """
    if _ONLY_TITLE.match(text) or is_export(text):
        return "markdown"
    return "json" if re.match(r'\ufeff?\s*\{\s*"', text) else None


def is_export(text: str, *, origin: str = DEFAULT_ORIGIN) -> bool:
    """Whether *text* bears the marks of an exported page of the wiki at *origin*.

    These are front matter with a title alone (the export's own; a ``project`` below it may
    say what no icon tells), and an icon of the wiki or a translation footer: outside of any
    fence, since a page *about* exported pages shows them in one.
    """
    head = _BARE_HEAD.match(text)
    if head is None:
        return False
    if _LAST_FOOTER.search(text, max(head.end(), len(text) - _FOOTER_REACH)):
        return True
    return _bears_mark(text, head.end(), f"<img src='{origin}/api/pages/")


# -- marks of an export ----------------------------------------------------------------

_BARE_HEAD = re.compile(
    r"\ufeff?---[ \t]*\r?\ntitle:[ \t]*\S[^\r\n]*\r?\n(?:project:[ \t]*[^\s]+[ \t]*\r?\n)?"
    r"---[ \t]*\r?\n"
)
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


def _bears_mark(text: str, start: int, icon_mark: str) -> bool:
    if icon_mark not in text and _FOOTER_MARK not in text:
        return False
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
