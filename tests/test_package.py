"""What holds for every module: importing the package is free, examples in docstrings are true."""

from __future__ import annotations

import doctest
import importlib
import json
import pkgutil
import re
import subprocess
import sys
import tomllib
import unicodedata
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from sites import ROOT as FOLDER

import sphinx_scrapbox
from sphinx_scrapbox.snapshot.filenames.hosts import refusals

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


def test_public_names_exist() -> None:
    public = [
        (name, each)
        for name in MODULES
        for each in getattr(importlib.import_module(name), "__all__", ())
    ]
    assert (f"{ROOT}.sphinx_ext", "EVENTS") in public
    missing = [
        (name, each) for name, each in public if not hasattr(importlib.import_module(name), each)
    ]
    assert missing == []


def test_no_import_hides_a_folder_of_the_extension() -> None:
    """``from .performance import reading`` in a package hides its own folder ``reading``."""
    for name in (name for name in MODULES if name.startswith(f"{ROOT}.sphinx_ext.")):
        module = importlib.import_module(name)
        parent, _, child = name.rpartition(".")
        assert getattr(sys.modules[parent], child) is module


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def _with_what_they_need(names: Iterable[str]) -> dict[str, int]:
    """The size in bytes of these distributions and of all that they require, as installed."""
    sizes: dict[str, int] = {}
    waiting = [Requirement(name) for name in names]
    while waiting:
        requirement = waiting.pop()
        distribution = metadata.distribution(requirement.name)
        extras = {"", *requirement.extras}
        name = distribution.metadata["Name"].lower().replace("_", "-")
        if name in sizes and not requirement.extras:
            continue
        paths = [Path(file.locate()) for file in distribution.files or ()]
        sizes[name] = sum(path.stat().st_size for path in paths if path.is_file())
        for text in distribution.requires or ():
            needed = Requirement(text)
            if needed.marker is None or any(needed.marker.evaluate({"extra": e}) for e in extras):
                waiting.append(needed)
    return sizes


def test_what_an_installation_brings(capsys: pytest.CaptureFixture[str]) -> None:
    """At most 20 MB beyond Sphinx and MyST, as the files of this environment are."""
    project = tomllib.loads((FOLDER / "pyproject.toml").read_text("utf-8"))["project"]
    needed = _with_what_they_need(project["dependencies"])
    given = _with_what_they_need(["sphinx", "myst-parser"])
    # A source folder may have what several versions of Python compiled.
    tag = f".{sys.implementation.cache_tag}."
    own = [
        path
        for path in Path(sphinx_scrapbox.__file__).parent.rglob("*")
        if path.is_file() and (path.suffix != ".pyc" or tag in path.name)
    ]
    sizes = {"sphinx-scrapbox": sum(path.stat().st_size for path in own)}
    sizes |= {name: size for name, size in needed.items() if name not in given}
    with capsys.disabled():
        brought = ", ".join(f"{name} {size / 1e6:.1f}" for name, size in sizes.items())
        print(f"\nbeyond Sphinx and MyST, MB: {brought}; total {sum(sizes.values()) / 1e6:.1f}")
    assert sum(sizes.values()) < 20e6
    assert not needed.keys() & {"networkx", "pystemmer"}


def test_the_repository_can_be_checked_out_anywhere() -> None:
    """No file has a name that a host refuses; none differs from another one only in case."""
    if not (FOLDER / ".git").exists():
        pytest.skip("not in a repository")
    command = ["git", "-C", str(FOLDER), "ls-files", "-z"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    files = done.stdout.rstrip("\0").split("\0")
    refused = {
        name: refusals(part) for name in files for part in name.split("/") if refusals(part)
    }
    assert refused == {}
    assert len({unicodedata.normalize("NFC", name).casefold() for name in files}) == len(files)


def test_the_version_is_the_same_everywhere() -> None:
    version = sphinx_scrapbox.__version__
    changelog = (FOLDER / "CHANGELOG.md").read_text(encoding="utf-8")
    citation = yaml.safe_load((FOLDER / "CITATION.cff").read_text(encoding="utf-8"))
    newest = re.search(r"^## \[(?P<version>[^]]+)\] - (?P<date>\d{4}-\d\d-\d\d)$", changelog, re.M)
    assert newest is not None
    assert (newest["version"], newest["date"]) == (version, citation["date-released"])
    assert citation["version"] == version
    assert f"[{version}]: https://" in changelog
