"""A folder of pages and its lock: what is written, what is left alone, what survives a crash."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from folders import state
from hypothesis import given
from hypothesis import strategies as st

from sphinx_scrapbox.formats.project import ProjectPage
from sphinx_scrapbox.snapshot import transaction
from sphinx_scrapbox.snapshot.filenames import file_key, picture_file_name
from sphinx_scrapbox.snapshot.folder import STAGING_FOLDER, FolderError, SnapshotFolder
from sphinx_scrapbox.snapshot.lockfile import (
    LOCK_NAME,
    Lock,
    LockedPicture,
    LockError,
    PictureKind,
    load_lock,
)
from sphinx_scrapbox.snapshot.plan import Change, Plan, page_bytes, plan_update
from sphinx_scrapbox.snapshot.transaction import apply_plan


def page(title: str, *rows: str, id: str = "", updated: int = 0) -> ProjectPage:
    number = id or title.encode().hex().rjust(24, "0")[-24:]
    return ProjectPage(number, title, 1, updated, (title, *rows))


def plan_for(folder: Path, *pages: ProjectPage, project: str = "garden", at: int = 5) -> Plan:
    opened = SnapshotFolder(folder)
    return plan_update(opened, pages, Lock(project, at, url=opened.lock.url))


def put(folder: Path, *pages: ProjectPage, project: str = "garden", at: int = 5) -> Plan:
    plan = plan_for(folder, *pages, project=project, at=at)
    apply_plan(SnapshotFolder(folder), plan)
    assert not (folder / STAGING_FOLDER).exists()
    return plan


def changes(plan: Plan) -> dict[str, str]:
    return {step.file: step.change.value for step in plan.steps}


# -- what is written -------------------------------------------------------------------


def test_first_time(tmp_path: Path) -> None:
    folder = tmp_path / "docs" / "wiki"
    plan = put(folder, page("Soil", " [Compost]", ""), page("Q: why?"))
    assert changes(plan) == {"Soil.scrapbox": "new", "Q- why-.scrapbox": "new"}
    found = state(folder)
    assert found["Soil.scrapbox"] == b"Soil\n [Compost]\n\n"
    assert found["Q- why-.scrapbox"] == b"Q: why?\n"
    assert set(found) == {"Soil.scrapbox", "Q- why-.scrapbox", LOCK_NAME}
    lock = load_lock(found[LOCK_NAME].decode())
    assert lock == plan.lock
    assert (lock.project, lock.exported, lock.private) == ("garden", 5, False)
    assert lock.by_file["Q- why-.scrapbox"].title == "Q: why?"


def test_second_time_touches_nothing(tmp_path: Path) -> None:
    put(tmp_path, page("Soil"), page("Leaf"))
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    folder_before = tmp_path.stat().st_mtime_ns
    plan = put(tmp_path, page("Leaf"), page("Soil"))
    assert set(changes(plan).values()) == {"unchanged"}
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before
    assert tmp_path.stat().st_mtime_ns == folder_before


def test_only_what_changed_is_written(tmp_path: Path) -> None:
    put(tmp_path, page("Soil"), page("Leaf"), page("Tree"))
    leaf = (tmp_path / "Leaf.scrapbox").stat().st_ino
    plan = put(tmp_path, page("Soil", "new line"), page("Leaf"), page("Bark"), at=6)
    assert changes(plan) == {
        "Soil.scrapbox": "changed",
        "Leaf.scrapbox": "unchanged",
        "Tree.scrapbox": "removed",
        "Bark.scrapbox": "new",
    }
    assert (tmp_path / "Leaf.scrapbox").stat().st_ino == leaf
    assert set(state(tmp_path)) == {"Soil.scrapbox", "Leaf.scrapbox", "Bark.scrapbox", LOCK_NAME}


def test_a_plan_changes_nothing(tmp_path: Path) -> None:
    plan_for(tmp_path / "absent", page("Soil"))
    assert list(tmp_path.iterdir()) == []


def test_a_renamed_page_keeps_its_file(tmp_path: Path) -> None:
    put(tmp_path, page("Soil", id="a"))
    plan = put(tmp_path, page("Ground", id="a"))
    assert changes(plan) == {"Soil.scrapbox": "renamed"}
    assert (tmp_path / "Soil.scrapbox").read_bytes() == b"Ground\n"
    # Another page of the old name does not get the file, nor a file system's same.
    plan = put(tmp_path, page("Ground", id="a"), page("soil", id="b"))
    assert plan.lock.by_file["Soil.scrapbox"].id == "a"
    (other,) = [row.file for row in plan.lock.pages if row.id == "b"]
    assert file_key(other) != file_key("Soil.scrapbox")
    assert other.startswith("soil-")
    # And back: still the same.
    plan = put(tmp_path, page("Soil", id="a"), page("soil", id="b"))
    assert plan.lock.by_file["Soil.scrapbox"].id == "a"
    assert plan.lock.by_file[other].id == "b"


def test_a_title_that_differs_from_its_row(tmp_path: Path) -> None:
    one = replace(page("Soil_2", id="a"), rows=("Soil", "x"))
    plan = put(tmp_path, one)
    assert state(tmp_path)["Soil_2.scrapbox"] == b"Soil\nx\n"
    assert plan.lock.pages[0].title == "Soil_2"
    plan = put(tmp_path, replace(one, title="Soil_3"))
    assert changes(plan) == {"Soil_2.scrapbox": "renamed"}


def test_a_page_that_lost_its_id_is_known_by_title(tmp_path: Path) -> None:
    put(tmp_path, page("Soil?", id="a"))
    plan = put(tmp_path, page("soil?", "x", id="b"))
    assert changes(plan) == {"Soil-.scrapbox": "renamed"}
    assert [row.id for row in plan.lock.pages] == ["b"]


def test_names_do_not_depend_on_order(tmp_path: Path) -> None:
    pages = [page("A?", id="1"), page("A*", id="2"), page("a-", id="3")]
    one = put(tmp_path / "one", *pages)
    two = put(tmp_path / "two", *reversed(pages))
    assert one.lock == two.lock
    assert len({file_key(row.file) for row in one.lock.pages}) == 3
    assert one.lock.by_file["A-.scrapbox"].id == "1"


@given(
    st.lists(
        st.text(st.sampled_from("aAéE\u0301ßsS?*. /\u200b"), max_size=4), max_size=30, unique=True
    )
)
def test_names_are_unique_whatever_is_folded(titles: list[str]) -> None:
    pages = [page(title, id=f"{number:02}") for number, title in enumerate(titles)]
    rows = plan_for(Path("/nowhere/at/all"), *pages).lock.pages
    assert len({file_key(row.file) for row in rows}) == len(titles)


# -- what is left alone ----------------------------------------------------------------


def test_edited_files_are_kept(tmp_path: Path) -> None:
    put(tmp_path, page("Soil", "a"), page("Leaf", "a"), page("Tree", "a"))
    for name in ("Soil", "Leaf", "Tree"):
        (tmp_path / f"{name}.scrapbox").write_bytes(b"mine\n")
    plan = put(tmp_path, page("Soil", "a"), page("Leaf", "b"))
    assert changes(plan) == {
        "Soil.scrapbox": "edited",
        "Leaf.scrapbox": "edited",
        "Tree.scrapbox": "released",
    }
    assert all(state(tmp_path)[f"{n}.scrapbox"] == b"mine\n" for n in ("Soil", "Leaf", "Tree"))
    # Still so the next time, but the file of the page that is gone is nobody's any more.
    plan = put(tmp_path, page("Soil", "a"), page("Leaf", "b"))
    assert changes(plan) == {"Soil.scrapbox": "edited", "Leaf.scrapbox": "edited"}
    # Deleted, it comes back as the export has it.
    (tmp_path / "Leaf.scrapbox").unlink()
    plan = put(tmp_path, page("Soil", "a"), page("Leaf", "b"))
    assert changes(plan)["Leaf.scrapbox"] == "changed"
    assert state(tmp_path)["Leaf.scrapbox"] == b"Leaf\nb\n"


def test_an_edit_that_the_wiki_made_too(tmp_path: Path) -> None:
    put(tmp_path, page("Soil", "a"))
    (tmp_path / "Soil.scrapbox").write_bytes(b"Soil\nb\n")
    plan = put(tmp_path, page("Soil", "b"))
    assert changes(plan) == {"Soil.scrapbox": "changed"}
    assert changes(put(tmp_path, page("Soil", "b"))) == {"Soil.scrapbox": "unchanged"}


def test_line_ends_of_windows_are_no_edit(tmp_path: Path) -> None:
    put(tmp_path, page("Soil", "a"), page("Leaf"))
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    plan = put(tmp_path, page("Soil", "a"), page("Leaf"))
    assert set(changes(plan).values()) == {"unchanged"}
    assert state(tmp_path)["Soil.scrapbox"] == b"Soil\r\na\r\n"
    plan = put(tmp_path, page("Soil", "b"))
    assert changes(plan) == {"Soil.scrapbox": "changed", "Leaf.scrapbox": "removed"}


@pytest.mark.parametrize("name", ["Soil.scrapbox", "soil.scrapbox", "SOIL.md", "Soil.rst"])
def test_files_of_others_are_never_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("by hand", encoding="utf-8")
    plan = put(tmp_path, page("Soil"))
    assert (tmp_path / name).read_text(encoding="utf-8") == "by hand"
    (row,) = plan.lock.pages
    assert file_key(row.file.removesuffix(".scrapbox")) != "soil"
    assert repr(name) in plan.notes[0]
    assert repr(row.file) in plan.notes[0]
    plan = put(tmp_path, page("Soil"))
    assert changes(plan) == {row.file: "unchanged"}
    assert plan.notes == ()


def test_a_lost_lock_is_made_again(tmp_path: Path) -> None:
    put(tmp_path, page("Soil"), page("Leaf?"))
    lock = (tmp_path / LOCK_NAME).read_bytes()
    (tmp_path / LOCK_NAME).unlink()
    plan = put(tmp_path, page("Soil"), page("Leaf?"))
    assert not plan.writes
    assert (tmp_path / LOCK_NAME).read_bytes() == lock


def test_another_project_is_refused(tmp_path: Path) -> None:
    put(tmp_path, page("Soil", id="a"))
    before = state(tmp_path)
    with pytest.raises(FolderError, match="contains the project 'garden', not 'kitchen'"):
        put(tmp_path, page("Pan", id="b"), project="kitchen")
    assert state(tmp_path) == before
    # The same project under a new name has pages in common.
    put(tmp_path, page("Soil", id="a"), project="plot")


@pytest.mark.parametrize(
    "file",
    [
        "../x.scrapbox",
        "/etc/x.scrapbox",
        "a/../../x.scrapbox",
        "conf.py",
        "..\\x.scrapbox",
        "C:x.scrapbox",
        "link/x.scrapbox",
        "a\0.scrapbox",
    ],
)
def test_a_lock_cannot_lead_out(tmp_path: Path, file: str) -> None:
    folder = tmp_path / "wiki"
    put(folder, page("Soil", id="a"))
    (tmp_path / "elsewhere").mkdir()
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    text = (folder / LOCK_NAME).read_text(encoding="utf-8")
    text = text.replace('"Soil.scrapbox"', json.dumps(file))
    (folder / LOCK_NAME).write_text(text, encoding="utf-8")
    with pytest.raises(LockError, match="not a file of this folder"):
        SnapshotFolder(folder)


@pytest.mark.parametrize(
    "title", ["../../x", "/etc/passwd", "..", "a/b", "C:\\x", STAGING_FOLDER, LOCK_NAME]
)
def test_titles_cannot_lead_out(tmp_path: Path, title: str) -> None:
    folder = tmp_path / "a" / "b" / "wiki"
    put(folder, page(title))
    assert {path.parent for path in tmp_path.rglob("*") if path.is_file()} == {folder}


def test_links_are_not_followed(tmp_path: Path) -> None:
    folder, outside = tmp_path / "wiki", tmp_path / "outside"
    put(folder, page("Soil"))
    outside.write_bytes(b"Soil\n")
    (folder / "Soil.scrapbox").unlink()
    (folder / "Soil.scrapbox").symlink_to(outside)
    put(folder, page("Soil", "new"))
    assert outside.read_bytes() == b"Soil\n"
    (tmp_path / "stage").mkdir()
    (folder / STAGING_FOLDER).symlink_to(tmp_path / "stage")
    with pytest.raises(FolderError, match="must not be a symbolic link"):
        SnapshotFolder(folder)


def test_files_may_lie_deeper(tmp_path: Path) -> None:
    put(tmp_path, page("Soil", id="a"))
    (tmp_path / "ground").mkdir()
    (tmp_path / "Soil.scrapbox").rename(tmp_path / "ground" / "Soil.scrapbox")
    text = (tmp_path / LOCK_NAME).read_text(encoding="utf-8")
    text = text.replace('"Soil.scrapbox"', '"ground/Soil.scrapbox"')
    (tmp_path / LOCK_NAME).write_text(text, encoding="utf-8")
    plan = put(tmp_path, page("Soil", "new", id="a"))
    assert changes(plan) == {"ground/Soil.scrapbox": "changed"}
    assert set(state(tmp_path)) == {"ground/Soil.scrapbox", LOCK_NAME}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "empty"),
        (b"<<<<<<< HEAD\n", "line 1"),
        (b'{"scrapbox-lock": 99}\n', "version"),
        (b'{"scrapbox-lock": 1}\n{"file": "a.scrapbox"', "line 2"),
        (b"\xff", "UTF-8 at byte 0"),
        (
            b'{"scrapbox-lock": 1}\n{"id": "1", "file": "a.scrapbox"}\n'
            b'{"id": "2", "file": "A.scrapbox"}\n',
            "two pages in one file",
        ),
    ],
)
def test_a_broken_lock(tmp_path: Path, text: bytes, message: str) -> None:
    (tmp_path / LOCK_NAME).write_bytes(text)
    with pytest.raises(LockError, match=message) as caught:
        SnapshotFolder(tmp_path)
    assert str(tmp_path / LOCK_NAME) in str(caught.value)


def test_folders_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "Soil.scrapbox").mkdir()
    plan = put(tmp_path, page("Soil"))
    assert not changes(plan).keys() & {"Soil.scrapbox"}
    (tmp_path / LOCK_NAME).unlink()
    (tmp_path / LOCK_NAME).mkdir()
    with pytest.raises(FolderError, match="cannot read"):
        SnapshotFolder(tmp_path)


# -- earlier titles --------------------------------------------------------------------


def was(folder: Path) -> dict[str, tuple[str, ...]]:
    return {page.title: page.earlier_titles for page in SnapshotFolder(folder).lock.pages}


def test_earlier_titles(tmp_path: Path) -> None:
    put(tmp_path, page("Soil", id="a"))
    assert was(tmp_path) == {"Soil": ()}
    put(tmp_path, page("Earth", id="a"))
    put(tmp_path, page("EARTH", id="a"))  # the same title
    assert was(tmp_path) == {"EARTH": ("Soil",)}
    put(tmp_path, page("Ground", id="a"))
    assert was(tmp_path) == {"Ground": ("Soil", "EARTH")}
    put(tmp_path, page("Ground", "more", id="a"))
    assert was(tmp_path) == {"Ground": ("Soil", "EARTH")}
    put(tmp_path, page("Soil", id="a"))
    assert was(tmp_path) == {"Soil": ("EARTH", "Ground")}


def test_another_page_takes_a_title(tmp_path: Path) -> None:
    put(tmp_path, page("Soil", id="a"))
    put(tmp_path, page("Earth", id="a"), page("soil", id="b"))
    assert was(tmp_path) == {"Earth": (), "soil": ()}
    put(tmp_path, page("Earth", id="a"), page("Mud", id="b"))
    assert was(tmp_path) == {"Earth": (), "Mud": ("soil",)}
    put(tmp_path, page("Mud", id="a"), page("Earth", id="b"))  # they change places
    assert was(tmp_path) == {"Mud": (), "Earth": ("soil",)}


def test_a_rename_of_a_file_that_was_edited(tmp_path: Path) -> None:
    put(tmp_path, page("Soil", id="a"))
    (tmp_path / "Soil.scrapbox").write_bytes(b"mine\n")
    put(tmp_path, page("Earth", id="a"))
    assert was(tmp_path) == {"Earth": ("Soil",)}


# -- icons and images ------------------------------------------------------------------

PNG, GIF = b"\x89PNG...", b"GIF89a..."
PNG_FILE, GIF_FILE = picture_file_name(PNG, "png"), picture_file_name(GIF, "gif")


def file_row(
    file: str, name: str = "https://example.org/a", kind: PictureKind = "image"
) -> LockedPicture:
    return LockedPicture(kind, name, file)


def fetch(
    folder: Path,
    *rows: LockedPicture,
    pages: list[ProjectPage] | None = None,
    fetched: dict[str, bytes | Path] | None = None,
) -> Plan:
    opened = SnapshotFolder(folder)
    plan = plan_update(opened, pages or [page("Soil")], Lock("garden", 5), pictures=rows)
    contents = {PNG_FILE: PNG, GIF_FILE: GIF} if fetched is None else fetched
    apply_plan(opened, plan, pictures=contents)
    assert not (folder / STAGING_FOLDER).exists()
    return plan


def test_files_come_and_go(tmp_path: Path) -> None:
    plan = fetch(tmp_path, file_row(PNG_FILE), file_row(PNG_FILE, "/garden/a", "icon"))
    assert (plan.new_pictures, plan.unused_pictures) == ((PNG_FILE,), ())
    assert state(tmp_path).keys() == {"Soil.scrapbox", LOCK_NAME, PNG_FILE}
    assert state(tmp_path)[PNG_FILE] == PNG
    assert SnapshotFolder(tmp_path).has_picture(PNG_FILE)
    assert not SnapshotFolder(tmp_path).has_picture(GIF_FILE)
    assert not SnapshotFolder(tmp_path).has_picture("Soil.scrapbox")
    plan = fetch(tmp_path, file_row(GIF_FILE))
    assert (plan.new_pictures, plan.unused_pictures) == ((GIF_FILE,), (PNG_FILE,))
    assert state(tmp_path).keys() == {"Soil.scrapbox", LOCK_NAME, GIF_FILE}
    fetch(tmp_path)
    assert state(tmp_path).keys() == {"Soil.scrapbox", LOCK_NAME}
    assert not (tmp_path / "_files").exists()


def test_files_stay_when_only_pages_come(tmp_path: Path) -> None:
    rows = (file_row(PNG_FILE), LockedPicture("image", "https://example.org/b", "", "404"))
    opened = SnapshotFolder(tmp_path)
    header = Lock("garden", 5, url="https://wiki.example.org")
    plan = plan_update(opened, [page("Soil")], header, pictures=rows)
    apply_plan(opened, plan, pictures={PNG_FILE: PNG})
    before = (tmp_path / PNG_FILE).stat().st_mtime_ns
    put(tmp_path, page("Soil", "more"))
    lock = SnapshotFolder(tmp_path).lock
    assert (lock.pictures, lock.url) == (rows, "https://wiki.example.org")
    assert (tmp_path / PNG_FILE).stat().st_mtime_ns == before


def test_a_file_is_written_once(tmp_path: Path) -> None:
    fetch(tmp_path, file_row(PNG_FILE))
    before = (tmp_path / PNG_FILE).stat().st_mtime_ns
    assert not fetch(tmp_path, file_row(PNG_FILE), file_row(PNG_FILE, "b")).new_pictures
    assert (tmp_path / PNG_FILE).stat().st_mtime_ns == before


def test_a_large_file_is_copied(tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(b"\xff\xd8\xff" + bytes(3 << 20))
    name = picture_file_name(large, "jpg")
    assert name == picture_file_name(large.read_bytes(), "jpg")
    fetch(tmp_path / "wiki", file_row(name), fetched={name: large})
    assert (tmp_path / "wiki" / name).read_bytes() == large.read_bytes()
    assert large.exists()


def test_a_file_that_did_not_come(tmp_path: Path) -> None:
    assert fetch(tmp_path, file_row(PNG_FILE), fetched={}).new_pictures == (PNG_FILE,)
    assert SnapshotFolder(tmp_path).lock.pictures == (file_row(PNG_FILE),)
    assert fetch(tmp_path, file_row(PNG_FILE)).new_pictures == (PNG_FILE,)
    assert state(tmp_path)[PNG_FILE] == PNG


def test_a_file_that_is_not_what_it_says(tmp_path: Path) -> None:
    put(tmp_path, page("Soil"))
    before = state(tmp_path)
    with pytest.raises(FolderError, match=r"nothing was changed: _files/.* is not what its name"):
        fetch(tmp_path, file_row(PNG_FILE), fetched={PNG_FILE: GIF})
    assert state(tmp_path) == before
    assert not (tmp_path / STAGING_FOLDER).exists()
    with pytest.raises(ValueError, match="not the name of a picture"):
        fetch(tmp_path, file_row("../a.png"))
    with pytest.raises(ValueError, match="not the suffix"):
        picture_file_name(PNG, "html")


def test_files_of_others_stay(tmp_path: Path) -> None:
    fetch(tmp_path, file_row(PNG_FILE))
    (tmp_path / PNG_FILE).write_bytes(b"edited")
    mine = tmp_path / "_files" / "mine.png"
    mine.write_bytes(b"mine")
    assert fetch(tmp_path).unused_pictures == ()
    assert state(tmp_path)[PNG_FILE] == b"edited"
    assert mine.read_bytes() == b"mine"


def test_links_to_files_are_not_followed(tmp_path: Path) -> None:
    folder, outside = tmp_path / "wiki", tmp_path / "outside"
    outside.mkdir()
    fetch(folder, file_row(PNG_FILE))
    (folder / PNG_FILE).rename(outside / "a.png")
    (folder / PNG_FILE).symlink_to(outside / "a.png")
    assert fetch(folder, file_row(PNG_FILE)).new_pictures == (PNG_FILE,)
    assert not (folder / PNG_FILE).is_symlink()
    (folder / PNG_FILE).unlink()
    (folder / "_files").rmdir()
    (folder / "_files").symlink_to(outside)
    with pytest.raises(FolderError, match="must not be a symbolic link"):
        fetch(folder, file_row(GIF_FILE))


def test_a_locked_file_cannot_lead_out(tmp_path: Path) -> None:
    fetch(tmp_path, file_row(PNG_FILE))
    text = (tmp_path / LOCK_NAME).read_text(encoding="utf-8")
    (tmp_path / LOCK_NAME).write_text(
        text.replace(PNG_FILE, "_files/../../x.png"), encoding="utf-8"
    )
    with pytest.raises(
        LockError, match=r"line 3: not the file of a picture: '_files/\.\./\.\./x\.png'"
    ):
        SnapshotFolder(tmp_path)


# -- what survives a crash -------------------------------------------------------------

OLD = [page(f"p{number}", "old") for number in range(6)]
NEW = [*(page(f"p{number}", "new") for number in range(4)), page("q", "new")]
NEWER = [*(page(f"p{number}", "newer") for number in range(3)), page("r", "newer")]


class _Crash(BaseException):
    """Nobody catches it, like a signal that kills."""


@pytest.fixture
def crash_after(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Let the process die at its nth change of a file; what cleans up does not run either."""
    left = [-1]

    def step() -> None:
        if left[0] == 0:
            raise _Crash
        left[0] -= 1

    def around(owner: object, name: str) -> None:
        real = getattr(owner, name)

        def changed(*args: object, **more: object) -> object:
            step()
            return real(*args, **more)

        monkeypatch.setattr(owner, name, changed)

    for name in ("replace", "unlink", "rmdir", "mkdir"):
        around(Path, name)
    around(transaction, "_write")

    def arm(number: int) -> None:
        left[0] = number

    yield arm
    left[0] = -1


def _check_between(folder: Path, *exports: list[ProjectPage]) -> None:
    """Each file is that of one export or another; the lock is whole."""
    allowed: dict[str, set[bytes]] = {}
    for one in (page for pages in exports for page in pages):
        allowed.setdefault(f"{one.title}.scrapbox", set()).add(page_bytes(one))
    for name, data in state(folder).items():
        if name == LOCK_NAME:
            load_lock(data.decode())
        elif not name.startswith(STAGING_FOLDER):
            assert data in allowed[name]


def test_every_crash_can_be_mended(tmp_path: Path, crash_after: Callable[[int], None]) -> None:
    for known in (True, False):  # an update, and a first time
        crashes = 0
        for number in range(200):
            folder = tmp_path / f"{known}{number}"
            if known:
                put(folder, *OLD)
            crash_after(number)
            try:
                put(folder, *NEW)
            except _Crash:
                crashes += 1
            else:
                break
            finally:
                crash_after(-1)
            _check_between(folder, OLD, NEW)
            # What is there is known as ours, be the next export the same or not.
            assert "edited" not in changes(plan_for(folder, *NEWER)).values()
            assert plan_for(folder, *NEWER).notes == ()
            put(folder, *NEW)
            fresh = tmp_path / f"fresh{known}{number}"
            put(fresh, *NEW)
            assert state(folder) == state(fresh)
        assert crashes > 10


@pytest.mark.long
def test_crash_upon_crash(tmp_path: Path, crash_after: Callable[[int], None]) -> None:
    fresh = tmp_path / "fresh"
    put(fresh, *OLD[:2])
    for first in range(7, 20):
        for second in range(0, 24, 3):
            folder = tmp_path / f"{first}-{second}"
            put(folder, *OLD)
            for number, pages in ((first, NEW), (second, NEWER)):
                crash_after(number)
                try:
                    put(folder, *pages)
                except _Crash:
                    pass
                finally:
                    crash_after(-1)
                _check_between(folder, OLD, NEW, NEWER)
            plan = put(folder, *OLD[:2])
            assert not {"edited", "released"} & set(changes(plan).values())
            assert state(folder) == state(fresh)


def test_every_crash_amid_files_can_be_mended(
    tmp_path: Path, crash_after: Callable[[int], None]
) -> None:
    fresh = tmp_path / "fresh"
    fetch(fresh, file_row(GIF_FILE), pages=NEW)
    crashes = 0
    for number in range(100):
        folder = tmp_path / str(number)
        fetch(folder, file_row(PNG_FILE), pages=OLD)
        crash_after(number)
        try:
            fetch(folder, file_row(GIF_FILE), pages=NEW)
        except _Crash:
            crashes += 1
        else:
            break
        finally:
            crash_after(-1)
        for file, data in state(folder).items():
            if file.startswith("_files/"):
                assert picture_file_name(data, file.rpartition(".")[2]) == file
        # Whatever comes next, such as an export, which has no files: the row in use is kept.
        opened = SnapshotFolder(folder)
        plan = plan_update(opened, NEW, Lock("garden", 5))
        (row,) = plan.lock.pictures
        assert opened.has_picture(row.file)
        fetch(folder, file_row(GIF_FILE), pages=NEW)
        assert state(folder) == state(fresh)
    assert crashes > 10


def test_a_full_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, *OLD)
    before = state(tmp_path)
    real, count = transaction._write, iter(range(100))

    def write(path: Path, data: bytes | Path, *, sync: bool) -> None:
        if next(count) == 3:
            raise OSError(28, "No space left on device", str(path))
        real(path, data, sync=sync)

    monkeypatch.setattr(transaction, "_write", write)
    with pytest.raises(FolderError, match=r"nothing was changed: .*No space left"):
        put(tmp_path, *NEW)
    assert state(tmp_path) == before
    assert not (tmp_path / STAGING_FOLDER).exists()


_events: list[tuple[str, tuple[object, ...]]] | None = None


def _note_event(event: str, arguments: tuple[object, ...]) -> None:
    if _events is not None and event in ("open", "os.rename", "os.remove"):
        _events.append((event, arguments))


sys.addaudithook(_note_event)


@pytest.mark.parametrize("is_first", [True, False])
def test_the_lock_is_put_in_place_last_and_in_one_step(tmp_path: Path, is_first: bool) -> None:
    """Whoever reads the new lock finds the new files; whoever reads earlier, the old lock."""
    global _events
    if not is_first:
        fetch(tmp_path, file_row(PNG_FILE), pages=OLD)
    _events = []
    try:
        fetch(tmp_path, file_row(GIF_FILE), pages=NEW)
        events = _events
    finally:
        _events = None
    changed = []
    for event, (first, second, *_) in events:
        path, is_write = first, True
        if event == "os.rename":
            path = second
        elif event == "open":
            is_write = isinstance(second, str) and second.strip("rbt") != ""
        if is_write and str(path).startswith(str(tmp_path)):
            changed.append((event, Path(str(path)).relative_to(tmp_path).as_posix()))
    changed = [one for one in changed if not one[1].startswith(STAGING_FOLDER)]
    assert changed[-1] == ("os.rename", LOCK_NAME)
    assert [event for event, name in changed if name == LOCK_NAME] == ["os.rename"]
    assert ("os.rename", GIF_FILE) in changed
    assert {event for event, _ in changed} == {"os.rename", *(() if is_first else ["os.remove"])}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
def test_a_folder_without_permission(tmp_path: Path) -> None:
    folder = tmp_path / "wiki"
    put(folder, *OLD)
    folder.chmod(0o500)
    try:
        with pytest.raises(FolderError, match="nothing was changed"):
            apply_plan(SnapshotFolder(folder), plan_for(folder, *NEW))
    finally:
        folder.chmod(0o700)


def test_files_of_others_in_the_stage_stay(tmp_path: Path) -> None:
    (tmp_path / STAGING_FOLDER).mkdir()
    (tmp_path / STAGING_FOLDER / "notes.txt").write_text("mine", encoding="utf-8")
    (tmp_path / STAGING_FOLDER / "7.tmp").write_text("left over", encoding="utf-8")
    opened = SnapshotFolder(tmp_path)
    apply_plan(opened, plan_update(opened, [page("Soil")], Lock()))
    assert state(tmp_path).keys() == {"Soil.scrapbox", LOCK_NAME, f"{STAGING_FOLDER}/notes.txt"}


def test_many_files(tmp_path: Path) -> None:
    pages = [page(f"p{number}") for number in range(150)]
    calls: list[None] = []
    opened = SnapshotFolder(tmp_path)
    plan = plan_update(opened, pages, Lock(private=True))
    apply_plan(opened, plan, lambda: calls.append(None))
    assert len(calls) == 150
    assert plan.count(Change.NEW) == 150
    assert SnapshotFolder(tmp_path).lock.private
    assert len(state(tmp_path)) == 151
