"""Titles of pages: identity, link targets, anchors of lines.

Identity (measured on 21,637 native and 23,914 exported pages): a space equals an underscore,
and titles are compared in lower case. There is no other folding: "ß" is not "ss".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import NamedTuple

_MAX_SUGGESTIONS = 3
_CLOSE = 0.75
"""The ratio of :mod:`difflib` from which on a title is close: one letter of four may differ."""
_MAX_COMPARISONS = 1_000_000
"""Comparisons of titles that a :class:`CloseTitles` makes, in about two seconds."""
_LINE_ID = re.compile(r"[0-9a-f]{24,26}")


def key(title: str) -> str:
    """The identity of *title* within its project: two titles with one key are one page."""
    return title.replace(" ", "_").lower()


def file_name_key(title: str) -> str:
    """The identity of *title* among titles that are names of exported files.

    The exporter writes a slash as a dash, and titles with both may meet.
    """
    return key(title.replace("/", "-"))


class Target(NamedTuple):
    """A link target taken apart; ``project`` is empty for the page's own project."""

    project: str
    title: str


def split_target(target: str) -> Target:
    """Take ``/project/Title``, ``/project`` or ``Title`` apart.

    >>> split_target("/villagepump/a/b")
    Target(project='villagepump', title='a/b')
    >>> split_target("/villagepump")
    Target(project='villagepump', title='')
    >>> split_target("a/b")
    Target(project='', title='a/b')
    """
    if target.startswith("/") and len(target) > 1 and target[1] not in "/ ":
        project, _, title = target[1:].partition("/")
        return Target(project, title)
    return Target("", target)


def join_target(project: str, title: str) -> str:
    """The inverse of :func:`split_target`."""
    if not project:
        return title
    return f"/{project}/{title}" if title else f"/{project}"


def split_fragment(title: str) -> tuple[str, str]:
    """Split ``Title#fragment`` at its last ``#``; no fragment gives an empty string.

    A title may itself hold ``#``: look the whole text up first.
    """
    head, sign, tail = title.rpartition("#")
    return (head, tail) if sign and head else (title, "")


def is_line_id(text: str) -> bool:
    """Whether *text* has the form of a line id: 24 to 26 lower-case hexadecimal digits."""
    return _LINE_ID.fullmatch(text) is not None


def anchor(line_id: str) -> str:
    """The id of a line's element in a document; it begins with a letter, as all formats allow."""
    return f"L{line_id}"


def inventory_name(title: str) -> str:
    """The name of a page in ``objects.inv``.

    The format separates its fields with blanks, and loses a title such as ``a b 20 c``; a
    key without any white space survives.
    """
    return re.sub(r"\s", "_", key(title))


class CloseTitles:
    """Finds those of *titles* that somebody may have meant who wrote another one.

    Each search compares it with all of them. After a million comparisons, nothing is found any
    more: a site of 25,000 pages may have thousands of links to pages that do not exist.
    """

    def __init__(self, titles: Iterable[str]) -> None:
        self._by_key = {key(title): title for title in titles}
        self._answers: dict[str, tuple[str, ...]] = {}
        self._left = _MAX_COMPARISONS

    def find(self, title: str) -> tuple[str, ...]:
        """Up to three that differ in a few letters, or else the shortest that contain *title*."""
        wanted = key(title)
        if wanted not in self._answers:
            self._left -= len(self._by_key)
            self._answers[wanted] = self._search(wanted) if wanted and self._left >= 0 else ()
        return self._answers[wanted]

    def _search(self, wanted: str) -> tuple[str, ...]:
        close = get_close_matches(wanted, self._by_key, n=_MAX_SUGGESTIONS, cutoff=_CLOSE)
        if not close:
            longer = (other for other in self._by_key if wanted in other)
            close = sorted(longer, key=lambda other: (len(other), other))[:_MAX_SUGGESTIONS]
        return tuple(self._by_key[other] for other in close)


def did_you_mean(titles: Iterable[str]) -> str:
    """The end of a message about a title that does not exist; "" without a suggestion."""
    words = " or ".join(map(repr, titles))
    return f"; did you mean {words}?" if words else ""
