"""What an older version of the extension has left beside the doctrees is dropped."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from outputs import stale_files
from sites import Built, Site, page

FILES = {
    "index.md": "# Index\n\n```{scrapbox:pages}\n```\n",
    "wiki/heap.md": page("Heap", "Beside the [[Shed]]."),
    "wiki/shed.md": page("Shed", "Spades."),
}


class Gone(tuple[str, ...]):
    """Facts of a version whose class is no longer there."""


def _older_data(env: Any) -> None:
    env.domaindata["scrapbox"] = {"version": 13, "facts": {"wiki/heap": ("Heap",)}, "maps": {}}


def _older_extension(env: Any) -> None:
    env.version["sphinx_scrapbox"] -= 1


def _edit_pickle(built: Built, edit: Callable[[Any], None]) -> None:
    path = Path(built.app.doctreedir, "environment.pickle")
    env = pickle.loads(path.read_bytes())
    edit(env)
    path.write_bytes(pickle.dumps(env))


@pytest.mark.parametrize("edit", [_older_data, _older_extension])
def test_environment(tmp_path: Path, edit: Callable[[Any], None]) -> None:
    site = Site(tmp_path / "src", FILES)
    _edit_pickle(site.build(), edit)
    built = site.build()
    assert built.warnings == []
    assert built.read == ["index", "wiki/heap", "wiki/shed"]
    assert stale_files(site, built) == []


def test_facts_of_a_class_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site(tmp_path / "src", FILES)
    _edit_pickle(site.build(), lambda env: env.domaindata["scrapbox"].update(facts={"a": Gone()}))
    monkeypatch.delattr(f"{__name__}.Gone")
    built = site.build()
    assert built.warnings == []
    assert built.read == ["index", "wiki/heap", "wiki/shed"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": 0, "pages": {}}', b"\xff"])
def test_what_an_output_shows(tmp_path: Path, content: bytes) -> None:
    """Without it all pages are written."""
    site = Site(tmp_path / "src", FILES)
    built = site.build()
    (path,) = Path(built.app.doctreedir).glob("scrapbox-html-*.json")
    path.write_bytes(content)
    again = site.build()
    assert (again.warnings, again.read) == ([], [])
    assert {"index", "wiki/heap", "wiki/shed"} <= {*again.written}
    last = site.build()
    assert (last.read, last.written) == ([], [])
