"""The outline of a page: from indented lines to sections, lists, runs and quotations.

The rule is the wiki's: the parent of a line is the nearest line above with a smaller indent. A
skipped level therefore nests once. Blank lines end a run of unindented lines, never a list: what
is below a numbered line hangs there across blank lines, too.

Headings are a matter of size (more stars, larger): the distinct sizes of a page are ranked,
and sections nest by rank without ever skipping a level.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeAlias, TypeVar

from sphinx_scrapbox.wiki import ast
from sphinx_scrapbox.wiki.lines import NUMBER_PREFIX, Heading, read_headings

MAX_DEPTH = 32
"""Levels of nesting that are kept. Real pages reach 18; docutils, pickle and LaTeX recurse."""

_RULE = re.compile(r"-{3,}\s*")


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive lines without a blank line between; ``below`` are children of the last."""

    lines: tuple[ast.Line, ...]
    below: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Quotes:
    """Consecutive quoted lines of one indent; the lines keep their ``Quote`` node."""

    lines: tuple[ast.Line, ...]
    below: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; the first part of each item is its own line."""

    items: tuple[tuple[Part, ...], ...]


@dataclass(frozen=True, slots=True)
class Numbers:
    """A numbered list whose written numbers count up from ``start``."""

    start: int
    items: tuple[tuple[Part, ...], ...]


@dataclass(frozen=True, slots=True)
class HorizontalRule:
    """A horizontal rule."""

    line: int


@dataclass(frozen=True, slots=True)
class Gap:
    """One or more blank lines between unindented lines."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What somebody says; made by ``wiki.speakers``."""

    speakers: tuple[ast.Icon, ...]
    parts: tuple[Part, ...]
    line: int
    id: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what follows it up to the next heading of its size or larger.

    ``beside`` is the rest of the heading's line, such as a date, icons or tags. ``source``
    is the source text of the title.
    """

    title: tuple[ast.Inline, ...]
    beside: tuple[ast.Inline, ...]
    parts: tuple[Part, ...]
    source: str
    line: int
    id: str = ""


_Flow: TypeAlias = Run | Quotes | Bullets | Numbers | ast.CodeBlock | ast.Table
Part: TypeAlias = _Flow | HorizontalRule | Gap | Turn | Section


@dataclass(frozen=True, slots=True)
class Outline:
    """The parts of a page in order."""

    parts: tuple[Part, ...]
    problems: tuple[ast.Problem, ...] = ()


@dataclass(slots=True)
class _Tree:
    """A block and its children."""

    block: ast.Block
    below: list[_Tree]
    after_blank: bool


_L = TypeVar("_L", Run, Quotes)


def outline(blocks: Iterable[ast.Block]) -> Outline:
    """Arrange *blocks*, in source order, into sections, lists, runs and quotes."""
    trees, problems = _grow(blocks)
    return Outline(_sections(trees), problems)


def _grow(blocks: Iterable[ast.Block]) -> tuple[list[_Tree], tuple[ast.Problem, ...]]:
    roots: list[_Tree] = []
    open_trees: list[_Tree] = []
    problems: tuple[ast.Problem, ...] = ()
    deepest: int | None = None  # indent of the line above, if nothing can hang below it
    blank = False
    for block in blocks:
        if isinstance(block, ast.Line) and not block.nodes:
            blank = True
            continue
        if (
            blank
            and block.indent
            and len(open_trees) == 1
            and not open_trees[0].below
            and ends_at_blank(open_trees[0].block)
        ):
            open_trees.clear()
        while open_trees and open_trees[-1].block.indent >= block.indent:
            open_trees.pop()
        tree = _Tree(block, [], blank)
        (open_trees[-1].below if open_trees else roots).append(tree)
        blank = False
        if len(open_trees) < MAX_DEPTH:
            deepest = None
            if isinstance(block, ast.Line):  # nothing hangs below a code block or a table
                open_trees.append(tree)
        elif deepest is None or block.indent <= deepest:
            deepest = block.indent
        elif not problems:
            message = f"lines nested deeper than {MAX_DEPTH} levels are shown flat"
            problems = (ast.Problem("nesting", message, line=block.line),)
    return roots, problems


def ends_at_blank(block: ast.Block) -> bool:
    """Whether *block* is a paragraph: after a blank line, a list is no child of it."""
    return not block.indent and not (isinstance(block, ast.Line) and _number(block) is not None)


def _sections(roots: Sequence[_Tree]) -> tuple[Part, ...]:
    headings = read_headings(tree.block for tree in roots)
    if not headings:
        return _flow(roots)
    parts: list[Part] = list(_flow(roots[: next(iter(headings))]))
    # A stack of open sections: the heading, the parts so far. Sizes decrease strictly.
    open_sections: list[tuple[Heading, list[Part]]] = []

    def close() -> None:
        heading, inner = open_sections.pop()
        line = heading.line
        section = Section(
            heading.title, heading.beside, tuple(inner), heading.source, line.line, line.id
        )
        (open_sections[-1][1] if open_sections else parts).append(section)

    for position, following in pairwise([*headings, len(roots)]):
        heading = headings[position]
        while open_sections and open_sections[-1][0].stars <= heading.stars:
            close()
        inner = _list_parts(roots[position].below)
        if heading.words:
            line = replace(heading.line, nodes=heading.words, source="", id="")
            inner = (Run((line,), inner),)
        open_sections.append((heading, [*inner, *_flow(roots[position + 1 : following])]))
    while open_sections:
        close()
    return tuple(parts)


def _flow(trees: Sequence[_Tree]) -> tuple[Part, ...]:
    """The parts of unindented lines, and of lists without a parent."""
    parts: list[Part] = []
    at = 0
    while at < len(trees):
        tree = trees[at]
        block = tree.block
        if tree.after_blank and parts:
            parts.append(Gap())
        if block.indent:
            end = at + 1
            while end < len(trees) and trees[end].block.indent:
                end += 1
            parts.extend(_list_parts(trees[at:end]))
            at = end
        elif not isinstance(block, ast.Line):
            parts.append(block)
            at += 1
        elif _is_rule(block):
            parts.append(HorizontalRule(block.line))
            parts.extend(_list_parts(tree.below))
            at += 1
        elif isinstance(block.nodes[0], ast.Quote):
            quotes, at = _together(Quotes, trees, at, _is_quote)
            parts.append(quotes)
        elif _number(block) is not None:
            numbers, at = _numbers(trees, at)
            parts.append(numbers)
        else:
            run, at = _together(Run, trees, at, _is_plain)
            parts.append(run)
    return tuple(parts)


def _list_parts(trees: Sequence[_Tree]) -> tuple[Part, ...]:
    """The parts of child lines, which are list items."""
    parts: list[Part] = []
    items: list[list[Part]] = []

    def end_list() -> None:
        if items:
            parts.append(Bullets(tuple(map(tuple, items))))
            items.clear()

    at = 0
    while at < len(trees):
        block = trees[at].block
        if not isinstance(block, ast.Line):
            # A block belongs to the item above it.
            (items[-1] if items else parts).append(block)
            at += 1
        elif _is_rule(block):
            end_list()
            parts.append(HorizontalRule(block.line))
            parts.extend(_list_parts(trees[at].below))
            at += 1
        elif isinstance(block.nodes[0], ast.Quote):
            quotes, at = _together(Quotes, trees, at, _is_quote)
            items.append([quotes])
        elif _number(block) is not None:
            end_list()
            numbers, at = _numbers(trees, at)
            parts.append(numbers)
        else:
            items.append([_item(block, trees[at].below)])
            at += 1
    end_list()
    return tuple(parts)


def _item(line: ast.Line, below: Sequence[_Tree]) -> Part:
    if line.nodes and isinstance(line.nodes[0], ast.Quote):
        return Quotes((line,), _list_parts(below))
    return Run((line,), _list_parts(below))


def _together(
    kind: type[_L], trees: Sequence[_Tree], start: int, fits: Callable[[ast.Line], bool]
) -> tuple[_L, int]:
    """Consecutive lines from *start* that fit, of which only the last has children; their end."""
    end = start + 1
    while (
        end < len(trees)
        and not trees[end - 1].below
        and not trees[end].after_blank
        and isinstance(block := trees[end].block, ast.Line)
        and block.indent == trees[start].block.indent
        and fits(block)
    ):
        end += 1
    lines = (tree.block for tree in trees[start:end] if isinstance(tree.block, ast.Line))
    return kind(tuple(lines), _list_parts(trees[end - 1].below)), end


def _is_quote(line: ast.Line) -> bool:
    return isinstance(line.nodes[0], ast.Quote)


def _is_plain(line: ast.Line) -> bool:
    return not (_is_quote(line) or _is_rule(line) or _number(line) is not None)


def _is_rule(line: ast.Line) -> bool:
    match line.nodes:
        case (ast.Text(text),):
            return line.indent == 0 and _RULE.fullmatch(text) is not None
        case (ast.Icon(name="hr", project=project),):
            return project.casefold().startswith("icons")
    return False


def _number(line: ast.Line) -> int | None:
    """The number that a list can show as written: no leading zero, not absurdly long."""
    match line.nodes:
        case (ast.Numbered(number),) if len(number) < 9 and str(int(number)) == number:
            return int(number)
    return None


def _numbers(trees: Sequence[_Tree], start: int) -> tuple[Numbers, int]:
    first = number = _number_at(trees, start)
    assert first is not None
    items: list[list[Part]] = []
    at = start
    while number is not None and number == first + len(items):
        line = trees[at].block
        assert isinstance(line, ast.Line) and isinstance(line.nodes[0], ast.Numbered)
        source = NUMBER_PREFIX.sub("", line.source, count=1)
        # The number is the mark of an item, whose indent is never 0.
        indent = line.indent or 1
        inner = replace(line, indent=indent, nodes=line.nodes[0].nodes, source=source)
        items.append([_item(inner, trees[at].below)])
        at += 1
        # The blocks of a numbered line belong to it, as those of any other item do.
        while (
            at < len(trees)
            and trees[at].block.indent
            and not isinstance(block := trees[at].block, ast.Line)
        ):
            items[-1].append(block)
            at += 1
        number = _number_at(trees, at)
    return Numbers(first, tuple(map(tuple, items))), at


def _number_at(trees: Sequence[_Tree], at: int) -> int | None:
    if at < len(trees) and isinstance(line := trees[at].block, ast.Line):
        return _number(line)
    return None
