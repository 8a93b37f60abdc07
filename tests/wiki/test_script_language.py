"""The language that the script of a text tells."""

from __future__ import annotations

import pytest

from sphinx_scrapbox.wiki.text import script_language


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
