"""Writes a site of N exported pages that is shaped like a large real wiki.

    python benchmarks/make_site.py N FOLDER [--seed 1]

The shape is that of a wiki of 23,914 pages: median page 1.3 kB and 95th percentile 8 kB, 4.4
page links a page of which 45 % resolve, in-degree median 1 and maximum about 200, wanted
pages that several pages name, 0.7 icons and 0.75 images a page, a translation footer on 98 %
of the pages, one page in ten with code. Words are made up; equal seeds give equal sites.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_SYLLABLES = "ka ki ku ke ko sa shi su se so ta chi tsu te to na ni nu ne no ha mi mu me".split()
_PEOPLE = ["mio", "ren", "gpt", "sora", "human", "o1 Pro", "hana"]
_FOOTER = (
    "\n\n---\nThis page is auto-translated from [/bench/{0}](https://scrapbox.io/bench/{0}) "
    "using DeepL. If you looks something interesting but the auto-translated English is not "
    "good enough to understand it, feel free to let me know at "
    "[@bench](https://twitter.com/bench). I'm very happy to spread my thought to non-Japanese "
    "readers."
)


class _Writer:
    def __init__(self, count: int, seed: int) -> None:
        self._random = random.Random(seed)
        self._words = [self._word() for _ in range(6000)]
        self._titles = self._make_titles(count)
        self._wanted = [f"wanted {title}" for title in self._make_titles(max(1, count * 3 // 2))]

    def _word(self) -> str:
        return "".join(self._random.choices(_SYLLABLES, k=self._random.choice((1, 2, 2, 3, 3, 4))))

    def _make_titles(self, count: int) -> list[str]:
        titles: dict[str, None] = {}
        while len(titles) < count:
            words = self._random.choices(self._words, k=self._random.randint(1, 6))
            titles[" ".join(words)] = None
        return list(titles)

    def _skewed(self, items: list[str]) -> str:
        """A few items often, most of them once or never, as in-degrees are."""
        return items[int(len(items) * self._random.random() ** 3.2)]

    def _sentence(self) -> str:
        return " ".join(self._random.choices(self._words, k=self._random.randint(5, 22))) + "."

    def _line(self) -> str:
        chance = self._random.random()
        if chance < 0.17:
            target = self._skewed(self._titles if self._random.random() < 0.45 else self._wanted)
            return f"{self._sentence()} [[{target}]]"
        if chance < 0.20:
            return f"{_icon(self._random.choice(_PEOPLE))}{self._sentence()}"
        if chance < 0.21:
            return f"{self._sentence()} #{self._skewed(self._words)}"
        if chance < 0.25:
            return f"[{self._sentence()}](https://example.org/{self._word()})"
        if chance < 0.28:
            number = self._random.getrandbits(128)
            return f"![image](https://gyazo.com/{number:032x}/thumb/1000)"
        return self._sentence()

    def page(self, title: str) -> str:
        lines = [f'---\ntitle: "{title}"\n---\n']
        level = 0
        for _ in range(max(2, int(self._random.lognormvariate(2.75, 1.0)))):
            chance = self._random.random()
            if chance < 0.13:
                lines.append("")
                continue
            if chance < 0.16:
                lines.append(f"### {self._sentence()[:-1]}")
                level = 0
                continue
            if chance < 0.20:
                lines.append(f"> {self._line()}")
                level = 0
                continue
            level = max(0, min(6, level + self._random.choice((-2, -1, 0, 0, 0, 1, 1, 2))))
            lines.append(f"{'    ' * (level - 1)}- {self._line()}" if level else self._line())
        if self._random.random() < 0.1:
            code = "\n".join(
                f"x = {self._word()}({n})" for n in range(self._random.randint(3, 40))
            )
            lines.append(f"python\n\n```\n{code}\n```\n")
        body = "\n".join(lines)
        if self._random.random() < 0.98:
            return body + _FOOTER.format(title)
        return f"{body}\n{_icon('en')}"  # written in this language: a mark, and no footer

    def write(self, folder: Path) -> None:
        pages = folder / "wiki"
        pages.mkdir(parents=True, exist_ok=True)
        for title in self._titles:
            (pages / f"{title}.md").write_text(self.page(title), encoding="utf-8")
        (folder / "index.rst").write_text(
            "Bench\n=====\n\nA guide page beside a wiki.\n", encoding="utf-8"
        )


def _icon(name: str) -> str:
    return (
        f"<img src='https://scrapbox.io/api/pages/bench-en/{name}/icon' "
        f"alt='{name}.icon' height=\"19.5\"/>"
    )


def make_site(count: int, folder: Path, seed: int = 1) -> None:
    """Write *count* pages below *folder*, and an index page beside them."""
    _Writer(count, seed).write(folder)


_TITLE = re.compile(r"""^(title:\s*(["']).*)\2\s*$""", re.MULTILINE)
_UNPACK = "from sphinx_scrapbox.cli import main; main()"


def make_real_site(
    count: int, folder: Path, corpus: Path, environment: Mapping[str, str], *, native: bool = True
) -> None:
    """Write *count* real pages below *folder*, and an index page beside them.

    They are the project exports ``native/*.json`` of *corpus* (if *native*), unpacked by the
    package that Python finds with *environment*, then the exported pages in ``exported*/``. If
    those are too few, the exported ones are repeated with a number after their titles.
    """
    for export in sorted((corpus / "native").glob("*.json")) if native else ():
        target = folder / "wiki" / export.stem
        command = [sys.executable, "-P", "-c", _UNPACK, "unpack", str(export), str(target)]
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    have = len(list((folder / "wiki").rglob("*.scrapbox")))
    pages = [page for part in sorted(corpus.glob("exported*")) for page in part.rglob("*.md")]
    pages.sort()
    if have > count or not pages:
        raise SystemExit(
            f"{corpus} cannot make a site of {count} pages; it has {have} native ones"
        )
    for number in range(count - have):
        page = pages[number % len(pages)]
        repeat = number // len(pages)
        target = folder / "wiki" / page.parent.relative_to(corpus) / page.name
        text = page.read_text(encoding="utf-8")
        if repeat:
            target = target.with_name(f"{repeat + 1} {page.name}")
            text = _TITLE.sub(rf"\1 {repeat + 1}\2", text, count=1)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    (folder / "index.rst").write_text("Bench\n=====\n\nReal pages.\n", encoding="utf-8")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("count", type=int)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    make_site(given.count, given.folder, given.seed)


if __name__ == "__main__":
    main()
