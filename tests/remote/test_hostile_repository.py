"""What a repository that means harm can do to those who run a command in it: nothing outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from commands import run_command
from wiki_server import PNG, Wiki, serving

from sphinx_scrapbox.remote import stage
from sphinx_scrapbox.snapshot.folder import read_regular_file
from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME, load_lock
from sphinx_scrapbox.snapshot.transaction import write_file

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links and pipes of POSIX")

PRIVATE = b"private key\n"


@pytest.fixture
def wiki() -> Iterator[Wiki]:
    with serving(Wiki()) as wiki:
        wiki.write("Compost", "true")
        wiki.write("Tree", "[mio.icon]")
        wiki.icons["/garden/mio"] = 200, {}, PNG
        yield wiki


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A file of the user's that nothing may change."""
    victim = tmp_path / "home" / "id_rsa"
    victim.parent.mkdir()
    victim.write_bytes(PRIVATE)
    return victim


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "repository" / "wiki"
    folder.mkdir(parents=True)
    (folder.parent / ".git").mkdir()
    return folder


def run(*args: object, code: int | None = None) -> Result:
    return run_command(*args, code=code)


def pull(wiki: Wiki, folder: Path, *more: str, code: int | None = None) -> Result:
    wiki.asked.clear()
    return run("pull", wiki.project, folder, "--url", wiki.url, *more, code=code)


def answer(wiki: Wiki, title: str, text: str) -> tuple[str, bytes]:
    """The name and the content of a planted answer of the wiki."""
    page = wiki.find(title)
    assert page
    lines = [{"id": "", "text": title}, {"id": "", "text": text}]
    value = {"id": page.id, "title": title, "updated": page.updated, "lines": lines}
    return f"{page.id}-{page.updated}", json.dumps(value).encode()


# -- staging ---------------------------------------------------------------------------


def test_a_planted_answer_is_not_taken_for_the_wikis(
    wiki: Wiki, folder: Path, victim: Path
) -> None:
    planted = folder / ".scrapbox-pull"
    planted.mkdir(mode=0o700)
    for title in ("Compost", "Tree"):
        name, data = answer(wiki, title, "false")
        (planted / f"{name}.json").write_bytes(data)
        (planted / f"{name}.tmp").symlink_to(victim)
    pull(wiki, folder, "--icons", code=0)
    assert (folder / "Compost.scrapbox").read_bytes() == b"Compost\ntrue\n"
    assert victim.read_bytes() == PRIVATE
    assert len(wiki.asked_for("/v2/")) == 2
    assert len(list(planted.iterdir())) == 4


def staged_for(wiki: Wiki, folder: Path) -> Path:
    with stage.Stage(folder, wiki.url, "garden") as opened:
        path = opened.put_picture("x", PNG)
    path.unlink(missing_ok=True)
    return path.parent


def test_a_cache_within_the_repository_is_not_used(
    wiki: Wiki, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder.parent / "cache"))
    planted = staged_for(wiki, folder)
    assert not planted.is_relative_to(folder.parent)
    assert not planted.exists()
    names = {path.name for path in folder.parent.iterdir()}
    assert names == {"wiki", ".git"}


@pytest.mark.parametrize("kind", ["others can write", "a link", "a file", "a dangling link"])
@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_cache_of_others_is_not_used(
    wiki: Wiki,
    folder: Path,
    victim: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    kind: str,
    level: int,
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = staged_for(wiki, folder)
    assert path.is_relative_to(tmp_path / "cache")
    for _ in range(2 - level):
        path = path.parent
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if kind == "others can write":
        path.chmod(0o770)
    else:
        path.rename(tmp_path / "moved")
        if kind == "a file":
            path.write_bytes(b"")
        else:
            path.symlink_to(tmp_path / ("moved" if kind == "a link" else "nothing"))
    assert not staged_for(wiki, folder).is_relative_to(tmp_path / "cache")
    pull(wiki, folder, "--icons", code=0)
    assert (folder / "Compost.scrapbox").is_file()


def test_without_a_home(
    wiki: Wiki, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", "/proc/nothing")
    monkeypatch.chdir(tmp_path)
    pull(wiki, folder, "--icons", code=0)
    assert {path.name for path in tmp_path.iterdir()} == {"repository"}


def test_stages_are_apart(wiki: Wiki, folder: Path, tmp_path: Path) -> None:
    """By folder, server and project, or a page of one would be taken for one of the other."""
    places = [(folder, wiki.url, "garden"), (tmp_path, wiki.url, "garden")]
    places += [(folder, "https://wiki.example", "garden"), (folder, wiki.url, "kitchen")]
    paths = set()
    for place in places:
        with stage.Stage(*place) as opened:
            paths.add(opened.picture("x"))
    assert len(paths) == 4


def test_old_stages_are_removed(wiki: Wiki, folder: Path, tmp_path: Path) -> None:
    with stage.Stage(tmp_path, wiki.url, "garden") as opened:
        old = opened.put_picture("x", PNG).parent
    staged_for(wiki, folder)
    assert old.exists()
    long_ago = time.time() - 31 * 24 * 3600
    os.utime(old, (long_ago, long_ago))
    staged_for(wiki, folder)
    assert not old.exists()


# -- what lies where files are written -------------------------------------------------


def pipe(path: Path, victim: Path) -> None:
    os.mkfifo(path)


def link(path: Path, victim: Path) -> None:
    path.symlink_to(victim)


def hard_link(path: Path, victim: Path) -> None:
    path.hardlink_to(victim)


def dangling_link(path: Path, victim: Path) -> None:
    path.symlink_to(victim.with_name("authorized_keys"))


def link_to_folder(path: Path, victim: Path) -> None:
    path.symlink_to(victim.parent)


def endless(path: Path, victim: Path) -> None:
    path.symlink_to("/dev/zero")


def circle(path: Path, victim: Path) -> None:
    path.symlink_to(path.name)


def directory(path: Path, victim: Path) -> None:
    path.mkdir()


Plant = Callable[[Path, Path], None]
PLANTS: list[Plant] = [
    pipe, link, hard_link, dangling_link, link_to_folder, endless, circle, directory
]  # fmt: skip
PLACES = [
    LOCK_NAME, "Compost.scrapbox", "_files", ".scrapbox-unpack", ".scrapbox-unpack/0.tmp",
    ".scrapbox-unpack/1.tmp", ".scrapbox-unpack/0.lock", ".scrapbox-pull",
]  # fmt: skip


def outside(victim: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in victim.parent.iterdir()}


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
@pytest.mark.parametrize("place", PLACES)
def test_nothing_is_written_or_read_through(
    wiki: Wiki, folder: Path, victim: Path, tmp_path: Path, place: str, plant: Plant
) -> None:
    (folder / place).parent.mkdir(exist_ok=True)
    plant(folder / place, victim)
    export = tmp_path / "export.json"
    pages = [page.body() for page in wiki.pages.values()]
    export.write_text(json.dumps({"name": "garden", "pages": pages}), "utf-8")
    start = time.monotonic()
    results = [
        pull(wiki, folder, "--icons"),
        run("unpack", export, folder),
        run("status", folder, "--url", wiki.url),
        run("check", folder),
        run("diff", folder, folder),
    ]
    assert time.monotonic() - start < 60  # nothing is waited for without end
    assert outside(victim) == {"id_rsa": PRIVATE}
    for result in results:
        assert PRIVATE.decode().strip() not in result.output
        assert "Traceback" not in result.output
    if results[0].exit_code == 0:
        rows = load_lock((folder / LOCK_NAME).read_bytes()).pages
        assert {row.title for row in rows} == {"Compost", "Tree"}


@pytest.mark.parametrize("plant", [link, hard_link, dangling_link, circle])
@pytest.mark.parametrize(
    "command",
    [
        ["check", "{folder}", "--fail-on", "never", "-o"],
        ["diff", "{folder}", "{folder}", "-o"],
        ["convert", "{folder}/Compost.scrapbox", "--to", "myst", "--overwrite", "-o"],
    ],
    ids=lambda command: command[0],
)
def test_reports_are_not_written_through_links(
    wiki: Wiki, folder: Path, victim: Path, plant: Plant, command: list[str]
) -> None:
    pull(wiki, folder, code=0)
    plant(folder / "report.md", victim)
    args = [part.format(folder=folder) for part in command]
    result = run(*args, folder / "report.md")
    assert outside(victim) == {"id_rsa": PRIVATE}
    if plant is hard_link:
        assert result.exit_code == 0
        assert (folder / "report.md").read_bytes() != PRIVATE
    else:
        assert result.exit_code == 2


def test_reports_go_to_pipes_and_keep_modes(tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    write_file(path, b"1")
    path.chmod(0o640)
    write_file(path, b"2")
    assert path.stat().st_mode & 0o777 == 0o640
    assert read_regular_file(path) == b"2"
    command = [sys.executable, "-P"]
    code = "from sphinx_scrapbox.snapshot.transaction import Path, write_file\n"
    command += ["-c", f"{code}write_file(Path('/dev/stdout'), b'3')"]
    assert subprocess.run(command, capture_output=True, check=True).stdout == b"3"
    assert {path.name for path in tmp_path.iterdir()} == {"report.md"}
    with pytest.raises(OSError, match="larger than 0 bytes"):
        read_regular_file(path, max_bytes=0)
    with pytest.raises(OSError, match="not a regular file"):
        read_regular_file(tmp_path)


# -- locks -----------------------------------------------------------------------------

HEAD = '{"scrapbox-lock": 1, "project": "garden"}\n'
LOCKS = {
    "brackets": HEAD + "[" * 100_000,
    "objects": HEAD + '{"a":' * 100_000,
    "a deep list of lines": HEAD + '{"file": "a.scrapbox", "lines": ' + "[" * 100_000,
    "a deep head": "[" * 100_000,
    "closed": HEAD + "[" * 100_000 + "]" * 100_000,
    "a long line": HEAD + '{"file": "a.scrapbox", "title": "' + "x" * 17_000_000 + '"}',
    "a null character": HEAD + "\0",
    "not UTF-8": HEAD.encode() + b"\xff",
    "empty": "",
    "a list": "[]",
}


@pytest.mark.parametrize("name", LOCKS)
def test_locks_that_no_command_reads(wiki: Wiki, folder: Path, tmp_path: Path, name: str) -> None:
    text = LOCKS[name]
    data = text if isinstance(text, bytes) else text.encode()
    (folder / "Compost.scrapbox").write_text("Compost\n[Tree]\n", "utf-8")
    (folder / LOCK_NAME).write_bytes(data)
    export = tmp_path / "export.json"
    export.write_text('{"name": "garden", "pages": [{"title": "Tree"}]}', "utf-8")
    for args in (
        ["status", folder, "--url", wiki.url],
        ["pull", "garden", folder, "--url", wiki.url],
        ["unpack", export, folder],
        ["diff", folder, folder],
        ["diff", folder / LOCK_NAME, folder],
        ["convert", folder / "Compost.scrapbox", "--to", "markdown"],
    ):
        result = run(*args, code=2)
        assert str(LOCK_NAME) in result.stderr
        assert len(result.stderr) < 500
    assert "broken-lock" in run("check", folder, code=1).stdout
    assert wiki.asked_for("/v2/") == []


def test_a_deep_lock_in_a_build(folder: Path, tmp_path: Path) -> None:
    (folder / LOCK_NAME).write_text(LOCKS["brackets"], "utf-8")
    (folder / "Compost.scrapbox").write_text("Compost\n[Tree]\n", "utf-8")
    (folder / "conf.py").write_text("extensions = ['sphinx_scrapbox']\n", "utf-8")
    (folder / "index.md").write_text("# Garden\n\n[[Compost]]\n", "utf-8")
    command = [sys.executable, "-m", "sphinx", "-q", str(folder), str(tmp_path / "out")]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "scrapbox.lock: line 2: nested too deeply" in result.stderr
    assert "Traceback" not in result.stderr
    assert (tmp_path / "out" / "Compost.html").is_file()


def test_halves_of_characters_and_huge_numbers(wiki: Wiki, folder: Path) -> None:
    pull(wiki, folder, code=0)
    path = folder / LOCK_NAME
    text = path.read_text("utf-8").replace('"Tree"', '"Tree\\ud800", "was": ["\\udfff"]')
    path.write_text(text.replace('"created": 1', f'"created": {"9" * 9000}'), "utf-8")
    assert "renamed" in run("status", folder, "--url", wiki.url, code=1).stdout
    pull(wiki, folder, code=0)
    assert run("status", folder, "--url", wiki.url, code=0)


# -- who is asked ----------------------------------------------------------------------


def test_status_asks_nobody_that_only_a_lock_names(wiki: Wiki, folder: Path) -> None:
    pull(wiki, folder, code=0)
    wiki.asked.clear()
    result = run("status", folder, code=2)
    assert result.stderr == (
        f"Error: {wiki.url} was not contacted, because only {folder / LOCK_NAME} names it: "
        f"to allow it, add --url {wiki.url}\n"
    )
    assert result.stdout == ""
    assert wiki.asked == []
    run("status", folder, "--url", wiki.url, code=0)
    assert len(wiki.asked) == 2


@pytest.mark.parametrize(
    "url",
    [
        "https://x.example; touch /tmp/x", "https://$(id).example", "https://x.example/`id`",
        "file:///etc/passwd", "https://me:secret@x.example", "\u202ehttps://x.example",
        "https://x.example\nadd --url https://evil.example", "https://ex\u0430mple.org",
        "x" * 5000, "https://x.example|sh", "https://'x'", "-https://x.example", "https://",
    ],
)  # fmt: skip
def test_addresses_that_nobody_should_paste(wiki: Wiki, folder: Path, url: str) -> None:
    pull(wiki, folder, code=0)
    lock = folder / LOCK_NAME
    head, _, rest = lock.read_text("utf-8").partition("\n")
    head = json.dumps({**json.loads(head), "url": url})
    lock.write_text(f"{head}\n{rest}", "utf-8")
    for args in (["status", folder], ["pull", "garden", folder, "--url", wiki.url]):
        result = run(*args, code=2)
        assert "which is not the address of a server" in result.stderr
        assert len(result.stderr.splitlines()) == 1
        assert len(result.stderr) < 500
        assert "--url" not in result.stderr.partition("pages are from")[0]
        assert "\u202e" not in result.stderr
