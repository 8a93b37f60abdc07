"""Native notation: the content of one line, by *ordered splitting*.

All matches of the first kind of notation split the line, and the pieces between them are
searched for the next kind. The order of kinds (``_KINDS``) takes precedence over position, so a
code span splits any bracket.

A split never creates a match of another kind. So one pass for each kind over the pieces that
are still text is enough, and the time is linear in the length of the line.
"""

from __future__ import annotations

import re

from sphinx_scrapbox.formats.notation.characters import NOT_IN_ROWS, WHITE, compile_pattern
from sphinx_scrapbox.formats.passes import (
    Found,
    LinePart,
    Pass,
    apply_pass,
    each_match,
    join_texts,
)
from sphinx_scrapbox.wiki import ast
from sphinx_scrapbox.wiki.text import without_controls
from sphinx_scrapbox.wiki.titles import split_target

MOST_NUMBERS = 8
"""How deep ``1. 1. 1. …`` nests; deeper numbers are text. This keeps trees shallow enough
for recursive functions."""
MOST_ICONS = 999_999_999
"""The largest multiplier of an icon that is kept; more digits than these only do harm."""

_NUMBER = re.compile(r"([0-9]+)\. ")


def read_notation_inline(text: str, *, line: int = 0) -> tuple[ast.Inline, ...]:
    """Read the content of one line, quotes, numbers and other kinds of line included."""
    return read_line(without_controls(text, NOT_IN_ROWS)[0], line)


def read_line(text: str, line: int) -> tuple[ast.Inline, ...]:
    """Read a line. Kinds of line are recognised at its start only, not after each node."""
    numbers: list[str] = []
    while text[:1].isdigit() and (match := _NUMBER.match(text)) and len(numbers) < MOST_NUMBERS:
        numbers.append(match[1])
        text = text[match.end() :]
    nodes: tuple[ast.Inline, ...]
    if text.startswith(">"):
        nodes = (ast.Quote(_read(text[1:], _KINDS, line), line=line),)
    elif text.startswith("? ") and len(text) > 2:
        nodes = (ast.Question(text[2:], line=line),)
    elif text.startswith(("$ ", "% ")):
        # Code spans have precedence over commands, so one ends a command.
        tick = text.find("`")
        end = tick if 0 <= tick < text.rfind("`") else len(text)
        if end > 2:
            command = ast.Command(text[0], text[2:end], line=line)
            nodes = (command, *_read(text[end:], _KINDS, line))
        else:
            nodes = _read(text, _KINDS, line)
    else:
        nodes = _read(text, _KINDS, line)
    for number in reversed(numbers):
        nodes = (ast.Numbered(number, nodes, line=line),)
    return nodes


def read_cell(text: str, line: int) -> tuple[ast.Inline, ...]:
    """Read the cell of a table: page links and icons; other kinds split the text and stay text."""
    if "[" not in text:
        return (ast.Text(text, line=line),) if text else ()
    return join_texts(_read(text, _KINDS, line, cell=True))


def _read(
    text: str, kinds: tuple[tuple[str, Pass], ...], line: int, *, cell: bool = False
) -> tuple[ast.Inline, ...]:
    if not ("[" in text or "`" in text or "#" in text or "://" in text):
        return (ast.Text(text, line=line),) if text else ()
    parts: list[LinePart] = [text]
    for needle, find in kinds:
        if needle in text:
            parts = apply_pass(parts, _in_cell(find) if cell else find, line)
    return tuple([ast.Text(part, line=line) if isinstance(part, str) else part for part in parts])


def _in_cell(find: Pass) -> Pass:
    """*find* with text for what is not read in cells."""

    def find_in_cell(text: str, line: int) -> Found:
        for start, end, node in find(text, line):
            if isinstance(node, ast.PageLink) or (isinstance(node, ast.Icon) and not node.strong):
                yield start, end, node
            else:
                yield start, end, ast.Text(text[start:end], line=line)

    return find_in_cell


def _codes(text: str, line: int) -> Found:
    """`` `…` ``: no escape, no double backtick, may be empty."""
    start = text.find("`")
    while start >= 0 and (end := text.find("`", start + 1)) >= 0:
        yield start, end + 1, ast.Code(text[start + 1 : end], line=line)
        start = text.find("`", end + 1)


_blanks = each_match(
    compile_pattern(r"\[(~s+)\]"), lambda match, line: ast.Blank(match[1], line=line)
)
_DECORATION = re.compile(r"""\[([!"#%&'()*+,\-./{|}<>_~]+)[ ]""")
# A body may contain pairs of brackets, one level deep.
_BODY = re.compile(r"(?:[^\[\]]++|\[[^\[\]]++\]|\[)++(?=\])")
_PLAIN_BODY = re.compile(r"[^\[\]]+(?=\])")


def _decorations(text: str, line: int) -> Found:
    at, body_of = 0, _BODY
    while opening := _DECORATION.search(text, at):
        start = opening.end()
        body = body_of.match(text, start)
        if body is None and body_of is _BODY and not text.startswith("]", start):
            # From here to the end of the line, brackets close only pairs of their own. Search for
            # bodies without brackets from now on; otherwise the time would be quadratic.
            body_of = _PLAIN_BODY
            body = body_of.match(text, start)
        if body is None:
            at = start
            continue
        at = body.end() + 1
        nodes = _read(body[0], _NESTED_KINDS, line)
        yield opening.start(), at, ast.Decoration(opening[1], nodes, line=line)


# A formula with a closing bracket inside ends with a space and a bracket. No formula contains
# the beginning of another: `[$ a][$ b ]` are two.
_SPACED_FORMULA = re.compile(r"\[\$ ((?:(?!\[\$ ).)+?) \]", re.DOTALL)
_FORMULA = re.compile(r"\[\$ ((?:(?!\[\$ )[^\]])+)\]")
_spaced_formulas = each_match(
    _SPACED_FORMULA, lambda match, line: ast.Formula(match[1], line=line)
)
_formulas = each_match(_FORMULA, lambda match, line: ast.Formula(match[1], line=line))

_EXTENSION = r"\.(?:png|jpe?g|gif|svg|webp)"
_STRONG_IMAGE = compile_pattern(r"\[\[(https?://~U++)(?:\]\]|~s++(https?://~U++)\]\])?", re.I)
_BY_EXTENSION = compile_pattern(rf"https?://~U+{_EXTENSION}(?:\?~U+)?", re.I)
_BY_EXTENSION_ALONE = compile_pattern(rf"https?://~U+{_EXTENSION}", re.I)
_GYAZO = re.compile(r"https?://(?:[0-9a-z-]+\.)?gyazo\.com/[0-9a-f]{32}(/raw)?")


def _is_image(url: str) -> bool:
    return (_BY_EXTENSION.fullmatch(url) or _GYAZO.fullmatch(url)) is not None


def _image(first: str, second: str, line: int, *, strong: bool = False) -> ast.Image | None:
    """The image of one or two addresses in brackets; None if neither is that of an image."""
    if second and _is_image(second):
        return ast.Image(second, first, strong, line=line)
    if _is_image(first):
        return ast.Image(first, second, strong, line=line)
    return None


def _strong_images(text: str, line: int) -> Found:
    for match in _STRONG_IMAGE.finditer(text):
        first, second = match.groups(default="")
        if not match[0].endswith("]]"):
            continue
        if second:
            image = _image(first, second, line, strong=True)
        else:
            gyazo = _GYAZO.fullmatch(first)
            alone = _BY_EXTENSION_ALONE.fullmatch(first) or (gyazo and not gyazo[1])
            image = ast.Image(first, strong=True, line=line) if alone else None
        if image:
            yield match.start(), match.end(), image


_STRONG_ICON = re.compile(r"\[\[([^\[\]]*)\.icon(?:\*([1-9][0-9]*))?\]\]")
_strong_icons = each_match(
    _STRONG_ICON, lambda match, line: _icon(match[1], match[2], line, strong=True)
)
_STRONG = re.compile(r"\[\[((?:[^\[]|\[[^\[]).*?\]*)\]\]", re.DOTALL)


def _strongs(text: str, line: int) -> Found:
    # Up to the last "]]", each beginning has an end: no search is in vain.
    for match in _STRONG.finditer(text, 0, text.rfind("]]") + 2):
        nodes = _read(match[1], _NESTED_KINDS, line)
        yield *match.span(), ast.Strong(nodes, line=line)


_ADDRESSES = compile_pattern(r"\[(https?://~U++)(?:\]|~s++(https?://~U++)\])?", re.I)


def _images(text: str, line: int) -> Found:
    """``[src]``, ``[src link]``, ``[link src]``."""
    for match in _ADDRESSES.finditer(text):
        first, second = match.groups(default="")
        if match[0].endswith("]") and (image := _image(first, second, line)):
            yield match.start(), match.end(), image


# What follows an address is optional in these patterns, so that a failed search continues
# after the address and not inside it.
_ADDRESS_FIRST = compile_pattern(r"\[(https?://~U++)(~s++)?")


def _labels_last(text: str, line: int) -> Found:
    """``[url label]``: up to the first bracket that closes, which may take one more along."""
    at = 0
    while match := _ADDRESS_FIRST.search(text, at):
        at = match.end()
        if not match[2]:
            continue
        end = text.find("]", at)
        if end < 0:
            return
        if text.startswith("]", end + 1):
            end += 1
        label, at = text[at:end], end + 1
        if label and label[-1] not in WHITE:
            yield match.start(), at, ast.ExternalLink(match[1], label, line=line)


_LABEL_FIRST = compile_pattern(r"\[([^\[\]]*~S)~s++(https?://~U++)\]")
# [label url]
_labels_first = each_match(
    _LABEL_FIRST, lambda match, line: ast.ExternalLink(match[2], match[1].lstrip(WHITE), line=line)
)
_ADDRESS = compile_pattern(r"\[(https?://~U++)(\])?")


def _addresses(text: str, line: int) -> Found:
    """``[url]``."""
    for match in _ADDRESS.finditer(text):
        if match[2]:
            link = ast.ExternalLink(match[1], line=line, is_bracketed=True)
            yield match.start(), match.end(), link


_BARE = compile_pattern(r"https?://~U")
_BARE_END = compile_pattern(r"[\[\]]|~s")


def _bare_addresses(text: str, line: int) -> Found:
    """Up to white space, or to a bracket that closes nothing within the address."""
    at = 0
    while opening := _BARE.search(text, at):
        start, at = opening.start(), len(text)
        depth = int(text[opening.end() - 1] == "[")
        for match in _BARE_END.finditer(text, opening.end()):
            sign = match[0]
            if sign == "[":
                depth += 1
            elif sign == "]" and depth:
                depth -= 1
            else:
                at = match.start()
                break
        yield start, at, ast.ExternalLink(text[start:at], line=line)


_PAIR = re.compile(r"\[([^\[\]]+)\]")
_ICON = re.compile(r"(.*)\.icon(?:\*([1-9][0-9]*))?", re.DOTALL)
_POINT = r"([NS])([0-9]{1,9}(?:\.[0-9]+)?),([EW])([0-9]{1,9}(?:\.[0-9]+)?)(?:,Z([0-9]{1,9}))?"
_PLACE_FIRST = compile_pattern(rf"(.*~S)~s+{_POINT}")
_POINT_FIRST = compile_pattern(rf"{_POINT}(?:~s+(.*~S))?")


def _pairs(text: str, line: int) -> Found:
    """A pair of brackets without brackets inside: icon, point on a map or page link."""
    for match in _PAIR.finditer(text):
        inner = match[1]
        node: ast.Inline | None = None
        if ".icon" in inner and (icon := _ICON.fullmatch(inner)):
            node = _icon(icon[1], icon[2], line)
        elif ",E" in inner or ",W" in inner:
            node = _location(inner, line)
        if node is None:
            project, title = split_target(inner) if inner.startswith("/") else ("", inner)
            node = ast.PageLink(title, project, line=line)
        yield match.start(), match.end(), node


def _icon(path: str, count: str | None, line: int, *, strong: bool = False) -> ast.Icon:
    number = 1 if not count else int(count) if len(count) < 10 else MOST_ICONS
    project, name = split_target(path) if path.startswith("/") else ("", path)
    return ast.Icon(name, project, number, strong, line=line)


def _location(text: str, line: int) -> ast.Location | None:
    if match := _PLACE_FIRST.fullmatch(text):
        place, south, latitude, west, longitude, zoom = match.groups()
    elif match := _POINT_FIRST.fullmatch(text):
        south, latitude, west, longitude, zoom, place = match.groups()
    else:
        return None
    return ast.Location(
        float(latitude) * (-1 if south == "S" else 1),
        float(longitude) * (-1 if west == "W" else 1),
        int(zoom) if zoom else 14,
        place.strip(WHITE) if place else "",
        line=line,
    )


_HASHTAG = compile_pattern(r"(?:^|(?<=~s))#(~S++)")
# At the start of a piece or after white space; nothing but white space ends a tag.
_hashtags = each_match(_HASHTAG, lambda match, line: ast.Hashtag(match[1], line=line))

_NESTED_KINDS: tuple[tuple[str, Pass], ...] = (
    ("[$ ", _spaced_formulas),
    ("[$ ", _formulas),
    ("://", _images),
    ("://", _labels_last),
    ("://", _labels_first),
    ("://", _addresses),
    ("://", _bare_addresses),
    ("[", _pairs),
    ("#", _hashtags),
)
"""What is read inside decorations and strong text."""
_KINDS: tuple[tuple[str, Pass], ...] = (
    ("`", _codes),
    ("[", _blanks),
    ("[", _decorations),
    ("[$ ", _spaced_formulas),
    ("[$ ", _formulas),
    ("[[", _strong_images),
    ("[[", _strong_icons),
    ("[[", _strongs),
    *_NESTED_KINDS[2:],
)
"""All kinds in their order, each with what a text must hold to have one."""
