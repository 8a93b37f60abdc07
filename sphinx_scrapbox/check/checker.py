"""Checks the pages of a folder, one by one and together. Reads and writes no file."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import PurePosixPath

from sphinx_scrapbox.check import across_pages
from sphinx_scrapbox.check.brackets import find_damage, find_native_damage
from sphinx_scrapbox.check.pages import CheckedLock, CheckedPage, Position
from sphinx_scrapbox.check.rules import Finding, ProjectOfFolder, Report, Rule
from sphinx_scrapbox.formats.detect import Recognition, Status
from sphinx_scrapbox.formats.evidence.own_project import (
    Projects,
    Statement,
    exported_statement,
    native_statement,
)
from sphinx_scrapbox.formats.evidence.page_globs import NO_GLOBS, PageGlobs
from sphinx_scrapbox.formats.markdown.blocks import read_markdown
from sphinx_scrapbox.formats.notation.characters import WHITE
from sphinx_scrapbox.formats.notation.lines import read_notation
from sphinx_scrapbox.formats.tex import read_formula
from sphinx_scrapbox.snapshot.filenames import Host
from sphinx_scrapbox.snapshot.folder import folder_of
from sphinx_scrapbox.snapshot.lockfile import LockError, load_lock, nearest_folder, project_above
from sphinx_scrapbox.wiki import ast
from sphinx_scrapbox.wiki.speakers import DEFAULT_MARKS
from sphinx_scrapbox.wiki.titles import is_line_id, key, split_fragment
from sphinx_scrapbox.wiki.translation import split_at_footers

_FOOTER = "This page is auto-translated from [/"
_CODE_POINT = re.compile(r"U\+([0-9A-F]{4,6})")


class Checker:
    """Collects findings. Paths are relative to the checked folder, with forward slashes.

    :param locks: the content of each lock file by path.
    :param icons: names of icons that need no page.
    :param examine: returns what is wrong with the picture at a path, "" if nothing is.
    :param below_lock: whether a lock file lies above the checked folder.
    :param hosts: those whose rules for the names of files are checked.
    :param globs: what the user says of files.
    """

    def __init__(
        self,
        locks: Mapping[str, bytes] | None = None,
        icons: Iterable[str] = (),
        examine: Callable[[str], str] = lambda path: "",
        *,
        below_lock: bool = False,
        hosts: Collection[Host] = (),
        globs: PageGlobs = NO_GLOBS,
    ) -> None:
        self._icons = {*DEFAULT_MARKS, *map(key, icons)}
        self._findings: list[Finding] = []
        self._pages: list[CheckedPage] = []
        self._paths: list[str] = []
        self._below_lock = below_lock
        self._hosts = hosts
        self._globs = globs
        self._with_pages: set[str] = set()
        """Folders that hold a page whatever else is in them."""
        self._statements: dict[str, Statement] = {}
        self._uncertain: list[tuple[str, bytes, Recognition]] = []
        """Markdown files that their folders decide about."""
        self._locks: dict[str, CheckedLock] = {}
        for path, data in sorted((locks or {}).items()):
            try:
                text = data.decode("utf-8")
                rows = tuple(at for at, line in enumerate(text.split("\n"), 1) if line.strip())
                self._locks[folder_of(path)] = CheckedLock(path, load_lock(text), rows)
            except (UnicodeDecodeError, LockError) as error:
                self._add(Rule.BROKEN_LOCK, path, f"this lock file cannot be read: {error}")
        for folder, lock in self._locks.items():
            self._check_pictures(folder, lock, examine)

    def _check_pictures(
        self, folder: str, lock: CheckedLock, examine: Callable[[str], str]
    ) -> None:
        reported: set[str] = set()
        lines = lock.rows[1 + len(lock.lock.pages) :]
        for row, line in zip(lock.lock.pictures, lines, strict=False):
            if row.file and row.file not in reported and (why := examine(folder + row.file)):
                reported.add(row.file)
                self._add(Rule.LOST_PICTURE, lock.path, f"{row.file}: {why}", line)

    def read(self, path: str, data: bytes) -> None:
        """Check one file, unless it is Markdown and no wiki page.

        What a file is may depend on the others in its folder; then it is checked at the end.
        """
        if not path.endswith(".scrapbox"):
            recognition = self._globs.recognise_file(path, data.decode("utf-8-sig", "replace"))
            if recognition.depends_on_folder:
                self._uncertain.append((path, data, recognition))
                return
            if recognition.alone.status is Status.OTHER:
                return
            if recognition.alone.status is Status.DOUBT:
                self._add(Rule.UNRECOGNISED_PAGE, path, recognition.alone.reason)
                self._read(path, data)
                return
        self._with_pages.add(folder_of(path))
        self._note_statement(path, data.decode("utf-8-sig", "replace"))
        self._read(path, data)

    def _note_statement(self, path: str, text: str) -> None:
        """Keep what a page says of its project."""
        stem = PurePosixPath(path).stem
        if path.endswith(".scrapbox"):
            title = text.partition("\n")[0].strip() or stem
            self._statements[path] = native_statement(text, title=title)
        else:
            self._statements[path] = exported_statement(text, name=stem)

    def _read_uncertain(self) -> None:
        for path, data, recognition in self._uncertain:
            has_pages = (
                self._below_lock
                or folder_of(path) in self._with_pages
                or nearest_folder(self._locks, path) is not None
            )
            answer = recognition.answer(has_pages=has_pages)
            if answer.status is Status.DOUBT:
                self._add(Rule.UNRECOGNISED_PAGE, path, answer.reason)
            if answer.status is not Status.OTHER:
                self._read(path, data)

    def _read(self, path: str, data: bytes) -> None:
        native = path.endswith(".scrapbox")
        self._paths.append(path)
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            message = f"not UTF-8: byte 0x{data[error.start]:02X}"
            self._add(Rule.UNREADABLE_PAGE, path, message, line)
            return
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        page = read_notation(text) if native else read_markdown(text)
        # A checkout on Windows may have changed the line ends, which is harmless.
        contents = {data, data.replace(b"\r\n", b"\n")} if native else ()
        digests = tuple(sha256(content).hexdigest() for content in contents)
        checked = CheckedPage(
            path, page.title, page.line or 1, native, page.project, digests, page.aliases
        )
        if not native and not page.title and not text.startswith("---"):
            checked.title = PurePosixPath(path).stem
            checked.named_by_file = True
        self._pages.append(checked)
        self._examine(checked, page, text)

    def _add(self, rule: Rule, path: str, message: str, line: int = 0, column: int = 0) -> None:
        self._findings.append(Finding(rule, path, message, line, column))

    def _examine(self, checked: CheckedPage, page: ast.Page, text: str) -> None:
        lines = text.split("\n")
        self._check_problems(checked.path, page, lines)
        if _is_empty(page.blocks):
            self._add(Rule.EMPTY_PAGE, checked.path, "the page is empty", checked.line)
        elif not checked.native and _FOOTER in text:
            self._check_footers(checked, page)
        ends = [*(block.line - 1 for block in page.blocks[1:]), len(lines)]
        for block, end in zip(page.blocks, ends, strict=False):
            if isinstance(block, ast.Line) and block.nodes:
                texts = [node.text for node in ast.walk(block) if isinstance(node, ast.Text)]
                if "[]](" in block.source or any("[" in text or "]" in text for text in texts):
                    self._check_brackets(checked, block, lines[block.line - 1 : end])
            for leaf in ast.walk(block):
                if isinstance(leaf, ast.Formula):
                    self._check_formula(checked.path, leaf, lines)
                elif not isinstance(leaf, ast.Text):
                    _note_reference(checked, leaf, lines)

    def _check_formula(self, path: str, formula: ast.Formula, lines: Sequence[str]) -> None:
        if problem := read_formula(formula.tex).problem:
            column = lines[formula.line - 1].find(formula.tex) + 1
            self._add(Rule.REFUSED_FORMULA, path, f"the formula: {problem}", formula.line, column)

    def _check_problems(self, path: str, page: ast.Page, lines: Sequence[str]) -> None:
        for problem in page.problems:
            if problem.kind != "control_character":
                self._add(Rule.MISSING_TITLE, path, problem.message, problem.line)
                continue
            codes = _CODE_POINT.findall(problem.message)
            source = lines[problem.line - 1]
            characters = {chr(int(code, 16)) for code in codes}
            column = next((at for at, sign in enumerate(source, 1) if sign in characters), 0)
            names = ", ".join(f"U+{code}" for code in codes)
            message = f"contains {names}, which is not allowed in documents"
            repair = "".join(sign for sign in source if sign not in characters)
            place = (problem.line, column)
            self._findings.append(
                Finding(Rule.CONTROL_CHARACTER, path, message, *place, source, repair)
            )

    def _check_footers(self, checked: CheckedPage, page: ast.Page) -> None:
        parts = split_at_footers(page)
        if all(part.translation and _is_empty(part.blocks) for part in parts):
            message = "the page contains only its translation footer"
            self._add(Rule.EMPTY_PAGE, checked.path, message, checked.line)
        for part in parts[1:]:
            if part.translation and not part.title:
                message = "a second translation footer, and the part above it has no title"
                self._add(Rule.DUPLICATE_FOOTER, checked.path, message, part.translation.line)

    def _check_brackets(self, checked: CheckedPage, block: ast.Line, lines: Sequence[str]) -> None:
        if block.source.startswith(_FOOTER):
            return
        if checked.native:
            text = "".join(
                leaf.text if isinstance(leaf, ast.Text) else "\0" for leaf in ast.walk(block)
            )
            for kind in find_native_damage(text):
                self._add(across_pages.rule_of(kind), checked.path, kind.value, block.line)
            return
        pieces = tuple(line for line in lines if line)
        if find_damage(pieces):
            checked.damaged.append((block.line, pieces))

    def finish(self) -> Report:
        """The findings on all pages that were read. To be called once."""
        self._read_uncertain()
        findings = [*self._findings]
        pages = sorted(self._pages, key=lambda checked: checked.path)
        findings += self._compare_with_locks(pages)
        locks = {
            folder: " ".join(lock.lock.project.split()) for folder, lock in self._locks.items()
        }
        projects = Projects(
            self._statements,
            locked=lambda folder: project_above(locks, folder),
            configured=self._globs.project_of,
            default=self._globs.default,
        )
        for checked in pages:
            checked.project = projects.of(checked.path) or checked.project
        indices = across_pages.TitleIndices(pages, list(self._locks.values()))
        findings += across_pages.ambiguous_titles(pages)
        findings += across_pages.file_name_findings(sorted(self._paths))
        findings += across_pages.refused_names(sorted(self._paths), self._hosts)
        for checked in pages:
            index = indices.of(checked)
            findings += across_pages.unknown_icons(checked, index, self._icons)
            findings += across_pages.dead_anchors(checked, index)
            findings += across_pages.damaged_brackets(checked, index)
        links, unresolved, wanted = across_pages.missing_pages(pages, indices)
        findings.sort(key=lambda each: (each.path, each.line, each.column, each.rule.index))
        folders = tuple(
            ProjectOfFolder(folder or ".", folder_project.project, folder_project.reason)
            for folder, folder_project in projects.folders().items()
        )
        return Report(tuple(findings), len(self._paths), links, unresolved, wanted, folders)

    def _compare_with_locks(self, pages: Sequence[CheckedPage]) -> Iterator[Finding]:
        """Compare pages with their rows in locks, and take over titles and projects."""
        untitled = {
            finding.path for finding in self._findings if finding.rule is Rule.MISSING_TITLE
        }
        for checked in pages:
            folder = nearest_folder(self._locks, checked.path)
            if checked.native and folder is not None:
                yield from _compare(checked, self._locks[folder])
            has_none = not checked.title.strip() or (
                checked.named_by_file and not self._globs.is_page(checked.path)
            )
            if has_none and checked.path not in untitled:
                message = "the page has no title"
                yield Finding(Rule.MISSING_TITLE, checked.path, message, checked.line)
        here = set(self._paths)
        for folder, lock in self._locks.items():
            for row, line in zip(lock.lock.pages, lock.rows[1:], strict=False):
                if folder + row.file not in here:
                    message = f"the file of {row.title!r} is missing: {row.file}"
                    yield Finding(Rule.LOST_FILE, lock.path, message, line)


def _compare(checked: CheckedPage, lock: CheckedLock) -> Iterator[Finding]:
    checked.project = lock.lock.project
    row = lock.lock.by_file.get(checked.path[len(folder_of(lock.path)) :])
    if row is None:
        message = f"{lock.path} does not list this page"
        yield Finding(Rule.UNLISTED_FILE, checked.path, message, related=lock.path)
        return
    if row.hash and row.hash not in checked.digests:
        message = f"changed since {lock.path} was written"
        yield Finding(Rule.CHANGED_FILE, checked.path, message, related=lock.path)
    if row.title:
        if row.title.strip(WHITE) != checked.title:
            message = f"the title is {row.title!r}, but the first line is {checked.title!r}"
            yield Finding(Rule.TITLE_ROW, checked.path, message, checked.line)
        checked.title = row.title


def _is_empty(blocks: Iterable[ast.Block]) -> bool:
    return all(isinstance(block, ast.Line) and not block.nodes for block in blocks)


def _note_reference(checked: CheckedPage, leaf: ast.Inline, lines: Sequence[str]) -> None:
    match leaf:
        case ast.PageLink(title, project) if title:
            checked.links[project, title] = None
            fragment = split_fragment(title)[1]
            if is_line_id(fragment) and (project, title) not in checked.anchors:
                start = "[" if checked.native else "[["
                checked.anchors[project, title] = _position(leaf.line, lines, title, start)
        case ast.Hashtag(tag):
            checked.links["", tag] = None
        case ast.Icon(name, project) if (project, name) not in checked.icons:
            start = "[" if checked.native else "<img"
            checked.icons[project, name] = _position(leaf.line, lines, f"{name}.icon", start)


def _position(line: int, lines: Sequence[str], text: str, start: str) -> Position:
    """Where *start* is, before *text* on the line."""
    source = lines[line - 1] if 0 < line <= len(lines) else ""
    at = source.find(text)
    return Position(line, source.rfind(start, 0, at) + 1 if at >= 0 else 0)
