"""Two sites with each other's inventories: an edit of one concerns some pages of the other."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from outputs import differences
from sites import Built, Site, icon, page

CONF = """
extensions = ["sphinx_scrapbox", "sphinx.ext.intersphinx"]
scrapbox_project = {own!r}
scrapbox_missing = "wiki"
scrapbox_myst_tags = True
version = "1"
exclude_patterns = ["_build"]
intersphinx_mapping = {{{other!r}: ({address!r}, {inventory!r})}}
intersphinx_cache_limit = 0
"""
ADDRESS = {"manual": "https://manual.example.org/", "garden": "https://garden.example.org/"}
FILES = {
    "manual": {
        "index.md": "# Manual\n\nNo link.\n",
        "by-title.md": "---\norphan: true\n---\n# By title\n\n[[Compost]] #mulch\n",
        "by-role.rst": ":orphan:\n\nBy role\n=======\n\n:ref:`beds` :any:`Beds`\n",
        "named.rst": ":orphan:\n\nNamed\n=====\n\n:external+garden:scrapbox:page:`compost`\n",
        "myst.md": "---\norphan: true\n---\n# Inv\n\n[](inv:garden:std:label#beds)\n",
        "wanted.rst": ":orphan:\n\nWanted\n======\n\n.. scrapbox:wanted::\n",
        "wiki/own.md": page("Own", "To [[Own page]] and [[/garden/Compost]]."),
        "wiki/own-page.md": page("Own page", icon("hana", "garden") + "Speaks."),
        "wiki/apart.md": page("Apart", "To [[Own]]."),
    },
    "garden": {
        "index.rst": "Garden\n======\n\n.. _beds:\n\nBeds\n----\n\nWords.\n",
        "compost.md": page("Compost", "To [[/manual/Own]] and [[Soil]]."),
        "soil.md": page("Soil", "Of [[Compost]]."),
    },
}


@dataclass
class Joined:
    """Two sites, each with the inventory of the other."""

    folder: Path
    sites: dict[str, Site] = field(default_factory=dict)
    is_edited: bool = False

    def __post_init__(self) -> None:
        for own, other in (("manual", "garden"), ("garden", "manual")):
            inventory = str(self.folder / f"{other}_build" / "html" / "objects.inv")
            conf = CONF.format(own=own, other=other, address=ADDRESS[other], inventory=inventory)
            self.sites[own] = Site(self.folder / own)
            self.write(own, {"conf.py": conf, **FILES[own]})

    def write(self, name: str, files: Mapping[str, str | None]) -> None:
        """Write sources; the marks of pages are those of the site's own wiki."""
        own = {
            file: text and text.replace("garden-en/en", f"{name}/en")
            for file, text in files.items()
        }
        self.sites[name].write(own)

    def undo_edits(self) -> None:
        """Have both sites as they were at first."""
        for name, site in self.sites.items():
            for path in [path for path in site.src.rglob("*") if path.is_file()]:
                if path.relative_to(site.src).as_posix() not in {"conf.py", *FILES[name]}:
                    path.unlink()
            self.write(name, FILES[name])
        for name in ("garden", "manual", "garden"):
            self.sites[name].build()
        self.is_edited = False

    def build(self, name: str) -> Built:
        """Build a site, and compare with a fresh build."""
        built = self.sites[name].build()
        shutil.rmtree(self.folder / f"{name}_fresh", ignore_errors=True)
        fresh = self.sites[name].build(target="_fresh")
        # Sphinx keeps the pages of documents that are removed.
        found = differences(built.out, fresh.out)
        assert [line for line in found if not line.startswith("left over: ")] == []
        return built

    def after(self, name: str, files: Mapping[str, str | None]) -> list[str]:
        """The pages of documents of the other site that an edit of *name* rewrites there."""
        (other,) = self.sites.keys() - {name}
        self.is_edited = True
        self.write(name, files)
        self.build(name)
        written = self.build(other).written
        assert self.sites[other].build().written == []
        return written


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Joined:
    joined = Joined(tmp_path_factory.mktemp("joined"))
    # Neither inventory exists at first.
    first = joined.sites["manual"].build()
    assert any("failed to reach any of the inventories" in line for line in first.warnings)
    joined.build("garden")
    joined.build("manual")
    return joined


@pytest.fixture
def joined(both: Joined) -> Joined:
    if both.is_edited:
        both.undo_edits()
    return both


def test_the_first_inventory_completes_the_other_site(joined: Joined) -> None:
    out = joined.sites["manual"].build().out
    garden = ADDRESS["garden"]
    for name, address in {
        "by-title": "compost.html",
        "by-role": "index.html#beds",
        "named": "compost.html",
        "myst": "index.html#beds",
        "wiki/own": "compost.html",
    }.items():
        assert f'href="{garden}{address}"' in (out / f"{name}.html").read_text("utf-8"), name


def test_nothing_is_written_if_nothing_that_is_linked_changed(joined: Joined) -> None:
    edit = {"soil.md": page("Soil", "Of [[Compost]], edited.")}
    assert joined.after("garden", edit) == []


def test_a_page_that_comes_moves_or_goes(joined: Joined) -> None:
    linking = ["by-title", "named", "wanted", "wiki/own"]
    compost = FILES["garden"]["compost.md"]
    # MyST looks its links up while it reads: such a document is read again.
    always = ["myst", "wanted"]
    mulch = page("Mulch", "Leaves.")
    assert joined.after("garden", {"mulch.md": mulch}) == sorted({"by-title", *always})
    moved: dict[str, str | None] = {"compost.md": None, "heap/compost.md": compost}
    assert joined.after("garden", moved) == sorted({*linking, *always})
    assert joined.after("garden", {"heap/compost.md": None}) == sorted({*linking, *always})
    assert joined.after("garden", {"compost.md": compost}) == sorted({*linking, *always})
    assert joined.after("garden", {"hana.md": page("hana", "Hi.")}) == sorted(
        {"wiki/own-page", *always}
    )


def test_a_label_that_moves(joined: Joined) -> None:
    index = FILES["garden"]["index.rst"]
    files: dict[str, str | None] = {
        "index.rst": "Garden\n======\n",
        "beds.rst": f":orphan:\n\n{index[index.index('.. _beds') :].replace('-', '=')}",
    }
    assert {"by-role", "myst"} <= set(joined.after("garden", files))
    assert joined.after("garden", {"beds.rst": files["beds.rst"], "soil.md": page("Soil")}) == []


def test_the_other_way_round(joined: Joined) -> None:
    own = FILES["manual"]["wiki/own.md"]
    assert joined.after("manual", {"wiki/own.md": None, "wiki/it.md": own}) == ["compost"]
    assert joined.after("manual", {"by-title.md": "# By title\n\nNothing.\n"}) == []
