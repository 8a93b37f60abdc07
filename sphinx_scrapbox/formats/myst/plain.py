"""MyST without this extension: the parts of a page without what needs its roles and directives.

Links to pages lead to the wiki if their project is known, tags and icons are words, and what
somebody says follows the name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from sphinx_scrapbox.wiki import ast, outline
from sphinx_scrapbox.wiki.titles import is_line_id, join_target, split_fragment
from sphinx_scrapbox.wiki.translation import Translation
from sphinx_scrapbox.wiki.urls import DEFAULT_ORIGIN, page_url


@dataclass(frozen=True, slots=True)
class SiteLink(ast.ExternalLink):
    """A link to a page of the same site. ``url`` is relative and percent-encoded."""


class PageLinks(Protocol):
    """What links and icons become. A link is an external one, a :class:`SiteLink` or text."""

    def page(self, project: str, title: str, label: str) -> ast.Inline:
        """A link to a page; without a project it is one of the page's own."""
        ...

    def address(self, link: ast.ExternalLink) -> ast.Inline:
        """A link to an address."""
        ...

    def name(self, icon: ast.Icon) -> str:
        """The name of somebody, or of what an icon stands for."""
        ...


@dataclass(frozen=True, slots=True)
class LiveLinks:
    """Links of a page of *project* lead to the wiki, at the server *origin*.

    Without an origin, links to pages of the project become text: readers cannot open those of a
    private one.
    """

    project: str
    origin: str = DEFAULT_ORIGIN

    def page(self, project: str, title: str, label: str) -> ast.Inline:
        """A link to the page of the wiki if the project is known and not private."""
        target = project or self.project
        if not target or (target == self.project and not self.origin):
            return ast.Text(label)
        address = page_url(target, title, origin=self.origin or DEFAULT_ORIGIN)
        return ast.ExternalLink(address, label or title)

    def address(self, link: ast.ExternalLink) -> ast.Inline:
        """The link as it is."""
        return link

    def name(self, icon: ast.Icon) -> str:
        """The name of the icon."""
        return icon.name or join_target(icon.project, icon.name)


def plain_parts(parts: Iterable[outline.Part], links: PageLinks) -> tuple[outline.Part, ...]:
    """*parts* of a page without links to pages by title, tags, icons and turns."""
    return tuple(_each_plain(parts, links))


def _each_plain(parts: Iterable[outline.Part], links: PageLinks) -> Iterator[outline.Part]:
    for part in parts:
        match part:
            case outline.Run(lines, below) | outline.Quotes(lines, below):
                plain_lines = tuple(_plain_line(line, links) for line in lines)
                yield replace(part, lines=plain_lines, below=plain_parts(below, links))
            case outline.Bullets(items) | outline.Numbers(items=items):
                yield replace(part, items=tuple(plain_parts(item, links) for item in items))
            case outline.Section():
                yield replace(
                    part,
                    title=_plain(part.title, links),
                    beside=_plain(part.beside, links),
                    parts=plain_parts(part.parts, links),
                )
            case outline.Turn():
                yield from _said(part, links)
            case ast.Table():
                yield _plain_table(part, links)
            case _:
                yield part


def _said(turn: outline.Turn, links: PageLinks) -> Iterator[outline.Part]:
    """The name in strong text before the first line, else on a line of its own."""
    names = ", ".join(links.name(speaker) for speaker in turn.speakers)
    parts = plain_parts(turn.parts, links)
    name: tuple[ast.Inline, ...] = (ast.Strong((ast.Text(f"{names}:" if parts else names),)),)
    first = parts[0] if parts else None
    if isinstance(first, outline.Run) and first.lines and first.lines[0].nodes:
        line = replace(first.lines[0], nodes=(*name, ast.Text(" "), *first.lines[0].nodes))
        yield replace(first, lines=(line, *first.lines[1:]))
        parts = parts[1:]
    else:
        yield outline.Run((ast.Line(0, name, line=turn.line),))
    yield from parts


def _plain_line(line: ast.Line, links: PageLinks) -> ast.Line:
    nodes = _plain(line.nodes, links)
    return line if nodes is line.nodes else replace(line, nodes=nodes)


def _plain_table(table: ast.Table, links: PageLinks) -> ast.Table:
    rows = tuple(tuple(_plain(cell, links) for cell in row) for row in table.rows)
    return replace(table, rows=rows)


def _plain(nodes: tuple[ast.Inline, ...], links: PageLinks) -> tuple[ast.Inline, ...]:
    """*nodes* with links and words; the names of icons that follow each other are parted."""
    if len(nodes) == 1 and isinstance(nodes[0], ast.Text):  # as most lines are
        return nodes
    plain = ast.map_inlines(nodes, lambda node: _plain_node(node, links))
    parted: list[ast.Inline] = []
    for at, node in enumerate(plain):
        if at and isinstance(nodes[at], ast.Icon) and not _ends_blank(parted[-1]):
            parted.append(ast.Text(" "))
        parted.append(node)
        after = nodes[at + 1] if at + 1 < len(nodes) else None
        is_glued = not isinstance(after, ast.Text) or after.text[:1].isalnum()
        if isinstance(nodes[at], ast.Icon) and after and is_glued:
            parted.append(ast.Text(" "))
    return tuple(parted)


def _ends_blank(node: ast.Inline) -> bool:
    return isinstance(node, ast.Text) and (node.text[-1:].isspace() or node.text[-1:] in "(（「")


def _plain_node(node: ast.Inline, links: PageLinks) -> ast.Inline:
    match node:
        case ast.PageLink(title, project):
            head, fragment = split_fragment(title)
            label = join_target(project, head if is_line_id(fragment) else title)
            return links.page(project, title, label)
        case ast.ExternalLink():
            return links.address(node)
        case ast.Icon(count=count):
            times = f" ×{count}" if count > 1 else ""
            return ast.Text(f"{links.name(node)}{times}")
        case ast.Hashtag(tag):
            return ast.Text(f"#{tag}")
    return node


def plain_translation(translation: Translation, links: PageLinks) -> tuple[ast.Inline, ...]:
    """The notice of a translation as one line of text."""
    target = join_target(translation.project, translation.title)
    source: ast.Inline = ast.Text(target)
    if translation.project:
        source = links.page(translation.project, translation.title, target)
    words = [
        (" by ", translation.engine),
        (" from ", translation.source_language),
        (" to ", translation.target_language),
        (", ", translation.date),
    ]
    text = "".join(f"{before}{word}" for before, word in words if word)
    nodes: list[ast.Inline] = [ast.Text("Translated from "), source, ast.Text(f"{text}.")]
    if translation.contact or translation.contact_url:
        nodes.append(ast.Text(" Contact: "))
        nodes.append(
            ast.ExternalLink(translation.contact_url, translation.contact)
            if translation.contact_url
            else ast.Text(translation.contact)
        )
    if translation.note:
        nodes.append(ast.Text(f" {translation.note}"))
    return tuple(nodes)
