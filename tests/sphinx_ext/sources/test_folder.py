"""One object holds what a build knows of its source folder, and no longer than the build."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import Any

import pytest
from sites import Site, page
from sphinx.config import Config as SphinxConfig
from sphinx.project import Project

from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME
from sphinx_scrapbox.sphinx_ext.config.options import register
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder


class Environment:
    """What a source folder is made from."""

    def __init__(self, srcdir: Path) -> None:
        self.project = Project(srcdir, {".scrapbox": "scrapbox"})
        self.config = SphinxConfig({})

        class App:
            @staticmethod
            def add_config_value(name: str, default: object, rebuild: Any, types: Any) -> None:
                self.config.add(name, default, rebuild, types)

        app: Any = App
        register(app)


def test_kept_no_longer_than_the_environment(tmp_path: Path) -> None:
    env: Any = Environment(tmp_path)
    folder = source_folder(env)
    assert source_folder(env) is folder
    parts = (folder.pages, folder.snapshots, folder.icons, folder.fetched_files)
    kept = [weakref.ref(part) for part in (folder, *parts)]
    del env, folder, parts
    gc.collect()
    assert [ref() for ref in kept] == [None] * 5


@pytest.mark.parametrize("parallel", [0, 2])
def test_reading_processes_inherit_what_is_known(tmp_path: Path, parallel: int) -> None:
    """A lock file is read once, so that only one process warns; nothing of it is pickled."""
    pages = {f"wiki/{number}.scrapbox": f"Page {number}\nText\n" for number in range(12)}
    files = {"index.md": "# Index\n", f"wiki/{LOCK_NAME}": "{", "wiki/x.md": page("X"), **pages}
    built = Site(tmp_path / "src", files).build(parallel=parallel)
    (warning,) = built.warnings
    assert "[scrapbox.lock_file]" in warning
    assert len(built.read) == 14
    pickled = Path(built.app.doctreedir, "environment.pickle").read_bytes()
    assert b"sphinx_ext.sources" not in pickled
