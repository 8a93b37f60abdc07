"""How many Markdown files are recognised as pages of a wiki, with no configuration.

    python benchmarks/recognise.py FOLDER ... [--names 3] [--alone]

For each FOLDER: the ``.md`` files in it and below, how many are pages, their share, and how many
folders a build would warn about. Then the reasons why the others are none, each with the number
of files and the first names. Of an export all should be pages, of hand-written documents none.
With ``--alone``, each file is judged as if it were the only one in its folder, which is what the
file itself tells. Hidden files and folders are left out.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from sphinx_scrapbox.formats.detect import Answer, Status, recognise
from sphinx_scrapbox.snapshot.folder import PageFolders, page_files


def answers(folder: Path, *, alone: bool) -> Iterator[tuple[str, Answer]]:
    """Each Markdown file below *folder*, and what it is."""
    folders = PageFolders()
    for name in sorted(page_files(folder)):
        if name.endswith(".md"):
            text = (folder / name).read_text(encoding="utf-8-sig", errors="replace")
            if alone:
                yield name, recognise(text, name).alone
            else:
                yield name, folders.answer(text, folder / name)


def report(folder: Path, *, names: int, alone: bool) -> tuple[int, int]:
    """Print the figures of a folder, and return the numbers of files and pages."""
    start = time.perf_counter()
    files = pages = 0
    doubtful = set()
    others: dict[str, list[str]] = defaultdict(list)
    for name, answer in answers(folder, alone=alone):
        files += 1
        pages += answer.is_page
        if answer.status is Status.DOUBT:
            doubtful.add(Path(name).parent)
        if not answer.is_page:
            # Without the names of fields, which would be a reason each.
            reason = answer.reason.partition(":")[0]
            others[f"{answer.status.name.lower()}: {reason}"].append(name)
    share = f"{100 * pages / files:.2f} %" if files else "-"
    seconds = time.perf_counter() - start
    print(f"{files:7,} files {pages:7,} pages {share:>9} {len(doubtful):4} warnings "
          f"{seconds:6.2f} s  {folder}")  # fmt: skip
    for reason, left in sorted(others.items(), key=lambda item: -len(item[1])) if names else ():
        more = ", …" if len(left) > names else ""
        print(f"        {len(left):7,} {reason}\n                {', '.join(left[:names])}{more}")
    return files, pages


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folders", metavar="FOLDER", nargs="+", type=Path)
    parser.add_argument(
        "--names", type=int, default=3, help="names for each reason; 0: no reasons"
    )
    parser.add_argument("--alone", action="store_true", help="as if each file were by itself")
    given = parser.parse_args()
    figures = [report(folder, names=given.names, alone=given.alone) for folder in given.folders]
    files, pages = map(sum, zip(*figures, strict=True))
    print(f"{files:7,} files {pages:7,} pages in all")


if __name__ == "__main__":
    main()
