"""Words that must not be there are found in whatever form a file holds them; others are not."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator
from html import escape
from io import BytesIO
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sphinx_scrapbox.sphinx_ext.leak_guard.scanner import Scanner, normalized

WORDS = [
    "Secret plan",
    "Soil-water: a balance",
    'The "wet" end',
    "水やり",
    "C#",
    "Salary *",
    "a*z",
]
SCANNER = Scanner(WORDS, emails=True, allow=["*@garden.org.uk", "salary table"])


def found(text: str, name: str = "a.txt") -> list[str]:
    leaks = SCANNER.in_file(name, text.encode())
    return ["@" if leak.word < 0 else WORDS[leak.word] for leak in leaks]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Secret plan.", ["Secret plan"]),
        ("the secret_PLAN of\nit, or secret\n  plan", ["Secret plan"] * 2),
        ("Ｓｅｃｒｅｔ　ｐｌａｎ", ["Secret plan"]),
        ("sec\u00adret plan", ["Secret plan"]),
        ("secret plans and Topsecret plan", []),
        ("secret", []),
        ("Soil–water: a balance", ["Soil-water: a balance"]),
        ("the “wet” end, The &quot;wet&quot; end", ['The "wet" end'] * 2),
        (r'{"t": "The \"wet\" end \u6c34\u3084\u308a"}', ['The "wet" end', "水やり"]),
        ("今日は水やりの日", ["水やり"]),
        ("%E6%B0%B4%E3%82%84%E3%82%8A &#27700;&#x3084;&#12426;", ["水やり"] * 2),
        ("C, c#, C sharp", ["C#"]),
        ("Salary 2026, salary table, salaried", ["Salary *", "Salary *"]),
        ("a to z, from a\nto z", ["a*z"]),
        ("me@garden.net.au <ME@GARDEN.NET.AU>", ["@", "@"]),
        ("me&#37;&#52;&#48;garden.net.au", ["@"]),
        ("her@garden.org.uk, her@garden.org.uk.", []),
        ("me@example.org, me@mail.example.com, me@wiki.example, a@b.test", []),
        ("git@github.com:a/b.git, ssh://me@github.com/a", []),
        ("logo@2x.png, npm/mathjax@3/es5, pkg@1.2.3, @media print, @someone", []),
    ],
)
def test_forms(text: str, words: list[str]) -> None:
    assert sorted(found(text)) == sorted(words)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.html", '<span class="pre">Secret</span> <span>pl</span>an', ["Secret plan"]),
        ("a.html", "<td><i>Secret</i>\n<b\n>plan</b></td><td>next</td>", ["Secret plan"]),
        ("a.html", "<p>me@garden.org.uk</p>Next", []),
        ("a.html", "<li>Secret</li><li>plan</li>", []),
        ("a.html", '<a title="Secret\nplan">x</a>', ["Secret plan"]),
        ("a.txt", "Secret <b>plan", []),
        ("a.tex", r"Soil\sphinxhyphen{}water: a balance, c\#", ["Soil-water: a balance", "C#"]),
        ("a.1", r"Soil\-water: a balance", ["Soil-water: a balance"]),
        ("a.texi", "me@@garden.net.au", ["@"]),
        ("a.pot", 'msgid "Secret "\n"plan"', ["Secret plan"]),
        ("a.png", "Secret plan", []),
        ("Secret_plan.png", "", ["Secret plan"]),
        ("secret%20plan/x.bin", "\udcff", ["Secret plan"]),
    ],
)
def test_files(name: str, text: str, words: list[str]) -> None:
    leaks = list(SCANNER.in_file(name, text.encode("utf-8", "surrogatepass")))
    assert ["@" if leak.word < 0 else WORDS[leak.word] for leak in leaks] == words


def test_lines_are_told() -> None:
    text = "one\ntwo\n<p\n>Secret plan\n&amp;\nme@garden.net.au\nSecret <b>plan</b>"
    leaks = list(SCANNER.in_file("a.html", text.encode()))
    assert [(leak.line, leak.text) for leak in leaks] == [
        (4, "secret plan"),
        (6, "me@garden.net.au"),
    ]
    (leak,) = SCANNER.in_file("b.html", b"<p\n>\nSecret <b>plan</b>")
    assert leak.line == 3


def test_inventories_and_archives() -> None:
    inventory = b"# Sphinx\n# P\n# V\n# z\n" + zlib.compress(b"secret_plan scrapbox:page -1 a -")
    assert [leak.word for leak in SCANNER.in_file("objects.inv", inventory)] == [0]
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as book:
        book.writestr("OEBPS/a.xhtml", "<p>Secret plan</p>")
        book.writestr("OEBPS/secret_plan.png", b"")
    leaks = [leak.file for leak in SCANNER.in_file("book.epub", file.getvalue())]
    assert leaks == ["book.epub/OEBPS/a.xhtml", "book.epub/OEBPS/secret_plan.png"]


@pytest.mark.parametrize("name", ["objects.inv", "a.epub"])
@pytest.mark.parametrize("data", [b"", b"\n\n\n\nno", b"PK\x03\x04no", b"\xff\xfe"])
def test_what_is_none_of_it(name: str, data: bytes) -> None:
    assert list(SCANNER.in_file(name, data)) == []


def test_masked() -> None:
    assert SCANNER.masked("wiki/Secret plan.html") == "wiki/….html"
    assert SCANNER.masked("wiki/Soil.html") == "wiki/Soil.html"


def test_nothing_to_look_for() -> None:
    assert not Scanner([])
    assert not Scanner(["Plan"], allow=["plan"])
    assert list(Scanner([]).in_file("a.txt", b"Plan me@garden.net.au")) == []


def test_many_words_share_beginnings() -> None:
    words = ["tea", "teapot", "tea pot", "te", "ten", "水", "水やり", "--x", "x--y", "x-y z"]
    scanner = Scanner(words)
    for number, word in enumerate(words):
        hits = {leak.word for leak in scanner.in_file("a.txt", f"({word})".encode())}
        assert number in hits, word


TITLES = st.text(
    st.characters(exclude_categories=["C", "Z"], exclude_characters="*\\_%&") | st.just(" "),
    min_size=1,
    max_size=20,
).filter(lambda title: normalized(title).strip() != "")


def _forms(title: str) -> Iterator[tuple[str, str]]:
    yield "a.txt", title
    yield "a.html", escape(title)
    yield "a.html", f'<a href="{escape(quote(title.replace(" ", "_")))}">'
    yield "a.json", json.dumps(title)
    yield "a.json", json.dumps(title, ensure_ascii=False)


@given(TITLES)
def test_any_title_is_found_in_any_form(title: str) -> None:
    scanner = Scanner([title])
    for name, text in _forms(title):
        assert list(scanner.in_file(name, f"( {text} )".encode())), (name, text)
