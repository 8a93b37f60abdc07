"""Which pages a deny list keeps out: by the ways in which a page leads to another."""

from __future__ import annotations

import unicodedata

import pytest

from sphinx_scrapbox.formats.markdown.blocks import read_markdown
from sphinx_scrapbox.formats.notation.lines import read_notation
from sphinx_scrapbox.wiki.ast import Text, walk
from sphinx_scrapbox.wiki.redaction import NamePatterns, Redaction, name_patterns
from sphinx_scrapbox.wiki.text import DEFAULT_IGNORABLE, nfkc_casefold
from sphinx_scrapbox.wiki.urls import page_behind_url, page_of_url

DENY = Redaction(
    titles=name_patterns(["Budget"]),
    tags=name_patterns(["#internal", "秘密 の*"], sign="#"),
    people=name_patterns(["zdenka"]),
    replacement="(private)",
    origins=("https://wiki.garden.example/base", "https://scrapbox.io"),
)

LEADS = [
    "#internal",
    "[internal]",
    "[INTERNAL#5ae4aae4aff09e00009a6337]",
    "[/garden/internal]",
    "[* see [internal]]",
    "> [internal]",
    "[internal.icon]",
    "[[internal.icon]]",
    "[/garden/internal.icon*3]",
    "[https://scrapbox.io/garden/internal]",
    "[* [https://scrapbox.io/garden/internal]]",
    "[the list https://scrapbox.io/garden/internal]",
    "[https://scrapbox.io/garden/internal the list]",
    "see https://scrapbox.io/garden/internal",
    "see https://scrapbox.io/garden/internal, and more",
    "(https://scrapbox.io/garden/internal)",
    "[http://SCRAPBOX.IO/garden/Internal]",
    "[http://scrapbox.io:80/garden/internal/]",
    "[https://scrapbox.io:443/garden//internal]",
    "[https://me@scrapbox.io./garden/internal]",
    "[https://scrapbox.io/garden/%69nter%6Eal]",
    "[https://scrapbox.io/garden/internal?lines=1]",
    "[https://scrapbox.io/garden/internal#5ae4aae4aff09e00009a6337]",
    "[https://scrapbox.io/garden/internal#top]",
    "[https://wiki.garden.example/base/garden/internal]",
    "[https://scrapbox.io/garden/%E7%A7%98%E5%AF%86_%E3%81%AE%E5%BA%AD]",
    "[https://scrapbox.io/garden/秘密%20の庭]",
    "[https://scrapbox.io/api/pages/garden/internal/icon]",
    "[https://scrapbox.io/api/pages/garden/internal/text?v=1]",
    "[https://scrapbox.io/api/code/garden/internal/a.py]",
    "[https://scrapbox.io/garden/internal https://i.gyazo.com/0123456789abcdef0123456789abcdef.png]",
    "[https://scrapbox.io/garden/zdenka/icon.png https://scrapbox.io/garden/internal]",
    "[zdenka.icon]",
    "[/other/zdenka.icon]",
    "[https://scrapbox.io/api/pages/garden/internal/icon?x=.png]",
    "[inter\u200bnal]",
    "[ｉｎｔｅｒｎａｌ]",
]
LEADS_NOT = [
    "internal",
    "`[internal]`",
    "[internals]",
    "[zdenka]",
    "[https://scrapbox.io/garden/zdenka]",
    "[https://scrapbox.io/internal]",
    "[https://scrapbox.io/internal/pages]",
    "[https://scrapbox.io/garden/internals]",
    "[https://scrapbox.io.example.org/garden/internal]",
    "[https://example.org/garden/internal]",
    "[https://example.org/?to=scrapbox.io/garden/internal]",
    "[https://wiki.garden.example/garden/internal]",
    "[https://scrapbox.io/garden/new?title=internal]",
]


@pytest.mark.parametrize("line", LEADS)
def test_pages_that_lead_to_a_denied_tag(line: str) -> None:
    text = f"Shed\n{line}\n"
    assert DENY.denies(read_notation(text))
    assert DENY.may_deny(text)


@pytest.mark.parametrize("line", LEADS_NOT)
def test_pages_that_do_not(line: str) -> None:
    assert not DENY.denies(read_notation(f"Shed\n{line}\n"))


@pytest.mark.parametrize(
    "line",
    [
        "[internal](https://scrapbox.io/garden/internal)",
        "[the list](https://scrapbox.io/garden/internal?a=b)",
        "- > [the list](https://scrapbox.io/garden/%69nternal)",
        "[[internal]]",
        "[/garden/internal](https://scrapbox.io/garden/internal)",
        "[![image](https://gyazo.com/0123456789abcdef0123456789abcdef)]"
        "(https://scrapbox.io/garden/internal)",
        "<img src='https://scrapbox.io/api/pages/garden/internal/icon' alt='internal.icon'"
        ' height="19.5"/>',
    ],
)
def test_exported_pages(line: str) -> None:
    text = f"---\ntitle: Shed\n---\n{line}\n"
    assert DENY.denies(read_markdown(text))
    assert DENY.may_deny(text)


@pytest.mark.parametrize(
    "line",
    [
        "[Budget]",
        "[a list https://scrapbox.io/garden/Budget?lines=3]",
        "https://scrapbox.io/garden/budget.",
        "[https://scrapbox.io/api/pages/garden/budget/icon]",
        "[https://i.gyazo.com/0123456789abcdef0123456789abcdef.png http://scrapbox.io/g/Budget]",
        "[Bud\u2062get]",
    ],
)
def test_what_names_a_denied_page_is_replaced(line: str) -> None:
    page, names = DENY.redact(read_notation(f"Shed\n{line}\n"))
    assert [node.text for node in walk(page) if isinstance(node, Text)][-1].startswith("(private)")
    assert len(names.replaced) == 1
    assert "udget" not in repr(page)


def test_front_matter() -> None:
    text = "---\ntitle: Shed\naliases: [budget, Hut]\ntags: [{}]\n---\n\nold\n"
    page, _ = DENY.redact(read_markdown(text.format("tool")))
    assert page.aliases == ("Hut",)
    assert not DENY.denies(page)
    assert DENY.denies(read_markdown(text.format("internal")))


def test_names_that_may_be_denied_later() -> None:
    """Those that links do not tell: by icon, by address, with a project."""
    page = read_notation("Shed\n[a] #b [c.icon] [https://scrapbox.io/g/d] [/g/e#f]\n")
    same, names = DENY.redact(page)
    assert same is page
    assert names.replaced == ()
    assert len(names.kept) == 4
    assert names.merged(names) == names


def test_titles_that_look_the_same() -> None:
    patterns = NamePatterns(("Budget plan", "Café *"))
    for title in ("bud\u00adget_plan", "ＢＵＤＧＥＴ ｐｌａｎ", "Cafe\u0301 menu", "cafÉ\ufe0f x"):
        assert title in patterns
    for title in ("Budget plans", "Budget  plan", "Cafe x"):
        assert title not in patterns


def test_default_ignorable_characters() -> None:
    """All characters of format are ignorable, but for those that Unicode excludes by name."""
    visible = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
    visible |= {*range(0xFFF9, 0xFFFC), *range(0x13430, 0x13440)}
    for code in range(0x110000):
        char = chr(code)
        if unicodedata.category(char) == "Cf" and code not in visible:
            assert nfkc_casefold(f"a{char}b") == "ab", hex(code)
        if "VARIATION SELECTOR" in unicodedata.name(char, ""):
            assert nfkc_casefold(f"a{char}b") == "ab", hex(code)
    for char in "\u034f\u115f\u17b4\u2065\u3164\uffa0\ufff0\U000e0000\U000e0fff":
        assert nfkc_casefold(f"a{char}b") == "ab"
    assert nfkc_casefold("aé水 \n\u0301") == "aé水 \n\u0301"
    assert "\\" not in DEFAULT_IGNORABLE


def test_addresses_of_pages() -> None:
    """A link that only a query or the API makes is no link to a page."""
    for url in ("https://scrapbox.io/g/a?b=c", "https://scrapbox.io/api/pages/g/a"):
        assert page_of_url(url) is None
        assert page_behind_url(url) == ("g", "a")
    for url in (
        "HTTPS://scrapbox.IO/g/a",
        "http://scrapbox.io:80/g/a",
        "https://x@scrapbox.io/g/a",
    ):
        assert page_of_url(url) == page_behind_url(url) == ("g", "a")
    for url in (
        "https://scrapbox.io",
        "https://scrapbox.io/",
        "https://scrapbox.io/g",
        "scrapbox",
    ):
        assert page_of_url(url) is None
        assert page_behind_url(url) is None
