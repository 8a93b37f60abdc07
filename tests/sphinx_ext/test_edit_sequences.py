"""Any sequence of edits, built step by step, ends where a fresh build of the result begins."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from edits import CONFIG, Editor, gone, output
from scripts import benchmark_script
from sites import Site


@pytest.mark.long
@pytest.mark.parametrize(("seed", "parallel"), [(1, 0), (3, 2)])
def test_step_by_step_is_as_good_as_new(tmp_path: Path, seed: int, parallel: int) -> None:
    site = Site(tmp_path / "site")
    editor = Editor(site, seed)
    editor.start()
    site.build(target="_kept", parallel=parallel, **CONFIG)
    for _ in range(7):
        editor.edit()
        kept = site.build(target="_kept", parallel=parallel, **CONFIG)
        fresh = site.build(target="_fresh", **CONFIG)
        left = gone(site, kept.out)
        ours = {name: text for name, text in output(kept.out) if name not in left}
        anew = dict(output(fresh.out))
        assert ours.keys() == anew.keys()
        assert [name for name in anew if ours[name] != anew[name]] == []
        shutil.rmtree(fresh.out.parent)


@pytest.fixture(name="edit_steps")
def edit_steps_script() -> Iterator[ModuleType]:
    yield from benchmark_script("edit_steps")


@pytest.mark.long
@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_with_every_feature_on(
    edit_steps: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A few steps; run the script for many, of more kinds."""
    steps = edit_steps.Steps(tmp_path, seed=1)
    steps.run(5)
    assert steps.faults == steps.failed == 0, capsys.readouterr().out
