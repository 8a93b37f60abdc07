"""The outline of a page: from lines with an indent to sections, lists, runs and quotes.

The tree follows the wiki's own rule: a line hangs below the nearest line above that is
indented less. A level that is skipped therefore nests once. Blank lines end a run of
unindented lines, never a list.

Headings are a matter of size (more stars, larger): the distinct sizes of a page are ranked,
and sections nest by rank without ever skipping a level.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeAlias

from sphinx_scrapbox.wiki.ast import (
    Block,
    CodeBlock,
    Icon,
    Inline,
    Line,
    Numbered,
    Problem,
    Quote,
    Table,
    Text,
)
from sphinx_scrapbox.wiki.sections import NUMBER_PREFIX, Heading, read_heading

MAX_DEPTH = 32
"""Levels of nesting that are kept. Real pages reach 18; docutils, pickle and LaTeX recurse."""

_RULE = re.compile(r"-{3,}\s*")


@dataclass(frozen=True, slots=True)
class Run:
    """Lines that stand together without a blank between; ``below`` hangs below the last."""

    lines: tuple[Line, ...]
    below: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Quotes:
    """Quoted lines that follow each other at one level; the lines keep their ``Quote`` node."""

    lines: tuple[Line, ...]
    below: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; each item is the flow of parts that begins with its own line."""

    items: tuple[tuple[Part, ...], ...]


@dataclass(frozen=True, slots=True)
class Numbers:
    """A numbered list whose written numbers count up from ``start``."""

    start: int
    items: tuple[tuple[Part, ...], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal rule."""

    line: int


@dataclass(frozen=True, slots=True)
class Gap:
    """One or more blank lines between unindented lines."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What somebody says; made by :mod:`sphinx_scrapbox.speakers`."""

    speakers: tuple[Icon, ...]
    parts: tuple[Part, ...]
    line: int
    id: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what follows it up to the next heading of its size or larger.

    ``beside`` is what stood beside the heading on its line and is no part of the title:
    a date, icons, tags. ``source`` is the source of the title alone.
    """

    title: tuple[Inline, ...]
    beside: tuple[Inline, ...]
    parts: tuple[Part, ...]
    source: str
    line: int
    id: str = ""


Part: TypeAlias = (
    Run | Quotes | Bullets | Numbers | CodeBlock | Table | Rule | Gap | Turn | Section
)


@dataclass(frozen=True, slots=True)
class Outline:
    """The parts of a page in order."""

    parts: tuple[Part, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class _Twig:
    """A block and what hangs below it, while the tree grows."""

    block: Block
    below: list[_Twig]
    after_blank: bool


_Fits: TypeAlias = Callable[[Line], bool]


def outline(blocks: Iterable[Block]) -> Outline:
    """Arrange *blocks*, in source order, into sections, lists, runs and quotes."""
    twigs, problems = _grow(blocks)
    return Outline(_sections(twigs), problems)


def _grow(blocks: Iterable[Block]) -> tuple[list[_Twig], tuple[Problem, ...]]:
    roots: list[_Twig] = []
    open_twigs: list[_Twig] = []
    problems: tuple[Problem, ...] = ()
    deepest: int | None = None  # indent of the line above, if nothing can hang below it
    blank = False
    for block in blocks:
        if isinstance(block, Line) and not block.nodes:
            blank = True
            continue
        if (
            blank
            and block.indent
            and len(open_twigs) == 1
            and not open_twigs[0].below
            and not open_twigs[0].block.indent
        ):
            # After a blank, a list does not hang below the paragraph above it.
            open_twigs.clear()
        while open_twigs and open_twigs[-1].block.indent >= block.indent:
            open_twigs.pop()
        twig = _Twig(block, [], blank)
        (open_twigs[-1].below if open_twigs else roots).append(twig)
        blank = False
        if len(open_twigs) < MAX_DEPTH:
            deepest = None
            if isinstance(block, Line):  # nothing hangs below a code block or a table
                open_twigs.append(twig)
        elif deepest is None or block.indent <= deepest:
            deepest = block.indent
        elif not problems:
            message = f"lines nested deeper than {MAX_DEPTH} levels are shown flat"
            problems = (Problem("nesting", message, line=block.line),)
    return roots, problems


# -- sections --------------------------------------------------------------------------


def _sections(roots: Sequence[_Twig]) -> tuple[Part, ...]:
    headings = {
        index: found
        for index, twig in enumerate(roots)
        if isinstance(twig.block, Line)
        and twig.block.indent == 0
        and (found := read_heading(twig.block)) is not None
    }
    if not headings:
        return _flow(roots)
    # A frame holds the heading that opened it and the parts gathered so far; the sections
    # above it wait until it closes. Sizes fall strictly from one frame to the next.
    frames: list[tuple[int, _Twig | None, Heading | None, list[Part]]] = [(99, None, None, [])]

    def close() -> None:
        _, twig, heading, parts = frames.pop()
        assert twig is not None and heading is not None and isinstance(twig.block, Line)
        frames[-1][3].append(
            Section(
                heading.title,
                heading.beside,
                tuple(parts),
                heading.source,
                twig.block.line,
                twig.block.id,
            )
        )

    positions = [*headings, len(roots)]
    frames[0][3].extend(_flow(roots[: positions[0]]))
    for position, following in pairwise(positions):
        twig, heading = roots[position], headings[position]
        while frames[-1][0] <= heading.stars:
            close()
        parts: list[Part] = list(_list_parts(twig.below))
        parts.extend(_flow(roots[position + 1 : following]))
        frames.append((heading.stars, twig, heading, parts))
    while len(frames) > 1:
        close()
    return tuple(frames[0][3])


# -- lists, runs, quotes ---------------------------------------------------------------


def _flow(twigs: Sequence[_Twig]) -> tuple[Part, ...]:
    """The parts of unindented lines and of lists that hang below none."""
    parts: list[Part] = []
    at = 0
    while at < len(twigs):
        twig = twigs[at]
        block = twig.block
        if twig.after_blank and parts:
            parts.append(Gap())
        if block.indent:
            end = at + 1
            while end < len(twigs) and twigs[end].block.indent:
                end += 1
            parts.extend(_list_parts(twigs[at:end]))
            at = end
        elif not isinstance(block, Line):
            parts.append(block)
            at += 1
        elif _is_rule(block):
            parts.append(Rule(block.line))
            parts.extend(_list_parts(twig.below))
            at += 1
        elif isinstance(block.nodes[0], Quote):
            end = _together(twigs, at, _is_quote)
            parts.append(
                Quotes(
                    tuple(_lines(twigs[at:end])),
                    _list_parts(twigs[end - 1].below),
                )
            )
            at = end
        elif _number(block) is not None:
            numbers, at = _numbers(twigs, at)
            parts.append(numbers)
        else:
            end = _together(twigs, at, _is_plain)
            parts.append(Run(tuple(_lines(twigs[at:end])), _list_parts(twigs[end - 1].below)))
            at = end
    return tuple(parts)


def _list_parts(twigs: Sequence[_Twig]) -> tuple[Part, ...]:
    """The parts of lines that hang below another one: list items."""
    parts: list[Part] = []
    items: list[list[Part]] = []

    def end_list() -> None:
        if items:
            parts.append(Bullets(tuple(map(tuple, items))))
            items.clear()

    at = 0
    while at < len(twigs):
        block = twigs[at].block
        if not isinstance(block, Line):
            # A block belongs to the item above it.
            (items[-1] if items else parts).append(block)
            at += 1
        elif isinstance(block.nodes[0], Quote):
            end = _together(twigs, at, _is_quote)
            quotes = Quotes(tuple(_lines(twigs[at:end])), _list_parts(twigs[end - 1].below))
            items.append([quotes])
            at = end
        elif _number(block) is not None:
            end_list()
            numbers, at = _numbers(twigs, at)
            parts.append(numbers)
        else:
            items.append([_item(block, twigs[at].below)])
            at += 1
    end_list()
    return tuple(parts)


def _item(line: Line, below: Sequence[_Twig]) -> Part:
    if line.nodes and isinstance(line.nodes[0], Quote):
        return Quotes((line,), _list_parts(below))
    return Run((line,), _list_parts(below))


def _together(twigs: Sequence[_Twig], start: int, fits: _Fits) -> int:
    """The end of the stretch that begins at *start*: no blank inside, nothing hanging inside."""
    end = start + 1
    while (
        end < len(twigs)
        and not twigs[end - 1].below
        and not twigs[end].after_blank
        and isinstance(block := twigs[end].block, Line)
        and block.indent == twigs[start].block.indent
        and fits(block)
    ):
        end += 1
    return end


def _lines(twigs: Sequence[_Twig]) -> Iterable[Line]:
    return (twig.block for twig in twigs if isinstance(twig.block, Line))


def _is_quote(line: Line) -> bool:
    return isinstance(line.nodes[0], Quote)


def _is_plain(line: Line) -> bool:
    return not (_is_quote(line) or _is_rule(line) or _number(line) is not None)


def _is_rule(line: Line) -> bool:
    match line.nodes:
        case (Text(text),):
            return line.indent == 0 and _RULE.fullmatch(text) is not None
        case (Icon(name="hr", project=project),):
            return line.indent == 0 and project.casefold().startswith("icons")
    return False


def _number(line: Line) -> int | None:
    """The number that a list can show as written: no leading zero, not absurdly long."""
    match line.nodes:
        case (Numbered(number),) if len(number) < 9 and str(int(number)) == number:
            return int(number)
    return None


def _numbers(twigs: Sequence[_Twig], start: int) -> tuple[Numbers, int]:
    first = number = _number_at(twigs, start)
    assert first is not None
    items: list[list[Part]] = []
    at = start
    while number is not None and number == first + len(items):
        line = twigs[at].block
        assert isinstance(line, Line) and isinstance(line.nodes[0], Numbered)
        inner = replace(line, nodes=line.nodes[0].nodes, source=_without_number(line.source))
        items.append([_item(inner, twigs[at].below)])
        at += 1
        # The blocks of a numbered line belong to it, as those of any other item do.
        while (
            at < len(twigs)
            and twigs[at].block.indent
            and not isinstance(block := twigs[at].block, Line)
        ):
            items[-1].append(block)
            at += 1
        number = _number_at(twigs, at)
    return Numbers(first, tuple(map(tuple, items))), at


def _number_at(twigs: Sequence[_Twig], at: int) -> int | None:
    if at < len(twigs) and isinstance(line := twigs[at].block, Line):
        return _number(line)
    return None


def _without_number(source: str) -> str:
    match = NUMBER_PREFIX.match(source)
    return source[match.end() :] if match else source
