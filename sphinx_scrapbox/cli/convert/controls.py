"""Control characters, which a page keeps on its way from exported Markdown to notation or back.

Readers remove them, as no document can contain them. Here they are read as private characters,
which mean nothing in either format, and written as what they stand for.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from sphinx_scrapbox.wiki import Page

# Not form feeds and vertical tabs: at the start of a row, these would be its indent.
_KEPT = [*map(chr, range(0x20)), "\x7f", "\ufffe", "\uffff"]
_PRIVATE = 0x10FF00
_STAND_INS = {
    character: chr(_PRIVATE + number)
    for number, character in enumerate(_KEPT)
    if character not in "\t\n\v\f\r"
}
_CONTROLS = {stand_in: character for character, stand_in in _STAND_INS.items()}
_HIDE = str.maketrans(_STAND_INS)
_RESTORE = str.maketrans(_CONTROLS)
_REMOVE = dict.fromkeys(map(ord, (*_CONTROLS, *_STAND_INS)))
_ANY = re.compile(f"[{re.escape(''.join(_STAND_INS))}]")
_ANY_STAND_IN = re.compile(f"[{''.join(_CONTROLS)}]")


def with_hidden_controls(
    text: str, convert: Callable[[str], Page], write: Callable[[Page], str]
) -> Page | None:
    """The converted page of *text* with private characters in place of its control characters.

    None if it has none, or if they separate what would be read as one sign without them: readers
    of the output remove them first.
    """
    if _ANY.search(text) is None or _ANY_STAND_IN.search(text):
        return None
    page, without = convert(text.translate(_HIDE)), convert(stripped(text))
    return page if stripped(write(page)) == write(without) else None


def stripped(text: str) -> str:
    """*text* without control characters, hidden or not."""
    return text.translate(_REMOVE)


def restored(text: str) -> str:
    """*text* with the control characters that are hidden in it."""
    return text.translate(_RESTORE)
