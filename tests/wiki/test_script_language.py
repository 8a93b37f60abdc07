"""The language that the script of a text tells."""

from __future__ import annotations

import pytest

from sphinx_scrapbox.wiki.text import is_latin_text, script_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", ""),
        ("Water in the morning.", ""),
        ("朝に水をやる。", "ja"),
        ("トマト", "ja"),
        ("ﾄﾏﾄ", "ja"),
        ("물은 아침에 준다.", "ko"),
        # Han characters alone may be Chinese as well.
        ("堆肥", ""),
        ("早上浇水", ""),
        # A few words of another script change nothing.
        ("The word トマト comes from the English tomato, in the end.", ""),
        ("Kimchi (김치) is a side dish of salted vegetables.", ""),
        ("API の呼び出しは朝に一度だけ行う", "ja"),
        ("제목은 水やり 이고 본문은 한국어이다", "ko"),
        # Addresses and tags are no words.
        ("種まき https://example.org/a/b/c/d/e/f/g/h/i/j/k", "ja"),
        ("<img src='https://example.org/a-b-c-d.png' alt='a b c d' height='20'/>水やり", "ja"),
    ],
)
def test_script(text: str, language: str) -> None:
    assert script_language(text) == language


@pytest.mark.parametrize(
    ("text", "is_latin"),
    [
        ("Water the beans. " * 10, True),
        # A few words in another script, as in a gloss.
        ("Water (水) the beans. " * 10, False),
        (f"{'Water the beans. ' * 40}水やり", True),
        # Too short to tell: a title, a name, a link.
        ("Water the beans.", False),
        ("https://example.org/a/b/c " * 30, False),
        ("朝に水をやる。" * 10, False),
    ],
)
def test_latin_text(text: str, is_latin: bool) -> None:
    assert is_latin_text(text) is is_latin
