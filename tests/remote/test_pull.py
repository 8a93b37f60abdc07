"""``sphinx-scrapbox pull`` and ``status``, from the outside, against a wiki on the loopback."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from commands import run_command
from folders import lock_of, names, state
from wiki_server import HASTY, PNG, Handler, Wiki, WikiPage, serving

from sphinx_scrapbox.remote import pacing
from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME, load_lock
from sphinx_scrapbox.snapshot.transaction import exclusive_lock


@pytest.fixture
def wiki() -> Iterator[Wiki]:
    with serving(Wiki()) as wiki:
        wiki.write("Compost", "#public see [Leaf mould]")
        wiki.write("Leaf mould", "[Tree] and [Nobody]")
        wiki.write("Tree", "#private")
        wiki.write("Log: 1", " x")
        yield wiki


def run(*args: object, env: dict[str, str] | None = None) -> Result:
    return run_command(*args, env=env)


def pull(wiki: Wiki, folder: Path, *args: object, env: dict[str, str] | None = None) -> Result:
    wiki.asked.clear()
    wiki.headers.clear()
    return run("pull", wiki.project, folder, "--url", wiki.url, *args, env=env)


def status(
    folder: Path, *args: object, url: str = "", env: dict[str, str] | None = None
) -> Result:
    return run("status", folder, *args, *(("--url", url) if url else ()), env=env)


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
    assert names(folder) == {"Compost", "Leaf mould", "Tree", "New [x]---%"}
    assert files["Tree.scrapbox"] == b"Old tree\n#private\n"
    assert lock_of(folder).by_file["Tree.scrapbox"].earlier_titles == ("Tree",)
    fresh = tmp_path / "fresh"
    pull(wiki, fresh)
    assert names(fresh) == {"Compost", "Leaf mould", "Old tree", "New [x]---%"}
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
    del files[LOCK_NAME], others[LOCK_NAME]
    assert files == others


def test_after_an_export_only_what_changed_is_asked_for(wiki: Wiki, tmp_path: Path) -> None:
    folder = tmp_path / "wiki"
    export = {"name": "garden", "pages": [page.body() for page in wiki.pages.values()]}
    (tmp_path / "e.json").write_text(json.dumps(export), encoding="utf-8")
    run("unpack", tmp_path / "e.json", folder)
    assert pull(wiki, folder).exit_code == 2  # it is a folder of scrapbox.io
    lock = (folder / LOCK_NAME).read_text(encoding="utf-8")
    head, _, rest = lock.partition("\n")
    head = head.replace('"private": false', f'"private": false, "url": "{wiki.url}"')
    (folder / LOCK_NAME).write_text(f"{head}\n{rest}", encoding="utf-8")
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
        assert "kept, because it was edited by hand: Compost.scrapbox\n" in result.stderr
        assert state(folder)["Compost.scrapbox"] == b"mine"
        assert state(folder)["Leaf mould.scrapbox"].startswith(b"Leaf mould\n")
    assert "edited by hand; its page was deleted: Tree.scrapbox\n" in result.stderr
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
    assert status(folder, *options, url=wiki.url).exit_code == 0


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


def test_a_tag_that_came_meanwhile(wiki: Wiki, tmp_path: Path) -> None:
    """What must not go out does not, be the wiki's own index of links older than its pages."""
    folder = tmp_path / "wiki"
    pull(wiki, folder)
    wiki.write("Diary", "as yet harmless")
    frozen = wiki._titles({})
    wiki._titles = lambda query: frozen  # type: ignore[method-assign]
    wiki.write("Diary", "[Private]")
    wiki.write("Compost", "see [Tree] #private")
    result = pull(wiki, folder, "--exclude-tag", "private")
    assert result.exit_code == 0
    assert names(folder) == {"Leaf mould", "Log- 1"}
    assert "3 left out" in result.stdout
    wiki.write("New", "nobody knows what it links to")
    result = pull(wiki, folder, "--exclude-tag", "private")
    assert result.exit_code == 2
    assert "page 'New': the wiki does not list its links" in result.stderr


# -- status ----------------------------------------------------------------------------


def test_status(wiki: Wiki, tmp_path: Path) -> None:
    folder = tmp_path / "wiki"
    pull(wiki, folder)
    result = status(folder, url=wiki.url)
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
    result = status(folder, url=wiki.url)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "new      New [2J",
        "changed  Compost",
        "renamed  Tree -> Old tree",
        "gone     Log: 1",
        "1 new, 1 changed, 1 renamed, 1 gone, 1 same",
    ]
    assert state(folder) == before
    found = json.loads(status(folder, "--format", "json", url=wiki.url).stdout)
    assert found["counts"] == {"new": 1, "changed": 1, "renamed": 1, "gone": 1, "same": 1}
    assert {"state": "renamed", "title": "Old tree", "was": "Tree"} in found["pages"]


def test_status_of_no_folder(tmp_path: Path) -> None:
    result = status(tmp_path)
    assert result.exit_code == 2
    assert "has no scrapbox.lock" in result.stderr
    assert status(tmp_path / "absent").exit_code == 2


# -- a list that moves -----------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize(("sorts", "many"), [(True, 1500), (False, 1100)])
def test_many_pages_while_people_write(tmp_path: Path, sorts: bool, many: int) -> None:
    """Between two windows of the list pages are edited, pinned, made and deleted."""
    wiki = Wiki(sorts=sorts)
    for number in range(many):
        wiki.write(f"p{number}", "text")
    with serving(wiki):
        folder = tmp_path / "wiki"
        left = [3]

        def edit(path: str) -> None:
            if "skip=1000" in path and left[0]:
                left[0] -= 1
                wiki.write(f"p{left[0]}", "edited")  # in the window that comes
                wiki.write(f"p{many - 90 + left[0]}", "edited")  # in the one that was
                wiki.pages[wiki.find(f"p{50 + left[0]}").id].pin = 1
                wiki.write(f"new {left[0]}", "text")
                wiki.delete(f"p{many - 50 + left[0]}")

        wiki.before = edit
        result = pull(wiki, folder)
        assert result.exit_code == 0, result.output
        lock = lock_of(folder)
        assert [row.id for row in lock.pages] == sorted(wiki.pages)
        assert len({row.file for row in lock.pages}) == len(lock.pages) == many
        for row in lock.pages:
            assert (row.title, row.updated) == (
                wiki.pages[row.id].title,
                wiki.pages[row.id].updated,
            )
        assert len(wiki.asked_for("/v2/")) <= many + 3
        files = state(folder)
        assert files.keys() == {LOCK_NAME, *(row.file for row in lock.pages)}
        assert pull(wiki, folder).exit_code == 0
        assert wiki.asked[1:] == [
            f"/api/pages/garden?limit=1000&skip={skip}&sort=created" for skip in (0, 1000)
        ]
        assert state(folder) == files


def test_a_list_that_never_stands_still(wiki: Wiki, tmp_path: Path) -> None:
    wiki.most = 2
    wiki.before = lambda path: wiki.write(f"n{len(wiki.pages)}") and None
    result = pull(wiki, tmp_path / "wiki")
    assert result.exit_code == 2
    assert "keeps changing" in result.stderr
    assert "try again" in result.stderr


@pytest.mark.long
@pytest.mark.parametrize("most", [1, 2, 3, 4, 5, 7])
@pytest.mark.parametrize("uncounted", [0, 1, 3])
def test_windows_of_any_size(wiki: Wiki, tmp_path: Path, most: int, uncounted: int) -> None:
    for number in range(3):
        wiki.write(f"p{number}")
    wiki.most, wiki.uncounted = most, uncounted
    pull(wiki, tmp_path / "wiki")
    windows = len(wiki.asked_for("/api/pages/garden?"))
    if uncounted and (7 - uncounted) % most == 0:
        # It ends where the count says; there is no telling that more would come.
        assert len(names(tmp_path / "wiki")) >= 7 - uncounted
    else:
        assert len(names(tmp_path / "wiki")) == 7
        assert windows <= 7 // most + 1
    if not uncounted:
        assert windows == -(-7 // most)


def test_an_empty_list_removes_nothing(wiki: Wiki, tmp_path: Path) -> None:
    folder = tmp_path / "wiki"
    pull(wiki, folder)
    before = state(folder)
    wiki.pages.clear()
    result = pull(wiki, folder)
    assert result.exit_code == 2
    assert "lists no page" in result.stderr
    assert state(folder) == before


def test_renamed_and_deleted_while_pages_are_fetched(wiki: Wiki, tmp_path: Path) -> None:
    folder = tmp_path / "wiki"
    done = []

    def change(path: str) -> None:
        if "/v2/" in path and not done:
            done.append(path)
            for title in ("Tree", "Log: 1"):
                page = wiki.find(title)
                assert page
                wiki.write(f"{title} (old)", "moved", id=page.id)
            wiki.write("Tree", "another tree")
            wiki.delete("Leaf mould")

    wiki.before = change
    result = pull(wiki, folder)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    found = {row.id: row.title for row in lock_of(folder).pages}
    assert found == {page.id: page.title for page in wiki.pages.values()}
    assert status(folder, url=wiki.url).exit_code == 0


def test_a_page_that_changes_between_list_and_body(wiki: Wiki, tmp_path: Path) -> None:
    folder = tmp_path / "wiki"

    def change(path: str) -> None:
        if path.endswith("/Compost"):
            wiki.write("Compost", "turned")

    wiki.before = change
    pull(wiki, folder)
    wiki.before = lambda path: None
    assert state(folder)["Compost.scrapbox"] == b"Compost\nturned\n"
    assert status(folder, url=wiki.url).exit_code == 0


def test_a_page_that_nobody_wrote(wiki: Wiki, tmp_path: Path) -> None:
    # "Nobody" is linked to; the list names it, which it should not.
    folder = tmp_path / "wiki"
    page = wiki.write("Nobody", "text")
    real = wiki.find
    wiki.find = lambda title: None if title == "Nobody" else real(title)  # type: ignore[method-assign]
    result = pull(wiki, folder)
    assert result.exit_code == 0
    assert "page 'Nobody' is listed, but the wiki says that there is no" in result.stderr
    assert page.id not in {row.id for row in lock_of(folder).pages}


def test_no_stale_copy_of_a_page_that_is_gone(wiki: Wiki, tmp_path: Path) -> None:
    """The list is behind: it has a page still that the wiki says is not there."""
    folder = tmp_path / "wiki"
    pull(wiki, folder)
    wiki.write("Tree", "changed")
    real = wiki.find
    wiki.find = lambda title: None if title == "Tree" else real(title)  # type: ignore[method-assign]
    result = pull(wiki, folder)
    assert result.exit_code == 0
    assert "page 'Tree' is listed, but" in result.stderr
    assert "Tree" not in names(folder)
    wiki.find = real  # type: ignore[method-assign]
    pull(wiki, folder)
    assert state(folder)["Tree.scrapbox"] == b"Tree\nchanged\n"


def test_many_pages_that_are_not_there_are_a_fault(wiki: Wiki, tmp_path: Path) -> None:
    folder = tmp_path / "wiki"
    for number in range(20):
        wiki.write(f"p{number}")
    pull(wiki, folder)
    before = state(folder)
    for number in range(20):
        wiki.write(f"p{number}", "changed")
    wiki.fault = lambda path: (
        (lambda handler: handler.reply(404, {}, b"")) if "/v2/" in path else None
    )
    result = pull(wiki, folder)
    assert result.exit_code == 2
    assert "the same for 19 other pages: try again later" in result.stderr
    wiki.fault = lambda path: None
    folder_now = {name: data for name, data in state(folder).items() if "/" not in name}
    assert folder_now == before


def test_another_project_is_seen_before_its_pages_are_fetched(wiki: Wiki, tmp_path: Path) -> None:
    folder = tmp_path / "wiki"
    pull(wiki, folder)
    wiki.project = "kitchen"
    wiki.pages.clear()
    wiki.write("Pan")
    before = state(folder)
    result = pull(wiki, folder)
    assert result.exit_code == 2
    assert "contains the project 'garden', not 'kitchen'" in result.stderr
    assert wiki.asked_for("/v2/") == []
    assert state(folder) == before


def test_a_project_of_another_name(wiki: Wiki, tmp_path: Path) -> None:
    folder = tmp_path / "wiki"
    pull(wiki, folder)
    wiki.project = "allotment"
    real = wiki.answer

    def answer(path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        # An old name still leads to the project.
        return real(path.replace("/projects/garden", "/projects/allotment"), headers)

    wiki.answer = answer  # type: ignore[method-assign]
    result = run("pull", "garden", folder, "--url", wiki.url)
    assert result.exit_code == 0
    assert "project 'garden' is now called 'allotment'" in result.stderr
    assert lock_of(folder).project == "allotment"


def test_nine_pages_of_one_name_on_disk(wiki: Wiki, tmp_path: Path) -> None:
    for title in ("a/b", "a:b", "A?b", "..", ".", "con", "x" * 300, "\ud800", "a\u2028b"):
        wiki.write(title, "text")
    folder = tmp_path / "wiki"
    result = pull(wiki, folder)
    assert result.exit_code == 0
    assert len(lock_of(folder).pages) >= 12
    assert status(folder, url=wiki.url).exit_code == ("left out" in result.stderr)
    assert all(path.parent == folder for path in folder.rglob("*.scrapbox"))


# -- who asks --------------------------------------------------------------------------

HEADERS = {
    "SCRAPBOX_SID": ("Cookie", "connect.sid=s%3Aabc.def"),
    "SCRAPBOX_TOKEN": ("x-personal-access-token", "pat_abc"),
    "SCRAPBOX_SERVICE_KEY": ("x-service-account-access-key", "cs_abc"),
}
SECRETS = {
    "SCRAPBOX_SID": "s%3Aabc.def",
    "SCRAPBOX_TOKEN": "pat_abc",
    "SCRAPBOX_SERVICE_KEY": "cs_abc",
}


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("place", ["environment", "file"])
def test_private(wiki: Wiki, tmp_path: Path, name: str, place: str) -> None:
    folder = tmp_path / "wiki"
    wiki.public = False
    wiki.token = HEADERS[name]
    file = tmp_path / "credential"
    file.write_text(f"# ours\nexport {name}='{SECRETS[name]}'\n", encoding="utf-8")
    env = {name: SECRETS[name]} if place == "environment" else {}
    more = [] if env else ["--credential-file", file]
    result = pull(wiki, folder, *more, env=env)
    assert result.exit_code == 2
    assert "add --private" in result.stderr
    assert not folder.exists()
    result = pull(wiki, folder, "--private", *more, env=env)
    assert result.exit_code == 0, result.output
    assert "become text" in result.stdout
    assert lock_of(folder).private
    assert SECRETS[name].encode() not in b"".join(state(folder).values())
    header, value = HEADERS[name]
    for headers in wiki.headers:
        assert headers[header] == value
        assert sum(other in headers for other, _ in HEADERS.values()) == 1
        assert "Authorization" not in headers
    # Once is not for ever.
    assert pull(wiki, folder, *more, env=env).exit_code == 2
    assert status(folder, "--private", "--url", wiki.url, *more, env=env).exit_code == 0
    result = status(folder, "--url", wiki.url, *more, env=env)
    assert result.exit_code == 2
    assert "to list its pages anyway, add --private" in result.stderr
    # A lock that somebody changed leads nowhere.
    wiki.asked.clear()
    result = status(folder, "--private", *more, env=env)
    assert result.exit_code == 2
    assert f"add --url {wiki.url}" in result.stderr
    assert wiki.asked == []


@pytest.mark.parametrize(
    ("env", "message"),
    [
        ({}, "members only: set SCRAPBOX_SID, SCRAPBOX_TOKEN or SCRAPBOX_SERVICE_KEY"),
        ({"SCRAPBOX_TOKEN": "pat_wrong"}, "SCRAPBOX_TOKEN is not valid"),
        ({"SCRAPBOX_SID": "wrong"}, "SCRAPBOX_SID is not valid"),
        ({"SCRAPBOX_SID": "wrong", "SCRAPBOX_TOKEN": "pat_wrong"}, "only one can be sent"),
        ({"SCRAPBOX_SID": "wro ng"}, "SCRAPBOX_SID contains spaces"),
        ({"SCRAPBOX_SID": "wrong\r\nHost: x"}, "SCRAPBOX_SID contains spaces"),
        ({"SCRAPBOX_TOKEN": "pat_wröng"}, "SCRAPBOX_TOKEN contains spaces"),
    ],
)
def test_bad_credentials(wiki: Wiki, tmp_path: Path, env: dict[str, str], message: str) -> None:
    wiki.public = False
    wiki.token = ("x-personal-access-token", "pat_right")
    result = pull(wiki, tmp_path / "wiki", "--private", env=env)
    assert result.exit_code == 2
    assert message in result.stderr
    for secret in env.values():
        assert secret not in result.output
    assert len(wiki.asked) <= 1
    assert not (tmp_path / "wiki").exists()


def test_a_key_of_another_project(wiki: Wiki, tmp_path: Path) -> None:
    wiki.fault = lambda path: (
        lambda handler: handler.reply(400, {}, b'{"name": "BadRequestError"}')
    )
    env = {"SCRAPBOX_SERVICE_KEY": "cs_abc"}
    result = pull(wiki, tmp_path / "wiki", "--private", env=env)
    assert result.exit_code == 2
    assert "the key in SCRAPBOX_SERVICE_KEY is for another project" in result.stderr


@pytest.mark.parametrize("text", ["", "nothing\n", "OTHER=x\n", b"\xff"])
def test_files_without_a_credential(wiki: Wiki, tmp_path: Path, text: str | bytes) -> None:
    file = tmp_path / "credential"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    result = pull(wiki, tmp_path / "wiki", "--credential-file", file)
    assert result.exit_code == 2
    assert str(file) in result.stderr
    assert wiki.asked == []


def test_a_netrc_is_not_read(wiki: Wiki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert pull(wiki, tmp_path / "wiki").exit_code == 0
    assert not any("Authorization" in headers for headers in wiki.headers)
    # What the server wants to be remembered is not sent back either.
    assert not any("Cookie" in headers for headers in wiki.headers)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("wiki.example", "https://"),
        ("ftp://wiki.example", "https://"),
        ("https://me:secret@wiki.example", "must not contain a user name or a password"),
        ("https://wiki.example/garden", "must end after the host"),
        ("https://wiki.example?x", "must end after the host"),
        ("https://wiki.example:x", "https://"),
        ("https://", "https://"),
    ],
)
def test_addresses_that_are_none(tmp_path: Path, url: str, message: str) -> None:
    result = run("pull", "garden", tmp_path / "wiki", "--url", url)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "secret" not in result.stderr


def test_no_credential_without_encryption(tmp_path: Path) -> None:
    env = {"SCRAPBOX_TOKEN": "pat_abc"}
    result = run("pull", "garden", tmp_path, "--url", "http://wiki.example", env=env)
    assert result.exit_code == 2
    assert "without encryption" in result.stderr


@pytest.mark.parametrize("project", ["", "a/b", "https://scrapbox.io/garden"])
def test_names_that_are_none(tmp_path: Path, project: str) -> None:
    assert run("pull", project, tmp_path / "wiki").exit_code == 2


# -- how it asks -----------------------------------------------------------------------


class Clock:
    """The time of a throttle: it stands still but for waits."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self._lock = threading.Lock()
        patch.setattr(pacing, "time", self)
        patch.setattr(pacing.Throttle, "wait", lambda throttle, seconds: self.wait(seconds))

    def monotonic(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        end = self.now + seconds
        with self._lock:
            self.now = max(self.now, end)


def test_few_at_once_and_not_too_fast(
    wiki: Wiki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        wiki.write(f"p{number}")
    times: list[float] = []
    pace = replace(HASTY, per_second=100)
    clock = Clock(monkeypatch)
    wiki.before = lambda path: times.append(clock.now)
    args = ["pull", "garden", str(tmp_path / "wiki"), "--url", wiki.url]
    run_command(*args, pace=pace, code=0)
    assert len(times) == 26
    assert times[-1] - times[0] >= 25 / 100 - 1e-9
    assert len(wiki.connections) <= pace.connections
    times.clear()
    wiki.connections.clear()
    args += ["--refresh", "--rate", "50"]
    run_command(*args, pace=pace, code=0)
    assert times[-1] - times[0] >= 25 / 50 - 1e-9
    assert len(wiki.connections) <= pace.connections


def test_a_wait_is_a_wait_for_all(
    wiki: Wiki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times: list[float] = []
    told: list[float] = []
    pauses = threading.Event()
    wait = pacing.Throttle.wait

    def fault(path: str) -> object:
        times.append(time.monotonic())
        if "/v2/" not in path or pauses.is_set():
            return None
        if not told:
            told.append(times[-1])
            return lambda handler: handler.reply(429, {"Retry-After": "1"}, b"")
        return answered_later

    def answered_later(handler: Handler) -> None:
        assert pauses.wait(60)  # this was under way, and no other may follow it too soon
        handler.reply(*wiki.answer(handler.path, dict(handler.headers)))

    def noted(throttle: pacing.Throttle, seconds: float) -> None:
        if seconds >= 1:
            pauses.set()
        wait(throttle, seconds)

    monkeypatch.setattr(pacing.Throttle, "wait", noted)
    wiki.fault = fault  # type: ignore[assignment]
    for number in range(20):
        wiki.write(f"p{number}")
    assert pull(wiki, tmp_path / "wiki").exit_code == 0
    # Only what was under way came through.
    assert sum(told[0] < one < told[0] + 0.9 for one in times) < HASTY.connections
    assert sum(one >= told[0] + 0.9 for one in times) > 20 - HASTY.connections


def test_it_stops_when_all_fails(tmp_path: Path) -> None:
    wiki = Wiki()
    for number in range(100):
        wiki.write(f"p{number}")
    with serving(wiki):
        broken = lambda handler: handler.reply(500, {}, b"")  # noqa: E731
        wiki.fault = lambda path: broken if "/v2/" in path else None
        result = pull(wiki, tmp_path / "wiki")
        assert result.exit_code == 2
        assert "requests in a row failed" in result.stderr
        # Each failed request was tried three times.
        assert len(wiki.asked_for("/v2/")) <= (HASTY.failures + HASTY.connections) * 3
        assert len(result.stderr.splitlines()) <= 6


def test_one_page_that_fails_costs_only_itself(tmp_path: Path) -> None:
    wiki = Wiki()
    for number in range(30):
        wiki.write(f"p{number}")
    with serving(wiki):
        broken = lambda handler: handler.reply(500, {}, b"")  # noqa: E731
        wiki.fault = lambda path: broken if path.endswith("/p7") else None
        folder = tmp_path / "wiki"
        result = pull(wiki, folder)
        assert result.exit_code == 2
        assert result.stderr.startswith("Error: page 'p7': 500 Internal Server Error: try again")
        assert state(folder) == {}
        assert not (folder / LOCK_NAME).exists()
        wiki.fault = lambda path: None
        assert pull(wiki, folder).exit_code == 0
        assert wiki.asked_for("/v2/") == ["/api/pages/v2/garden/p7"]
        assert len(names(folder)) == 30


def test_a_wiki_without_the_newer_call(wiki: Wiki, tmp_path: Path) -> None:
    real = wiki.answer

    def answer(path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        if "/v2/" in path:
            return 404, {}, b"<html>"
        return real(path.replace("/api/pages/garden/", "/api/pages/v2/garden/"), headers)

    wiki.answer = answer  # type: ignore[method-assign]
    assert pull(wiki, tmp_path / "wiki").exit_code == 0
    assert len(names(tmp_path / "wiki")) == 4
    assert len(wiki.asked_for("/v2/")) <= HASTY.connections


def test_one_at_a_time(wiki: Wiki, tmp_path: Path) -> None:
    folder = tmp_path / "wiki"
    with exclusive_lock(folder):
        result = pull(wiki, folder)
        assert result.exit_code == 2
        assert "another command is writing to" in result.stderr
        assert pull(wiki, folder, "--check").exit_code == 1  # looking does no harm
    assert not folder.exists()
    assert pull(wiki, folder).exit_code == 0


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="a signal of POSIX")
def test_broken_off_by_hand(wiki: Wiki, tmp_path: Path) -> None:
    folder = tmp_path / "wiki"
    reached, free = threading.Event(), threading.Event()

    def wait(path: str) -> object:
        if "/v2/" in path:
            reached.set()
            return lambda handler: free.wait(60)
        return None

    wiki.fault = wait  # type: ignore[assignment]
    # A process that a shell started in the background ignores the signal.
    heed = "from signal import *; signal(SIGINT, default_int_handler)"
    code = f"{heed}; from sphinx_scrapbox.cli import main; main()"
    command = [sys.executable, "-P", "-c", code, "pull", "garden", str(folder), "--url", wiki.url]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    assert reached.wait(60)
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    free.set()
    _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert said.startswith(b"Error: interrupted: what arrived is kept")
    wiki.fault = lambda path: None
    assert pull(wiki, folder).exit_code == 0


# -- real pages ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["nishio", "villagepump"])
def test_real_pages(shared: Path, tmp_path: Path, name: str) -> None:
    """What comes over the wire is what the export of the same pages has."""
    export = shared / "native" / f"{name}.json"
    value = json.loads(export.read_bytes())
    wiki = Wiki(project=name)
    bodies = {entry["id"]: entry for entry in value["pages"]}
    for entry in value["pages"]:
        page = WikiPage(entry["id"], entry["title"], [], entry["created"], entry["updated"])
        page.lines = entry["lines"]
        wiki.pages[page.id] = page
    folder, unpacked = tmp_path / "wiki", tmp_path / "unpacked"
    with serving(wiki):
        result = pull(wiki, folder)
        assert result.exit_code == 0, result.output
        assert pull(wiki, folder, "--check").exit_code == 0
    run("unpack", export, unpacked)
    files, others = state(folder), state(unpacked)
    pulled, exported = (load_lock(one.pop(LOCK_NAME).decode()) for one in (files, others))
    assert files == others
    assert pulled.pages == exported.pages
    assert len(files) == len(bodies)


def test_a_site_of_it(wiki: Wiki, tmp_path: Path) -> None:
    """From the wiki to a page that asks nobody: links, an icon and an image."""
    wiki.icons["/garden/mio"] = wiki.files["/files/bed.png"] = 200, {}, PNG
    wiki.write("Talk", "[mio.icon] see [Compost]", f"[{wiki.url}/files/bed.png]", "[Nobody]")
    source = tmp_path / "docs"
    assert pull(wiki, source / "wiki", "--icons", "--images").exit_code == 0
    (source / "conf.py").write_text("extensions = ['sphinx_scrapbox']\n", encoding="utf-8")
    (source / "index.md").write_text("# Garden\n\n[[Talk]]\n", encoding="utf-8")
    out = tmp_path / "html"
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", str(source), str(out)]
    subprocess.run(command, check=True)
    html = (out / "wiki" / "Talk.html").read_text(encoding="utf-8")
    assert html.count('src="../_images/') == 2
    assert 'href="Compost.html"' in html
    assert f'href="{wiki.url}/garden/Nobody"' in html
    assert not re.search(r"""src=["'](?:https?:)?//""", html)
