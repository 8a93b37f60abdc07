"""When a page came to be and when it last changed, as its front matter or git tells it.

Times are Unix seconds, 0 where nothing tells.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import NamedTuple

_LATEST = 253402300799  # the last second of the year 9999

_DAY = re.compile(
    r"(?<![0-9])([0-9]{4})[-/.年 ]{1,2}([0-9]{1,2})[-/.月 ]{1,2}([0-9]{1,2})(?![0-9])"
)


class Dates(NamedTuple):
    """When a page was made, and when it was changed last."""

    created: int = 0
    updated: int = 0


def known(created: int, updated: int) -> Dates:
    """Dates of which only those in the range of calendars count; the one stands for the other."""
    created, updated = (time if 0 < time <= _LATEST else 0 for time in (created, updated))
    return Dates(created or updated, updated or created)


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
