"""Native notation: page -> text.

The text of any tree that the reader made reads back as the same tree. Native notation has no
escapes, and all brackets, backticks and blanks of a line interact, so no local rule can
guarantee that. The writer therefore reads what it writes: it writes a line the customary way,
and if that reads back differently, more carefully.

Other trees may contain what the notation cannot express. No word is lost, and

* code inside strong text or a decoration, and a formula inside strong text, stand between two
  pieces of it; a decoration inside another adds its signs to it;
* text that would be read as a sign at its start, as a tag or as an address gets a zero-width
  space before or within the sign; brackets and backticks, for which that is no help, become
  full-width ones with such a space behind them, so that an export can undo it;
* a page whose title cannot stand in brackets is linked by a tag, which leads to the same page,
  or else has full-width brackets in its title;
* an image whose address does not look like one gets ``#.png`` at its end, as authors do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import IntEnum
from itertools import chain, product, repeat
from typing import assert_never

from sphinx_scrapbox.formats.notation.approximate import approximate_notation
from sphinx_scrapbox.formats.notation.characters import WHITE
from sphinx_scrapbox.formats.notation.inlines import read_notation_inline
from sphinx_scrapbox.formats.notation.lines import read_lines
from sphinx_scrapbox.wiki import ast
from sphinx_scrapbox.wiki.text import UNSEEN as _UNSEEN
from sphinx_scrapbox.wiki.text import stand_ins
from sphinx_scrapbox.wiki.titles import join_target

_FULL_WIDTH = str.maketrans("[]`", "［］｀")
_ADDRESS = re.compile(rf"https?://[^{WHITE}\]][^{WHITE}]*")
# The wiki embeds these addresses in brackets, but not bare ones.
_EMBEDDED = re.compile(
    r"\.(?:mp4|webm|mp3|ogg|wav|aac)(?:\?|$)"
    r"|//(?:[a-z]+\.)?(?:youtube\.com|youtu\.be|vimeo\.com|spotify\.com)/",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"(https?:)(?=//)")
_TAG = re.compile(rf"(?:^|(?<=[{WHITE}]))(?=#[^{WHITE}])")
_MOST_PICKS = 8
_BLOCK = ("code:", "table:")


class _Care(IntEnum):
    """What may be changed so that a line reads back."""

    NONE = 0
    SOME = 1
    """What alone would be read as something else."""
    ALL = 2
    """Every bracket and backtick in text."""


@dataclass
class _Manner:
    """How a line is written.

    ``picks`` are the choices, in their order, between two spellings with the same meaning;
    after its end, the customary spelling is used.
    """

    care: _Care = _Care.NONE
    picks: Sequence[bool] = ()
    asked: int = 0

    def pick(self, usual: bool) -> bool:
        """The next choice between two spellings; *usual*, once all choices are made."""
        self.asked += 1
        return self.picks[self.asked - 1] if self.asked <= len(self.picks) else usual


def write_notation(page: ast.Page) -> str:
    """Write *page* in native notation; its title is the first line.

    What was read from native notation is written with the same rows.
    """
    is_open = page.source is not None and not page.source.final_newline
    return "\n".join(row for row, _ in rows_with_ids(page)) + ("" if is_open else "\n")


def rows_with_ids(page: ast.Page) -> Iterator[tuple[str, str]]:
    """The rows of *page* in native notation, each with its id or ""."""
    source = page.source
    yield (
        (source.rows[0], source.ids[0] if source.ids else "")
        if source and source.rows
        else (_flat(page.title), "")
    )
    closing: int | None = None  # the indent of a block that deeper rows would still belong to
    for block in page.blocks:
        if closing is not None and block.indent > closing:
            yield "", ""
        closing = None if isinstance(block, ast.Line) else block.indent
        ids = (block.id,) if isinstance(block, ast.Line) else block.row_ids
        rows = _source_rows(block, page) or _rows(block)
        yield from zip(rows, chain(ids, repeat("")), strict=False)


def _source_rows(block: ast.Block, page: ast.Page) -> tuple[str, ...]:
    """The rows that *block* was read from; () if they are not known or say something else."""
    start = block.line - page.line
    if page.source is None or start < 1:
        return ()
    end = start + 1 + (0 if isinstance(block, ast.Line) else len(block.rows))
    rows = page.source.rows[start:end]
    ids = ("", block.id) if isinstance(block, ast.Line) else ()
    return rows if read_lines(("", *rows), ids=ids).blocks == (block,) else ()


def write_notation_inline(nodes: Iterable[ast.Inline]) -> str:
    """Write the content of one line."""
    nodes = tuple(nodes)
    custom = _Manner()
    text = _write(nodes, custom)
    if read_notation_inline(text) == nodes:
        return text
    for picks in product((False, True), repeat=min(custom.asked, _MOST_PICKS)):
        other = _write(nodes, _Manner(picks=picks))
        if read_notation_inline(other) == nodes:
            return other
    nodes = tuple(approximate_notation(nodes))
    for care in (_Care.NONE, _Care.SOME, _Care.ALL):
        text = _write(nodes, _Manner(care))
        if read_notation_inline(text) == nodes:
            break
    return text


def write_row(line: ast.Line) -> str:
    """The row of a line, which is not below a block."""
    return next(_rows(line))


def _rows(block: ast.Block) -> Iterator[str]:
    indent, inner = " " * block.indent, " " * (block.indent + 1)
    match block:
        case ast.Line():
            text = write_notation_inline(block.nodes).lstrip(WHITE)
            yield indent + (_UNSEEN + text if text.startswith(_BLOCK) else text)
        case ast.CodeBlock():
            name = block.name or block.language
            if block.name and block.language:
                name += f"({block.language})"
            yield f"{indent}code:{_flat(name)}"
            yield from (inner + row for row in block.rows)
        case ast.Table():
            yield f"{indent}table:{_flat(block.name)}"
            for row in block.rows:
                yield inner + "\t".join(map(_cell, row))
        case _:
            assert_never(block)


def _cell(nodes: tuple[ast.Inline, ...]) -> str:
    """The cell of a table, which holds no notation but page links and icons."""
    text = _write(nodes, _Manner()).replace("\t", " ")
    if _read_cell(text) == nodes:
        return text
    return "".join(
        stand_ins(node.text)
        if isinstance(node, ast.Text) and _read_cell(node.text) != (node,)
        else _write((node,), _Manner())
        for node in nodes
    ).replace("\t", " ")


def _read_cell(text: str) -> tuple[ast.Inline, ...]:
    table = read_lines(["", "table:", f" {text}"]).blocks[0]
    return table.rows[0][0] if isinstance(table, ast.Table) else ()


def _flat(text: str) -> str:
    """*text* on one row."""
    return text.replace("\n", " ") if "\n" in text else text


def _write(nodes: Sequence[ast.Inline], manner: _Manner, *, nested: bool = False) -> str:
    text = ""
    for at, node in enumerate(nodes):
        after = nodes[at + 1] if at + 1 < len(nodes) else None
        if isinstance(node, ast.ExternalLink) and not node.label:
            custom = _ends_address(after) and not _EMBEDDED.search(node.url)
            text += _address(node.url, bare=manner.pick(custom))
            continue
        if manner.care and text and _touches(nodes[at - 1], node):
            text += " "
        text += _flat(_spell(node, manner, nested, first=at == 0))
    return text


def _ends_address(after: ast.Inline | None) -> bool:
    """Whether a bare address ends before *after*, and not at nodes that are read later."""
    match after:
        case ast.Text():
            return after.text[:1] in WHITE + "]"
        case ast.Icon():
            return after.strong
        case ast.ExternalLink():
            return bool(after.label)
        case ast.PageLink() | ast.Location() | ast.Hashtag():
            return False
    return True


def _touches(before: ast.Inline, node: ast.Inline) -> bool:
    """Whether *node* would become part of a tag, or is a tag that *before* would hide."""
    if isinstance(before, ast.Hashtag):
        return isinstance(node, ast.Text) and node.text[:1] not in WHITE
    return (
        isinstance(node, ast.Hashtag)
        and isinstance(before, ast.Text)
        and before.text[-1:] not in WHITE
    )


def _spell(node: ast.Inline, manner: _Manner, nested: bool, *, first: bool) -> str:
    """One node as it is written; *first* if it begins its line or its piece."""
    care = manner.care
    match node:
        case ast.Text():
            return node.text if not care else _literal(node.text, care, nested, first)
        case ast.Blank():
            return f"[{node.text}]"
        case ast.Code():
            return f"`{node.text.replace('`', '｀')}`"
        case ast.Formula():
            return _formula(node.tex, manner)
        case ast.Strong():
            return f"[[{_write(node.nodes, manner, nested=True)}]]"
        case ast.Decoration():
            return f"[{node.signs} {_write(node.nodes, manner, nested=True)}]"
        case ast.PageLink():
            return _page_link(node, care, nested)
        case ast.ExternalLink():
            return _labelled(node, manner, nested)
        case ast.Image():
            return _image(node)
        case ast.Icon():
            return _icon(node, care, nested)
        case ast.Hashtag():
            return f"#{node.tag}" if not care else f"#{_in_tag(node.tag)}"
        case ast.Location():
            return _location(node, nested)
        case ast.Quote():
            return f">{_write(node.nodes, manner)}"
        case ast.Numbered():
            return f"{node.number}. {_write(node.nodes, manner)}"
        case ast.Question():
            return f"? {node.text}"
        case ast.Command():
            return f"{node.sign} {node.text}"
        case _:
            assert_never(node)


def _reads(text: str, node: ast.Inline, nested: bool) -> bool:
    """Whether *text* alone is read as *node*."""
    if not nested:
        return read_notation_inline(text) == (node,)
    return read_notation_inline(f"[_ {text}]") == (ast.Decoration("_", (node,)),) or (
        read_notation_inline(f"[[{text}]]") == (ast.Strong((node,)),)
    )


def _literal(text: str, care: _Care, nested: bool, first: bool) -> str:
    """Text that is read as text."""
    before = "" if first else _UNSEEN  # what begins a line only matters where one begins
    if care < _Care.ALL and _reads(before + text, ast.Text(before + text), nested):
        return text
    text = _TAG.sub(_UNSEEN, _SCHEME.sub(rf"\1{_UNSEEN}", text))
    if care == _Care.ALL or not _reads(before + text, ast.Text(before + text), nested):
        text = stand_ins(text)
    if first and not nested and not _reads(text, ast.Text(text), nested):
        text = _UNSEEN + text
    return text


def _formula(tex: str, manner: _Manner) -> str:
    # A space at the end allows brackets inside, but must not become a bracketed space.
    if manner.care:
        tex = tex.replace("`", "\u2018")
    must = "]" in tex or (tex.endswith(" ") and tex != " ")
    may = not tex.rstrip(WHITE).endswith("[")
    return f"[$ {tex} ]" if must or (may and manner.pick(False)) else f"[$ {tex}]"


def _page_link(node: ast.PageLink, care: _Care, nested: bool) -> str:
    target = join_target(node.project, node.title)
    text = f"[{target}]"
    if not care or _reads(text, node, nested):
        return text
    tag = _in_tag(target)
    if not node.project and _reads(f"#{tag}", ast.Hashtag(tag), nested):
        return f"#{tag}"
    return f"[{target.translate(_FULL_WIDTH)}]"


def _in_tag(text: str) -> str:
    return re.sub(rf"[{WHITE}]", "_", text)


def _address(url: str, *, bare: bool) -> str:
    """An address without a label."""
    if _ADDRESS.fullmatch(url) is None:
        return url
    if not bare and "]" not in url and _reads(f"[{url}]", ast.ExternalLink(url), False):
        return f"[{url}]"
    return url


def _labelled(node: ast.ExternalLink, manner: _Manner, nested: bool) -> str:
    # The wide blanks prevent a label from being read as a decoration or as an address.
    label_first = (
        f"[{node.label} {node.url}]",
        f"[{node.label}\u3000{node.url}]",
        f"[\u3000{node.label} {node.url}]",
    )
    texts = [text for text in label_first if _reads(text, node, nested)][:1]
    if not texts or not manner.pick(True):
        texts.insert(0, f"[{node.url} {node.label}]")
    for text in texts:
        if _reads(text, node, nested):
            return text
    # Not made by the reader: an address with blanks or brackets, a label with brackets.
    if not node.url.startswith(("http://", "https://")):
        return f"{node.label} {node.url}"
    url = re.sub(rf"[{WHITE}]", "%20", node.url).replace("]", "%5D")
    return f"[{url} {stand_ins(node.label.strip(WHITE))}]"


def _image(node: ast.Image) -> str:
    texts = [node.src]
    if node.link:
        texts = [f"{node.src} {node.link}", f"{node.link} {node.src}"]
    left, right = ("[[", "]]") if node.strong else ("[", "]")
    for text in texts:
        if read_notation_inline(f"{left}{text}{right}") == (node,):
            return f"{left}{text}{right}"
    # Not made by the reader: an address that is not that of an image.
    if not node.src.startswith(("http://", "https://")):
        return f"{node.src} {node.link}".rstrip()
    src = re.sub(rf"[{WHITE}]", "%20", node.src).replace("]", "%5D")
    if read_notation_inline(f"[{src}]") != (ast.Image(src),):
        src += "#.png"
    if node.link:
        return f"[{node.link} {src}]"
    return f"{left}{src}{right}"


def _icon(node: ast.Icon, care: _Care, nested: bool) -> str:
    name = join_target(node.project, node.name)
    text = f"{name}.icon*{node.count}" if node.count > 1 else f"{name}.icon"
    if care and not _reads(f"[{text}]", replace(node, strong=False), nested):
        text = text.translate(_FULL_WIDTH)
    return f"[[{text}]]" if node.strong and not nested else f"[{text}]"


def _location(node: ast.Location, nested: bool) -> str:
    point = (
        f"{'S' if node.latitude < 0 else 'N'}{_decimal(node.latitude)},"
        f"{'W' if node.longitude < 0 else 'E'}{_decimal(node.longitude)}"
    )
    if node.zoom != 14:
        point += f",Z{node.zoom}"
    if not node.place:
        return f"[{point}]"
    # The customary order cannot express a place that ends with another point or ".icon".
    text = f"[{point} {node.place}]"
    return text if _reads(text, node, nested) else f"[{node.place} {point}]"


def _decimal(number: float) -> str:
    return format(Decimal(repr(abs(number))), "f").removesuffix(".0")
