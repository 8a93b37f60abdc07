"""Parts of a page, to be shown elsewhere: sections, lines and what hangs below, blocks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from sphinx_scrapbox.wiki.ast import (
    Blank,
    Block,
    Code,
    CodeBlock,
    ExternalLink,
    Hashtag,
    Icon,
    Image,
    Inline,
    Line,
    Page,
    Table,
    Text,
    plain_text,
    walk,
)
from sphinx_scrapbox.wiki.outline import Part, Section
from sphinx_scrapbox.wiki.text import cut
from sphinx_scrapbox.wiki.titles import key
from sphinx_scrapbox.wiki.urls import image_url


class NotThere(LookupError):
    """The page has no such part; the message says what it has not."""


def has_line(page: Page, line_id: str) -> bool:
    """Whether a line of the page has this id."""
    return any(
        line_id == block.id if isinstance(block, Line) else line_id in block.row_ids
        for block in page.blocks
    )


def hanging(page: Page, line_id: str) -> tuple[Block, ...]:
    """The line of this id and what hangs below it, moved to the left.

    A line inside a block of code or a table stands for the whole block.

    :raises NotThere: if no line has this id.
    """
    blocks = page.blocks
    for at, block in enumerate(blocks):
        if isinstance(block, Line):
            if block.id == line_id:
                return _to_the_left(blocks[at : _end_below(blocks, at)])
        elif line_id in block.row_ids:
            return _to_the_left(blocks[at : at + 1])
    raise NotThere(f"no line has the id {line_id}")


def _end_below(blocks: Sequence[Block], at: int) -> int:
    """The end of what hangs below the line at *at*, as :mod:`.outline` has it."""
    indent, end = blocks[at].indent, at + 1
    for below in range(at + 1, len(blocks)):
        block = blocks[below]
        if isinstance(block, Line) and not block.nodes:
            if end == at + 1 and not indent:
                break  # after a blank, a list does not hang below the paragraph above it
        elif block.indent > indent:
            end = below + 1
        else:
            break
    return end


def _to_the_left(blocks: Sequence[Block]) -> tuple[Block, ...]:
    first = blocks[0].indent
    return tuple(replace(block, indent=max(block.indent - first, 0)) for block in blocks)


def standing_at(blocks: Iterable[Block], numbers: Collection[int]) -> tuple[Block, ...]:
    """The blocks whose first source line is among *numbers*, moved to the left."""
    found = [block for block in blocks if block.line in numbers]
    filled = [block.indent for block in found if not isinstance(block, Line) or block.nodes]
    least = min(filled, default=0)
    return tuple(replace(block, indent=max(block.indent - least, 0)) for block in found)


def section_of(parts: Iterable[Part], wanted: str) -> Section:
    """The section with this heading, or of this number, if no heading is that number.

    :raises NotThere: if there is none.
    """
    found = list(_sections(parts))
    for section in found:
        if key(plain_text(section.title).strip()) == key(wanted):
            return section
    if wanted.isascii() and wanted.isdigit() and 0 < int(wanted[:9]) <= len(found):
        return found[int(wanted) - 1]
    raise NotThere(f"no section is called {wanted!r}")


def section_of_line(parts: Iterable[Part], line_id: str) -> Section | None:
    """The section whose heading is the line of this id."""
    return next((one for one in _sections(parts) if one.id == line_id), None)


def _sections(parts: Iterable[Part]) -> Iterator[Section]:
    for part in parts:
        if isinstance(part, Section):
            yield part
            yield from _sections(part.parts)


def code_of(page: Page, name: str) -> CodeBlock:
    """The code of this name; an empty name takes the only block that there is.

    Blocks that share a name are parts of one file, as the wiki has it.

    :raises NotThere: if there is none, or several and no name.
    """
    found: list[CodeBlock] = []
    for block in page.blocks:
        if isinstance(block, CodeBlock) and (not name or _is_called(block, name)):
            found.append(block)
    if not found:
        raise NotThere(f"no block of code is called {name!r}" if name else "there is no code")
    if not name and any(block.name != found[0].name for block in found):
        raise NotThere("there are several blocks of code, and none is named")
    rows = tuple(row for block in found for row in block.rows)
    return replace(found[0], rows=rows, indent=0, row_ids=())


def table_of(page: Page, name: str) -> Table:
    """The first table of this name; an empty name takes the only table that there is.

    :raises NotThere: if there is none, or several and no name.
    """
    found: list[Table] = []
    for block in page.blocks:
        if isinstance(block, Table) and (not name or _is_called(block, name)):
            found.append(block)
    if not found:
        raise NotThere(f"no table is called {name!r}" if name else "there is no table")
    if not name and len(found) > 1:
        raise NotThere("there are several tables, and none is named")
    return replace(found[0], indent=0, row_ids=())


def _is_called(block: CodeBlock | Table, name: str) -> bool:
    return key(block.name.strip()) == key(name)


LINES = 3
"""Lines that a summary is made of."""
LENGTH = 240
"""Characters of a summary at the most."""


def summary_of(blocks: Iterable[Block]) -> str:
    """The first lines that say anything, as one plain text.

    Code, tables, pictures, bare addresses and lines of nothing but tags are passed over.
    """
    said: list[str] = []
    for block in blocks:
        if isinstance(block, Line) and any(map(_is_prose, walk(block))):
            text = plain(block)
            if any(map(str.isalnum, text)):
                said.append(text)
                if len(said) == LINES:
                    break
    return cut(" ".join(said), LENGTH)


def plain(line: Line) -> str:
    """The text of a line without what makes links and emphasis of it, blanks folded."""
    return " ".join(plain_text(line.nodes, prose=True).split())


def image_of(blocks: Iterable[Block]) -> str:
    """The address of the first picture that may be shown; icons are none. "" if there is none."""
    for block in blocks:
        for node in walk(block):
            if isinstance(node, Image) and (address := image_url(node.src)):
                return address
    return ""


def _is_prose(node: Inline) -> bool:
    """Whether a part of a line is more than a tag, an address or a picture."""
    match node:
        case Text(text) | Code(text):
            return any(map(str.isalnum, text))
        case ExternalLink(_, label):
            return bool(label)
    return not isinstance(node, Hashtag | Icon | Image | Blank)
