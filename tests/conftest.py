"""What the tests share: Sphinx's own fixtures, our roots, and a profile for hypothesis."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import browsers
import pytest
from hypothesis import settings

pytest_plugins = ["sphinx.testing.fixtures"]

HERE = Path(__file__).parent
CORPUS = HERE.parent.parent / "shared" / "corpus"

_NUMBERS = count()

collect_ignore = ["roots"]

# Sphinx makes hundreds of these in each build, 7 % of its time, and shows none.
logging.disable(logging.DEBUG)

# A deadline measures the machine, not the code.
settings.register_profile("unhurried", settings(), deadline=None)
settings.load_profile("unhurried")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """No worker processes for a single file, which runs in one process anyway."""
    files = {argument.partition("::")[0] for argument in config.args}
    return 0 if len(files) == 1 and Path(*files).is_file() else None


@pytest.fixture(scope="session", autouse=True)
def no_waiting_for_disks() -> Iterator[None]:
    """Files need not survive a loss of power, which half of the time of a short pull goes into."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", lambda file: None)
        yield


@pytest.fixture(autouse=True)
def user_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own, where a pull keeps what it has fetched so far."""
    folder = tmp_path_factory.getbasetemp() / f"cache-{next(_NUMBERS)}"
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder


@pytest.hookimpl(tryfirst=True)  # before those that are not wanted are taken out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need a browser."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, which all tests of a process share; each opens contexts or tabs of its own."""
    with browsers.launch() as browser:
        yield browser


@pytest.fixture(scope="session")
def rootdir() -> Path:
    """The folder of the roots: ``@pytest.mark.sphinx(testroot="x")`` takes ``test-x``."""
    return HERE / "roots"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real wiki pages, which belong to their authors and are not part of us."""
    if not CORPUS.is_dir():
        pytest.skip("the real wiki pages are not here: they are kept beside the repository")
    return CORPUS
