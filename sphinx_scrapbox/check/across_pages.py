"""TODO: say what this file is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from unicodedata import normalize

from sphinx_scrapbox.check.brackets import DamageKind, find_damage
from sphinx_scrapbox.check.pages import CheckedLock, CheckedPage
from sphinx_scrapbox.check.repair import propose_repair
from sphinx_scrapbox.check.rules import Finding, Rule, Wanted
from sphinx_scrapbox.formats import PAGE_SUFFIXES
from sphinx_scrapbox.snapshot.filenames import LONG_NAME_BYTES, portability_problems
from sphinx_scrapbox.wiki.titles import key, split_fragment

# -- pages among each other ------------------------------------------------------------


class PageIndex:
    """What pages there are, and what is known of their lines."""

    def __init__(self, pages: Sequence[CheckedPage], locks: Iterable[CheckedLock]) -> None:
        self.keys = {key(seen.title) for seen in pages if seen.title}
        self.lines: dict[str, set[str]] = defaultdict(set)
        self.all_lines: set[str] = set()
        earlier: set[str] = set()
        for lock in locks:
            for row in lock.lock.pages:
                if key(row.title) in self.keys:
                    self.lines[key(row.title)].update(row.line_ids)
                    self.all_lines.update(row.line_ids)
                    earlier.update(map(key, row.earlier_titles))
        self.keys |= earlier  # links by these lead to the page

    def has(self, title: str) -> bool:
        """Whether there is such a page; any ``#…`` of a link counts only if no title has it."""
        return key(title) in self.keys or key(split_fragment(title)[0]) in self.keys


def ambiguous_titles(pages: Sequence[CheckedPage]) -> Iterator[Finding]:
    first_of: dict[tuple[str, str], CheckedPage] = {}
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


def unknown_icons(
    seen: CheckedPage, known: PageIndex, icons: Collection[str]
) -> Iterator[Finding]:
    for (project, name), place in seen.icons.items():
        if not name or project not in ("", seen.project):
            continue
        if key(name) in known.keys or key(name) in icons:
            continue
        message = f"no page {name!r} for this icon"
        yield Finding(Rule.UNKNOWN_ICON, seen.path, message, place.line, place.column)


def dead_anchors(seen: CheckedPage, known: PageIndex) -> Iterator[Finding]:
    for (project, title), place in seen.anchors.items():
        page, line_id = split_fragment(title)
        if project not in ("", seen.project) or key(title) in known.keys:
            continue
        if line_id not in known.all_lines and known.lines.get(key(page)):
            message = f"the page {page!r} has no line {line_id}"
            yield Finding(Rule.DEAD_LINE_ANCHOR, seen.path, message, place.line, place.column)


def damaged_brackets(seen: CheckedPage, known: PageIndex) -> Iterator[Finding]:
    for first, pieces in seen.damaged:
        damage = find_damage(pieces)
        repairs = propose_repair(pieces, damage, known.keys)
        told: set[tuple[Rule, int]] = set()
        for one in damage:
            rule = rule_of(one.kind)
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


def rule_of(kind: DamageKind) -> Rule:
    stray = kind in (DamageKind.STRAY, DamageKind.HEADING)
    return Rule.STRAY_DECORATION if stray else Rule.DAMAGED_BRACKET


def missing(pages: Sequence[CheckedPage], known: PageIndex) -> tuple[int, int, tuple[Wanted, ...]]:
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


def file_name_findings(paths: Sequence[str]) -> Iterator[Finding]:
    first_of: dict[str, str] = {}
    seen: set[str] = set()
    for path in paths:
        if not path.endswith(PAGE_SUFFIXES):
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
            if reasons := tuple(portability_problems(part.name)):
                yield Finding(Rule.UNSAFE_FILE_NAME, place, "; ".join(reasons))
            else:
                size = len(part.name.encode("utf-8", "surrogateescape"))
                if size > LONG_NAME_BYTES:
                    yield Finding(Rule.LONG_FILE_NAME, place, f"a name of {size} bytes")
