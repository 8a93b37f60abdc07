"""What holds for every module: importing the package is free, examples in docstrings are true."""

from __future__ import annotations

import doctest
import importlib
import json
import pkgutil
import subprocess
import sys

import pytest

import sphinx_scrapbox

ROOT = "sphinx_scrapbox"
MODULES = [
    ROOT,
    *(module.name for module in pkgutil.walk_packages(sphinx_scrapbox.__path__, f"{ROOT}.")),
]


def _loaded_by(*names: str) -> set[str]:
    """The names of all modules that a fresh interpreter holds after importing *names*."""
    code = (
        "import importlib, json, sys\n"
        "for name in sys.argv[1:]: importlib.import_module(name)\n"
        "print(json.dumps(list(sys.modules)))"
    )
    # -P: the package that is installed, not one that may lie in the current folder.
    command = [sys.executable, "-P", "-c", code, *names]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def test_importing_the_package_loads_nothing_else() -> None:
    loaded = _loaded_by(ROOT)
    assert {name for name in loaded if name.startswith(ROOT)} == {ROOT}
    assert not loaded & {"docutils", "sphinx"}


def test_the_public_packages_load_no_sphinx() -> None:
    packages = [f"{ROOT}.{name}" for name in ("wiki", "formats", "snapshot", "remote", "check")]
    assert not _loaded_by(*packages, f"{ROOT}.cli") & {"docutils", "sphinx"}
    assert "sphinx" not in _loaded_by(f"{ROOT}.rendering")


def test_commands_that_ask_no_wiki_do_not_load_an_http_client() -> None:
    commands = [f"{ROOT}.cli.{name}" for name in ("check", "convert", "diff", "unpack")]
    assert "requests" not in _loaded_by(*commands)


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
