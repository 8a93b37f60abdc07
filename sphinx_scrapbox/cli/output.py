"""What commands print: errors, notes, progress bars, reports and summaries."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

import click

from sphinx_scrapbox.snapshot import Change, FolderError, Plan, SnapshotFolder, apply_plan
from sphinx_scrapbox.snapshot.lockfile import LockError
from sphinx_scrapbox.snapshot.reports.wording import HOME
from sphinx_scrapbox.snapshot.selection import SelectionError
from sphinx_scrapbox.snapshot.transaction import write_file

MANY_PAGES = 200
"""From this many pages on, a command shows a progress bar."""

_MAX_NOTES = 10
_hide: ContextVar[Callable[[str], str] | None] = ContextVar("hide", default=None)
_TROUBLESHOOTING = f"{HOME}/en/latest/reference/troubleshooting.html"
EXPLAINED_ERRORS = (
    "members only: set …",
    "… anyway, add --private",
    "the credential in … is not valid, or has expired",
    "the owner of … is not a member of this project",
    "the key in … is for another project, or is not valid",
    "check the spelling of the name",
    "the host of … is not known: check the address and the network",
    "too many requests; try again later",
    "no page is called …",
    "the wiki lists no page of …, so nothing was changed",
    "…: not a readable project export: …",
    "… contains no wiki pages: …",
    "none of the … pages matches the options, so nothing was changed",
    "… contains pages of …, not of …: add --url …, or name another folder",
    "there is no file or folder …",
    "line …: a merge conflict: choose one side",
    "line 1: not a lock file of version …",
    "… names no project, so there is no wiki to ask: …",
    "another command is writing to …: wait until it is done",
    "git is not installed, so revisions cannot be read",
    "run 'git fetch --unshallow --tags'",
)
"""The errors with an entry on the page about troubleshooting; … stands for what is filled in."""
_COUNTED = (Change.NEW, Change.CHANGED, Change.RENAMED, Change.REMOVED, Change.UNCHANGED)


class Failure(click.ClickException):
    """The command cannot do what it was asked to do. The exit code is 2."""

    exit_code = 2

    def show(self, file: object = None) -> None:
        """Print the message, and the address of its entry in the documentation if it has one.

        This works even where the terminal's encoding lacks some of the characters.
        """
        say(f"Error: {self.format_message()}", err=True)
        if error := explained_error(self.message):
            say(f"See {_TROUBLESHOOTING}#{entry_id(error)}", err=True)


def explained_error(message: str) -> str:
    """The one of ``EXPLAINED_ERRORS`` that is in a message; "" if none is."""
    for error in EXPLAINED_ERRORS:
        pattern = ".*".join(map(re.escape, error.strip("…").split("…")))
        if re.search(pattern, message, re.DOTALL):
            return error
    return ""


def entry_id(error: str) -> str:
    """The anchor of the entry for one of ``EXPLAINED_ERRORS``.

    >>> entry_id("members only: set …")
    'error-members-only-set'
    """
    return "-".join(["error", *re.findall("[a-z]+", error)[:4]])


@contextmanager
def failures(folder: Path) -> Iterator[None]:
    """Turn what can go wrong with the snapshot in *folder* into a :class:`Failure`."""
    try:
        yield
    except (LockError, SelectionError, FolderError) as error:
        raise Failure(str(error)) from error
    except OSError as error:
        raise Failure(f"{folder}: {error}") from error


@contextmanager
def hiding(hide: Callable[[str], str]) -> Iterator[None]:
    """Pass all that is printed meanwhile, and the message of a failure, through *hide*.

    What commands print may come from a server, which has seen the credential.
    """
    token = _hide.set(hide)
    try:
        yield
    except Failure as failure:
        raise Failure(hide(failure.message)) from failure
    finally:
        _hide.reset(token)


def read_input(name: str) -> bytes:
    """The content of a file; of standard input for ``-``."""
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise Failure(f"cannot read {name}: {error.strerror}") from error


def say(text: str, *, err: bool = False) -> None:
    """Print *text*, even where the terminal's encoding lacks some of its characters."""
    if hide := _hide.get():
        text = hide(text)
    encoding = (sys.stderr if err else sys.stdout).encoding or "utf-8"
    click.echo(text.encode(encoding, "backslashreplace").decode(encoding), err=err)


def command_line(*words: str) -> str:
    """The command of *words*, quoted for the shell of this system."""
    if sys.platform == "win32":  # PowerShell and cmd
        plain = re.compile(r"[\w./:\\=-]+")
        return " ".join(word if plain.fullmatch(word) else f'"{word}"' for word in words)
    return shlex.join(words)


def shows_color(output: str | None) -> bool:
    """Whether a report for people gets colours: on a terminal, unless ``NO_COLOR`` is set."""
    return output is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")


@contextmanager
def progress(
    length: int, label: str, *, least: int = MANY_PAGES
) -> Iterator[Callable[[], object]]:
    """A progress bar on a terminal, for *least* steps or more; call the result after each step."""
    if length < least or not sys.stderr.isatty():
        yield lambda: None
        return
    with click.progressbar(length=length, label=label, file=sys.stderr) as bar:
        yield lambda: bar.update(1)


def print_notes(notes: Sequence[str]) -> None:
    """What was repaired or looks odd: the first notes, and how many more there are."""
    for note in notes[:_MAX_NOTES]:
        say(f"note: {note}", err=True)
    if len(notes) > _MAX_NOTES:
        say(f"note: and {len(notes) - _MAX_NOTES} more like these", err=True)


def write_pages(
    folder: SnapshotFolder,
    plan: Plan,
    notes: Sequence[str],
    pictures: Mapping[str, Path] | None = None,
    *,
    dry_run: bool = False,
) -> None:
    """Print *notes* and the files that are kept, and apply *plan*, but not with *dry_run*."""
    print_notes(notes)
    for step in plan.steps:
        if step.change is Change.EDITED:
            say(f"kept, because it was edited by hand: {step.file}", err=True)
        elif step.change is Change.RELEASED:
            say(
                f"kept, because it was edited by hand; its page was deleted: {step.file}", err=True
            )
    if not dry_run:
        with progress(len(plan.writes), "Writing") as written:
            apply_plan(folder, plan, written, pictures=pictures)


def write_report(report: str, output: str | None, *, for_people: bool) -> None:
    """Print a report, or write it to the file *output*."""
    # Where a character cannot be encoded, an escape with a backslash is right in JSON, too.
    if output is not None:
        try:
            write_file(Path(output), report.encode("utf-8", "backslashreplace"))
        except OSError as error:
            raise Failure(f"cannot write {output}: {error.strerror}") from error
    elif for_people:
        say(report.removesuffix("\n"))
    else:
        click.echo(report.encode("utf-8", "backslashreplace"), nl=False)


def print_plan(plan: Plan, *, left_out: int, dry_run: bool = False) -> None:
    """The counts, and with *dry_run* each file that would change."""
    if dry_run:
        for change in _COUNTED:
            if change is not Change.UNCHANGED:
                for file in sorted(step.file for step in plan.steps if step.change is change):
                    say(f"{change.value:<8} {file}")
    words = [f"{plan.count(change)} {change.value}" for change in _COUNTED]
    if kept := plan.count(Change.EDITED) + plan.count(Change.RELEASED):
        words.append(f"{kept} edited by hand and kept")
    if left_out:
        words.append(f"{left_out} left out")
    say(f"{'would be: ' if dry_run else ''}{', '.join(words)}")
    if plan.lock.private and not dry_run:
        say("private: links to pages that are not here become text")
