"""Random edits of a site, reproducible by seed, and what an output folder holds."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

from sites import Site, icon, page

CONFIG = {
    "scrapbox_project": "garden-en",
    "scrapbox_missing": "wiki",
    "scrapbox_data_files": True,
    "exclude_patterns": ["_build", "kept"],
    "suppress_warnings": [
        *("scrapbox.duplicate_title", "scrapbox.include", "scrapbox.toctree"),
        *("toc.duplicate_entry", "toc.secnum"),
    ],
}

GUIDE = """# Guide

Read [[Topic 1]], [[Topic 2]] and [[Nowhere]].

```{scrapbox:related}
```

```{scrapbox:pages}
:sort: linked
```

```{scrapbox:wanted}
:min: 1
```

```{scrapbox:changes}
:from: kept
:lines:
:feed: changes.json
```

```{scrapbox:include} Topic 3
```

```{scrapbox:toctree}
:numbered:

- [[Topic 5]]
  - [[Topic 1]]
- [[Topic 2]]
```

```{scrapbox:toctree} Topic 6
```

- in a list

  ```{scrapbox:include} Topic 4
  :no-title:
  ```
"""


_SHOWN = frozenset({".html", ".json", ".js", ".inv", ".md", ".txt"})

TOPICS = [f"Topic {number}" for number in range(9)]

PEOPLE = ["hana", "ren"]


class Editor:
    """Edits a site at random, the same way for one seed."""

    def __init__(self, site: Site, seed: int) -> None:
        self._site = site
        self._random = random.Random(seed)

    def _file(self, number: int) -> str:
        return f"wiki/page{number}.md"

    def _text(self) -> str:
        # Titles come from a few, so that pages come to share one, and to lose it again.
        lines = [
            f"{self._random.choice(['', icon(self._random.choice(PEOPLE))])}"
            f"Line {self._random.randint(0, 99)} on [[{self._random.choice(TOPICS)}]]"
            for _ in range(self._random.randint(0, 4))
        ]
        if self._random.random() < 0.4:
            lines.append(f"#tag{self._random.randint(0, 2)}")
        return page(self._random.choice(TOPICS), *lines)

    def start(self) -> None:
        self._site.write({"index.rst": "Index\n=====\n\n.. toctree::\n\n   guide\n"})
        self._site.write({"guide.md": GUIDE})
        pages = {self._file(number): self._text() for number in range(5)}
        self._site.write(pages)
        self._site.write({f"kept/{name}": text for name, text in pages.items()})

    def edit(self) -> None:
        action: Callable[[Path], object] = self._random.choice(
            [
                *(self._rewrite, self._rewrite, self._append, self._append),
                *(self._remove, self._rewrite_guide, self._rewrite_kept),
            ]
        )
        action(self._site.src / self._file(self._random.randint(0, 7)))

    def _rewrite(self, path: Path) -> None:
        path.write_text(self._text(), encoding="utf-8")

    def _append(self, path: Path) -> None:
        """Add lines, so that the page keeps its title: few other pages are concerned."""
        if path.is_file():
            lines = self._text().split("\n---\n")[-1]
            path.write_text(f"{path.read_text('utf-8')}\n{lines}", encoding="utf-8")

    def _remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def _rewrite_kept(self, path: Path) -> None:
        self._site.write({f"kept/wiki/{path.name}": self._text()})

    def _rewrite_guide(self, path: Path) -> None:
        topic = self._random.choice(TOPICS)
        (self._site.src / "guide.md").write_text(f"{GUIDE}\n[[{topic}]]\n", encoding="utf-8")


def output(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every page that is part of the site, and what readers' browsers load beside it."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        is_source = name.startswith("_sources/")  # Sphinx leaves those of pages that are gone
        if path.is_file() and path.suffix in _SHOWN and not is_source:
            yield name, path.read_bytes()


def gone(site: Site, folder: Path) -> set[str]:
    """Pages whose source is no more: Sphinx leaves what it wrote of them where it is."""
    here = {path.stem for path in (site.src / "wiki").glob("*.md")}
    return {
        f"wiki/{path.name}" for path in (folder / "wiki").glob("*.html") if path.stem not in here
    }
