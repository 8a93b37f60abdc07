"""What commands that fill a folder say, and how: numbers, notes, a bar on a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import click

from sphinx_scrapbox.remote.errors import printable
from sphinx_scrapbox.remote.listing import Comparison, State
from sphinx_scrapbox.snapshot.folder import Change, Plan


def tell_comparison(comparison: Comparison, *, left_out: int, as_json: bool = False) -> None:
    """Each page that is not the same in the wiki as here, and the numbers."""
    counts = {state.value: comparison.count(state) for state in State}
    different = [one for one in comparison.differences if one.state is not State.SAME]
    different.sort(key=lambda one: (list(State).index(one.state), one.title))
    if as_json:
        rows = [
            {"state": one.state.value, "title": one.title} | ({"was": one.was} if one.was else {})
            for one in different
        ]
        say(json.dumps({"version": 1, "counts": counts, "pages": rows}, indent=2))
        return
    for one in different:
        before = f"{one.was} -> " if one.was else ""
        say(printable(f"{one.state.value:<8} {before}{one.title}", most=1000))
    words = [f"{count} {state}" for state, count in counts.items()]
    if left_out:
        words.append(f"{left_out} left out")
    say(", ".join(words))


_LONG = 200  # pages; a bar for less would only flash
_MOST_NOTES = 10
_COUNTED = (
    Change.NEW,
    Change.CHANGED,
    Change.RENAMED,
    Change.REMOVED,
    Change.UNCHANGED,
)


class Failure(click.ClickException):
    """The call or its input is not usable."""

    exit_code = 2

    def show(self, file: object = None) -> None:
        """Print it, also where the terminal's encoding lacks some of its letters."""
        say(f"Error: {self.format_message()}", err=True)


@contextmanager
def progress(length: int, label: str, *, least: int = _LONG) -> Iterator[Callable[[], object]]:
    """A bar, if it is a terminal that looks on; call what this gives after each step."""
    if length < least or not sys.stderr.isatty():
        yield lambda: None
        return
    with click.progressbar(length=length, label=label, file=sys.stderr) as bar:
        yield lambda: bar.update(1)


def tell_notes(notes: Sequence[str]) -> None:
    """What had to be mended, or is odd; not all of it, if it is much."""
    for note in notes[:_MOST_NOTES]:
        say(f"note: {note}", err=True)
    if len(notes) > _MOST_NOTES:
        say(f"note: and {len(notes) - _MOST_NOTES} more like these", err=True)


def tell_kept(plan: Plan) -> None:
    """Which files were edited by hand."""
    for step in plan.steps:
        if step.change is Change.EDITED:
            say(f"edited by hand, so kept as it is: {step.file}", err=True)
        elif step.change is Change.RELEASED:
            say(f"its page is gone, but edited by hand, so kept: {step.file}", err=True)


def tell_plan(plan: Plan, *, left_out: int, dry_run: bool = False) -> None:
    """The numbers, and with *dry_run* each file that would change."""
    if dry_run:
        for change in _COUNTED:
            if change is not Change.UNCHANGED:
                for file in sorted(step.file for step in plan.steps if step.change is change):
                    say(f"{change.value:<8} {file}")
    words = [f"{plan.count(change)} {change.value}" for change in _COUNTED]
    words += [
        f"{count} edited by hand and kept"
        for count in [plan.count(Change.EDITED) + plan.count(Change.RELEASED)]
        if count
    ]
    if left_out:
        words.append(f"{left_out} left out")
    say(f"{'would be: ' if dry_run else ''}{', '.join(words)}")
    if plan.lock.private and not dry_run:
        say("private: links to pages that are not here become text")


def say(text: str, *, err: bool = False) -> None:
    """Print *text*, also where the terminal's encoding lacks some of its letters."""
    encoding = (sys.stderr if err else sys.stdout).encoding or "utf-8"
    click.echo(text.encode(encoding, "backslashreplace").decode(encoding), err=err)
