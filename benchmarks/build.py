"""How long a site of exported pages takes to build, against stock Sphinx with MyST.

    python benchmarks/build.py [COUNT ...] [--folder PAGES] [--runs 1] [--jobs 2]
    python benchmarks/build.py 1000 --against CHECKOUT [--corpus CORPUS] [--runs 5] [--jobs 1]

Without ``--folder`` it makes sites of 1,000, 2,000, 4,000 and 8,000 pages (or of the given
counts) by ``make_site.py``; with it, it builds the pages of that folder. Each build is fresh
and a process of its own: ours with every feature on, stock Sphinx with MyST over the same
files with PyStemmer and without (as ``pip install`` leaves both it and ours). All use
alabaster and no toctree. CPU and wall seconds and peak memory are those of the process and its
children; the growth exponent is the slope of log CPU over log pages.

With ``--against`` the package beside this script is compared with the package of another
checkout instead: both build the same pages in turn (A B A B ...), after one build of each that
is not counted. CPU seconds (user and system) are printed for each build, then the least and the
median of each side and their ratios, and the median of the ratios of the pairs. ``--corpus``
takes real pages: a folder with exported pages in ``exported*/`` and project exports in
``native/*.json``, which each side unpacks by its own command; pages are repeated under other
titles up to COUNT.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))

from make_site import make_real_site, make_site

ROOT = Path(__file__).resolve().parents[1]
CONF = {
    "scrapbox": 'extensions = ["sphinx_scrapbox"]\nscrapbox_project = "bench-en"\n',
    "stock": 'extensions = ["myst_parser"]\nsuppress_warnings = ["*"]\n',
}
_HIDE_STEMMER = "import sys; sys.modules['Stemmer'] = None; "
_RUN = "import sys; from sphinx.cmd.build import main; sys.exit(main(sys.argv[1:]))"
SIDES = {
    "scrapbox": ("scrapbox", _HIDE_STEMMER + _RUN),
    "stock, with PyStemmer": ("stock", _RUN),
    "stock, as installed": ("stock", _HIDE_STEMMER + _RUN),
}


class Cost(NamedTuple):
    """CPU and wall seconds, peak memory of the largest process in MiB."""

    cpu: float
    wall: float
    memory: float


def environment(checkout: Path) -> dict[str, str]:
    """The environment of a process that imports the package of a checkout, and leaves it as is."""
    caches = str(Path(tempfile.gettempdir()) / f"sphinx-scrapbox-pycache-{os.getuid()}")
    return {
        **os.environ,
        "PYTHONPATH": str(checkout),
        "PYTHONHASHSEED": "0",
        "PYTHONPYCACHEPREFIX": caches,
    }


def write_site(
    folder: Path, count: int, corpus: Path | None, env: dict[str, str], conf: str
) -> None:
    """Write *count* pages, the real ones of *corpus* or else made ones, and their conf.py."""
    if corpus:
        make_real_site(count, folder, corpus, env)
    else:
        make_site(count, folder)
    conf = f'{conf}html_theme = "alabaster"\nscrapbox_pages = ["wiki/**"]\n'
    (folder / "conf.py").write_text(conf, "utf-8")


def build(
    source: Path, program: str, jobs: int, *, afresh: bool = True, checkout: Path = ROOT
) -> Cost:
    """One build by the package of a checkout, in a process of its own."""
    out = source.parent / "out"
    if afresh:
        shutil.rmtree(out, ignore_errors=True)
    start = time.perf_counter()
    arguments = [sys.executable, "-P", "-c", program, "-q", "-j", str(jobs), "-b", "html"]
    process = os.posix_spawn(
        sys.executable,
        [*arguments, str(source), str(out)],
        environment(checkout),
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ],
    )
    _, status, usage = os.wait4(process, 0)
    if status:
        raise SystemExit(f"the build of {source} failed")
    wall = time.perf_counter() - start
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


def compare(folder: Path, runs: int, jobs: int) -> dict[str, Cost]:
    """The median cost of each side over the pages of *folder*, the sides in turn."""
    costs: dict[str, list[Cost]] = {side: [] for side in SIDES}
    for _ in range(runs):
        for side, (conf, program) in SIDES.items():
            (folder / "conf.py").write_text(f'{CONF[conf]}html_theme = "alabaster"\n', "utf-8")
            costs[side].append(build(folder, program, jobs))
    return {
        side: Cost(*(statistics.median(cost[i] for cost in measured) for i in range(3)))
        for side, measured in costs.items()
    }


def show(pages: int, costs: dict[str, Cost]) -> None:
    """Print one comparison, each stock side with our ratio to it."""
    ours = costs["scrapbox"]
    for side, cost in costs.items():
        ratio = "" if cost is ours else f", ours is {ours.cpu / cost.cpu:.2f} of its CPU"
        print(
            f"{pages:6,} pages  {side:22} CPU {cost.cpu:7.1f} s ({cost.cpu / pages * 1e3:4.1f} ms "
            f"a page), wall {cost.wall:7.1f} s, peak {cost.memory:5.0f} MiB{ratio}",
            flush=True,
        )


def compare_checkouts(
    count: int, other: Path, corpus: Path | None, runs: int, jobs: int
) -> list[tuple[Cost, Cost]]:
    """The costs of *runs* pairs of builds: by the package beside this script, and by *other*."""
    pairs = []
    with tempfile.TemporaryDirectory() as work:
        checkouts = {Path(work) / "a" / "site": ROOT, Path(work) / "b" / "site": other}
        for folder, checkout in checkouts.items():
            write_site(folder, count, corpus, environment(checkout), CONF["scrapbox"])
        for run in range(runs + 1):
            ours, theirs = (
                build(folder, _RUN, jobs, checkout=checkout)
                for folder, checkout in checkouts.items()
            )
            if run:  # the first pair only fills the caches of Python and of the system
                pairs.append((ours, theirs))
                ratio = ours.cpu / theirs.cpu
                print(
                    f"{run:3}: {ours.cpu:8.2f} s, {theirs.cpu:8.2f} s, ratio {ratio:.3f}",
                    flush=True,
                )
    return pairs


def show_pairs(pairs: list[tuple[Cost, Cost]]) -> None:
    """Print the least and median cost of both sides, and their ratios."""
    ours, theirs = ([cost.cpu for cost in side] for side in zip(*pairs, strict=True))
    for name, pick in (("least", min), ("median", statistics.median)):
        a, b = pick(ours), pick(theirs)
        print(f"{name:6} {a:8.2f} s, {b:8.2f} s, ratio {a / b:.3f}")
    paired = statistics.median(ours.cpu / theirs.cpu for ours, theirs in pairs)
    peaks = [statistics.median(cost.memory for cost in side) for side in zip(*pairs, strict=True)]
    print(f"median of the ratios {paired:.3f}; peak {peaks[0]:.0f} MiB, {peaks[1]:.0f} MiB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("counts", type=int, nargs="*", default=[1000, 2000, 4000, 8000])
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--against", type=Path, metavar="CHECKOUT")
    parser.add_argument("--corpus", type=Path, help="real pages, with --against")
    parser.add_argument("--runs", type=int, help="1 if not given; 5 with --against")
    parser.add_argument("--jobs", type=int, help="2 if not given; 1 with --against")
    given = parser.parse_args()
    if given.against:
        other = given.against.resolve()
        for count in given.counts:
            print(f"CPU of {count:,} pages: {ROOT}, against {other}", flush=True)
            show_pairs(
                compare_checkouts(count, other, given.corpus, given.runs or 5, given.jobs or 1)
            )
        return
    runs, jobs = given.runs or 1, given.jobs or 2
    points: list[tuple[int, float]] = []
    for count in [0] if given.folder else given.counts:
        with tempfile.TemporaryDirectory() as work:
            folder = Path(work) / "site"
            if given.folder:
                shutil.copytree(given.folder, folder / "wiki")
                (folder / "index.rst").write_text("Bench\n=====\n", "utf-8")
                count = len(list((folder / "wiki").glob("*.md")))
            else:
                make_site(count, folder)
            costs = compare(folder, runs, jobs)
        show(count, costs)
        points.append((count, costs["scrapbox"].cpu))
    if len(points) > 1:
        (first, cpu_first), (last, cpu_last) = points[0], points[-1]
        exponent = math.log(cpu_last / cpu_first) / math.log(last / first)
        print(f"growth exponent from {first:,} to {last:,} pages: {exponent:.2f}")


if __name__ == "__main__":
    main()
