"""Snapshots from a folder, from a lock alone and from git, and what they have in common."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from changes import apply
from repositories import EXPORT, NEW, OLD, commit, git, lock, needs_git, write

from sphinx_scrapbox.snapshot.diff.model import Comparison, LineKind, Row, Snapshot
from sphinx_scrapbox.snapshot.diff.pages import compare
from sphinx_scrapbox.snapshot.git import Repository, SnapshotError
from sphinx_scrapbox.snapshot.loader import SnapshotLoader
from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME

CHANGED = [
    ("new", "Wind"),
    ("changed", "Compost"),
    ("renamed", "Water"),
    ("gone", "Sun"),
]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two tagged versions of a wiki below ``docs/wiki``, the second of them checked out."""
    folder = tmp_path / "repo"
    folder.mkdir()
    git(folder, "init", "-q")
    wiki = folder / "docs" / "wiki"
    write(wiki, {**OLD, LOCK_NAME: lock(OLD)})
    write(folder, {"docs/index.md": "# Hand-written\n"})
    commit(folder, "v1")
    shutil.rmtree(wiki)
    write(wiki, {**NEW, LOCK_NAME: lock(NEW, exported=2000)})
    commit(folder, "v2")
    return folder


def pages(comparison: Comparison) -> list[tuple[str, str]]:
    return [(page.kind.value, page.title) for page in comparison.pages]


def titles(snapshot: Snapshot) -> list[str]:
    return [page.title for page in snapshot.pages]


# -- folders and locks -----------------------------------------------------------------


def test_a_folder_with_a_lock(tmp_path: Path) -> None:
    write(
        tmp_path,
        {**OLD, LOCK_NAME: lock(OLD), ".hidden/x.scrapbox": "x", "_build/y.scrapbox": "y"},
    )
    snapshot = SnapshotLoader().from_folder(tmp_path)
    assert titles(snapshot) == ["Compost", "Rain", "Sun"]
    assert (snapshot.project, snapshot.time) == ("garden", 1000)
    (compost,) = snapshot.read(snapshot.pages[:1])
    assert compost is not None
    assert compost.rows == (Row(0, "Green"), Row(1, "Kitchen scraps"), Row(0, "Brown"))
    assert compost.ids[0] == "compost00000000000000000 Green"
    assert compost.first == 2


def test_real_exported_pages(shared: Path, tmp_path: Path) -> None:
    """They are all found, and differ from nothing when they are written with other line ends."""
    for file in (shared / "exported").glob("*.md"):
        (tmp_path / file.name).write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    loader = SnapshotLoader()
    old, new = loader.from_folder(shared / "exported"), loader.from_folder(tmp_path)
    assert len(old.pages) == len(list(tmp_path.iterdir())) > 200
    assert compare(old, new).pages == ()
    kept = {page.file: text for page, text in zip(old.pages, old.read(old.pages), strict=True)}
    for page, text in zip(new.pages, new.read(new.pages), strict=True):
        assert text is not None
        assert kept[page.file] == text._replace(marks=kept[page.file].marks)


def test_two_wikis_below_one_folder(tmp_path: Path) -> None:
    write(tmp_path / "a", {**OLD, LOCK_NAME: lock(OLD, project="a")})
    write(tmp_path / "b", {**NEW, LOCK_NAME: lock(NEW, project="b")})
    snapshot = SnapshotLoader().from_folder(tmp_path)
    assert [(page.project, page.file) for page in snapshot.pages][2:4] == [
        ("a", "a/sun.scrapbox"),
        ("b", "b/compost.scrapbox"),
    ]
    assert snapshot.project == ""


def test_exported_pages_have_no_lock(tmp_path: Path) -> None:
    body = "Green\n- Kitchen scraps\n    - Peel\n```py\n    - no item\n```\n1. one\n"
    write(
        tmp_path,
        {
            "old/Compost.md": EXPORT.format(title="Compost", body=body),
            "new/Compost heap.md": EXPORT.format(
                title="Compost heap", body=body.replace("    - Peel", "- Peel")
            ),
            "new/guide.md": "# Hand-written\n",
            "new/other.md": "---\ntitle: Other\nauthor: me\n---\nHand-written, too.\n",
        },
    )
    old, new = (
        SnapshotLoader().from_folder(tmp_path / "old"),
        SnapshotLoader().from_folder(tmp_path / "new"),
    )
    assert titles(new) == ["Compost heap"]
    (change,) = compare(old, new).pages
    assert (change.old_title, change.title) == ("Compost", "Compost heap")
    (line,) = change.lines
    assert (line.kind, line.shift, line.rows) == (LineKind.SHIFTED, -1, (Row(1, "Peel"),))
    assert change.first + line.new == 7
    (text,) = new.read(new.pages)
    assert text is not None
    assert Row(0, "    - no item") in text.rows


def test_a_page_edited_by_hand_is_compared_by_what_it_says(tmp_path: Path) -> None:
    write(tmp_path / "old", {**OLD, LOCK_NAME: lock(OLD)})
    write(tmp_path / "new", {**OLD, LOCK_NAME: lock(OLD), "sun.scrapbox": "Sun\nShines\nHot\n"})
    loader = SnapshotLoader()
    comparison = compare(
        loader.from_folder(tmp_path / "old"), loader.from_folder(tmp_path / "new")
    )
    (change,) = comparison.pages
    assert (change.title, change.added, change.removed) == ("Sun", 1, 0)


def test_what_nobody_sees_is_no_change(tmp_path: Path) -> None:
    write(tmp_path / "old", {"a.scrapbox": "A\nx\n\ty\n", "b.scrapbox": "B\nz\n"})
    write(tmp_path / "new", {"a.scrapbox": "A\r\nx\r\n y \r\n", "b.scrapbox": "B\nz"})
    loader = SnapshotLoader()
    assert (
        compare(loader.from_folder(tmp_path / "old"), loader.from_folder(tmp_path / "new")).pages
        == ()
    )


def test_a_lock_alone(tmp_path: Path) -> None:
    write(tmp_path / "new", {**NEW, LOCK_NAME: lock(NEW)})
    write(tmp_path, {"old.lock": lock(OLD)})
    loader = SnapshotLoader()
    old = loader.load(str(tmp_path / "old.lock"), tmp_path)
    comparison = compare(old, loader.from_folder(tmp_path / "new"))
    assert pages(comparison) == CHANGED
    changed = comparison.pages[1]
    assert (changed.added, changed.removed, changed.lines) == (1, 1, ())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the lock file is empty"),
        (b"\xff", "not UTF-8 at byte 0"),
        (b'{"scrapbox-lock": 9}', "line 1: not a lock file of version 1"),
        (b"\0\0\0", "line 1: "),
    ],
)
def test_a_damaged_lock(tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / LOCK_NAME).write_bytes(data)
    with pytest.raises(SnapshotError, match=said):
        SnapshotLoader().from_folder(tmp_path)
    with pytest.raises(SnapshotError, match=said):
        SnapshotLoader().load(str(tmp_path / LOCK_NAME), tmp_path)


def test_files_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    (tmp_path / "old" / "a.scrapbox").write_bytes(b"A\nfine\n")
    (tmp_path / "new" / "a.scrapbox").write_bytes(b"A\nf\xffne \x00\x1b[31m\n")
    (tmp_path / "new" / "b.md").write_bytes(bytes(range(256)) * 50)
    (tmp_path / "new" / "c.scrapbox").write_bytes(b"\x00\x01\n")
    (tmp_path / "new" / "d.scrapbox").symlink_to(tmp_path / "nowhere")
    loader = SnapshotLoader()
    comparison = compare(
        loader.from_folder(tmp_path / "old"), loader.from_folder(tmp_path / "new")
    )
    assert pages(comparison) == [("new", "c"), ("changed", "A")]
    (line,) = comparison.pages[1].lines[1:]
    assert line.after == (Row(0, "f\ufffdne [31m"),)


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match=r"cannot read .*nowhere"):
        SnapshotLoader().from_folder(tmp_path / "nowhere")


# -- git -------------------------------------------------------------------------------


@needs_git
def test_revisions_are_as_good_as_folders(repository: Path, tmp_path: Path) -> None:
    loader = SnapshotLoader()
    write(tmp_path / "old", {**OLD, LOCK_NAME: lock(OLD)})
    folder = compare(
        loader.from_folder(tmp_path / "old"), loader.from_folder(repository / "docs" / "wiki")
    )
    by_git = compare(
        loader.from_revision(repository, "v1", "docs/wiki"),
        loader.from_revision(repository, "v2", "docs/wiki"),
    )
    mixed = compare(
        loader.from_revision(repository, "v1", "docs/wiki/"),
        loader.load(str(repository / "docs" / "wiki"), repository),
    )
    assert pages(by_git) == CHANGED
    assert by_git.pages == folder.pages == mixed.pages
    (compost,) = [page for page in by_git.pages if page.title == "Compost"]
    assert [one.kind for one in compost.lines] == [LineKind.MOVED, LineKind.EDITED]
    old, new = loader.from_revision(repository, "v1", "docs/wiki"), loader.from_folder(repository)
    texts = old.read(old.pages[:1]), new.read(new.pages[:1])
    assert texts[0][0] is not None
    assert texts[1][0] is not None
    assert apply(texts[0][0].rows, compost.lines) == texts[1][0].rows


@needs_git
def test_what_is_the_same_is_not_read(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = Repository.blobs
    monkeypatch.setattr(
        Repository, "blobs", lambda self, numbers: asked.extend(numbers) or real(self, numbers)
    )
    loader = SnapshotLoader()
    comparison = compare(
        loader.from_revision(repository, "v2", "docs/wiki"),
        loader.from_folder(repository / "docs" / "wiki"),
    )
    assert comparison.pages == ()
    assert len(asked) == 1  # the lock


@needs_git
def test_ways_to_name_a_snapshot(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wiki = repository / "docs" / "wiki"
    monkeypatch.chdir(wiki)
    for name, folder in (
        ("v1:docs/wiki", Path("elsewhere")),
        ("v1:docs/wiki/", Path()),
        ("v1:./", Path("elsewhere")),
        ("v1", wiki),
        ("v1", Path()),
        ("v2~1", Path()),
        ("HEAD^", repository / "docs" / "wiki"),
    ):
        snapshot = SnapshotLoader().load(name, folder)
        assert titles(snapshot) == ["Compost", "Rain", "Sun"], name
        assert snapshot.name == name
    assert titles(SnapshotLoader().load("v1", repository / "docs" / "came" / "later")) == []
    bare = SnapshotLoader().load("v1:docs/wiki/scrapbox.lock", Path())
    assert titles(bare) == ["Compost", "Rain", "Sun"]
    assert bare.read(bare.pages[:1]) == [None]
    # A lock against git: texts are read, for they alone tell what the lock has the hash of.
    assert compare(bare, SnapshotLoader().load("v1", wiki)).pages == ()
    assert titles(SnapshotLoader().load(str(wiki), Path())) == ["Compost", "Water", "Wind"]


@needs_git
def test_without_a_lock_the_commit_tells_the_time(repository: Path) -> None:
    (repository / "docs" / "wiki" / LOCK_NAME).unlink()
    commit(repository, "v3")
    assert SnapshotLoader().from_revision(repository, "v3", "docs").time == 1704067200


@needs_git
@pytest.mark.parametrize(
    "revision",
    [
        "nowhere",
        "-h",
        "--help",
        "--upload-pack=touch pwned",
        "--output=pwned",
        "v1; touch pwned",
        "$(touch pwned)",
        "v1\nv2",
        "v1\0",
        "",
        "v1:docs",
        "\udcff",
        "half of \ud800",
        "é" * 5000,
    ],
)
def test_what_is_no_revision(repository: Path, revision: str) -> None:
    before = sorted(repository.rglob("*"))
    with pytest.raises(SnapshotError):
        SnapshotLoader().from_revision(repository, revision, "docs/wiki")
    assert sorted(repository.rglob("*")) == before


@needs_git
def test_a_path_may_hold_anything(repository: Path) -> None:
    odd = {
        "-o\t\"ü 🌱'$(x).scrapbox": "Odd\n",
        "--help.scrapbox": "Help\n",
        "日本.scrapbox": "N\n",
    }
    write(repository / "-rf *", odd)
    commit(repository, "v3")
    loader = SnapshotLoader()
    old, new = (
        loader.from_revision(repository, "v3", "-rf *"),
        loader.from_folder(repository / "-rf *"),
    )
    assert [page.file for page in old.pages] == sorted(odd)
    assert compare(old, new).pages == ()
    # Nothing is taken for a link or another repository, whatever it is named.
    (repository / "-rf *" / "link.scrapbox").symlink_to("/etc/passwd")
    commit(repository, "v4")
    assert titles(loader.from_revision(repository, "v4", "-rf *")) == titles(old)


@needs_git
def test_many_and_large_files(repository: Path) -> None:
    files = {f"{number}.scrapbox": f"T{number}\n{number}\n" for number in range(1200)}
    files["large.scrapbox"] = "Large\n" + "".join(f"Line {at}\n" for at in range(100_000))
    files["empty.scrapbox"] = ""
    write(repository / "many", files)
    commit(repository, "v3")
    snapshot = SnapshotLoader().from_revision(repository, "v3", "many")
    assert len(snapshot.pages) == 1202
    texts = snapshot.read(snapshot.pages)
    assert all(
        text is not None and (text.rows[0].text if text.rows else "") in page.file + "Line 0"
        for page, text in zip(snapshot.pages, texts, strict=True)
    )


@needs_git
def test_a_clone_that_is_shallow(repository: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth", "1", repository.as_uri(), str(clone))
    assert titles(SnapshotLoader().from_revision(clone, "HEAD", "docs")) == [
        "Compost",
        "Water",
        "Wind",
    ]
    with pytest.raises(SnapshotError, match="git fetch --unshallow --tags"):
        SnapshotLoader().from_revision(clone, "v1", "docs")
    git(clone, "fetch", "-q", "--unshallow", "--tags")
    assert titles(SnapshotLoader().from_revision(clone, "v1", "docs")) == [
        "Compost",
        "Rain",
        "Sun",
    ]
    with pytest.raises(SnapshotError, match="git fetch --tags"):
        SnapshotLoader().from_revision(repository, "v9", "docs")


def _git_version() -> tuple[int, ...]:
    if shutil.which("git") is None:
        return ()
    said = subprocess.run(["git", "--version"], capture_output=True, check=True, text=True).stdout
    return tuple(int(number) for number in re.findall(r"\d+", said)[:3])


@needs_git
@pytest.mark.skipif(
    _git_version() < (2, 39, 4), reason="this git fetches what is missing by itself"
)
def test_a_clone_without_the_files_of_the_past(repository: Path, tmp_path: Path) -> None:
    git(repository, "config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    git(
        tmp_path,
        *("clone", "-q", "--filter=blob:none", "--no-local"),
        *(repository.as_uri(), str(clone)),
    )
    with pytest.raises(SnapshotError, match="run 'git fetch --refetch --no-filter'"):
        SnapshotLoader().from_revision(clone, "v1", "docs/wiki")
    git(clone, "fetch", "-q", "--refetch", "--no-filter")
    assert titles(SnapshotLoader().from_revision(clone, "v1", "docs/wiki")) == [
        "Compost",
        "Rain",
        "Sun",
    ]


@needs_git
def test_a_folder_in_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(SnapshotError, match="is not in a git repository"):
        SnapshotLoader().load("v1", tmp_path)


def test_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SnapshotError, match="git is not installed"):
        SnapshotLoader().load("v1", tmp_path)
