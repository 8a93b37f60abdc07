"""What a very large site needs: one measured build of 100,000 pages, and what follows from it.

Time, memory and files grow in proportion to the pages (``build.py`` prints the exponent), so
the figures of a larger site are those of the measured one, multiplied.
"""

from __future__ import annotations

from collections.abc import Sequence

from phases import serial_share
from results import Row

LARGER = 250_000  # pages

_FILES = {
    "pages": "HTML pages",
    "doctrees": "`.doctrees`, which a cache has to keep",
    "scrapbox_json": "`scrapbox.json`",
    "searchindex": "`searchindex.js` with first lines",
    "index_of_pages": "Index of pages",
    "objects_inv": "`objects.inv`",
}


def plan_rows(rows: Sequence[Row]) -> list[list[str]]:
    """For each thing that a site needs: what the measured build needed, and a larger one."""
    build = full_build(rows)
    lines = [
        ("CPU time", build["cpu"], _minutes),
        ("Elapsed time on two cores", _elapsed(build), _minutes),
        ("Memory of the largest process", build["memory"], _gibibytes),
        *((what, build["bytes"][name], _bytes) for name, what in _FILES.items()),
    ]
    factor = LARGER / build["pages"]
    return [[what, form(amount), form(amount * factor)] for what, amount, form in lines]


def plan_figures(rows: Sequence[Row]) -> dict[str, str]:
    """The figures of the measured build that prose quotes, by name."""
    build = full_build(rows)
    return {
        "planned-pages": f"{build['pages']:,}",
        "planned-jobs": str(build["jobs"]),
        "planned-minutes": f"{_elapsed(build) / 60:.0f}",
        "planned-gibibytes": f"{build['memory'] / 1024:.1f}",
        "planned-serial-share": f"{serial_share(build):.0%}",
        "planned-index-megabytes": f"{build['bytes']['searchindex'] / 1e6:.0f}",
        "larger-pages": f"{LARGER:,}",
    }


def full_build(rows: Sequence[Row]) -> Row:
    """The row of the whole build."""
    return next(row for row in rows if row["side"] == "full build")


def _elapsed(build: Row) -> float:
    return sum(phase["wall"] for phase in build["phases"].values())


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min"


def _gibibytes(mebibytes: float) -> str:
    return f"{mebibytes / 1024:.1f} GiB"


def _bytes(amount: float) -> str:
    unit, size = ("GB", 1e9) if amount >= 1e9 else ("MB", 1e6)
    return f"{amount / size:.{0 if amount >= 10 * size else 1}f} {unit}"
