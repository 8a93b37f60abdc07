"""The deny list: which pages are not built, and pages without the names of those."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from typing import NamedTuple
from urllib.parse import unquote

from sphinx_scrapbox.wiki import ast
from sphinx_scrapbox.wiki.text import nfkc_casefold
from sphinx_scrapbox.wiki.titles import key, split_fragment, split_target
from sphinx_scrapbox.wiki.urls import DEFAULT_ORIGIN, page_behind_url


def _comparable(title: str) -> str:
    """*title* as deny lists compare it: two titles that look the same are equal."""
    return nfkc_casefold(key(title))


@dataclass(frozen=True)
class NamePatterns:
    """Titles in which ``*`` stands for any text, and all else for itself.

    Titles that differ in no visible way, or in width or case only, are equal.
    """

    patterns: tuple[str, ...] = ()

    @cached_property
    def _exact(self) -> frozenset[str]:
        return frozenset(_comparable(name) for name in self.patterns if "*" not in name)

    @cached_property
    def _globs(self) -> re.Pattern[str] | None:
        globs = (_comparable(name).split("*") for name in self.patterns if "*" in name)
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
        keys = {_comparable(title), _comparable(split_fragment(title)[0])}
        if not keys.isdisjoint(self._exact):
            return True
        return self._globs is not None and any(map(self._globs.fullmatch, keys))


class RedactedNames(NamedTuple):
    """Checksums of the keys of the pages that a page leads to.

    ``replaced`` are denied. ``kept`` are those that are not, but would be replaced if they were;
    tags and links within the project are left out, as the domain knows them.
    """

    replaced: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()

    def merged(self, other: RedactedNames) -> RedactedNames:
        """The names of two pages, each once."""
        return RedactedNames(
            tuple(dict.fromkeys((*self.replaced, *other.replaced))),
            tuple(dict.fromkeys((*self.kept, *other.kept))),
        )


@dataclass(frozen=True)
class Redaction:
    """A deny list, and what replaces the names of denied pages.

    A page is denied if ``titles`` has its title, if it leads to one of ``tags`` (by a tag, a link,
    an address of the wiki or an icon), or if it shows the icon of one of ``people``.
    ``denied_keys`` are the keys of the titles that the last two denied. ``replacement`` is the
    text shown for a link or an icon that names a denied page; ``origins`` are the wikis whose
    addresses are links to pages.
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
        """Whether the source of a page may lead to what denies it: a quick test."""
        if self._mentioned is None:
            return False
        return self._mentioned.search(_comparable(unquote(text))) is not None

    @cached_property
    def _mentioned(self) -> re.Pattern[str] | None:
        names = (_comparable(name) for name in (*self.tags.patterns, *self.people.patterns))
        # Any title that fits a pattern contains the pattern's longest piece without a star.
        pieces = {max(name.split("*"), key=len) for name in names}
        return re.compile("|".join(map(re.escape, sorted(pieces)))) if pieces else None

    def _is_denied(self, node: ast.Inline) -> bool:
        return any(
            name in self.tags or (by_icon and name in self.people)
            for name, by_icon in self._names_in(node)
        )

    def names_denied_page(self, name: str) -> bool:
        """Whether the target of a link is a denied page."""
        title = split_target(name).title
        keys = {key(title), key(split_fragment(title)[0])}
        return title in self.titles or title in self.people or bool(keys & self.denied_keys)

    def redact(self, page: ast.Page) -> tuple[ast.Page, RedactedNames]:
        """*page* with denied links and icons replaced, and the names in it."""
        replaced: dict[str, None] = {}
        kept: dict[str, None] = {}

        def redacted(node: ast.Inline) -> ast.Inline:
            for name, _ in self._names_in(node):
                if self.names_denied_page(name):
                    replaced[checksum(key(name))] = None
                    return ast.Text(self.replacement, line=node.line)
                if not _is_plain_link(node):
                    kept[checksum(key(name))] = None
                    kept[checksum(key(split_fragment(name)[0]))] = None
            return node

        blocks = []
        for block in page.blocks:
            changed = ast.map_block(block, redacted)
            if isinstance(changed, ast.Line) and changed is not block:
                changed = replace(changed, source=ast.plain_text(changed.nodes))
            blocks.append(changed)
        names = RedactedNames(tuple(replaced), tuple(kept))
        aliases = tuple(name for name in page.aliases if not self.names_denied_page(name))
        if replaced or aliases != page.aliases:
            page = replace(page, blocks=tuple(blocks), aliases=aliases, source=None)
        return page, names

    def _names_in(self, node: ast.Inline) -> Iterator[tuple[str, bool]]:
        """The titles of the pages to which an inline leads, and whether it shows their icon."""
        match node:
            case ast.PageLink(title) | ast.Hashtag(title):
                yield split_target(title).title, False
            case ast.Icon(name):
                yield split_target(name).title, True
            case ast.ExternalLink(address):
                yield from self._names_behind(address, by_icon=False)
            case ast.Image(source, link):
                yield from self._names_behind(source, by_icon=True)
                yield from self._names_behind(link, by_icon=False)

    def _names_behind(self, address: str, *, by_icon: bool) -> Iterator[tuple[str, bool]]:
        for origin in self.origins if address else ():
            if target := page_behind_url(address, origin=origin):
                yield target.title, by_icon


def _is_plain_link(node: ast.Inline) -> bool:
    return isinstance(node, ast.Hashtag) or (isinstance(node, ast.PageLink) and not node.project)


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
