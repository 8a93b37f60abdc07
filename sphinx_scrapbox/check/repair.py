"""TODO: say what this file is."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from urllib.parse import unquote_to_bytes

from sphinx_scrapbox.check.brackets import (
    LOST_LABEL,
    STRAY_BRACKET,
    Damage,
    DamageKind,
    find_damage,
)
from sphinx_scrapbox.formats.markdown.inlines import read_markdown_inline
from sphinx_scrapbox.wiki.ast import ExternalLink, Formula, walk
from sphinx_scrapbox.wiki.titles import key

# -- mending ---------------------------------------------------------------------------

_MOST_TO_MEND = 12
_LONGEST_LINE = 10_000
_LONGEST_TITLE = 200
"""No title of a page is longer."""
_LONGEST_TAIL = 100
_LONGEST_HEAD = 60
"""How much text may become a link to a page that is not known."""

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
    lines: Sequence[str], damage: Sequence[Damage], known: Collection[str]
) -> tuple[str, ...]:
    """The lines as they may have been, empty if there is no telling.

    *known* holds the keys of the pages there are. What is proposed has been read back: no
    bracket is left over, and each link leads where it was meant to.
    """
    if len(damage) > _MOST_TO_MEND or sum(map(len, lines)) > _LONGEST_LINE:
        return ()
    mended = list(lines)
    urls = set()
    # From the end, so that the places of what is still to be mended hold.
    for one in reversed(damage):
        if one.end >= 0 and one.end_piece != one.piece:
            return ()
        edit = _edit(mended[one.piece], one, known)
        if edit is None:
            return ()
        mended[one.piece], url = edit
        urls.add(url)
    if find_damage(mended):
        return ()
    nodes = (node for line in mended for node in walk(read_markdown_inline(line)))
    read = {node.url for node in nodes if isinstance(node, ExternalLink)}
    return tuple(mended) if urls <= {"", *read} else ()


def _edit(line: str, one: Damage, known: Collection[str]) -> tuple[str, str] | None:
    """The line with one thing mended, and the address that it should now link to, if any."""
    match one.kind:
        case DamageKind.CUT:
            return _join(line, one)
        case DamageKind.LABEL:
            return _relabel(line, one)
        case DamageKind.OPEN:
            text = _close(line, one.at, known)
        case DamageKind.CLOSE:
            text = _open(line, one.at, known)
        case DamageKind.FORMULA:
            text = _close_formula(line, one.at)
        case DamageKind.STRAY | DamageKind.HEADING:
            text = _undecorate(line, one)
    return None if text is None else (text, "")


def _close(line: str, at: int, known: Collection[str]) -> str | None:
    """``see [lost link`` -> ``see [[lost link]]``."""
    start = at + 1
    if line.startswith("[[", start):
        return line[:at] + line[start:]
    sign = _TOKEN_SIGN.search(line, start)
    limit = sign.start() if sign else len(line)
    tail = line[start:limit]
    ends = [match.end() for match in _WORD_END.finditer(tail[:_LONGEST_TITLE])]
    for end in reversed(ends):
        if end and key(tail[:end]) in known:
            return f"{line[:at]}[[{tail[:end]}]]{tail[end:]}{line[limit:]}"
    tail = tail.rstrip()
    if sign is None and tail and len(tail) <= _LONGEST_TAIL and ". " not in tail:
        return f"{line[:at]}[[{tail}]]"
    return None


def _open(line: str, at: int, known: Collection[str]) -> str | None:
    """``lost link] for`` -> ``[[lost link]] for``."""
    after = line[at + 1 :]
    if line.endswith("]]", 0, at):
        return line[:at] + after
    signs = [match.end() for match in _TOKEN_SIGN.finditer(line, 0, at)]
    prefix = _LINE_START.match(line)
    first = prefix.end() if prefix else 0
    # The sign of a quote is none of a token.
    free = max(first, signs[-1] if signs else 0)
    for start in _WORD_START.finditer(line, max(free, at - _LONGEST_TITLE), at):
        title = line[start.start() : at]
        if title and key(title) in known:
            return f"{line[: start.start()]}[[{title}]]{after}"
    title = line[first:at]
    if free == first and title.strip() and len(title) <= _LONGEST_HEAD and ". " not in title:
        return f"{line[:first]}[[{title}]]{after}"
    return None


def _close_formula(line: str, at: int) -> str | None:
    r"""``[$ \alpha`` -> ``$\alpha$``."""
    tex = line[at + 3 :].strip()
    if not tex or "$" in tex or len(_PLAIN_WORD.findall(tex)) > 1:
        return None
    mended = f"{line[:at]}${tex}$"
    return mended if isinstance(read_markdown_inline(mended)[-1], Formula) else None


def _undecorate(line: str, one: Damage) -> str:
    """``[* x`` -> ``### x`` at the start of a line, where it is a heading, else ``x``."""
    match = STRAY_BRACKET.match(line, one.at)
    assert match is not None
    if one.end >= 0:
        line = line[: one.end] + line[one.end + 1 :]
    start = match["hashes"] or ""
    stars = match[0].count("*")
    if stars and not one.at:
        start = "#" * max(4 - stars, 1) + " "
    return f"{line[: one.at]}{start}{line[match.end() :]}"


def _relabel(line: str, one: Damage) -> tuple[str, str] | None:
    """``[Title []](url)`` -> ``[Title](url)``."""
    head, _, url = line[one.at : one.end - 1].rpartition(LOST_LABEL)
    label = head[1:].replace("[[", "[").replace("]]", "]").strip()
    if not label:
        return None
    return f"{line[: one.at]}[{label}]({url}){line[one.end :]}", url


def _join(line: str, one: Damage) -> tuple[str, str] | None:
    """``[Title [url](url) rest]`` -> ``[Title](url+rest)``, or ``[Title rest](url)``."""
    start, end, url = one.link
    closed = one.end >= 0
    label = line[one.at + 1 : start].strip()
    if not label:
        return None
    rest, after = line[end:], ""
    if closed:
        rest, after = line[end : one.end], line[one.end + 1 :]
    words = rest.split(" ")
    # The first of them is empty, or glued to the link.
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
    return f"{line[: one.at]}[{label}]({url}){rest}{after}", url


def _continue(url: str, word: str, *, alone: bool) -> str | None:
    """The address with *word*, if that is the next piece of it."""
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
    # The blank may have taken the place of a percent sign.
    if not _is_text(url + word) and _is_text(f"{url}%{word}"):
        return f"{url}%{word}"
    return url + word


def _is_text(url: str) -> bool:
    """Whether the bytes that *url* encodes are UTF-8; what is cut off at its end may be not."""
    try:
        unquote_to_bytes(url).decode("utf-8")
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
    return True
