"""Finds what readers, builds and file systems would stumble over in a folder of pages.

Nothing here touches a file: :class:`Doctor` is given the lock files, then the bytes of each
page, and tells at the end. A repair is only ever proposed. One that concerns brackets is read
back first; it counts only if nothing is left to complain about.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, IntEnum
from hashlib import sha256
from pathlib import PurePosixPath
from typing import NamedTuple
from unicodedata import normalize

from .brackets import Kind, find_damage, find_native_damage, leaves, mend
from .lockfile import Lock, LockError, load_lock
from .page import Block, Hashtag, Icon, Inline, Line, Page, PageLink, Table, Text
from .readers.markdown import is_export, read_markdown
from .readers.notation import WHITE, read_notation
from .speakers import Speakers
from .titles import is_line_id, key, split_fragment
from .translation import lift

SUFFIXES = (".md", ".scrapbox")
"""The suffixes of files that can be pages."""

# -- rules -----------------------------------------------------------------------------


class Severity(IntEnum):
    """How bad it is; comparable."""

    NOTE = 1
    WARNING = 2
    ERROR = 3

    @property
    def label(self) -> str:
        """The name that reports show."""
        return self.name.lower()


class _Text(NamedTuple):
    id: str
    severity: Severity
    description: str
    help: str


class Rule(Enum):
    """What can be found. The order is that of findings on one line."""

    UNREADABLE_PAGE = _Text(
        "unreadable-page",
        Severity.ERROR,
        "The file cannot be read as UTF-8 text.",
        "Save the file as UTF-8. An exporter never writes another encoding, so something else "
        "has changed it.",
    )
    MISSING_TITLE = _Text(
        "missing-title",
        Severity.ERROR,
        "The page has no title, or its front matter is broken.",
        'An exported page begins with three lines: ---, title: "…", ---. A page in the wiki\'s '
        "notation has its title in the first line. Without one the file name stands in, and "
        "links by title do not find the page.",
    )
    AMBIGUOUS_TITLE = _Text(
        "ambiguous-title",
        Severity.ERROR,
        "Two pages of one wiki have the same title.",
        "To the wiki two titles are one if they differ only by letter case, or by spaces against "
        "underscores. Links lead to the first of the two: remove one page, or give it another "
        "title.",
    )
    CASE_COLLISION = _Text(
        "case-collision",
        Severity.ERROR,
        "Two files are one on Windows and macOS, or become one document.",
        "Names that differ only by letter case, by the way accents are encoded, or by .md "
        "against .scrapbox: one of the two files would replace the other. Rename one; its title "
        "does not depend on the name.",
    )
    UNSAFE_FILE_NAME = _Text(
        "unsafe-file-name",
        Severity.WARNING,
        "The name of the file or folder is refused by some file systems.",
        'Windows takes none of < > : " \\ | ? * and control characters, no dot or blank at the '
        "end, and no name of a device such as CON; no system takes more than 255 bytes. A "
        "repository with such a name cannot be checked out there. Rename it: an exported page "
        "keeps its title in the front matter.",
    )
    LONG_FILE_NAME = _Text(
        "long-file-name",
        Severity.NOTE,
        "The name of the file or folder takes more than 120 bytes.",
        "Encrypted home folders take 143 bytes, and Windows often no more than 260 characters "
        "for the whole path, of which a build uses some. A letter of Japanese takes three bytes.",
    )
    EMPTY_PAGE = _Text(
        "empty-page",
        Severity.NOTE,
        "The page holds nothing but its title, or a translation footer.",
        "Such a page is a mere name that other pages share. Leave it out, and links to it become "
        "links to the wiki.",
    )
    DUPLICATE_FOOTER = _Text(
        "duplicate-footer",
        Severity.NOTE,
        "The page has a second translation footer, for a part without a title.",
        "Two pages were merged. Where the second one begins, just below the first footer, repeat "
        "the page's title on a line of its own, so that the two parts are told apart.",
    )
    UNKNOWN_ICON = _Text(
        "unknown-icon",
        Severity.WARNING,
        "An icon names a page of this wiki that is not here.",
        "Add the page, or say who it is in scrapbox_people and give its name to --icon. The "
        "marks of languages, en and ja, need no page.",
    )
    DEAD_LINE_ANCHOR = _Text(
        "dead-line-anchor",
        Severity.WARNING,
        "A link names a line that its page does not have.",
        "The line was removed after the link to it was made. The link leads to the page "
        "instead; remove # and what follows it. Lines are known where there is a scrapbox.lock.",
    )
    STRAY_DECORATION = _Text(
        "stray-decoration",
        Severity.WARNING,
        "A decoration such as [* x lost its end and shows as brackets and stars.",
        "Close the bracket or remove its beginning. In an exported page, where a bold line is a "
        "heading, write ### x.",
    )
    DAMAGED_BRACKET = _Text(
        "damaged-bracket",
        Severity.WARNING,
        "Brackets do not match: a link was lost, most likely in machine translation.",
        "Compare the line with the page it was translated from. The proposal rests on the "
        "brackets that are left and on the titles of the other pages, so look at it before you "
        "take it over.",
    )
    CONTROL_CHARACTER = _Text(
        "control-character",
        Severity.WARNING,
        "The line holds a control character that no document may hold.",
        "A build removes it. Pasted terminal output is the usual source.",
    )
    BROKEN_LOCK = _Text(
        "broken-lock",
        Severity.ERROR,
        "The lock file cannot be read.",
        "Make it anew with `sphinx-scrapbox unpack`. Do not edit it, and do not merge it by hand.",
    )
    LOST_FILE = _Text(
        "lost-file",
        Severity.WARNING,
        "The lock file lists a page whose file is not here.",
        "Unpack the export again, or without that page.",
    )
    LOST_PICTURE = _Text(
        "lost-picture",
        Severity.WARNING,
        "The lock file names an icon or image that is not here, or is none.",
        "A build goes on as if it had not been fetched. Restore the folder _files beside the "
        "lock, from Git LFS if it is kept there, or pull the project again.",
    )
    UNLISTED_FILE = _Text(
        "unlisted-file",
        Severity.WARNING,
        "The lock file above this page does not list it.",
        "The page was added by hand, or is left from an earlier export. Unpack the export again, "
        "or move the file out of the folder.",
    )
    CHANGED_FILE = _Text(
        "changed-file",
        Severity.WARNING,
        "The file was changed after it was unpacked.",
        "The lock file tells the lines' anchors by their order, so they may now stand at other "
        "lines. Change the page in the wiki, export and unpack again.",
    )
    TITLE_ROW = _Text(
        "title-row",
        Severity.NOTE,
        "The page's first line is not its title.",
        "The lock file's title counts. The wiki itself makes such pages when a title is taken "
        "already, or empty.",
    )

    @property
    def id(self) -> str:
        """The name by which rules are selected, in kebab case."""
        return self.value.id

    @property
    def severity(self) -> Severity:
        """How bad a finding of this rule is."""
        return self.value.severity

    @property
    def description(self) -> str:
        """One sentence that says what is wrong."""
        return self.value.description

    @property
    def help(self) -> str:
        """What to do about it."""
        return self.value.help


RULES: dict[str, Rule] = {rule.id: rule for rule in Rule}
"""Each rule by its id."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: line and column count from 1, 0 = unknown or the file as a whole.

    ``source`` is the line as it is, ``repair`` the line as it might be; both are set, or
    neither. ``related`` is the path of another file that has part in it.
    """

    rule: Rule
    path: str
    message: str
    line: int = 0
    column: int = 0
    source: str = ""
    repair: str | None = None
    related: str = ""
    related_line: int = 0


class Wanted(NamedTuple):
    """A title that pages link to and none has."""

    title: str
    pages: int


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All that was found, in the order of paths and lines.

    ``links`` counts the links to pages of the same wiki and the hashtags, each target once a
    page; ``unresolved`` those whose page is not here; ``wanted`` their targets, those that most
    pages link to first.
    """

    findings: tuple[Finding, ...] = ()
    pages: int = 0
    links: int = 0
    unresolved: int = 0
    wanted: tuple[Wanted, ...] = ()

    def only(self, rules: Collection[Rule]) -> Diagnosis:
        """The same without the findings of other rules."""
        return replace(self, findings=tuple(one for one in self.findings if one.rule in rules))

    def count(self, severity: Severity) -> int:
        """The number of findings of just this severity."""
        return sum(one.rule.severity is severity for one in self.findings)

    @property
    def worst(self) -> Severity | None:
        """The worst severity found, None if nothing was."""
        return max((one.rule.severity for one in self.findings), default=None)


# -- one page --------------------------------------------------------------------------

_ONLY_TITLE = re.compile(
    r"\ufeff?---[ \t]*\r?\n[ \t]*[\"']?title[\"']?[ \t]*:[^\r\n]*\r?\n---[ \t]*(?:\r?\n|\Z)"
)
_HEAD = "---\ntitle: x\n---\n"
_FOOTER = "This page is auto-translated from [/"
_CODE_POINT = re.compile(r"U\+([0-9A-F]{4,6})")


@dataclass(frozen=True, slots=True)
class _Place:
    line: int
    column: int = 0


@dataclass(slots=True)
class _Seen:
    """What is kept of a page until all are read."""

    path: str
    title: str = ""
    line: int = 0
    native: bool = False
    project: str = ""
    digests: tuple[str, ...] = ()
    links: dict[tuple[str, str], None] = field(default_factory=dict)
    icons: dict[tuple[str, str], _Place] = field(default_factory=dict)
    anchors: dict[tuple[str, str], _Place] = field(default_factory=dict)
    damaged: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)


class Doctor:
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
        self._pages: list[_Seen] = []
        self._paths: list[str] = []
        self._locks: dict[str, _Lock] = {}
        for path, data in sorted((locks or {}).items()):
            try:
                text = data.decode("utf-8")
                self._locks[_folder(path)] = _Lock(path, load_lock(text), _rows(text))
            except (UnicodeDecodeError, LockError) as error:
                self._add(Rule.BROKEN_LOCK, path, f"this lock file cannot be read: {error}")
        for folder, lock in self._locks.items():
            self._look_at_pictures(folder, lock, examine)

    def _look_at_pictures(self, folder: str, lock: _Lock, examine: Callable[[str], str]) -> None:
        told: set[str] = set()
        lines = lock.rows[1 + len(lock.lock.pages) :]
        for row, line in zip(lock.lock.files, lines, strict=False):
            if row.file and row.file not in told and (why := examine(folder + row.file)):
                told.add(row.file)
                self._add(Rule.LOST_PICTURE, lock.path, f"{row.file}: {why}", line)

    def read(self, path: str, data: bytes) -> bool:
        """Examine one file; false if it is Markdown that is no page of a wiki."""
        native = path.endswith(".scrapbox")
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            if not native and not _ONLY_TITLE.match(data.decode("latin-1")):
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
            bare = _ONLY_TITLE.match(text) is not None
            if not bare and not is_export(_HEAD + text):
                return False
            page = read_markdown(text)
            if not bare and page.title:
                return False  # other fields too: a hand-written page
        seen = _Seen(path, page.title, native=native, line=page.line or 1, project=page.project)
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

    def _examine(self, seen: _Seen, page: Page, text: str) -> None:
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
                nodes = list(leaves(block.nodes))
                if "[]](" in block.source or any(map(_has_bracket, nodes)):
                    end = len(lines)
                    if number + 1 < len(page.blocks):
                        end = page.blocks[number + 1].line - 1
                    self._look_at_brackets(seen, block, lines[block.line - 1 : end])
            elif isinstance(block, Table):
                nodes = [leaf for row in block.rows for cell in row for leaf in leaves(cell)]
            else:
                continue
            for leaf in nodes:
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

    def _look_at_footers(self, seen: _Seen, page: Page) -> None:
        parts = lift(page)
        if all(part.translation and _is_empty(part.blocks) for part in parts):
            message = "the page holds nothing but the footer of its translation"
            self._add(Rule.EMPTY_PAGE, seen.path, message, seen.line)
        for part in parts[1:]:
            if part.translation and not part.title:
                message = "a second translation footer, and the part above it has no title"
                self._add(Rule.DUPLICATE_FOOTER, seen.path, message, part.translation.line)

    def _look_at_brackets(self, seen: _Seen, block: Line, lines: Sequence[str]) -> None:
        if block.source.startswith(_FOOTER):
            return
        if seen.native:
            text = "".join(
                leaf.text if isinstance(leaf, Text) else "\0" for leaf in leaves(block.nodes)
            )
            for kind in find_native_damage(text):
                self._add(_rule_of(kind), seen.path, kind.value, block.line)
            return
        pieces = tuple(line for line in lines if line)
        if find_damage(pieces):
            seen.damaged.append((block.line, pieces))

    # -- all pages together ------------------------------------------------------------

    def finish(self) -> Diagnosis:
        """What was found on the pages that were read; to be called once."""
        found = list(self._findings)
        pages = sorted(self._pages, key=lambda seen: seen.path)
        found += self._settle(pages)
        own = _commonest(seen.project for seen in pages)
        for seen in pages:
            seen.project = seen.project or own
        known = _Known(pages, self._locks.values())
        found += _ambiguous_titles(pages)
        found += _names(sorted(self._paths))
        for seen in pages:
            found += _unknown_icons(seen, known, self._icons)
            found += _dead_anchors(seen, known)
            found += _damaged_brackets(seen, known)
        links, unresolved, wanted = _missing(pages, known)
        order = {rule: number for number, rule in enumerate(Rule)}
        found.sort(key=lambda one: (one.path, one.line, one.column, order[one.rule]))
        return Diagnosis(tuple(found), len(self._paths), links, unresolved, wanted)

    def _settle(self, pages: Sequence[_Seen]) -> Iterator[Finding]:
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

    def _lock_above(self, path: str) -> _Lock | None:
        folder = _folder(path)
        while folder and folder not in self._locks:
            folder = _folder(folder[:-1])
        return self._locks.get(folder)


class _Lock(NamedTuple):
    path: str
    lock: Lock
    rows: tuple[int, ...]


def _rows(text: str) -> tuple[int, ...]:
    """The numbers of the lines that are rows of a lock file."""
    return tuple(number for number, line in enumerate(text.split("\n"), 1) if line.strip())


def _folder(path: str) -> str:
    """The folder of a file, with its slash; empty for the folder that is checked."""
    return path[: path.rfind("/") + 1]


def _compare(seen: _Seen, lock: _Lock) -> Iterator[Finding]:
    seen.project = lock.lock.project
    row = lock.lock.by_file.get(seen.path[len(_folder(lock.path)) :])
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


def _note(seen: _Seen, leaf: Inline, lines: Sequence[str]) -> None:
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


def _place(line: int, lines: Sequence[str], text: str, start: str) -> _Place:
    """The place of the *start* of what holds *text*."""
    source = lines[line - 1] if 0 < line <= len(lines) else ""
    at = source.find(text)
    return _Place(line, source.rfind(start, 0, at) + 1 if at >= 0 else 0)


# -- pages among each other ------------------------------------------------------------


class _Known:
    """What pages there are, and what is known of their lines."""

    def __init__(self, pages: Sequence[_Seen], locks: Iterable[_Lock]) -> None:
        self.keys = {key(seen.title) for seen in pages if seen.title}
        self.lines: dict[str, set[str]] = defaultdict(set)
        self.all_lines: set[str] = set()
        earlier: set[str] = set()
        for lock in locks:
            for row in lock.lock.pages:
                if key(row.title) in self.keys:
                    self.lines[key(row.title)].update(row.line_ids)
                    self.all_lines.update(row.line_ids)
                    earlier.update(map(key, row.was))
        self.keys |= earlier  # links by these lead to the page

    def has(self, title: str) -> bool:
        """Whether there is such a page; any ``#…`` of a link counts only if no title has it."""
        return key(title) in self.keys or key(split_fragment(title)[0]) in self.keys


def _ambiguous_titles(pages: Sequence[_Seen]) -> Iterator[Finding]:
    first_of: dict[tuple[str, str], _Seen] = {}
    for seen in pages:
        if not seen.title.strip():
            continue
        first = first_of.setdefault((seen.project, key(seen.title)), seen)
        if first is not seen:
            message = f"{seen.title!r} is also the title of {first.path}"
            if seen.title != first.title:
                message = f"{seen.title!r} is the same title as {first.title!r} of {first.path}"
            yield Finding(
                Rule.AMBIGUOUS_TITLE,
                seen.path,
                message,
                seen.line,
                related=first.path,
                related_line=first.line,
            )


def _unknown_icons(seen: _Seen, known: _Known, icons: Collection[str]) -> Iterator[Finding]:
    for (project, name), place in seen.icons.items():
        if not name or project not in ("", seen.project):
            continue
        if key(name) in known.keys or key(name) in icons:
            continue
        message = f"no page {name!r} for this icon"
        yield Finding(Rule.UNKNOWN_ICON, seen.path, message, place.line, place.column)


def _dead_anchors(seen: _Seen, known: _Known) -> Iterator[Finding]:
    for (project, title), place in seen.anchors.items():
        page, line_id = split_fragment(title)
        if project not in ("", seen.project) or key(title) in known.keys:
            continue
        if line_id not in known.all_lines and known.lines.get(key(page)):
            message = f"the page {page!r} has no line {line_id}"
            yield Finding(Rule.DEAD_LINE_ANCHOR, seen.path, message, place.line, place.column)


def _damaged_brackets(seen: _Seen, known: _Known) -> Iterator[Finding]:
    for first, pieces in seen.damaged:
        damage = find_damage(pieces)
        repairs = mend(pieces, damage, known.keys)
        told: set[tuple[Rule, int]] = set()
        for one in damage:
            rule = _rule_of(one.kind)
            if (rule, one.piece) in told:
                continue
            told.add((rule, one.piece))
            yield Finding(
                rule,
                seen.path,
                one.kind.value,
                first + one.piece,
                one.at + 1,
                pieces[one.piece] if repairs else "",
                repairs[one.piece] if repairs else None,
            )


def _rule_of(kind: Kind) -> Rule:
    stray = kind in (Kind.STRAY, Kind.HEADING)
    return Rule.STRAY_DECORATION if stray else Rule.DAMAGED_BRACKET


def _missing(pages: Sequence[_Seen], known: _Known) -> tuple[int, int, tuple[Wanted, ...]]:
    links, unresolved = 0, 0
    spellings: dict[str, str] = {}
    wanted: Counter[str] = Counter()
    for seen in pages:
        targets: dict[str, str] = {}
        for project, title in seen.links:
            if project in ("", seen.project):
                targets.setdefault(key(title), title)
        links += len(targets)
        for target_key, target in targets.items():
            if not known.has(target):
                unresolved += 1
                wanted[target_key] += 1
                spellings.setdefault(target_key, target)
    most = sorted(wanted.items(), key=lambda item: (-item[1], spellings[item[0]]))
    return links, unresolved, tuple(Wanted(spellings[one], count) for one, count in most)


# -- names of files --------------------------------------------------------------------

_FORBIDDEN_SIGN = re.compile(r'[<>:"\\|?*\x00-\x1f]')
_SURROGATE = re.compile("[\ud800-\udfff]")
_DEVICE = re.compile(r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³])", re.IGNORECASE)
_MOST_BYTES = 255
_ROOM_FOR_BUILD = 12
_MANY_BYTES = 120


def _names(paths: Sequence[str]) -> Iterator[Finding]:
    first_of: dict[str, str] = {}
    seen: set[str] = set()
    for path in paths:
        if not path.endswith(SUFFIXES):
            continue
        pure = PurePosixPath(path)
        document = pure.with_suffix("").as_posix()
        first = first_of.setdefault(normalize("NFC", document).casefold(), path)
        if first != path:
            same = PurePosixPath(first).with_suffix("").as_posix() == document
            what = "both become one document" if same else "on some systems both are one"
            message = f"the names of this file and of {first}: {what}"
            yield Finding(Rule.CASE_COLLISION, path, message, related=first)
        for part in (pure, *pure.parents):
            place = part.as_posix()
            if not part.name or place in seen:
                break
            seen.add(place)
            if reasons := tuple(_unsafe(part.name)):
                yield Finding(Rule.UNSAFE_FILE_NAME, place, "; ".join(reasons))
            else:
                size = len(part.name.encode("utf-8", "surrogateescape"))
                if size > _MANY_BYTES:
                    yield Finding(Rule.LONG_FILE_NAME, place, f"a name of {size} bytes")


def _unsafe(name: str) -> Iterator[str]:
    if signs := sorted(set(_FORBIDDEN_SIGN.findall(name))):
        shown = " ".join(sign if sign.isprintable() else f"U+{ord(sign):04X}" for sign in signs)
        yield f"Windows takes no {shown} in a name"
    if _SURROGATE.search(name):
        yield "the name is not UTF-8"
    if name[-1] in ". ":
        yield f"Windows drops the {'dot' if name[-1] == '.' else 'blank'} at the end of a name"
    if _DEVICE.fullmatch(name.partition(".")[0].rstrip(" ")):
        yield "the name of a device on Windows"
    size = len(name.encode("utf-8", "surrogateescape"))
    if size > _MOST_BYTES - _ROOM_FOR_BUILD:
        yield f"a name of {size} bytes leaves a build no room for its own suffixes"
