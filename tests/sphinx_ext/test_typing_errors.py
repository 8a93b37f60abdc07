"""Typing errors in conf.py and in hand-written documents give a warning; right names give none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sites import Site, page
from sphinx.config import Config as SphinxConfig

from sphinx_scrapbox.sphinx_ext.config import unknown_names

CONF = 'extensions = ["sphinx_scrapbox", "sphinx_design"]\n{}\n'


def _warnings(tmp_path: Path, conf: str, **files: str) -> list[str]:
    files = {"index.md": "# Index\n", **files, "conf.py": CONF.format(conf)}
    return Site(tmp_path / "src", files).build("dummy").warnings


# -- conf.py ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "nearest"),
    [
        ("scrapbox_page = ['wiki/**']", "scrapbox_pages"),
        ("scrapbox_projekt = 'garden'", "scrapbox_project"),
        ("scrapbox_translation_pair = {}", "scrapbox_translation_pairs"),
        ("scrapbox_colour = 'green'", ""),
    ],
)
def test_unknown_option(tmp_path: Path, line: str, nearest: str) -> None:
    name = line.partition(" ")[0]
    hint = f"; did you mean '{nearest}'?" if nearest else ""
    assert _warnings(tmp_path, line) == [
        f"WARNING: {name} is not an option of sphinx_scrapbox{hint} [scrapbox.config]"
    ]


def test_names_that_are_no_options(tmp_path: Path) -> None:
    """Functions and modules are helpers of conf.py; other extensions have options, too."""
    conf = """
import types
scrapbox_tools = types.ModuleType("scrapbox_tools")
def scrapbox_titles(app): ...
def setup(app):
    app.add_config_value("scrapbox_colour", "", "env")
scrapbox_colour = "green"
scrapbox_pages = ["wiki/**"]
_scrapbox_own = scrapboxes = 1
"""
    assert _warnings(tmp_path, conf) == []


def test_a_sphinx_that_keeps_no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    notes: list[str] = []
    monkeypatch.setattr(unknown_names, "note_unknown_internals", notes.append)
    assert list(unknown_names.names_in_conf(SphinxConfig())) == []
    assert notes == []
    assert list(unknown_names.names_in_conf(object())) == []  # type: ignore[arg-type]
    assert notes == ["names in conf.py"]


def test_unknown_directives(tmp_path: Path) -> None:
    right = ["note", "Note", "dropdown", "code-block", "tab-set", "py:function", "function"]
    right += ["versionadded", "scrapbox:pages", "glossary"]
    names = [*right, "notte", "scrapbox:page", "tool:shed", "zzzz"]
    start = "WARNING: scrapbox_page_directives contains"
    assert _warnings(tmp_path, f"scrapbox_page_directives = {names}") == [
        f"{start} 'notte', which is not a directive; did you mean 'note'? [scrapbox.config]",
        f"{start} 'scrapbox:page', which is not a directive; did you mean 'scrapbox:pages'? "
        "[scrapbox.config]",
        f"{start} 'tool:shed', which is not a directive [scrapbox.config]",
        f"{start} 'zzzz', which is not a directive [scrapbox.config]",
    ]


# -- syntax ----------------------------------------------------------------------------

FENCES = """# Index

:::{scrapbox:related}
:::

Words
:::{scrapbox:pages}
:::

> ::::{scrapbox:tagged} x
> ::::

```
:::{scrapbox:pages}
```

```{scrapbox:pages}
```

`:::{scrapbox:pages}` :::{note}
"""


def test_colon_fences_that_are_text(tmp_path: Path) -> None:
    warnings = _warnings(tmp_path, "", **{"index.md": FENCES})
    end = 'is plain text; add "colon_fence" to myst_enable_extensions, or use backticks'
    assert warnings == [
        f"SRC/index.md:{line}: WARNING: {fence} {end} [scrapbox.syntax]"
        for line, fence in [
            (3, ":::{scrapbox:related}"),
            (7, ":::{scrapbox:pages}"),
            (10, "::::{scrapbox:tagged}"),
        ]
    ]
    on = "---\nmyst:\n  enable_extensions: [colon_fence]\n---\n"
    assert _warnings(tmp_path, "", **{"index.md": on + FENCES}) == []
    conf = 'myst_enable_extensions = ["colon_fence"]'
    assert _warnings(tmp_path, conf, **{"index.md": FENCES}) == []


def test_embedding_of_other_wikis(tmp_path: Path) -> None:
    text = (
        "# I\n\nWow![[Compost]] or ![[Compost]] `![[Compost]]`\n\n![[Compost]]\n\n! [[Compost]]\n"
    )
    files = {"index.md": text, "wiki/Compost.scrapbox": "Compost\n"}
    warnings = _warnings(tmp_path, "", **files)
    assert [warning.partition(": WARNING")[0] for warning in warnings] == [
        "SRC/index.md:3",
        "SRC/index.md:5",
    ]
    assert all("scrapbox:include [scrapbox.syntax]" in warning for warning in warnings)


# -- links -----------------------------------------------------------------------------

GUIDE = """# Guide

[[Compost]], [[Compsot]], [[/tools/Spade]], [[Compost#Turning]],
{scrapbox:page}`Nothing` and {scrapbox:tag}`nothing`.
"""
WIKI = {
    "wiki/Compost.scrapbox": "Compost\n[Never written] #tag [Compost#5ae4aae4aff09e00009a6337]\n"
}


def _missing(tmp_path: Path, files: dict[str, str], **config: Any) -> list[str]:
    site = Site(tmp_path / "src", files)
    warnings = site.build(scrapbox_project="garden", **config).warnings
    assert all(warning.endswith(" [scrapbox.missing_page]") for warning in warnings)
    return [warning.split("WARNING: ")[1].rpartition(" [")[0] for warning in warnings]


def test_links_by_hand_that_find_nothing(tmp_path: Path) -> None:
    """They lead to the live wiki as before; wiki pages stay silent."""
    site = Site(tmp_path / "src", {"index.md": GUIDE, **WIKI})
    built = site.build(scrapbox_project="garden")
    assert [line.rpartition(" [")[0] for line in built.warnings] == [
        "SRC/index.md:3: WARNING: no wiki page 'Compsot'; did you mean 'Compost'?",
        "SRC/index.md:3: WARNING: 'Compost#Turning': the page 'Compost' has no such heading",
        "SRC/index.md:3: WARNING: no wiki page 'Nothing'",
    ]
    addresses = {tag["href"] for tag in built.html("index.html").body.all("a", "scrapbox-wiki")}
    assert "https://scrapbox.io/garden/Compsot" in addresses


def test_close_titles_are_suggested(tmp_path: Path) -> None:
    """Those to which the same link leads: of its project, no denied ones; and close headings."""
    text = """# Guide to the garden

[[Spaed]] [[/garden/Spaed]] [[Leaf muold#Turning]] [[Guide to gardens]] [[Salary lits]]
[[Spade#Handels]]

```{scrapbox:include} Leaf muold
```
```{scrapbox:include} Salary lits
```
```{scrapbox:toctree}
- [[Spaed]]
```
```{scrapbox:toctree} Leaf muold
```
"""
    files = {
        "index.md": text,
        "wiki/a.md": page("Spade", "# Handles"),
        "wiki/b.scrapbox": "Leaf mould",
        "wiki/c.scrapbox": "Salary list",
        "tools/d.scrapbox": "Spaded",
    }
    site = Site(tmp_path / "src", files)
    built = site.build(
        scrapbox_project={"wiki/**": "garden", "tools/**": "tools", "**": "garden"},
        scrapbox_link_documents=["**"],
        scrapbox_missing="warn",
        scrapbox_deny={"titles": ["Salary list"]},
    )
    assert sorted(line.split("WARNING: ")[1].rpartition(" [")[0] for line in built.warnings) == [
        "'Spade#Handels': the page 'Spade' has no such heading; did you mean 'Handles'?",
        "'Spaed' is not in the toctree: there is no such page; did you mean 'Spaded' or 'Spade'?",
        "no wiki page '/garden/Spaed'; did you mean '/garden/Spade'?",
        "no wiki page 'Guide to gardens'; did you mean 'Guide to the garden'?",
        "no wiki page 'Leaf muold#Turning'; did you mean 'Leaf mould'?",
        "no wiki page 'Leaf muold'; did you mean 'Leaf mould'?",
        "no wiki page 'Salary lits'",
        "no wiki page 'Salary lits'",
        "no wiki page 'Spaed'; did you mean 'Spaded' or 'Spade'?",
        "scrapbox:include: no wiki page 'Leaf muold'; did you mean 'Leaf mould'?",
        "scrapbox:include: no wiki page 'Salary lits'",
        "scrapbox:toctree: no wiki page 'Leaf muold'; did you mean 'Leaf mould'?",
    ]


def test_a_wiki_page_on_a_guide_page_stays_silent(tmp_path: Path) -> None:
    text = "# I\n\n```{scrapbox:include} Compost\n```\n\n```{scrapbox:wanted}\n:min: 1\n```\n"
    assert _missing(tmp_path, {"index.md": text, **WIKI}) == []


def test_a_site_without_pages_links_to_the_live_wiki(tmp_path: Path) -> None:
    assert _missing(tmp_path, {"index.md": GUIDE}) == []


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        ("wiki", 0),
        ("text", 0),
        ("warn", 7),
        ({"guide/**": "wiki"}, 3),
        ({"index": "wiki"}, 0),
        ({"index": "text", "**": "warn"}, 2),
        ({"wiki/**": "warn"}, 5),
    ],
)
def test_missing_by_pattern(tmp_path: Path, missing: object, expected: int) -> None:
    messages = _missing(tmp_path, {"index.md": GUIDE, **WIKI}, scrapbox_missing=missing)
    assert len(messages) == expected


def test_missing_that_is_no_value(tmp_path: Path) -> None:
    site = Site(tmp_path / "src", {"index.md": "# I\n", "w/a.md": page("A", "[[Nowhere]]")})
    (warning,) = site.build(scrapbox_missing={"w/**": "warm"}).warnings
    named = "must be 'auto', 'wiki', 'text' or 'warn'"
    assert f"scrapbox_missing entry 'w/**': 'warm': {named}" in warning
    (warning,) = site.build(scrapbox_missing=True).warnings
    assert f"scrapbox_missing {named}" in warning
