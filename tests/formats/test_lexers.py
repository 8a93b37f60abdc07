"""Which lexer the name of a code block asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments.lexers import get_all_lexers, get_lexer_by_name

from sphinx_scrapbox.formats.code_languages import PLAIN, lexer_of


@pytest.mark.parametrize(
    ("name", "lexer"),
    [
        ("python", "python"),
        ("Python", "python"),
        (" py ", "python"),
        ("feed.py", "python"),
        ("beds/feed.PY", "python"),
        ("script.js", "javascript"),
        ("ts", "typescript"),
        ("feed.ts", "typescript"),
        ("index.html", "html"),
        (" index.css", "css"),
        ("c", "c"),
        ("c++", "cpp"),
        ("beds.h", "c"),
        ("cs", "csharp"),
        ("sh", "bash"),
        ("feed.sh", "bash"),
        ("json", "json"),
        ("conf.yaml", "yaml"),
        ("a.b.rs", "rust"),
        ("text", "text"),
    ],
)
def test_names_of_languages_and_files(name: str, lexer: str) -> None:
    assert lexer_of(name) == lexer


@pytest.mark.parametrize(
    "name",
    [
        "",
        ":",
        ".",
        "prompt",
        "hatena",
        "what the beds said",
        "feed.beans",
        "3.14",
        ".py",
        "py.",
        "a. py",
        "in python",
        "{note}",
        "{python}",
        "../../etc",
        "Beds, Inc.",
    ],
)
def test_names_of_something_else(name: str) -> None:
    assert lexer_of(name) is None


@pytest.mark.long
def test_pygments_knows_each_lexer() -> None:
    for _, aliases, patterns, _ in get_all_lexers(plugins=False):
        for name in (*aliases, *(pattern.replace("*", "x") for pattern in patterns)):
            if lexer := lexer_of(name):
                get_lexer_by_name(lexer)
    get_lexer_by_name(PLAIN)


@given(st.text())
def test_any_name(name: str) -> None:
    if lexer := lexer_of(name):
        get_lexer_by_name(lexer)
