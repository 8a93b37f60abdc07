"""Prints what a search costs the reader and the build, with each engine, as a Markdown table.

    python benchmarks/search.py [PAGES] [--corpus FOLDER] [--query WORDS ...] [--keep FOLDER]

The site has a guide page and PAGES (default: 4,000) wiki pages: those of the corpus (default:
``../shared/corpus``), repeated under other titles, or made-up ones (``make_site.py``) where there
is no corpus. It is built for each engine: for Pagefind, and for Sphinx's search with the whole
text and with the first lines of each page. Chromium then opens the search page with a query and an
empty cache. All files count that it loads until no request is left, those of the theme too; the
server compresses nothing. The exit code is 1 if a query costs more than 500 kB with Pagefind, or
fetches a page. Needs Chromium and Playwright, and the extra ``[pagefind]``.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from browsers import launch, serve  # noqa: E402

BUDGET = 500_000
"""Bytes that the first results of Pagefind may cost."""
QUERIES = ("design", "knowledge production", "全文検索", "高校", "設計", "の", "&language=ja")
"""Words, and what follows them in the address of the search page."""
_CONF = """\
extensions = ["sphinx_scrapbox"]
html_theme = "alabaster"
project = "Bench"
scrapbox_pages = ["wiki/**"]
scrapbox_project = "bench"
suppress_warnings = ["scrapbox.duplicate_title"]
"""
_GUIDE = "# A guide\n\nIt says what design is: 全文検索 of knowledge production in a 高校.\n"
ENGINES = {
    "Pagefind": ["-D", "scrapbox_search_engine=pagefind"],
    "Sphinx, whole text": ["-D", "scrapbox_search=full"],
    "Sphinx, first lines": ["-D", "scrapbox_search=summary"],
}
_INDEX = """\
import sys
from pathlib import Path
from sphinx_scrapbox.sphinx_ext.html.search import pagefind_index
pagefind_index._write_index(Path(sys.argv[1]), Path(sys.argv[2]), "en")
"""


@dataclass
class Cost:
    """What a process cost."""

    cpu: float
    """Seconds of CPU time, with the processes that it started."""
    memory: int
    """The most bytes that one of them held."""


def run(command: Sequence[str]) -> Cost:
    """Run a command, which must not fail."""
    process = subprocess.Popen(command, cwd=ROOT)
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def corpus_pages(corpus: Path) -> list[tuple[str, str]]:
    """Pairs of the title and the text of a page; native pages are exported ones here."""
    pages = []
    for path in sorted(corpus.glob("exported*/**/*.md")):
        text = re.sub(r"\A---\n.*?\n---\n", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        pages.append((path.stem, text))
    for path in sorted(corpus.glob("native*/*.json")):
        for page in json.loads(path.read_text(encoding="utf-8"))["pages"]:
            pages.append((page["title"], "\n\n".join(line["text"] for line in page["lines"][1:])))
    return pages


def repeated(pages: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The pages again and again, under other titles."""
    turn = 0
    while True:
        for title, text in pages:
            yield (f"{title} {turn}" if turn else title), text
        turn += 1


def write_site(folder: Path, count: int, corpus: Path) -> None:
    """Write the sources of the site."""
    (folder / "wiki").mkdir(parents=True)
    (folder / "conf.py").write_text(_CONF, encoding="utf-8")
    (folder / "index.md").write_text(_GUIDE, encoding="utf-8")
    if pages := corpus_pages(corpus):
        for number, (title, text) in enumerate(islice(repeated(pages), count)):
            front = f"---\ntitle: {json.dumps(title, ensure_ascii=False)}\n---\n\n"
            (folder / f"wiki/{number}.md").write_text(front + text, encoding="utf-8")
        return
    made = folder / "made"
    script = str(ROOT / "benchmarks/make_site.py")
    run([sys.executable, script, str(count), str(made)])
    for path in made.rglob("*.md"):
        path.rename(folder / "wiki" / path.name)
    shutil.rmtree(made)


def first_query(browser: Any, address: str, query: str) -> dict[str, Any]:
    """Open the search page with a query and an empty cache; what it cost."""
    context = browser.new_context()
    tab = context.new_page()
    sizes: list[tuple[str, int]] = []  # of the page and of its workers
    tab.on(
        "response",
        lambda response: sizes.append(
            (response.url.removeprefix(address), int(response.headers.get("content-length", 0)))
        ),
    )
    start = time.perf_counter()
    tab.goto(f"{address}search.html?q={query}")
    shown = "document.querySelector('.scrapbox-search-results > li, ul.search > li')"
    tab.wait_for_function(shown, timeout=120_000)
    seconds = time.perf_counter() - start
    tab.wait_for_load_state("networkidle")
    tab.wait_for_timeout(500)
    status = tab.locator("[role=status], #search-results > p").first.inner_text()
    context.close()
    pages = [url for url, _size in sizes if re.match(r"(?!_static/)[^?]*\.html", url)]
    return {
        "status": status,
        "bytes": sum(size for _url, size in sizes),
        "requests": len(sizes),
        "pages": len(pages) - 1,  # without the search page itself
        "seconds": seconds,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="?", type=int, default=4000)
    parser.add_argument("--corpus", type=Path, default=ROOT.parent / "shared/corpus")
    parser.add_argument("--query", nargs="+", default=QUERIES)
    parser.add_argument("--engine", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--keep", type=Path, help="where the site is built; it is kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        source = folder / "src"
        if not source.is_dir():
            write_site(source, options.pages, options.corpus)
        failed = False
        rows = []
        for name in options.engine:
            output, doctrees = folder / name, folder / f"{name}.doctrees"
            command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", "-j", "auto"]
            command += ["-d", str(doctrees), *ENGINES[name], str(source), str(output)]
            run(command)
            size = sum(path.stat().st_size for path in output.glob("searchindex.js"))
            if name == "Pagefind":
                bundle = output / "_static/sphinx_scrapbox/pagefind"
                (texts,) = (path for path in doctrees.glob("scrapbox-pagefind-*") if path.is_dir())
                cost = run([sys.executable, "-c", _INDEX, str(texts), str(folder / "index")])
                files = [path for path in bundle.rglob("*") if path.is_file()]
                size = sum(path.stat().st_size for path in files)
                print(
                    f"Pagefind: {options.pages} pages are indexed in {cost.cpu:.1f} s of CPU time "
                    f"({cost.memory / 2**30:.1f} GiB), {len(files)} files"
                )
            with launch() as browser, serve(output) as address:
                for query in options.query:
                    found = first_query(browser, address, query)
                    failed |= name == "Pagefind" and (
                        found["bytes"] > BUDGET or found["pages"] > 0
                    )
                    rows.append((name, size, query, found))
    print("\n| Engine | Index | Query | Results | Received | Requests | Pages | Seconds |")
    print("|---|---|---|---|---|---|---|---|")
    for name, size, query, found in rows:
        number = re.search(r"\d+|one|No", found["status"], re.IGNORECASE)
        print(
            f"| {name} | {size / 1e6:.1f} MB | {query} | {number[0] if number else '?'} "
            f"| {found['bytes'] / 1e6:.2f} MB | {found['requests']} | {found['pages']} "
            f"| {found['seconds']:.1f} |"
        )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
