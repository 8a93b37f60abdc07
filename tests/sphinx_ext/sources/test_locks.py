"""Lock files of a build, which anyone may have written: they name no file outside."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME
from sphinx_scrapbox.sphinx_ext.sources.locks import Locks

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links and pipes of POSIX")


def test_external_pages_stay_in_their_folder(tmp_path: Path) -> None:
    folder = tmp_path / "source" / "wiki"
    (folder / "inner").mkdir(parents=True)
    (folder / "Soil.scrapbox").write_text("Soil\n", "utf-8")
    (tmp_path / "secret").write_text("secret\n", "utf-8")
    (folder / "link.scrapbox").symlink_to(tmp_path / "secret")
    (folder / "circle").symlink_to("circle")
    os.mkfifo(folder / "pipe.scrapbox")
    files = {
        "Soil": "Soil.scrapbox",
        "Gone": "gone.scrapbox",
        "Up": "../../secret",
        "Absolute": str(tmp_path / "secret"),
        "Link": "link.scrapbox",
        "Circle": "circle/x.scrapbox",
        "Pipe": "pipe.scrapbox",
        "Folder": "inner",
        "Null": "a\0b",
        "Long": "x" * 5000,
    }
    rows = [{"scrapbox-lock": 1, "project": "garden"}]
    rows += [{"title": title, "file": file} for title, file in files.items()]
    (folder / LOCK_NAME).write_text("\n".join(map(json.dumps, rows)), "utf-8")
    pages = Locks(tmp_path / "source").external_pages(("wiki",))
    found = {entry.page.title: entry.file for entry in pages.values()}
    assert found.keys() == files.keys()
    safe = {title for title, file in found.items() if file}
    assert safe <= {"Soil", "Gone", "Long"}
    assert found["Soil"] == folder / "Soil.scrapbox"
    assert found["Gone"] == folder / "gone.scrapbox"


@pytest.mark.parametrize("kind", ["pipe", "endless", "folder", "circle"])
def test_what_is_no_file_is_no_lock(tmp_path: Path, kind: str) -> None:
    path = tmp_path / LOCK_NAME
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero" if kind == "endless" else LOCK_NAME)
    locks = Locks(tmp_path)
    assert locks.of(tmp_path / "Soil.scrapbox") is None
    assert locks.external_state((".",)) == 0
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / LOCK_NAME).symlink_to(path)
    assert locks.external_state(("outside",)) == 0
