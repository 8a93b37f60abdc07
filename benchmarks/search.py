"""Prints what a search costs the reader and the build, with each engine, as a Markdown table.

    python benchmarks/search.py [PAGES] [--corpus FOLDER] [--query WORDS ...] [--keep FOLDER]
        [--engine NAME ...] [--json FILE]

The site has a guide page and PAGES (default: 4,000) wiki pages: those of the corpus (default:
``../shared/corpus``), repeated under other titles, or made-up ones (``make_site.py``) where there
is no corpus. It is built for each engine: for Pagefind, and for Sphinx's search with the whole
text and with the first lines of each page. Chromium then opens the search page with a query and an
empty cache. All files count that it loads until no request is left, those of the theme too; the
server compresses nothing. ``--json`` writes the figures to a file (see ``results.py``).
The exit code is 1 if a query costs more than 500 kB with Pagefind, or fetches a page. Needs
Chromium and Playwright, and the extra ``[pagefind]``.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(Path(__file__).parent), str(ROOT / "tests")]

from browsers import launch, serve  # noqa: E402
from build import environment  # noqa: E402
from costs import run  # noqa: E402
from make_site import make_site  # noqa: E402
from results import Row, save  # noqa: E402

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
    make_site(count, made)
    for path in made.rglob("*.md"):
        path.rename(folder / "wiki" / path.name)
    shutil.rmtree(made)


def first_query(browser: Any, address: str, query: str) -> Row:
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
    # Of Pagefind, the first results; of Sphinx, what it says when all are shown, or none is found.
    shown = """document.querySelector('.scrapbox-search-results > li') ||
        /finished|not match/.test(document.querySelector('.search-summary')?.innerText)"""
    tab.wait_for_function(shown, timeout=120_000)
    seconds = time.perf_counter() - start
    tab.wait_for_load_state("networkidle")
    tab.wait_for_timeout(500)
    status = tab.locator("[role=status], #search-results > p").first.inner_text()
    number = re.search(r"\d+|one|No", status, re.IGNORECASE)
    context.close()
    pages = [url for url, _size in sizes if re.match(r"(?!_static/)[^?]*\.html", url)]
    return {
        "results": number[0] if number else "?",
        "bytes": sum(size for _url, size in sizes),
        "requests": len(sizes),
        "fetched": len(pages) - 1,  # without the search page itself
        "seconds": round(seconds, 1),
    }


def build_site(name: str, source: Path, folder: Path) -> tuple[Path, Row]:
    """Build the site for an engine: the output folder, and the size of the index."""
    output, doctrees = folder / name, folder / f"{name}.doctrees"
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", "-j", "auto"]
    command += ["-d", str(doctrees), *ENGINES[name], str(source), str(output)]
    run(command, env=environment(ROOT))
    if name != "Pagefind":
        return output, {"files": 1, "index": (output / "searchindex.js").stat().st_size}
    bundle = output / "_static/sphinx_scrapbox/pagefind"
    (texts,) = (path for path in doctrees.glob("scrapbox-pagefind-*") if path.is_dir())
    index = [sys.executable, "-c", _INDEX, str(texts), str(folder / "index")]
    cost = run(index, env=environment(ROOT))
    files = [path for path in bundle.rglob("*") if path.is_file()]
    return output, {
        "files": len(files),
        "index": sum(path.stat().st_size for path in files),
        "cpu": round(cost.cpu, 1),
        "memory": round(cost.memory),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="?", type=int, default=4000)
    parser.add_argument("--corpus", type=Path, default=ROOT.parent / "shared/corpus")
    parser.add_argument("--query", nargs="+", default=QUERIES)
    parser.add_argument("--engine", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--keep", type=Path, help="where the site is built; it is kept")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        source = folder / "src"
        if not source.is_dir():
            write_site(source, options.pages, options.corpus)
        for name in options.engine:
            output, index = build_site(name, source, folder)
            start = {"side": name, "pages": options.pages}
            rows.append({**start, "real": options.corpus.is_dir(), **index})
            with launch() as browser, serve(output) as address:
                rows += [
                    {**start, "query": query, **first_query(browser, address, query)}
                    for query in options.query
                    if name == "Pagefind" or not query.startswith("&")  # a filter, no words
                ]
    failed = False
    for row in rows:
        if "query" not in row:
            cost = f", {row['cpu']} s of CPU, {row['memory']} MiB" if "cpu" in row else ""
            print(f"{row['side']}: {row['index'] / 1e6:.1f} MB in {row['files']} files{cost}")
    print("\n| Engine | Query | Results | Received | Requests | Pages | Seconds |")
    print("|---|---|---|---|---|---|---|")
    for row in (row for row in rows if "query" in row):
        failed |= row["side"] == "Pagefind" and (row["bytes"] > BUDGET or row["fetched"] > 0)
        print(
            f"| {row['side']} | {row['query']} | {row['results']} | {row['bytes'] / 1e6:.2f} MB "
            f"| {row['requests']} | {row['fetched']} | {row['seconds']} |"
        )
    if options.json:
        save(options.json, rows)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
