"""What commands say when something is wrong: what happened, where, and what to do about it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from commands import run_command
from wiki_server import Wiki, serving

from sphinx_scrapbox.cli.connection import WikiProject, wiki_project
from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME
from sphinx_scrapbox.snapshot.selection import Selection, SelectionError, select


@pytest.fixture
def wiki() -> Iterator[Wiki]:
    with serving(Wiki()) as wiki:
        wiki.write("Compost", "[Leaf mould]")
        yield wiki


def error_of(*args: object) -> str:
    return run_command(*args, code=2).stderr


def test_damaged_lock(tmp_path: Path) -> None:
    lock = tmp_path / "wiki" / LOCK_NAME
    lock.parent.mkdir()
    head = '{"scrapbox-lock": 1, "project": "garden"}\n'
    lock.write_text(f'{head}<<<<<<< HEAD\n{{"id": "1"}}\n', encoding="utf-8")
    export = tmp_path / "x.json"
    page = {"title": "A", "lines": ["A"]}
    export.write_text(json.dumps({"name": "garden", "pages": [page]}), encoding="utf-8")
    (lock.parent / "A.scrapbox").write_text("A\n", encoding="utf-8")
    for arguments in (
        ("unpack", export, lock.parent),
        ("status", lock.parent),
        ("diff", lock.parent, lock.parent),
        ("coverage", lock.parent),
        ("convert", lock.parent / "A.scrapbox", "--to", "json"),
    ):
        error = error_of(*arguments)
        assert f"{LOCK_NAME}: line 2: a merge conflict" in error
        assert "restore it from version control" in error


def test_file_that_is_no_export(tmp_path: Path) -> None:
    (tmp_path / "conf.py").write_text("project = 'x'\n", encoding="utf-8")
    error = error_of("unpack", tmp_path / "conf.py", tmp_path / "wiki")
    assert "conf.py: not a readable project export" in error
    assert "in its settings, under Page Data" in error


def test_status_without_lock(tmp_path: Path) -> None:
    assert f"{tmp_path} has no {LOCK_NAME}" in error_of("status", tmp_path)
    assert f"sphinx-scrapbox pull PROJECT {tmp_path}, or unpack" in error_of("status", tmp_path)
    (tmp_path / "wiki").mkdir()
    (tmp_path / "wiki" / LOCK_NAME).touch()
    assert f"did you mean {tmp_path / 'wiki'}?" in error_of("status", tmp_path)


@pytest.mark.parametrize(
    ("text", "project", "origin"),
    [
        ("garden", "garden", "https://scrapbox.io"),
        ("https://scrapbox.io/garden", "garden", "https://scrapbox.io"),
        ("http://scrapbox.io/garden/", "garden", "https://scrapbox.io"),
        ("scrapbox.io/garden", "garden", "https://scrapbox.io"),
        ("https://scrapbox.io/garden/Leaf_mould#65a", "garden", "https://scrapbox.io"),
        ("https://Wiki.example:8443/%E5%BA%AD?x=1", "庭", "https://wiki.example:8443"),
    ],
)
def test_names_and_addresses_of_projects(text: str, project: str, origin: str) -> None:
    assert wiki_project(text, None) == WikiProject(project, origin)


@pytest.mark.parametrize(
    "text",
    ["", "a/b", "..", "https://scrapbox.io", "https://u:p@wiki.example/a", "ftp://wiki.example/a"],
)
def test_what_is_no_project(text: str) -> None:
    with pytest.raises(click.UsageError):
        wiki_project(text, None)


def test_pull_of_an_address(wiki: Wiki, tmp_path: Path) -> None:
    address = f"{wiki.url}/garden"
    run_command("pull", address, tmp_path / "wiki", code=0)
    assert (tmp_path / "wiki" / "Compost.scrapbox").is_file()
    error = error_of("pull", address, tmp_path / "wiki", "--url", "https://wiki.example")
    assert "--url names https://wiki.example" in error


@pytest.mark.parametrize(
    ("wanted", "suggested"),
    [
        ("Compst", "; did you mean 'Compost'?"),
        ("mould", "; did you mean 'Leaf mould' or 'Leaf mould, twice'?"),
        ("Weathercock", ""),
        ("水浴び", ""),
    ],
)
def test_suggested_titles_are_close(wanted: str, suggested: str) -> None:
    titles = ["Compost", "Leaf mould", "Leaf mould, twice", "Whether", "水やり"]
    with pytest.raises(SelectionError) as error:
        select(Selection(around=(wanted,)), titles, [frozenset()] * len(titles))
    assert str(error.value) == f"no page is called {wanted!r}{suggested}"


def test_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sphinx_scrapbox.cli.unpack.SnapshotFolder", interrupt)
    monkeypatch.setattr("sphinx_scrapbox.cli.diff.SnapshotLoader", interrupt)
    export = tmp_path / "x.json"
    page = {"title": "A", "lines": ["A"]}
    export.write_text(json.dumps({"name": "garden", "pages": [page]}), encoding="utf-8")
    error = error_of("unpack", export, tmp_path / "wiki")
    assert "interrupted: no page in" in error
    assert "run the same command again" in error
    assert "interrupted" in error_of("diff", tmp_path, tmp_path)


def test_mistyped_names(tmp_path: Path) -> None:
    assert "no command 'chek'; did you mean 'check'?" in error_of("chek", tmp_path)
    assert "no command 'xyzzy'\n" in error_of("xyzzy")
    error = error_of("check", tmp_path, "--select", "damaged-brackets")
    assert "no rule 'damaged-brackets'; did you mean 'damaged-bracket'?" in error
    assert "no rule 'xyzzy'; see --help" in error_of("check", tmp_path, "--select", "xyzzy")
    error = error_of("pull", "docs/wiki", "garden")
    assert "'docs/wiki' is not a project: PROJECT is a name" in error
