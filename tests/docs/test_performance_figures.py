"""The figures of the documentation come from ``benchmarks/results/``, and these from scripts."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from scripts import benchmark_script

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def report() -> Iterator[ModuleType]:
    before = set(sys.modules)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [*sys.path])  # the script adds its folder
        yield from benchmark_script("report")
    own = ("build", "costs", "make_site", "other_tools", "phases", "results")
    for name in set(own) - before:
        sys.modules.pop(name, None)


def _phases(main: float, workers: float) -> dict[str, Any]:
    return {"phases": {"writing": {"main": main, "workers": workers, "wall": 1.0}}}


def test_documentation_has_the_figures_of_the_results(report: ModuleType) -> None:
    results = report.Results()
    page = report.DOCS / "explanation" / "performance-figures.md"
    assert page.read_text("utf-8") == report.page(results), "run python benchmarks/report.py"
    figures = json.loads((report.DOCS / "_ext" / "figures.json").read_text("utf-8"))
    assert figures == report.figures(results), "run python benchmarks/report.py"


def test_results_name_versions_and_no_machine(report: ModuleType) -> None:
    for path in sorted(report.FOLDER.glob("*.json")):
        machine = report.load(path)["machine"]
        assert set(machine) == {"date", "system", "cores", "python", "packages"}
        assert machine["packages"]["sphinx"]
        assert '"/' not in path.read_text("utf-8")


def test_growth_of_a_power_is_its_exponent(report: ModuleType) -> None:
    points = [(pages, 0.01 * pages**1.2) for pages in (1000, 2000, 8000)]
    assert math.isclose(report.growth_exponent(points), 1.2)


def test_serial_work_limits_the_speed_up(report: ModuleType) -> None:
    alone, two = _phases(10, 0), _phases(2, 8)
    assert report.serial_share(two) == 0.2
    assert report.speed_up(alone, two, 1) == 1
    assert report.speed_up(alone, two, 4) == 2.5
    assert report.speed_up(alone, two, 1_000_000) < 5


def test_sides_are_measured_and_missing_tools_named(tmp_path: Path) -> None:
    if not BENCHMARKS.is_dir():
        pytest.skip(f"the benchmarks are not here: {BENCHMARKS}")
    out = tmp_path / "build.json"
    script = [sys.executable, str(BENCHMARKS / "build.py"), "8", "--json", str(out)]
    sides = ["--side", "sphinx-scrapbox", "floor", "--tools", str(tmp_path)]
    run = subprocess.run([*script, *sides], env={"PATH": "/"}, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    rows = {row["side"]: row for row in json.loads(out.read_text("utf-8"))["rows"]}
    assert {side for side, row in rows.items() if "cpu_least" in row} == set(sides[1:3])
    assert {side for side, row in rows.items() if "missing" in row} == {
        "Hugo",
        "zensical",
        "MkDocs + roamlinks",
        "MkDocs + ezlinks",
        "Quartz",
    }
    assert "hugo is not installed" in run.stdout
    assert rows["sphinx-scrapbox"]["cpu_least"] > 0.1
