"""The text of Sphinx's search index, in which the entries of a few documents are replaced.

``searchindex.js`` is one JSON object, with sorted keys and no blanks. Its terms are sorted, and
their values are numbers of documents, so an entry is found by bisection and replaced in place. The
result is what ``IndexBuilder`` would write after it loaded the whole index.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from operator import itemgetter
from typing import Any, NamedTuple

_START, _END = b"Search.setIndex(", b")"
_SECTIONS = {
    "alltitles": b"{",
    "docnames": b"[",
    "envversion": b"{",
    "filenames": b"[",
    "indexentries": b"{",
    "objects": b"{",
    "objnames": b"{",
    "objtypes": b"{",
    "terms": b"{",
    "titles": b"[",
    "titleterms": b"{",
}
"""The members of the index in their order, with the bracket at the start of each."""
_CLOSING = {b"{": b"}", b"[": b"]"}
_ENTRY = re.compile(rb'"((?:[^"\\]|\\.)*)":(\d+|\[[\d,]*\]),')
_END_OF_VALUE = re.compile(rb'[\d\]],(?=")')
_NEAR = 2048
"""Bytes that are searched entry by entry."""
_FEW = 8
"""Documents that are looked up one by one."""


class Documents(NamedTuple):
    """What some documents add to the index; the fields are those of ``IndexBuilder``."""

    titles: Mapping[str, str | None]
    filenames: Mapping[str, str]
    all_titles: Mapping[str, Sequence[tuple[str, str | None]]]
    terms: Mapping[str, set[str]]
    title_terms: Mapping[str, set[str]]


class UnknownTextError(ValueError):
    """The text of the index, or the documents in it, are not as they have to be."""


class SearchText:
    """The text of an index.

    :raises UnknownTextError: if it does not have the known form.
    """

    def __init__(self, text: bytes) -> None:
        self._sections = dict(_sections(text))
        self.docnames: list[str] = json.loads(self._sections["docnames"])
        """The documents, in the order of their numbers."""

    def get(self, name: str) -> bytes:
        """The text of one of the members, such as ``titles``."""
        return self._sections[name]

    def set(self, name: str, data: Any) -> None:
        """Replace a member."""
        self._sections[name] = _dumped(data)

    def replace(self, documents: Documents) -> None:
        """Replace all that the index holds of some documents.

        :raises UnknownTextError: if one of them is not in the index, or it has unknown terms.
        """
        numbers = {docname: number for number, docname in enumerate(self.docnames)}
        if not documents.titles.keys() <= numbers.keys():
            raise UnknownTextError
        changed = {numbers[docname]: docname for docname in documents.titles}
        for name, table in (("titles", documents.titles), ("filenames", documents.filenames)):
            rows = json.loads(self._sections[name])
            for number, docname in changed.items():
                rows[number] = table[docname]
            self.set(name, rows)
        self._replace_titles(changed, documents.all_titles)
        for name, terms in (("terms", documents.terms), ("titleterms", documents.title_terms)):
            by_term = {term: {numbers[one] for one in found} for term, found in terms.items()}
            self._sections[name] = replaced_terms(self._sections[name], set(changed), by_term)

    def _replace_titles(
        self, changed: Mapping[int, str], titles: Mapping[str, Sequence[tuple[str, str | None]]]
    ) -> None:
        """Replace the headings, whose places are in the order of the documents."""
        places: dict[str, list[Any]] = json.loads(self._sections["alltitles"])
        before: dict[int, list[tuple[str, str | None]]] = {number: [] for number in changed}
        for title, of_title in places.items():
            for number, anchor in of_title:
                if number in before:
                    before[number].append((title, anchor))
        moved = [
            (number, docname)
            for number, docname in changed.items()
            if before[number] != sorted(map(tuple, titles[docname]), key=itemgetter(0))
        ]
        for number, docname in moved:
            for title, _anchor in before[number]:
                places[title] = [place for place in places[title] if place[0] != number]
            for title, anchor in titles[docname]:
                places.setdefault(title, []).append([number, anchor])
                places[title].sort(key=lambda place: place[0])
        if moved:
            self.set("alltitles", {title: found for title, found in places.items() if found})

    def text(self) -> bytes:
        """The text as it is now."""
        members = (b'"%b":%b' % (name.encode(), self._sections[name]) for name in _SECTIONS)
        return b"%b{%b}%b" % (_START, b",".join(members), _END)


def _dumped(data: Any) -> bytes:
    return json.dumps(data, separators=(",", ":"), sort_keys=True).encode("ascii")


def _sections(text: bytes) -> Iterator[tuple[str, bytes]]:
    """The members of an index.

    No string can hold the text between two members, as a quotation mark in a string has a
    backslash before it. A term that is named like a member follows a number or a list.
    """
    names = [*_SECTIONS]
    at = len(_START) + 1
    opening = b'%b{"%b":%b' % (_START, names[0].encode(), _SECTIONS[names[0]])
    if not text.startswith(opening) or not text.endswith(b"})"):
        raise UnknownTextError
    for name, following in pairwise([*names, ""]):
        start = at + len(name) + 3
        if not following:
            yield name, text[start : -len(_END) - 1]
            return
        between = b'%b,"%b":%b' % (
            _CLOSING[_SECTIONS[name]],
            following.encode(),
            _SECTIONS[following],
        )
        end = text.find(between, start)
        if end < 0:
            raise UnknownTextError
        yield name, text[start : end + 1]
        at = end + 2


class _Terms:
    """The terms of an index, each with its numbers and a comma."""

    def __init__(self, section: bytes) -> None:
        self._text = section[1:-1] + b"," if len(section) > 2 else b""
        if b',":' in self._text:  # a comma at the end of a term, or a colon at its start
            raise UnknownTextError

    def holding(self, numbers: set[int]) -> dict[str, set[int]]:
        """The terms of some documents."""
        found: dict[str, set[int]] = {}
        for term, number in self._few(numbers) if len(numbers) <= _FEW else self._many(numbers):
            found.setdefault(term, set()).add(number)
        return found

    def _few(self, numbers: Iterable[int]) -> Iterator[tuple[str, int]]:
        text = self._text
        for number in numbers:
            digits = b"%d" % number
            at = text.find(digits)
            while at >= 0:
                end = at + len(digits)
                if text[at - 1 : at] in (b":", b"[", b",") and text[end : end + 1] in (b",", b"]"):
                    quote = text.rfind(b'"', 0, at)
                    if text[quote + 1 : quote + 2] == b":":  # else it is part of a term
                        yield _decoded(text[text.rfind(b',"', 0, quote) + 2 : quote]), number
                at = text.find(digits, end)

    def _many(self, numbers: Iterable[int]) -> Iterator[tuple[str, int]]:
        wanted = {b"%d" % number: number for number in numbers}
        for entry in _ENTRY.finditer(self._text):
            values = entry[2].strip(b"[]").split(b",")
            if not wanted.keys().isdisjoint(values):
                term = _decoded(entry[1])
                yield from ((term, wanted[value]) for value in values if value in wanted)

    def find(self, term: str) -> tuple[int, int, set[int]]:
        """Where the entry of a term is, or would be, and its numbers."""
        low, high = 0, len(self._text)
        while high - low > _NEAR:
            middle = (low + high) // 2
            end = _END_OF_VALUE.search(self._text, middle, high)
            if end is None:
                break
            if self._entry(end.end()).term <= term:
                low = end.end()
            else:
                high = middle
        while low < len(self._text):
            entry = self._entry(low)
            if entry.term == term:
                return low, entry.end, entry.numbers
            if entry.term > term:
                break
            low = entry.end
        return low, low, set()

    def _entry(self, at: int) -> _Entry:
        match = _ENTRY.match(self._text, at)
        if match is None:
            raise UnknownTextError
        return _Entry(_decoded(match[1]), match[2], match.end())

    def text(self, edits: Iterable[tuple[int, int, bytes]]) -> bytes:
        """The section after some of its parts, in their order, were replaced."""
        parts, at = [], 0
        for start, end, new in edits:
            parts += [self._text[at:start], new]
            at = end
        parts.append(self._text[at:])
        return b"{%b}" % b"".join(parts)[:-1]


class _Entry(NamedTuple):
    term: str
    value: bytes
    end: int

    @property
    def numbers(self) -> set[int]:
        """The numbers of the documents."""
        return set(map(int, filter(None, self.value.strip(b"[]").split(b","))))


def _decoded(text: bytes) -> str:
    word: str = json.loads(b'"%b"' % text)
    return word


def replaced_terms(section: bytes, documents: set[int], terms: Mapping[str, set[int]]) -> bytes:
    """A section of terms in which some documents have other terms than before.

    :param documents: the numbers of these documents.
    :param terms: the numbers of those of them that have a term.
    :raises UnknownTextError: if the section does not have the known form.
    """
    known = _Terms(section)
    before = known.holding(documents)
    edits = []
    for term in before.keys() | terms.keys():
        now = terms.get(term, set())
        if now == before.get(term, set()):
            continue
        start, end, numbers = known.find(term)
        numbers = (numbers - documents) | now
        value: object = sorted(numbers) if len(numbers) > 1 else next(iter(numbers), None)
        new = b"%b:%b," % (_dumped(term), _dumped(value)) if numbers else b""
        edits.append((term, start, end, new))
    if not edits:
        return section
    # In the order of the terms, so that those that are inserted at one place are sorted.
    return known.text((start, end, new) for _term, start, end, new in sorted(edits))
