"""The style sheets and scripts that come with the extension, and its message catalogues.

They are written to ``_static/sphinx_scrapbox``, so that no file of a site or theme is overwritten.
A wiki page loads one style sheet and one script; other files are only for pages with what they
are for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from sphinx_scrapbox.sphinx_ext.builders import has_browser_pages, has_search, is_epub, is_html
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.domain.incremental import write_changed
from sphinx_scrapbox.sphinx_ext.i18n import CATALOG

_PACKAGE = Path(__file__).parents[2]
FOLDER = "sphinx_scrapbox"
"""The folder of this extension's files below ``_static``."""
PAGE_SCRIPT = "scrapbox.js"
"""The one script of wiki pages."""
_PAGE_PARTS = ("players.js", "previews.js")
_SOURCES = _PACKAGE / "static" / FOLDER

_STRING = re.compile(r'("[^"\\]*"|`[^`\\]*`)')
_SIGN = re.compile(r" ?(=>|&&|\|\||!==?|[=,;:?{}()<>|*^]) ?")
_OPERATOR = re.compile(r"(?<=\w) ([-+&%]) (?=\w)")
_LITERAL = re.compile(r"[\"'`/]")

# Writers escape quotation marks in text, so that only tags match.
_OURS = re.compile(r'class="[^"]*\bscrapbox-')
_DIRECTIVES = re.compile(
    r'class="[^"]*\bscrapbox-(?:list|index|map|changes|difference|parallel|compare|age)\b'
)


def write_files(app: Sphinx) -> None:
    """Handler of ``builder-inited``: write the files of the extension, without their comments.

    Sphinx copies the static files of a site later, so that one of the same name replaces ours.
    """
    if not is_html(app.builder):
        return
    folder = Path(app.outdir, "_static", FOLDER)
    shows_previews = has_browser_pages(app.builder) and options(app.config).previews
    parts = {
        path.name: [path] for path in sorted(_SOURCES.iterdir()) if path.name not in _PAGE_PARTS
    }
    names = [name for name in _PAGE_PARTS if name != "previews.js" or shows_previews]
    parts[PAGE_SCRIPT] = [_SOURCES / name for name in names]
    for name, paths in parts.items():
        text = "".join(map(_shortened, paths))
        if name.endswith(".css") and is_epub(app.builder):
            text = unnested_css(text)
        write_changed(folder / name, text.encode())


@cache
def _shortened(path: Path) -> str:
    """The text of a file of the package, shortened once a process."""
    text = path.read_text(encoding="utf-8")
    return shorter_css(text) if path.suffix == ".css" else shorter_js(text)


def shorter_css(text: str) -> str:
    r"""A style sheet without comments and the spaces that mean nothing.

    >>> shorter_css("a > b,\n.c {\n  /* why */\n  width: calc(1em + 2px);\n}\n")
    'a>b,.c{width:calc(1em + 2px)}'
    """
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r" ?([{};,>]) ?", r"\1", text).strip()
    return text.replace(": ", ":").replace(";}", "}")


def unnested_css(text: str) -> str:
    r"""A shortened style sheet without nested rules, which EPUB does not allow.

    Source: CSS Nesting; of its forms the one with ``&``, and conditions like ``@media``.

    >>> unnested_css(".a,.b{x:1;& p,li>&{y:2}@media print{z:3}}@media print{.c{& p{y:2}}}")
    '.a,.b{x:1}.a p,.b p,li>:is(.a),li>:is(.b){y:2}@media print{.a,.b{z:3}}@media print{.c p{y:2}}'
    >>> unnested_css(".a{& :is(b,c:not([d],e)){x:1}}")
    '.a :is(b,c:not([d],e)){x:1}'
    """
    return "".join(_unnested(text, []))


def _unnested(text: str, parents: Sequence[str]) -> Iterator[str]:
    """The rules of the inside of a block whose selectors are *parents*, after its own."""
    own: list[str] = []
    rules: list[str] = []
    while text:
        head, sign, rest = _partition(text)
        if sign != "{":
            own.append(head)
            text = rest
            continue
        end = _end_of_block(rest)
        inner, text = rest[:end], rest[end + 1 :]
        if head.startswith(("@font-face", "@keyframes", "@page")):
            rules.append(f"{head}{{{inner}}}")
        elif head.startswith("@"):
            rules.append(f"{head}{{{''.join(_unnested(inner, parents))}}}")
        else:
            selectors = [
                each.replace("&", parent if each[0] == "&" else f":is({parent})")
                for each in _selectors(head)
                for parent in (parents if "&" in each else [""])
            ]
            rules += _unnested(inner, selectors)
    if declarations := ";".join(filter(None, own)):
        yield f"{','.join(parents)}{{{declarations}}}" if parents else declarations
    yield from rules


def _selectors(head: str) -> Iterator[str]:
    """The selectors of a rule; a comma in parentheses is a part of one."""
    depth = start = 0
    for sign in re.finditer("[(),]", head):
        depth += {"(": 1, ")": -1}.get(sign[0], 0)
        if sign[0] == "," and not depth:
            yield head[start : sign.start()]
            start = sign.end()
    yield head[start:]


def _partition(text: str) -> tuple[str, str, str]:
    """*text* parted at its first ``;`` or ``{``, as :meth:`str.partition` does."""
    sign = re.search("[;{]", text)
    return (text[: sign.start()], sign[0], text[sign.end() :]) if sign else (text, "", "")


def _end_of_block(text: str) -> int:
    """Where the block ends in which *text* begins."""
    depth = 1
    for brace in re.finditer("[{}]", text):
        depth += 1 if brace[0] == "{" else -1
        if not depth:
            return brace.start()
    return len(text)


def shorter_js(text: str) -> str:
    r"""A script without comments, indents, and the spaces of lines without patterns.

    A comment begins a line, or stands behind a space.

    >>> shorter_js("/* what\n   it does */\n\nif (a) {\n  b(c, 1); // why\n  // how\n}\n")
    'if(a){b(c,1);}\n'
    >>> shorter_js('a = "b, c";\nb = /c, d/;\n')
    'a="b, c";b = /c, d/;'
    """
    text = re.sub(r"^\s*/\*.*?\*/$", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"(^|\s)// .*", "", text, flags=re.MULTILINE)
    lines = [line.strip() for line in text.splitlines()]
    lines = [_without_spaces(line) for line in lines if line]
    return re.sub(r"(?<=[{(,;>])\n|\n(?=[})])", "", "".join(f"{line}\n" for line in lines))


def _without_spaces(line: str) -> str:
    code = _STRING.split(line)  # every second part is a string
    if any(map(_LITERAL.search, code[::2])):
        return line
    code[::2] = [_OPERATOR.sub(r"\1", _SIGN.sub(r"\1", part)) for part in code[::2]]
    return "".join(code)


def add_style_and_scripts(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Handler of ``html-page-context``: name the files in the pages that need them.

    A page without anything of ours loads nothing.
    """
    builder, body = app.builder, context.get("body", "")
    if not isinstance(builder, StandaloneHTMLBuilder):
        return
    searches = has_search(builder) and pagename == "search"
    if not (searches or _OURS.search(body) or _leads_to_pages(app, pagename)):
        return
    builder.add_css_file(f"{FOLDER}/scrapbox.css")
    if _DIRECTIVES.search(body):
        builder.add_css_file(f"{FOLDER}/directives.css")
    builder.add_js_file(f"{FOLDER}/{PAGE_SCRIPT}", defer="defer")
    if "scrapbox-permalink" in body:
        builder.add_js_file(f"{FOLDER}/lines.js", defer="defer")
    if searches:
        builder.add_js_file(f"{FOLDER}/search.js", defer="defer")


def _leads_to_pages(app: Sphinx, docname: str) -> bool:
    """Whether a table of contents in a document names wiki pages, which have previews."""
    facts = domain_of(app.env).facts
    entries = app.env.toctree_includes.get(docname, ())
    return any(name in facts and facts[name].is_page for name in entries)


def register(app: Sphinx) -> None:
    """Let the texts of the extension be translated."""
    app.add_message_catalog(CATALOG, str(_PACKAGE / "locale"))
