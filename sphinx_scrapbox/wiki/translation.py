"""Translation footers: recognise, remove and parse them.

A page translated by machine ends with a rule and a sentence that names its source. A page
into which others were merged has several footers. Each ends a part of the page, and the next
part begins with its title.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sphinx_scrapbox.wiki import titles
from sphinx_scrapbox.wiki.ast import Block, Line, Page
from sphinx_scrapbox.wiki.dates import clamp, end_of_day


@dataclass(frozen=True, slots=True)
class Wording:
    """The wording of a footer: a pattern for the start of its line, and the two languages.

    The pattern's named groups are ``project`` and ``title`` (or ``link``, both in the form
    ``/project/title``), and where the wording has them ``engine``, ``contact``,
    ``contact_url`` and ``date``.
    """

    pattern: re.Pattern[str]
    source_language: str = ""
    target_language: str = ""


@dataclass(frozen=True, slots=True)
class Translation:
    """The content of a footer; ``note`` is the text that the wording does not match.

    ``by_human`` is true if no machine translated the page.
    """

    project: str
    title: str
    engine: str = ""
    contact: str = ""
    contact_url: str = ""
    source_language: str = ""
    target_language: str = ""
    date: str = ""
    note: str = ""
    line: int = 0
    by_human: bool = False


@dataclass(frozen=True, slots=True)
class TranslatedPart:
    """The text up to a footer or to the end of the page, with the footer.

    The title is "" for the first part, and for a later part without a title line.
    """

    title: str
    line: int
    blocks: tuple[Block, ...]
    translation: Translation | None


# A footer contains the source twice, not encoded: its end is found by the back reference. The
# length is limited to keep the search linear; no title is longer.
_SOURCE = r"(?P<link>/.{1,1500}?)"
_BUILT_IN = (
    r"This page is auto-translated from "
    rf"\[{_SOURCE}\]\(https?://[^/\s]+(?P=link)\)"
    r"(?: using (?P<engine>[^.]{1,100}))?\.?"
    r"(?: ?If you looks? something interesting but the auto-translated English is not good"
    r" enough to understand it, feel free to let me know at"
    r" (?:\[?(?P<contact>@[\w.-]{1,100})(?:\]| \[[^\]\s]{1,500}\])"
    r"\((?P<contact_url>[^)\s]{1,500})\)"
    r"|\[(?P<native_contact>@[\w.-]{1,100}) (?P<native_contact_url>[^\]\s]{1,500})\])\.?)?"
    r"(?: ?I'm very happy to spread my thought to non-Japanese readers\.?)?"
)
# The export breaks the link if the source is an image; native notation has no link.
_BUILT_IN_BROKEN = _BUILT_IN.replace(
    r"\]\(https?://[^/\s]+(?P=link)\)", r"\](?:(?= using )|(?=\.)|$)"
)
_IMAGE_TITLE = re.compile(r"!\[image\]\((https?://[^\s()]+?)(?:/thumb/\d+)?\)")


def wording(pattern: str, source_language: str = "", target_language: str = "") -> Wording:
    """A :class:`Wording` from a regular expression.

    :raises ValueError: if it is not valid or lacks the groups that it needs.
    """
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}: {pattern!r}") from error
    groups = compiled.groupindex.keys()
    if "link" not in groups and not groups >= {"project", "title"}:
        raise ValueError(
            "a footer's pattern needs the named groups 'project' and 'title', or 'link': "
            f"{pattern!r}"
        )
    return Wording(compiled, source_language, target_language)


WORDINGS: tuple[Wording, ...] = (
    wording(_BUILT_IN, "ja", "en"),
    wording(_BUILT_IN_BROKEN, "ja", "en"),
)
"""The wordings that are known without any configuration."""


def split_at_footers(
    page: Page, wordings: Sequence[Wording] = WORDINGS
) -> tuple[TranslatedPart, ...]:
    """Split *page* at its footers, and remove these.

    The rule before a footer and the blank lines around it are removed, too. There is always at
    least one part.
    """
    blocks = page.blocks
    own_key = titles.key(page.title)
    parts: list[TranslatedPart] = []
    start = 0
    for at, block in enumerate(blocks):
        translation = read_footer(_source_of(block), wordings, block.line)
        if translation is not None:
            parts.append(_make_part(page, own_key, start, at, translation))
            start = at + 1
    if not parts or any(not _is_blank(block) for block in blocks[start:]):
        parts.append(_make_part(page, own_key, start, len(blocks), None))
    return tuple(parts)


def _make_part(
    page: Page, own_key: str, start: int, end: int, translation: Translation | None
) -> TranslatedPart:
    """The part in ``blocks[start:end]``; all but the first part follow a footer."""
    blocks = page.blocks
    title, line = "", page.line
    if translation is not None:
        end = _before_blanks(blocks, start, end)
        if end > start and _source_of(blocks[end - 1]) == "---":
            end = _before_blanks(blocks, start, end - 1)
    if start:
        while start < end and _is_blank(blocks[start]):
            start += 1
        line = blocks[start].line if start < end else 0
        source = _source_of(blocks[start]) if start < end else ""
        if source and titles.key(source) == own_key:
            title = source
            start += 1
    return TranslatedPart(title, line, blocks[start:end], translation)


def _before_blanks(blocks: Sequence[Block], start: int, end: int) -> int:
    while end > start and _is_blank(blocks[end - 1]):
        end -= 1
    return end


def _is_blank(block: Block) -> bool:
    return isinstance(block, Line) and not block.nodes


def _source_of(block: Block) -> str:
    """The text of a line that is not indented, empty for any other block."""
    return block.source if isinstance(block, Line) and not block.indent else ""


def read_footer(
    source: str, wordings: Sequence[Wording] = WORDINGS, line: int = 0
) -> Translation | None:
    """The content of a footer from the source of its line, which is not indented; else None."""
    for wording in wordings if source else ():
        if match := wording.pattern.match(source):
            return _make_translation(match, wording, line)
    return None


def _make_translation(match: re.Match[str], wording: Wording, line: int) -> Translation:
    groups = match.groupdict("")
    project, title = groups.get("project", ""), groups.get("title", "")
    contact_url = groups.get("contact_url") or groups.get("native_contact_url", "")
    if groups.get("link"):
        project, title = titles.split_target(groups["link"])
    return Translation(
        project,
        _IMAGE_TITLE.sub(r"[\1]", title),
        engine=groups.get("engine", ""),
        contact=groups.get("contact") or groups.get("native_contact", ""),
        contact_url=contact_url.rstrip(".,;:!?"),
        source_language=wording.source_language,
        target_language=wording.target_language,
        date=groups.get("date", ""),
        note=(match.string[: match.start()] + match.string[match.end() :]).strip(),
        line=line,
    )


def time_of(translation: Translation, line_times: Sequence[int] = ()) -> int:
    """When a page was translated, in Unix seconds, as its footer says; 0 if unknown.

    It is the end of the day that the footer names, else the time of the footer's line, since
    later edits of a page leave its footer alone.

    :param line_times: Unix times of the last change of each line of the page, if known.
    """
    time = end_of_day(translation.date)
    if not time and 0 < translation.line <= len(line_times):
        time = clamp(line_times[translation.line - 1])
    return time
