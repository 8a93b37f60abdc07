"""How long a site of exported pages takes to build, against stock Sphinx with MyST.

    python benchmarks/build_pages.py FOLDER [--runs 3] [--jobs 1]

Each run is a fresh ``sphinx-build`` in a process of its own, the two sides in turn, over the
same files and the same theme; CPU and wall seconds and peak memory are those of the process.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EXTENSIONS = {"scrapbox": ["sphinx_scrapbox"], "stock": ["myst_parser"]}
CONF = """extensions = {extensions!r}
html_theme = "alabaster"
project = "bench"
suppress_warnings = ["*"] if {stock} else []
"""


def prepare(folder: Path, work: Path, side: str) -> Path:
    source = work / side
    shutil.copytree(folder, source / "wiki")
    (source / "conf.py").write_text(
        CONF.format(extensions=EXTENSIONS[side], stock=side == "stock"), "utf-8"
    )
    (source / "index.rst").write_text("Bench\n=====\n", "utf-8")
    return source


def build(source: Path, jobs: int) -> tuple[float, float]:
    out = source.parent / f"{source.name}-out"
    shutil.rmtree(out, ignore_errors=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    command = [sys.executable, "-m", "sphinx", "-q", "-E", "-j", str(jobs)]
    subprocess.run(
        [*command, "-b", "html", str(source), str(out)],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONHASHSEED": "0"},
    )
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, wall


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--jobs", type=int, default=1)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        sources = {side: prepare(given.folder, work, side) for side in EXTENSIONS}
        measured: dict[str, list[tuple[float, float]]] = {side: [] for side in EXTENSIONS}
        for _ in range(given.runs):
            for side, source in sources.items():
                measured[side].append(build(source, given.jobs))
    for side, runs in measured.items():
        cpu = statistics.median(run[0] for run in runs)
        wall = statistics.median(run[1] for run in runs)
        print(f"{side:9} CPU {cpu:6.2f} s, wall {wall:6.2f} s (median of {len(runs)})")
    ratios = [ours[0] / stock[0] for ours, stock in zip(*measured.values(), strict=True)]
    print(f"ratio of CPU to stock: {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
