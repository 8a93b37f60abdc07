"""The inlines of a page as docutils nodes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar, assert_never

from docutils import nodes

from sphinx_scrapbox.formats.tex import read_formula
from sphinx_scrapbox.rendering.nodes import scrapbox_icon, scrapbox_media, scrapbox_video
from sphinx_scrapbox.rendering.site import Site
from sphinx_scrapbox.wiki import ast
from sphinx_scrapbox.wiki.speakers import is_icon_or_space
from sphinx_scrapbox.wiki.titles import anchor, is_line_id, join_target, split_fragment
from sphinx_scrapbox.wiki.urls import (
    Player,
    image_url,
    map_label,
    map_url,
    player_of,
    safe_url,
    still_url,
)

MAX_SIBLINGS = 400
"""The most inlines side by side: docutils replaces a resolved link by searching among its
siblings, so that a line of thousands of links would take quadratic time."""

_DECORATION_NAMES = {"-": "strike", "_": "underline"}
_E = TypeVar("_E", bound=nodes.Element)


class InlineRenderer:
    """Renders inlines; every element has the source file and its line.

    :param source: path of the page file, for warnings and for translation.
    """

    def __init__(self, source: str, site: Site) -> None:
        self.site = site
        self._source = source
        self._anchored: set[str] = set()

    def player(self, link: ast.ExternalLink) -> Player | None:
        """What plays at the address of a link, if the site plays anything."""
        return player_of(link) if self.site.plays_videos else None

    def played(self, link: ast.ExternalLink, player: Player, line: int) -> nodes.reference:
        """A link that can be played in place; its text is a title that the page gives."""
        title = link.label or self.title_of(player)
        address = safe_url(link.url) or link.url
        node: nodes.reference
        if player.kind == "page":
            node = scrapbox_video(refuri=address, embed=player.address)
            if player.is_sound:
                node["sound"] = 1
            if still := still_url(player):
                self.site.add_still(node, still)
        else:
            node = scrapbox_media(refuri=address, kind=player.kind)
            if title:
                node["titled"] = 1
        node.append(nodes.Text(title or link.url))
        return self.at(node, line)

    def title_of(self, player: Player) -> str:
        """The title that the page gives what is played, "" if none."""
        return ""

    def append_inlines(
        self, parent: nodes.Element, content: Sequence[ast.Inline], *, is_line: bool = False
    ) -> None:
        """Append the nodes of *content* to *parent*.

        If it is a line, there are players for the addresses in brackets that the wiki plays.
        """
        if len(content) == 1 and isinstance(text := content[0], ast.Text):  # as most lines are
            parent.append(nodes.Text(text.text))
            return
        if len(content) > MAX_SIBLINGS:
            for start in range(0, len(content), MAX_SIBLINGS):
                chunk = self.at(nodes.inline(), parent.line or 0)
                part = content[start : start + MAX_SIBLINGS]
                self.append_inlines(chunk, part, is_line=is_line)
                parent += chunk
            return
        has_words = not all(map(is_icon_or_space, content))
        for node in content:
            line = node.line or parent.line or 0
            if is_line and (played := self._played_in_line(node, line)):
                parent += played
                continue
            parent += self._inline(node, line, among_words=has_words)

    def _played_in_line(self, node: ast.Inline, line: int) -> nodes.reference | None:
        match node:
            case ast.ExternalLink(is_bracketed=True) if player := self.player(node):
                return self.played(node, player, line)
        return None

    def icon(self, icon: ast.Icon, role: ast.IconRole, line: int) -> nodes.Element:
        """One icon, linked to its page."""
        element = scrapbox_icon(
            name=icon.name, project=icon.project, label=self.site.label(icon), role=role.value
        )
        if icon.strong:
            element["strong"] = 1
        self.at(element, icon.line or line)
        return self.site.link("icon", join_target(icon.project, icon.name), element)

    def at(self, node: _E, line: int) -> _E:
        """*node*, from this line of the source; 0 where it is unknown."""
        node.source = self._source
        node.line = line or None
        return node

    def anchor(self, node: nodes.Element, *line_ids: str) -> None:
        """Let links to lines lead to *node*, unless they lead to an earlier node.

        What is said in a turn begins on the line of the turn.
        """
        for line_id in line_ids:
            if line_id and line_id not in self._anchored:
                self._anchored.add(line_id)
                node["ids"].append(anchor(line_id))

    def _inline(
        self, node: ast.Inline, line: int, *, among_words: bool
    ) -> nodes.Node | list[nodes.Node]:
        match node:
            case ast.Text(text) | ast.Blank(text):
                return nodes.Text(text)
            case ast.Code(text):
                return self.at(nodes.literal(text, text), line)
            case ast.Formula(tex):
                return self._formula(tex, line)
            case ast.Strong(content):
                return self._wrapped(nodes.strong(), content, line)
            case ast.Decoration():
                return self._decoration(node, line)
            case ast.PageLink(title, project):
                return self._page_link(title, project, line)
            case ast.ExternalLink(url, label):
                return self._external(url, label or url, line)
            case ast.Image():
                return self._image(node, line)
            case ast.Icon():
                return self._icons(node, line, among_words=among_words)
            case ast.Hashtag(tag):
                return self.site.link("tag", tag, self._shown(f"#{tag}", "tag", line))
            case ast.Location():
                link = nodes.reference("", map_label(node), refuri=map_url(node), internal=False)
                link["classes"].append("scrapbox-location")
                return self.at(link, line)
            case ast.Quote(content):
                return self._wrapped(nodes.inline(classes=["scrapbox-quote"]), content, line)
            case ast.Numbered(number, content):
                wrapped = self._wrapped(nodes.inline(), content, line)
                wrapped.insert(0, nodes.Text(f"{number}. "))
                return wrapped
            case ast.Question(text):
                return self.at(nodes.inline("", f"? {text}", classes=["scrapbox-question"]), line)
            case ast.Command(sign, text):
                shell = f"{sign} {text}"
                return self.at(nodes.literal(shell, shell, classes=["scrapbox-command"]), line)
            case _:
                assert_never(node)

    def _formula(self, tex: str, line: int) -> nodes.Element:
        """Mathematics, or its source as code if it cannot be typeset."""
        reading = read_formula(tex)
        if reading.tex:
            return self.at(nodes.math(tex, reading.tex), line)
        source = self.at(nodes.literal(tex, tex, classes=["scrapbox-formula"]), line)
        self.site.report_formula(reading.problem, reading.command, source)
        return source

    def _wrapped(self, wrapper: _E, content: Sequence[ast.Inline], line: int) -> _E:
        self.append_inlines(self.at(wrapper, line), content)
        return wrapper

    def _shown(self, text: str, kind: str, line: int) -> nodes.inline:
        """The text of a link to a page, a tag or a project."""
        return self.at(nodes.inline("", text, classes=["xref", f"scrapbox-{kind}"]), line)

    def _decoration(self, node: ast.Decoration, line: int) -> nodes.Element:
        """Stars are strong, a slash is emphasis; other signs are classes for style sheets."""
        wrappers: list[nodes.Element] = []
        if node.stars:
            wrappers.append(nodes.strong())
        if "/" in node.signs:
            wrappers.append(nodes.emphasis())
        outer, *inner = wrappers or [nodes.inline()]
        outer["classes"] += [
            f"scrapbox-{_DECORATION_NAMES.get(sign) or f'sign-{ord(sign):x}'}"
            for sign in sorted(set(node.signs) - {"*", "/"})
        ]
        if node.stars > 1:
            outer["classes"].append(f"scrapbox-size-{node.stars}")
        self.at(outer, line)
        if inner:
            outer += self._wrapped(inner[0], node.nodes, line)
        else:
            self.append_inlines(outer, node.nodes)
        return outer

    def _page_link(self, title: str, project: str, line: int) -> nodes.Element:
        if not title:
            target = f"/{project}"
            return self.site.link("project", target, self._shown(target, "project", line))
        target = join_target(project, title)
        head, fragment = split_fragment(target)
        text = head if is_line_id(fragment) else target  # readers need no id of a line
        return self.site.link("page", target, self._shown(text, "page", line))

    def _external(self, url: str, label: str, line: int) -> nodes.Node:
        address = safe_url(url)
        if address is None:
            return nodes.Text(label if label == url else f"{label} {url}")
        if target := self.site.page_at(url):
            return self.site.link("page", target, self._shown(label, "page", line), address)
        return self.at(nodes.reference("", label, refuri=address, internal=False), line)

    def _image(self, node: ast.Image, line: int) -> nodes.Node:
        address = image_url(node.src)
        if address is None:
            return nodes.Text(f"{node.src} {node.link}".rstrip())
        image = self.at(self.site.image(address), line)
        if node.strong:
            image["classes"].append("scrapbox-strong")
        if not node.link:
            return image
        if url := safe_url(node.link):
            return self.at(nodes.reference("", "", image, refuri=url, internal=False), line)
        # An address that cannot be a link stays readable.
        return self.at(nodes.inline("", "", image, nodes.Text(f" {node.link}")), line)

    def _icons(self, node: ast.Icon, line: int, *, among_words: bool) -> list[nodes.Node]:
        """The icon as often as it is repeated; among words, the last one shows its name."""
        icons: list[nodes.Node] = []
        for number in range(min(node.count, ast.MAX_ICONS)):
            if number:
                icons.append(nodes.Text(" "))
            icons.append(self.icon(node, node.role, line))
        if node.count > ast.MAX_ICONS:
            icons.append(nodes.Text(f" ×{node.count}"))
        elif icons and among_words and node.role is ast.IconRole.MENTION:
            for icon in icons[-1].findall(scrapbox_icon):
                icon["named"] = True
        return icons
