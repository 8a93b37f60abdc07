"""The environment is pickled in parts: what was loaded, and what changed, is saved."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import pytest
from sites import Site, page

from sphinx_scrapbox.sphinx_ext.performance.rebuilding import parted_tables
from sphinx_scrapbox.sphinx_ext.performance.rebuilding.parted_tables import (
    FixedEntries,
    LoadedOnDemand,
)

NAMES = [f"page {number}" for number in range(20)]


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parted_tables, "_PER_PART", 4)


def _again(table: Any) -> Any:
    return pickle.loads(pickle.dumps(table))


def _edit(table: Any) -> None:
    table["page 3"] = ["other"]
    table["new"] = ["new"]
    del table["page 7"]
    assert table.pop("page 8") == [8]
    assert table.pop("nowhere", None) is None


def test_fixed_entries_of_unchanged_parts_are_kept_as_they_are() -> None:
    table = _again(FixedEntries({name: [number] for number, name in enumerate(NAMES)}))
    before = {part.data for part, _entries in table.kept}
    assert len(before) == 5
    _edit(table)
    again = _again(table)
    assert dict(again) == dict(table)
    assert len(again) == 19
    after = {part.data for part, _entries in again.kept}
    assert 2 <= len(before & after) < 5


def test_small_parts_are_joined() -> None:
    table = FixedEntries(dict[str, int]())
    for number, name in enumerate(NAMES):
        table[name] = number
        table = _again(table)
    assert len(table.kept) <= 10
    assert dict(table) == {name: number for number, name in enumerate(NAMES)}


def test_entries_are_loaded_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    table = _again(LoadedOnDemand({name: [number] for number, name in enumerate(NAMES)}))
    loads: list[bytes] = []
    original = pickle.loads

    def load(data: bytes) -> Any:
        loads.append(data)
        return original(data)

    monkeypatch.setattr(pickle, "loads", load)
    assert len(table) == 20
    assert "page 1" in table
    assert "nowhere" not in table
    assert table.get("nowhere") is None
    assert list(table) == sorted(NAMES)
    assert loads == []
    table["page 1"].append("changed in place")
    assert len(loads) == 1
    _edit(table)
    assert len(loads) < 5
    again = _again(table)
    assert dict(again) == dict(table) == table.copy() == {**table}
    assert again["page 1"] == [1, "changed in place"]
    assert len(again) == 19


def test_other_processes_send_what_they_set(monkeypatch: pytest.MonkeyPatch) -> None:
    table = _again(LoadedOnDemand({name: [number] for number, name in enumerate(NAMES)}))
    monkeypatch.setattr(os, "getpid", lambda: -1)
    _edit(table)
    assert _again(table) == {"page 3": ["other"], "new": ["new"]}


@pytest.mark.parametrize("parallel", [0, 2])
def test_builds_save_all_that_is_known(tmp_path: Path, parallel: int) -> None:
    pages = {
        f"wiki/{n}.md": page(f"Page {n}", "### A heading", f"[[Page {n + 1}]]") for n in range(30)
    }
    site = Site(tmp_path / "src", {"index.md": "# Index\n", **pages})
    config: dict[str, Any] = {"suppress_warnings": ["toc.not_included"]}
    site.build(parallel=parallel, **config)
    for number in (3, 4, 29):
        site.write({f"wiki/{number}.md": page(f"Page {number}", "### Another", "[[Page 1]]")})
        built = site.build(parallel=parallel, **config)
        assert built.read == [f"wiki/{number}"]
    (site.src / "wiki/5.md").unlink()
    site.build(parallel=parallel, **config)
    kept = site.build(parallel=parallel, **config).app.env
    fresh = site.build(target="_fresh", **config).app.env
    assert isinstance(kept.tocs, LoadedOnDemand)
    assert {name: toc.pformat() for name, toc in kept.tocs.items()} == {
        name: toc.pformat() for name, toc in fresh.tocs.items()
    }
    facts, others = (env.domaindata["scrapbox"]["facts"] for env in (kept, fresh))
    assert dict(facts) == dict(others)
    slow = site.build(parallel=parallel, scrapbox_fast=False, **config).app.env
    assert type(slow.tocs) is dict
    assert type(slow.domaindata["scrapbox"]["facts"]) is dict
