"""Wiki text is untrusted: whatever it says, the HTML runs nothing and asks nobody."""

from __future__ import annotations

from pathlib import Path

import pytest
from harmless import harm, scripts_of
from sites import Built, Site, icon, page

EVIL = "javascript:alert(1)"
EVIL_ICONS = "https://scrapbox.io/api/pages/evil/"
BREAKOUTS = (
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" x="',
    "</title><script>alert(1)</script>",
    "--><svg onload=alert(1)>",
    "]]><svg/onload=alert(1)>",
    "&#34;&#62;&lt;script&gt;",
    '\\"><script>alert(1)</script>',
    "{{ 7*7 }}{% raw %}<script>",
)


def _raw_icon(name: str, shown: str | None = None) -> str:
    address = f"https://scrapbox.io/api/pages/garden-en/{name}/icon"
    return f"<img src='{address}' alt='{name if shown is None else shown}.icon' height=\"19.5\"/>"


def _lines() -> list[str]:
    lines = [
        f"[a]({EVIL})",
        f"[{EVIL}]({EVIL})",
        "[a](JaVaScRiPt:alert(1))",
        "[a](java\tscript:alert(1))",
        "[a](data:text/html,<script>alert(1)</script>)",
        "[a](vbscript:x) [a](file:///etc/passwd) [a](//evil.example)",
        '[a](https://example.org/"onclick="alert(1))',
        "[a](https://example.org/'><script>alert(1)</script>)",
        "![image](javascript:alert(1))",
        "![image](data:image/svg+xml,<svg/onload=alert(1)>)",
        '![image](https://gyazo.com/x"onerror="alert(1))',
        "![image](https://gyazo.com/x'><script>alert(1)</script>)",
        '[https://youtu.be/abcdef"><script>](https://youtu.be/abcdef"><script>)',
        '[https://www.youtube.com/watch?v=abcdefg&t=1"x](https://www.youtube.com/watch?v=abcdefg&t=1"x)',
        "[/evil/javascript:alert(1)](https://scrapbox.io/evil/javascript:alert(1))",
        "[[javascript:alert(1)]] #javascript:alert(1) [[../../x]] [[//evil.example]]",
        "$\\href{javascript:alert(1)}{x}$ $\\unicode{x}$ $<script>alert(1)</script>$",
        "$\\)<script>alert(1)</script>\\($",
        "`<script>alert(1)</script>` **<script>alert(1)</script>**",
        "> <iframe src=javascript:alert(1)></iframe>",
        "### <script>alert(1)</script> <b>bold</b>",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href=javascript:alert(1)>x</a>",
        "<style>*{display:none}</style><link rel=stylesheet href=//evil.example>",
        "<base href=//evil.example><meta http-equiv=refresh content=0>",
    ]
    for breakout in BREAKOUTS:
        bare = breakout.replace("[", "").replace("]", "")
        lines += [
            breakout,
            f"[[{bare}]] #{bare.replace(' ', '_')}",
            f"[{bare}](https://example.org/{bare.replace(' ', '')})",
            _raw_icon(bare) + "says so",
            "who " + _raw_icon(bare, f"/evil/{bare}"),
            _raw_icon(bare),
            "",
            f"{bare}",
            "| a | b |",
            "| -- | -- |",
            f"| {bare.replace('|', '')} | [[{bare.replace('|', '')}]] |",
            f"{breakout}",
            "",
            "```",
            f"</pre>{breakout}",
            "```",
            "",
            f"```{{raw}} {breakout}".replace("`", ""),
        ]
    return lines


@pytest.fixture(scope="module", params=["html", "dirhtml", "singlehtml"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    titles = [*BREAKOUTS, EVIL, "<script>alert(1)</script>"]
    people = {
        "evil": {"name": '"><script>alert(1)</script>', "link": EVIL},
        "worse": {"name": "x", "link": "data:text/html,x"},
    }
    files = {
        f"wiki/{number}.md": page(title, f"[[{titles[number - 1]}]]", icon("evil") + "Words.")
        for number, title in enumerate(titles)
        if "\\" not in title
    }
    footer = (
        '---\nThis page is auto-translated from [/garden/"><script>alert(1)</script>]'
        '(https://scrapbox.io/garden/"><script>alert(1)</script>) using <script>alert(1)</script>.'
        " If you looks something interesting but the auto-translated English is not good enough "
        "to understand it, feel free to let me know at [@evil](javascript:alert(1)). I'm very "
        "happy to spread my thought to non-Japanese readers."
    )
    files |= {
        "wiki/all.md": page("All", *_lines()),
        "wiki/footer.md": f'---\ntitle: "Footer"\n---\n\n{icon("worse")}Words.\n\n{footer}',
        # As file names: what the export makes of such titles.
        'wiki/"><img src=x onerror=alert(1)>.md': page("File name", "Words."),
        "wiki/javascript:alert(1).md": page("Script", "Words."),
        "javascript:alert(2).md": page("Script in the root", "Words."),
        "index.rst": "Index\n=====\n\n.. toctree::\n   :glob:\n\n   java*\n   wiki/*\n",
    }
    site = Site(tmp_path_factory.mktemp("safety") / "src", files)
    return site.build(
        request.param,
        scrapbox_project="garden-en",
        scrapbox_people=people,
        scrapbox_pages=["wiki/**"],
        scrapbox_icons="remote",
        suppress_warnings=["scrapbox"],
    )


@pytest.fixture(scope="module")
def own(built: Built) -> frozenset[str]:
    """The scripts of a page that holds nothing of a wiki."""
    site = Site(
        Path(built.app.srcdir).parent / "plain", {"index.rst": "Plain\n=====\n\n:math:`x`\n"}
    )
    return scripts_of(site.build(built.app.builder.name).html("index.html"))


def test_no_warnings(built: Built) -> None:
    assert built.warnings == []


def test_every_page_is_harmless(built: Built, own: frozenset[str]) -> None:
    pages = list(built.out.rglob("*.html"))
    assert len(pages) >= (1 if built.app.builder.name == "singlehtml" else 18)
    for path in pages:
        html = built.html(str(path.relative_to(built.out)))
        if path.name not in ("search.html", "genindex.html") and path.parent.name != "search":
            assert list(harm(html, scripts=own)) == []


def test_words_are_kept(built: Built) -> None:
    if built.app.builder.name != "html":
        return
    text = built.html("wiki/all.html").body.text
    for line in ("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", EVIL):
        assert line in text


@pytest.mark.parametrize("value", [EVIL, "data:text/html,x", "//evil.example", "file:///x"])
def test_people_have_no_such_links(tmp_path: Path, value: str) -> None:
    site = Site(tmp_path / "src", {"index.rst": "Index\n=====\n\n:scrapbox:icon:`evil`\n"})
    built = site.build(scrapbox_people={"evil": {"link": value}})
    assert built.warnings == [
        "WARNING: scrapbox_people entry 'evil': link must be an http, https or mailto address "
        "[scrapbox.config]"
    ]
    assert not built.html("index.html").body.all("a", "external")


def test_remote_icons_are_quoted(built: Built) -> None:
    faces = [
        tag["src"]
        for path in built.out.rglob("*.html")
        for tag in built.html(str(path.relative_to(built.out))).root.all("img", "scrapbox-avatar")
    ]
    assert faces
    for address in faces:
        assert address.startswith(("https://scrapbox.io/api/pages/garden-en/", EVIL_ICONS))
        assert not set(address) & set("\"'<> ")


def test_text_of_other_formats_is_escaped(tmp_path: Path) -> None:
    lines = [
        "\\input{/etc/passwd}",
        "\\write18{id} ^^5cinput",
        ".so /etc/passwd",
        "'\\\" t",
        "@verbatim",
    ]
    files = {
        "index.rst": "Index\n=====\n\n.. toctree::\n\n   page\n",
        "page.md": page("Page", *lines, icon("\\input{x}") + "Words."),
    }
    site = Site(tmp_path / "src", files)
    tex = next(site.build("latex").out.glob("*.tex")).read_text()
    assert "\\input{/etc" not in tex
    assert "\\input{x}" not in tex
    assert "\\write18" not in tex
    manual = site.build("man", man_pages=[("index", "wiki", "Wiki", "Nobody", 1)])
    lines_of_manual = manual.text("wiki.1").split("\n")
    assert not any(
        line.startswith((".so", "'\\\"")) and "t" in line[3:] for line in lines_of_manual[3:]
    )
    texinfo = next(site.build("texinfo").out.glob("*.texi")).read_text()
    assert "@@verbatim" in texinfo
