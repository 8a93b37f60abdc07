"""What file systems and hosts of sites have against a name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from unicodedata import is_normalized

from sphinx_scrapbox.wiki.text import EPUB_SIGNS, SURROGATES

WINDOWS_SIGNS = r'<>:"\\|?*\x00-\x1f'
"""Not allowed in names on Windows, besides the slash; for a class of a regular expression."""
_SURROGATE = re.compile(f"[{SURROGATES}]")
DEVICE = re.compile(
    r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$)\s*(?:\.|$)", re.I | re.A
)
"""Names of devices on Windows, which count with any suffix and with blanks before it."""
_MAX_NAME_BYTES = 255
_BUILD_SUFFIX_BYTES = 12  # what a build appends, such as ".doctree"
LONG_NAME_BYTES = 120
"""Bytes up to which a name fits everywhere, with a longer suffix or that of a backup, too."""


class Host(Enum):
    """What stores or publishes the files of a site, and has rules for their names.

    ``shown`` is its name in messages, ``signs`` are the characters that it refuses.
    """

    NETLIFY = "netlify", "Netlify", "#?"
    # As upload-artifact checks paths; GitHub Pages itself is given an archive.
    GITHUB = "github", "an artifact on GitHub", r'"*:<>?|\r\n'
    WINDOWS = "windows", "Windows", WINDOWS_SIGNS
    # EPUB 3.3, section 4.2.3.
    EPUB = "epub", "EPUB", rf"{WINDOWS_SIGNS}\x7f-\x9f{EPUB_SIGNS}"

    def __init__(self, id: str, shown: str, signs: str) -> None:
        self.id = id
        self.shown = shown
        self.signs = re.compile(f"[{signs}]")

    def problems(self, name: str) -> Iterator[str]:
        """What the host has against the name of a file or folder, as clauses for a message."""
        if signs := sorted(set(self.signs.findall(name))):
            yield f"{self.shown} allows no {' '.join(map(_visible_sign, signs))} in a name"
        if self is Host.WINDOWS:
            if name[-1:] in (".", " "):
                end = "dot" if name[-1] == "." else "space"
                yield f"Windows removes the {end} at the end of a name"
            if DEVICE.match(name):
                yield "the name of a device on Windows"
        elif self is Host.EPUB and name.endswith("."):
            yield "EPUB allows no dot at the end of a name"


HOSTS = {host.id: host for host in Host}
"""By id."""


def _visible_sign(sign: str) -> str:
    return sign if sign.isprintable() else f"U+{ord(sign):04X}"


def refusals(name: str, hosts: Iterable[Host] = Host) -> list[str]:
    """What *hosts* and all file systems have against a name, each as a clause for a message.

    >>> refusals("Why?", [Host.NETLIFY])
    ['Netlify allows no ? in a name']
    """
    clauses = [clause for host in hosts for clause in host.problems(name)]
    if _SURROGATE.search(name):
        clauses.append("the name is not UTF-8")
    if not is_normalized("NFC", name):
        clauses.append("Sphinx finds names with composed accents (NFC) only")
    size = len(name.encode("utf-8", "surrogateescape"))
    if size > _MAX_NAME_BYTES - _BUILD_SUFFIX_BYTES:
        clauses.append(f"a name of {size} bytes is too long for the suffixes that a build appends")
    return clauses
