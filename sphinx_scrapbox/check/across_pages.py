"""Rules that need all pages: titles, icons, anchors, links and the names of files."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from sphinx_scrapbox.check.brackets import Damage, DamageKind, find_damage
from sphinx_scrapbox.check.pages import CheckedLock, CheckedPage
from sphinx_scrapbox.check.repair import propose_repair
from sphinx_scrapbox.check.rules import Finding, Rule, Wanted
from sphinx_scrapbox.formats import PAGE_SUFFIXES
from sphinx_scrapbox.snapshot.filenames import LONG_NAME_BYTES, Host, file_key, refusals
from sphinx_scrapbox.wiki.titles import file_name_key, key, split_fragment


class TitleIndices:
    """The titles that the links of a page can lead to: those of its own project.

    Where a project is unknown, any may be meant.
    """

    def __init__(self, pages: Sequence[CheckedPage], locks: Sequence[CheckedLock]) -> None:
        self._indices: dict[str, TitleIndex] = {}
        for project in {checked.project for checked in pages}:
            own = [page for page in pages if not project or page.project in ("", project)]
            here = [lock for lock in locks if not project or lock.lock.project in ("", project)]
            self._indices[project] = TitleIndex(own, here)

    def of(self, checked: CheckedPage) -> TitleIndex:
        """The titles for the links of a page."""
        return self._indices[checked.project]


class TitleIndex:
    """The titles of pages, with earlier ones and aliases, and the lines of those in a lock."""

    def __init__(self, pages: Sequence[CheckedPage], locks: Iterable[CheckedLock]) -> None:
        self.keys = {key(checked.title) for checked in pages if checked.title}
        self.lines: dict[str, set[str]] = defaultdict(set)
        self.all_lines: set[str] = set()
        earlier: set[str] = set()
        for lock in locks:
            for row in lock.lock.pages:
                if key(row.title) in self.keys:
                    self.lines[key(row.title)].update(row.line_ids)
                    self.all_lines.update(row.line_ids)
                    earlier.update(map(key, row.earlier_titles))
        self.keys.update(key(name) for checked in pages for name in checked.aliases)
        self.keys |= earlier  # links to earlier titles lead to the page
        self._by_file = {
            file_name_key(checked.title) for checked in pages if checked.named_by_file
        }

    def has(self, title: str) -> bool:
        """Whether a page has this title, or the part of it before ``#``."""
        return any(
            key(name) in self.keys or file_name_key(name) in self._by_file
            for name in (title, split_fragment(title)[0])
        )


def ambiguous_titles(pages: Sequence[CheckedPage]) -> Iterator[Finding]:
    """Pages with the title of an earlier one in the same project."""
    first_of: dict[tuple[str, str], CheckedPage] = {}
    for checked in pages:
        if not checked.title.strip():
            continue
        first = first_of.setdefault((checked.project, key(checked.title)), checked)
        if first is not checked:
            message = f"{checked.title!r} is also the title of {first.path}"
            if checked.title != first.title:
                message = f"{checked.title!r} is the same title as {first.title!r} of {first.path}"
            yield Finding(
                Rule.AMBIGUOUS_TITLE,
                checked.path,
                message,
                checked.line,
                related=first.path,
                related_line=first.line,
            )


def unknown_icons(
    checked: CheckedPage, index: TitleIndex, icons: Collection[str]
) -> Iterator[Finding]:
    """Icons of the own project without a page; *icons* holds the keys of those that need none."""
    for (project, name), place in checked.icons.items():
        is_own = project in ("", checked.project)
        if name and is_own and key(name) not in index.keys and key(name) not in icons:
            message = f"no page {name!r} for this icon"
            yield Finding(Rule.UNKNOWN_ICON, checked.path, message, *place)


def dead_anchors(checked: CheckedPage, index: TitleIndex) -> Iterator[Finding]:
    """Links to lines that are in no lock, though the lines of their page are known."""
    for (project, title), place in checked.anchors.items():
        page, line_id = split_fragment(title)
        if project not in ("", checked.project) or key(title) in index.keys:
            continue
        if line_id not in index.all_lines and index.lines.get(key(page)):
            message = f"the page {page!r} has no line {line_id}"
            yield Finding(Rule.DEAD_LINE_ANCHOR, checked.path, message, *place)


def damaged_brackets(checked: CheckedPage, index: TitleIndex) -> Iterator[Finding]:
    """Brackets that do not match, with a repair proposed by the titles of other pages."""
    for first, pieces in checked.damaged:
        damages = find_damage(pieces)
        repairs = propose_repair(pieces, damages, index.keys)
        first_of: dict[tuple[Rule, int], Damage] = {}
        for damage in damages:
            first_of.setdefault((rule_of(damage.kind), damage.piece), damage)
        for (rule, piece), damage in first_of.items():
            place = (first + piece, damage.at + 1)
            repair = (pieces[piece], repairs[piece]) if repairs else ()
            yield Finding(rule, checked.path, damage.kind.value, *place, *repair)


def rule_of(kind: DamageKind) -> Rule:
    """The rule that reports this kind of damage."""
    stray = kind in (DamageKind.STRAY, DamageKind.HEADING)
    return Rule.STRAY_DECORATION if stray else Rule.DAMAGED_BRACKET


def missing_pages(
    pages: Sequence[CheckedPage], indices: TitleIndices
) -> tuple[int, int, tuple[Wanted, ...]]:
    """Links in all, links to missing pages, and these pages, the most linked ones first."""
    links = 0
    spellings: dict[tuple[str, str], str] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for checked in pages:
        index = indices.of(checked)
        targets: dict[str, str] = {}
        for project, title in checked.links:
            if project in ("", checked.project):
                targets.setdefault(key(title), title)
        links += len(targets)
        for target_key, target in targets.items():
            if not index.has(target):
                counts[checked.project, target_key] += 1
                spellings.setdefault((checked.project, target_key), target)
    wanted = sorted(
        (Wanted(spellings[page], count, page[0]) for page, count in counts.items()),
        key=lambda page: (-page.pages, page.title, page.project),
    )
    return links, counts.total(), tuple(wanted)


def refused_names(paths: Sequence[str], hosts: Collection[Host]) -> Iterator[Finding]:
    """Names of pages and folders that one of *hosts* refuses.

    A page is looked at without its suffix: some builders make a folder of that name.
    """
    reported: set[str] = set()
    for path in paths if hosts else ():
        pure = PurePosixPath(path)
        for part in (pure, *pure.parents):
            place = part.as_posix()
            if not part.name or place in reported:
                break
            reported.add(place)
            if reasons := refusals(part.stem if part is pure else part.name, hosts):
                yield Finding(Rule.REFUSED_FILE_NAME, place, "; ".join(reasons))


def file_name_findings(paths: Sequence[str]) -> Iterator[Finding]:
    """Names of files and folders that clash, are not portable, or are long."""
    first_of: dict[str, str] = {}
    reported: set[str] = set()
    for path in paths:
        if not path.endswith(PAGE_SUFFIXES):
            continue
        pure = PurePosixPath(path)
        document = pure.with_suffix("").as_posix()
        first = first_of.setdefault(file_key(document), path)
        if first != path:
            same = PurePosixPath(first).with_suffix("").as_posix() == document
            what = (
                "both become the same document"
                if same
                else "some file systems treat both as one file"
            )
            message = f"the names of this file and of {first}: {what}"
            yield Finding(Rule.CASE_COLLISION, path, message, related=first)
        for part in (pure, *pure.parents):
            place = part.as_posix()
            if not part.name or place in reported:
                break
            reported.add(place)
            if reasons := refusals(part.name, (Host.WINDOWS,)):
                yield Finding(Rule.UNSAFE_FILE_NAME, place, "; ".join(reasons))
            elif (size := len(part.name.encode("utf-8", "surrogateescape"))) > LONG_NAME_BYTES:
                yield Finding(Rule.LONG_FILE_NAME, place, f"a name of {size} bytes")
