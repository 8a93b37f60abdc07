"""Finds what readers, builds and file systems would stumble over in a folder of pages.

Nothing here touches a file: :class:`Checker` is given the lock files, then the bytes of each
page, and tells at the end. A repair is only ever proposed. One that concerns brackets is read
back first; it counts only if nothing is left to complain about.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256

from sphinx_scrapbox.check.across_pages import (
    PageIndex,
    ambiguous_titles,
    damaged_brackets,
    dead_anchors,
    file_name_findings,
    missing,
    rule_of,
    unknown_icons,
)
from sphinx_scrapbox.check.brackets import find_damage, find_native_damage
from sphinx_scrapbox.check.pages import CheckedLock, CheckedPage, Position, folder_of, lock_rows
from sphinx_scrapbox.check.rules import Finding, Report, Rule
from sphinx_scrapbox.formats.detect import Evidence, evidence_of
from sphinx_scrapbox.formats.markdown.blocks import read_markdown
from sphinx_scrapbox.formats.notation.characters import WHITE
from sphinx_scrapbox.formats.notation.lines import read_notation
from sphinx_scrapbox.snapshot.lockfile import LockError, load_lock
from sphinx_scrapbox.wiki.ast import (
    Block,
    Hashtag,
    Icon,
    Inline,
    Line,
    Page,
    PageLink,
    Text,
    walk,
)
from sphinx_scrapbox.wiki.speakers import Speakers
from sphinx_scrapbox.wiki.titles import is_line_id, key, split_fragment
from sphinx_scrapbox.wiki.translation import lift

# -- one page --------------------------------------------------------------------------

_FOOTER = "This page is auto-translated from [/"
_CODE_POINT = re.compile(r"U\+([0-9A-F]{4,6})")


class Checker:
    """Looks at pages one by one, then at all of them together.

    Paths are relative to one folder and have forward slashes. *locks* holds the bytes of each
    lock file by its path; *icons* names icons that need no page. *examine* is asked for each icon
    or image that a lock names: by its path, what is wrong with it, "" if nothing is.
    """

    def __init__(
        self,
        locks: Mapping[str, bytes] | None = None,
        icons: Iterable[str] = (),
        examine: Callable[[str], str] = lambda path: "",
    ) -> None:
        self._icons = {*Speakers().marks, *map(key, icons)}
        self._findings: list[Finding] = []
        self._pages: list[CheckedPage] = []
        self._paths: list[str] = []
        self._locks: dict[str, CheckedLock] = {}
        for path, data in sorted((locks or {}).items()):
            try:
                text = data.decode("utf-8")
                self._locks[folder_of(path)] = CheckedLock(path, load_lock(text), lock_rows(text))
            except (UnicodeDecodeError, LockError) as error:
                self._add(Rule.BROKEN_LOCK, path, f"this lock file cannot be read: {error}")
        for folder, lock in self._locks.items():
            self._look_at_pictures(folder, lock, examine)

    def _look_at_pictures(
        self, folder: str, lock: CheckedLock, examine: Callable[[str], str]
    ) -> None:
        told: set[str] = set()
        lines = lock.rows[1 + len(lock.lock.pages) :]
        for row, line in zip(lock.lock.pictures, lines, strict=False):
            if row.file and row.file not in told and (why := examine(folder + row.file)):
                told.add(row.file)
                self._add(Rule.LOST_PICTURE, lock.path, f"{row.file}: {why}", line)

    def read(self, path: str, data: bytes) -> bool:
        """Examine one file; false if it is Markdown that is no page of a wiki."""
        native = path.endswith(".scrapbox")
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            if not native and evidence_of(data.decode("latin-1")) is Evidence.NONE:
                return False
            line = data.count(b"\n", 0, error.start) + 1
            message = f"not UTF-8: byte 0x{data[error.start]:02X}"
            self._add(Rule.UNREADABLE_PAGE, path, message, line)
            self._paths.append(path)
            return True
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        if native:
            page = read_notation(text)
        else:
            if evidence_of(text) is Evidence.NONE:
                return False
            page = read_markdown(text)
        seen = CheckedPage(
            path, page.title, native=native, line=page.line or 1, project=page.project
        )
        if native:
            # A checkout on Windows may have changed the line ends, which harms nothing.
            spellings = {data, data.replace(b"\r\n", b"\n")}
            seen.digests = tuple(sha256(spelling).hexdigest() for spelling in spellings)
        self._paths.append(path)
        self._pages.append(seen)
        self._examine(seen, page, text)
        return True

    def _add(self, rule: Rule, path: str, message: str, line: int = 0, column: int = 0) -> None:
        self._findings.append(Finding(rule, path, message, line, column))

    # -- each page by itself -----------------------------------------------------------

    def _examine(self, seen: CheckedPage, page: Page, text: str) -> None:
        lines = text.split("\n")
        self._look_at_problems(seen.path, page, lines)
        if _is_empty(page.blocks):
            self._add(Rule.EMPTY_PAGE, seen.path, "the page is empty", seen.line)
        elif not seen.native and _FOOTER in text:
            self._look_at_footers(seen, page)
        for number, block in enumerate(page.blocks):
            if isinstance(block, Line):
                if not block.nodes:
                    continue
                nodes = list(walk(block))
                if "[]](" in block.source or any(map(_has_bracket, nodes)):
                    end = len(lines)
                    if number + 1 < len(page.blocks):
                        end = page.blocks[number + 1].line - 1
                    self._look_at_brackets(seen, block, lines[block.line - 1 : end])
            for leaf in walk(block):
                if not isinstance(leaf, Text):
                    _note(seen, leaf, lines)

    def _look_at_problems(self, path: str, page: Page, lines: Sequence[str]) -> None:
        for problem in page.problems:
            if problem.kind != "control_character":
                self._add(Rule.MISSING_TITLE, path, problem.message, problem.line)
                continue
            codes = _CODE_POINT.findall(problem.message)
            source = lines[problem.line - 1]
            signs = {chr(int(code, 16)) for code in codes}
            column = next((at for at, sign in enumerate(source, 1) if sign in signs), 0)
            names = ", ".join(f"U+{code}" for code in codes)
            self._findings.append(
                Finding(
                    Rule.CONTROL_CHARACTER,
                    path,
                    f"holds {names}, which no document may hold",
                    problem.line,
                    column,
                    source,
                    "".join(sign for sign in source if sign not in signs),
                )
            )

    def _look_at_footers(self, seen: CheckedPage, page: Page) -> None:
        parts = lift(page)
        if all(part.translation and _is_empty(part.blocks) for part in parts):
            message = "the page holds nothing but the footer of its translation"
            self._add(Rule.EMPTY_PAGE, seen.path, message, seen.line)
        for part in parts[1:]:
            if part.translation and not part.title:
                message = "a second translation footer, and the part above it has no title"
                self._add(Rule.DUPLICATE_FOOTER, seen.path, message, part.translation.line)

    def _look_at_brackets(self, seen: CheckedPage, block: Line, lines: Sequence[str]) -> None:
        if block.source.startswith(_FOOTER):
            return
        if seen.native:
            text = "".join(leaf.text if isinstance(leaf, Text) else "\0" for leaf in walk(block))
            for kind in find_native_damage(text):
                self._add(rule_of(kind), seen.path, kind.value, block.line)
            return
        pieces = tuple(line for line in lines if line)
        if find_damage(pieces):
            seen.damaged.append((block.line, pieces))

    # -- all pages together ------------------------------------------------------------

    def finish(self) -> Report:
        """What was found on the pages that were read; to be called once."""
        found = list(self._findings)
        pages = sorted(self._pages, key=lambda seen: seen.path)
        found += self._settle(pages)
        own = _commonest(seen.project for seen in pages)
        for seen in pages:
            seen.project = seen.project or own
        known = PageIndex(pages, self._locks.values())
        found += ambiguous_titles(pages)
        found += file_name_findings(sorted(self._paths))
        for seen in pages:
            found += unknown_icons(seen, known, self._icons)
            found += dead_anchors(seen, known)
            found += damaged_brackets(seen, known)
        links, unresolved, wanted = missing(pages, known)
        order = {rule: number for number, rule in enumerate(Rule)}
        found.sort(key=lambda one: (one.path, one.line, one.column, order[one.rule]))
        return Report(tuple(found), len(self._paths), links, unresolved, wanted)

    def _settle(self, pages: Sequence[CheckedPage]) -> Iterator[Finding]:
        """Compare pages with what is locked of them, and take titles and projects from there."""
        told = {one.path for one in self._findings if one.rule is Rule.MISSING_TITLE}
        for seen in pages:
            if seen.native and (lock := self._lock_above(seen.path)):
                yield from _compare(seen, lock)
            if not seen.title.strip() and seen.path not in told:
                yield Finding(Rule.MISSING_TITLE, seen.path, "the page has no title", seen.line)
        here = set(self._paths)
        for folder, lock in self._locks.items():
            for row, line in zip(lock.lock.pages, lock.rows[1:], strict=False):
                if folder + row.file not in here:
                    message = f"the file of {row.title!r} is not here: {row.file}"
                    yield Finding(Rule.LOST_FILE, lock.path, message, line)

    def _lock_above(self, path: str) -> CheckedLock | None:
        folder = folder_of(path)
        while folder and folder not in self._locks:
            folder = folder_of(folder[:-1])
        return self._locks.get(folder)


def _compare(seen: CheckedPage, lock: CheckedLock) -> Iterator[Finding]:
    seen.project = lock.lock.project
    row = lock.lock.by_file.get(seen.path[len(folder_of(lock.path)) :])
    if row is None:
        message = f"{lock.path} does not list this page"
        yield Finding(Rule.UNLISTED_FILE, seen.path, message, related=lock.path)
        return
    if row.hash and row.hash not in seen.digests:
        message = f"changed since {lock.path} was written"
        yield Finding(Rule.CHANGED_FILE, seen.path, message, related=lock.path)
    if row.title:
        if row.title.strip(WHITE) != seen.title:
            message = f"the title is {row.title!r}, the first line says {seen.title!r}"
            yield Finding(Rule.TITLE_ROW, seen.path, message, seen.line)
        seen.title = row.title


def _commonest(names: Iterable[str]) -> str:
    count = Counter(filter(None, names)).most_common(1)
    return count[0][0] if count else ""


def _is_empty(blocks: Iterable[Block]) -> bool:
    return all(isinstance(block, Line) and not block.nodes for block in blocks)


def _has_bracket(node: Inline) -> bool:
    return isinstance(node, Text) and ("[" in node.text or "]" in node.text)


def _note(seen: CheckedPage, leaf: Inline, lines: Sequence[str]) -> None:
    """Keep what *leaf* says of other pages."""
    match leaf:
        case PageLink(title, project) if title:
            seen.links[project, title] = None
            fragment = split_fragment(title)[1]
            if is_line_id(fragment) and (project, title) not in seen.anchors:
                seen.anchors[project, title] = _place(
                    leaf.line, lines, title, "[" if seen.native else "[["
                )
        case Hashtag(tag):
            seen.links["", tag] = None
        case Icon(name, project) if (project, name) not in seen.icons:
            start = "[" if seen.native else "<img"
            seen.icons[project, name] = _place(leaf.line, lines, f"{name}.icon", start)


def _place(line: int, lines: Sequence[str], text: str, start: str) -> Position:
    """The place of the *start* of what holds *text*."""
    source = lines[line - 1] if 0 < line <= len(lines) else ""
    at = source.find(text)
    return Position(line, source.rfind(start, 0, at) + 1 if at >= 0 else 0)
