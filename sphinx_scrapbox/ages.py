"""How old a translation is against its source, and what of the source has changed since.

The times of pages are facts; the times and the texts of lines are read from the source's lock
file and its page file, for those pages alone whose translation is behind.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .locks import locks_of
from .page import Line
from .readers.notation import read_lines
from .summaries import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.environment import BuildEnvironment

    from .domain import ScrapboxDomain

_DAY = 86400


class Age(NamedTuple):
    """When a page was translated and when its source last changed: Unix seconds, never 0.

    ``source`` is the docname of the source, ``state`` its row in the lock file, as far as
    that tells which lines changed; "" otherwise.
    """

    source: str
    translated: int
    changed: int
    state: str = ""

    @property
    def is_stale(self) -> bool:
        """Whether the source changed after it was translated."""
        return self.changed > self.translated

    @property
    def days(self) -> int:
        """Days that the translation is behind, begun ones counted whole; 0 if it is not."""
        return max(-((self.translated - self.changed) // _DAY), 0)


class ChangedLine(NamedTuple):
    """A line of the source that is newer than the translation; no id for a page's title."""

    id: str
    text: str


class Stale(NamedTuple):
    """A page whose source changed after it was translated."""

    docname: str
    age: Age
    lines: int


def age_of(domain: ScrapboxDomain, docname: str, target: str, translated: int = 0) -> Age | None:
    """The age of *docname* against the page *target*; None where a time or the page is unknown.

    :param translated: when it was translated; 0 for the time that the page was last changed.
    """
    source = domain.find_page(target, docname)
    if source is None or source == docname or source not in domain.facts:
        return None
    translated = translated or domain.facts[docname].updated
    facts = domain.facts[source]
    if not translated or not facts.updated:
        return None
    age = Age(source, translated, facts.updated)
    if age.is_stale and facts.is_as_locked:
        return age._replace(state=facts.lock)
    return age


def ages_of(domain: ScrapboxDomain, docname: str) -> Iterator[Age]:
    """The ages of *docname* against all that it says it was translated from."""
    for translated, target in domain.facts[docname].translated:
        if age := age_of(domain, docname, target, translated):
            yield age


def changed_lines(domain: ScrapboxDomain, age: Age) -> tuple[ChangedLine, ...]:
    """The lines of the source that are newer than the translation, as they are now.

    Blank lines are passed over. A line that was taken out is nowhere, so there may be none.
    """
    if not age.state:
        return ()
    made: tuple[ChangedLine, ...] | None = domain.made.get(age)
    if made is None:
        made = domain.made[age] = tuple(_changed_lines(domain.env, age))
    return made


def _changed_lines(env: BuildEnvironment, age: Age) -> Iterator[ChangedLine]:
    file = Path(env.doc2path(age.source))
    locked = locks_of(env).of(file)
    row = locked.page if locked else None
    if row is None:
        return
    newer = [at for at, time in enumerate(row.line_times) if time > age.translated]
    if not newer:
        return
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return
    if not row.matches(text):
        return
    lines = text.removesuffix("\n").split("\n")
    said = {
        block.line: plain(block)
        for block in read_lines(lines).blocks
        if isinstance(block, Line)
    }  # fmt: skip
    for at in newer:
        shown = " ".join(lines[at].split()) if at < len(lines) else ""
        if shown:
            has_anchor = at and at < len(row.line_ids)
            yield ChangedLine(row.line_ids[at] if has_anchor else "", said.get(at + 1) or shown)


def stale_pages(domain: ScrapboxDomain) -> list[Stale]:
    """Each page that is older than what it was translated from, in order of docname."""
    made: list[Stale] | None = domain.made.get("stale")
    if made is None:
        made = domain.made["stale"] = [
            Stale(docname, age, len(changed_lines(domain, age)))
            for docname in sorted(domain.facts)
            if domain.facts[docname].translated
            for age in ages_of(domain, docname)
            if age.is_stale
        ]
    return made
