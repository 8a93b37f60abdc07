"""The rules of ``check``, and the types of a finding and a report.

The texts are those of the manual without its markup; a test compares them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import Enum, IntEnum
from functools import partial
from typing import NamedTuple


class Severity(IntEnum):
    """How serious a finding is, in ascending order."""

    NOTE = 1
    WARNING = 2
    ERROR = 3

    @property
    def label(self) -> str:
        """The name that reports show."""
        return self.name.lower()


class _Text(NamedTuple):
    severity: Severity
    description: str
    help: str


_note, _warning, _error = (partial(_Text, severity) for severity in Severity)


class Rule(Enum):
    """What is checked. Findings at the same place are sorted in this order.

    ``description`` is one sentence that says what is wrong, ``help`` says what to do about it.
    """

    UNREADABLE_PAGE = _error(
        "The file is not valid UTF-8.",
        "Save it as UTF-8. Exports are always UTF-8, so another program has changed the file.",
    )
    UNRECOGNISED_PAGE = _warning(
        "The file looks like a wiki page, but may be hand-written.",
        "A build reads it as MyST, so its text can run directives and contain scripts, unless "
        "scrapbox_pages includes it. check --explain says why a file is recognised or not.",
    )
    MISSING_TITLE = _error(
        "The page has no title, or its front matter is broken.",
        'An exported page begins with three lines: ---, title: "…", ---. A native page has its '
        "title in the first line. Without a title, the file name is used. Files that --pages "
        "names need no front matter.",
    )
    AMBIGUOUS_TITLE = _error(
        "Two pages of one wiki have the same title.",
        "Titles that differ only in case, or in spaces and underscores, are the same. Links "
        "lead to the first page: remove one page or change its title.",
    )
    CASE_COLLISION = _error(
        "Two files have the same name on Windows and macOS, or become the same document.",
        "If names differ only in case, in the encoding of accents, or in .md and .scrapbox, one "
        "file replaces the other. Rename one; its title does not depend on the file name.",
    )
    UNSAFE_FILE_NAME = _warning(
        "Some file systems reject the name of the file or folder.",
        'Windows does not allow < > : " \\ | ? *, control characters, a dot or space at the end, '
        "or a device name such as CON; no system allows more than 255 bytes. A repository with "
        "such a name cannot be checked out there. sphinx-scrapbox rename gives "
        "pages safe names; rename a folder by hand.",
    )
    REFUSED_FILE_NAME = _error(
        "A host of --for refuses the name of the page or folder.",
        "Netlify does not accept # and ? in file names, and artifacts on GitHub do not accept "
        '" : < > | * ?. sphinx-scrapbox rename gives pages safe names and keeps their titles and '
        "old addresses; rename a folder by hand. EPUB builds replace such names automatically.",
    )
    LONG_FILE_NAME = _note(
        "The name of the file or folder is longer than 120 bytes.",
        "Encrypted home folders allow 143 bytes, and Windows often only 260 characters for the "
        "whole path, including the output folder. A Japanese character takes three bytes.",
    )
    EMPTY_PAGE = _note(
        "The page contains only its title or a translation footer.",
        "Such a page is just a name that other pages link to. Leave it out; links to it then "
        "lead to the wiki.",
    )
    DUPLICATE_FOOTER = _note(
        "The page has a second translation footer, for a part without a title.",
        "Two pages were merged. To separate them, repeat the page's title on a line of its own "
        "just below the first footer, where the second part begins.",
    )
    UNKNOWN_ICON = _warning(
        "An icon names a missing page of this wiki.",
        "Add the page, or add the person to scrapbox_people and pass the name to --icon. The "
        "language marks en and ja need no page.",
    )
    DEAD_LINE_ANCHOR = _warning(
        "A link points to a line that the page does not have, because the line was removed.",
        "The link leads to the page instead; remove # and the text after it. This rule needs a "
        "scrapbox.lock.",
    )
    STRAY_DECORATION = _warning(
        "A decoration such as [* x has no closing bracket and is shown as plain text.",
        "Close the bracket or remove it. In an exported page, where a bold line is a heading, "
        "write ### x.",
    )
    DAMAGED_BRACKET = _warning(
        "Brackets do not match, probably because machine translation damaged a link.",
        "Compare the line with the source page. The suggested repair is based on the remaining "
        "brackets and on the titles of other pages, so check it before you use it.",
    )
    REFUSED_FORMULA = _warning(
        "A formula cannot be typeset and is shown as its source.",
        "The message names the command or the place. Correct the formula in the wiki, which shows "
        "an error for most of these, too.",
    )
    CONTROL_CHARACTER = _warning(
        "The line contains a control character that is not allowed in documents.",
        "The build removes it. The usual cause is pasted terminal output.",
    )
    BROKEN_LOCK = _error(
        "The lock file cannot be read.",
        "Restore it from version control, or remove its folder and pull or unpack the pages "
        "again. Do not edit it or merge it by hand.",
    )
    LOST_FILE = _warning(
        "The lock file lists a page whose file is missing.",
        "Unpack the export again, with or without that page.",
    )
    LOST_PICTURE = _warning(
        "The lock file names an icon or image whose file is missing or not an image.",
        "A build continues as if it had not been fetched. Restore the folder _files beside the "
        "lock file, for example from Git LFS, or pull the project again.",
    )
    UNLISTED_FILE = _warning(
        "The page is not listed in the lock file of its folder.",
        "It was added by hand or remained from an earlier export. Unpack the export again, or "
        "move the file out of the folder.",
    )
    CHANGED_FILE = _warning(
        "The file was changed after it was unpacked.",
        "The lock file assigns line anchors by position, so they may now be on the wrong lines. "
        "Change the page in the wiki, then export and unpack it again.",
    )
    TITLE_ROW = _note(
        "The first line of the page is not its title.",
        "The title in the lock file is used. The wiki creates such pages when a title is empty "
        "or already taken.",
    )

    def __init__(self, severity: Severity, description: str, help: str) -> None:
        self.id = self.name.lower().replace("_", "-")
        self.index = len(type(self).__members__)
        self.severity = severity
        self.description = description
        self.help = help


RULES: dict[str, Rule] = {rule.id: rule for rule in Rule}
"""By id."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. Lines and columns count from 1; 0 means unknown, or the whole file.

    ``repair`` is a proposal for the line ``source``, None if there is none. ``related`` is the
    path of another file that is involved.
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
    """A missing page, the number of pages that link to it, and its project if that is known."""

    title: str
    pages: int
    project: str = ""


class ProjectOfFolder(NamedTuple):
    """The project that the pages of a folder were taken for, "" for none, and why.

    ``reason`` continues "…, because".
    """

    folder: str
    project: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """All findings, sorted by path and line.

    ``links`` counts the hashtags and the links to pages of the same wiki, each target once a
    page, and ``unresolved`` those whose page is missing. ``wanted`` are the missing pages, the
    ones with the most links first.
    """

    findings: tuple[Finding, ...] = ()
    pages: int = 0
    links: int = 0
    unresolved: int = 0
    wanted: tuple[Wanted, ...] = ()
    folders: tuple[ProjectOfFolder, ...] = ()
    """Of each folder with pages, by name."""

    def only(self, rules: Collection[Rule]) -> Report:
        """The report with the findings of these rules only."""
        findings = tuple(finding for finding in self.findings if finding.rule in rules)
        return replace(self, findings=findings)

    def count(self, severity: Severity) -> int:
        """The number of findings of this severity."""
        return sum(finding.rule.severity is severity for finding in self.findings)

    @property
    def worst(self) -> Severity | None:
        """The highest severity; None without findings."""
        return max((finding.rule.severity for finding in self.findings), default=None)
