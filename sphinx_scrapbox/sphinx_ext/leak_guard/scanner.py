"""Finds words in files of any output format, however the format escapes them.

HTML entities, percent-encoding and the escapes of JSON, TeX and man pages are decoded, and case,
width, quotes and dashes are normalized. One regular expression, made of a trie, matches all words
at once, so that a long list takes hardly longer than a short one.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import translate
from functools import lru_cache
from html import unescape
from io import BytesIO
from pathlib import PurePosixPath
from typing import NamedTuple, TypeAlias
from unicodedata import is_normalized, normalize

_BINARY = frozenset(
    ".png .jpg .jpeg .gif .webp .avif .ico .bmp .tif .tiff .woff .woff2 .ttf .otf .eot .mp3 .mp4 "
    ".webm .ogg .wav .mov .pdf".split()
)
_MARKUP = frozenset(".html .htm .xhtml .xml .svg .opf .ncx .fjson .rss .atom .hhc .hhk".split())
_ZIPS = frozenset(".epub .zip".split())
_TEX = frozenset(".tex .sty .cls .aux .toc .idx .ind".split())

# Inline tags do not separate words; all other tags do.
_INLINE_TAG = re.compile(
    r"</?(?:a|abbr|b|bdi|cite|code|em|font|i|kbd|mark|q|s|samp|small|span|strong|sub|sup|tt|u|var"
    r"|wbr)(?:\s[^<>]*)?/?>",
    re.I,
)
_TAG = re.compile(r"<[^<>]*>")
_LONG_TAG = re.compile(r"<[^<>\n]*\n[^<>]*>")
# Each begins with a literal character, which makes the search fast.
_PERCENT = re.compile(r"%[0-9a-fA-F]{2}(?:%[0-9a-fA-F]{2})*")
_UNICODE = re.compile(r"\\u[0-9a-fA-F]{4}(?:\\u[0-9a-fA-F]{4})*")
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
# Invisible characters, and the quotes and dashes of smartquotes.
_REPLACEMENTS = {
    **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", ""),
    **dict.fromkeys("‘’‚‛′", "'"),
    **dict.fromkeys("“”„‟″", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
}
_REPLACED = re.compile(f"[{''.join(_REPLACEMENTS)}]")
# A letter of a script that separates words by spaces.
_LETTER = "[^\\W_\u2e80-\U0010ffff]"
_IS_LETTER = re.compile(_LETTER)
_ADDRESS = re.compile(
    r"[\w.+%-]{1,64}@((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}([a-z]{2,24}))(?![\w@-])"
)
_BEFORE_AT = re.compile(r"[\w.+%-]{1,64}\Z")
# Suffixes of file names, and reserved domains (RFC 2606).
_NOT_TLDS = frozenset(
    "png jpg jpeg gif svg webp avif css js mjs ts html htm json xml py md rst txt woff ttf "
    "example test invalid localhost local".split()
)
_TEMPLATE = "ll@li.org"  # in the header of a new message catalogue
_RESERVED = re.compile(r"(?:.+\.)?example\.(?:com|net|org)")


class Leak(NamedTuple):
    """A word in a file: the word's index in the list of words, and the text that matched.

    ``word`` is -1 for an e-mail address; ``line`` is 0 if the file's name contains the word.
    """

    file: str
    line: int
    word: int
    text: str


def normalized(text: str) -> str:
    """*text* without escapes, and without differences of spelling that do not matter.

    >>> normalized("Soil&#x2013;Water%20%E2%80%9CBalance%E2%80%9D")
    'soil-water "balance"'
    """
    for _ in range(3):  # escapes may be nested: a quoted address in an attribute
        before = text
        if "\\u" in text:
            text = _UNICODE.sub(_utf16, text)
        if "&" in text:
            text = unescape(text)
        if "%" in text:
            text = _PERCENT.sub(lambda match: _utf8(match[0]), text)
        if text == before:
            break
    text = text.replace("\\", "")
    if not text.isascii():
        text = _REPLACED.sub(lambda match: _REPLACEMENTS[match[0]], text)
        if not is_normalized("NFKC", text):
            text = normalize("NFKC", text)
    return text.casefold()


@lru_cache(maxsize=4096)
def _utf8(quoted: str) -> str:
    return bytes.fromhex(quoted.replace("%", "")).decode("utf-8", "replace")


def _utf16(match: re.Match[str]) -> str:
    return bytes.fromhex(match[0].replace("\\u", "")).decode("utf-16-be", "replace")


class Scanner:
    """Finds words and e-mail addresses; false if there is nothing to look for.

    :param words: words, or patterns in which ``*`` matches any text of a line.
    :param emails: whether to find e-mail addresses.
    :param allow: globs of e-mail addresses, and words, that are not reported.
    """

    def __init__(
        self, words: Sequence[str], *, emails: bool = False, allow: Iterable[str] = ()
    ) -> None:
        self._emails = emails
        allowed = [normalized(word) for word in allow]
        self._allowed = re.compile("|".join(map(translate, allowed)) or r"(?!)")
        self._words: dict[str, int] = {}
        globs: list[str] = []
        self._globs: list[int] = []
        for number, word in enumerate(words):
            level = " ".join(re.split(r"[\s_]+", normalized(word))).strip()
            if not level.strip("* ") or level in allowed:
                continue
            if "*" in level:
                globs.append(_glob(level))
                self._globs.append(number)
            else:
                self._words.setdefault(level, number)
        self._trie = re.compile(_trie(self._words)) if self._words else None
        self._glob = re.compile("|".join(f"({glob})" for glob in globs)) if globs else None

    def __bool__(self) -> bool:
        return self._emails or self._trie is not None or self._glob is not None

    def masked(self, name: str) -> str:
        """The name of a file, with an ellipsis for each word that it contains."""
        masked = normalized(name)
        for _start, _word, text in self._matches(masked):
            masked = masked.replace(text, "…")
        return name if masked == normalized(name) else masked

    def in_file(self, name: str, data: bytes) -> Iterator[Leak]:
        """The words in a file, and in its name."""
        for _line, word, text in self.in_text(name):
            yield Leak(name, 0, word, text)
        suffix = PurePosixPath(name).suffix.lower()
        if suffix in _BINARY:
            return
        if suffix in _ZIPS:
            yield from self._in_zip(name, data)
            return
        if suffix == ".inv":
            data = _inventory(data)
        raw = data.decode("utf-8", "replace")
        if suffix in (".pot", ".po"):
            raw = raw.replace('"\n"', "")
        elif suffix in (".texi", ".texinfo"):
            raw = raw.replace("@@", "@").replace("@{", "{").replace("@}", "}")
        elif suffix in _TEX:
            for sign, plain in _TEX_SIGNS.items():
                raw = raw.replace(sign, plain)
        seen = set()
        for line, word, text in self.in_text(raw):
            seen.add(word)
            yield Leak(name, line, word, text)
        if suffix in _MARKUP and "<" in raw:  # inline tags may be inside a word
            shown = _INLINE_TAG.sub("", _LONG_TAG.sub(_with_line_ends, raw))
            for line, word, text in self.in_text(_TAG.sub("\x01", shown)):
                if word not in seen:
                    yield Leak(name, line, word, text)

    def _in_zip(self, name: str, data: bytes) -> Iterator[Leak]:
        try:
            with zipfile.ZipFile(BytesIO(data)) as archive:
                for member in archive.namelist():
                    yield from self.in_file(f"{name}/{member}", archive.read(member))
        except (zipfile.BadZipFile, OSError, zlib.error, RuntimeError, NotImplementedError):
            return

    def in_text(self, raw: str) -> Iterator[tuple[int, int, str]]:
        """The line, the word's index and the text of each match."""
        text = normalized(raw)
        for start, word, match in sorted(self._matches(text)):
            yield text.count("\n", 0, start) + 1, word, match

    def _matches(self, text: str) -> Iterator[tuple[int, int, str]]:
        if self._trie is not None:
            for match in _whole_words(self._trie, text):
                level = " ".join(re.split(r"[\s_]+", re.sub("-+", "-", match[0])))
                number = self._words.get(level)
                if number is None:  # the word itself contains a run of dashes
                    number = next(
                        n for w, n in self._words.items() if re.sub("-+", "-", w) == level
                    )
                yield match.start(), number, match[0]
        if self._glob is not None:
            for match in _whole_words(self._glob, text):
                if not self._allowed.fullmatch(match[0]):
                    yield match.start(), self._globs[(match.lastindex or 1) - 1], match[0]
        if self._emails:
            yield from self._addresses(text)

    def _addresses(self, text: str) -> Iterator[tuple[int, int, str]]:
        at = text.find("@")
        while at >= 0:
            before = _BEFORE_AT.search(text, max(at - 64, 0), at)
            if before and (match := _ADDRESS.match(text, before.start())):
                address = match[0].lstrip(".%+-")
                is_of_tool = (
                    address == _TEMPLATE
                    or address.startswith("git@")
                    or text[before.start() - 2 :][:2] == "//"
                )
                if not (
                    is_of_tool
                    or match[2] in _NOT_TLDS
                    or _RESERVED.fullmatch(match[1])
                    or self._allowed.fullmatch(address)
                ):
                    yield before.start(), -1, address
            at = text.find("@", at + 1)


def _with_line_ends(match: re.Match[str]) -> str:
    """A tag on one line, followed by the line ends that were inside it."""
    return match[0].replace("\n", " ") + "\n" * match[0].count("\n")


def _whole_words(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """The matches that do not begin inside a word."""
    at = 0
    while match := pattern.search(text, at):
        start = match.start()
        inside = start and _IS_LETTER.match(text, start) and _IS_LETTER.match(text, start - 1)
        if inside or match.end() == start:
            at = start + 1
        else:
            yield match
            at = match.end()


def _inventory(data: bytes) -> bytes:
    """The text of an ``objects.inv``; other data as it is."""
    rows = data.split(b"\n", 4)
    try:
        return b"\n".join(rows[:4]) + b"\n" + zlib.decompress(rows[4]) if len(rows) > 4 else data
    except zlib.error:
        return data


_Trie: TypeAlias = "dict[str, _Trie]"
"""The next characters of the words that begin alike; "" where a word ends."""


def _sign(char: str) -> str:
    if char == " ":
        return r"[\s_]+"
    return "-+" if char == "-" else re.escape(char)


def _end(char: str) -> str:
    return f"(?!{_LETTER})" if _IS_LETTER.match(char) else ""


def _glob(word: str) -> str:
    """A pattern for a word with asterisks; at an end they stand for any other words."""
    pieces = [piece for piece in word.split("*") if piece.strip()]
    inner = r"[^\n<>\"]{0,200}?".join("".join(map(_sign, piece.strip())) for piece in pieces)
    end = "" if word.endswith("*") else _end(word[-1])
    return f"(?:{inner}){end}"


def _trie(words: Mapping[str, int]) -> str:
    root: _Trie = {}
    for word in words:
        node = root
        for char in re.sub("-+", "-", word):
            node = node.setdefault(char, {})
        node[""] = {}
    return _pattern(root, "")


def _pattern(node: _Trie, last: str) -> str:
    """A pattern for a node of the trie, reached by the character *last*."""
    branches: list[str] = []
    for char, below in sorted(node.items(), reverse=True):  # "" is last: the longest word wins
        if not char:
            branches.append(_end(last))
            continue
        # A chain without branches is one piece, not a level of nesting.
        piece = _sign(char)
        while len(below) == 1 and "" not in below:
            ((char, below),) = below.items()
            piece += _sign(char)
        branches.append(piece + _pattern(below, char))
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
