"""``sphinx-scrapbox check``: find problems in a folder of pages."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from sphinx_scrapbox.check.checker import Checker
from sphinx_scrapbox.check.reports import (
    project_wording,
    report_as_json,
    report_as_sarif,
    report_as_text,
)
from sphinx_scrapbox.check.rules import RULES, Report, Rule, Severity
from sphinx_scrapbox.cli.options import (
    close_name,
    format_option,
    globs_option,
    grouped,
    hosts_option,
    output_option,
)
from sphinx_scrapbox.cli.output import Failure, progress, say, shows_color, write_report
from sphinx_scrapbox.formats import PAGE_SUFFIXES
from sphinx_scrapbox.formats.evidence.page_globs import NO_GLOBS, PageGlobs
from sphinx_scrapbox.snapshot.filenames import Host
from sphinx_scrapbox.snapshot.folder import (
    PageFolders,
    folder_projects,
    lies_below_lock,
    page_files,
)
from sphinx_scrapbox.snapshot.image_types import InvalidImageError, image_type
from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME
from sphinx_scrapbox.wiki.text import terminal_safe

_MANY = 501  # files
_FAIL_LEVELS = {severity.label: severity for severity in reversed(Severity)}


def _rules(
    context: click.Context, parameter: click.Parameter, values: Sequence[str]
) -> frozenset[Rule]:
    names = [name.strip() for value in values for name in value.split(",")]
    unknown = sorted({name for name in names if name not in RULES})
    if unknown:
        hint = close_name(unknown[0], RULES) or "; see --help"
        raise click.BadParameter(f"no rule {', '.join(map(repr, unknown))}{hint}")
    return frozenset(RULES[name] for name in names)


_HELP = """\
Find problems with pages, links and file names.

Reads every wiki page in DIR and below: .scrapbox files, and exported .md files as a build
recognises them. Other Markdown files, hidden folders and _build are skipped. Nothing is
changed; where a line looks damaged, a repair is suggested:

\b
  docs/wiki/Compost.md
      12:9  warning  a bracket opens and never closes  damaged-bracket
            - Ask about the [wet heap
            + Ask about the [[wet heap]]

Links to pages that do not exist are how a wiki grows, so they are only counted.

With --explain, says of each FILE whether it is a page of a wiki, and of each folder which wiki
its pages are from, and why.

\b
Examples:
  sphinx-scrapbox check docs/wiki
  sphinx-scrapbox check docs/wiki --select damaged-bracket,stray-decoration
  sphinx-scrapbox check docs/wiki --ignore unknown-icon --fail-on warning
  sphinx-scrapbox check docs/wiki --format sarif -o check.sarif
  sphinx-scrapbox check docs/wiki --missing --fail-on never
  sphinx-scrapbox check docs/wiki --for netlify,github
  sphinx-scrapbox check --explain docs/index.md docs/wiki
"""


class _Command(click.Command):
    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Rules"):
            formatter.write_dl(
                [(rule.id, f"{rule.severity.label}: {rule.description}") for rule in Rule]
            )
        super().format_epilog(ctx, formatter)


@dataclass(frozen=True, slots=True)
class _Form:
    """The form of the report, where it goes, and whether it lists missing pages."""

    report_format: str
    output: str | None
    missing: bool

    def write(self, findings: Report, folder: str) -> None:
        """Print the report of a folder, or write it to a file."""
        if self.report_format == "json":
            report = report_as_json(findings, missing=self.missing)
        elif self.report_format == "sarif":
            prefix = _relative_path(Path(folder))
            report = report_as_sarif(findings, prefix=prefix, missing=self.missing)
        else:
            prefix = "" if folder == "." else f"{Path(folder).as_posix().rstrip('/')}/"
            color = shows_color(self.output)
            report = report_as_text(findings, prefix=prefix, missing=self.missing, color=color)
        write_report(report, self.output, for_people=self.report_format == "human")


@dataclass(frozen=True, slots=True)
class _Site:
    """What is known of the site that shows the pages: icons without a page, and its hosts."""

    icons: tuple[str, ...]
    hosts: tuple[Host, ...]


@click.command(
    cls=_Command,
    help=_HELP,
    epilog="Exit codes: 0 no findings, 1 findings, 2 the arguments cannot be used.",
)
@click.argument(
    "paths", metavar="DIR|FILE...", nargs=-1, required=True, type=click.Path(exists=True)
)
@click.option(
    "--explain",
    is_flag=True,
    help="For each FILE, or each file in a DIR, show whether it is a page of a wiki, "
    "of which wiki, and why.",
)
@globs_option
@grouped(
    "form",
    _Form,
    format_option(
        *("human", "json", "sarif"),
        help="The format of the report: for people, scripts, or services that show findings.",
    ),
    output_option("Write the report to FILE instead of showing it."),
    click.option(
        "--missing",
        is_flag=True,
        help="Also list the pages that are linked to but not here, the most linked ones first.",
    ),
)
@grouped(
    "rules",
    lambda select, ignore: (select or frozenset(Rule)) - ignore,
    click.option(
        "--select",
        multiple=True,
        callback=_rules,
        metavar="RULES",
        help="Check these rules only (names separated by commas; may be repeated).",
    ),
    click.option(
        "--ignore", multiple=True, callback=_rules, metavar="RULES", help="Skip these rules."
    ),
)
@grouped(
    "site",
    _Site,
    click.option(
        "--icon",
        "icons",
        multiple=True,
        metavar="NAME",
        help="An icon that needs no page, such as a person of conf.py (may be repeated).",
    ),
    hosts_option("Also report pages whose names these hosts refuse"),
)
@click.option(
    "--fail-on",
    type=click.Choice([*_FAIL_LEVELS, "never"]),
    default="error",
    show_default=True,
    help="The lowest severity that makes the exit code 1.",
)
def command(
    paths: tuple[str, ...],
    explain: bool,
    globs: PageGlobs,
    form: _Form,
    rules: frozenset[Rule],
    site: _Site,
    fail_on: str,
) -> None:
    if explain:
        for line in explanations(paths, globs):
            say(line)
        return
    if len(paths) != 1:
        raise click.UsageError("Name one folder to check, or files with --explain.")
    folder = paths[0]
    if not Path(folder).is_dir():
        name = click.format_filename(folder)
        raise click.UsageError(f"{name!r} is a file: name its folder, or add --explain.")
    findings = diagnose(Path(folder), site.icons, site.hosts, globs).only(rules)
    form.write(findings, folder)
    level = _FAIL_LEVELS.get(fail_on)
    if level and findings.worst and findings.worst >= level:
        sys.exit(1)


def diagnose(
    folder: Path,
    icons: Sequence[str],
    hosts: Collection[Host] = (),
    globs: PageGlobs = NO_GLOBS,
) -> Report:
    """Read the pages and locks in *folder* and below, and return the findings."""
    files = sorted(page_files(folder))
    names = [name for name in files if name.endswith(PAGE_SUFFIXES)]
    locks = {name: _read(folder, name) for name in files if Path(name).name == LOCK_NAME}
    problem = partial(_picture_problem, folder)
    below_lock = lies_below_lock(folder)
    globs = globs.within(folder)
    checker = Checker(locks, icons, problem, below_lock=below_lock, hosts=hosts, globs=globs)
    with progress(len(names), "Reading", least=_MANY) as step:
        for name in names:
            checker.read(name, _read(folder, name))
            step()
    report = checker.finish()
    if not report.pages and not locks:
        name = click.format_filename(folder)
        raise click.UsageError(
            f"{name!r} contains no wiki pages; --explain says what the files are."
        )
    return report


def explanations(paths: Sequence[str], globs: PageGlobs = NO_GLOBS) -> Iterator[str]:
    """For each file of *paths*, and each page or Markdown file in folders, what it is and why.

    Then for each folder the project of its pages.
    """
    for path in map(Path, paths):
        folders = PageFolders(globs.within(path).recognise)
        names = sorted(page_files(path)) if path.is_dir() else [""]
        for file in (path / name for name in names):
            if file.name.endswith(PAGE_SUFFIXES) or not path.is_dir():
                text = _read(file.parent, file.name).decode("utf-8-sig", "replace")
                answer = folders.answer(text, file)
                name = terminal_safe(click.format_filename(file))
                yield f"{name}: {answer.status.value}, because {answer.reason}"
    for root, within in _roots(paths):
        projects = folder_projects(root, within, globs)
        for name, folder_project in projects.folders().items():
            place = terminal_safe(click.format_filename(root / name))
            wording = project_wording(folder_project.project)
            yield f"{place}: {wording}, because {folder_project.reason}"


def _roots(paths: Sequence[str]) -> Iterator[tuple[Path, Sequence[str] | None]]:
    """The folders of *paths* with the files to read of each; None for all in it and below."""
    folders = dict.fromkeys(path for path in map(Path, paths) if path.is_dir())
    for folder in folders:
        yield folder, None
    beside = dict.fromkeys(path.parent for path in map(Path, paths) if path not in folders)
    for folder in beside:
        if folders.keys().isdisjoint((folder, *folder.parents)):
            yield folder, [path.name for path in folder.iterdir() if path.suffix in PAGE_SUFFIXES]


def _picture_problem(folder: Path, name: str) -> str:
    try:
        suffix = image_type(folder / name)
    except InvalidImageError as error:
        return f"is not an image ({error})"
    except FileNotFoundError:
        return "is not here"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return "" if name.endswith(f".{suffix}") else f"is {suffix}, not what its name says"


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise Failure(f"{error.strerror}: {click.format_filename(error.filename)}") from error


def _relative_path(folder: Path) -> str:
    """The path from the current folder to *folder*; empty if that is not below it."""
    try:
        path = folder.resolve().relative_to(Path.cwd().resolve()).as_posix()
    except ValueError:
        return ""
    return "" if path == "." else f"{path}/"
