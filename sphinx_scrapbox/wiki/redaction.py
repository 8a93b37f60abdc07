"""What must not get out: which pages are not built, and what stands for their names elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b

from sphinx_scrapbox.wiki.ast import (
    ExternalLink,
    Hashtag,
    Icon,
    Inline,
    Line,
    Page,
    PageLink,
    Text,
    map_block,
    plain_text,
    walk,
)
from sphinx_scrapbox.wiki.titles import key, split_fragment, split_target
from sphinx_scrapbox.wiki.urls import DEFAULT_ORIGIN, page_of_url


@dataclass(frozen=True)
class Names:
    """Titles as a deny list spells them; ``*`` is any text, and all else stands for itself."""

    spelled: tuple[str, ...] = ()

    @cached_property
    def _exact(self) -> frozenset[str]:
        return frozenset(key(name) for name in self.spelled if "*" not in name)

    @cached_property
    def _globs(self) -> re.Pattern[str] | None:
        globs = (key(name).split("*") for name in self.spelled if "*" in name)
        patterns = [".*".join(map(re.escape, pieces)) for pieces in globs]
        return re.compile("|".join(patterns), re.DOTALL) if patterns else None

    def __bool__(self) -> bool:
        return bool(self.spelled)

    def __contains__(self, title: object) -> bool:
        """Whether *title*, with or without a fragment, is one of these.

        >>> "salary_2026" in Names(("Salary *",)), "Salaries" in Names(("Salary *",))
        (True, False)
        """
        if not isinstance(title, str):
            return False
        return any(self._has(key(one)) for one in {title, split_fragment(title)[0]})

    def _has(self, title_key: str) -> bool:
        if title_key in self._exact:
            return True
        return self._globs is not None and self._globs.fullmatch(title_key) is not None


@dataclass(frozen=True)
class Withheld:
    """The pages that a deny list keeps out, and what is known of them.

    ``titles`` are those that the list names, ``tags`` and ``people`` keep out each page that
    leads to one of them or shows one's icon. ``found`` are titles of pages that these two kept
    out. ``instead`` is shown where a page names any of this by a link or an icon.
    """

    titles: Names = Names()
    tags: Names = Names()
    people: Names = Names()
    found: frozenset[str] = frozenset()
    instead: str = ""
    origins: tuple[str, ...] = (DEFAULT_ORIGIN,)

    def __bool__(self) -> bool:
        return bool(self.titles or self.tags or self.people)

    def keeps_out(self, page: Page) -> bool:
        """Whether a page is not built."""
        if page.title in self.titles or page.title in self.people:
            return True
        return (bool(self.tags) or bool(self.people)) and any(map(self._marks, walk(page)))

    def may_keep_out(self, text: str) -> bool:
        """Whether the source of a page can name a tag or somebody that keeps it out."""
        return self._mentioned is not None and self._mentioned.search(key(text)) is not None

    @cached_property
    def _mentioned(self) -> re.Pattern[str] | None:
        names = (key(name) for name in (*self.tags.spelled, *self.people.spelled))
        # Whatever stands in its place, a name holds the longest piece without a star.
        pieces = {max(name.split("*"), key=len) for name in names}
        return re.compile("|".join(map(re.escape, sorted(pieces)))) if pieces else None

    def _marks(self, node: Inline) -> bool:
        match node:
            case Hashtag(tag):
                return tag in self.tags
            case PageLink(title):
                return title in self.tags
            case Icon(name):
                return name in self.people
        return False

    def may_name(self, name: str) -> bool:
        """Whether a text that a page links to is the name of something withheld."""
        title = split_target(name).title
        return (
            title in self.titles
            or title in self.people
            or key(title) in self.found
            or key(split_fragment(title)[0]) in self.found
        )

    def without_names(self, page: Page) -> tuple[Page, tuple[str, ...]]:
        """A page whose links to what is withheld are neutral words; and the marks of these."""
        gone: dict[str, None] = {}

        def redacted(node: Inline) -> Inline:
            if (name := self._name_in(node)) and self.may_name(name):
                gone[mark_of(key(name))] = None
                return Text(self.instead, line=node.line)
            return node

        blocks = []
        for block in page.blocks:
            changed = map_block(block, redacted)
            if isinstance(changed, Line) and changed is not block:
                changed = replace(changed, source=plain_text(changed.nodes))
            blocks.append(changed)
        return (replace(page, blocks=tuple(blocks)), tuple(gone)) if gone else (page, ())

    def _name_in(self, node: Inline) -> str:
        """The title of the page that a link or an icon names; "" for any other inline."""
        match node:
            case PageLink(title) | Hashtag(title) | Icon(title):
                return title
            case ExternalLink(url):
                targets = (page_of_url(url, origin=origin) for origin in self.origins)
                return next((target.title for target in targets if target), "")
        return ""


class Unsaid:
    """A deny list that can be compared with the one of the last build, and is not kept with it.

    Sphinx keeps the configuration beside the output, or in it.
    """

    def __init__(self, value: Mapping[str, object] | None, mark: str = "") -> None:
        self.value = value
        self._mark = mark or mark_of(repr(value))

    def __repr__(self) -> str:
        return f"<deny list {self._mark}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unsaid) and self._mark == other._mark

    def __hash__(self) -> int:
        return hash(self._mark)

    def __reduce__(self) -> tuple[object, ...]:
        return Unsaid, (None, self._mark)


def mark_of(text: str) -> str:
    """What may be kept of a text that must not be."""
    return blake2b(text.encode("utf-8", "replace"), digest_size=12).hexdigest()


def spelled(names: Iterable[str], *, sign: str = "") -> Names:
    """Names without the sign that marks them, and without their project."""
    plain = (split_target(name.strip().removeprefix(sign)).title for name in names)
    return Names(tuple(name for name in plain if name))
