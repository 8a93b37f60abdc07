"""Names and titles that a theme writes as they are: none becomes script or markup."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from browsers import NEEDS_CHROMIUM, serve
from sites import Built, Site, page

from sphinx_scrapbox.sphinx_ext.html import page_names
from sphinx_scrapbox.sphinx_ext.html.page_names import escape_names

GITHUB = {"github_user": "u", "github_repo": "r", "github_version": "m"}
# Whatever a theme writes addresses of sources into is switched on.
THEMES: dict[str, dict[str, Any]] = {
    "alabaster": {"html_theme_options": {"canonical_url": "https://x.test/"}},
    "furo": {
        "html_theme_options": {
            "source_repository": "https://github.com/u/r/",
            "source_branch": "m",
            "source_directory": "docs/",
        }
    },
    "sphinx_rtd_theme": {
        "html_context": {**GITHUB, "display_github": True, "conf_py_path": "/docs/"}
    },
    "pydata_sphinx_theme": {
        "html_theme_options": {"use_edit_page_button": True},
        "html_context": {**GITHUB, "doc_path": "docs"},
    },
    "sphinx_book_theme": {
        "html_theme_options": {
            "repository_url": "https://github.com/u/r",
            "use_issues_button": True,
            "use_edit_page_button": True,
            "use_source_button": True,
            "use_repository_button": True,
        }
    },
    "shibuya": {
        "html_context": {
            "source_type": "github",
            "source_user": "u",
            "source_repo": "r",
            "source_version": "m",
            "source_docs_path": "/docs/",
        }
    },
}
NAMES = (
    "Don't panic",
    "x';window.evil=1;'",
    "<img src=x onerror=window.evil=1>",
    '"onmouseover="window.evil=1"',
    "');window.evil=1;//",
    "`${window.evil=1}`",
    "{{ 7*7 }} R&D",
    "<!--",
    "'",
    "back\\",
    "日本's <i>語",
)
SCRIPT = "<script>window.evil=1</script>"  # in folders of these names, as it holds a slash
pytestmark = pytest.mark.filterwarnings("ignore")  # what themes use of Sphinx is their affair


def files(*names: str) -> dict[str, str]:
    wiki = {f"{name.replace('/', '-')}.md": page(name, "Here.", "[[Plain]]") for name in names}
    wiki[f"wiki/a{SCRIPT}.md"] = page(SCRIPT, "There.")
    index = "Index\n=====\n\n.. toctree::\n   :glob:\n\n   *\n   wiki/**\n\n.. scrapbox:pages::\n"
    return {"index.rst": index, "Plain.md": page("Plain", "Words."), **wiki}


def build(folder: Path, theme: str) -> Built:
    if importlib.util.find_spec(theme) is None:
        pytest.skip(f"{theme} is not installed")
    return Site(folder / "src", files(*NAMES)).build(
        html_theme=theme,
        scrapbox_pages=["**"],
        html_baseurl="https://x.test/",
        suppress_warnings=["toc.not_readable"],
        **THEMES[theme],
    )


@pytest.fixture(scope="module", params=THEMES)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(tmp_path_factory.mktemp("names"), request.param)


class _Markup(HTMLParser):
    """The scripts of a page, and all attributes that run or that no template wrote."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.odd: list[str] = []
        self._in_script = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_script = tag == "script"
        for name, value in attrs:
            if "evil" in (value or "") and (name.startswith("on") or name == "srcdoc"):
                self.odd.append(f"{tag} {name}={value}")
            if not re.fullmatch(r"[a-z_@:][\w:.@-]*", name):
                self.odd.append(f"{tag} {name}")
            if name == "src" and value == "x":
                self.odd.append(f"{tag} src")

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts.append(data)


def _pages(built: Built) -> list[Path]:
    return sorted(p for p in built.out.rglob("*.html") if "_static" not in p.parts)


def test_no_name_is_markup(built: Built) -> None:
    pages = _pages(built)
    assert len(pages) > len(NAMES)
    for path in pages:
        markup = _Markup(path.read_text(encoding="utf-8"))
        assert markup.odd == [], path
        for script in markup.scripts:
            strings = re.sub(r"'[^'\n]*'|\"[^\"\n]*\"", "''", script)
            assert "evil" not in strings, path


def test_a_name_in_a_script_keeps_its_value(tmp_path: Path) -> None:
    built = build(tmp_path, "pydata_sphinx_theme")
    for name in NAMES:
        docname = name.replace("/", "-")
        text = built.text(f"{docname}.html")
        literal = re.search(r"DOCUMENTATION_OPTIONS\.pagename = '(.*?)';", text)
        assert literal is not None
        assert json.loads(f'"{literal[1]}"') == docname


def test_pages_with_ordinary_names_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def escape_names(text: str, names: object) -> str:
        raise AssertionError(names)

    monkeypatch.setattr(page_names, "escape_names", escape_names)
    texts = {f"{name}.md": page(name, "Words.") for name in ("Plain", "Why? 100% #1", "堆肥")}
    Site(tmp_path / "src", {"index.md": "# Index\n", **texts}).build()


def test_pages_that_another_extension_adds(tmp_path: Path) -> None:
    name = "x';window.evil=1;'"
    conf = (
        'extensions = ["sphinx_scrapbox"]\nhtml_theme = "pydata_sphinx_theme"\n\n\n'
        "def setup(app):\n"
        f"    pages = lambda app: [({name!r}, {{'body': ''}}, 'page.html')]\n"
        "    app.connect('html-collect-pages', pages)\n"
    )
    pytest.importorskip("pydata_sphinx_theme")
    built = Site(tmp_path / "src", {"conf.py": conf, "index.md": "# Index\n"}).build()
    text = built.text(f"{name}.html")
    assert "DOCUMENTATION_OPTIONS.pagename = 'x\\u0027\\u003bwindow" in text


@pytest.mark.parametrize("builder", ["dirhtml", "singlehtml", "epub", "json"])
def test_builders_without_pages_of_a_theme(builder: str, tmp_path: Path) -> None:
    built = Site(tmp_path / "src", files(*NAMES[:4])).build(
        builder, scrapbox_pages=["**"], epub_copyright="nobody", version="1"
    )
    for path in _pages(built):
        assert "onerror=window.evil=1>" not in path.read_text(encoding="utf-8")


# -- the text of a page ----------------------------------------------------------------

NAME = "a<b>'\"&`c"
HTML = "a&lt;b&gt;'\"&amp;`c"
ATTRIBUTE = "a&lt;b&gt;&#x27;&quot;&amp;`c"
JS = "a\\u003cb\\u003e\\u0027\\u0022\\u0026\\u0060c"


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("<p>{}</p>", f"<p>{HTML}</p>"),
        ("<h1>{}</h1> <i>x</i> {}", f"<h1>{HTML}</h1> <i>x</i> {HTML}"),
        ("<title>{} - t</title>", f"<title>{HTML} - t</title>"),
        ('<a href="https://x/{}.md">x</a>', f'<a href="https://x/{ATTRIBUTE}.md">x</a>'),
        ("<a href='https://x/{}.md'>x</a>", f"<a href='https://x/{ATTRIBUTE}.md'>x</a>"),
        ("<a href={}>x</a>", "<a href=a&#60;b&#62;&#39;&#34;&#38;&#96;c>x</a>"),
        ("<a {}>x</a>", "<a a-b-----c>x</a>"),
        ("<a onclick=\"f('{}')\">", f"<a onclick=\"f('{JS}')\">"),
        ("<a href=\"javascript:f('{}')\">", f"<a href=\"javascript:f('{JS}')\">"),
        ("<script>p = '{}';</script>", f"<script>p = '{JS}';</script>"),
        ("<SCRIPT>p = '</i>{}'</SCRIPT>{}", f"<SCRIPT>p = '</i>{JS}'</SCRIPT>{HTML}"),
        ("<style>p::after {{ content: '{}' }}</style>", None),
        ("<!-- {} --><p>", f"<!-- {ATTRIBUTE} --><p>"),
        ("<!-- <script> {} -->{}", f"<!-- <script> {ATTRIBUTE} -->{HTML}"),
        ("<script>p = '{}'", f"<script>p = '{JS}'"),
        ("1 < 2 {} > 0", f"1 < 2 {HTML} > 0"),
    ],
)
def test_a_name_is_escaped_for_its_place(text: str, escaped: str | None) -> None:
    result = escape_names(text.format(NAME, NAME) if escaped else text.format(NAME), [NAME])
    if escaped is None:
        escaped = r"<style>p::after { content: 'a\3c b\3e \27 \22 \26 \60 c' }</style>"
    assert result == escaped


def test_one_name_in_another() -> None:
    names = ["it's", "wiki/it's <b>"]
    assert escape_names("wiki/it's <b> it's", names) == "wiki/it's &lt;b&gt; it's"


@pytest.mark.parametrize("name", ["'", '"', "<!--", "', '"])
def test_a_name_of_signs_alone_is_found_in_strings_only(name: str) -> None:
    text = "<!-- x --><p class='a'>'</p><script>f('a', 'b')</script>"
    assert escape_names(text, [name]) == text
    quote = '"' if name == "'" else "'"
    escaped = escape_names(f"<script>p = {quote}{name}{quote};</script>", [name])
    literal = escaped.removeprefix(f"<script>p = {quote}").removesuffix(f"{quote};</script>")
    assert json.loads(f'"{literal}"') == name
    assert name not in literal


def test_a_token_in_the_text_is_left_alone() -> None:
    text = "scrapboxname0name <p>a<b</p>"
    assert escape_names(text, ["a<b"]) == "scrapboxname0name <p>a&lt;b</p>"


def test_long_pages_take_linear_time() -> None:
    for text in ("<a '" * 100_000, "<script>" * 100_000, "<!--" * 100_000, '<a b="' * 100_000):
        assert len(escape_names(f"a<b {text}", ["a<b"])) == len(text) + len("a&lt;b ")


# -- in a browser ----------------------------------------------------------------------


@pytest.fixture
def address(built: Built) -> Iterator[str]:
    with serve(built.out) as address:
        yield address


@NEEDS_CHROMIUM
def test_no_script_error_and_nothing_runs(built: Built, browser: Any, address: str) -> None:
    problems: list[str] = []
    with browser.new_context() as context:
        empty = {"status": 200, "content_type": "application/json", "body": "{}"}
        context.route(
            "**/*",
            lambda route: (
                route.continue_()
                if route.request.url.startswith(address)
                else route.fulfill(**empty)
            ),
        )
        tab = context.new_page()
        tab.on("pageerror", lambda error: problems.append(f"{tab.url}: {error}"))
        for path in _pages(built):
            tab.goto(address + quote(path.relative_to(built.out).as_posix()))
            if tab.evaluate("window.evil"):
                problems.append(f"{tab.url}: ran")
    assert problems == []
