"""Options that conf.py or another extension sets in a handler of ``config-inited`` count."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from sites import Built, Site, page

CONF = """
extensions = {extensions}
scrapbox_project = "garden-en"


def choose(app, config):
    {statement}


def setup(app):
    app.connect("config-inited", choose, priority={priority})
"""
EXTENSION = """
def choose(app, config):
    {statement}


def setup(app):
    app.connect("config-inited", choose)
    return {{"version": "1", "parallel_read_safe": True}}
"""
FILES = {
    "index.md": "# Index\n\nTo [[Shed]] and [[Nowhere]].\n",
    "wiki/shed.md": page("Shed", "To [[Budget]] and [[Nowhere]]."),
    "wiki/budget.md": page("Budget", "To [[Shed]]."),
}


def _build(folder: Path, statement: str, priority: int = 500) -> Built:
    extensions = ["sphinx_scrapbox"]
    conf = CONF.format(extensions=extensions, statement=statement, priority=priority)
    return Site(folder / "src", {**FILES, "conf.py": conf}).build()


@pytest.mark.parametrize("priority", [1, 500, 900, 100_000])
def test_conf_py_at_any_priority(tmp_path: Path, priority: int) -> None:
    built = _build(tmp_path, 'config.scrapbox_missing = "text"', priority)
    assert built.warnings == []
    assert "https://scrapbox.io/garden-en/Nowhere" not in built.text("wiki/shed.html")
    assert "Nowhere" in built.text("wiki/shed.html")


@pytest.mark.parametrize("is_first", [True, False])
def test_another_extension(
    tmp_path: Path, is_first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "chooser.py").write_text(
        EXTENSION.format(statement='config.scrapbox_missing = "text"'), encoding="utf-8"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "chooser", raising=False)
    extensions = ["chooser", "sphinx_scrapbox"] if is_first else ["sphinx_scrapbox", "chooser"]
    conf = f'extensions = {extensions}\nscrapbox_project = "garden-en"\n'
    built = Site(tmp_path / "src", {**FILES, "conf.py": conf}).build()
    assert built.warnings == []
    assert "https://scrapbox.io/garden-en/Nowhere" not in built.text("wiki/shed.html")


def test_what_is_set_for_reading_is_read_with(tmp_path: Path) -> None:
    built = _build(
        tmp_path,
        'config.myst_enable_extensions = ["substitution"]\n    config.scrapbox_myst_links = False',
    )
    assert "[[Shed]]" in built.html("index.html").body.text


def test_a_bad_value_is_warned_of_once(tmp_path: Path) -> None:
    built = _build(tmp_path, 'config.scrapbox_missing = "nonsense"')
    warning, missing = built.warnings
    assert "scrapbox_missing" in warning
    assert "'Nowhere'" in missing  # the default


def test_the_second_build_finds_the_same_configuration(tmp_path: Path) -> None:
    built = _build(tmp_path, 'config.scrapbox_related = "list"')
    again = Site(Path(built.app.srcdir)).build()
    assert (again.read, again.written) == ([], [])


@pytest.mark.parametrize("priority", [500, 900])
def test_a_deny_list_guards_and_is_kept_nowhere(tmp_path: Path, priority: int) -> None:
    built = _build(tmp_path, 'config.scrapbox_deny = {"titles": ["Budget"]}', priority)
    (missing,) = built.warnings
    assert "'Nowhere'" in missing
    assert built.read == ["index", "wiki/shed"]
    for path in Path(built.app.doctreedir).parent.rglob("*"):
        assert not path.is_file() or b"budget" not in path.read_bytes().lower(), path


def test_files_that_pages_need_come_along(tmp_path: Path) -> None:
    """Whoever sets the folders of static files does not know of ours."""
    built = _build(tmp_path, "config.html_static_path = []", 900)
    root = built.html("wiki/shed.html").root
    links = [link["href"] for link in root.all("link", rel="stylesheet")]
    links += [script["src"] for script in root.all("script") if "src" in script.attributes]
    ours = [link.partition("?")[0] for link in links if "scrapbox" in link]
    assert len(ours) >= 2
    for link in ours:
        assert (built.out / "wiki" / link).resolve().is_file(), link
