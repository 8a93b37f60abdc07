"""Characters: unsafe for documents and terminals, scripts and their languages, cutting text.

The string constants are character sets, to be used inside the brackets of a regular expression.
"""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import is_normalized, normalize

CONTROLS = "\x00-\x1f\x7f-\x9f"
SURROGATES = "\ud800-\udfff"
LINE_ENDS = "\n\v\f\r\x1c-\x1e\x85\u2028\u2029"
"""Where :meth:`str.splitlines` ends a line."""
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
CJK = (
    r"\u1100-\u11ff\u3005-\u3007\u3021-\u3029\u3031-\u3035\u303b\u3041-\u3096\u309d-\u309f"
    r"\u30a1-\u30fa\u30fc-\u30ff\u3130-\u318f\u31f0-\u31ff\uac00-\ud7af\uff66-\uff9f"
) + HAN
"""Letters of scripts without blanks (Han, kana) and Hangul, with the signs inside their words."""
WIDE = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef"
"""Full-width characters, punctuation too, behind which a line may break."""
EPUB_SIGNS = r"\ue000-\uf8ff\ufdd0-\ufdef\ufff0-\uffff\U000e0000-\U0010ffff"
"""Private, reserved and invisible code points, which names of files in an EPUB must not have."""
DEFAULT_IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""The Unicode property Default_Ignorable_Code_Point: characters without a visible form.

From ``DerivedCoreProperties.txt`` of Unicode 14.0; :mod:`unicodedata` does not have the property.
"""

NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""What XML 1.0 excludes. docutils, HTML and EPUB cannot hold these characters."""

_BLANK_CONTROLS = "\v\f\r"


def without_controls(text: str, excluded: re.Pattern[str] = NOT_XML) -> tuple[str, list[str]]:
    r"""*text* without the characters that *excluded* finds, and the code points of the lost ones.

    A blank replaces vertical tabs, form feeds and carriage returns, which separate words.

    >>> without_controls("first\vsecond\b")
    ('first second', ['U+0008'])
    """
    lost = sorted(set(excluded.findall(text)) - set(_BLANK_CONTROLS))
    clean = excluded.sub(lambda match: " " if match[0] in _BLANK_CONTROLS else "", text)
    return clean, [f"U+{ord(character):04X}" for character in lost]


_UNSAFE = re.compile(f"[{CONTROLS}{SURROGATES}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


_SURROGATE = re.compile(f"[{SURROGATES}]")


def without_surrogates(text: str) -> str:
    r"""*text* with U+FFFD for halves of characters, which ``\ud800`` in JSON yields."""
    return _SURROGATE.sub("\ufffd", text)


def terminal_safe(text: str) -> str:
    r"""*text* with escapes for controls, bidirectional marks and surrogates; a tab is a blank.

    >>> terminal_safe("a\x1b[31mb")
    'a\\x1b[31mb'
    """
    return _UNSAFE.sub(
        lambda match: " " if match[0] == "\t" else match[0].encode("unicode_escape").decode(), text
    )


def without_unsafe(text: str) -> str:
    """*text* on one line, with a blank for each run of what :func:`terminal_safe` escapes."""
    return _UNSAFE_RUN.sub(" ", text).strip()


_UNSAFE_RUN = re.compile(f"{_UNSAFE.pattern}+")


_IGNORED = re.compile(f"[{DEFAULT_IGNORABLE}]+")


def nfkc_casefold(text: str) -> str:
    """*text* for a comparison by what readers see: NFKC_Casefold of the Unicode Standard (3.13).

    Case, width and other compatible forms, and default ignorable characters make no difference.
    This is wider than the identity of titles (:func:`.titles.key`).

    >>> nfkc_casefold("Ｃａｆｅ\u0301 Sec\u2062ret") == nfkc_casefold("CAFÉ secret")
    True
    """
    if text.isascii():
        return text.lower()
    text = _IGNORED.sub("", text)
    if not is_normalized("NFKC", text):
        text = normalize("NFKC", text)
    text = text.casefold()
    return text if is_normalized("NFKC", text) else normalize("NFKC", text)


class Paint:
    """Colours text for a terminal, or leaves it as it is."""

    def __init__(self, color: bool) -> None:
        self.color = color

    def __call__(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.color else text

    def bold(self, text: str) -> str:
        """*text* in bold type."""
        return self(text, "1")

    def dim(self, text: str) -> str:
        """*text* in faint type."""
        return self(text, "2")


def cut(text: str, length: int, *, at_word: bool = True) -> str:
    """*text* in at most *length* characters; an ellipsis replaces the rest.

    With *at_word*, it ends with a whole word where the script has blanks.

    >>> cut("Soil and water", 12), cut("Soil and water", 12, at_word=False)
    ('Soil and…', 'Soil and wa…')
    """
    if len(text) <= length:
        return text
    kept = text[: length - 1]
    if not at_word:
        return f"{kept.rstrip()}…"
    head, _, tail = kept.rpartition(" ")
    if head and len(tail) < 20 and not text[length - 1].isspace():
        kept = head
    return f"{kept.rstrip(' ,;:、。.')}…"


_SIGN = f"[\u3001-\u30ff\u31f0-\u31ff\uff01-\uffef{HAN}]"
_BLANK = "\u00ad"  # is no letter of a word, and not seen if it is shown
_BLANK_BESIDE_SIGN = re.compile(rf"(?<={_SIGN})\s+(?=\S)|(?<=\S)\s+(?={_SIGN})")
_BESIDE_SIGN = re.compile(rf"(?<={_SIGN})(?=\S)|(?<=\S)(?={_SIGN})")
_ADDED_BLANK = re.compile(rf"(?<={_SIGN}) | (?={_SIGN}|{_BLANK})|(?<={_BLANK}) ")


def split_signs(text: str) -> str:
    r"""*text* in which Han characters and kana are words, for programs that split at blanks.

    A soft hyphen keeps each blank beside one, so that :func:`join_signs` finds it again, and so
    does ``search/pagefind.js``.

    >>> split_signs("GPT4での要約")
    'GPT4 で の 要 約'
    >>> split_signs("庭 木") == "庭 \xad 木"
    True
    """
    return _BESIDE_SIGN.sub(" ", _BLANK_BESIDE_SIGN.sub(f" {_BLANK} ", text))


def join_signs(text: str) -> str:
    """What :func:`split_signs` was given.

    >>> join_signs(split_signs("GPT4での 要約, 庭 木"))
    'GPT4での 要約, 庭 木'
    """
    return _ADDED_BLANK.sub("", text).replace(_BLANK, " ")


_KANA = re.compile(
    "[\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fd-\u30ff\u31f0-\u31ff\uff66-\uff9d]"
)
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7af]")
_HAN = re.compile(f"[{HAN}]")
_ASCII = re.compile("[\x00-\x7f]+")
_LATIN_WORD = re.compile("[A-Za-z\u00c0-\u024f]+")
_NO_WORDS = re.compile(r"https?://[^\s\])<>'\"]+|<[^<>]*>")
"""Addresses and tags: Latin letters that are not words of the text."""
_LETTERS_PER_WORD = 2
"""Kana, Han characters or Hangul syllables that weigh as much as one Latin word."""
_ENOUGH_LATIN_WORDS = 20
_LATIN_SHARE = 20
"""How many times as much the words of a Latin text weigh as those of other scripts in it."""
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


def script_language(text: str) -> str:
    """``"ja"`` or ``"ko"`` if the words of *text* are mostly of that script; else "".

    Kana are written in Japanese only, and Hangul in Korean only. Han characters alone decide
    nothing, and neither does the Latin script. The time is linear in the length of *text*.

    >>> script_language("トマトは朝に水をやる (morning watering)")
    'ja'
    >>> script_language("The word トマト is borrowed from English.")
    ''
    """
    others = _without_ascii(text)
    kana, hangul = len(_KANA.findall(others)), len(_HANGUL.findall(others))
    if not kana and not hangul:
        return ""
    if kana >= hangul:
        language, letters = "ja", kana + len(_HAN.findall(others))
    else:
        language, letters = "ko", hangul
    return language if letters >= _latin_words(text) * _LETTERS_PER_WORD else ""


def letters_language(text: str) -> str:
    """``"ja"`` or ``"ko"`` if *text* has kana or Hangul; else "".

    >>> letters_language("水やり"), letters_language("김치"), letters_language("水")
    ('ja', 'ko', '')
    """
    if _KANA.search(text):
        return "ja"
    return "ko" if _HANGUL.search(text) else ""


def is_latin_text(text: str) -> bool:
    """Whether *text* is clearly in a language of the Latin script: not Japanese or Korean.

    A short text is not, as a page of few words may be in any language.

    >>> is_latin_text("Water in the morning. " * 5), is_latin_text("Water")
    (True, False)
    """
    words = _latin_words(text)
    if words < _ENOUGH_LATIN_WORDS:
        return False
    others = _without_ascii(text)
    letters = sum(len(script.findall(others)) for script in (_KANA, _HANGUL, _HAN))
    return words * _LETTERS_PER_WORD >= letters * _LATIN_SHARE


def _without_ascii(text: str) -> str:
    """What may be in another script than the Latin one: of most pages in English, very little."""
    return "" if text.isascii() else _ASCII.sub("", text)


@lru_cache(maxsize=1)  # two questions are asked of one text
def _latin_words(text: str) -> int:
    return len(_LATIN_WORD.findall(_NO_WORDS.sub(" ", text)))


def is_written_so(language: str, script_language: str, *, is_latin: bool) -> bool:
    """Whether a text may be in *language*, by what its script tells.

    :param script_language: the result of :func:`script_language`.
    :param is_latin: the result of :func:`is_latin_text`.
    """
    primary = language.lower().partition("-")[0]
    if script_language:
        return primary == script_language
    return not (is_latin and primary in _NOT_LATIN)


_NOT_LATIN = frozenset({"ja", "ko", "zh"})


def is_language_tag(text: str) -> bool:
    """Whether *text* has the form of a BCP 47 language tag."""
    return _LANGUAGE_TAG.fullmatch(text) is not None


UNSEEN = "\u200b"
"""A zero-width space: parts signs that would be read as markup, and marks signs that stand in."""
_WIDE_SIGNS = {"[": "［", "]": "］", "`": "｀"}
_STAND_INS = str.maketrans({sign: wide + UNSEEN for sign, wide in _WIDE_SIGNS.items()})
_PLAIN_SIGNS = {wide + UNSEEN: sign for sign, wide in _WIDE_SIGNS.items()}
_STAND_IN = re.compile(
    rf"[{''.join(_WIDE_SIGNS.values())}]{UNSEEN}"
    rf"|(?<=http:){UNSEEN}(?={UNSEEN}*//)|(?<=https:){UNSEEN}(?={UNSEEN}*//)"
    rf"|(?<!\S){UNSEEN}(?={UNSEEN}*#\S)"
)


def stand_ins(text: str) -> str:
    """*text* with full-width brackets and backticks, each marked, so that it can be undone.

    >>> without_stand_ins(stand_ins("[a] `b`"))
    '[a] `b`'
    """
    return text.translate(_STAND_INS)


def without_stand_ins(text: str) -> str:
    """*text* with the signs that :func:`stand_ins` or a zero-width space replaced or parted."""
    if UNSEEN not in text:
        return text
    return _STAND_IN.sub(lambda match: _PLAIN_SIGNS.get(match[0], ""), text)
