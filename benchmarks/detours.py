"""What each detour around code of Sphinx saves when pages are written.

    python benchmarks/detours.py [--pages 60] [--runs 3]

The pages are hand-written ones in MyST, so that the figures tell what a change of Sphinx would
save on a site without a wiki. A process builds them, and resolves and writes them again and again;
the least CPU time of a round counts, so that other processes on the machine disturb little. There
is a process with all detours, and one for each detour without it, and all take turns. PyStemmer is
hidden. ``upstream.md`` says what each of them replaces.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from build import environment

ROOT = Path(__file__).resolve().parents[1]
_START = """\
import sys, time; sys.modules["Stemmer"] = None
from sphinx.cmd.build import main
import sphinx_scrapbox.sphinx_ext as extension
from sphinx_scrapbox.sphinx_ext.feature import Listener
from sphinx_scrapbox.sphinx_ext.performance import html_pages, reading, search_index

def without(*names):
    extension.LISTENERS = tuple(
        one for one in extension.LISTENERS if one.handler.__name__ not in names
    )

def measure(app):
    docnames = set(app.env.all_docs)
    rounds = []
    for _ in range(10):
        start = time.process_time()
        app.builder.write_documents(docnames)
        rounds.append(time.process_time() - start)
    print(min(rounds) / len(docnames), file=sys.stderr)
    return ()

extension.LISTENERS += (Listener("html-collect-pages", measure),)
"""
_RUN = "sys.exit(main(sys.argv[1:]))"
DETOURS = {
    "all detours": "",
    "no log records that nobody sees": "reading._handlers = lambda: ()",
    "thresholds of the garbage collector": 'without("raise_thresholds", "freeze_objects")',
    "post-transforms by the nodes they act on": 'without("skip_post_transforms")',
    "tags of style sheets and scripts": 'without("keep_tags")',
    "no style sheets of docutils": "html_pages._skip_style_sheets = lambda builder: None",
    "templates not checked for changes": "html_pages.Environment = type(None)",
    "one translator for titles and toctrees": (
        "html_pages.Partials.render = lambda self, node: self._render(node)"
    ),
    "addresses of pages kept": "html_pages.cache = lambda function: function",
    "each word stemmed once": "search_index.stemmer = lambda language: language.stem",
}
"""By its name, the code that switches a detour off."""


def write_pages(folder: Path, count: int) -> None:
    """Write pages of headings, paragraphs, lists, links and code, in folders of fifty."""
    chance = random.Random(1)
    words = [
        "".join(chance.choices("aeioubdfgklmnprst", k=chance.randint(2, 9))) for _ in range(4000)
    ]

    def text(length: int) -> str:
        return " ".join(words[int(len(words) * chance.random() ** 2)] for _ in range(length))

    names = [f"part{number // 50}/page{number}" for number in range(count)]
    for name in names:
        lines = [f"# {text(4).capitalize()}\n"]
        for _ in range(chance.randint(2, 4)):
            lines.append(f"## {text(3).capitalize()}\n")
            for _ in range(chance.randint(1, 3)):
                lines.append(f"{text(30)} [{text(2)}](/{chance.choice(names)}.md) {text(10)}.\n")
            lines.append("".join(f"- {text(8)}\n" for _ in range(4)))
        if chance.random() < 0.2:
            lines.append(f"```python\nprint({text(3)!r})\n```\n")
        path = folder / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines), encoding="utf-8")
    (folder / "index.rst").write_text("Guide\n=====\n\nPages.\n", encoding="utf-8")
    conf = """\
extensions = ["myst_parser", "sphinx_scrapbox"]
html_theme = "alabaster"
scrapbox_pages = []
suppress_warnings = ["*"]
"""
    (folder / "conf.py").write_text(conf, encoding="utf-8")


def cost_of_page(folder: Path, switch: str) -> float:
    """The CPU seconds in which a page is resolved and written."""
    out = folder.parent / "out"
    program = f"{_START}\n{switch}\n{_RUN}"
    command = [sys.executable, "-P", "-c", program, "-q", "-E", "-a", str(folder), str(out)]
    done = subprocess.run(
        command, check=True, env=environment(ROOT), capture_output=True, text=True
    )
    return float(done.stderr.split()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    costs: dict[str, list[float]] = {name: [] for name in DETOURS}
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "site"
        write_pages(folder, given.pages)
        for _ in range(given.runs):
            for name, switch in DETOURS.items():
                costs[name].append(cost_of_page(folder, switch))
    least = min(costs["all detours"])
    print(f"a page with all detours takes {least * 1e3:.2f} ms of CPU time")
    for name, cpu in list(costs.items())[1:]:
        more = min(cpu) - least
        print(f"without {name:42} {more * 1e3:+6.2f} ms ({more / least:+.1%})")


if __name__ == "__main__":
    main()
