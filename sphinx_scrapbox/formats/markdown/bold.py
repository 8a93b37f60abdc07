"""Exported Markdown: bold text of level 0, after which the export breaks the line.

``### `` makes the rest of its line bold. What followed in the wiki is on the next line, which is
like any other: it continues the line above if it starts with a space (:mod:`.blocks`), or in
a way that no new line does (:func:`continues`).
"""

from __future__ import annotations

import re

# Bold text at level 0 begins with hashes.
BOLD_START = re.compile(r"(?:[0-9]+\.|\[(?=###))?(#{1,3}) (?=.)")
# Hashes in code spans do not count, nor does that of "C# ".
_BOLD = re.compile(r"`[^`]*`|(?<!#)(#{2,3}|(?<![A-Za-z0-9])#) (?=.)")

_KANA_OR_HAN = "ぁ-んァ-ヶ一-龠々"
# Signs that end or join what stands before them. "!" may begin an image, ":" a name of an emoji,
# "." the name of a file.
_JOINING_SIGN = re.compile(
    rf"[,、，。．；：！？%)\]}}」』】）］｝〉》〕”’»]|[.;!?](?=[\s.;!?\"')\]]|$)(?!\.\.)"
    rf"|:(?=[\s{_KANA_OR_HAN}]|$)|'(?:s|t|d|m|re|ve|ll)\b"
)
_CLOSING_QUOTE = re.compile(r"\"(?=[\s,.;:!?)\]、。]|$)")
_PAIRS = {"「": "」", "『": "』", "（": "）", "【": "】", "“": "”", "(": ")"}
_PAIRED = re.compile("[" + "".join(map(re.escape, (*_PAIRS, *_PAIRS.values()))) + "]")

_SENTENCE_END = re.compile(r"[.!?。．！？…:：]['\"”’」』)）]*\s*$")
# Words that no line ends with, in English and Japanese.
_UNFINISHED = re.compile(
    r"(?:\b(?:an?|the|of|and|or|with|from|into|its|their|than)|を|への|との)$"
)
_PLAIN_START = re.compile(r"(?!\d+\. |!\[)[\w\[(（「『\"]")
# The rest of a word or a phrase, in English and Japanese.
_REST_OF_PHRASE = re.compile(
    r"(?:s|es|ed|ing|ly)\b(?![.:])|-[a-z]|\.\w|:(?!\w+:)\w|/(?=\w)[^/]*$|=(?!=)|&(?=\s?\w)"
    r"|[〜～](?=\w)|[—–×÷≈≠≒≤≥≦≧]|(?:…|\.\.\.)"
    r"|[(（][^()（）]*[)）](?=[^\W\d_]| [a-z]|[、。,])"
    r"|を|という|といった|として|とは|との|での|への|からの|までの|には|って|である|です|でした"
    r"|して|した(?![がら])|され|させ|する(?!と)|[はがにのとでもへな](?=[ァ-ヶ一-龠「『\[、])"
)


def find_bold(text: str) -> re.Match[str] | None:
    """The first hashes in *text* that can stand before a bold piece."""
    if "# " not in text:
        return None
    return next((match for match in _BOLD.finditer(text) if match[1]), None)


def continues(above: str, line: str) -> bool:
    """Whether *line*, which is not indented, is the rest of *above* in the wiki.

    Where *above* is bold from its start on, it may be a heading: only what cannot begin a line is
    its rest. Where it is bold in the middle of a sentence, the sentence may go on as well.
    """
    bold = find_bold(above)
    if bold is None:
        return False
    if _JOINING_SIGN.match(line) or _closes_pair(above, line):
        return line[0] != "%" or above[-1].isdecimal()
    if _CLOSING_QUOTE.match(line):
        return above.count('"') % 2 == 1
    start = BOLD_START.match(above)
    if start or len(bold[1]) == 1 or _SENTENCE_END.search(above):
        return False
    if _UNFINISHED.search(above):
        return _PLAIN_START.match(line) is not None
    return _REST_OF_PHRASE.match(line) is not None


def _closes_pair(above: str, line: str) -> bool:
    """Whether a bracket is open at the end of *above* that *line* closes before it opens one."""
    opened: list[str] = []
    for bracket in _PAIRED.findall(above):
        if bracket in _PAIRS:
            opened.append(_PAIRS[bracket])
        elif opened and opened[-1] == bracket:
            opened.pop()
    first = _PAIRED.search(line) if opened else None
    return first is not None and first[0] == opened[-1]
