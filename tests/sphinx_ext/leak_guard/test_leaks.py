"""Words that must not be there are found in whatever form a file holds them; others are not."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import tarfile
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterator
from html import escape
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sphinx_scrapbox.sphinx_ext.leak_guard.escapes import normalized
from sphinx_scrapbox.sphinx_ext.leak_guard.scanner import Scanner

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
        (7, "secret plan"),
    ]
    (leak,) = SCANNER.in_file("b.html", b"<p\n>\nSecret <b>plan</b>")
    assert leak.line == 3


def test_lines_beside_the_text() -> None:
    """Lines are right behind removed line ends, in attributes, and in decoded text."""
    text = (
        "a&#10;b%0Ac <i\nclass='x'>d</i> <!--\n\n-->\n"  # 5 lines
        "<!-- \nSecret plan -->\n"
        '<a\ntitle="me@garden.net.au">\n'
        "水<b\n>やり</b>\n"
        "<p>Secret plan"
    )
    leaks = list(SCANNER.in_file("a.html", text.encode()))
    assert sorted((leak.line, leak.text) for leak in leaks) == [
        (6, "secret plan"),
        (8, "me@garden.net.au"),
        (10, "水やり"),  # the last line of the word
        (11, "secret plan"),
    ]


IGNORABLE = "\u00ad\u034f\u061c\u115f\u17b4\u180b\u180e\u200b\u200e\u202e\u2060\u2062\u2069\u206f"
IGNORABLE += "\u3164\ufe00\ufe0f\ufeff\uffa0\U0001d173\U000e0001\U000e0041\U000e0100"


@pytest.mark.parametrize("char", IGNORABLE)
def test_characters_that_nobody_sees(char: str) -> None:
    for form in (
        char,
        f"&#{ord(char)};",
        f"&#x{ord(char):X};",
        quote(char),
        json.dumps(char)[1:-1],
    ):
        text = f"The Sec{form}ret{form} plan and 水{form}やり and me{form}@garden.net.au"
        assert sorted(found(text)) == ["@", "Secret plan", "水やり"], form
        assert sorted(found(text, "a.html")) == ["@", "Secret plan", "水やり"], form


@pytest.mark.parametrize("suffix", ["html", "txt", "md", "js", "css", "tex"])
def test_controls_inside_of_a_word(suffix: str) -> None:
    assert found("Sec\x01ret\x7f pl\x9fan", f"a.{suffix}") == ["Secret plan"]
    assert found("\0Secret\0plan\0", f"a.{suffix}") == []  # no text: they divide


@pytest.mark.parametrize(
    "text",
    [
        "Sec<!-- a -->ret plan",
        "Sec<!-- > -->ret<!----> plan",
        "Sec<?a b?>ret plan",
        "Sec<!--\n-->ret plan",
        "Sec<span\nclass='a'>ret</span> plan",
        "<![CDATA[Sec]]>ret <![CDATA[plan]]>",
        "<text>Sec<tspan dy='1'>ret</tspan> plan</text>",
        "<text><tspan>Secret</tspan><tspan>plan</tspan></text>",
        "<g><text x='1'>Secret</text>\n<text x='1'>plan</text></g>",
        "Sec<bdi>r</bdi><x:em>e</x:em>t plan, Sec<EM>ret</EM> pl<wbr/>an",
        "Secret<br/>plan",
        "<ruby>Sec<rp>(</rp><rt>a</rt><rp>)</rp>ret</ruby> plan",
        "Sec<emphasis>ret</emphasis> <title_reference>plan</title_reference>",
        "<mi>Sec</mi><mi>ret</mi> plan",
        "&lt;p&gt;Sec&lt;em&gt;ret&lt;/em&gt; plan&lt;/p&gt;",
        "<a data-tip='&lt;b&gt;Sec&lt;/b&gt;ret plan'>x</a>",
        "<a title='Secret plan'>x</a>",
        "<!-- Secret plan -->",
        "<!-- Secret plan",
        "<Secret plan>",
        "<a href='?q=Secret+plan'>x</a>",
        "<a href='x?a=b&amp;q=Secret+plan#c'>x</a>",
        r"<script>x = 'Secret\nplan'</script>",
        r"<script>x = '\x53ecret pl\u{61}n'</script>",
        r"<style>a { content: '\53 ecret plan' }</style>",
        r"""<b style="content: '\000053ecret plan'">x</b>""",
        '<img src="data:image/svg+xml;base64,PHRleHQ+U2VjcmV0IDxiPnBsYTwvYj5uPC90ZXh0Pg==">',
        '<img src="data:image/svg+xml,%3Ctext%3ESecret pla%3Ctspan%3En%3C/tspan%3E%3C/text%3E">',
        "Sec%u200Bret plan",
    ],
)
def test_markup(text: str) -> None:
    for suffix in ("html", "svg", "xml", "atom"):
        assert "Secret plan" in found(text, f"a.{suffix}")


@pytest.mark.parametrize(
    "text",
    [
        "<td>Secret</td><td>plan</td>",
        "<svg><a><text>Secret</text></a><a><text>plan</text></a></svg>",
        "<dt>Top<em>secret</em> plan</dt>",
        '<a title="Secret"><b title="plan">x</b></a>',
        "<!-- Secret --><!-- plan -->",
        "Secret<x-y>plan</x-y>",
    ],
)
def test_markup_that_divides(text: str) -> None:
    assert found(text, "a.html") == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", r'{"a": "Secret\nplan"}'),
        ("a.json", r'{"a": "Secret\tplan\\"}'),
        ("a.fjson", r'{"body": "<p>Sec<em>ret</em>\nplan<\/p>"}'),
        ("a.js", r"'\x53\u0065\u{63}ret plan'"),
        ("a.js", "'Sec\\\nret plan'"),
        ("a.py", r"'Sec\U00000072et plan'"),
        ("a.css", r"a::before { content: '\53 ecret\20plan' }"),
        ("a.css", r"a::before { content: '\53\65\63\72\65\74\20 \70 lan' }"),
        ("a.css", "a { b: url(data:text/plain;base64,U2VjcmV0IHBsYW4) }"),
        ("a.po", 'msgid "The Secret\\n"\n"plan"'),
        ("a.pot", 'msgid "The **Sec**ret plan"'),
        ("a.txt", "The *Sec*ret\n   ``plan``"),
        ("a.md", "The **Sec**ret `plan`"),
        ("a.tex", r"Sec\sphinxstyleemphasis{ret} \textbf{pl}an"),
        ("a.tex", r"Sec\hyperref[\detokenize{a:b}]{\sphinxcrossref{ret}} plan"),
        ("a.tex", r"Sec\sphinxhref{https://a.b/}{ret} plan"),
        ("a.tex", r"Sec\DUrole{a,b}{ret}~plan"),
        ("a.tex", r"\section{Secret \scrapboxtextja{plan}}"),
        ("a.tex", r"Sec\-ret plan\label{\detokenize{a}}"),
        ("a.tex", r"\label{Secret plan}"),
        ("a.texi", "Sec@emph{ret} @code{plan}"),
        ("a.texi", "@anchor{Secret plan}"),
        ("a.1", r"Sec\fBret\fP \f(CWplan\fR"),
        ("a.7", r"Sec\&ret\~plan"),
        ("a.unknown", "Secret plan"),
        ("noname", "Secret plan"),
    ],
)
def test_escapes_of_formats(name: str, text: str) -> None:
    assert "Secret plan" in found(text, name)


@pytest.mark.parametrize(
    ("name", "text", "word"),
    [
        ("a.txt", "water Soil-\n    water: a balance", "Soil-water: a balance"),
        ("a.txt", "   水や\n   り", "水やり"),
        ("a.html", "The « wet » end", 'The "wet" end'),
        ("a.html", "The « wet&nbsp;» end", 'The "wet" end'),
        ("a.html", "The „wet“ end", 'The "wet" end'),
        ("a.html", "the 「wet」 end", 'The "wet" end'),
        ("a.1", r"The \(dqwet\(dq end", 'The "wet" end'),
        ("a.tex", r"The \textquotesingle{}wet\textquotesingle{} end", 'The "wet" end'),
    ],
)
def test_what_builders_change(name: str, text: str, word: str) -> None:
    assert found(text, name) == [word]


ADDRESSES = [
    "joe@例え.jp",
    "joe@例え.jpまで",
    "連絡先はjoe@garden.net.auまで。",
    "joe@garden.net.au。次の文",
    "ｊｏｅ＠ｇａｒｄｅｎ．ｎｅｔ．ａｕ",
    "joe@xn--r8jz45g.jp",
    "joe@xn--r8jz45g.xn--zckzah",
    "джо@сад.рф",
    "josé@garden.net.au",
    '"joe b"@garden.net.au',
    '<a href="mailto:%22joe%20b%22@garden.net.au">x</a>',
    "&quot;joe b&quot;&#64;garden.net.au",
    '"joe@home"@garden.net.au',
    "joe@[192.0.2.7]",
    "joe@[IPv6:2001:db8::7]",
    "o'brien@garden.net.au",
    "joe<span>&#64;</span>garden<span>&#46;</span>net.au",
    "joe@gar<wbr>den.net.au",
    r"joe\u0040garden.net.au",
    "me+a@garden.net.au",
    "<joe@garden.net.au>",
]


@pytest.mark.parametrize("text", ADDRESSES)
def test_addresses(text: str) -> None:
    assert "@" in found(text, "a.html")


@pytest.mark.parametrize(
    "text",
    [
        "me@example.orgまで。",
        "me@mail.example.comに、または me@wiki.example",
        "見本はme@example.org。次の文です",
        "連絡先はher@garden.org.ukまで",
        "clone git@github.com:a/b.git, ssh://joe@garden.net.au/x",
        "@garden.net.au, @media print, a @ b.cd, 3@4, x@y",
        'logo@2x.png, "words" @garden.net.au, "@garden.net.au"',
        "会議@渋谷、会議＠渋谷。次の文",
        "opt@icon.sty, pkg@1.2.3, npm/mathjax@3/es5/tex.js, joe@[1], a[b@[c.d]]",
        "joe@localhost, joe@server.local, joe@a.test",
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert found(text, "a.html") == []


def test_fonts_of_manual_pages_end_addresses() -> None:
    assert found(r"Ask \fBjoe@garden.example\fP.", "a.1") == []
    assert found(r"Ask \fBjoe@garden.net\fP.", "a.1") != []


def test_addresses_that_are_allowed() -> None:
    scanner = Scanner([], emails=True, allow=["*@例え.jp", '"joe b"@garden.net.au', "a@b.uk"])
    for text in ("joe@例え.jp", "joe@xn--r8jz45g.jp", "“Joe b”@garden.net.au", "宛先はa@b.uk宛"):
        assert list(scanner.in_file("a.txt", text.encode())) == []
    assert len(list(scanner.in_file("a.txt", b"joe@garden.net.au b@b.uk"))) == 2


@pytest.mark.parametrize(
    "charset", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp932", "euc-jp"]
)
def test_encodings(charset: str) -> None:
    text = f'<?xml version="1.0" encoding="{charset}"?>\n<p>水<b>やり</b>, <i>Sec</i>ret plan</p>'
    leaks = SCANNER.in_file("a.html", text.encode(charset))
    assert sorted({leak.word for leak in leaks}) == [0, 3]
    plain = "水やり".encode("cp932")
    assert not list(SCANNER.in_file("a.hhc", plain))
    assert list(SCANNER.in_file("a.hhc", plain, encoding="cp932"))
    for name in ("no-such-charset", "rot13", "punycode", "idna", "hex"):
        declared = f'<?xml version="1.0" encoding="{name}"?>Secret plan'.encode()
        assert list(SCANNER.in_file("a.html", declared))


def _packed(pack: str, name: str, content: bytes) -> bytes:
    match pack:
        case "gz":
            return gzip.compress(content)
        case "bz2":
            return bz2.compress(content)
        case "xz":
            return lzma.compress(content)
    file = BytesIO()
    if pack == "zip":
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)
    else:
        with tarfile.open(fileobj=file, mode="w") as tar:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, BytesIO(content))
    return file.getvalue()


@pytest.mark.parametrize("outer", ["gz", "bz2", "xz", "zip", "tar"])
@pytest.mark.parametrize("inner", ["", "gz", "zip", "tar"])
def test_packed_files(outer: str, inner: str) -> None:
    content, name = b"<p>Sec<b>ret</b> plan</p>", "b.html"
    if inner:
        content, name = _packed(inner, name, content), f"b.html.{inner}"
    data = _packed(outer, name, content)
    # What a file is, its content tells.
    for shown in (f"{name}.{outer}", "b.bin.html" if outer != "zip" else "b.epub"):
        (leak,) = SCANNER.in_file(shown, data)
        assert (leak.line, leak.text) == (1, "secret plan")
        assert leak.file.startswith(shown)


def test_svgz_is_read_as_svg() -> None:
    data = gzip.compress(b"<svg><text>Sec<tspan>ret</tspan> plan</text></svg>")
    assert [leak.word for leak in SCANNER.in_file("b.svgz", data)] == [0]


@pytest.mark.parametrize("pack", ["gz", "bz2", "xz", "zip", "tar"])
def test_damaged_archives(pack: str) -> None:
    """They are read as far as they can be."""
    data = _packed(pack, "a.txt", b"Secret plan\n" + bytes(range(256)) * 2000)
    for damaged in (data[: len(data) // 2], data[:100] + b"\xff" * 200 + data[300:], data[:20]):
        list(SCANNER.in_file("a", damaged))


@pytest.mark.parametrize("position", range(-40, 41, 5))
def test_words_where_a_file_is_divided(position: int) -> None:
    """A large file is read in parts; a word may be at the end of one."""
    size = 1 << 18
    for text, unit in (("Secret plan", "x, "), ("me@garden.net.au", "か、"), ("水やり", "か ")):
        filler = unit * (2 * size)
        at = size + position
        content = f"{filler[:at]}\n{text}\n{filler[at:]}"
        (leak,) = SCANNER.in_file("a.js", content.encode())
        assert leak.line == 2


def test_markup_that_is_divided() -> None:
    rows = "".join(f"<p>row <b>{number}</b></p>\n<!-- a > b -->\n" for number in range(20_000))
    content = f"{rows}<p>Sec<b>ret</b> plan</p>\n{rows}<p title='Secret plan'>"
    leaks = list(SCANNER.in_file("a.html", content.encode()))
    assert [leak.line for leak in leaks] == [40_001, 80_002]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "searchindex.js"
    row = "".join(f'"{number:x}term":[1,{number}],' for number in range(1000))
    with path.open("w", encoding="utf-8") as file:
        for _ in range(1200):
            file.write(row)
        file.write('"🌱":"Secret plan"')
    assert path.stat().st_size > 20_000_000
    tracemalloc.start()
    try:
        with path.open("rb") as stream:
            assert len(list(SCANNER.in_file("searchindex.js", stream))) == 1
        assert tracemalloc.get_traced_memory()[1] < 16_000_000
    finally:
        tracemalloc.stop()


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
