"""Finds words and e-mail addresses in files of any output format, however the format spells them.

Files become texts (:mod:`.files`), texts become views in normal form (:mod:`.views`), and one
regular expression finds all words in a view at once (:mod:`.patterns`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import translate
from io import BytesIO
from typing import IO, NamedTuple

from sphinx_scrapbox.sphinx_ext.leak_guard import addresses, patterns
from sphinx_scrapbox.sphinx_ext.leak_guard.escapes import normalized
from sphinx_scrapbox.sphinx_ext.leak_guard.files import TextFile, texts_of
from sphinx_scrapbox.sphinx_ext.leak_guard.views import Counter, View, views, windows

_LONG_BLANKS = 512  # more than a word's match may have; longer runs of blanks are cut in windows
_CONTEXT = 80  # characters before a match that tell whether it begins a word or an address


class Leak(NamedTuple):
    """A word in a file: the word's index in the list of words, and the text that matched.

    ``word`` is -1 for an e-mail address; ``line`` is 0 if the file's name contains the word.
    """

    file: str
    line: int
    word: int
    text: str


class _Hit(NamedTuple):
    start: int
    word: int
    text: str


@dataclass(frozen=True, slots=True)
class _Tail:
    """The end of a view, which is searched again with the view of the next window.

    ``line`` is the line of the file at its start; matches before ``searched`` were reported.
    """

    text: str = ""
    line: int = 0
    searched: int = 0


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
        self._compact: dict[str, int] = {}
        globs: list[str] = []
        self._globs: list[int] = []
        for number, word in enumerate(words):
            level = patterns.level(normalized(word))
            if not level.strip("* ") or level in map(patterns.level, allowed):
                continue
            if "*" in level:
                globs.append(level)
                self._globs.append(number)
            else:
                self._words.setdefault(level, number)
                self._compact.setdefault(patterns.compact(level), number)
        self._trie = re.compile(patterns.trie_pattern(self._words)) if self._words else None
        glob = "|".join(f"({patterns.glob_pattern(word)})" for word in globs)
        self._glob = re.compile(glob) if globs else None
        longest = max(map(patterns.longest_match, (*self._words, *globs)), default=0)
        self._reach = longest + addresses.LONGEST + _LONG_BLANKS

    def __bool__(self) -> bool:
        return self._emails or self._trie is not None or self._glob is not None

    def masked(self, name: str) -> str:
        """The name of a file, with an ellipsis for each word that it contains."""
        masked = normalized(name)
        for hit in self._hits(masked):
            masked = masked.replace(hit.text, "…")
        return name if masked == normalized(name) else masked

    def in_file(
        self, name: str, file: IO[bytes] | bytes, *, encoding: str = "utf-8"
    ) -> Iterator[Leak]:
        """The words in a file and in its name; for an archive, also in the names of its files.

        :param encoding: the encoding of the builder's files, if it is not their own.
        """
        content = BytesIO(file) if isinstance(file, bytes) else file
        named: set[str] = set()
        for text in texts_of(name, content, encoding=encoding):
            for shown in {name, text.name} - named:
                named.add(shown)
                yield from (Leak(shown, 0, hit.word, hit.text) for hit in self._in_name(shown))
            yield from self._in_text(text)

    def _in_name(self, name: str) -> Iterator[_Hit]:
        return self._hits(normalized(name))

    def _in_text(self, file: TextFile) -> Iterator[Leak]:
        """The words in one text. A view tells nothing that another one of its window told."""
        first_line = 1
        tails: dict[str, _Tail] = {}
        for window, is_last in _with_last(windows(file.blocks, file.suffix)):
            known: set[tuple[int, int]] = set()
            for view in views(window, file.suffix):
                leaks = self._in_view(view, tails, first_line, is_last=is_last)
                new = [leak for leak in leaks if leak[:2] not in known]
                known.update(leak[:2] for leak in new)
                yield from (Leak(file.name, *leak) for leak in new)
            first_line += window.count("\n")

    def _in_view(
        self, view: View, tails: dict[str, _Tail], first_line: int, *, is_last: bool
    ) -> list[tuple[int, int, str]]:
        """The line, the word's index and the text of each match in a view, with its tail."""
        tail = tails.get(view.joins, _Tail(line=first_line)) if view.joins else _Tail()
        text = tail.text + view.text

        lines = Counter(tail.text)

        def line_of(position: int) -> int:
            if position < len(tail.text):
                return tail.line + lines.before(position)
            return first_line + view.line_of(position - len(tail.text))

        end = len(text)
        if view.joins and not is_last:
            end = max(tail.searched, end - self._reach)
        hits = sorted(hit for hit in self._hits(text, tail.searched) if hit.start < end)
        if view.joins and not is_last:
            cut = max(end - _CONTEXT, 0)
            tails[view.joins] = _Tail(text[cut:], line_of(cut), end - cut)
        return [(line_of(hit.start), hit.word, hit.text) for hit in hits]

    def _hits(self, text: str, start: int = 0) -> Iterator[_Hit]:
        if self._trie is not None:
            for match in patterns.whole_words(self._trie, text, start):
                word = self._words.get(patterns.level(match[0]))
                if word is None:  # another spelling of its blanks and dashes
                    word = self._compact[patterns.compact(match[0])]
                yield _Hit(match.start(), word, match[0].strip())
        if self._glob is not None:
            for match in patterns.whole_words(self._glob, text, start):
                if not self._allowed.fullmatch(match[0]):
                    word = self._globs[(match.lastindex or 1) - 1]
                    yield _Hit(match.start(), word, match[0])
        if self._emails:
            for address in addresses.addresses_in(text, start):
                if address.start >= start and not any(
                    map(self._allowed.fullmatch, address.spellings)
                ):
                    yield _Hit(address.start, -1, address.spellings[0])


def _with_last(parts: Iterator[str]) -> Iterator[tuple[str, bool]]:
    """Each of *parts*, and whether it is the last one."""
    before = next(parts, None)
    for part in parts:
        if before is not None:
            yield before, False
        before = part
    if before is not None:
        yield before, True
