"""Delimiters and lengths behind commands."""

from __future__ import annotations

import re

from sphinx_scrapbox.formats.tex.commands import DELIMITERS, SIGNS
from sphinx_scrapbox.formats.tex.groups import Unreadable
from sphinx_scrapbox.formats.tex.macros import ALIASES, REPLACEMENTS

_DELIMITER = re.compile(r"[ \t\n]*(?:\\(?P<command>[A-Za-z]+)|(?P<sign>\\[{}|]|[()\[\]<>/|.]))")
_LENGTH = re.compile(
    r"\*?[ \t\n]*(?P<brace>\{)?[ \t\n]*(?P<number>-?(?:\d{1,3}(?:\.\d{0,4})?|\.\d{1,4}))[ \t\n]*"
    r"(?P<unit>em|ex|pt|mm|cm|in|mu)[ \t\n]*(?(brace)\})"
)
_MOST_UNITS = {"em": 20, "ex": 40, "mu": 360, "pt": 200, "mm": 70, "cm": 7, "in": 3}


def read_delimiter(tex: str, at: int, name: str) -> tuple[str, int]:
    """The delimiter behind the command *name*, and where it ends.

    :raises Unreadable: if there is none.
    """
    match = _DELIMITER.match(tex, at)
    if match is None:
        command = SIGNS.get(tex[at : at + 1], "")
        if command not in DELIMITERS:
            raise Unreadable(f"\\{name} has no delimiter")
        return f"\\{command} ", at + 1
    if sign := match["sign"]:
        return sign, match.end()
    command = ALIASES.get(match["command"], match["command"])
    if len(sign := REPLACEMENTS.get(command, "")) == 1:
        return sign, match.end()
    if command not in DELIMITERS:
        raise Unreadable(f"\\{command} is not a delimiter")
    return f"\\{command} ", match.end()


def read_length(tex: str, at: int, name: str) -> tuple[str, int]:
    """The space for the command *name* and the length behind it, and where that ends.

    Spaces are bounded, as they would move the formula over other text.

    :raises Unreadable: if there is no length, or it is too long.
    """
    match = _LENGTH.match(tex, at)
    if match is None:
        raise Unreadable(f"\\{name} has no length", name)
    number, unit = match["number"], match["unit"]
    most = _MOST_UNITS[unit]
    if not -most / 10 <= float(number) <= most:
        raise Unreadable(f"\\{name} is too long", name)
    command = "mspace" if unit == "mu" else "hspace"
    return f"\\{command}{{{number}{unit}}}", match.end()
