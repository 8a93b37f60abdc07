"""A site on which every feature is on: its pages and options, for random edits of all kinds.

Two wikis are joined as a source and its translation (``ja``, native pages of a project export with
a lock file, and ``en``, exported pages), a third (``shop``) is native and links to both. Beside
them are hand-written pages in both markup languages, an inventory of another site, pictures, and
an older state of the pages.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import compress

from every_line import DAY, EN, JA, PICTURES, SHOP, Words, footer
from images import png
from sites import page

from sphinx_scrapbox.formats.project import load_project
from sphinx_scrapbox.snapshot import Lock, SnapshotFolder, plan_update
from sphinx_scrapbox.snapshot.filenames import picture_file_name
from sphinx_scrapbox.snapshot.lockfile import PICTURE_FOLDER, LockedPicture
from sphinx_scrapbox.snapshot.transaction import apply_plan

TAKEN = 1_700_000_000

CONF = """\
from importlib.util import find_spec

project = "Garden"
author = copyright = "nobody"
version = release = "1"
extensions = ["sphinx_scrapbox", "sphinx.ext.intersphinx", "sphinx.ext.todo"]
{extensions}
exclude_patterns = ["kept", "templates"]
templates_path = ["templates"]
html_theme = "alabaster"
html_baseurl = ogp_site_url = "https://wiki.example/"
html_last_updated_fmt = "%Y-%m-%d"
html_static_path = ["static"]
intersphinx_mapping = {{"manual": ("https://manual.example/", "inventory/objects.inv")}}
intersphinx_cache_limit = 0
myst_enable_extensions = ["colon_fence"]
latex_engine = "xelatex"
epub_show_urls = "no"
rst_prolog = ".. |garden| replace:: the garden"
"""
EXTENSIONS = """\
extensions += [name for name in ("sphinx_sitemap", "sphinxext.opengraph") if find_spec(name)]
"""
OPTIONS: dict[str, Any] = {
    "scrapbox_project": {"en/**": "garden-en"},
    "scrapbox_link_documents": True,
    "scrapbox_missing": {"guide": "warn", "shop/*": "text", "**": "wiki"},
    "scrapbox_people": {
        "mio": {"name": "Mio", "image": "icons/face.svg", "aliases": ["/garden/mio"]},
        "gpt": "GPT",
    },
    "scrapbox_icon_path": ["icons"],
    "scrapbox_telomere": True,
    "scrapbox_search": {"**/S*": "titles", "ja/*": "summary", "**": "full"},
    "scrapbox_data_files": True,
    "scrapbox_provenance": "end",
    "scrapbox_side_by_side": True,
    "scrapbox_untranslated": True,
    "scrapbox_translation_notice": "both",
    "scrapbox_translation_pairs": {"/garden-en/Beds": "/garden/畝"},
    "scrapbox_languages": {("garden", "garden-en"): ("ja", "en"), "shop": "en"},
    "scrapbox_myst_tags": True,
    "scrapbox_hosts": ["github"],
    "scrapbox_canonical": {"shop/*": "wiki", "ja/[A-Z]*": "noindex", "**": "self"},
    "scrapbox_related": {"shop/*": "list", "**": "cards"},
    "scrapbox_page_directives": ["note", "tip"],
    "scrapbox_deny": {"titles": ["Bank account"], "tags": ["internal"], "people": ["lawyer"]},
}
CHOICES: dict[str, tuple[Any, ...]] = {
    "scrapbox_link_documents": (True, ["guide"], False),
    "scrapbox_missing": ("wiki", "text", OPTIONS["scrapbox_missing"]),
    "scrapbox_icon_path": (["icons"], []),
    "scrapbox_icons": ("local", "remote"),
    "scrapbox_images": ("local", "remote"),
    "scrapbox_speech": ("inline", "box"),
    "scrapbox_telomere": (False, True),
    "scrapbox_previews": (False, True),
    "scrapbox_indices": (False, True),
    "scrapbox_search": ("titles", "full", OPTIONS["scrapbox_search"], False),
    "scrapbox_data_files": (["json"], ["atom", "llms"], ["markdown"], True),
    "scrapbox_provenance": ("start", False, "end"),
    "scrapbox_side_by_side": (["en/[A-H]*"], False, True),
    "scrapbox_untranslated": (["ja/*"], True),
    "scrapbox_translation_notice": ("start", "both"),
    "scrapbox_translation_pairs": ({}, OPTIONS["scrapbox_translation_pairs"]),
    "scrapbox_languages": ({"shop": "fr"}, OPTIONS["scrapbox_languages"]),
    "scrapbox_language_marks": (False, True),
    "scrapbox_language_switcher": ("end", False, "start"),
    "scrapbox_related": ("cards", "list", False, OPTIONS["scrapbox_related"]),
    "scrapbox_marks": (["en", "ja", "ren"], ["en", "ja"]),
    "scrapbox_people": ({"ren": "Ren R."}, OPTIONS["scrapbox_people"]),
    "scrapbox_metadata": (False, True),
    "scrapbox_canonical": ("wiki", OPTIONS["scrapbox_canonical"]),
    "scrapbox_deny": ({"titles": ["Bank *"], "people": ["solicitor"]}, OPTIONS["scrapbox_deny"]),
    "scrapbox_page_directives": ([], ["note", "tip"]),
    "scrapbox_search_full": (3, 4000),
    "scrapbox_translation_sources": (["kept/ja"], []),
    "scrapbox_pages": (["notes/*", "!en/deep/*"], []),
    "scrapbox_project": (
        {},
        {"en/[A-C]*": "other-en", "en/**": "garden-en"},
        OPTIONS["scrapbox_project"],
    ),
    "scrapbox_dates": ("git", "page"),
    "scrapbox_search_engine": ("pagefind", "sphinx"),
    "html_title": ("The garden", "The other garden"),
    "html_theme": ("basic", "alabaster"),
    "language": ("ja", "en"),
    "exclude_patterns": (["kept", "templates", "shop/S*"], ["kept", "templates"]),
    "scrapbox_fast": (False, True),
}
"""Values that an option changes between; the last one is that of the site as it begins."""

GUIDE = """# Guide

Read [[Soil]], [[/shop/Spade|a spade]], [[土]], [[Nowhere]], [[Guide]], [[Far away]] and #mulch
{scrapbox:page}`Compost`, {scrapbox:tag}`water`, {scrapbox:icon}`mio`, {any}`Beds`,
{scrapbox}`the heap <Compost>`, {ref}`beds <manual:beds>`, {scrapbox:project}`garden`.
[](inv:manual:std:label#beds) {external+manual:scrapbox:page}`Manual page`

## Part

```{scrapbox:include} Compost
```

```{scrapbox:include} Soil
:section: 1
```

```{scrapbox:include} /garden/土
:lines: 1-3
:no-title:
```

```{scrapbox:include} /shop/Seeds
:code: sow.py
:download:
```

```{scrapbox:speech} mio
Hello, [[Worms: a list]].
```

```{scrapbox:related}
```

```{scrapbox:toctree}
:numbered:

- [[Soil]]
  - [[Compost]]
- [[/shop/Spade]]
```

```{toctree}
:glob:

lists
changes
ja/*
```
"""
LISTS = """\
Lists of |garden|
=================

.. _our-beds:

Beds and :scrapbox:page:`Soil`, :any:`Compost`, :scrapbox:tag:`mulch`
---------------------------------------------------------------------

.. scrapbox:pages::
   :as: cards
   :sort: linked
   :limit: 9

.. scrapbox:pages::
   :as: table
   :sort: updated
   :controls: yes

.. scrapbox:pages::
   :title: *o*
   :since: 2023-01-01
   :reverse:

.. scrapbox:pages::
   :person: mio

.. scrapbox:tagged:: mulch

.. scrapbox:wanted::
   :min: 1

.. scrapbox:people::

.. scrapbox:stale::

.. scrapbox:coverage::

.. scrapbox:glossary::

.. scrapbox:snapshot::
   :as: table

.. scrapbox:map:: Soil
   :hops: 2
   :wanted:
   :limit: 12

.. scrapbox:map:: /garden/土
"""
CHANGES = """# Changes

```{scrapbox:changes}
:from: kept/en
:path: en
:lines:
:feed: changes.json
```

```{scrapbox:changes}
:from: kept/ja
:path: ja
:kinds: new changed renamed gone
```

```{scrapbox:snapshot}
:path: ja
```

```{scrapbox:toctree} Beds
```
"""
INDEX = """\
Index
=====

.. toctree::

   guide
   notes/plain
"""
PLAIN = "# Plain\n\nNothing of a wiki, but [[Soil]] and\n[a page](../guide.md).\n"


@dataclass
class Wiki:
    """A project of native pages, which is unpacked into a folder as an export of it would be."""

    name: str
    folder: Path
    exported: int = TAKEN
    pages: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Pages of the export by their ids."""

    def add(self, id: str, title: str, lines: Iterable[str], updated: int) -> None:
        """Add or replace a page; a line that was there keeps its id and its time."""
        rows = [title, *(row for line in lines for row in line.split("\n"))]
        before = self.pages.get(id, {"lines": [], "created": updated})
        old = {line["text"]: line for line in before["lines"]}
        self.pages[id] = {
            "id": id,
            "title": title,
            "created": before["created"],
            "updated": updated,
            "lines": [
                old.get(row)
                or {
                    "text": row,
                    "id": f"{id[:12]}{updated % 2**32:08x}{number:04x}",
                    "created": updated,
                    "updated": updated,
                    "userId": "u",
                }
                for number, row in enumerate(rows)
            ],
        }

    def unpack(self) -> None:
        """Update the folder."""
        data = {
            "name": self.name,
            "displayName": self.name,
            "exported": self.exported,
            "pages": list(self.pages.values()),
        }
        project = load_project(json.dumps(data).encode())
        store = SnapshotFolder(self.folder)
        header = Lock(project.name, project.exported, language=store.lock.language)
        apply_plan(store, plan_update(store, project.pages, header))


def write_inventory(path: Path, entries: Mapping[str, str]) -> None:
    """Write an ``objects.inv`` with pages of a wiki and one label."""
    rows = [f"{title} scrapbox:page 1 {address} -" for title, address in entries.items()]
    rows.append("beds std:label -1 index.html#beds Beds of the manual")
    head = "# Sphinx inventory version 2\n# Project: manual\n# Version: 1\n"
    head += "# The remainder of this file is compressed using zlib.\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(head.encode() + compress("\n".join([*rows, ""]).encode()))


def conf(options: Mapping[str, Any], *, others: bool = True) -> str:
    """The text of ``conf.py``.

    :param others: whether the extensions for sitemaps and Open Graph are on, if installed.
    """
    start = CONF.format(extensions=EXTENSIONS if others else "")
    return start + "".join(f"{name} = {value!r}\n" for name, value in options.items())


def id_of(number: int) -> str:
    """The id of a page."""
    return f"{number:024x}"


def write_site(src: Path, chance: random.Random) -> dict[str, Wiki]:
    """Write the sources; the native wikis by their folders."""
    words = Words(chance)
    files = {
        "index.rst": INDEX,
        "guide.md": GUIDE,
        "lists.rst": LISTS,
        "changes.md": CHANGES,
        "notes/plain.md": PLAIN,
        "static/own.css": "p { margin: 0 }\n",
        "templates/unused.html": "",
        "icons/face.svg": _svg(3),
        "icons/ren.svg": _svg(4),
        "icons/shop/gpt.svg": _svg(5),
        "en/scrapbox-redirects.json": json.dumps({"version": 1, "redirects": {"Was": "Soil"}}),
    }
    for number, title in enumerate(EN):
        lines = words.lines(native=False)
        if number % 3 != 2:
            lines += footer(JA[number])
        files[f"en/{title.replace(':', '-')}.md"] = page(title, *lines)
    for name, text in files.items():
        path = src / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    wikis = {
        "ja": Wiki("garden", src / "ja"),
        "shop": Wiki("shop", src / "shop"),
    }
    for folder, titles in (("ja", JA), ("shop", SHOP)):
        for number, title in enumerate(titles):
            updated = TAKEN - chance.randrange(900) * DAY
            lines = words.lines(native=folder == "ja")
            wikis[folder].add(id_of(1000 * len(titles) + number), title, lines, updated)
        wikis[folder].unpack()
    for folder in ("en", "ja"):
        (src / "kept" / folder).mkdir(parents=True)
        for path in sorted((src / folder).glob("*.*"))[1:]:
            if path.is_file():
                (src / "kept" / folder / path.name).write_bytes(path.read_bytes())
    write_inventory(src / "inventory/objects.inv", {"Manual page": "manual.html"})
    write_conf = conf(OPTIONS)
    (src / "conf.py").write_text(write_conf, encoding="utf-8")
    return wikis


def picture_rows(folder: Path, count: int) -> tuple[LockedPicture, ...]:
    """Store *count* pictures in the folder of a lock; the rows for them."""
    rows = []
    for number, address in enumerate(PICTURES[:count]):
        data = png(2 + number + count, 2)
        file = picture_file_name(data, "png")
        (folder / PICTURE_FOLDER).mkdir(exist_ok=True)
        (folder / file).write_bytes(data)
        rows.append(LockedPicture("image", address, file))
    return tuple(rows)


def _svg(radius: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle r="{radius}"/></svg>\n'
    )
