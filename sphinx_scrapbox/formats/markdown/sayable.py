"""TODO: say what this file is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import assert_never

from sphinx_scrapbox.formats.markdown.inlines import read_inline
from sphinx_scrapbox.wiki.ast import (
    Blank,
    Code,
    Command,
    Decoration,
    ExternalLink,
    Formula,
    Hashtag,
    Icon,
    Image,
    Inline,
    Location,
    Numbered,
    PageLink,
    Question,
    Quote,
    Strong,
    Text,
    map_inlines,
)
from sphinx_scrapbox.wiki.urls import degrees, map_url

MAX_ICONS = 100
"""How often an icon with a multiplier is written; a larger number follows as text."""

UNSEEN = "\u200b"
FULL_WIDTH = str.maketrans("[]`*$|", "［］｀＊＄｜")
_SCHEME = re.compile(r"(https?:)(?=//)", re.IGNORECASE)
_TAG = re.compile(r"(?<!\S)(?=#\S)")
_UNFIT_URL = re.compile(r"[\s\]]")


# -- what the dialect cannot say -------------------------------------------------------


def sayable(nodes: Sequence[Inline], *, bold: bool) -> tuple[Inline, ...]:
    """The nearest line that the dialect can say; *bold* at level 0."""
    match nodes:
        case (Quote(inner),):
            return (Quote(_joined(_each_said(inner, bold=False))),)
        case (Numbered(number, inner),):
            return (Numbered(number, _joined(_each_said(inner, bold=bold))),)
        case (Command(),) | (Question(),):
            if "`" not in nodes[0].text:
                return tuple(nodes)
    kept = list(_joined(_each_said(nodes, bold=bold)))
    while kept and isinstance(first := kept[0], Text):
        kept.pop(0)
        if text := first.text.lstrip():
            kept.insert(0, replace(first, text=text))
            break
    return tuple(kept)


def _each_said(nodes: Iterable[Inline], *, bold: bool, inside: bool = False) -> Iterator[Inline]:
    nodes = tuple(nodes)
    for at, node in enumerate(nodes):
        match node:
            case Blank(text):
                yield Text(text)
            case Code(text):
                yield Code(text.replace("`", "｀").replace("\n", " "))
            case Formula(tex):
                yield node if read_inline(f"${tex}$") == (node,) else Code(tex.replace("`", "‘"))
            case Strong(inner):
                yield from _in(Strong(()), inner, inside)
            case Decoration(signs, inner):
                # A bold piece ends its line, or is followed by a blank: there the line splits.
                after = nodes[at + 1] if at + 1 < len(nodes) else None
                fits = after is None or (isinstance(after, Text) and after.text[:1] == " ")
                if node.stars and bold and not at and fits:
                    outer = Decoration("*" * min(node.stars, 3), ())
                    yield from _in(outer, inner, inside)
                elif node.stars:
                    yield from _in(Strong(()), inner, inside)
                elif "/" in signs:
                    yield from _in(Decoration("/", ()), inner, inside)
                else:
                    yield from _each_said(inner, bold=False, inside=inside)
            case PageLink(title, project):
                title = title.translate(FULL_WIDTH) if re.search(r"[\[\]]", title) else title
                link = replace(node, title=title)
                yield link if project or title else Text("[[]]")
            case ExternalLink():
                yield _link(node)
            case Image(src, link):
                plain = Image(src, link)
                text = f"[![image]({src})]({link})" if link else f"![image]({src})"
                yield plain if read_inline(text) == (plain,) else Text(f"{src} {link}".rstrip())
            case Icon():
                yield from [replace(node, count=1, strong=False)] * min(node.count, MAX_ICONS)
                if node.count > MAX_ICONS:
                    yield Text(f" ×{node.count}")
            case Hashtag(tag):
                yield node if read_inline(f"#{tag}") == (node,) else Text(f"#{tag}")
            case Location():
                yield map_link(node)
            case Quote(inner):
                yield Text(">")
                yield from _each_said(inner, bold=False, inside=inside)
            case Numbered(number, inner):
                yield Text(f"{number}. ")
                yield from _each_said(inner, bold=False, inside=inside)
            case Question(text):
                yield Text(f"? {text}")
            case Command(sign, text):
                yield Code(f"{sign} {text}".replace("`", "｀"))
            case Text(text):
                yield replace(node, text=text.replace("\n", " "))
            case _:
                assert_never(node)


def _in(outer: Strong | Decoration, nodes: Sequence[Inline], inside: bool) -> Iterator[Inline]:
    """*nodes* in *outer*, without the blanks at its edges; plain if it is inside another."""
    said = list(_joined(_each_said(nodes, bold=False, inside=True)))
    before = after = ""
    if said and isinstance(first := said[0], Text):
        text = first.text.lstrip()
        before = first.text[: len(first.text) - len(text)]
        said[0] = replace(first, text=text)
    if said and isinstance(last := said[-1], Text):
        text = last.text.rstrip()
        after = last.text[len(text) :]
        said[-1] = replace(last, text=text)
    said = [node for node in said if node != Text("")]
    if before:
        yield Text(before)
    if inside or not said:
        yield from said
    else:
        yield replace(outer, nodes=tuple(said))
    if after:
        yield Text(after)


def _joined(nodes: Iterable[Inline]) -> tuple[Inline, ...]:
    """*nodes* with one text where several follow each other, and blanks around tags."""
    kept: list[Inline] = []
    for node in nodes:
        last = kept[-1] if kept else None
        if isinstance(node, Text):
            if not node.text:
                continue
            if isinstance(last, Hashtag) and not node.text[0].isspace():
                node = Text(f" {node.text}")
            if isinstance(last, Text):
                kept[-1] = Text(last.text + node.text)
                continue
        elif isinstance(node, Hashtag):
            if isinstance(last, Text) and not last.text[-1].isspace():
                kept[-1] = Text(f"{last.text} ")
            elif isinstance(last, Hashtag):
                kept.append(Text(" "))
        kept.append(node)
    return tuple(kept)


def _link(node: ExternalLink) -> Inline:
    """A link that reads back; text, if its address is none that the export links to."""
    if read_inline(f"[{node.label or node.url}]({node.url})") == (node,):
        return node
    url = _UNFIT_URL.sub(lambda match: "%5D" if match[0] == "]" else "%20", node.url)
    if url.count("(") != url.count(")"):
        url = url.replace("(", "%28").replace(")", "%29")
    label = node.label.replace("\n", " ")
    for text in (label, label.translate(FULL_WIDTH)):
        link = ExternalLink(url, text)
        if read_inline(f"[{text or url}]({url})") == (link,):
            return link
    return Text(f"{label} {node.url}".strip())


def map_link(node: Location) -> ExternalLink:
    point = f"{degrees(node.latitude)}, {degrees(node.longitude)}"
    return ExternalLink(map_url(node), f"{node.place} ({point})" if node.place else point)


def unambiguous(nodes: tuple[Inline, ...], *, every: bool) -> tuple[Inline, ...]:
    """*nodes* with text that nothing can mistake; *every* text, or those that need it."""

    def plain(node: Inline) -> Inline:
        if not isinstance(node, Text) or not (every or read_inline(node.text) != (node,)):
            return node
        text = _TAG.sub(UNSEEN, _SCHEME.sub(rf"\1{UNSEEN}", node.text))
        text = text.translate(FULL_WIDTH).replace("# ", f"#{UNSEEN} ")
        return replace(node, text=text)

    return map_inlines(nodes, plain)
