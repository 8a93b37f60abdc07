r"""Writes the figures of the documentation from ``benchmarks/results/``; none is typed by hand.

    python benchmarks/report.py [--check]

Writes ``explanation/performance-figures.md`` of ``example_docs`` and ``_ext/figures.json``, in
which the role ``measured`` of the documentation looks figures up by name. With ``--check`` it
writes nothing, and the exit code is 1 if one of the two is not what the results say. These
commands fill the results, on a machine that does nothing else::

    python benchmarks/build.py 1000 2000 4000 8000 --runs 3 --corpus CORPUS --tools FOLDER ... \
        --json benchmarks/results/build.json
    python benchmarks/edit.py 24000 --corpus CORPUS --json benchmarks/results/edit.json
    python benchmarks/search.py 4000 --corpus CORPUS --json benchmarks/results/search.json
    python benchmarks/phases.py 4000 --corpus CORPUS --json benchmarks/results/phases.json
"""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from build import OURS, SIDES
from phases import CORES, PHASES, longest_steps, serial_share, speed_up
from plan import plan_figures, plan_rows
from results import FOLDER, Row, growth_exponent, load

DOCS = Path(__file__).resolve().parents[1] / "example_docs"
ALL_FEATURES = "sphinx-scrapbox, every feature"
_CAPABILITIES = """\
| Tool | Links by title | Linking and related pages | Speakers, translations | Search |
|---|---|---|---|---|
| sphinx-scrapbox | yes | yes | yes | yes |
| Sphinx + MyST | no | no | no | yes |
| Hugo | no | no | no | no |
| zensical | no | no | no | yes |
| MkDocs + roamlinks | to pages of the site | no | no | yes |
| MkDocs + ezlinks | yes, also to pages that do not exist | no | no | yes |
| Quartz | yes | linking pages, a graph | no | yes |
"""
_HEAD = """\
<!-- Written by benchmarks/report.py from benchmarks/results/. Do not edit. -->

# Figures of builds and searches

For advice, see [](../how-to/large-sites.md). [](performance.md) says what the extension does about
time and memory.
"""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _prose(text: str) -> str:
    lines = textwrap.fill(text, 99, break_on_hyphens=False, break_long_words=False)
    return f"\n{lines}\n\n"


def _seconds(seconds: float) -> str:
    return f"{seconds:,.0f} s" if seconds >= 100 else f"{seconds:.1f} s"


def _kind(row: Row) -> str:
    return "real (repeated under other titles)" if row["real"] else "generated"


class Results:
    """The rows of the files in a folder."""

    def __init__(self, folder: Path = FOLDER) -> None:
        names = ("build", "edit", "search", "phases")
        files = {name: load(folder / f"{name}.json") for name in names}
        self.machine: Row = files["build"]["machine"]
        self.dates = sorted({file["machine"]["date"] for file in files.values()})
        self.plan: list[Row] = load(folder / "hundred-thousand.json")["rows"]
        self.build, self.edit, self.search, self.phases = (
            list[Row](files[name]["rows"]) for name in names
        )

    def cost(self, side: str, pages: int) -> Row | None:
        """The row of a side and a number of pages, if it was measured and did not fail."""
        rows = [row for row in self.build if (row["side"], row["pages"]) == (side, pages)]
        return next((row for row in rows if "cpu_least" in row), None)

    def counts(self, side: str = OURS) -> list[int]:
        """The numbers of pages for which a side was measured."""
        return sorted(row["pages"] for row in self.build if row["side"] == side)

    def exponent(self, side: str = OURS) -> float:
        """How the CPU seconds of a side grow with the pages."""
        points = [(row["pages"], row["cpu_least"]) for row in self.build if row["side"] == side]
        return growth_exponent(points)


_GROWTH = """
From {measured}`fewest-pages` to {measured}`most-pages` pages, its CPU time grows with the number
of pages to the power of {measured}`exponent`.

"""
_METHOD = """\
Measured on {measured}`dates` with the scripts in `benchmarks/`, on {measured}`cores` cores
({measured}`system`), with {measured}`versions`. All tools built the same files on the same machine
in turn. CPU time is the least of the runs, that of all processes added; memory is the peak of the
largest process. Elapsed times depend on what else the machine does.
"""


def _against_sphinx(results: Results) -> str:
    sides = [side for side in SIDES if results.counts(side)]
    rows, ratios = [], []
    for pages in results.counts():
        cells = {side: results.cost(side, pages) for side in sides}
        rows.append([f"{pages:,}", *(_cost(cell) for cell in cells.values())])
        ours = cells[OURS]
        assert ours is not None
        others = [cell for side, cell in cells.items() if side not in (OURS, ALL_FEATURES)]
        ratios.append([f"{pages:,}", *(_ratio(ours, cell) for cell in others)])
    ours_only = [row for row in results.build if row["side"] == OURS]
    walls = [
        [
            f"{row['pages']:,}",
            f"{row['runs']}",
            _seconds(row["wall_least"]),
            f"{row['cpu_least'] / row['pages'] * 1000:.1f} ms",
        ]
        for row in sorted(ours_only, key=lambda row: row["pages"])
    ]
    return (
        "\n## Full builds\n"
        + _prose(
            f"The pages are {_kind(ours_only[0])}, the theme is Alabaster. sphinx-scrapbox is "
            "configured as in the quick start, which indexes only first lines of more than 4,000 "
            "pages for searches; a second column has every feature on. Sphinx with "
            "MyST shows links by title as text. The floor is the least that Sphinx needs: its "
            "parser makes one paragraph of each file. PyStemmer is not installed unless a column "
            "says so."
        )
        + _table(["Pages", *sides], rows)
        + _prose("CPU time of sphinx-scrapbox divided by that of the others:")
        + _table(["Pages", *sides[2:]], ratios)
        + _prose("With {measured}`processes` processes (`-j`), a build of sphinx-scrapbox takes:")
        + _table(["Pages", "Runs", "Time", "CPU time per page"], walls)
        + (_GROWTH if len(results.counts()) > 1 else "\n")
    )


def _cost(row: Row | None) -> str:
    return "" if row is None else f"{_seconds(row['cpu_least'])}, {row['memory']} MiB"


def _ratio(ours: Row, row: Row | None) -> str:
    return "" if row is None else f"{ours['cpu_least'] / row['cpu_least']:.2f}"


def _against_others(results: Results) -> str:
    others = [row for row in results.build if row["side"] not in SIDES]
    counts = sorted({row["pages"] for row in others})
    tools = list(dict.fromkeys(row["side"] for row in others))
    versions = {row["side"]: row["version"] for row in others if "version" in row}
    heads = ["Tool", "Version", *(f"{pages:,}" for pages in counts)]
    ours = ["sphinx-scrapbox", "", *(_times(results.cost(OURS, pages)) for pages in counts)]
    lines = [ours]
    for tool in tools:
        rows = {row["pages"]: row for row in others if row["side"] == tool}
        cells = [_times(rows.get(pages)) for pages in counts]
        lines.append([tool, versions.get(tool, ""), *cells])
    hugo = ""
    if _hugo(results):
        hugo = (
            "Hugo is by far the fastest: sphinx-scrapbox needs {measured}`hugo-factor` times its "
            "CPU time for {measured}`hugo-pages` pages. "
        )
    return (
        "## Other tools\n"
        + _prose("CPU time, and elapsed time on all cores, by the number of pages:")
        + _table(heads, lines)
        + _prose(f"{hugo}These do other things with the same pages:")
        + _CAPABILITIES
        + _prose(
            "Hugo and zensical show `[[links]]` as text. Hugo has no theme here, only a template "
            "with a title and the text. Quartz does not make images for social networks here, "
            "which need fonts from the network. MkDocs and zensical do not list all pages in "
            "their navigation. sphinx-scrapbox also writes indices, previews and data files."
        )
    )


def _hugo(results: Results) -> tuple[int, float] | None:
    """The most pages that both Hugo and ours built, and the ratio of their CPU seconds."""
    for pages in reversed(results.counts()):
        ours, hugo = results.cost(OURS, pages), results.cost("Hugo", pages)
        if ours and hugo:
            return pages, ours["cpu_least"] / hugo["cpu_least"]
    return None


def _times(row: Row | None) -> str:
    if row is None:
        return ""
    if problem := row.get("missing") or row.get("failed"):
        return str(problem)
    return f"{_seconds(row['cpu_least'])}, {_seconds(row['wall_least'])}"


def _after_edits(results: Results) -> str:
    pages = max(row["pages"] for row in results.edit)
    kinds = {row["side"]: row for row in results.edit if row["pages"] == pages}
    full = kinds["full build"]
    rows = [
        [
            side,
            _seconds(row["cpu_least"]),
            f"{row['cpu_least'] / full['cpu_least']:.3f}",
            _seconds(row["wall_least"]),
            f"{row['written']:,}",
            f"{row['memory']:,} MiB",
        ]
        for side, row in kinds.items()
    ]
    heads = ["Build", "CPU time", "Of the full build", "Time", "Pages written", "Memory"]
    return (
        "## Builds after an edit\n"
        + _prose(
            f"{{measured}}`large-pages` pages, {_kind(full)}. The hub is the page that most pages "
            "link to; its first line, which the cards of its neighbours show, was edited."
        )
        + _table(heads, rows)
    )


def _searches(results: Results) -> str:
    rows = []
    indices = [row for row in results.search if "query" not in row]
    for index in indices:
        queries = [
            row
            for row in results.search
            if "query" in row and (row["side"], row["pages"]) == (index["side"], index["pages"])
        ]
        sizes = sorted({f"{row['bytes'] / 1e6:.2f}" for row in queries}, key=float)
        rows.append(
            [
                index["side"],
                f"{index['pages']:,}",
                f"{index['index'] / 1e6:.1f} MB",
                f"{index['files']:,}",
                "–".join(dict.fromkeys((sizes[0], sizes[-1]))) + " MB",
                str(max(row["fetched"] for row in queries)),
            ]
        )
    return (
        "\n(figures-of-searches)=\n\n## Searches\n"
        + _prose(
            f"Pages in English and Japanese, {_kind(indices[0])}. A query is the "
            "first one of a reader, with all files that the search page loads, uncompressed."
        )
        + _table(["Search", "Wiki pages", "Index", "Files", "First query", "Pages fetched"], rows)
        + _prose(
            "Pagefind indexes {measured}`indexed-pages` pages in {measured}`indexing-seconds` "
            "seconds of CPU time, with {measured}`indexing-gibibytes` GiB of memory, whenever a "
            "text of the site changed."
        )
    )


def _processes(results: Results) -> str:
    pages = max(row["pages"] for row in results.phases)
    by_jobs = {row["jobs"]: row for row in results.phases if row["pages"] == pages}
    rows = []
    for phase in PHASES:
        cells = [by_jobs[jobs]["phases"][phase] for jobs in sorted(by_jobs)]
        rows.append([phase, *(f"{cell['main']:.1f} + {cell['workers']:.1f} s" for cell in cells)])
    alone, two = by_jobs[1], by_jobs[2]
    ups = [f"{speed_up(alone, two, number):.1f}" for number in CORES]
    steps = [[f"`{step}`", _seconds(seconds)] for step, seconds in longest_steps(two)]
    walls = [
        _seconds(sum(phase["wall"] for phase in by_jobs[jobs]["phases"].values()))
        for jobs in sorted(by_jobs)
    ]
    heads = ["Phase", *(f"`-j {jobs}`" for jobs in sorted(by_jobs))]
    return (
        "## Processes\n"
        + _prose(
            "CPU time of {measured}`phases-pages` pages in the main process and (after the plus "
            "sign) in its workers. More processes than the {measured}`cores` cores show what "
            "processes cost, not what cores gain. “Environment” is what happens between reading "
            "and writing, such as links and related pages of the whole site; indices and the "
            "search index are “finishing”."
        )
        + _table(heads, [*rows, ["elapsed time", *walls]])
        + _prose(
            "With two processes, the main process does {measured}`serial-share` of the work, "
            "which more cores do not make shorter. By Amdahl's law, builds are at most so many "
            "times as fast as in one process:"
        )
        + _table(["Cores", *(str(number) for number in CORES)], [["Speed-up", *ups]])
        + _prose("The longest steps of the main process:")
        + _table(["Step", "CPU time"], steps)
    )


def _very_large(results: Results) -> str:
    heads = ["", "{measured}`planned-pages` pages", "{measured}`larger-pages` pages"]
    return (
        "\n(figures-of-very-large-sites)=\n\n## Very large sites\n"
        + _prose(
            "One full build of {measured}`planned-pages` pages in {measured}`planned-jobs` "
            "processes was measured. They are generated, and resemble those of a large real wiki. "
            "The figures for {measured}`larger-pages` pages follow from it, as time, memory and "
            "files grow in proportion to the number of pages."
        )
        + _table(heads, plan_rows(results.plan)).removesuffix("\n")
    )


def page(results: Results) -> str:
    """The page with all figures, as MyST."""
    parts = (_against_sphinx, _against_others, _after_edits, _searches, _processes, _very_large)
    return f"{_HEAD}\n{_METHOD}{''.join(part(results) for part in parts)}\n"


def figures(results: Results) -> dict[str, str]:
    """The figures in the prose of pages, by name."""
    return {
        **_method(results),
        **_build_figures(results),
        **_search_figures(results),
        **plan_figures(results.plan),
    }


def _method(results: Results) -> dict[str, str]:
    machine = results.machine
    packages = machine["packages"]
    return {
        "dates": " / ".join(dict.fromkeys((results.dates[0], results.dates[-1]))),
        "cores": str(machine["cores"]),
        "system": machine["system"],
        "versions": (
            f"Python {machine['python']}, Sphinx {packages['sphinx']}, docutils "
            f"{packages['docutils']}, MyST-Parser {packages['myst-parser']}"
        ),
    }


def _build_figures(results: Results) -> dict[str, str]:
    counts = results.counts()
    ours = results.cost(OURS, counts[-1])
    assert ours is not None
    pages = max(row["pages"] for row in results.edit)
    kinds = {row["side"]: row for row in results.edit if row["pages"] == pages}
    hugo = _hugo(results) or (0, 0)
    phases = max(row["pages"] for row in results.phases)
    (two,) = (row for row in results.phases if (row["pages"], row["jobs"]) == (phases, 2))
    return {
        "processes": str(ours["processes"]),
        "fewest-pages": f"{counts[0]:,}",
        "most-pages": f"{counts[-1]:,}",
        "exponent": f"{results.exponent():.2f}" if len(counts) > 1 else "",
        "hugo-pages": f"{hugo[0]:,}",
        "hugo-factor": f"{hugo[1]:.0f}",
        "large-pages": f"{pages:,}",
        "full-build-seconds": f"{kinds['full build']['cpu_least']:.0f}",
        "edit-seconds": f"{kinds['an ordinary page']['cpu_least']:.0f}",
        "phases-pages": f"{phases:,}",
        "serial-share": f"{serial_share(two):.0%}",
    }


def _search_figures(results: Results) -> dict[str, str]:
    pagefind = [row for row in results.search if row["side"] == "Pagefind"]
    index = max((row for row in pagefind if "query" not in row), key=lambda row: row["pages"])
    queries = [row for row in pagefind if "query" in row and row["pages"] == index["pages"]]
    return {
        "query-megabytes": f"{max(row['bytes'] for row in queries) / 1e6:.1f}",
        "indexed-pages": f"{index['pages']:,}",
        "indexing-seconds": f"{index['cpu']:.0f}",
        "indexing-gibibytes": f"{index['memory'] / 1024:.1f}",
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    results = Results()
    texts = {
        DOCS / "explanation" / "performance-figures.md": page(results),
        DOCS / "_ext" / "figures.json": json.dumps(figures(results), indent=1) + "\n",
    }
    wrong = [
        path
        for path, text in texts.items()
        if not path.exists() or path.read_text("utf-8") != text
    ]
    for path in wrong:
        print(path.relative_to(DOCS.parent).as_posix())
        if not given.check:
            path.write_text(texts[path], "utf-8")
    return int(given.check and bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
