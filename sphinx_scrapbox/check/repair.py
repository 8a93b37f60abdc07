"""Proposes repairs of lines with damaged brackets."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from urllib.parse import unquote_to_bytes

from sphinx_scrapbox.check import brackets
from sphinx_scrapbox.check.brackets import Damage, DamageKind
from sphinx_scrapbox.formats.markdown.inlines import read_markdown_inline
from sphinx_scrapbox.wiki.ast import ExternalLink, Formula, walk
from sphinx_scrapbox.wiki.titles import key

_MAX_DAMAGES = 12
_MAX_LENGTH = 10_000  # of all lines together
_MAX_TITLE = 200
# Characters that may become a link to a missing page: after, or before the bracket.
_MAX_TAIL = 100
_MAX_HEAD = 60

_TOKEN_SIGN = re.compile(r"[\[\]`$<>]")
_WORD_END = re.compile(r"(?<=\w)(?!\w)|(?<=\W)(?=\s|\Z)")
_WORD_START = re.compile(r"(?<!\w)(?=\w)|(?<!\S)(?=\W)")
_LINE_START = re.compile(r"(?: *- | *[0-9]+\. )?(?:> +)?")
_PLAIN_WORD = re.compile(r"(?<![\\\w])[a-z]{4,}\b")

_ADDRESS_CHARACTERS = re.compile(r"[!#$%&'()*+,\-./0-9:;=?@A-Z_a-z~]+")
_ADDRESS_LIKE = re.compile(r"%[0-9A-F]{2}|[/=_]|\w{3}\.\w|\.\w\w")
_HALF_ESCAPE = re.compile(r"%[0-9A-Fa-f]?\Z")
_GOES_ON = re.compile(r"[%/_=&?#.~\-]\w|\w+=|.*%[0-9A-F]{2}")
_QUERY = re.compile(r"utm_\w+=")


def propose_repair(
    lines: Sequence[str], damages: Sequence[Damage], titles: Collection[str]
) -> tuple[str, ...]:
    """The lines as they probably were; empty if that cannot be determined.

    *titles* holds the keys of the titles of all pages. The proposal is parsed again: it has no
    damage left, and each repaired link has its address.
    """
    if len(damages) > _MAX_DAMAGES or sum(map(len, lines)) > _MAX_LENGTH:
        return ()
    repaired = list(lines)
    urls = set()
    # From the end, so that the places of earlier damages stay valid.
    for damage in reversed(damages):
        if damage.end >= 0 and damage.end_piece != damage.piece:
            return ()
        edit = _edit(repaired[damage.piece], damage, titles)
        if edit is None:
            return ()
        repaired[damage.piece], url = edit
        urls.add(url)
    if brackets.find_damage(repaired):
        return ()
    nodes = (node for line in repaired for node in walk(read_markdown_inline(line)))
    read = {node.url for node in nodes if isinstance(node, ExternalLink)}
    return tuple(repaired) if urls <= {"", *read} else ()


def _edit(line: str, damage: Damage, titles: Collection[str]) -> tuple[str, str] | None:
    """The line with one damage repaired, and the address of the repaired link, else ""."""
    match damage.kind:
        case DamageKind.CUT:
            return _join_address(line, damage)
        case DamageKind.LABEL:
            return _restore_label(line, damage)
        case DamageKind.OPEN:
            text = _close(line, damage.at, titles)
        case DamageKind.CLOSE:
            text = _open(line, damage.at, titles)
        case DamageKind.FORMULA:
            text = _close_formula(line, damage.at)
        case DamageKind.STRAY | DamageKind.HEADING:
            text = _remove_decoration(line, damage)
    return None if text is None else (text, "")


def _close(line: str, at: int, titles: Collection[str]) -> str | None:
    """``see [lost link`` -> ``see [[lost link]]``."""
    start = at + 1
    if line.startswith("[[", start):
        return line[:at] + line[start:]
    sign = _TOKEN_SIGN.search(line, start)
    limit = sign.start() if sign else len(line)
    tail = line[start:limit]
    ends = [match.end() for match in _WORD_END.finditer(tail[:_MAX_TITLE])]
    for end in reversed(ends):
        if end and key(tail[:end]) in titles:
            return f"{line[:at]}[[{tail[:end]}]]{tail[end:]}{line[limit:]}"
    tail = tail.rstrip()
    if sign is None and tail and len(tail) <= _MAX_TAIL and ". " not in tail:
        return f"{line[:at]}[[{tail}]]"
    return None


def _open(line: str, at: int, titles: Collection[str]) -> str | None:
    """``lost link] for`` -> ``[[lost link]] for``."""
    after = line[at + 1 :]
    if line.endswith("]]", 0, at):
        return line[:at] + after
    signs = [match.end() for match in _TOKEN_SIGN.finditer(line, 0, at)]
    prefix = _LINE_START.match(line)
    first = prefix.end() if prefix else 0
    # The mark of a quote is not part of a link.
    free = max(first, signs[-1] if signs else 0)
    for start in _WORD_START.finditer(line, max(free, at - _MAX_TITLE), at):
        title = line[start.start() : at]
        if title and key(title) in titles:
            return f"{line[: start.start()]}[[{title}]]{after}"
    title = line[first:at]
    if free == first and title.strip() and len(title) <= _MAX_HEAD and ". " not in title:
        return f"{line[:first]}[[{title}]]{after}"
    return None


def _close_formula(line: str, at: int) -> str | None:
    r"""``[$ \alpha`` -> ``$\alpha$``."""
    tex = line[at + 3 :].strip()
    if not tex or "$" in tex or len(_PLAIN_WORD.findall(tex)) > 1:
        return None
    repaired = f"{line[:at]}${tex}$"
    return repaired if isinstance(read_markdown_inline(repaired)[-1], Formula) else None


def _remove_decoration(line: str, damage: Damage) -> str:
    """``[* x`` -> ``### x`` at the start of a line, where it is a heading, else ``x``."""
    match = brackets.STRAY_BRACKET.match(line, damage.at)
    assert match is not None
    if damage.end >= 0:
        line = line[: damage.end] + line[damage.end + 1 :]
    start = match["hashes"] or ""
    stars = match[0].count("*")
    if stars and not damage.at:
        start = "#" * max(4 - stars, 1) + " "
    return f"{line[: damage.at]}{start}{line[match.end() :]}"


def _restore_label(line: str, damage: Damage) -> tuple[str, str] | None:
    """``[Title []](url)`` -> ``[Title](url)``."""
    head, _, url = line[damage.at : damage.end - 1].rpartition(brackets.LOST_LABEL)
    label = head[1:].replace("[[", "[").replace("]]", "]").strip()
    if not label:
        return None
    return f"{line[: damage.at]}[{label}]({url}){line[damage.end :]}", url


def _join_address(line: str, damage: Damage) -> tuple[str, str] | None:
    """``[Title [url](url) rest]`` -> ``[Title](url+rest)``, or ``[Title rest](url)``."""
    start, end, url = damage.link
    closed = damage.end >= 0
    label = line[damage.at + 1 : start].strip()
    if not label:
        return None
    rest, after = line[end:], ""
    if closed:
        rest, after = line[end : damage.end], line[damage.end + 1 :]
    words = rest.split(" ")
    # The first word is empty, or directly behind the link.
    while len(words) > 1 and not words[0]:
        joined = _continue(url, words[1], alone=closed and len(words) == 2)
        if joined is None:
            break
        url = joined
        words[:2] = [""]
    rest = " ".join(words)
    if closed:
        label = f"{label} {rest.strip()}".rstrip()
        rest = ""
    return f"{line[: damage.at]}[{label}]({url}){rest}{after}", url


def _continue(url: str, word: str, *, alone: bool) -> str | None:
    """The address with *word*, if that continues it."""
    if not _ADDRESS_CHARACTERS.fullmatch(word) or "://" in word:
        return None
    if url[-1].isalnum() and not _HALF_ESCAPE.search(url):
        goes_on = _GOES_ON.match(word) is not None
    else:
        cut = url[-1] in "-_=&?%#" or _HALF_ESCAPE.search(url) is not None
        goes_on = cut or alone or _ADDRESS_LIKE.search(word) is not None
    if not goes_on:
        return None
    if _QUERY.match(word) and "?" not in url:
        return f"{url}?{word}"
    # The blank may have replaced a percent sign.
    if not _is_text(url + word) and _is_text(f"{url}%{word}"):
        return f"{url}%{word}"
    return url + word


def _is_text(url: str) -> bool:
    """Whether the bytes that *url* encodes are UTF-8, apart from an incomplete end."""
    try:
        unquote_to_bytes(url).decode("utf-8")
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
    return True
