"""Tree of a page -> clean MyST: a page to go on with by hand.

It shows what the wiki's page shows: headings by size, nested lists, quotes, turns of speech, the
notice of a translation. Text is escaped wherever Markdown or MyST would take it for a sign, so
that it reads as it stands. ``[[Title]]`` and the roles and directives of ``scrapbox`` need this
extension; all the rest is MyST's own.

What MyST cannot say is shown plainly: what is underlined or struck out, a formula that LaTeX or
MathJax may not be handed, an address that is no link. Lists end at :data:`MAX_LISTS` levels,
where Markdown parsers stop reading; deeper items stand below the last one that has a level.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import assert_never

from pygments.lexers import get_lexer_by_name
from pygments.token import Error
from pygments.util import ClassNotFound

from ..formulas import is_formula
from ..lexers import PLAIN, lexer_of
from ..media import embed_url, image_url, safe_url
from ..outline import Bullets, Gap, Numbers, Part, Quotes, Rule, Run, Section, Turn, outline
from ..page import (
    Blank,
    Code,
    CodeBlock,
    Command,
    Decoration,
    ExternalLink,
    Formula,
    Hashtag,
    Icon,
    Image,
    Inline,
    Line,
    Location,
    Numbered,
    Page,
    PageLink,
    Question,
    Quote,
    Strong,
    Table,
    Text,
)
from ..speakers import Speakers
from ..titles import is_line_id, join_target, split_fragment
from ..translation import WORDINGS, Translation, Wording, lift

MAX_LISTS = 8
"""Lists within lists. CommonMark parsers of the markdown-it family drop what lies deeper than
20 levels, of which a list takes two and a quote one."""
MAX_ICONS = 100
"""How often an icon with a multiplier is written; a larger number follows as text."""

_MOST_LEVELS = 19
_BREAK = "\\\n"  # a line end that stays one
_NOTHING = "<!-- -->"  # parts two signs that would be taken for one


def write_myst(
    page: Page,
    *,
    wordings: Sequence[Wording] = WORDINGS,
    speakers: Speakers | None = None,
) -> str:
    """Write *page* as MyST; *wordings* and *speakers* are what the site's configuration says."""
    writer = _Writer(speakers or Speakers())
    blocks = [_heading(1, _escaped(page.title.strip()) or "Untitled")]
    for part in lift(page, wordings):
        level = 1
        if part.title:
            level = 2
            blocks.append(_heading(level, _escaped(part.title.strip())))
        parts = writer.speakers.mark(outline(part.blocks).parts)
        blocks += writer.blocks(parts, 0, heading=level)
        if part.translation is not None:
            blocks += _translation(part.translation)
    return _joined(_without_stray_rules(blocks)) + "\n"


# -- blocks ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Block:
    """A block of Markdown; ``kind`` is heading, text, rule, other, or the sign of a list."""

    kind: str
    text: str


def _joined(blocks: Iterable[_Block], *, tight: bool = False) -> str:
    """*blocks* below each other; if *tight*, a list follows its text at once."""
    out = ""
    last = ""
    for block in blocks:
        if out:
            out += "\n" if tight and last == "text" and block.kind in _BULLETS else "\n\n"
        out += block.text
        last = block.kind
    return out


_BULLETS = ("-", "*")
# The front matter of markdown-it looks for dashes on the first line of any text that begins
# with one, but from behind the first character after the sign of a list.
_LIKE_FRONT_MATTER = re.compile(r"-[-\s]*.--")
_NUMBERS = (".", ")")


def _sign(blocks: Sequence[_Block], signs: tuple[str, str]) -> str:
    """The sign of a new list after *blocks*: another one, if it would go on the last list."""
    return signs[1] if blocks and blocks[-1].kind == signs[0] else signs[0]


def _heading(level: int, text: str) -> _Block:
    # Signs at the end would only close the heading.
    text = re.sub(r"(?<!\\)(#+)$", r"\\\1", text)
    return _Block("heading", f"{'#' * min(level, 6)} {text}".rstrip())


def _without_stray_rules(blocks: Iterable[_Block]) -> list[_Block]:
    """No rule first, last or doubled in a section: docutils refuses these."""
    kept: list[_Block] = []
    for block in blocks:
        if block.kind == "rule" and (not kept or kept[-1].kind in ("heading", "rule")):
            continue
        if block.kind == "heading" and kept and kept[-1].kind == "rule":
            kept.pop()
        kept.append(block)
    if kept and kept[-1].kind == "rule":
        kept.pop()
    return kept


def _indented(text: str, first: str) -> str:
    """*text* with *first* before its first line and as much blank before the others."""
    blank = " " * len(first)
    head, *rest = text.split("\n")
    return "\n".join([first + head, *(blank + row if row else "" for row in rest)])


class _Writer:
    """Writes the parts of a page; ``level`` is that of markdown-it."""

    def __init__(self, speakers: Speakers) -> None:
        self.speakers = speakers

    def blocks(self, parts: Iterable[Part], level: int, *, heading: int = 1) -> list[_Block]:
        """The blocks of *parts*; *heading* is the level of the heading that they are below."""
        blocks: list[_Block] = []
        self._fill(blocks, parts, level, heading)
        return blocks

    def _fill(
        self, blocks: list[_Block], parts: Iterable[Part], level: int, heading: int = 1
    ) -> None:
        for part in parts:
            match part:
                case Run(lines, below):
                    blocks += _lines(lines)
                    self._fill(blocks, below, level)
                case Quotes(lines, below):
                    blocks += _quotes(lines, _MOST_LEVELS - level)
                    self._fill(blocks, below, level)
                case Bullets(items):
                    sign = _sign(blocks, _BULLETS)
                    self._fill_list(blocks, sign, [f"{sign} "] * len(items), items, level)
                case Numbers(start, items):
                    sign = _sign(blocks, _NUMBERS)
                    numbers = [f"{start + at}{sign} " for at in range(len(items))]
                    self._fill_list(blocks, sign, numbers, items, level)
                case CodeBlock():
                    blocks.append(_code(part))
                case Table():
                    blocks.append(_table(part))
                case Rule():
                    blocks.append(_Block("rule", "---"))
                case Gap():
                    pass
                case Turn():
                    blocks.append(self._turn(part))
                case Section():
                    blocks.append(_heading(heading + 1, write_inline(part.title, within=True)))
                    if beside := write_inline(part.beside):
                        blocks.append(_Block("text", beside))
                    self._fill(blocks, part.parts, level, heading + 1)
                case _:
                    assert_never(part)

    def _fill_list(
        self,
        blocks: list[_Block],
        sign: str,
        marks: Sequence[str],
        items: Sequence[Sequence[Part]],
        level: int,
    ) -> None:
        if level >= 2 * MAX_LISTS:
            for item in items:
                self._fill(blocks, item, level)
            return
        entries = []
        for mark, item in zip(marks, items, strict=True):
            text = _joined(self.blocks(item, level + 2), tight=True)
            entries.append(_indented(text or "&nbsp;", mark))
        blocks.append(_Block(sign, "\n".join(entries)))

    def _turn(self, turn: Turn) -> _Block:
        blocks = self.blocks(turn.parts, 0)
        if blocks and _LIKE_FRONT_MATTER.match(blocks[0].text):
            # With another list before it, a list gets another sign.
            blocks = [_Block(_BULLETS[0], "")]
            self._fill(blocks, turn.parts, 0)
            del blocks[0]
        first, *others = turn.speakers
        if not blocks:
            return _Block("text", write_inline(turn.speakers))
        if others:
            names = write_inline(others)
            if blocks[0].kind == "text":
                blocks[0] = _Block("text", f"{names} {blocks[0].text}")
            else:
                blocks.insert(0, _Block("text", names))
        target = join_target(first.project, first.name)
        return _directive("scrapbox:speech", target, _joined(blocks))


def _lines(lines: Sequence[Line]) -> Iterator[_Block]:
    """Lines that stand together: their ends stay, and images and formulas stand alone."""
    for alone, group in groupby(lines, key=_stands_alone):
        if not alone:
            texts = filter(None, map(write_inline, (line.nodes for line in group)))
            if text := _BREAK.join(texts):
                yield _Block("text", text)
            continue
        for line in group:
            match line.nodes:
                case (Formula(tex),) if is_formula(tex):
                    yield _directive("math", "", f"\n{tex}" if tex.startswith(":") else tex)
                case nodes:
                    if text := write_inline(nodes):
                        yield _Block("text", text)


def _stands_alone(line: Line) -> bool:
    match line.nodes:
        case (Formula(),):
            return True
        case (ExternalLink(url),):
            return embed_url(url) is not None
    return any(isinstance(node, Image) for node in line.nodes) and all(
        isinstance(node, Image) or (isinstance(node, Text) and node.text.isspace())
        for node in line.nodes
    )


def _quotes(lines: Iterable[Line], most: int) -> Iterator[_Block]:
    """Quoted lines, nested by how many further ``>`` they begin with, at most *most* deep."""
    rows: list[str] = []
    last = 0
    for (depth, blank), group in groupby(map(_unquoted, lines), key=_quote_shape):
        text = "" if blank else _joined(_lines([line for _, line in group]))
        if not text:
            continue
        depth = min(depth, most)
        if rows:
            rows.append(_quote_mark(min(depth, last)))
        last = depth
        mark = _quote_mark(depth)
        rows += (f"{mark} {row}".rstrip() for row in text.split("\n"))
    if rows:
        yield _Block("other", "\n".join(rows))


def _quote_mark(depth: int) -> str:
    return " ".join(">" * depth)


def _unquoted(line: Line) -> tuple[int, Line]:
    """How deep a quoted line is quoted, and the line without its marks."""
    match line.nodes:
        case (Quote((Text(text), *rest)), *_):
            text = text.lstrip()
            depth = 1
            while text.startswith(">") and depth < 8:
                depth += 1
                text = text[1:].lstrip()
            return depth, Line(0, (Text(text), *rest) if text else tuple(rest))
        case (Quote(nodes), *_):
            return 1, Line(0, nodes)
    return 1, line


def _quote_shape(row: tuple[int, Line]) -> tuple[int, bool]:
    depth, line = row
    return depth, not line.nodes


# -- directives and fences -------------------------------------------------------------


def _directive(name: str, argument: str, content: str) -> _Block:
    head = f"{{{name}}} {argument}".rstrip()
    return _fenced(head, content)


def _fenced(head: str, content: str) -> _Block:
    """A fence that is longer than any in *content*; one of backticks has none in its head."""
    char = "~" if "`" in head else "`"
    longest = max(map(len, re.findall(rf"{char}+", content)), default=0)
    fence = char * max(3, longest + 1)
    rows = [fence + head, content, fence] if content else [fence + head, fence]
    return _Block("other", "\n".join(rows))


def _code(block: CodeBlock) -> _Block:
    language = lexer_of(block.language) if block.language else lexer_of(block.name)
    caption = block.name.strip().strip(":").strip()
    if block.language and not language and not block.language.startswith("{"):
        caption = f"{caption} ({block.language})".lstrip()
    text = "\n".join(block.rows)
    if not text.strip():
        return _Block("text", write_inline((Text(caption or block.language or "…"),)))
    if not caption:
        if language is None or _lexes(text, language):
            return _fenced(language or PLAIN, text)
    elif _is_language(caption) and not block.language and _lexes(text, caption):
        return _fenced(caption, text)
    options = []
    if caption:
        options.append(f":caption: {_option(write_inline((Text(caption),)))}")
    if language:
        options.append(":force:")  # what the lexer cannot read is shown plain, without a warning
    return _directive("code-block", language or PLAIN, "\n".join([*options, "", text]))


def _is_language(name: str) -> bool:
    """Whether *name* can stand behind a fence and is what Pygments calls a language."""
    return re.fullmatch(r"[A-Za-z][\w+#-]*", name) is not None and _lexer(name) is not None


def _lexer(name: str) -> object:
    try:
        return get_lexer_by_name(name.lower())
    except ClassNotFound:
        return None


def _lexes(text: str, language: str) -> bool:
    """Whether Sphinx can highlight *text* without a warning."""
    try:
        lexer = get_lexer_by_name(language.lower(), stripnl=False)
    except ClassNotFound:
        return False
    return all(kind is not Error for kind, _ in lexer.get_tokens(text))


_PLAIN_OPTION = re.compile(r"[^\W_][\w ./()-]*")


def _option(value: str) -> str:
    """The value of a directive's option, quoted if YAML would read it otherwise."""
    if _PLAIN_OPTION.fullmatch(value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _table(table: Table) -> _Block:
    width = max(map(len, table.rows), default=1) or 1
    rows = [_row(row, width) for row in table.rows]
    if len(rows) < 2:
        rows.insert(0, _row((), width))  # Markdown knows no table without a head
    rows.insert(1, "|" + " --- |" * width)
    text = "\n".join(rows)
    if caption := write_inline((Text(table.name.strip()),), within=True):
        return _directive("table", caption, text)
    return _Block("other", text)


def _row(cells: Sequence[tuple[Inline, ...]], width: int) -> str:
    texts = [write_inline(cell, within=True).replace("|", "\\|") for cell in cells]
    return "|" + "".join(f" {text} |" for text in texts + [""] * (width - len(texts)))


def _translation(translation: Translation) -> Iterator[_Block]:
    target = join_target(translation.project, translation.title)
    contact = translation.contact
    if translation.contact_url:
        contact = f"{contact} <{translation.contact_url}>".lstrip()
    options = {
        "engine": translation.engine,
        "from": translation.source_language,
        "to": translation.target_language,
        "contact": contact,
        "date": translation.date,
    }
    rows = [f":{name}: {_option(value)}" for name, value in options.items() if value]
    yield _directive("scrapbox:translation", _flat(target), "\n".join(rows))
    if note := write_inline((Text(translation.note),)):
        yield _Block("text", note)


# -- inlines ---------------------------------------------------------------------------


def write_inline(nodes: Iterable[Inline], *, within: bool = False) -> str:
    """Write the content of one line; *within* a heading or a cell, where no line begins."""
    text = _spell_all(_plainer(nodes)).strip()
    if within:
        return text
    if _SIGN_FIRST.match(text):
        return f"\\{text}"
    if number := _NUMBER_FIRST.match(text):
        return f"{number[0]}\\{text[number.end() :]}"
    return text


# Without a backslash, text that begins so would be a block or a part of one. What we write
# for anything but text begins with other signs.
_SIGN_FIRST = re.compile(r"[>:|%=]|[-+](?=[-+|:\s]|$)|\((?=.*\)=\s*$)")
_NUMBER_FIRST = re.compile(r"\d{1,9}(?=[.)](?:\s|$))", re.ASCII)


def _spell_all(nodes: Sequence[Inline]) -> str:
    out = ""
    for at, node in enumerate(nodes):
        if isinstance(node, Strong | Decoration):
            after = _spell(nodes[at + 1])[:1] if at + 1 < len(nodes) else ""
            out = _emphasised(out, node, after)
        else:
            out = _glued(out, _spell(node))
    return out


def _glued(out: str, piece: str) -> str:
    """*piece* behind *out*, so that no sign is made of the two."""
    before, first = out[-1:], piece[:1]
    if before == first and first in ("`", "*"):
        return f"{out}{_NOTHING}{piece}"
    if before == "!" and first == "[":
        return f"{out[:-1]}\\!{piece}"
    if before == "]" and first == "(":
        return f"{out}\\{piece}"
    return out + piece


def _spell(node: Inline) -> str:
    match node:
        case Text(text) | Blank(text):
            return _escaped(text)
        case Code(text):
            return _code_span(text)
        case Formula(tex):
            return (_role("math", tex) if is_formula(tex) else None) or _code_span(tex)
        case PageLink():
            return _page_link(node)
        case ExternalLink(url, label):
            return _link(safe_url(url) or "", label or url)
        case Image(src, link):
            image = f"![]({_destination(image_url(src) or '')})"
            address = safe_url(link) if link else None
            return f"[{image}]({_destination(address)})" if address else image
        case Icon(name, project):
            return _wiki_role("icon", join_target(project, name)) or _escaped(name)
        case Hashtag(tag):
            # The role takes one sign off its text.
            target = f"#{tag}" if tag.startswith("#") else tag
            return _wiki_role("tag", target) or _escaped(f"#{tag}")
        case Strong() | Decoration():
            return "*"  # asked for its first sign only
        case Location() | Quote() | Numbered() | Question() | Command():
            return _spell_all(_plainer([node]))
        case _:
            assert_never(node)


def _plainer(nodes: Iterable[Inline], *, inside: bool = False) -> list[Inline]:
    """*nodes* as far as Markdown has them; *inside* emphasis without further emphasis."""
    kept: list[Inline] = []
    for node in _each_plainer(nodes, inside=inside):
        if isinstance(node, Text) and kept and isinstance(last := kept[-1], Text):
            kept[-1] = Text(last.text + node.text)
        elif node not in (Text(""), Code("")):
            kept.append(node)
    return kept


def _each_plainer(nodes: Iterable[Inline], *, inside: bool) -> Iterator[Inline]:
    for node in nodes:
        match node:
            case Blank(text):
                yield Text(text)
            case Strong(inner) | Quote(inner) | Decoration(nodes=inner):
                if not inside and _emphasis_of(node):
                    if _plainer(inner, inside=True):
                        yield node
                else:
                    yield from _each_plainer(inner, inside=inside)
            case Numbered(number, inner):
                yield Text(f"{number}. ")
                yield from _each_plainer(inner, inside=inside)
            case Question(text):
                yield Text(f"? {text}")
            case Command(sign, text):
                yield Code(f"{sign} {text}")
            case Location():
                yield _map_link(node)
            case ExternalLink(url, label) if safe_url(url) is None:
                yield Text(f"{label} {url}".strip())
            case Image(src, link):
                if image_url(src) is not None:
                    yield node
                else:
                    yield Text(f"{src} {link}".strip())
            case Icon():
                yield from [node] * min(node.count, MAX_ICONS)
                if node.count > MAX_ICONS:
                    yield Text(f" ×{node.count}")
            case _:
                yield node


def _map_link(node: Location) -> ExternalLink:
    north = f"{abs(node.latitude):g}°{'N' if node.latitude >= 0 else 'S'}"
    east = f"{abs(node.longitude):g}°{'E' if node.longitude >= 0 else 'W'}"
    point = f"{node.latitude:g}/{node.longitude:g}"
    return ExternalLink(
        f"https://www.openstreetmap.org/?mlat={node.latitude:g}&mlon={node.longitude:g}"
        f"#map={node.zoom}/{point}",
        f"{node.place} ({north}, {east})" if node.place else f"{north}, {east}",
    )


# -- emphasis --------------------------------------------------------------------------


def _emphasis_of(node: Inline) -> str:
    match node:
        case Strong():
            return "**"
        case Decoration(signs):
            return ("**" if "*" in signs else "") + ("*" if "/" in signs else "")
    return ""


def _emphasised(out: str, node: Strong | Decoration, after: str) -> str:
    """*node* behind *out* and before the character *after*.

    Stars work only where the text inside begins and ends with a letter, or the text outside
    with none. So blanks are moved out, and where it matters, punctuation.
    """
    inner = _plainer(node.nodes, inside=True)
    lead = _take(inner, 0, str.isspace)
    tail = _take(inner, -1, str.isspace)
    if not _parts(out[-1:]) and not lead:
        lead = _take(inner, 0, _parts)
    if not _parts(after) and not tail:
        tail = _take(inner, -1, _parts)
    out = _glued(out, _escaped(lead))
    if not inner:
        return out + _escaped(tail)
    mark = _emphasis_of(node)
    if not _parts(out[-1:]) and not isinstance(inner[0], Text):
        out += _NOTHING
    out = _glued(out, f"{mark}{_spell_all(inner)}{mark}")
    if not tail and not _parts(after) and not isinstance(inner[-1], Text):
        out += _NOTHING
    return out + _escaped(tail)


def _parts(character: str) -> bool:
    """Whether *character* parts words, to Markdown: a blank, a sign, or the end of a line."""
    return not character or character.isspace() or unicodedata.category(character)[0] in ("P", "S")


def _take(nodes: list[Inline], edge: int, fits: Callable[[str], bool]) -> str:
    """Take off the characters that fit from one edge (0 or -1) of *nodes*."""
    taken = ""
    while nodes and isinstance(node := nodes[edge], Text):
        text = node.text
        at = 0
        while at < len(text) and fits(text[at] if not edge else text[-1 - at]):
            at += 1
        if not edge:
            taken, rest = taken + text[:at], text[at:]
        else:
            taken, rest = text[len(text) - at :] + taken, text[: len(text) - at]
        if rest:
            nodes[edge] = Text(rest)
            break
        nodes.pop(edge)
    return taken


# -- signs -----------------------------------------------------------------------------

_LINE_ENDS = re.compile(r"[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")
_SPECIAL = re.compile(
    r"[\\`*\[\]{$]"
    r"|(?<![^\W_])_|_(?![^\W_])"  # between letters it is one
    r"|<(?=[A-Za-z/!?])"
    r"|&(?=\#?\w+;)"
    r"|~(?=~)|(?<=~)~"
    r"|(?<!\S)\#"
)


def _flat(text: str) -> str:
    return _LINE_ENDS.sub(" ", text)


def _escaped(text: str) -> str:
    """*text* with a backslash before whatever Markdown or an extension of MyST could read."""
    return _SPECIAL.sub(r"\\\g<0>", _flat(text))


def _code_span(text: str) -> str:
    text = _flat(text)
    if not text:
        return ""
    ticks = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    blank = text.startswith(" ") and text.endswith(" ") and text.strip(" ")
    edge = " " if blank or text[0] == "`" or text[-1] == "`" else ""
    return f"{ticks}{edge}{text}{edge}{ticks}"


def _role(name: str, text: str) -> str | None:
    """A role, if it can hold *text*: there is no escape in one."""
    text = _flat(text)
    if not text.strip() or text[0] == "`" or text[-1] == "`":
        return None
    ticks = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    return f"{{{name}}}{ticks}{text}{ticks}"


_WITH_TARGET = re.compile(r".+<[^<]*>", re.DOTALL)


def _wiki_role(kind: str, target: str) -> str | None:
    """A role of ours, if its text is not taken for another form of it."""
    if target.startswith("!") or _WITH_TARGET.fullmatch(target):
        return None
    return _role(f"scrapbox:{kind}", target)


def _page_link(node: PageLink) -> str:
    if not node.title:
        return _wiki_role("project", node.project) or _escaped(f"/{node.project}")
    target = _flat(join_target(node.project, node.title))
    head, fragment = split_fragment(target)
    is_line = is_line_id(fragment)
    if target.strip() and not re.search(r"[\[\]|]", target):
        # Only the name of a line goes without saying.
        target = target.strip()
        return f"[[{target}|{target}]]" if fragment and not is_line else f"[[{target}]]"
    return _wiki_role("page", target) or _escaped(head if is_line else target)


_SELF_EVIDENT = re.compile(
    r"https?://[A-Za-z0-9][A-Za-z0-9.-]*[A-Za-z0-9](?::\d+)?(?:[/?#][!-$&-;=?-Z_a-z~]*)?"
)


def _link(address: str, label: str) -> str:
    if label == address and "xn--" not in address and _SELF_EVIDENT.fullmatch(address):
        return f"<{address}>"
    return f"[{_escaped(label).strip()}]({_destination(address)})"


def _destination(address: str) -> str:
    address = re.sub(r"&(?=#?\w+;)", r"\\&", address)
    return f"<{address}>" if re.search(r"[()\s]", address) or not address else address
