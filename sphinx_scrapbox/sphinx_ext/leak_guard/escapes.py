"""Text in normal form: without escapes, and without differences that readers do not see.

Each function keeps the number of line ends, so that places can be reported.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from html import unescape

from sphinx_scrapbox.wiki.text import nfkc_casefold

_ROUNDS = 3  # escapes may be nested: a quoted address in an attribute

# Each begins with a literal character, which makes the search fast.
_PERCENT = re.compile(r"%(?:[0-9a-fA-F]{2}(?:%[0-9a-fA-F]{2})*|u[0-9a-fA-F]{4})")
_CODE = re.compile(
    r"\\(?:u[0-9a-fA-F]{4}(?:\\u[0-9a-fA-F]{4})*|u\{[0-9a-fA-F]{1,6}\}"
    r"|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2})"
)
_LINE_END = re.compile(r"&(?:#0*1[03](?![0-9]);?|#[xX]0*[aAdD](?![0-9a-fA-F]);?|NewLine;)")
_QUERY = re.compile(r"[?&][\w.~-]+=[^\s\"'<>?&#]*")
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")
_SCRIPT = re.compile(r"\\([\\nrtfvb\n])")
_CSS = re.compile(r"\\(?:([0-9a-fA-F]{1,6})[ \t\f]?|\n)")

# The quotes and dashes of smartquotes in all languages, and those of other typesetters.
_QUOTES = "'‘’‚‛“”„‟«»‹›′″‴〝〞〟「」『』﹁﹂﹃﹄＂＇｢｣⹂"
_DASHES = "‐‑‒–—―−⸺⸻﹘﹣－︱︲"
_TYPOGRAPHY = {**dict.fromkeys(_QUOTES, '"'), **dict.fromkeys(_DASHES, "-")}
_TYPOGRAPHIC = re.compile(f"[{''.join(_TYPOGRAPHY)}]")
# Normalization takes quadratic time for a long run of combining marks. Of such a run, two
# characters in a row are among each 32nd of a text.
_MARK = r"[^\w\s\x00-\x7f]"
_MARKS = re.compile(_MARK + "{64}")
_TWO_MARKS = re.compile(_MARK + "{2}")


def normalized(text: str) -> str:
    """*text* without escapes, and without differences of spelling that do not matter.

    >>> normalized("Soil&#x2013;Water%20%E2%80%9CBalance%E2%80%9D")
    'soil-water "balance"'
    """
    for _ in range(_ROUNDS):
        before = text
        if "\\" in text:
            text = _CODE.sub(_from_code, text)
        if "&" in text:
            text = unescape(_LINE_END.sub(" ", text))
        if "+" in text and "=" in text:
            text = _QUERY.sub(lambda match: match[0].replace("+", " "), text)
        if "%" in text:
            text = _PERCENT.sub(lambda match: _from_percent(match[0]), text)
        if text == before:
            break
    text = text.replace("\\", "").replace("`", "")
    if text.isascii():
        return text.lower().replace("'", '"')
    text = _TYPOGRAPHIC.sub(lambda match: _TYPOGRAPHY[match[0]], text)
    if _TWO_MARKS.search(text[::32]):
        text = _MARKS.sub("\\g<0>\x02", text)
    return nfkc_casefold(text)


def _plain(text: str) -> str:
    """Decoded text without control characters; line ends become spaces."""
    return _CONTROLS.sub("", text.replace("\r\n", " ").replace("\n", " "))


@lru_cache(maxsize=4096)
def _from_percent(quoted: str) -> str:
    if quoted[1] == "u":
        return _plain(chr(int(quoted[2:], 16)))
    return _plain(bytes.fromhex(quoted.replace("%", "")).decode("utf-8", "replace"))


def _from_code(match: re.Match[str]) -> str:
    code = match[0]
    if code[1] == "u" and code[2] != "{":
        return _plain(bytes.fromhex(code.replace("\\u", "")).decode("utf-16-be", "replace"))
    return _character(code[2:].strip("{}"))


def _character(digits: str) -> str:
    number = int(digits, 16)
    return _plain(chr(number)) if number < 0x110000 else ""


def without_script_escapes(text: str) -> str:
    r"""Strings of JSON and JavaScript without escapes such as ``\n``; codes are left."""
    return _SCRIPT.sub(_script_character, text) if "\\" in text else text


def _script_character(match: re.Match[str]) -> str:
    return {"\\": "\\", "\n": ""}.get(match[1], " ")


def without_css_escapes(text: str) -> str:
    r"""CSS without escapes such as ``\53``."""
    if "\\" not in text:
        return text
    return _CSS.sub(lambda match: _character(match[1]) if match[1] else "", text)


_PYGMENTS = "us=_ hy=- dq=\" sq=' lt=< gt=> am=& pc=% dl=$ sh=# ti=~ ca=^ ob={ cb=} bs= at=@"
_TEX_SIGNS = {
    **{f"\\PYGZ{name}{{}}": sign for name, sign in (x.split("=", 1) for x in _PYGMENTS.split())},
    "\\sphinxhyphen{}": "-",
    "\\textasciitilde{}": "~",
    "\\textbackslash{}": "",
    "\\textquotesingle{}": "'",
    "\\textasciigrave{}": "`",
    "\\textless{}": "<",
    "\\textgreater{}": ">",
    "\\textbar{}": "|",
    "\\textasciicircum{}": "^",
    "{[}": "[",
    "{]}": "]",
}
_TEX = re.compile(
    r"\\hyperref\[[^\[\]\n]*\]|\\(?:sphinx)?href\{[^{}\n]*\}|\\DUrole\{[^{}\n]*\}"
    r"|\\(?:text(?:bf|it|tt|rm|sf|sc|sl|up|md|normal|super|sub)[a-z]*|emph|underline|mbox"
    r"|sphinx(?!include)[a-zA-Z]+|scrapboxtext[a-z]+)\*?(?=\{)"
    r"|\\(?P<command>[a-zA-Z@]+)|\\(?P<sign>[^\n])|[{}~]"
)
_TEXINFO = re.compile(
    r"@(?P<sign>[@{}])|@(?:emph|strong|code|samp|var|cite|dfn|file|kbd|key|asis|w|[birt]|sc)\{"
    r"|@(?P<command>[a-zA-Z]+)|[{}]"
)
_MAN = re.compile(r"\\(?:f(?:\(..|\[[^\]\n]*\]|[^\n])|s[+-]?\d|\((?P<name>..)|(?P<sign>[^\n]))")
_MAN_LETTERS = re.compile(r"\\(?:f(?:\(..|\[[^\]\n]*\]|[^\n])|[a-z])")
_MAN_NAMES = {"aq": "'", "dq": '"', "lq": '"', "rq": '"', "em": "-", "en": "-", "hy": "-"}
_MAN_NAMES |= {"oq": "'", "cq": "'", "rs": "\\", "at": "@", "sh": "#", "ti": "~", "ha": "^"}


def shown_tex(text: str) -> str:
    """What a reader sees of LaTeX: without commands; those of inline markup join words."""
    for sign, plain in _TEX_SIGNS.items():
        text = text.replace(sign, plain)
    return _TEX.sub(_shown_by_tex, text)


def _shown_by_tex(match: re.Match[str]) -> str:
    if match["command"]:
        return "\x02"
    if sign := match["sign"]:
        return {"-": "", "/": "", "\\": " ", ",": " ", " ": " "}.get(sign, sign)
    return " " if match[0] == "~" else ""


def shown_texinfo(text: str) -> str:
    """What a reader sees of Texinfo: without commands; those of inline markup join words."""
    return _TEXINFO.sub(lambda match: match["sign"] or ("\x02" if match["command"] else ""), text)


def shown_man(text: str) -> str:
    """What a reader sees of a manual page: without changes of font."""
    return _MAN.sub(_shown_by_man, text)


def _shown_by_man(match: re.Match[str]) -> str:
    if name := match["name"]:
        return _MAN_NAMES.get(name, "")
    if sign := match["sign"]:
        return {"e": "\\", "~": " ", "&": "", "%": "", "c": "", "|": "", "^": ""}.get(sign, sign)
    return ""


def source_of_man(text: str) -> str:
    r"""The source of a manual page with a mark for each escape that ends in a letter.

    Without its backslash, the ``\fP`` after a word would be read as the word's last letters.
    """
    return _MAN_LETTERS.sub("\x02", text)


def shown_plain_text(text: str) -> str:
    """Plain text and its sources, without the stars of emphasis."""
    return text.replace("*", "")


_MAN_SUFFIXES = tuple(f".{section}" for section in range(1, 10))
PLAIN_TEXT = frozenset(".txt .md .rst .scrapbox".split())
SHOWN: dict[str, Callable[[str], str]] = {
    **dict.fromkeys(".tex .sty .cls .aux .toc .idx .ind".split(), shown_tex),
    **dict.fromkeys((".texi", ".texinfo"), shown_texinfo),
    **dict.fromkeys(_MAN_SUFFIXES, shown_man),
    **dict.fromkeys(PLAIN_TEXT, shown_plain_text),
}
"""What readers see of a format, by suffix."""
SOURCES: dict[str, Callable[[str], str]] = dict.fromkeys(_MAN_SUFFIXES, source_of_man)
"""What a format's source says in words, by suffix; other sources are checked as they are."""
