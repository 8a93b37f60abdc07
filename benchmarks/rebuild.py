"""What a large site costs to build, and to build again.

    python benchmarks/rebuild.py [COUNT] [--jobs 2]

Makes a site of COUNT exported pages (24,000 if not given) by ``make_site.py`` and builds it three
times with every feature on: afresh, with nothing changed, and with one page edited. Each build is
a process of its own; seconds are of the whole process, CPU seconds those of it and its children,
memory that of the largest of them.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from build import CONF, SIDES, Cost, build
from make_site import make_site


def show(what: str, cost: Cost, full: Cost | None = None) -> None:
    """Print one build, with its ratio to the full one."""
    ratio = "" if full is None else f", {cost.wall / full.wall:.3f} of the full build"
    print(
        f"{what:16} {cost.wall:7.1f} s, CPU {cost.cpu:7.1f} s, peak {cost.memory:5.0f} MiB{ratio}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("count", type=int, nargs="?", default=24_000)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    conf, program = SIDES["scrapbox"]
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "site"
        make_site(given.count, folder)
        (folder / "conf.py").write_text(f'{CONF[conf]}html_theme = "alabaster"\n', "utf-8")
        full = build(folder, program, given.jobs)
        show(f"{given.count:,} pages", full)
        show("nothing changed", build(folder, program, given.jobs, afresh=False), full)
        pages = sorted((folder / "wiki").glob("*.md"))
        page = pages[len(pages) // 3]
        page.write_text(f"{page.read_text('utf-8')}\nOne more line, for [[{pages[7].stem}]].\n")
        show("one page edited", build(folder, program, given.jobs, afresh=False), full)


if __name__ == "__main__":
    main()
