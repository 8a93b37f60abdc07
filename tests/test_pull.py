"""``sphinx-scrapbox pull`` and ``status``, from the outside, against a wiki on the loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from wiki_server import HASTY, Wiki, serving

from sphinx_scrapbox.cli import main
from sphinx_scrapbox.lockfile import NAME, Lock, load_lock


@pytest.fixture
def wiki() -> Iterator[Wiki]:
    with serving(Wiki()) as wiki:
        wiki.write("Compost", "#public see [Leaf mould]")
        wiki.write("Leaf mould", "[Tree] and [Nobody]")
        wiki.write("Tree", "#private")
        wiki.write("Log: 1", " x")
        yield wiki


def run(*args: object, env: dict[str, str] | None = None) -> Result:
    result = CliRunner().invoke(main, [*map(str, args)], obj=HASTY, env=env)
    assert not isinstance(result.exception, Exception), result.exception
    return result


def pull(wiki: Wiki, folder: Path, *args: object, env: dict[str, str] | None = None) -> Result:
    wiki.asked.clear()
    wiki.headers.clear()
    return run("pull", wiki.project, folder, "--url", wiki.url, *args, env=env)


def status(folder: Path, *args: object, env: dict[str, str] | None = None) -> Result:
    return run("status", folder, *args, env=env)


def state(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def names(folder: Path) -> set[str]:
    return {name.removesuffix(".scrapbox") for name in state(folder)} - {NAME}


def lock_of(folder: Path) -> Lock:
    return load_lock((folder / NAME).read_text(encoding="utf-8"))


# -- what it does ----------------------------------------------------------------------


def test_pull(wiki: Wiki, tmp_path: Path) -> None:
    folder = tmp_path / "docs" / "wiki"
    result = pull(wiki, folder)
    assert result.exit_code == 0, result.output
    assert result.stdout == "4 new, 0 changed, 0 renamed, 0 removed, 0 unchanged\n"
    assert result.stderr == ""
    assert names(folder) == {"Compost", "Leaf mould", "Tree", "Log- 1"}
    assert state(folder)["Log- 1.scrapbox"] == b"Log: 1\n x\n"
    lock = lock_of(folder)
    newest = max(page.updated for page in wiki.pages.values())
    assert (lock.project, lock.exported, lock.private) == ("garden", newest, False)
    assert lock.url == wiki.url
    row = lock.by_file["Log- 1.scrapbox"]
    page = wiki.pages[row.id]
    assert (row.title, row.created, row.updated) == ("Log: 1", page.created, page.updated)
    assert row.line_ids == tuple(line["id"] for line in page.body()["lines"])
    assert row.line_times == (page.updated,) * 2


def test_it_says_who_it_is(wiki: Wiki, tmp_path: Path) -> None:
    pull(wiki, tmp_path / "wiki")
    assert {headers["User-Agent"].split("/")[0] for headers in wiki.headers} == {"sphinx-scrapbox"}


def test_nothing_about_people(wiki: Wiki, tmp_path: Path) -> None:
    folder = tmp_path / "wiki"
    pull(wiki, folder)
    everything = b"".join(state(folder).values())
    for word in (b"garden.test", b"mio", b"u1", b"u2", b"987654"):
        assert word not in everything


def test_an_unchanged_project_costs_its_list(wiki: Wiki, tmp_path: Path) -> None:
    folder = tmp_path / "wiki"
    pull(wiki, folder)
    before = {path: path.stat().st_mtime_ns for path in (folder, *folder.iterdir())}
    result = pull(wiki, folder)
    assert result.stdout == "0 new, 0 changed, 0 renamed, 0 removed, 4 unchanged\n"
    assert wiki.asked == [
        "/api/projects/garden",
        "/api/pages/garden?limit=1000&skip=0&sort=created",
    ]
    assert {path: path.stat().st_mtime_ns for path in (folder, *folder.iterdir())} == before


def test_what_changed(wiki: Wiki, tmp_path: Path) -> None:
    folder = tmp_path / "wiki"
    pull(wiki, folder)
    wiki.write("Compost", "turned")
    tree = wiki.find("Tree")
    assert tree
    wiki.write("Old tree", "#private", id=tree.id)
    wiki.delete("Log: 1")
    wiki.write("New [x]/?#%", "y")
    result = pull(wiki, folder)
    assert result.stdout == "1 new, 1 changed, 1 renamed, 1 removed, 1 unchanged\n"
    assert len(wiki.asked_for("/v2/")) == 3
    assert "/api/pages/v2/garden/New%20%5Bx%5D%2F%3F%23%25" in wiki.asked
    files = state(folder)
    assert names(folder) == {"Compost", "Leaf mould", "Tree", "New [x]--#%"}
    assert files["Tree.scrapbox"] == b"Old tree\n#private\n"
    assert lock_of(folder).by_file["Tree.scrapbox"].was == ("Tree",)
    fresh = tmp_path / "fresh"
    pull(wiki, fresh)
    assert names(fresh) == {"Compost", "Leaf mould", "Old tree", "New [x]--#%"}
    assert lock_of(fresh).exported == lock_of(folder).exported


def test_the_same_as_an_export(wiki: Wiki, tmp_path: Path) -> None:
    folder, unpacked = tmp_path / "wiki", tmp_path / "unpacked"
    pages = [page.body() for page in wiki.pages.values()]
    newest = max(page.updated for page in wiki.pages.values())
    export = {"name": "garden", "exported": newest, "pages": pages}
    (tmp_path / "e.json").write_text(json.dumps(export), encoding="utf-8")
    run("unpack", tmp_path / "e.json", unpacked)
    pull(wiki, folder)
    lock = replace(lock_of(folder), url="")
    assert lock == lock_of(unpacked)
    files, others = state(folder), state(unpacked)
    del files[NAME], others[NAME]
    assert files == others


def test_after_an_export_only_what_changed_is_asked_for(wiki: Wiki, tmp_path: Path) -> None:
    folder = tmp_path / "wiki"
    export = {"name": "garden", "pages": [page.body() for page in wiki.pages.values()]}
    (tmp_path / "e.json").write_text(json.dumps(export), encoding="utf-8")
    run("unpack", tmp_path / "e.json", folder)
    assert pull(wiki, folder).exit_code == 2  # it is a folder of scrapbox.io
    lock = (folder / NAME).read_text(encoding="utf-8")
    head, _, rest = lock.partition("\n")
    head = head.replace('"private": false', f'"private": false, "url": "{wiki.url}"')
    (folder / NAME).write_text(f"{head}\n{rest}", encoding="utf-8")
    wiki.write("Compost", "turned")
    result = pull(wiki, folder)
    assert result.stdout == "0 new, 1 changed, 0 renamed, 0 removed, 3 unchanged\n"
    assert wiki.asked_for("/v2/") == ["/api/pages/v2/garden/Compost"]


def test_edited_by_hand(wiki: Wiki, tmp_path: Path) -> None:
    folder = tmp_path / "wiki"
    pull(wiki, folder)
    (folder / "Compost.scrapbox").write_text("mine", encoding="utf-8")
    (folder / "Tree.scrapbox").write_text("mine", encoding="utf-8")
    (folder / "Leaf mould.scrapbox").unlink()
    for changed in (False, True):
        if changed:
            wiki.write("Compost", "turned")
            wiki.delete("Tree")
        result = pull(wiki, folder)
        assert result.exit_code == 0
        assert "edited by hand, so kept as it is: Compost.scrapbox\n" in result.stderr
        assert state(folder)["Compost.scrapbox"] == b"mine"
        assert state(folder)["Leaf mould.scrapbox"].startswith(b"Leaf mould\n")
    assert "so kept: Tree.scrapbox\n" in result.stderr
    assert "2 edited by hand and kept" in result.stdout
    (folder / "Compost.scrapbox").unlink()
    pull(wiki, folder)
    assert state(folder)["Compost.scrapbox"] == b"Compost\nturned\n"


def test_refresh(wiki: Wiki, tmp_path: Path) -> None:
    folder = tmp_path / "wiki"
    pull(wiki, folder)
    before = state(folder)
    result = pull(wiki, folder, "--refresh")
    assert len(wiki.asked_for("/v2/")) == 4
    assert result.stdout == "0 new, 0 changed, 0 renamed, 0 removed, 4 unchanged\n"
    assert state(folder) == before


@pytest.mark.parametrize("option", ["--dry-run", "--check"])
def test_dry_run_and_check(wiki: Wiki, tmp_path: Path, option: str) -> None:
    folder = tmp_path / "wiki"
    result = pull(wiki, folder, option)
    assert result.exit_code == (option == "--check")
    assert result.stdout.splitlines()[-1] == "4 new, 0 changed, 0 renamed, 0 gone, 0 same"
    assert not folder.exists()
    pull(wiki, folder)
    before = state(folder)
    assert pull(wiki, folder, option).exit_code == 0
    wiki.write("Compost", "turned")
    result = pull(wiki, folder, option)
    assert result.exit_code == (option == "--check")
    assert result.stdout.splitlines() == [
        "changed  Compost",
        "0 new, 1 changed, 0 renamed, 0 gone, 3 same",
    ]
    assert wiki.asked_for("/v2/") == []
    assert state(folder) == before


@pytest.mark.parametrize(
    ("options", "left"),
    [
        (["--tag", "public"], {"Compost"}),
        (["--exclude-tag", "PRIVATE"], {"Compost", "Leaf mould", "Log- 1"}),
        (["--title", "l*"], {"Leaf mould", "Log- 1"}),
        (["--around", "leaf_mould"], {"Compost", "Leaf mould", "Tree"}),
        (["--around", "Compost", "--hops", "0"], {"Compost"}),
    ],
)
def test_selection(wiki: Wiki, tmp_path: Path, options: list[str], left: set[str]) -> None:
    wiki.most = 3  # so that lists have several windows
    folder = tmp_path / "wiki"
    result = pull(wiki, folder, *options)
    assert names(folder) == left
    assert f"{4 - len(left)} left out" in result.stdout
    assert len(wiki.asked_for("/v2/")) == len(left)
    assert pull(wiki, folder, "--check", *options).exit_code == 0
    assert status(folder, *options).exit_code == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--tag", "nowhere"], "none of the 4 pages"),
        (["--around", "Compst"], "did you mean 'Compost'"),
        (["--hops", "2"], "--around"),
    ],
)
def test_choices_that_cannot_be_met(
    wiki: Wiki, tmp_path: Path, options: list[str], message: str
) -> None:
    folder = tmp_path / "wiki"
    pull(wiki, folder)
    before = state(folder)
    result = pull(wiki, folder, *options)
    assert result.exit_code == 2
    assert message in result.stderr
    assert state(folder) == before


# -- status ----------------------------------------------------------------------------


def test_status(wiki: Wiki, tmp_path: Path) -> None:
    folder = tmp_path / "wiki"
    pull(wiki, folder)
    result = status(folder)
    assert (result.exit_code, result.stdout) == (
        0,
        "0 new, 0 changed, 0 renamed, 0 gone, 4 same\n",
    )
    wiki.write("Compost", "turned")
    tree = wiki.find("Tree")
    assert tree
    wiki.write("Old tree", "#private", id=tree.id)
    wiki.delete("Log: 1")
    wiki.write("New\x1b[2J", "y")
    before = state(folder)
    result = status(folder)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "new      New [2J",
        "changed  Compost",
        "renamed  Tree -> Old tree",
        "gone     Log: 1",
        "1 new, 1 changed, 1 renamed, 1 gone, 1 same",
    ]
    assert state(folder) == before
    found = json.loads(status(folder, "--format", "json").stdout)
    assert found["counts"] == {"new": 1, "changed": 1, "renamed": 1, "gone": 1, "same": 1}
    assert {"state": "renamed", "title": "Old tree", "was": "Tree"} in found["pages"]


def test_status_of_no_folder(tmp_path: Path) -> None:
    result = status(tmp_path)
    assert result.exit_code == 2
    assert "names no project" in result.stderr
    assert status(tmp_path / "absent").exit_code == 2
