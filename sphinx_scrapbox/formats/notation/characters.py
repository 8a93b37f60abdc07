"""Native notation: white space, and characters that rows cannot contain."""

from __future__ import annotations

import re

from sphinx_scrapbox.wiki.text import NOT_XML

WHITE = (
    "\t\n\v\f\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
"""White space as the wiki's own language has it: that of JavaScript.

Python's ``\\s`` is another set: it has U+001C-1F and U+0085, and lacks U+FEFF.
"""


def compile_pattern(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Compile *pattern*; ``~s`` is white space, ``~S`` is none, ``~U`` is part of an address."""
    for mark, chars in (("~S", f"[^{WHITE}]"), ("~s", f"[{WHITE}]"), ("~U", rf"[^{WHITE}\]]")):
        pattern = pattern.replace(mark, chars)
    return re.compile(pattern, flags | re.ASCII | re.DOTALL)


NOT_IN_ROWS = re.compile(f"{NOT_XML.pattern}|[\r\x7f]")
"""What XML excludes, CR within a row, and DEL."""
