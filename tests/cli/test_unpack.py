"""``sphinx-scrapbox unpack``, from the outside."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from commands import run_command
from folders import names, state

from sphinx_scrapbox.cli.unpack import command
from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME, load_lock

EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
CALL = ["-P", "-c", "from sphinx_scrapbox.cli import main; main()", "unpack"]
PAGES = {
    "Compost": ["#public see [Leaf mould]"],
    "Leaf mould": ["[Tree]"],
    "Tree": ["#private"],
    "Log: 1": [" x"],
}


def export(path: Path, pages: dict[str, list[str]] = PAGES, **more: Any) -> Path:
    value: dict[str, Any] = {
        "name": "garden",
        "exported": 1_700_000_000,
        "users": [{"id": "u1", "name": "mio", "email": "mio@garden.test"}],
        "pages": [
            {
                "id": title.encode().hex().rjust(24, "0"),
                "title": title,
                "views": 987_654,
                "user": {"id": "u1", "email": "mio@garden.test"},
                "lines": [
                    {"text": row, "userId": "u1", "user": {"email": "mio@garden.test"}}
                    for row in (title, *rows)
                ],
            }
            for title, rows in pages.items()
        ],
        **more,
    }
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


def run(*args: object, stdin: bytes | None = None) -> Result:
    return run_command("unpack", *args, input=stdin)


# -- what it says and does -------------------------------------------------------------


def test_help() -> None:
    result = run("--help")
    assert result.exit_code == 0
    for word in ("--around", "--hops", "--private", "--dry-run", "scrapbox.lock", "Exit codes"):
        assert word in result.output
    # The examples stand on lines of their own.
    assert "\n    sphinx-scrapbox unpack garden.json docs/wiki --dry-run\n" in result.output


def test_unpack(tmp_path: Path) -> None:
    folder = tmp_path / "wiki"
    result = run(export(tmp_path / "e.json"), folder)
    assert result.exit_code == 0
    assert result.stdout == "4 new, 0 changed, 0 renamed, 0 removed, 0 unchanged\n"
    assert result.stderr == ""
    assert names(folder) == {"Compost", "Leaf mould", "Tree", "Log- 1"}
    assert state(folder)["Log- 1.scrapbox"] == b"Log: 1\n x\n"


def test_twice(tmp_path: Path) -> None:
    folder, file = tmp_path / "wiki", export(tmp_path / "e.json")
    run(file, folder)
    before = state(folder)
    result = run(file, folder)
    assert result.stdout == "0 new, 0 changed, 0 renamed, 0 removed, 4 unchanged\n"
    assert state(folder) == before


def test_nothing_about_people(tmp_path: Path) -> None:
    folder = tmp_path / "wiki"
    run(export(tmp_path / "e.json"), folder)
    everything = b"".join(state(folder).values())
    for word in (b"garden.test", b"mio", b"u1", b"987654"):
        assert word not in everything


def test_dry_run(tmp_path: Path) -> None:
    folder = tmp_path / "wiki"
    file = export(tmp_path / "e.json")
    result = run(file, folder, "--dry-run")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "new      Compost.scrapbox",
        "new      Leaf mould.scrapbox",
        "new      Log- 1.scrapbox",
        "new      Tree.scrapbox",
        "would be: 4 new, 0 changed, 0 renamed, 0 removed, 0 unchanged",
    ]
    assert not folder.exists()
    run(file, folder)
    before = state(folder)
    export(file, {"Compost": ["changed"], "New": []})
    result = run(file, folder, "-n")
    assert result.stdout.splitlines()[:-1] == [
        "new      New.scrapbox",
        "changed  Compost.scrapbox",
        "removed  Leaf mould.scrapbox",
        "removed  Log- 1.scrapbox",
        "removed  Tree.scrapbox",
    ]
    assert state(folder) == before


def test_a_file_keeps_the_name_that_the_lock_has(tmp_path: Path) -> None:
    folder, file = tmp_path / "wiki", export(tmp_path / "e.json", {"Don't panic": []})
    run(file, folder)
    assert names(folder) == {"Don-t panic"}
    # As an earlier rule named it.
    lock = folder / LOCK_NAME
    lock.write_text(lock.read_text("utf-8").replace("Don-t panic", "Don't panic"), "utf-8")
    (folder / "Don-t panic.scrapbox").rename(folder / "Don't panic.scrapbox")
    result = run(export(file, {"Don't panic": ["changed"], "Don't run": []}), folder)
    assert result.stdout == "1 new, 1 changed, 0 renamed, 0 removed, 0 unchanged\n"
    assert names(folder) == {"Don't panic", "Don-t run"}


def test_edited_by_hand(tmp_path: Path) -> None:
    folder, file = tmp_path / "wiki", export(tmp_path / "e.json")
    run(file, folder)
    (folder / "Compost.scrapbox").write_text("mine", encoding="utf-8")
    (folder / "Tree.scrapbox").write_text("mine", encoding="utf-8")
    result = run(export(file, {"Compost": ["x"]}), folder)
    assert result.exit_code == 0
    assert "kept, because it was edited by hand: Compost.scrapbox\n" in result.stderr
    assert "edited by hand; its page was deleted: Tree.scrapbox\n" in result.stderr
    assert "2 edited by hand and kept" in result.stdout
    assert names(folder) == {"Compost", "Tree"}


def test_standard_input(tmp_path: Path) -> None:
    data = export(tmp_path / "e.json").read_bytes()
    assert run("-", tmp_path / "wiki", stdin=data).exit_code == 0
    assert len(names(tmp_path / "wiki")) == 4


def test_older_export(tmp_path: Path) -> None:
    file = export(tmp_path / "e.json")
    run(file, tmp_path / "wiki")
    result = run(export(file, exported=1_600_000_000), tmp_path / "wiki")
    assert "older" in result.stderr


def test_notes_are_not_endless(tmp_path: Path) -> None:
    file = export(tmp_path / "e.json", {f"p{n}": ["a\u2028b"] for n in range(50)})
    result = run(file, tmp_path / "wiki")
    assert result.exit_code == 0
    assert len(result.stderr.splitlines()) == 11
    assert "40 more" in result.stderr


def test_strings_as_lines(tmp_path: Path) -> None:
    file = tmp_path / "e.json"
    file.write_text('{"pages": [{"title": "Soil", "lines": ["Soil", " x"]}]}', encoding="utf-8")
    run(file, tmp_path / "wiki")
    assert state(tmp_path / "wiki")["Soil.scrapbox"] == b"Soil\n x\n"
    (row,) = load_lock((tmp_path / "wiki" / LOCK_NAME).read_text(encoding="utf-8")).pages
    assert (row.line_ids, row.line_times) == ((), ())


def test_a_terminal_without_the_letters(tmp_path: Path) -> None:
    file = export(tmp_path / "e.json", {"土": []})
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, *CALL, str(file), str(tmp_path / "wiki"), "-n"]
    done = subprocess.run(command, capture_output=True, env=environment, check=True)
    assert done.stdout.startswith(b"new      \\u571f.scrapbox")


# -- which pages -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "left"),
    [
        (["--tag", "public"], {"Compost"}),
        (["--tag", "public", "--tag", "tree"], {"Compost", "Leaf mould"}),
        (["--exclude-tag", "PRIVATE"], {"Compost", "Leaf mould", "Log- 1"}),
        (["--title", "l*"], {"Leaf mould", "Log- 1"}),
        (["--around", "leaf_mould"], {"Compost", "Leaf mould", "Tree"}),
        (["--around", "Compost", "--hops", "2"], {"Compost", "Leaf mould", "Tree"}),
        (["--around", "Compost", "--hops", "0"], {"Compost"}),
        (["--around", "Compost", "--hops", "2", "--exclude-tag", "private", "--title", "[!c]*"],
         {"Leaf mould"}),
    ],
)  # fmt: skip
def test_selection(tmp_path: Path, options: list[str], left: set[str]) -> None:
    result = run(export(tmp_path / "e.json"), tmp_path / "wiki", *options)
    assert names(tmp_path / "wiki") == left
    assert f"{4 - len(left)} left out" in result.stdout


def test_private_is_remembered(tmp_path: Path) -> None:
    file, folder = export(tmp_path / "e.json"), tmp_path / "wiki"

    def private() -> bool:
        return load_lock((folder / LOCK_NAME).read_text(encoding="utf-8")).private

    run(file, folder)
    assert not private()
    assert "become text" in run(file, folder, "--private").stdout
    assert private()
    run(file, folder)
    assert private()
    run(file, folder, "--public")
    assert not private()


# -- what it refuses -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--tag", "nowhere"], "none of the 4 pages"),
        (["--around", "Compst"], "did you mean 'Compost'"),
        (["--hops", "2"], "--around"),
        (["--around", "Compost", "--hops", "-1"], "--hops"),
        (["--colour"], "No such option"),
    ],
)
def test_calls_that_cannot_be_met(tmp_path: Path, options: list[str], message: str) -> None:
    file, folder = export(tmp_path / "e.json"), tmp_path / "wiki"
    run(file, folder)
    before = state(folder)
    result = run(file, folder, *options)
    assert result.exit_code == 2
    assert message in result.stderr
    assert state(folder) == before


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"[]", "a list"),
        (b'{"pages": []}', "no page"),
        (b'{"pages": [{]}', "byte 12"),
        (b"", "the file is empty"),
        (b"\xff", "byte 0"),
    ],
)
def test_input_that_is_no_export(tmp_path: Path, data: bytes, message: str) -> None:
    file, folder = export(tmp_path / "e.json"), tmp_path / "wiki"
    run(file, folder)
    before = state(folder)
    file.write_bytes(data)
    result = run(file, folder)
    assert result.exit_code == 2
    assert message in result.stderr
    assert state(folder) == before
    assert run(file, tmp_path / "new").exit_code == 2
    assert not (tmp_path / "new").exists()


def test_files_that_are_not_there(tmp_path: Path) -> None:
    assert run(tmp_path / "absent.json", tmp_path / "wiki").exit_code == 2
    file = export(tmp_path / "e.json")
    assert run(file, file).exit_code == 2
    assert run(tmp_path, tmp_path / "wiki").exit_code == 2


def test_a_broken_lock(tmp_path: Path) -> None:
    file, folder = export(tmp_path / "e.json"), tmp_path / "wiki"
    run(file, folder)
    lock = folder / LOCK_NAME
    lock.write_text("<<<<<<< HEAD\n" + lock.read_text(encoding="utf-8"), encoding="utf-8")
    before = state(folder)
    result = run(export(file, {"New": []}), folder)
    assert result.exit_code == 2
    assert LOCK_NAME in result.stderr
    assert "line 1" in result.stderr
    assert state(folder) == before


def test_another_project(tmp_path: Path) -> None:
    file, folder = export(tmp_path / "e.json"), tmp_path / "wiki"
    run(file, folder)
    result = run(export(file, {"Pan": []}, name="kitchen"), folder)
    assert result.exit_code == 2
    assert "'kitchen'" in result.stderr


# -- what breaks off -------------------------------------------------------------------


def test_truncated_anywhere_changes_nothing(tmp_path: Path) -> None:
    file, folder = tmp_path / "e.json", tmp_path / "wiki"
    run(export(file), folder)
    before = state(folder)
    rows = {f"page {n} あ": ['"quoted" \\ 😀 ' * 5] * 20 for n in range(40)}
    data = export(file, rows).read_bytes()
    cuts = range(1, len(data), 997)
    assert len(cuts) > 50
    for cut in cuts:
        file.write_bytes(data[:cut])
        result = run(file, folder)
        assert result.exit_code == 2
        assert f"byte {cut}" in result.stderr
    assert state(folder) == before


@pytest.mark.long
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="a signal of POSIX")
def test_killed_at_any_moment(tmp_path: Path) -> None:
    old = {f"page {n}": [f"old {n}"] * 40 for n in range(90)}
    new = {f"page {n}": [f"new {n}"] * 40 for n in range(30, 120)}
    old_file, new_file = export(tmp_path / "old.json", old), export(tmp_path / "new.json", new)
    fresh, folder = tmp_path / "fresh", tmp_path / "wiki"
    run(old_file, fresh)
    before = state(fresh)
    command = [sys.executable, *CALL, str(new_file)]
    start = time.perf_counter()
    subprocess.run([*command, str(fresh)], check=True, stdout=subprocess.DEVNULL)
    takes = time.perf_counter() - start
    after = state(fresh)
    chance = random.Random(20)
    killed_within = 0
    for attempt in range(20):
        if folder.exists():
            for path in folder.iterdir():
                path.unlink()
        run(old_file, folder)
        assert state(folder) == before
        process = subprocess.Popen([*command, str(folder)], stdout=subprocess.DEVNULL)
        if attempt % 4:
            # Most of the time goes into starting Python: wait until it has begun to write.
            until = time.perf_counter() + 30
            stage = folder / ".scrapbox-unpack"
            while not stage.exists() and process.poll() is None and time.perf_counter() < until:
                time.sleep(0.0002)
            time.sleep(chance.random() * takes / 4)
        else:
            time.sleep(chance.random() * takes)
        process.kill()
        process.wait(timeout=120)
        between = state(folder)
        staged = {name for name in between if "/" in name}
        for name in between.keys() - staged:
            assert between[name] in (before.get(name), after.get(name)), name
        for name in before.keys() & after.keys():
            assert name in between
        killed_within += bool(staged)
        result = run(new_file, folder)
        assert result.exit_code == 0
        assert "edited" not in result.stdout
        assert state(folder) == after
        assert not (folder / ".scrapbox-unpack").exists()
    print(f"killed while it wrote: {killed_within} of 20")


# -- real exports ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["nishio", "villagepump"])
def test_real_exports(shared: Path, tmp_path: Path, name: str) -> None:
    value = json.loads((shared / "native" / f"{name}.json").read_bytes())
    value["users"] = [{"id": "u", "name": "someone", "email": "someone@garden.test"}]
    for entry in value["pages"]:
        entry["views"] = 987_654_321
    file, folder = tmp_path / "e.json", tmp_path / "wiki"
    file.write_text(json.dumps(value), encoding="utf-8")
    result = run(file, folder)
    assert result.exit_code == 0
    assert result.stderr == ""
    files = state(folder)
    assert len(files) == len(value["pages"]) + 1
    lock = load_lock(files[LOCK_NAME].decode())
    by_id = {row.id: row for row in lock.pages}
    rows_of_pages = set()
    for entry in value["pages"]:
        row = by_id[entry["id"]]
        rows = [line["text"] for line in entry["lines"]]
        rows_of_pages.update(rows)
        assert files[row.file].decode().removesuffix("\n").split("\n") == rows
        assert row.title == entry["title"]
        assert list(row.line_ids) == [line["id"] for line in entry["lines"]]
    everything = b"".join(files.values()).decode()
    # An address that somebody typed into a page is text of that page; there is no other.
    assert set(EMAIL.findall(everything)) <= set(EMAIL.findall("\n".join(rows_of_pages)))
    assert "987654321" not in everything
    users = {line["userId"] for entry in value["pages"] for line in entry["lines"]}
    assert not any(user in everything for user in users)
    assert run(file, folder).stdout.startswith("0 new, 0 changed")
    assert state(folder) == files


def test_every_option_is_documented() -> None:
    docs = Path(__file__).parents[2] / "example_docs"
    text = (docs / "reference" / "command-line.md").read_text(encoding="utf-8")
    for option in command.params:
        for name in (*option.opts, *option.secondary_opts):
            assert f"`{name}" in text or name in {"export", "folder"}
