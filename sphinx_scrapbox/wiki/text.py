"""TODO: say what this file is."""

from __future__ import annotations

import re

# Control characters, marks that turn the direction of text, and bytes that were no text.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


class Paint:
    """Colours text, or leaves it as it is."""

    def __init__(self, color: bool) -> None:
        self.color = color

    def __call__(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.color else text

    def bold(self, text: str) -> str:
        return self(text, "1")

    def dim(self, text: str) -> str:
        return self(text, "2")


def safe(text: str) -> str:
    """*text* with escapes for what a terminal would obey; a tab is a blank."""
    return _UNSAFE.sub(
        lambda match: " " if match[0] == "\t" else match[0].encode("unicode_escape").decode(),
        text,
    )


# -- characters ------------------------------------------------------------------------

# What XML 1.0 forbids; no builder can write these.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
