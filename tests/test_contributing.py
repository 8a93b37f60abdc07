"""The recipes of CONTRIBUTING.md, applied to a copy of the package, do what they say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sites import ROOT, Site, page

import sphinx_scrapbox

_RECIPE = re.compile(
    r"<!-- recipe: (?P<file>\S+?)(?: before `(?P<before>[^`\n]+)`)? -->\n"
    r"```python\n(?P<code>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
RECIPES = [
    match.groupdict()
    for match in _RECIPE.finditer((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
]


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the package to which all recipes were applied."""
    folder = tmp_path_factory.mktemp("changed")
    package = folder / "sphinx_scrapbox"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(sphinx_scrapbox.__file__).parent, package, ignore=ignored)
    for recipe in RECIPES:
        if recipe["file"] == "feature":
            (package / "sphinx_ext/features/page_count.py").write_text(recipe["code"])
            before = "    related.FEATURE,\n"
            recipe = {
                "file": "sphinx_ext/__init__.py",
                "before": before,
                "code": "    page_count.FEATURE,\n",
            }
            lines = "from sphinx_scrapbox.sphinx_ext.features import page_count\n"
            _insert(
                package / recipe["file"], "from sphinx_scrapbox.sphinx_ext.feature import", lines
            )
        _insert(package / recipe["file"], recipe["before"], recipe["code"])
    return folder


def _insert(path: Path, before: str, code: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(f"\n{before}") == 1, f"{path.name}: {before}"
    path.write_text(text.replace(f"\n{before}", f"\n{code}{before}"), encoding="utf-8")


def _run(changed: Path, *arguments: str, fails: bool = False) -> str:
    environment = {**os.environ, "PYTHONPATH": str(changed)}
    command = [sys.executable, "-P", *arguments]
    done = subprocess.run(
        command, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert bool(done.returncode) is fails, done.stderr
    return done.stdout + done.stderr


def test_the_manual_has_all_recipes() -> None:
    assert [recipe["file"] for recipe in RECIPES] == [
        "feature",
        "sphinx_ext/config/options.py",
        "sphinx_ext/warnings.py",
        "wiki/ast.py",
        "wiki/ast.py",
        "wiki/ast.py",
        "formats/notation/inlines.py",
        "formats/notation/inlines.py",
        "formats/notation/writer.py",
        "rendering/inlines.py",
    ]


def test_a_directive(changed: Path, tmp_path: Path) -> None:
    site = Site(tmp_path / "src")
    site.write(
        {
            "index.md": "# Index\n\n```{scrapbox:page-count}\n```\n",
            "wiki/a.md": page("A", "x"),
        }
    )
    build = ("-m", "sphinx", "-qW", str(site.src), str(tmp_path / "out"))
    _run(changed, *build)
    assert "1 wiki pages" in (tmp_path / "out/index.html").read_text(encoding="utf-8")
    site.write({"wiki/b.md": page("B", "x")})
    _run(changed, *build)
    assert "2 wiki pages" in (tmp_path / "out/index.html").read_text(encoding="utf-8")


def test_an_option_and_a_warning(changed: Path, tmp_path: Path) -> None:
    conf = """
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn
extensions = ["sphinx_scrapbox"]
scrapbox_greeting = "Hello"
def setup(app):
    app.connect("builder-inited", lambda app: warn(Warn.GREETING, options(app.config).greeting))
"""
    site = Site(tmp_path / "src", {"conf.py": conf, "index.md": "# Index\n"})
    build = ("-m", "sphinx", "-W", str(site.src), str(tmp_path / "out"))
    assert "Hello [scrapbox.greeting]" in _run(changed, *build, fails=True)
    _run(changed, *build, "-D", "suppress_warnings=scrapbox.greeting")


NODE = """
from sphinx_scrapbox.formats import read, write
page = read("T\\nPress [kbd Ctrl]", "notation")
print(page.blocks[0].nodes[1])
print(write(page, "notation").splitlines()[1])
"""


def test_a_node(changed: Path, tmp_path: Path) -> None:
    node, line = _run(changed, "-c", NODE).splitlines()
    assert node == "Keyboard(line=2, keys='Ctrl')"
    assert line == "Press [kbd Ctrl]"
    files = {"index.rst": "Index\n=====\n", "a.scrapbox": "A\nPress [kbd Ctrl]\n"}
    site = Site(tmp_path / "src", files)
    _run(changed, "-m", "sphinx", "-qW", str(site.src), str(tmp_path / "out"))
    html = (tmp_path / "out/a.html").read_text(encoding="utf-8")
    assert re.search(r"kbd[^>]*>.*Ctrl", html)


def test_the_type_checker_names_the_places(changed: Path) -> None:
    pytest.importorskip("mypy", reason="mypy is not installed")
    package = str(changed / "sphinx_scrapbox")
    said = _run(changed, "-m", "mypy", "--strict", "--python-version=3.11", package, fails=True)
    places = {line.partition(":")[0].rpartition("sphinx_scrapbox/")[2] for line in said.split("\n")
              if "Keyboard" in line}  # fmt: skip
    assert {"formats/markdown/writer.py", "formats/myst/inlines.py"} <= places
