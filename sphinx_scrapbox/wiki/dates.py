"""Times as Unix seconds, 0 if unknown; days and times in ISO 8601, in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import NamedTuple

LATEST = 253_402_300_799
"""The last second of the year 9999: the end of :class:`~datetime.datetime`."""

_DAY_LENGTH = 86400
_DAY = re.compile(
    r"(?<![0-9])([0-9]{4})[-/.年 ]{1,2}([0-9]{1,2})[-/.月 ]{1,2}([0-9]{1,2})(?![0-9])"
)


class Dates(NamedTuple):
    """When a page was created, and when it was last changed."""

    created: int = 0
    updated: int = 0


def clamp(time: float) -> int:
    """*time* in whole seconds; 0 if it is before 1970, after 9999 or not a number."""
    return int(time) if 0 < time <= LATEST else 0


def clamp_dates(created: float, updated: float) -> Dates:
    """Both times clamped; if one is 0, it is the other one."""
    created, updated = clamp(created), clamp(updated)
    return Dates(created or updated, updated or created)


def parse_iso(text: str) -> int:
    """The time of an ISO 8601 text, which is in UTC without a zone; 0 if it is not valid.

    >>> parse_iso("1970-01-02"), parse_iso("1970-01-01T01:00+01:00"), parse_iso("soon")
    (86400, 0, 0)
    """
    try:
        moment = datetime.fromisoformat(text)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return 0


def end_of_day(text: str) -> int:
    """The last second of the first date (year first) in a text; 0 if there is none.

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
    return max(int(start.timestamp()) + _DAY_LENGTH - 1, 0)


def days_after(earlier: int, later: int) -> int:
    """The days from one time to another, rounded up; 0 if it is not later.

    >>> days_after(0, 86401), days_after(5, 5)
    (2, 0)
    """
    return max(-((earlier - later) // _DAY_LENGTH), 0)


def iso_day(time: int) -> str:
    """The day of a time; "" for 0.

    >>> iso_day(86400)
    '1970-01-02'
    """
    return iso(time)[:10] if time else ""


def iso(time: int) -> str:
    """A time with its zone.

    >>> iso(86400)
    '1970-01-02T00:00:00Z'
    """
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
