"""The deny list: which pages are not built, and pages without the names of those."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b

from sphinx_scrapbox.wiki import ast
from sphinx_scrapbox.wiki.titles import key, split_fragment, split_target
from sphinx_scrapbox.wiki.urls import DEFAULT_ORIGIN, page_of_url


@dataclass(frozen=True)
class NamePatterns:
    """Titles in which ``*`` stands for any text, and all else for itself."""

    patterns: tuple[str, ...] = ()

    @cached_property
    def _exact(self) -> frozenset[str]:
        return frozenset(key(name) for name in self.patterns if "*" not in name)

    @cached_property
    def _globs(self) -> re.Pattern[str] | None:
        globs = (key(name).split("*") for name in self.patterns if "*" in name)
        regexes = [".*".join(map(re.escape, pieces)) for pieces in globs]
        return re.compile("|".join(regexes), re.DOTALL) if regexes else None

    def __bool__(self) -> bool:
        return bool(self.patterns)

    def __contains__(self, title: object) -> bool:
        """Whether *title*, with or without a fragment, matches one of the patterns.

        >>> "salary_2026" in NamePatterns(("Salary *",)), "Salaries" in NamePatterns(("Salary *",))
        (True, False)
        """
        if not isinstance(title, str):
            return False
        keys = {key(title), key(split_fragment(title)[0])}
        if not keys.isdisjoint(self._exact):
            return True
        return self._globs is not None and any(map(self._globs.fullmatch, keys))


@dataclass(frozen=True)
class Redaction:
    """A deny list, and what replaces the names of denied pages.

    A page is denied if ``titles`` has its title, if it links to one of ``tags``, or if it shows
    the icon of one of ``people``. ``denied_keys`` are the keys of the titles that the last two
    denied. ``replacement`` is the text shown for a link or an icon that names a denied page;
    ``origins`` are the wikis whose addresses are links to pages.
    """

    titles: NamePatterns = NamePatterns()
    tags: NamePatterns = NamePatterns()
    people: NamePatterns = NamePatterns()
    denied_keys: frozenset[str] = frozenset()
    replacement: str = ""
    origins: tuple[str, ...] = (DEFAULT_ORIGIN,)

    def __bool__(self) -> bool:
        return bool(self.titles or self.tags or self.people)

    def denies(self, page: ast.Page) -> bool:
        """Whether *page* is not built."""
        if page.title in self.titles or page.title in self.people:
            return True
        return (bool(self.tags) or bool(self.people)) and any(map(self._is_denied, ast.walk(page)))

    def may_deny(self, text: str) -> bool:
        """Whether the source of a page may hold a tag or an icon that denies it: a quick test."""
        return self._mentioned is not None and self._mentioned.search(key(text)) is not None

    @cached_property
    def _mentioned(self) -> re.Pattern[str] | None:
        names = (key(name) for name in (*self.tags.patterns, *self.people.patterns))
        # Any title that fits a pattern contains the pattern's longest piece without a star.
        pieces = {max(name.split("*"), key=len) for name in names}
        return re.compile("|".join(map(re.escape, sorted(pieces)))) if pieces else None

    def _is_denied(self, node: ast.Inline) -> bool:
        match node:
            case ast.Hashtag(tag):
                return tag in self.tags
            case ast.PageLink(title):
                return title in self.tags
            case ast.Icon(name):
                return name in self.people
        return False

    def names_denied_page(self, name: str) -> bool:
        """Whether the target of a link is a denied page."""
        title = split_target(name).title
        keys = {key(title), key(split_fragment(title)[0])}
        return title in self.titles or title in self.people or bool(keys & self.denied_keys)

    def redact(self, page: ast.Page) -> tuple[ast.Page, tuple[str, ...]]:
        """*page* with denied links and icons replaced, and the checksums of their keys."""
        checksums: dict[str, None] = {}

        def redacted(node: ast.Inline) -> ast.Inline:
            if (name := self._name_in(node)) and self.names_denied_page(name):
                checksums[checksum(key(name))] = None
                return ast.Text(self.replacement, line=node.line)
            return node

        blocks = []
        for block in page.blocks:
            changed = ast.map_block(block, redacted)
            if isinstance(changed, ast.Line) and changed is not block:
                changed = replace(changed, source=ast.plain_text(changed.nodes))
            blocks.append(changed)
        return (replace(page, blocks=tuple(blocks)), tuple(checksums)) if checksums else (page, ())

    def _name_in(self, node: ast.Inline) -> str:
        """The title of the page that a link or an icon names; "" for any other inline."""
        match node:
            case ast.PageLink(title) | ast.Hashtag(title) | ast.Icon(title):
                return title
            case ast.ExternalLink(url):
                targets = (page_of_url(url, origin=origin) for origin in self.origins)
                return next((target.title for target in targets if target), "")
        return ""


class HiddenDenyList:
    """A deny list whose pickle holds its checksum alone.

    Sphinx stores the configuration beside or in the output, to compare it in the next build.
    """

    def __init__(self, value: Mapping[str, object] | None, known_checksum: str = "") -> None:
        self.value = value
        self._checksum = known_checksum or checksum(repr(value))

    def __repr__(self) -> str:
        return f"<deny list {self._checksum}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, HiddenDenyList) and self._checksum == other._checksum

    def __hash__(self) -> int:
        return hash(self._checksum)

    def __reduce__(self) -> tuple[object, ...]:
        return HiddenDenyList, (None, self._checksum)


def checksum(text: str) -> str:
    """A digest of *text*, to be stored in its place."""
    return blake2b(text.encode("utf-8", "replace"), digest_size=12).hexdigest()


def name_patterns(names: Iterable[str], *, sign: str = "") -> NamePatterns:
    """Patterns from the names of an option, without their *sign* and their project."""
    plain = (split_target(name.strip().removeprefix(sign)).title for name in names)
    return NamePatterns(tuple(name for name in plain if name))
