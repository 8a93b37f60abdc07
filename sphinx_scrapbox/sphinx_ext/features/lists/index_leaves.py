"""The pages of a long index: one for each letter, and several for a letter of many entries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from math import ceil

from sphinx_scrapbox.sphinx_ext.features.lists import collation
from sphinx_scrapbox.sphinx_ext.features.lists.entries import Entry
from sphinx_scrapbox.sphinx_ext.features.lists.index_html import Leaf
from sphinx_scrapbox.sphinx_ext.i18n import _

MOST = 600
"""Links of one page, at most."""


def leaves(entries: Iterable[Entry], most: int = MOST) -> list[Leaf]:
    """The pages of an index, in order; one page without a label if it holds all."""
    ordered = sorted(entries, key=lambda entry: collation.sort_key(entry.name))
    sections = [
        (section, tuple(group))
        for section, group in groupby(ordered, key=lambda entry: collation.section_of(entry.name))
    ]
    if _weight(ordered) <= most:
        return [Leaf("", "", tuple((_label(section), group) for section, group in sections))]
    parted: list[Leaf] = []
    for section, group in sections:
        label, slug = _label(section), _slug(section)
        chunks = list(_chunks(group, most, by_radical=section == collation.IDEOGRAPHS))
        for number, chunk in enumerate(chunks, 1):
            name = label if len(chunks) == 1 else f"{label} {number}/{len(chunks)}"
            parts: tuple[tuple[str, tuple[Entry, ...]], ...] = ((label, chunk),)
            if section == collation.IDEOGRAPHS:
                parts = tuple(
                    (radical or label, tuple(same)) for radical, same in _by_radical(chunk)
                )
                first, last = parts[0][0], parts[-1][0]
                if len(chunks) > 1:
                    name = f"{first}–{last}" if first != last else first
            parted.append(Leaf(f"{slug}-{number}" if len(chunks) > 1 else slug, name, parts))
    return parted


def _by_radical(entries: Sequence[Entry]) -> Iterator[tuple[str, Iterator[Entry]]]:
    return groupby(entries, key=lambda entry: collation.radical_of(entry.name))


def _weight(entries: Iterable[Entry]) -> int:
    return sum(1 + len(entry.pages) for entry in entries)


def _chunks(
    entries: Sequence[Entry], most: int, by_radical: bool = False
) -> Iterator[tuple[Entry, ...]]:
    """Cut entries into runs of about one size, none above *most*; radicals stay whole."""
    weight = _weight(entries)
    goal = weight / ceil(weight / most)
    pieces: Iterable[list[Entry]] = ([entry] for entry in entries)
    if by_radical:
        pieces = (list(same) for _radical, same in _by_radical(entries))
    run: list[Entry] = []
    held = 0
    for piece in pieces:
        weight = _weight(piece)
        if run and (held >= goal or held + weight > most):
            yield tuple(run)
            run, held = [], 0
        if weight > most and len(piece) > 1:  # one radical fills pages
            yield from _chunks(piece, most)
            continue
        run += piece
        held += weight
    if run:
        yield tuple(run)


def _label(section: collation.IndexSection) -> str:
    if section == collation.IDEOGRAPHS:
        return str(_("Ideographs"))
    return str(_("Signs")) if section == collation.OTHER else section.label


_SLUGS = {collation.DIGITS: "digits", collation.IDEOGRAPHS: "ideographs", collation.OTHER: "signs"}


def _slug(section: collation.IndexSection) -> str:
    if name := _SLUGS.get(section):
        return name
    if section.label.isascii():
        return section.label.lower()
    return "".join(f"u{ord(char):04x}" for char in section.label)
