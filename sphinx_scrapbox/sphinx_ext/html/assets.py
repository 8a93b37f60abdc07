"""The style sheets and scripts that come with the extension, and its message catalogues.

They are written to ``_static/sphinx_scrapbox``, so that no file of a site or theme is overwritten.
A wiki page loads one style sheet and one script. Other files are only for pages with what they
are for, or loaded by the script when a reader first wants what they show: previews, large images.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache, partial
from itertools import chain
from pathlib import Path
from typing import Any
from zlib import crc32

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from sphinx_scrapbox.sphinx_ext.builders import has_browser_pages, has_search, is_epub, is_html
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.domain.output_files import write_changed
from sphinx_scrapbox.sphinx_ext.html.search.modes import uses_pagefind
from sphinx_scrapbox.sphinx_ext.i18n import CATALOG, _

_PACKAGE = Path(__file__).parents[2]
FOLDER = "sphinx_scrapbox"
"""The folder of this extension's files below ``_static``."""
PAGE_SCRIPT = "scrapbox.js"
"""The one script of wiki pages."""
_BUNDLES = {
    "map.js": ("parts.js", "map.js"),
    "previews.js": ("parts.js", "previews.js"),
    PAGE_SCRIPT: ("page.js",),
}
"""The scripts that are made of files of other names; each comes after those that it names."""
_SOURCES = _PACKAGE / "static" / FOLDER

_FILE_NAME = re.compile(r'"([\w.]+\.(?:css|js))"')

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
    texts: dict[str, str] = {}
    for name, sources in _files(with_previews=shows_previews(app)).items():
        text = "".join(_shortened(_SOURCES / source) for source in sources)
        if name.endswith(".css"):
            texts[name] = unnested_css(text) if is_epub(app.builder) else text
        else:
            text = _FILE_NAME.sub(partial(_versioned, texts), text)
            text = text.replace("CLOSE", json.dumps(str(_("Close"))))
            texts[name] = f"{{\n{text}}}\n" if name in _BUNDLES else text
    for name, text in texts.items():
        write_changed(folder / name, text.encode())
    for name in _files(with_previews=True).keys() - texts.keys():
        (folder / name).unlink(missing_ok=True)  # of a build with other options


def shows_previews(app: Sphinx) -> bool:
    """Whether links to pages have previews."""
    return has_browser_pages(app.builder) and options(app.config).previews


def _files(*, with_previews: bool) -> dict[str, tuple[str, ...]]:
    """The files of the package that each file of the output is made of."""
    bundled = set(chain(*_BUNDLES.values()))
    paths = (path for path in _SOURCES.rglob("*") if path.is_file())
    names = sorted({path.relative_to(_SOURCES).as_posix() for path in paths} - bundled)
    files = {name: (name,) for name in names} | _BUNDLES
    if not with_previews:
        del files["previews.js"]
    return files


def _versioned(texts: dict[str, str], name: re.Match[str]) -> str:
    """The name of a file that a script loads, with a checksum; "" if there is no such file."""
    if (text := texts.get(name[1])) is None:
        return '""'
    return f'"{name[1]}?v={crc32(text.encode()):08x}"'


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
    r"""A script without comments and indents.

    A comment begins a line, or stands behind a space.

    >>> shorter_js("/* what\n   it does */\n\nif (a) {\n  b(c, 1); // why\n  // how\n}\n")
    'if (a) {\nb(c, 1);\n}\n'
    """
    text = re.sub(r"^\s*/\*.*?\*/$", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"(^|\s)// .*", "", text, flags=re.MULTILINE)
    return "".join(f"{line}\n" for line in map(str.strip, text.splitlines()) if line)


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
    if searches and not uses_pagefind(app.env):
        builder.add_js_file(f"{FOLDER}/search/sphinx.js", defer="defer")


def _leads_to_pages(app: Sphinx, docname: str) -> bool:
    """Whether a table of contents in a document names wiki pages, which have previews."""
    entries = app.env.toctree_includes.get(docname, ())
    return any(map(domain_of(app.env).is_page, entries))


def register(app: Sphinx) -> None:
    """Let the texts of the extension be translated."""
    app.add_message_catalog(CATALOG, str(_PACKAGE / "locale"))
