"""TODO: say what this file is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import Enum, IntEnum
from typing import NamedTuple

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
class Report:
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

    def only(self, rules: Collection[Rule]) -> Report:
        """The same without the findings of other rules."""
        return replace(self, findings=tuple(one for one in self.findings if one.rule in rules))

    def count(self, severity: Severity) -> int:
        """The number of findings of just this severity."""
        return sum(one.rule.severity is severity for one in self.findings)

    @property
    def worst(self) -> Severity | None:
        """The worst severity found, None if nothing was."""
        return max((one.rule.severity for one in self.findings), default=None)
