"""E-mail addresses in text: also international ones (RFC 6531), and those with quoted names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

LONGEST = 64 + 1 + 255
"""The characters of the longest address (RFC 5321)."""

_NAME = re.compile(r"[\w.+%-]{1,64}\Z")
_QUOTED_NAME = re.compile(r'"(?!\s)[^"\n<>\x01\x02]{1,64}(?<!\s)"\Z')
_ASCII_NAME = re.compile(r"[a-z0-9._+%-]+\Z")
# Text of a script without blanks may follow a domain of ASCII letters.
_DOMAIN = re.compile(
    r"((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}(xn--[a-z0-9-]{2,59}|[a-z]{2,24}))"
    "(?![^\\W\u2e80-\U0010ffff]|[@-])"
)
_WORLD_DOMAIN = re.compile(
    r"((?:[^\W_](?:[\w-]{0,61}[^\W_])?[.。]){1,8}"
    r"(xn--[a-z0-9-]{2,59}|[a-z]{2,24}(?![a-z0-9@_-])|(?<=\.)[^\W\d_\x00-\x7f]{2,24}))"
)
_LITERAL_DOMAIN = re.compile(r"(\[(?:ipv6:[0-9a-f:.]{2,45}|\d{1,3}(?:\.\d{1,3}){3})()\])")
# Suffixes of file names, and reserved domains (RFC 2606).
_NOT_TLDS = frozenset(
    "png jpg jpeg gif svg webp avif css js mjs ts html htm json xml py md rst txt sty cls woff "
    "ttf example test invalid localhost local".split()
)
_RESERVED = re.compile(r"(?:.+\.)?example\.(?:com|net|org)")
_TEMPLATE = "ll@li.org"  # in the header of a new message catalogue


class EmailAddress(NamedTuple):
    """An address: where its text starts, and the spellings by which it may be allowed."""

    start: int
    spellings: tuple[str, ...]


def addresses_in(text: str, start: int = 0) -> Iterator[EmailAddress]:
    """The e-mail addresses in *text* (in normal form) that have their sign after *start*.

    Example domains, names of files and logins to servers such as ``git@`` do not count.
    """
    at = text.find("@", start)
    while at >= 0:
        name = _NAME.search(text, max(at - 64, 0), at)
        quoted = None if name else _QUOTED_NAME.search(text, max(at - 66, 0), at)
        if (before := name or quoted) and (domain := _domain(text, at + 1)):
            begin = before.start()
            names = [before[0].lstrip(".%+-")]
            if ascii_name := _ASCII_NAME.search(names[0]):  # other words may precede
                names.append(ascii_name[0].lstrip(".%+-"))
            is_login = "git" in names or text[max(begin - 2, 0) : begin] == "//"
            spellings = [f"{each}@{domain}" for each in names if each]
            spellings += [f"{each}@{_decoded(domain)}" for each in names if "xn--" in domain]
            if not is_login and _TEMPLATE not in spellings:
                yield EmailAddress(begin, tuple(dict.fromkeys(spellings)))
        at = text.find("@", at + 1)


def _domain(text: str, at: int) -> str:
    """The domain at a position, "" if there is none that counts."""
    for pattern in (_DOMAIN, _WORLD_DOMAIN, _LITERAL_DOMAIN):
        if match := pattern.match(text, at):
            is_real = match[2] not in _NOT_TLDS and not _RESERVED.fullmatch(match[1])
            return match[1] if is_real else ""
    return ""


def _decoded(domain: str) -> str:
    """A domain in its own script, from its spelling in ASCII (RFC 3492)."""
    labels = domain.split(".")
    try:
        return ".".join(
            label[4:].encode().decode("punycode") if label.startswith("xn--") else label
            for label in labels
        )
    except UnicodeError:
        return domain
