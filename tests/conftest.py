"""What the tests share: Sphinx's own fixtures, our roots, and a profile for hypothesis."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import browsers
import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["sphinx.testing.fixtures"]

HERE = Path(__file__).parent
CORPUS = HERE.parent.parent / "shared" / "corpus"

_NUMBERS = count()

collect_ignore = ["roots"]

# Sphinx makes hundreds of these in each build, 7 % of its time, and shows none.
logging.disable(logging.DEBUG)

# A deadline measures the machine, not the code, and so does the check of how fast data is made.
# Each run tries the same examples: what one run passes, another does not fail. For others:
# pytest --hypothesis-profile=random
settings.register_profile(
    "random", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=False
)
settings.register_profile("repeatable", settings.get_profile("random"), derandomize=True)
settings.load_profile("repeatable")

_OF_WHO_RUNS_THE_TESTS = (
    *("GIT_", "READTHEDOCS", "DOCUTILSCONFIG", "SOURCE_DATE_EPOCH"),
    *("SCRAPBOX_SID", "SCRAPBOX_TOKEN", "SCRAPBOX_SERVICE_KEY"),
)
"""Variables that begin with these would change what git, Sphinx and our commands do."""


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """No worker processes for a single file, which runs in one process anyway.

    At most eight otherwise: a container may have two of the 64 cores that it sees.
    """
    files = {argument.partition("::")[0] for argument in config.args}
    if len(files) == 1 and Path(*files).is_file():
        return 0
    return 8 if (os.cpu_count() or 1) > 8 else None


@pytest.fixture(scope="session", autouse=True)
def no_waiting_for_disks() -> Iterator[None]:
    """Files need not survive a loss of power, which half of the time of a short pull goes into."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", lambda file: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def neutral_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No setting of who runs the tests counts: not of git, of a proxy, or of a build service."""
    config = tmp_path_factory.mktemp("git") / "config"
    # A clone may belong to another user than the one who runs the tests, as in a container.
    config.write_text("[safe]\n\tdirectory = *\n[init]\n\tdefaultBranch = main\n")
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(_OF_WHO_RUNS_THE_TESTS) or name.lower().endswith("_proxy"):
                patch.delenv(name)
        patch.setenv("GIT_CONFIG_GLOBAL", str(config))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
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
