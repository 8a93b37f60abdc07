"""When a page came to be and when it last changed, as its front matter or git tells it.

Times are Unix seconds, 0 where nothing tells.
"""

from __future__ import annotations

import os
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

TIMEOUT = 300
"""Seconds that git may take to tell what happened to a folder."""

_LATEST = 253402300799  # the last second of the year 9999
_FRONT_MATTER = re.compile(
    r"\ufeff?---[ \t]*\r?\n(?P<head>.*?)^---[ \t\r]*$", re.DOTALL | re.MULTILINE
)
_DATE = re.compile(
    r"^(?P<name>created|updated|date)[ \t]*:[ \t]*"
    r"(?P<quote>[\"']?)(?P<value>[-+0-9T:., Z]+)(?P=quote)[ \t]*(?:\#.*)?\r?$",
    re.MULTILINE,
)

_DAY = re.compile(
    r"(?<![0-9])([0-9]{4})[-/.年 ]{1,2}([0-9]{1,2})[-/.月 ]{1,2}([0-9]{1,2})(?![0-9])"
)


class Dates(NamedTuple):
    """When a page was made, and when it was changed last."""

    created: int = 0
    updated: int = 0


def front_matter_dates(text: str) -> Dates:
    r"""The dates of a page's front matter: ``created``, ``updated``, or one ``date`` for both.

    >>> front_matter_dates('---\ntitle: "A"\ndate: 1970-01-02\n---\n')
    Dates(created=86400, updated=86400)
    """
    head = _FRONT_MATTER.match(text)
    if head is None:
        return Dates()
    said = {match["name"]: _time(match["value"]) for match in _DATE.finditer(head["head"])}
    created = said.get("created") or said.get("date") or 0
    return known(created, said.get("updated") or 0)


def known(created: int, updated: int) -> Dates:
    """Dates of which only those in the range of calendars count; the one stands for the other."""
    created, updated = (time if 0 < time <= _LATEST else 0 for time in (created, updated))
    return Dates(created or updated, updated or created)


def _time(text: str) -> int:
    text = text.strip()
    if text.isdecimal() and len(text) > 8:  # seconds; shorter, it is a date without signs
        return int(text[:16])
    try:
        moment = datetime.fromisoformat(text)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return 0


def end_of_day(text: str) -> int:
    """The last second (UTC) of the day that a text names, year first; 0 if it names none.

    >>> end_of_day("1970/1/1"), end_of_day("last week")
    (86399, 0)
    """
    if (day := _DAY.search(text)) is None:
        return 0
    try:
        year, month, number = map(int, day.groups())
        start = datetime(year, month, number, tzinfo=UTC)
    except ValueError:
        return 0
    return max(int(start.timestamp()) + 86399, 0)


def iso_day(time: int) -> str:
    """The day (UTC) of a time; "" for none.

    >>> iso_day(86400)
    '1970-01-02'
    """
    return iso(time)[:10] if time else ""


def iso(time: int) -> str:
    """A time as machines read it.

    >>> iso(86400)
    '1970-01-02T00:00:00Z'
    """
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def git_dates(folder: Path) -> dict[str, Dates]:
    """The dates of each file below *folder*, by its path from there; empty where git fails.

    One question for all files. Where only the last commits were fetched, the oldest of them
    seems to have made every file: what it says counts for nothing.
    """
    is_shallow = _git(folder, "rev-parse", "--is-shallow-repository")
    if is_shallow is None:
        return {}
    log = _git(
        folder,
        *("-c", "log.showSignature=false", "log", "--no-color", "--no-renames", "--no-merges"),
        *("--relative", "--name-only", "-z", "--format=%x01%at %P", "--", "."),
    )
    dates: dict[str, Dates] = {}
    time = 0
    for field in (log or "").split("\0"):
        if field.startswith("\x01"):
            moment, _, parents = field[1:].partition(" ")
            is_whole = bool(parents.strip()) or is_shallow.strip() != "true"
            time = int(moment) if is_whole and moment.isdecimal() else 0
        elif (file := field.lstrip("\n")) and time:
            old = dates.get(file, Dates(time, time))
            dates[file] = Dates(min(old.created, time), max(old.updated, time))
    return {file: known(*found) for file, found in dates.items()}


def _git(folder: Path, *arguments: str) -> str | None:
    """What git says; None if it cannot be asked, or has nothing to say."""
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder,
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "surrogateescape")
