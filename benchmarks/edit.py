"""What a save costs on a large site: nothing changed, a page edited, a hub edited.

    python benchmarks/edit.py [COUNT] [--corpus CORPUS] [--jobs 2] [--runs 3] [--work FOLDER]
        [--json FILE]

Makes a site of COUNT pages (24,000 if not given), by ``make_site.py`` or of the real pages in
CORPUS (see ``build.py``), and builds it as the quick start configures it. Then each kind of build
is run RUNS times in turn: an ordinary page gets one more line with a link, a hub (the page that
most pages link to) another first line, and both files are restored by a build that is not counted.
Printed is the least of the CPU seconds of the whole process and its children, the ratio to the
full build, and how many pages of documents were written. With ``--work`` the sources stay in
FOLDER for the next time. ``--json`` writes the figures to a file (see ``results.py``).
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from build import OURS, ROOT, SIDES, build, environment, write_site
from costs import Cost
from results import Row, save, summary

from sphinx_scrapbox.wiki.titles import key

_SIDE = SIDES[OURS]
_LINK = re.compile(r"\[\[([^\[\]]+)\]\]")


class EditedSite:
    """A site that was built, two of its pages, and what builds of it cost."""

    def __init__(self, folder: Path, jobs: int) -> None:
        self._folder = folder
        self._jobs = jobs
        pages = sorted((folder / "wiki").rglob("*.md"))
        self.page = pages[len(pages) // 3]
        self.hub = hub_of(pages)
        self._texts = {path: path.read_text("utf-8") for path in (self.page, self.hub)}

    def build(self, *, afresh: bool = False) -> tuple[Cost, int]:
        """The cost of a build, and how many pages of documents it wrote."""
        out = self._folder.parent / "out"
        before = _times(out) if not afresh else {}
        cost = build(self._folder, _SIDE.program, self._jobs, afresh=afresh)
        after = _times(out)
        return cost, sum(before.get(name) != time for name, time in after.items())

    def edit_page(self) -> None:
        """Add a line with a link to the end of the ordinary page."""
        self.page.write_text(
            f"{self._texts[self.page]}\nOne more line, for [[{self.hub.stem}]].\n"
        )

    def edit_hub(self) -> None:
        """Give the hub another first line, which the cards of its neighbours show.

        The line has no words, so that the language of a short page stays as it is.
        """
        head, rule, body = self._texts[self.hub].partition("\n---\n")
        self.hub.write_text(f"{head}{rule}\n1 + 1 = 2\n{body}", "utf-8")

    def restore(self) -> None:
        """Undo all edits, and build."""
        for path, text in self._texts.items():
            if path.read_text("utf-8") != text:
                path.write_text(text, "utf-8")
        self.build()


def hub_of(pages: list[Path]) -> Path:
    """The page that most of *pages* in its own folder, which is a wiki, link to."""
    linking: Counter[tuple[Path, str]] = Counter()
    for path in pages:
        titles = {key(title) for title in _LINK.findall(path.read_text("utf-8"))}
        linking.update((path.parent, title) for title in titles)
    return max(pages, key=lambda path: (linking[path.parent, key(path.stem)], path))


def _times(out: Path) -> dict[str, int]:
    """The times of the pages of wiki documents."""
    pages = (out / "wiki").rglob("*.html")
    return {path.as_posix(): path.stat().st_mtime_ns for path in pages}


def show(what: str, cost: Cost, full: Cost, written: int) -> None:
    """Print one kind of build."""
    print(
        f"{what:24} CPU {cost.cpu:7.1f} s, {cost.cpu / full.cpu:.3f} of the full build, "
        f"{written} pages written, peak {cost.memory:5.0f} MiB",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("count", type=int, nargs="?", default=24_000)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (given.work or Path(temporary)) / "site"
        if not folder.is_dir():
            write_site(folder, given.count, given.corpus, environment(ROOT), _SIDE.conf)
        site = EditedSite(folder, given.jobs)
        full, written = site.build(afresh=True)
        show(f"{given.count:,} pages", full, full, written)
        site.build()
        kinds: dict[str, Callable[[], None]] = {
            "nothing changed": lambda: None,
            "an ordinary page": site.edit_page,
            "a hub": site.edit_hub,
        }
        costs: dict[str, list[tuple[Cost, int]]] = {kind: [] for kind in kinds}
        for _run in range(given.runs):
            for kind, edit in kinds.items():
                edit()
                costs[kind].append(site.build())
                site.restore()
        rows = [_row("full build", given, [(full, written)])]
        for kind, measured in costs.items():
            least, written = min(measured, key=lambda pair: pair[0].cpu)
            show(kind, least, full, written)
            rows.append(_row(kind, given, measured))
        if given.json:
            save(given.json, rows)


def _row(kind: str, given: argparse.Namespace, measured: list[tuple[Cost, int]]) -> Row:
    return {
        "side": kind,
        "pages": given.count,
        "processes": given.jobs,
        "real": bool(given.corpus),
        "written": max(written for _, written in measured),
        **summary([cost for cost, _ in measured]),
    }


if __name__ == "__main__":
    main()
