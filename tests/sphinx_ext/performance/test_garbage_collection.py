"""A build leaves the settings of Python's garbage collector as they were made."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

import pytest
from sites import Site

CONF = """
import gc

{statement}
extensions = ["sphinx_scrapbox"]
seen = []


def note(app, *args):
    seen.append((gc.get_threshold(), gc.isenabled(), gc.get_freeze_count() > 1000))
    if len(seen) == 4:
        print("seen:", *seen, sep="\\n")


def setup(app):
    for event in ("config-inited", "env-before-read-docs", "env-updated", "build-finished"):
        app.connect(event, note, priority=1000)
"""


def _settings(folder: Path, statement: str, *options: str) -> list[str]:
    """Threshold, switch and frozen objects as a process starts, reads, writes and has finished."""
    Site(folder, {"conf.py": CONF.format(statement=statement), "index.md": "# Index\n"})
    command = [sys.executable, "-m", "sphinx", *options, str(folder), str(folder / "_build")]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return run.stdout.partition("seen:\n")[2].splitlines()[:4]


DEFAULT = gc.get_threshold()


def test_thresholds_are_raised_and_restored(tmp_path: Path) -> None:
    start, reading, writing, finished = _settings(tmp_path, "")
    assert start == "((50000, 1000, 100), True, False)"
    assert reading == "((2000000, 1000, 100), True, False)"
    assert _settings(tmp_path, "", "-j2")[:2] == ["((50000, 20, 100), True, False)"] * 2
    assert writing == "((50000, 4, 1), True, True)"
    assert finished == f"({DEFAULT}, True, False)"


def test_documents_that_do_not_wait_are_collected(tmp_path: Path) -> None:
    few = "from sphinx_scrapbox.sphinx_ext.performance import garbage_collection as collection"
    statement = f"{few}\ncollection.MOST_WAITING = 0"
    start, reading, *_ = _settings(tmp_path, statement)
    assert reading == start


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("gc.set_threshold(12_345, 5, 5)", "((12345, 5, 5), True, False)"),
        ("gc.disable()", f"({DEFAULT}, False, False)"),
        ("gc.freeze(); gc.set_threshold(0)", f"((0, {DEFAULT[1]}, {DEFAULT[2]}), True, True)"),
    ],
)
def test_settings_of_conf_py_are_kept(tmp_path: Path, statement: str, expected: str) -> None:
    assert _settings(tmp_path, statement) == [expected] * 4


def test_frozen_objects_of_conf_py_stay_frozen(tmp_path: Path) -> None:
    start, _reading, writing, finished = _settings(tmp_path, "gc.freeze()")
    assert start == writing == "((50000, 1000, 100), True, True)"
    assert finished == f"({DEFAULT}, True, True)"


def test_the_option_switches_it_off(tmp_path: Path) -> None:
    assert _settings(tmp_path, "", "-Dscrapbox_fast=0") == [f"({DEFAULT}, True, False)"] * 4


def test_a_build_in_a_process_that_goes_on(tmp_path: Path) -> None:
    # A build that another test breaks off leaves its own.
    gc.unfreeze()
    gc.set_threshold(*DEFAULT)
    before = gc.get_threshold()
    Site(tmp_path / "src", {"index.md": "# Index\n"}).build()
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() < 1000
