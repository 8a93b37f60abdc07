"""The language of a text, as far as its script tells it.

Kana are written in Japanese only, and Hangul in Korean only. Han characters alone decide nothing,
and neither does the Latin script.
"""

from __future__ import annotations

import re

from sphinx_scrapbox.wiki.text import HAN

_KANA = re.compile(
    "[\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fd-\u30ff\u31f0-\u31ff\uff66-\uff9d]"
)
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7af]")
_HAN = re.compile(f"[{HAN}]")
_LATIN_WORD = re.compile("[A-Za-z\u00c0-\u024f]+")
_NO_WORDS = re.compile(r"https?://[^\s\])<>'\"]+|<[^<>]*>")
"""Addresses and tags: Latin letters that are not words of the text."""
_LETTERS_PER_WORD = 2
"""Kana, Han characters or Hangul syllables that weigh as much as one Latin word."""


def script_language(text: str) -> str:
    """``"ja"`` or ``"ko"`` if the words of *text* are mostly of that script; else "".

    The time is proportional to the length of *text*.

    >>> script_language("トマトは朝に水をやる (morning watering)")
    'ja'
    >>> script_language("The word トマト is borrowed from English.")
    ''
    """
    kana, hangul = len(_KANA.findall(text)), len(_HANGUL.findall(text))
    if not kana and not hangul:
        return ""
    if kana >= hangul:
        language, letters = "ja", kana + len(_HAN.findall(text))
    else:
        language, letters = "ko", hangul
    latin = len(_LATIN_WORD.findall(_NO_WORDS.sub(" ", text)))
    return language if letters >= latin * _LETTERS_PER_WORD else ""
