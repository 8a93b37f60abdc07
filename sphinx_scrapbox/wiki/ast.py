"""The abstract syntax tree of a wiki page, and the only functions that walk it.

A :class:`Page` is a title and a flat tuple of blocks in source order. A block is a :class:`Line`,
or a :class:`CodeBlock` or :class:`Table` of several lines; its ``indent`` is the level in the wiki
(0 = not indented). :mod:`.outline` derives parents and children.

The tree follows the native notation, which is richer. An exported Markdown page has the tree
of its native page, as far as the export preserves it: ``### x`` at level 0 is a
:class:`Decoration` with one star, ``> x`` a :class:`Quote`, ``---`` a :class:`Text`.

Every node is frozen, slotted and hashable. ``line`` is the 1-based number of the source line
(0 = unknown); it is ignored when trees are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import chain
from operator import is_
from typing import TypeAlias, TypeVar, assert_never

from sphinx_scrapbox.wiki.titles import is_line_id, join_target, split_fragment


class IconRole(Enum):
    """What an icon does on its line; readers set :attr:`MENTION`, :mod:`.speakers` decides."""

    MENTION = "mention"
    """A name inside running text."""
    SPEAKER = "speaker"
    """In front of text: the person who says it."""
    SIGNATURE = "signature"
    """At the end of a line: the person who wrote it, or agrees."""
    MARK = "mark"
    """Not a person: a language mark, an emoji, a status symbol."""


@dataclass(frozen=True, slots=True)
class _Node:
    line: int = field(default=0, kw_only=True, compare=False)


@dataclass(frozen=True, slots=True)
class Text(_Node):
    """Literal text, never empty."""

    text: str


@dataclass(frozen=True, slots=True)
class Blank(_Node):
    """``[ ]``: white space that an author put in brackets to keep it (native only)."""

    text: str


@dataclass(frozen=True, slots=True)
class Code(_Node):
    """A code span; the text is verbatim, may be empty, and keeps its outer blanks."""

    text: str


@dataclass(frozen=True, slots=True)
class Formula(_Node):
    """TeX source, without its delimiters."""

    tex: str


@dataclass(frozen=True, slots=True)
class Strong(_Node):
    """``[[x]]`` in native notation, ``**x**`` in exported Markdown."""

    nodes: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Decoration(_Node):
    """``[signs body]``. ``signs`` is the run of signs as it was typed, such as ``**`` or ``*/-``.

    Stars give a size (more stars, larger), ``/`` italic, ``-`` strike, ``_`` underline; other
    signs have no meaning but what a style sheet gives them.
    """

    signs: str
    nodes: tuple[Inline, ...]

    @property
    def stars(self) -> int:
        """Size: the number of stars anywhere in the signs, at most 10."""
        return min(self.signs.count("*"), 10)


@dataclass(frozen=True, slots=True)
class PageLink(_Node):
    """A link to a page: ``title`` as written, any ``#…`` still in it, or "" for a whole project.

    ``project`` is empty for a page of the same project.
    """

    title: str
    project: str = ""


@dataclass(frozen=True, slots=True)
class ExternalLink(_Node):
    """A link to an address. An empty label means that the address itself is shown.

    ``is_bracketed`` is true for ``[url]``, which the wiki shows as a player if there is one for
    the address; an export does not tell it from a bare address. It is ignored when trees are
    compared.
    """

    url: str
    label: str = ""
    is_bracketed: bool = field(default=False, kw_only=True, compare=False)


@dataclass(frozen=True, slots=True)
class Image(_Node):
    """An image by address; ``link`` is where a click leads, if anywhere."""

    src: str
    link: str = ""
    strong: bool = False


MAX_ICONS = 100
"""An icon's multiplier is shown up to here; a larger number follows as text."""


@dataclass(frozen=True, slots=True)
class Icon(_Node):
    """``[name.icon]``: the image of a page, used for a person or as a symbol.

    ``project`` is empty for the page's own project. ``count`` is the written multiplier of
    ``[name.icon*3]``; a renderer caps it.
    """

    name: str
    project: str = ""
    count: int = 1
    strong: bool = False
    role: IconRole = IconRole.MENTION


@dataclass(frozen=True, slots=True)
class Hashtag(_Node):
    """``#tag``, without the sign."""

    tag: str


@dataclass(frozen=True, slots=True)
class Location(_Node):
    """A point on a map: degrees (south and west negative), zoom level, name of the place."""

    latitude: float
    longitude: float
    zoom: int = 14
    place: str = ""


@dataclass(frozen=True, slots=True)
class Quote(_Node):
    """``>`` and the rest of the line, white space after the sign included."""

    nodes: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Numbered(_Node):
    """``12. `` and the rest of the line; the number stays as written (``01``)."""

    number: str
    nodes: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Question(_Node):
    """``? text``: a question that the wiki's help search answers with this page."""

    text: str


@dataclass(frozen=True, slots=True)
class Command(_Node):
    """``$ text`` or ``% text``: a command line."""

    sign: str
    text: str


Inline: TypeAlias = (
    Text
    | Blank
    | Code
    | Formula
    | Strong
    | Decoration
    | PageLink
    | ExternalLink
    | Image
    | Icon
    | Hashtag
    | Location
    | Quote
    | Numbered
    | Question
    | Command
)

Container: TypeAlias = Strong | Decoration | Quote | Numbered
"""The inlines with children."""
_CONTAINERS = (Strong, Decoration, Quote, Numbered)  # faster than a union


@dataclass(frozen=True, slots=True)
class Line(_Node):
    """One line of text; without nodes it is blank.

    ``source`` is its source text without the indent; ``id`` is its id in the wiki or "".
    """

    indent: int
    nodes: tuple[Inline, ...] = ()
    source: str = field(default="", compare=False)
    id: str = ""


@dataclass(frozen=True, slots=True)
class CodeBlock(_Node):
    """A block of code: its name as the author wrote it, its rows verbatim.

    ``language`` is set only where the source names one apart from the name. ``row_ids``
    is empty or holds the id of the name line and of each row.
    """

    indent: int
    name: str
    rows: tuple[str, ...]
    language: str = ""
    row_ids: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Table(_Node):
    """A table: its name, and rows of cells; rows may differ in length."""

    indent: int
    name: str
    rows: tuple[tuple[tuple[Inline, ...], ...], ...]
    row_ids: tuple[str, ...] = field(default=(), compare=False)


Block: TypeAlias = Line | CodeBlock | Table
_B = TypeVar("_B", bound=Block)


@dataclass(frozen=True, slots=True)
class Problem(_Node):
    """An error in the source that a reader corrected; ``kind`` is a subtype of warning."""

    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class SourceRows:
    """The unchanged rows of a native page, the title's first; by whom and when each changed."""

    rows: tuple[str, ...]
    ids: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    created: tuple[int, ...] = ()
    updated: tuple[int, ...] = ()
    final_newline: bool = True


@dataclass(frozen=True, slots=True)
class Page(_Node):
    """A page. ``project`` is "" if unknown; times are Unix seconds, 0 if unknown.

    ``language`` is the BCP 47 tag that the front matter gives, else "", and ``aliases`` are other
    titles by which links find the page. ``source`` may stay when blocks are changed: its rows are
    written only if they still fit.
    """

    title: str
    blocks: tuple[Block, ...]
    project: str = ""
    id: str = ""
    created: int = 0
    updated: int = 0
    language: str = field(default="", kw_only=True)
    aliases: tuple[str, ...] = field(default=(), kw_only=True)
    problems: tuple[Problem, ...] = field(default=(), compare=False)
    source: SourceRows | None = field(default=None, compare=False, repr=False)


def walk(root: Page | Block | Iterable[Inline]) -> Iterator[Inline]:
    """The inlines without children, in source order, at any depth.

    >>> [node.text for node in walk((Text("a"), Strong((Text("b"), Quote((Text("c"),))))))]
    ['a', 'b', 'c']
    """
    stack = list(_top_level(root))[::-1]
    while stack:
        node = stack.pop()
        if isinstance(node, _CONTAINERS):
            stack.extend(reversed(node.nodes))
        else:
            yield node


def _top_level(root: Page | Block | Iterable[Inline]) -> Iterable[Inline]:
    match root:
        case Page():
            return chain.from_iterable(map(_top_level, root.blocks))
        case Line():
            return root.nodes
        case CodeBlock():
            return ()
        case Table():
            return (node for row in root.rows for cell in row for node in cell)
    return root


def map_inlines(
    nodes: tuple[Inline, ...], change: Callable[[Inline], Inline]
) -> tuple[Inline, ...]:
    """*nodes* with *change* applied to each inline without children.

    Nodes that are not changed, and containers without changes, stay the same objects.
    """
    changed = tuple([_mapped(node, change) for node in nodes])
    return nodes if all(map(is_, changed, nodes)) else changed


def _mapped(node: Inline, change: Callable[[Inline], Inline]) -> Inline:
    if not isinstance(node, _CONTAINERS):
        return change(node)
    inner = map_inlines(node.nodes, change)
    return node if inner is node.nodes else replace(node, nodes=inner)


def map_block(block: _B, change: Callable[[Inline], Inline]) -> _B:
    """:func:`map_inlines` for all that a line or a table holds."""
    match block:
        case Line():
            nodes = map_inlines(block.nodes, change)
            return block if nodes is block.nodes else replace(block, nodes=nodes)
        case Table():
            rows = tuple(tuple(map_inlines(cell, change) for cell in row) for row in block.rows)
            return block if rows == block.rows else replace(block, rows=rows)
    return block


def plain_text(nodes: Iterable[Inline], *, prose: bool = False) -> str:
    """The text of inlines as readers see it; icons and images have none.

    With *prose*, parts that are not prose are left out: addresses without a label, projects of
    links, the mark of a question.

    >>> link = PageLink("barrel", "garden")
    >>> plain_text((Strong((Text("Rain "), link)),)), plain_text((link,), prose=True)
    ('Rain /garden/barrel', 'barrel')
    """
    return "".join([_plain(node, prose) for node in nodes])


def _plain(node: Inline, prose: bool) -> str:
    match node:
        case Text(text) | Blank(text) | Code(text) | Formula(text):
            return text
        case Strong(nodes) | Decoration(_, nodes) | Quote(nodes):
            return plain_text(nodes, prose=prose)
        case Numbered(number, nodes):
            return f"{number}. {plain_text(nodes, prose=prose)}"
        case PageLink(title, project):
            head, fragment = split_fragment(title)
            title = head if is_line_id(fragment) else title
            return title if prose and title else join_target(project, title)
        case ExternalLink(url, label):
            return label if label or prose else url
        case Hashtag(tag):
            return f"#{tag}"
        case Location():
            return node.place
        case Question(text):
            return text if prose else f"? {text}"
        case Command(sign, text):
            return f"{sign} {text}"
        case Image() | Icon():
            return ""
        case _:
            assert_never(node)
