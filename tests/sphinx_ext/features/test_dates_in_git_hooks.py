"""A site that is built by a hook of git gets its dates from its own repository.

Git tells its hooks by the environment where they run, and a git that they call believes it.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sites import Site, page

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

HERE = {"scrapbox_project": "garden-en", "scrapbox_dates": "git"}
OWN, OTHER = "2024-01-01", "2019-05-06"


def _git(folder: Path, *arguments: str, date: str = OWN) -> str:
    who = ("-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "commit.gpgsign=false")
    moment = f"{date}T12:00:00Z"
    done = subprocess.run(
        ["git", *who, *arguments],
        cwd=folder,
        env={**os.environ, "GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def _commit_all(folder: Path, date: str) -> None:
    _git(folder, "init", "-q")
    _git(folder, "add", "-A")
    _git(folder, "commit", "-q", "-m", "all", date=date)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site(tmp_path / "own", {"index.md": "# Index\n", "wiki/a.md": page("A", "Words.")})
    _commit_all(site.src, OWN)
    return site


@pytest.fixture
def other(tmp_path: Path, site: Site) -> Path:
    """Another repository, which has files of the same names."""
    folder = tmp_path / "other"
    shutil.copytree(site.src, folder, ignore=shutil.ignore_patterns(".git"))
    _commit_all(folder, OTHER)
    return folder


def _dates(page: str) -> list[str]:
    """The days that a page bears in its head."""
    return [day for day in (OWN, OTHER) if f'content="{day}T' in page]


@pytest.mark.parametrize(
    "names",
    [
        ["GIT_DIR"],
        ["GIT_DIR", "GIT_WORK_TREE"],
        ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"],
        ["GIT_OBJECT_DIRECTORY"],
    ],
    ids=" ".join,
)
def test_the_environment_of_a_hook(
    site: Site, other: Path, names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {
        "GIT_DIR": other / ".git",
        "GIT_WORK_TREE": other,
        "GIT_INDEX_FILE": other / ".git/index",
        "GIT_PREFIX": "wiki/",
        "GIT_COMMON_DIR": other / ".git",
        "GIT_OBJECT_DIRECTORY": other / ".git/objects",
    }
    for name in names:
        monkeypatch.setenv(name, str(values[name]))
    built = site.build(**HERE)
    assert built.warnings == []
    assert _dates(built.text("wiki/a.html")) == [OWN]


def test_a_real_hook(site: Site, other: Path, tmp_path: Path) -> None:
    """A commit to the one repository builds the site in the other, as a publisher may do."""
    linked = tmp_path / "linked"
    _git(other, "worktree", "add", "-q", str(linked))
    out = tmp_path / "out"
    hook = other / ".git/hooks/post-commit"
    hook.parent.mkdir(exist_ok=True)
    options = [f"-D{name}={value}" for name, value in HERE.items()]
    command = [sys.executable, "-m", "sphinx", "-q", *options, str(site.src), str(out)]
    hook.write_text(f"#!/bin/sh\nexec {shlex.join(command)}\n", encoding="utf-8")
    hook.chmod(0o755)
    _git(linked, "commit", "-q", "--allow-empty", "-m", "more", date=OTHER)
    assert _dates((out / "wiki/a.html").read_text(encoding="utf-8")) == [OWN]


def test_what_is_not_of_one_repository_counts(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where git must not look any further is a setting of whoever runs the build."""
    shutil.rmtree(site.src / ".git")
    (site.src.parent / ".gitignore").touch()
    _git(site.src.parent, "init", "-q")
    _git(site.src.parent, "add", "own")
    _git(site.src.parent, "commit", "-q", "-m", "all", date=OTHER)
    assert _dates(site.build(**HERE).text("wiki/a.html")) == [OTHER]
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(site.src.parent))
    assert _dates(site.build(target="_above", **HERE).text("wiki/a.html")) == []
