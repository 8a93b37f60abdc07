"""The files in ``benchmarks/results/``, from which ``report.py`` writes the figures of the guide.

A file has ``machine`` (date, versions and cores; no host name, no path) and ``rows``. A row names
its ``side`` (a tool or a kind of build) and ``pages``, and maybe ``jobs`` and ``query``. Rows of
the same are replaced when a script measures again, so a file may be filled by several runs of its
script; what was measured with other versions or cores is dropped.
"""

from __future__ import annotations

import datetime
import json
import math
import os
import platform
import statistics
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from costs import Cost

FOLDER = Path(__file__).resolve().parent / "results"
_PACKAGES = ("sphinx", "docutils", "myst-parser", "PyStemmer", "pagefind")
_KEY = ("side", "pages", "jobs", "query")

Row = dict[str, Any]


def machine() -> Row:
    """The date, the versions of Python and packages, the system and its cores."""
    packages = {}
    for name in _PACKAGES:
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            packages[name] = "missing"
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "system": platform.system(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "packages": packages,
    }


def summary(costs: Sequence[Cost]) -> Row:
    """The least and median CPU seconds, the least wall seconds, and the median of peak memory."""
    return {
        "runs": len(costs),
        "cpu_least": round(min(cost.cpu for cost in costs), 2),
        "cpu_median": round(statistics.median(cost.cpu for cost in costs), 2),
        "wall_least": round(min(cost.wall for cost in costs), 2),
        "memory": round(statistics.median(cost.memory for cost in costs)),
    }


def save(path: Path, rows: Sequence[Row]) -> None:
    """Write rows to a file, and keep those that it has of other sides or numbers of pages."""
    kept: dict[tuple[Any, ...], Row] = {}
    here = machine()
    if path.exists():
        before = load(path)
        if {**before["machine"], "date": here["date"]} == here:
            kept = {_key(row): row for row in before["rows"]}
    kept.update((_key(row), row) for row in rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    data = {"machine": here, "rows": list(kept.values())}
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load(path: Path) -> Row:
    """The mapping in a file, with ``machine`` and ``rows``."""
    data: Row = json.loads(path.read_text(encoding="utf-8"))
    return data


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row.get(name) for name in _KEY)


def growth_exponent(points: Sequence[tuple[int, float]]) -> float:
    """The slope of log CPU over log pages: the least squares of pairs of pages and seconds."""
    slope, _ = statistics.linear_regression(
        [math.log(pages) for pages, _ in points], [math.log(cpu) for _, cpu in points]
    )
    return slope
