#!/usr/bin/env python3
"""How fast native notation is read, written, and read by the reference parser.

    python benchmarks/read_notation.py [PROJECT.json ...] [--node PACKAGE] [--repeat N]

Without a project, the text is synthetic. With ``--node`` the npm package
``@progfay/scrapbox-parser`` in the folder PACKAGE parses the same pages under Node. The best of
N runs counts, each in one process; then follow lines that make careless parsers quadratic.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from sphinx_scrapbox.formats.notation.inlines import read_notation_inline
from sphinx_scrapbox.formats.notation.lines import read_lines
from sphinx_scrapbox.formats.notation.writer import write_notation

Pages = list[list[str]]

_SYNTHETIC = """\
A page about nothing in particular
[* Beginnings]
The first line links to [another page] and to [/elsewhere/a page of theirs].
\tA longer line that has no notation at all, only words, as most lines of most pages do.
\tA line with `code`, a #tag and [a label https://example.com/address] [someone.icon]
\t\t> A quotation within a list, with [a link] inside
code:example.py
 def double(number):
     return 2 * number

table:numbers
 one\ttwo\t[three]
 1\t2\t3
[https://example.com/picture.png]
日本語の行も普通に出てくるので、[リンク]を一つ含む行を入れておく[someone.icon]
"""

_HARD = ["[", "[[", "[* ", "[$ ", "`", "#a ", "[a.icon]", "https://a ", "[https://a "]
_HARD += ["[https://a", "[a https://", "[* [a]", "[[a", "https://a]", "https://a[", "1. "]

_SCRIPT = """
import {{parse}} from {module};
import fs from "fs";
const texts = JSON.parse(fs.readFileSync(0, "utf8"));
let best = Infinity;
for (let run = 0; run < {repeat}; run++) {{
    const start = process.hrtime.bigint();
    for (const text of texts) {{ try {{ parse(text); }} catch (error) {{}} }}
    best = Math.min(best, Number(process.hrtime.bigint() - start) / 1e9);
}}
console.log(best);
"""


def best_of(repeat: int, work: Callable[[], object]) -> float:
    """The shortest time in seconds that *work* takes."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def best_under_node(package: Path, pages: Pages, repeat: int) -> float:
    """The reference parser's shortest time for *pages*."""
    module = json.dumps((package.resolve() / "dist" / "index.js").as_uri())
    script = _SCRIPT.format(module=module, repeat=repeat)
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", script],
        input=json.dumps(["\n".join(rows) for rows in pages]).encode(),
        capture_output=True,
        check=True,
    )
    return float(done.stdout)


def measure(name: str, pages: Pages, options: argparse.Namespace) -> None:
    size = sum(len(row) + 1 for rows in pages for row in rows)
    trees = [read_lines(rows) for rows in pages]
    print(f"{name}: {len(pages):,} pages, {sum(map(len, pages)):,} rows, {size:,} chars")

    def show(what: str, seconds: float) -> None:
        print(f"  {what:24} {seconds:8.3f} s {size / seconds / 1e6:8.2f} M chars/s")

    ours = best_of(options.repeat, lambda: [read_lines(rows) for rows in pages])
    show("read", ours)
    show("write", best_of(options.repeat, lambda: [write_notation(page) for page in trees]))
    if options.node:
        theirs = best_under_node(options.node, pages, options.repeat)
        show("reference, under Node", theirs)
        print(f"  our speed is {theirs / ours:.2f} times the reference's")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("projects", nargs="*", type=Path, metavar="PROJECT.json")
    parser.add_argument("--node", type=Path, metavar="PACKAGE", help="the npm package's folder")
    parser.add_argument("--repeat", type=int, default=7, metavar="N")
    options = parser.parse_args(arguments)
    for path in options.projects:
        lines = [page["lines"] for page in json.loads(path.read_text("utf-8"))["pages"]]
        pages = [[row if isinstance(row, str) else row["text"] for row in rows] for rows in lines]
        measure(path.name, pages, options)
    if not options.projects:
        measure("synthetic", [_SYNTHETIC.splitlines()] * 500, options)
    print("one line of 50,000 and of 200,000 characters, ms (4 is linear):")
    for piece in _HARD:
        lines = [piece * (size // len(piece)) for size in (50_000, 200_000)]
        first, second = (best_of(3, partial(read_notation_inline, line)) for line in lines)
        print(f"  {piece!r:16} {first * 1e3:8.1f} {second * 1e3:8.1f} {second / first:6.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
