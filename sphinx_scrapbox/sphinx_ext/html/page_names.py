"""Names and titles of wiki pages in what themes write: escaped where a theme does not.

Sphinx fills templates without escaping, and leaves it to them. pydata-sphinx-theme writes the name
of a document into a script and titles into its header as they are, sphinx-book-theme a title into
a heading for print, and several themes the name of a document into addresses. A page whose name
holds a quote or a bracket would break or become script there.

What is known of these themes is escaped in the context of the templates. Each page that is then
written is searched for the names it may show that mean something to HTML or JavaScript, and each
is escaped for the place where it stands: text, attribute, script, style or comment. Pages with
ordinary names are written as they are.

- Replaces: ``render`` of the template bridge of the builder at work, as Sphinx has no event for a
  page that was filled in.
- Unnecessary once Sphinx fills templates with escaping on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from html import escape
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from sphinx_scrapbox.rendering.typesetting import has_signs, kept_apart
from sphinx_scrapbox.sphinx_ext.builders import is_html
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.warnings import note_unknown_internals

_SIGN = re.compile(r"['\"`<>&\\\x00-\x1f\x7f\u2028\u2029]|\$\{")
"""What ends a string, an element or an attribute, or begins another."""


def guard_names(app: Sphinx) -> None:
    """Handler of ``builder-inited``: search each page that the builder fills in."""
    templates = getattr(app.builder, "templates", None)
    if not is_html(app.builder) or templates is None:
        return
    if not callable(getattr(templates, "render", None)):
        note_unknown_internals("the template bridge")
        return
    render: Callable[[str, dict[str, Any]], str] = templates.render

    def render_escaped(template: str, context: dict[str, Any]) -> str:
        text = render(template, context)
        names = _names(app.env, context.get("pagename", ""))
        return escape_names(text, names) if names else text

    templates.render = render_escaped


def escape_context(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Handler of ``html-page-context``, after themes: escape the titles that they set as text."""
    domain = domain_of(app.env)
    titles = _titles(domain, page, app.config.root_doc)
    for name in ("pagetitle", "root_title"):  # of sphinx-book-theme
        if context.get(name) in titles:
            context[name] = _text(context[name])
    # The first words of a page, of the same theme.
    if domain.is_page(page) and "page_description" in context:
        context["page_description"] = escape(context["page_description"])
    header = context.get("generate_header_nav_html")  # of pydata-sphinx-theme
    shown = domain.computed("titles in the header", lambda: _titles_below_root(domain))
    if callable(header) and shown:

        def escaped_header(*args: Any, **options: Any) -> Any:
            html = header(*args, **options)
            if not isinstance(html, str):
                return html
            return _IN_HEADER.sub(
                lambda text: _text(text[0]) if text[0] in shown else text[0], html
            )

        context["generate_header_nav_html"] = escaped_header


_IN_HEADER = re.compile(r"(?<=\n    )[^\n]++(?=\n  </a>)")


def _names(env: BuildEnvironment, docname: str) -> set[str]:
    """The name of a document and the titles that its page shows, as far as they hold signs."""
    names = _titles(domain_of(env), docname, env.config.root_doc)
    if _SIGN.search(docname):
        names.add(docname)
    return names


def _titles_below_root(domain: ScrapboxDomain) -> set[str]:
    """The titles with signs of the wiki pages in the ``toctree`` of the root document."""
    root = domain.env.config.root_doc
    return _titles(domain, *domain.env.toctree_includes.get(root, ()))


def _titles(domain: ScrapboxDomain, *docnames: str) -> set[str]:
    """The titles with signs of those documents that are wiki pages, as themes read them."""
    titles = domain.env.titles
    texts = (titles[name].astext() for name in docnames if name in titles and domain.is_page(name))
    return {text for text in texts if _SIGN.search(text) or has_signs(text)}


# -- the text of a page ----------------------------------------------------------------

# What is not closed reaches to the end, as in a browser, so that nothing is looked at twice.
_ATTRIBUTES = r"(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|[^'\">]++)*+(?:>|\Z)"
_MARKUP = re.compile(
    rf"<!--.*?(?:-->|\Z)|<![^>]*+(?:>|\Z)|</?[a-z]{_ATTRIBUTES}", re.DOTALL | re.IGNORECASE
)
_RAW_ELEMENT = re.compile(r"<(script|style|textarea|title)(?![\w-])", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"(?<![^\s\"'<>/=])([^\s\"'<>/=]++)(\s*+=\s*+)(\"[^\"]*+\"|'[^']*+'|[^\s\"'>]++)"
)
_HANDLER = re.compile(r"on|javascript:", re.IGNORECASE)
_PUNCTUATION = re.compile("[\x00-\x1f!-,:-@[-^`{-\x7f\u2028\u2029]")  # but for - . / _
_MIN_LENGTH = 3
"""Shorter names, and those without a letter or digit, occur in markup by chance."""


def escape_names(text: str, names: Iterable[str]) -> str:
    r"""*text*, an HTML page, with *names* escaped for the places where they stand.

    >>> escape_names("<p>a<b</p><script>f('a<b')</script>", ["a<b"])
    "<p>a&lt;b</p><script>f('a\\u003cb')</script>"
    """
    tokens: dict[str, str] = {}
    bare: list[str] = []
    for name in sorted(names, key=len, reverse=True):  # one may contain another
        if name not in text:
            continue
        if len(name) < _MIN_LENGTH or not any(map(str.isalnum, name)):
            bare.append(name)
            continue
        token = f"scrapboxname{len(tokens)}name"
        while token in text:
            token += "x"
        text = text.replace(name, token)
        tokens[token] = name
    if not (tokens or bare):
        return text
    return "".join(_escaped_parts(text, tokens, bare))


_Escape = Callable[[str], str]


def _escaped_parts(text: str, tokens: dict[str, str], bare: list[str]) -> Iterator[str]:
    def put(part: str, escaped: _Escape) -> str:
        for token, name in tokens.items():
            if token in part:
                part = part.replace(token, escaped(name))
        return part

    at = 0
    while markup := _MARKUP.search(text, at):
        yield put(text[at : markup.start()], _text)
        at = markup.end()
        if markup[0].startswith("<!"):
            yield put(markup[0], escape)
            continue
        yield _escaped_tag(markup[0], put)
        if raw := _RAW_ELEMENT.match(markup[0]):
            name = raw[1].lower()
            end = re.compile(rf"</{name}\b|\Z", re.IGNORECASE).search(text, at)
            assert end is not None
            content = text[at : end.start()]
            at = end.start()
            if name == "script":
                content = _quoted(content, bare)
            yield put(content, _RAW[name])
    yield put(text[at:], _text)


def _escaped_tag(tag: str, put: Callable[[str, _Escape], str]) -> str:
    """A tag with names escaped in its attributes."""

    def escaped(attribute: re.Match[str]) -> str:
        name, equals, value = attribute.groups()
        is_quoted = value[0] in "\"'"
        inner = value[1:-1] if is_quoted else value
        to_html = escape if is_quoted else _references
        if _HANDLER.match(name) or _HANDLER.match(inner.strip()):
            return f"{name}{equals}{put(value, lambda text: to_html(_script(text)))}"
        return f"{name}{equals}{put(value, to_html)}"

    return put(_ATTRIBUTE.sub(escaped, tag), lambda text: re.sub(r"\W", "-", text))


def _quoted(script: str, names: Iterable[str]) -> str:
    """*script* with *names* escaped where they are all of a string."""
    for name in names:
        for quote in "\"'`":
            script = script.replace(f"{quote}{name}{quote}", f"{quote}{_script(name)}{quote}")
    return script


def _text(text: str) -> str:
    return kept_apart(text, _plain_text)


def _plain_text(text: str) -> str:
    return escape(text, quote=False)


def _references(text: str) -> str:
    return _PUNCTUATION.sub(lambda sign: f"&#{ord(sign[0])};", text).replace(" ", "&#32;")


def _script(text: str) -> str:
    """*text* as it may stand in a string of JavaScript or JSON, whatever the quotes."""

    def escaped(sign: re.Match[str]) -> str:
        units = sign[0].encode("utf-16-be", "surrogatepass")
        return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))

    return _PUNCTUATION.sub(escaped, text)


def _style(text: str) -> str:
    return _PUNCTUATION.sub(lambda sign: f"\\{ord(sign[0]):x} ", text)


_RAW: dict[str, _Escape] = {
    "script": _script,
    "style": _style,
    "textarea": _plain_text,
    "title": _plain_text,
}
