"""The Pygments lexer for the name of a code block.

Authors name a block after its language (``python``), its file (``app.py``) or anything else
(``output``). A name that Pygments does not know is a caption only.
"""

from __future__ import annotations

import re
from functools import cache

from pygments.lexers import get_all_lexers

_EXTENSION = re.compile(r"\*(\.\w+)")
# Names for which Pygments has none or a less common language.
_ALIASES = {".h": "c", ".m": "objective-c", ".ts": "typescript", "sh": "bash", ".sh": "bash"}
PLAIN = "text"


@cache
def _table() -> dict[str, str]:
    """Lexer by lower-case alias and by file extension, the extension with its dot."""
    table: dict[str, str] = {}
    for _, aliases, patterns, _ in get_all_lexers(plugins=False):
        extensions = [match[1] for match in map(_EXTENSION.fullmatch, patterns) if match]
        for name in (*aliases, *extensions) if aliases else ():
            table.setdefault(name.lower(), aliases[0])
    return table | _ALIASES


@cache
def lexer_of(name: str) -> str | None:
    """The Pygments alias for a language or a file called *name*; None if it is neither."""
    name = name.strip().lower()
    table = _table()
    if name in table and not name.startswith("."):
        return table[name]
    stem, _, extension = name.rpartition(".")
    return table.get(f".{extension}") if stem else None
