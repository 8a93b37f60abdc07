"""After a build that was killed, of single files or by another builder, a whole one mends all.

What Sphinx itself (9.0) leaves stale for good, so that only writing the page again helps:

* It pickles the environment before it writes. Afterwards it writes a page only if its source is
  newer than its target: one that was read again for another reason (a file that it depends on, an
  event) is lost, and so is one that a build of single files or another builder read.
* A target that was opened, and so emptied, is newer than its source. The copy in ``_sources`` is
  written after the page, images are copied after all pages, and ``searchindex.js`` last of all,
  each from the pages of that build alone.
* ``.buildinfo`` with the new options is written before anything is read. An empty one ends each
  further build with an IndexError.

A truncated environment or doctree does no harm: all, or this document, is read again. Files that
each build writes (objects.inv, genindex, search, ``_static``) mend themselves.

The site here keeps off what Sphinx leaves stale without any kill: titles in toctrees do not
change, and what it wrote of a page whose source is removed is removed, too.
"""

from __future__ import annotations

import json
import os
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from killing import Moment, killed_build, needs_kill
from outputs import stale_files
from sites import EPUB, Site, icon, page

pytestmark = [needs_kill, pytest.mark.long]

ROUNDS = int(os.environ.get("SCRAPBOX_ROUNDS", "4"))
"""How many rounds are tried; a site lives for :data:`ROUNDS_OF_A_SITE` of them."""
ROUNDS_OF_A_SITE = 2

CONFIG: dict[str, Any] = {
    "scrapbox_missing": "wiki",
    "scrapbox_project": "garden-en",
    "scrapbox_provenance": "end",
    "exclude_patterns": ["_build", "kept"],
    "suppress_warnings": ["scrapbox.duplicate_title", "scrapbox.include", "scrapbox.directive"],
    **EPUB,
}
GUIDE = """# Guide

Read [[Topic 1]], [[Topic 2]] and [[Nowhere]].

```{scrapbox:related}
```

```{scrapbox:pages}
:sort: linked
```

```{scrapbox:tagged} tag1
```

```{scrapbox:people}
```

```{scrapbox:wanted}
:min: 1
```

```{scrapbox:snapshot}
```

```{scrapbox:map} Topic 1
:wanted:
```

```{scrapbox:changes}
:from: kept
:lines:
:feed: changes.json
```

```{scrapbox:include} Topic 3
```
"""
TOPICS = [f"Topic {number}" for number in range(8)]
PEOPLE = ["hana", "ren"]
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="{}"/></svg>'
# Where a build is killed: what it does there does not take equally many files.
PLACES = (
    "doctrees/.*doctree",
    "doctrees/environment.pickle",
    r"\w+/(wiki|other|native|guide|index|_sources)\b",
    r"\w+/(wiki|other|native|guide|index|_sources)\b",
    r"\w+/(?!wiki|other|native|guide|index|_sources|_static)",
    "",
)
BUILDERS = (("html", "text"), ("html", "epub"), ("dirhtml", "html"), ("text", "dirhtml"))
FOLDERS = ("wiki", "wiki/deeper", "other")


class _Editor:
    """Edits a site at random, the same way for one seed."""

    def __init__(self, site: Site, chance: random.Random, *, faces: bool) -> None:
        self._site = site
        self._chance = chance
        self._edits = [
            *(self._rewrite_page, self._rewrite_page, self._rewrite_page, self._move_page),
            *(self._remove_page, self._rewrite_guide, self._rewrite_kept, self._rewrite_lock),
            *([self._rewrite_face] if faces else []),
        ]

    def start(self) -> None:
        self._site.write({"index.md": "# Index\n\n```{toctree}\nguide\n```\n"})
        self._site.write({"guide.md": GUIDE, "other/static.md": page("Static", "[[Topic 1]]")})
        for number in range(6):
            text = self._text()
            self._write(f"wiki/page{number}.md", text)
            self._write(f"kept/wiki/page{number}.md", text)
        self._rewrite_lock()

    def edit(self) -> str:
        edit = self._chance.choice(self._edits)
        edit()
        return edit.__name__.strip("_")

    def documents(self) -> list[str]:
        """The pages that there are now, by their paths."""
        found = (path for folder in FOLDERS for path in (self._site.src / folder).glob("page*"))
        return sorted(path.relative_to(self._site.src).as_posix() for path in found)

    def _write(self, name: str, text: str) -> None:
        self._site.write({name: text})
        os.utime(self._site.src / name)  # finer than what the file system noted

    def _text(self) -> str:
        # Titles come from a few, so that pages come to share one, and to lose it again.
        chance = self._chance
        lines = [
            f"{chance.choice(['', icon(chance.choice(PEOPLE))])}"
            f"Line {chance.randint(0, 99)} on [[{chance.choice(TOPICS)}]]"
            for _ in range(chance.randint(0, 4))
        ]
        if chance.random() < 0.4:
            lines.append(f"#tag{chance.randint(0, 2)}")
        return page(chance.choice(TOPICS), *lines)

    def _rewrite_page(self) -> None:
        known = [name for name in self.documents() if name.endswith(".md")]
        self._write(self._chance.choice([*known, f"wiki/page{len(known)}.md"]), self._text())

    def _remove_page(self) -> None:
        if name := self._any_page():
            (self._site.src / name).unlink()
            self._remove_outputs(name)

    def _move_page(self) -> None:
        if name := self._any_page():
            old = self._site.src / name
            text = old.read_text(encoding="utf-8")
            old.unlink()
            self._remove_outputs(name)
            self._write(f"{self._chance.choice(FOLDERS)}/{old.name}", text)

    def _any_page(self) -> str:
        return self._chance.choice(["", *(n for n in self.documents() if n.endswith(".md"))])

    def _remove_outputs(self, name: str) -> None:
        stem = name.removesuffix(".md")
        for out in self._site.src.parent.glob(f"{self._site.src.name}_build/*"):
            if out.name != "doctrees":
                for left in (f"{stem}.html", f"{stem}.txt", f"{stem}.xhtml", f"{stem}/index.html"):
                    (out / left).unlink(missing_ok=True)
                (out / f"_sources/{name}.txt").unlink(missing_ok=True)

    def _rewrite_kept(self) -> None:
        self._write(f"kept/wiki/page{self._chance.randint(0, 6)}.md", self._text())

    def _rewrite_guide(self) -> None:
        self._write("guide.md", f"{GUIDE}\n[[{self._chance.choice(TOPICS)}]]\n")

    def _rewrite_face(self) -> None:
        self._write(
            f"icons/{self._chance.choice(PEOPLE)}.svg", SVG.format(self._chance.randint(1, 9))
        )

    def _rewrite_lock(self) -> None:
        """A snapshot of another day: its page may have been renamed."""
        chance = self._chance
        now, *was = chance.sample(TOPICS, 2) if chance.random() < 0.5 else [TOPICS[7]]
        time = 86400 * chance.randint(1, 9999)
        head = {"scrapbox-lock": 1, "project": "garden-en", "exported": time, "private": False}
        row = {"id": "5" * 24, "title": now, "file": "page.scrapbox", "created": 1, "updated": 0}
        rows = [head, {**row, "hash": "", **({"was": was} if was else {})}]
        self._write("native/scrapbox.lock", "".join(f"{json.dumps(one)}\n" for one in rows))
        self._write("native/page.scrapbox", f"{now}\nTo [{chance.choice(TOPICS)}]\n")


class _Site:
    """A site, the two builders that build it in turn, and what was done to it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.builders = BUILDERS[seed % len(BUILDERS)]
        self.site = Site(folder / "site")
        # A book would go on holding the images that no page shows any longer.
        faces = "epub" not in self.builders
        self.config = {**CONFIG, "scrapbox_icon_path": ["icons"]} if faces else CONFIG
        self.editor = _Editor(self.site, self.chance, faces=faces)
        self.editor.start()
        self.tried: list[str] = []

    def disturb(self) -> Iterator[str]:
        """Edits, and builds that do not write all that they should; tells the ends of these."""
        for _ in range(self.chance.randint(1, 4)):
            for _ in range(self.chance.randint(1, 2)):
                self.tried.append(self.editor.edit())
            builder = self.chance.choice(self.builders)
            build: dict[str, Any] = {"parallel": self.chance.choice([0, 0, 0, 2])}
            if self.chance.random() < 0.4:
                documents = ["guide.md", *self.editor.documents()]
                build["only"] = self.chance.sample(documents, self.chance.randint(1, 2))
            if self.chance.random() < 0.2:
                self.site.build(builder, **build, **self.config)
                end = "done"
            else:
                end = self._kill(builder, build)
            which = " ".join([builder, *build.get("only", [])])
            self.tried.append(f"{which}: {end}")
            yield end

    def _kill(self, builder: str, build: dict[str, Any]) -> str:
        number = min(self.chance.randrange(12) for _ in range(4))
        moment = Moment(number, self.chance.random() < 0.4, self.chance.choice(PLACES))
        file = killed_build(self.site, builder, moment, **build, **self.config)
        return f"killed before {file}{' was filled' * moment.torn}" if file else "done"

    def mend(self) -> list[str]:
        """Build all; what is not as in a fresh build."""
        stale: list[str] = []
        for builder in self.chance.sample(self.builders, 2):
            parallel = self.chance.choice([0, 2])
            built = self.site.build(builder, parallel=parallel, **self.config)
            self.tried.append(f"{builder}, all of it")
            stale += [
                f"{builder}, {name}" for name in stale_files(self.site, built, **self.config)
            ]
        return stale


def _kind(end: str) -> str:
    if "doctrees/" in end:
        return "killed pickling" if "environment.pickle" in end else "killed reading"
    return "killed writing" if "killed" in end else end


# -- one kill, where it hurts ----------------------------------------------------------

AT = {
    "before a page is read": Moment(0, counts="doctrees/wiki/a.doctree"),
    "with half of a page that was read": Moment(0, torn=True, counts="doctrees/wiki/a.doctree"),
    "before what was read is kept": Moment(0, counts="doctrees/environment.pickle"),
    "with half of what was read": Moment(0, torn=True, counts="doctrees/environment.pickle"),
    "before anything is written": Moment(0, counts="html/"),
    "before the first page": Moment(0, counts=r"html/.*/[ab]\.html"),
    "with half of the first page": Moment(0, torn=True, counts=r"html/.*/[ab]\.html"),
    "with half of a source": Moment(0, torn=True, counts="html/_sources/.*/a"),
    "before the second page": Moment(1, counts=r"html/.*/[ab]\.html"),
    "before an image is copied": Moment(0, counts="html/_images"),
    "before the index of the search": Moment(0, counts="html/searchindex"),
    "with half of an index of the search": Moment(0, torn=True, counts="html/searchindex"),
    "with half of an inventory": Moment(0, torn=True, counts="html/objects.inv"),
    "with half of Sphinx's own notes": Moment(0, torn=True, counts="html/.buildinfo"),
    "before the previews": Moment(0, counts="html/.*previews"),
}


def _site_to_kill(folder: Path) -> Site:
    """Two pages: what the one says, the other shows."""
    return Site(
        folder / "site",
        {
            "index.md": "# Index\n\n```{toctree}\nguide\n```\n",
            "guide.md": GUIDE,
            "wiki/a.md": page("A", "Alone.", icon("hana") + "Hello."),
            "wiki/b.md": page("B", "Quiet."),
            "icons/hana.svg": SVG.format(1),
        },
    )


@pytest.mark.parametrize("moment", AT.values(), ids=AT)
def test_one_kill_is_mended(tmp_path: Path, moment: Moment) -> None:
    site = _site_to_kill(tmp_path)
    config = {**CONFIG, "scrapbox_icon_path": ["icons"]}
    site.build(**config)
    site.write({"wiki/a.md": page("A", "With [[B]].", icon("hana") + "Good night.")})
    site.write({"icons/hana.svg": SVG.format(2)})
    if moment.number:  # so that both pages have to be written
        site.write({"wiki/b.md": page("B", "Said aloud.")})
    if "objects" in moment.counts:  # so that the inventory has to be written
        site.write({"wiki/c.md": page("C", "New.")})
    assert killed_build(site, "html", moment, **config)
    assert stale_files(site, site.build(**config), **config) == []


@pytest.mark.parametrize("option", [{"scrapbox_missing": "text"}, {"scrapbox_related": "list"}])
@pytest.mark.parametrize(
    "counts", ["doctrees/wiki/a", "doctrees/environment.pickle", "html/_static", r"html/.*/b\."]
)
def test_an_option_that_changed_before_the_kill(
    tmp_path: Path, counts: str, option: dict[str, str]
) -> None:
    site = _site_to_kill(tmp_path)
    site.write({"wiki/a.md": page("A", "To [[B]] and [[Nowhere]].")})
    site.write({"wiki/b.md": page("B", "To [[Nowhere]].")})
    site.build(**CONFIG)
    # Sphinx notes at once, in the folder of output, that it was made with other options.
    config = {**CONFIG, **option}
    site.write({"wiki/a.md": page("A", "To [[B]] and [[Nowhere]], too.")})
    assert killed_build(site, "html", Moment(0, counts=counts), **config)
    assert stale_files(site, site.build(**config), **config) == []


# -- at random -------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(-(-ROUNDS // ROUNDS_OF_A_SITE)))
def test_all_is_mended(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """``SCRAPBOX_ROUNDS=60 pytest -n0 -s`` tries more, and tells what it tried."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780000000")  # books bear a date
    tried = _Site(tmp_path, seed)
    ends: Counter[str] = Counter()
    for builder in tried.builders:
        tried.site.build(builder, **tried.config)
    for number in range(ROUNDS_OF_A_SITE):
        tried.tried.clear()
        ends.update(map(_kind, tried.disturb()))
        stale = tried.mend()
        assert stale == [], f"round {number} of seed {seed}:\n  " + "\n  ".join(tried.tried)
    told = ", ".join(f"{count} {end}" for end, count in sorted(ends.items()))
    print(f"\nseed {seed}, {' and '.join(tried.builders)}: {told}")
    shutil.rmtree(tmp_path)
