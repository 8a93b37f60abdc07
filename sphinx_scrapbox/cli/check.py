"""``sphinx-scrapbox check``: tells what readers of a folder of pages would stumble over."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import click

from sphinx_scrapbox.check.checker import Checker
from sphinx_scrapbox.check.pages import PAGE_SUFFIXES
from sphinx_scrapbox.check.reports import report_as_json, report_as_sarif, report_as_text
from sphinx_scrapbox.check.rules import RULES, Report, Rule, Severity
from sphinx_scrapbox.snapshot.image_types import InvalidImageError, image_type
from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME

_MANY_FILES = 500
_FAIL_LEVELS = {severity.label: severity for severity in reversed(Severity)}


def _rules(
    context: click.Context, parameter: click.Parameter, values: Sequence[str]
) -> frozenset[Rule]:
    names = [name.strip() for value in values for name in value.split(",")]
    unknown = sorted({name for name in names if name not in RULES})
    if unknown:
        raise click.BadParameter(f"no rule {', '.join(map(repr, unknown))}; see --help")
    return frozenset(RULES[name] for name in names)


_HELP = """\
Look for what readers, builds and file systems would stumble over.

Takes every wiki page in DIR and below: .scrapbox files, and exported .md files, whose
front matter holds a title and nothing else. Other Markdown, hidden folders and _build are
passed over. Nothing is changed; where a line looks damaged, a repair is proposed:

\b
  docs/wiki/Compost.md
      12:9  warning  a bracket opens and never closes  damaged-bracket
            - Ask about the [wet heap
            + Ask about the [[wet heap]]

Links to pages that do not exist are how a wiki grows, so they are only counted.

\b
Examples:
  sphinx-scrapbox check docs/wiki
  sphinx-scrapbox check docs/wiki --select damaged-bracket,stray-decoration
  sphinx-scrapbox check docs/wiki --ignore unknown-icon --fail-on warning
  sphinx-scrapbox check docs/wiki --format sarif -o check.sarif
  sphinx-scrapbox check docs/wiki --missing --fail-on never
"""


class _Unusable(click.ClickException):
    exit_code = 2

    def __init__(self, error: OSError) -> None:
        super().__init__(f"{error.strerror}: {click.format_filename(error.filename)}")


class _Command(click.Command):
    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Rules"):
            formatter.write_dl(
                [(rule.id, f"{rule.severity.label}: {rule.description}") for rule in Rule]
            )
        super().format_epilog(ctx, formatter)


@click.command(
    cls=_Command,
    help=_HELP,
    epilog="Exit code: 0 clean, 1 something was found, 2 the call is not usable.",
)
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False))
@click.option(
    "--format",
    "form",
    type=click.Choice(["human", "json", "sarif"]),
    default="human",
    show_default=True,
    help="Who the report is for: people, scripts, or a service that shows findings.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write the report to FILE instead of showing it.",
)
@click.option(
    "--select",
    multiple=True,
    callback=_rules,
    metavar="RULES",
    help="Look for these rules only (names with commas between; may be repeated).",
)
@click.option(
    "--ignore",
    multiple=True,
    callback=_rules,
    metavar="RULES",
    help="Leave out these rules.",
)
@click.option(
    "--icon",
    "icons",
    multiple=True,
    metavar="NAME",
    help="An icon that needs no page, such as a person of conf.py (may be repeated).",
)
@click.option(
    "--fail-on",
    type=click.Choice([*_FAIL_LEVELS, "never"]),
    default="error",
    show_default=True,
    help="The mildest finding that makes the exit code 1.",
)
@click.option(
    "--missing",
    is_flag=True,
    help="Also list the pages that are linked to and not here, the most wanted first.",
)
def command(
    folder: str,
    form: str,
    output: str | None,
    select: frozenset[Rule],
    ignore: frozenset[Rule],
    icons: tuple[str, ...],
    fail_on: str,
    missing: bool,
) -> None:
    report = diagnose(Path(folder), icons)
    report = report.only((select or frozenset(Rule)) - ignore)
    _show(_report(report, folder, form, missing, to_file=output is not None), output, form)
    level = _FAIL_LEVELS.get(fail_on)
    if level and report.worst and report.worst >= level:
        sys.exit(1)


# -- reading ---------------------------------------------------------------------------


def diagnose(folder: Path, icons: Sequence[str]) -> Report:
    """Read what is in *folder* and below, and tell what is wrong with it."""
    files = sorted(_files(folder))
    names = [name for name in files if name.endswith(PAGE_SUFFIXES)]
    locks = {name: _read(folder, name) for name in files if Path(name).name == LOCK_NAME}
    checker = Checker(locks, icons, partial(_wrong_with_picture, folder))
    pages = sum([checker.read(name, _read(folder, name)) for name in _progress(names)])
    if not pages and not locks:
        raise click.UsageError(f"{click.format_filename(folder)!r} holds no page of a wiki.")
    return checker.finish()


def _wrong_with_picture(folder: Path, name: str) -> str:
    try:
        suffix = image_type(folder / name)
    except InvalidImageError as error:
        return f"is no image ({error})"
    except FileNotFoundError:
        return "is not here"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return "" if name.endswith(f".{suffix}") else f"is {suffix}, not what its name says"


def _progress(names: Sequence[str]) -> Iterator[str]:
    """The same names; a terminal shows how far they are, if they are many."""
    if len(names) <= _MANY_FILES or not sys.stderr.isatty():
        yield from names
        return
    with click.progressbar(names, label="Reading", file=sys.stderr) as bar:
        yield from bar


def _files(folder: Path) -> Iterator[str]:
    """All files that matter, with forward slashes and relative to *folder*."""
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name[0] != "." and name != "_build"]
        within = Path(place).relative_to(folder)
        for name in names:
            if name == LOCK_NAME or (name.endswith(PAGE_SUFFIXES) and name[0] != "."):
                yield (within / name).as_posix()


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise _Unusable(error) from error


# -- telling ---------------------------------------------------------------------------


def _report(report: Report, folder: str, form: str, missing: bool, *, to_file: bool) -> str:
    if form == "json":
        return report_as_json(report, missing=missing)
    if form == "sarif":
        return report_as_sarif(report, prefix=_from_here(Path(folder)), missing=missing)
    color = not to_file and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    prefix = "" if folder == "." else f"{Path(folder).as_posix().rstrip('/')}/"
    return report_as_text(report, prefix=prefix, missing=missing, color=color)


def _from_here(folder: Path) -> str:
    """The way from the current folder to *folder*, empty where that is not below."""
    try:
        way = folder.resolve().relative_to(Path.cwd().resolve()).as_posix()
    except ValueError:
        return ""
    return "" if way == "." else f"{way}/"


def _show(text: str, output: str | None, form: str) -> None:
    # In JSON, what cannot be encoded and is escaped with a backslash is what it should be.
    if output is not None:
        try:
            Path(output).write_bytes(text.encode("utf-8", "backslashreplace"))
        except OSError as error:
            raise _Unusable(error) from error
    elif form == "human":
        encoding = sys.stdout.encoding or "utf-8"
        click.echo(text.encode(encoding, "backslashreplace").decode(encoding), nl=False)
    else:
        click.echo(text.encode("utf-8", "backslashreplace"), nl=False)
