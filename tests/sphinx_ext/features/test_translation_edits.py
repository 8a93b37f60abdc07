"""Random edits of two wikis, one translated from the other, end where a fresh build begins."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from edits import output
from sites import Site

CONFIG: dict[str, Any] = {
    "scrapbox_side_by_side": True,
    "scrapbox_untranslated": True,
    "scrapbox_missing": "wiki",
    "suppress_warnings": ["scrapbox.duplicate_title", "toc"],
}
INDEX = """\
Index
=====

.. scrapbox:coverage::

.. scrapbox:glossary::

.. scrapbox:stale::
"""
SOURCES = [f"Dai {number}" for number in range(5)]
TITLES = [f"Topic {number}" for number in range(5)] + SOURCES[:1]  # one title in both wikis


class Wikis:
    """Two exported wikis, edited at random, the same way for one seed."""

    def __init__(self, site: Site, seed: int) -> None:
        self._site = site
        self._random = random.Random(seed)

    def start(self) -> None:
        self._site.write({"index.rst": INDEX})
        for number in range(4):
            self._write("ja", number)
            self._write("en", number)

    def edit(self) -> None:
        folder, number = self._random.choice(["ja", "en"]), self._random.randrange(6)
        if self._random.random() < 0.25:
            (self._site.src / folder / f"{number}.md").unlink(missing_ok=True)
        else:
            self._write(folder, number)

    def _write(self, folder: str, number: int) -> None:
        project = {"ja": "garden", "en": "garden-en"}[folder]
        own = f"https://scrapbox.io/api/pages/{project}/mio/icon"
        lines = [f"<img src='{own}' alt='mio.icon' height=\"19.5\"/>"]
        for _ in range(self._random.randrange(4)):
            lines.append(f"Line {self._random.randrange(9)} on [[{self._link()}]]")
        title = self._random.choice(SOURCES if folder == "ja" else TITLES)
        if folder == "ja":
            lines.append("これは日本語の文です。")
        else:
            for source in self._random.sample(SOURCES, self._random.randrange(3)):
                link = f"[/garden/{source}](https://scrapbox.io/garden/{source})"
                lines += ["---", f"This page is auto-translated from {link} using DeepL.", title]
        day = f"2025-03-{self._random.randrange(1, 28):02}"
        head = f'---\ntitle: "{title}"\nupdated: {day}\n---\n'
        self._site.write({f"{folder}/{number}.md": "\n".join([head, *lines, ""])})

    def _link(self) -> str:
        return self._random.choice([*TITLES, *SOURCES])


def _of_gone_pages(site: Site, folder: Path) -> set[str]:
    """What Sphinx leaves of pages whose sources are no more."""
    names = [path.relative_to(folder).as_posix() for path in folder.glob("*/*.html")]
    return {
        name
        for name in names
        if name[:3] in ("ja/", "en/") and not (site.src / f"{name.partition('.')[0]}.md").is_file()
    }


@pytest.mark.long
@pytest.mark.parametrize(("seed", "parallel"), [(1, 0), (2, 2)])
def test_step_by_step_is_as_good_as_new(tmp_path: Path, seed: int, parallel: int) -> None:
    site = Site(tmp_path / "site")
    wikis = Wikis(site, seed)
    wikis.start()
    site.build(target="_kept", parallel=parallel, **CONFIG)
    steps_with_pairs = 0
    for _ in range(8):
        wikis.edit()
        kept = site.build(target="_kept", parallel=parallel, **CONFIG)
        steps_with_pairs += any(kept.out.rglob("*.side-by-side.html"))
        fresh = site.build(target="_fresh", **CONFIG)
        assert kept.warnings == [] or fresh.warnings != []
        left = _of_gone_pages(site, kept.out)
        ours = {name: text for name, text in output(kept.out) if name not in left}
        anew = dict(output(fresh.out))
        assert ours.keys() == anew.keys()
        assert [name for name in anew if ours[name] != anew[name]] == []
        shutil.rmtree(fresh.out.parent)
    assert steps_with_pairs > 1
