"""Git is asked for the repository of a folder, whatever the environment says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from repositories import NEW, OLD, commit, git, needs_git, write

from sphinx_scrapbox.snapshot import git as git_module
from sphinx_scrapbox.snapshot.git import Repository, SnapshotError, git_dates
from sphinx_scrapbox.snapshot.loader import SnapshotLoader
from sphinx_scrapbox.wiki.dates import Dates

COMMITTED = 1704067200

pytestmark = needs_git


@pytest.fixture
def wiki(tmp_path: Path) -> Path:
    """A folder of pages in a repository; ``v1`` holds the old pages."""
    folder = tmp_path / "site" / "wiki"
    write(folder, OLD)
    git(folder.parent, "init", "-q")
    commit(folder, "v1")
    return folder


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Another repository, with other pages at the same paths."""
    folder = tmp_path / "other"
    write(folder / "wiki", NEW)
    git(folder, "init", "-q")
    commit(folder, "v1")
    return folder


def check_answers(wiki: Path) -> None:
    snapshot = SnapshotLoader().load("v1", wiki)
    assert [page.title for page in snapshot.pages] == ["Compost", "Rain", "Sun"]
    assert git_dates(wiki) == dict.fromkeys(OLD, Dates(COMMITTED, COMMITTED))


@pytest.mark.parametrize(
    "names",
    [
        ("GIT_DIR",),
        ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"),
        ("GIT_DIR", "GIT_COMMON_DIR"),
        ("GIT_OBJECT_DIRECTORY",),
        ("GIT_NAMESPACE", "GIT_SHALLOW_FILE"),
    ],
    ids=" ".join,
)
def test_variables_of_another_repository(
    wiki: Path, other: Path, names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {
        "GIT_DIR": other / ".git",
        "GIT_COMMON_DIR": other / ".git",
        "GIT_WORK_TREE": other,
        "GIT_INDEX_FILE": other / ".git" / "index",
        "GIT_OBJECT_DIRECTORY": other / ".git" / "objects",
        "GIT_PREFIX": "wiki/",
        "GIT_NAMESPACE": "other",
        "GIT_SHALLOW_FILE": other / ".git" / "HEAD",
    }
    for name in names:
        monkeypatch.setenv(name, str(values[name]))
    check_answers(wiki)


def test_a_hook_of_another_repository(wiki: Path, other: Path) -> None:
    """A hook may build a site that lies in a repository of its own."""
    script = (
        "import sys; from pathlib import Path; from test_git import check_answers; "
        "check_answers(Path(sys.argv[1]))"
    )
    hook = other / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nexec '{sys.executable}' -c '{script}' '{wiki}'\n")
    hook.chmod(0o755)
    here = Path(__file__).parent
    path = os.pathsep.join([str(here), str(here.parent), str(here.parents[1])])
    env = {**os.environ, "PYTHONPATH": path, "GIT_WORK_TREE": str(other)}
    process = subprocess.run(
        ["git", "-c", "user.name=mio", "-c", "user.email=mio", "commit", "--allow-empty", "-qmv2"],
        cwd=other,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr


def test_settings_in_the_environment_count(wiki: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container lets git read a folder of another user by ``safe.directory`` in these."""
    monkeypatch.setenv("GIT_CONFIG_COUNT", "not a number")
    with pytest.raises(SnapshotError, match=r"git failed: .*count"):
        Repository(wiki).commit("v1")


def test_all_local_variables_of_git_are_cleared() -> None:
    listed = git(Path(__file__).parent, "rev-parse", "--local-env-vars").split()
    settings = {name for name in listed if name.startswith("GIT_CONFIG")}
    assert set(listed) - settings <= git_module._REPOSITORY_VARIABLES


def test_a_git_that_hangs(wiki: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    monkeypatch.setattr(git_module, "TIMEOUT", 0.2)
    with pytest.raises(SnapshotError, match="timed out"):
        Repository(wiki).commit("v1")
    assert git_dates(wiki) == {}


def test_git_runs_in_one_module() -> None:
    """The only other program is Pagefind, which runs on a site that was built."""
    package = Path(git_module.__file__).parents[1]
    running = [
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if re.search(r"subprocess|os\.(system|popen|exec|spawn)", path.read_text(encoding="utf-8"))
    ]
    assert sorted(running) == ["snapshot/git.py", "sphinx_ext/html/search/pagefind_index.py"]
