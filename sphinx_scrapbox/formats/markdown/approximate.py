"""Exported Markdown: the nearest tree that the dialect can express.

No word is lost; the docstring of :mod:`.writer` lists what changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import assert_never

from sphinx_scrapbox.formats.markdown.inlines import read_markdown_inline
from sphinx_scrapbox.wiki import ast
from sphinx_scrapbox.wiki.text import UNSEEN
from sphinx_scrapbox.wiki.urls import degrees, map_url

FULL_WIDTH = str.maketrans("[]`*$|", "［］｀＊＄｜")
_SCHEME = re.compile(r"(https?:)(?=//)", re.IGNORECASE)
_TAG = re.compile(r"(?<!\S)(?=#\S)")
_UNFIT_URL = re.compile(r"[\s\]]")


def approximate_markdown(nodes: Sequence[ast.Inline], *, bold: bool) -> tuple[ast.Inline, ...]:
    """The nearest line that the dialect can express; *bold* at level 0, where headings are."""
    match nodes:
        case (ast.Quote(inner),):
            return (ast.Quote(_joined(_approximations(inner, bold=False))),)
        case (ast.Numbered(number, inner),):
            return (ast.Numbered(number, _joined(_approximations(inner, bold=bold))),)
        case (ast.Command(),) | (ast.Question(),):
            if "`" not in nodes[0].text:
                return tuple(nodes)
    line = list(_joined(_approximations(nodes, bold=bold)))
    if line and isinstance(first := line[0], ast.Text):
        text = first.text.lstrip()
        line[:1] = [replace(first, text=text)] if text else []
    return tuple(line)


def _approximations(
    nodes: Iterable[ast.Inline], *, bold: bool, inside: bool = False
) -> Iterator[ast.Inline]:
    nodes = tuple(nodes)
    for at, node in enumerate(nodes):
        match node:
            case ast.Blank(text):
                yield ast.Text(text)
            case ast.Code(text):
                yield ast.Code(text.replace("`", "｀").replace("\n", " "))
            case ast.Formula(tex):
                yield (node if _reads_as(f"${tex}$", node) else ast.Code(tex.replace("`", "‘")))
            case ast.Strong(inner):
                yield from _contained(ast.Strong(()), inner, inside)
            case ast.Decoration(signs, inner):
                # A bold piece ends its line, or is followed by a space: there the line splits.
                after = nodes[at + 1] if at + 1 < len(nodes) else None
                fits = after is None or (isinstance(after, ast.Text) and after.text[:1] == " ")
                if node.stars and bold and not at and fits:
                    outer = ast.Decoration("*" * min(node.stars, 3), ())
                    yield from _contained(outer, inner, inside)
                elif node.stars:
                    yield from _contained(ast.Strong(()), inner, inside)
                elif "/" in signs:
                    yield from _contained(ast.Decoration("/", ()), inner, inside)
                else:
                    yield from _approximations(inner, bold=False, inside=inside)
            case ast.PageLink(title, project):
                title = title.translate(FULL_WIDTH) if re.search(r"[\[\]]", title) else title
                link = replace(node, title=title)
                yield link if project or title else ast.Text("[[]]")
            case ast.ExternalLink():
                yield _link(node)
            case ast.Image(src, link):
                plain = ast.Image(src, link)
                text = f"[![image]({src})]({link})" if link else f"![image]({src})"
                yield (plain if _reads_as(text, plain) else ast.Text(f"{src} {link}".rstrip()))
            case ast.Icon():
                yield from [replace(node, count=1, strong=False)] * min(node.count, ast.MAX_ICONS)
                if node.count > ast.MAX_ICONS:
                    yield ast.Text(f" ×{node.count}")
            case ast.Hashtag(tag):
                yield node if _reads_as(f"#{tag}", node) else ast.Text(f"#{tag}")
            case ast.Location():
                yield map_link(node)
            case ast.Quote(inner):
                yield ast.Text(">")
                yield from _approximations(inner, bold=False, inside=inside)
            case ast.Numbered(number, inner):
                yield ast.Text(f"{number}. ")
                yield from _approximations(inner, bold=False, inside=inside)
            case ast.Question(text):
                yield ast.Text(f"? {text}")
            case ast.Command(sign, text):
                yield ast.Code(f"{sign} {text}".replace("`", "｀"))
            case ast.Text(text):
                yield replace(node, text=text.replace("\n", " "))
            case _:
                assert_never(node)


def _contained(
    outer: ast.Strong | ast.Decoration, nodes: Sequence[ast.Inline], inside: bool
) -> Iterator[ast.Inline]:
    """*nodes* in *outer* with blanks moved out of its edges; without *outer* if *inside*."""
    inner = list(_joined(_approximations(nodes, bold=False, inside=True)))
    before = after = ""
    if inner and isinstance(first := inner[0], ast.Text):
        text = first.text.lstrip()
        before = first.text[: len(first.text) - len(text)]
        inner[0] = replace(first, text=text)
    if inner and isinstance(last := inner[-1], ast.Text):
        text = last.text.rstrip()
        after = last.text[len(text) :]
        inner[-1] = replace(last, text=text)
    inner = [node for node in inner if node != ast.Text("")]
    yield ast.Text(before)
    if inside or not inner:
        yield from inner
    else:
        yield replace(outer, nodes=tuple(inner))
    yield ast.Text(after)


def _joined(nodes: Iterable[ast.Inline]) -> tuple[ast.Inline, ...]:
    """*nodes* with adjacent texts merged, and blanks around tags."""
    joined: list[ast.Inline] = []
    for node in nodes:
        last = joined[-1] if joined else None
        if isinstance(node, ast.Text):
            if not node.text:
                continue
            if isinstance(last, ast.Hashtag) and not node.text[0].isspace():
                node = ast.Text(f" {node.text}")
            if isinstance(last, ast.Text):
                joined[-1] = ast.Text(last.text + node.text)
                continue
        elif isinstance(node, ast.Hashtag):
            if isinstance(last, ast.Text) and not last.text[-1].isspace():
                joined[-1] = ast.Text(f"{last.text} ")
            elif isinstance(last, ast.Hashtag):
                joined.append(ast.Text(" "))
        joined.append(node)
    return tuple(joined)


def _link(node: ast.ExternalLink) -> ast.Inline:
    """A link that reads back as *node*; text if the dialect cannot link to its address."""
    if _reads_as(f"[{node.label or node.url}]({node.url})", node):
        return node
    url = _UNFIT_URL.sub(lambda match: "%5D" if match[0] == "]" else "%20", node.url)
    if url.count("(") != url.count(")"):
        url = url.replace("(", "%28").replace(")", "%29")
    label = node.label.replace("\n", " ")
    for text in (label, label.translate(FULL_WIDTH)):
        link = ast.ExternalLink(url, text)
        if _reads_as(f"[{text or url}]({url})", link):
            return link
    return ast.Text(f"{label} {node.url}".strip())


def map_link(node: ast.Location) -> ast.ExternalLink:
    """A point on a map as a link to the map."""
    point = f"{degrees(node.latitude)}, {degrees(node.longitude)}"
    return ast.ExternalLink(map_url(node), f"{node.place} ({point})" if node.place else point)


def _reads_as(text: str, node: ast.Inline) -> bool:
    return read_markdown_inline(text) == (node,)


def unambiguous(nodes: tuple[ast.Inline, ...], *, every: bool) -> tuple[ast.Inline, ...]:
    """*nodes* with zero-width spaces and full-width signs where text would be read as markup.

    With *every*, in each text, else only in those that alone are read as something else.
    """

    def plain(node: ast.Inline) -> ast.Inline:
        if not isinstance(node, ast.Text) or not (every or not _reads_as(node.text, node)):
            return node
        text = _TAG.sub(UNSEEN, _SCHEME.sub(rf"\1{UNSEEN}", node.text))
        text = text.translate(FULL_WIDTH).replace("# ", f"#{UNSEEN} ")
        return replace(node, text=text)

    return ast.map_inlines(nodes, plain)
