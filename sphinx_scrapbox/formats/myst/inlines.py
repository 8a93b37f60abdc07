"""MyST: the content of one line, escaped wherever a parser could take it for a sign."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import assert_never

from sphinx_scrapbox.formats.myst.plain import SiteLink
from sphinx_scrapbox.formats.tex import read_formula
from sphinx_scrapbox.wiki import ast
from sphinx_scrapbox.wiki.text import LINE_ENDS
from sphinx_scrapbox.wiki.titles import is_line_id, join_target, split_fragment
from sphinx_scrapbox.wiki.urls import image_url, map_label, map_url, safe_url

_NOTHING = "<!-- -->"  # parts two signs that would be taken for one


def write_myst_inline(nodes: Sequence[ast.Inline], *, within: bool = False) -> str:
    """Write the content of one line; *within* a heading or a cell, where no line begins."""
    match nodes:
        case [ast.Text(text)]:  # as most lines are
            text = escaped(text).strip()
        case _:
            text = _spell_all(_plainer(nodes)).strip()
    if within:
        return text
    if _SIGN_FIRST.match(text):
        return f"\\{text}"
    if number := _NUMBER_FIRST.match(text):
        return f"{number[0]}\\{text[number.end() :]}"
    return text


# Text at the start of a line that would begin a block. Nodes other than text never begin so.
_SIGN_FIRST = re.compile(r"[>:|%=]|[-+](?=[-+|:\s]|$)|\((?=.*\)=\s*$)")
_NUMBER_FIRST = re.compile(r"\d{1,9}(?=[.)](?:\s|$))", re.ASCII)


def _spell_all(nodes: Sequence[ast.Inline]) -> str:
    out = ""
    for at, node in enumerate(nodes):
        if isinstance(node, ast.Strong | ast.Decoration):
            after = _spell(nodes[at + 1])[:1] if at + 1 < len(nodes) else ""
            out = _emphasised(out, node, after)
        else:
            out = _glued(out, _spell(node))
    return out


def _glued(out: str, piece: str) -> str:
    """*out* and *piece*, separated where the characters that meet would become markup."""
    before, first = out[-1:], piece[:1]
    if before == first and first in ("`", "*"):
        return f"{out}{_NOTHING}{piece}"
    if before == "!" and first == "[":
        return f"{out[:-1]}\\!{piece}"
    if before == "]" and first == "(":
        return f"{out}\\{piece}"
    return out + piece


def _spell(node: ast.Inline) -> str:
    match node:
        case ast.Text(text) | ast.Blank(text):
            return escaped(text)
        case ast.Code(text):
            return _code_span(text)
        case ast.Formula(tex):
            typeset = read_formula(tex).tex
            return (_role("math", typeset) if typeset else None) or _code_span(tex)
        case ast.PageLink():
            return _page_link(node)
        case SiteLink(url, label):
            return _link(url, label)
        case ast.ExternalLink(url, label):
            return _link(safe_url(url) or "", label or url)
        case ast.Image(src, link):
            image = f"![]({_destination(image_url(src) or '')})"
            address = safe_url(link) if link else None
            return f"[{image}]({_destination(address)})" if address else image
        case ast.Icon(name, project):
            return _wiki_role("icon", join_target(project, name)) or escaped(name)
        case ast.Hashtag(tag):
            # The role removes one "#" from its text.
            target = f"#{tag}" if tag.startswith("#") else tag
            return _wiki_role("tag", target) or escaped(f"#{tag}")
        case ast.Strong() | ast.Decoration():
            return "*"  # asked for its first sign only
        case ast.Location() | ast.Quote() | ast.Numbered() | ast.Question() | ast.Command():
            return _spell_all(_plainer([node]))
        case _:
            assert_never(node)


def _plainer(nodes: Iterable[ast.Inline], *, inside: bool = False) -> list[ast.Inline]:
    """*nodes* reduced to what Markdown can express; *inside* emphasis without further emphasis."""
    merged: list[ast.Inline] = []
    for node in _each_plainer(nodes, inside=inside):
        if isinstance(node, ast.Text) and merged and isinstance(last := merged[-1], ast.Text):
            merged[-1] = ast.Text(last.text + node.text)
        elif not (isinstance(node, ast.Text | ast.Code) and not node.text):
            merged.append(node)
    return merged


def _each_plainer(nodes: Iterable[ast.Inline], *, inside: bool) -> Iterator[ast.Inline]:
    for node in nodes:
        match node:
            case ast.Blank(text):
                yield ast.Text(text)
            case ast.Strong(inner) | ast.Quote(inner) | ast.Decoration(nodes=inner):
                if not inside and _emphasis_of(node):
                    if _plainer(inner, inside=True):
                        yield node
                else:
                    yield from _each_plainer(inner, inside=inside)
            case ast.Numbered(number, inner):
                yield ast.Text(f"{number}. ")
                yield from _each_plainer(inner, inside=inside)
            case ast.Question(text):
                yield ast.Text(f"? {text}")
            case ast.Command(sign, text):
                yield ast.Code(f"{sign} {text}")
            case ast.Location():
                yield ast.ExternalLink(map_url(node), map_label(node))
            case SiteLink():
                yield node
            case ast.ExternalLink(url, label) if safe_url(url) is None:
                yield ast.Text(f"{label} {url}".strip())
            case ast.Image(src, link) if image_url(src) is None:
                yield ast.Text(f"{src} {link}".strip())
            case ast.Icon():
                yield from [node] * min(node.count, ast.MAX_ICONS)
                if node.count > ast.MAX_ICONS:
                    yield ast.Text(f" ×{node.count}")
            case _:
                yield node


def _emphasis_of(node: ast.Inline) -> str:
    match node:
        case ast.Strong():
            return "**"
        case ast.Decoration(signs):
            return ("**" if "*" in signs else "") + ("*" if "/" in signs else "")
    return ""


def _emphasised(out: str, node: ast.Strong | ast.Decoration, after: str) -> str:
    """*out* and *node*, which is followed by the character *after*.

    CommonMark's flanking rules: stars are markup only if the text inside begins and ends with
    a letter, or the text outside does not. So blanks and, where needed, punctuation are moved
    out.
    """
    inner = _plainer(node.nodes, inside=True)
    lead = _take(inner, 0, str.isspace)
    tail = _take(inner, -1, str.isspace)
    if not _parts(out[-1:]) and not lead:
        lead = _take(inner, 0, _parts)
    if not _parts(after) and not tail:
        tail = _take(inner, -1, _parts)
    out = _glued(out, escaped(lead))
    if not inner:
        return out + escaped(tail)
    mark = _emphasis_of(node)
    if not _parts(out[-1:]) and not isinstance(inner[0], ast.Text):
        out += _NOTHING
    out = _glued(out, f"{mark}{_spell_all(inner)}{mark}")
    if not tail and not _parts(after) and not isinstance(inner[-1], ast.Text):
        out += _NOTHING
    return out + escaped(tail)


def _parts(character: str) -> bool:
    """Whether *character* separates words for CommonMark: blank, punctuation or line end ("")."""
    return not character or character.isspace() or unicodedata.category(character)[0] in ("P", "S")


def _take(nodes: list[ast.Inline], edge: int, fits: Callable[[str], bool]) -> str:
    """Take off the characters that fit from one edge (0 or -1) of *nodes*."""
    taken = ""
    while nodes and isinstance(node := nodes[edge], ast.Text):
        text = node.text
        at = 0
        while at < len(text) and fits(text[at] if not edge else text[-1 - at]):
            at += 1
        if not edge:
            taken, rest = taken + text[:at], text[at:]
        else:
            taken, rest = text[len(text) - at :] + taken, text[: len(text) - at]
        if rest:
            nodes[edge] = ast.Text(rest)
            break
        nodes.pop(edge)
    return taken


_LINE_ENDS = re.compile(f"[{LINE_ENDS}]")
_SPECIAL = re.compile(
    r"[\\`*\[\]{$]"
    r"|(?<![^\W_])_|_(?![^\W_])"  # between letters it is one
    r"|<(?=[A-Za-z/!?])"
    r"|&(?=\#?\w+;)"
    r"|~(?=~)|(?<=~)~"
    r"|(?<!\S)\#"
)
_FIRST_OF_SPECIAL = re.compile(r"[\\`*\[\]{$_<&~#]")


def flat(text: str) -> str:
    """*text* on one line."""
    return _LINE_ENDS.sub(" ", text)


def escaped(text: str) -> str:
    """*text* with a backslash before all that Markdown or an extension of MyST interprets."""
    if not _FIRST_OF_SPECIAL.search(text):  # finds nothing sooner
        return flat(text)
    return _SPECIAL.sub(r"\\\g<0>", flat(text))


def _code_span(text: str) -> str:
    text = flat(text)
    if not text:
        return ""
    ticks = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    blank = text.startswith(" ") and text.endswith(" ") and text.strip(" ")
    edge = " " if blank or text[0] == "`" or text[-1] == "`" else ""
    return f"{ticks}{edge}{text}{edge}{ticks}"


def _role(name: str, text: str) -> str | None:
    """A role with *text*; None if it cannot contain it, as roles have no escapes."""
    text = flat(text)
    if not text.strip() or text[0] == "`" or text[-1] == "`":
        return None
    ticks = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    return f"{{{name}}}{ticks}{text}{ticks}"


_WITH_TARGET = re.compile(r".+<[^<]*>", re.DOTALL)


def _wiki_role(kind: str, target: str) -> str | None:
    """A role of this extension; None if its text would be parsed as another form."""
    if target.startswith("!") or _WITH_TARGET.fullmatch(target):
        return None
    return _role(f"scrapbox:{kind}", target)


def _page_link(node: ast.PageLink) -> str:
    if not node.title:
        return _wiki_role("project", node.project) or escaped(f"/{node.project}")
    target = flat(join_target(node.project, node.title))
    head, fragment = split_fragment(target)
    is_line = is_line_id(fragment)
    if target.strip() and not re.search(r"[\[\]|]", target):
        # A fragment that is not a line id has to be shown.
        target = target.strip()
        return f"[[{target}|{target}]]" if fragment and not is_line else f"[[{target}]]"
    return _wiki_role("page", target) or escaped(head if is_line else target)


_SELF_EVIDENT = re.compile(
    r"https?://[A-Za-z0-9][A-Za-z0-9.-]*[A-Za-z0-9](?::\d+)?(?:[/?#][!-$&-;=?-Z_a-z~]*)?"
)


def _link(address: str, label: str) -> str:
    if label == address and "xn--" not in address and _SELF_EVIDENT.fullmatch(address):
        return f"<{address}>"
    return f"[{escaped(label).strip()}]({_destination(address)})"


def _destination(address: str) -> str:
    address = re.sub(r"&(?=#?\w+;)", r"\\&", address)
    return f"<{address}>" if re.search(r"[()\s]", address) or not address else address
