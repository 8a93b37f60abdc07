"""How long a site of exported pages takes to build, against Sphinx with MyST and other tools.

    python benchmarks/build.py [COUNT ...] [--folder PAGES | --corpus CORPUS] [--runs 1]
        [--jobs 2] [--tools FOLDER ...] [--json FILE]
    python benchmarks/build.py 1000 --against CHECKOUT [--corpus CORPUS] [--runs 5] [--jobs 1]

Without ``--folder`` and ``--corpus`` it makes sites of 1,000, 2,000, 4,000 and 8,000 pages (or of
the given counts) by ``make_site.py``; with ``--folder``, it builds the pages of that folder. Each
build is fresh and a process of its own, and all sides build the same files in turn (A B A B ...):
ours as the quick start configures it and with every feature on, Sphinx with MyST with PyStemmer
and without (as ``pip install`` leaves both it and ours), and the floor: Sphinx with a parser that
makes one paragraph of each file. All use alabaster and no toctree. ``--side`` chooses.

The tools of ``other_tools.py`` are looked for in the folders of ``--tools`` and on the PATH; each
that is missing is named. CPU and wall seconds and peak memory are those of the process and its
children; the growth exponent is the slope of log CPU over log pages. ``--json`` writes the figures
to a file (see ``results.py``).

With ``--against`` the package beside this script is compared with the package of another
checkout instead: both build the same pages in turn (A B A B ...), after one build of each that
is not counted. CPU seconds (user and system) are printed for each build, then the least and the
median of each side and their ratios, and the median of the ratios of the pairs. ``--corpus``
takes real pages: a folder with exported pages in ``exported*/`` and project exports in
``native/*.json``, which each side unpacks by its own command; pages are repeated under other
titles up to COUNT. Native pages are left out where other tools take part, which cannot read them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))

from costs import CommandError, Cost, run
from make_site import make_real_site, make_site
from other_tools import TOOLS, MissingError, Tool
from results import Row, growth_exponent, save, summary

ROOT = Path(__file__).resolve().parents[1]
_DEFAULT = 'extensions = ["sphinx_scrapbox"]\nscrapbox_project = "bench-en"\n'
_ALL_FEATURES = f"""\
{_DEFAULT}html_baseurl = "https://wiki.example/"
scrapbox_link_documents = True
scrapbox_telomere = True
scrapbox_search = "full"
scrapbox_data_files = True
scrapbox_provenance = "end"
scrapbox_side_by_side = True
scrapbox_untranslated = True
scrapbox_translation_notice = "both"
scrapbox_myst_tags = True
scrapbox_hosts = True
scrapbox_deny = {{"titles": ["A page that nobody may see"], "tags": ["a-tag-that-nobody-uses"]}}
"""
_STOCK = """\
extensions = ["myst_parser"]
suppress_warnings = ["docutils", "myst", "toc"]
"""
_FLOOR = """\
from docutils import nodes
from sphinx.parsers import Parser
suppress_warnings = ["toc"]
class OneParagraph(Parser):
    supported = ("markdown",)
    def parse(self, text, document):
        document += nodes.paragraph(text, text)
def setup(app):
    app.add_source_suffix(".md", "markdown")
    app.add_source_parser(OneParagraph)
"""
_RUN = "import sys; from sphinx.cmd.build import main; sys.exit(main(sys.argv[1:]))"


class Side(NamedTuple):
    """A way to build a site with Sphinx."""

    conf: str
    """What ``conf.py`` has, besides the theme."""
    stemmer: bool = False
    """Whether Sphinx sees PyStemmer."""

    @property
    def program(self) -> str:
        """What Python runs."""
        return _RUN if self.stemmer else f"import sys; sys.modules['Stemmer'] = None; {_RUN}"


OURS = "sphinx-scrapbox"
SIDES = {
    OURS: Side(_DEFAULT),
    "sphinx-scrapbox, every feature": Side(_ALL_FEATURES),
    "Sphinx + MyST": Side(_STOCK),
    "Sphinx + MyST, PyStemmer": Side(_STOCK, stemmer=True),
    "floor": Side(_FLOOR),
    "floor, PyStemmer": Side(_FLOOR, stemmer=True),
}


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
    folder: Path,
    count: int,
    corpus: Path | None,
    env: dict[str, str],
    conf: str,
    *,
    native: bool = True,
) -> None:
    """Write *count* pages, the real ones of *corpus* or else made ones, and their conf.py."""
    if corpus:
        make_real_site(count, folder, corpus, env, native=native)
    else:
        make_site(count, folder)
    write_conf(folder, f'{conf}scrapbox_pages = ["wiki/**"]\n')


def write_conf(folder: Path, conf: str) -> None:
    """Write the conf.py of a side."""
    (folder / "conf.py").write_text(f'{conf}html_theme = "alabaster"\n', "utf-8")


def build(
    source: Path, program: str, jobs: int, *, afresh: bool = True, checkout: Path = ROOT
) -> Cost:
    """One build by the package of a checkout, in a process of its own."""
    out = source.parent / "out"
    if afresh:
        shutil.rmtree(out, ignore_errors=True)
    arguments = ["-P", "-c", program, "-q", "-j", str(jobs), "-b", "html", str(source), str(out)]
    try:
        return run([sys.executable, *arguments], env=environment(checkout))
    except CommandError as error:
        raise SystemExit(f"{error.stderr}\nthe build of {source} {error}") from None


Build = Callable[[], Cost]


def sphinx_builds(site: Path, sides: Iterable[str], jobs: int) -> dict[str, Build]:
    """A function for each side that builds the pages of *site* afresh."""

    def builds(side: Side) -> Build:
        def measure() -> Cost:
            write_conf(site, side.conf)
            return build(site, side.program, jobs)

        return measure

    return {name: builds(SIDES[name]) for name in sides}


def tool_builds(
    site: Path, folders: Sequence[Path], limit: float
) -> tuple[dict[str, Build], dict[str, str]]:
    """A function for each other tool that is installed; versions, or why one is missing."""
    pages = site.parent / "pages"
    shutil.copytree(site / "wiki", pages / "wiki")
    (pages / "index.md").write_text("# Bench\n", "utf-8")
    builds: dict[str, Build] = {}
    notes: dict[str, str] = {}
    for name, find in TOOLS.items():
        try:
            tool = find(folders)
        except MissingError as error:
            notes[name] = str(error)
        else:
            notes[name] = tool.version
            builds[name] = partial(run_tool, tool, site.parent / "project", pages, limit)
    return builds, notes


def run_tool(tool: Tool, project: Path, pages: Path, limit: float) -> Cost:
    """One build of *pages* by another tool, with a new project. Raises CommandError."""
    shutil.rmtree(project, ignore_errors=True)
    project.mkdir()
    tool.prepare(project, pages)
    cost = run(tool.command, folder=project, limit=limit)
    if not next((project / "out").rglob("*.html"), None):
        raise CommandError("wrote no page")
    return cost


def interleaved(builds: dict[str, Build], runs: int) -> dict[str, Row]:
    """What each build cost in *runs* turns: a summary, or how it failed."""
    costs: dict[str, list[Cost]] = defaultdict(list)
    failed: dict[str, Row] = {}
    for _ in range(runs):
        for name, measure in builds.items():
            if name not in failed:
                try:
                    costs[name].append(measure())
                except CommandError as error:
                    print(f"{name}: {error.stderr}", file=sys.stderr)
                    failed[name] = {"failed": str(error)}
    return {name: failed.get(name) or summary(costs[name]) for name in builds}


def show(rows: Sequence[Row]) -> None:
    """Print one comparison, with the ratio of our CPU seconds to those of each other side."""
    ours = next((row for row in rows if row["side"] == OURS), None)
    for row in rows:
        start = f"{row['pages']:6,} pages  {row['side']:30} {row.get('version') or '':16}"
        if problem := row.get("failed") or row.get("missing"):
            print(f"{start} {problem}", flush=True)
            continue
        ratio = "" if ours in (row, None) else f", ours {ours['cpu_least'] / row['cpu_least']:.2f}"
        print(
            f"{start} CPU {row['cpu_least']:7.1f} s ({row['cpu_least'] / row['pages'] * 1e3:4.1f} "
            f"ms a page), median {row['cpu_median']:7.1f} s, wall {row['wall_least']:7.1f} s, "
            f"peak {row['memory']:5.0f} MiB{ratio}",
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
            write_site(folder, count, corpus, environment(checkout), _DEFAULT)
        for turn in range(runs + 1):
            ours, theirs = (
                build(folder, _RUN, jobs, checkout=checkout)
                for folder, checkout in checkouts.items()
            )
            if turn:  # the first pair only fills the caches of Python and of the system
                pairs.append((ours, theirs))
                ratio = ours.cpu / theirs.cpu
                print(
                    f"{turn:3}: {ours.cpu:8.2f} s, {theirs.cpu:8.2f} s, ratio {ratio:.3f}",
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


def compare(count: int, given: argparse.Namespace) -> list[Row]:
    """The rows of one number of pages: ours, stock Sphinx, the floor, and the other tools."""
    with tempfile.TemporaryDirectory() as work:
        site = Path(work) / "site"
        if given.folder:
            shutil.copytree(given.folder, site / "wiki")
            (site / "index.rst").write_text("Bench\n=====\n", "utf-8")
            count = len(list((site / "wiki").rglob("*.md")))
        else:
            env = environment(ROOT)
            write_site(site, count, given.corpus, env, _DEFAULT, native=False)
        builds = sphinx_builds(site, given.side, given.jobs or 2)
        tools, notes = tool_builds(site, given.tools, given.limit) if given.tools else ({}, {})
        measured = interleaved({**builds, **tools}, given.runs or 1)
    rows = [{"side": name, "pages": count, **row} for name, row in measured.items()]
    for row in rows:
        row["real"] = bool(given.corpus or given.folder)
        if row["side"] in SIDES:
            row["processes"] = given.jobs or 2
        else:
            row["version"] = notes[row["side"]]
    missing = [name for name in notes if name not in tools]
    return rows + [{"side": name, "pages": count, "missing": notes[name]} for name in missing]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("counts", type=int, nargs="*", default=[1000, 2000, 4000, 8000])
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--against", type=Path, metavar="CHECKOUT")
    parser.add_argument("--corpus", type=Path, help="real pages")
    parser.add_argument("--runs", type=int, help="1 if not given; 5 with --against")
    parser.add_argument("--jobs", type=int, help="2 if not given; 1 with --against")
    parser.add_argument("--side", nargs="+", choices=SIDES, default=list(SIDES))
    parser.add_argument("--tools", type=Path, nargs="+", default=[], help="of other tools")
    parser.add_argument(
        "--limit", type=float, default=900, help="seconds for another tool's build"
    )
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    if given.against:
        other = given.against.resolve()
        for count in given.counts:
            print(f"CPU of {count:,} pages: {ROOT}, against {other}", flush=True)
            show_pairs(
                compare_checkouts(count, other, given.corpus, given.runs or 5, given.jobs or 1)
            )
        return
    points: list[tuple[int, float]] = []
    for count in [0] if given.folder else given.counts:
        rows = compare(count, given)
        show(rows)
        if given.json:
            save(given.json, rows)
        points += [(row["pages"], row["cpu_least"]) for row in rows if row["side"] == OURS]
    if len(points) > 1:
        first, last = points[0][0], points[-1][0]
        exponent = growth_exponent(points)
        print(f"growth exponent from {first:,} to {last:,} pages: {exponent:.2f}")


if __name__ == "__main__":
    main()
