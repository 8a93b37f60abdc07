"""What every module of the package owes: imports that only go down, examples that are true.

The list of modules is read from the installed package, so a new module is held to this from
its first day; what it may import is a line in ``ALLOWED``.
"""

from __future__ import annotations

import ast
import doctest
import graphlib
import importlib
import importlib.util
import json
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import sphinx_scrapbox

ROOT = "sphinx_scrapbox"

BASE = {"titles", "page"}
READERS = {"readers", "readers.notation", "readers.markdown", "readers.project"}
MEANING = {"outline", "speakers", "translation", "graph"}
SHAPE = {"avatars", "formulas", "letters", "lexers", "media"}
PURE = BASE | READERS | MEANING | SHAPE
FRAMEWORK = {"docutils", "sphinx"}
SITE = FRAMEWORK | {"log", "config"}
MYST = {"myst_parser", "markdown_it", "mdit_py_plugins"}

ALLOWED: dict[str, set[str]] = {
    # The wiki itself: the standard library, and YAML for front matter.
    "titles": set(),
    "page": set(),
    "readers": BASE,
    "readers.markdown": BASE | {"yaml"},
    "readers.project": BASE | {"readers.notation"},
    "writers": BASE | MEANING,
    "writers.notation": BASE | {"readers.notation"},  # it reads back what it wrote
    "writers.markdown": BASE | {"readers.markdown"},  # and so does this one
    "writers.project": BASE | {"writers.notation"},
    "writers.myst": BASE | MEANING | SHAPE | {"pygments"},
    "lockfile": set(),
    "filetypes": {"imagesize"},
    "pictures": BASE | {"media"},
    "store": BASE | {"lockfile", "readers.project"},
    "selection": BASE | MEANING | {"readers.notation"},
    "changes": BASE,
    "revisions": BASE | READERS | {"changes", "dates", "lockfile"},
    "brackets": BASE | {"readers.markdown"},
    "doctor": PURE | {"lockfile", "brackets"},
    "ansi": set(),
    "reports": {"doctor", "ansi"},
    "change_reports": BASE | {"ansi", "changes", "dates"},
    "outline": {"page"},
    "speakers": BASE | {"outline"},
    "translation": BASE,
    "graph": BASE,
    "summaries": BASE | {"media"},
    "excerpts": BASE | {"outline"},
    "withheld": BASE | {"excerpts"},
    "leaks": set(),
    "dates": set(),
    "linkmap": {"graph", "networkx"},
    # What a thing looks like, as text and addresses; these know nothing of pages.
    "avatars": set(),
    "formulas": set(),
    "letters": set(),
    "lexers": {"pygments"},
    "media": set(),
    # From the wiki to docutils: no Sphinx.
    "nodes": {"avatars", "docutils"},
    "render": BASE | SHAPE | {"outline", "speakers", "translation", "nodes", "docutils"},
    # Sphinx: what all of it uses, ...
    "log": FRAMEWORK,
    "config": BASE | MEANING | {"log", "sphinx", "withheld"},
    # ... what pages, roles and directives have in common, ...
    "garbage": FRAMEWORK,
    "needless": FRAMEWORK,
    "icons": BASE | SITE,
    "notices": BASE | SHAPE | SITE | {"translation", "render", "dates"},
    "locks": BASE | SITE | {"lockfile"},
    "fetched": BASE | SITE | {"lockfile", "filetypes", "locks"},
    "pagefiles": BASE | READERS | SITE | {"lockfile", "locks", "dates", "notices", "withheld"},
    "provenance": BASE | SITE | {"dates", "lockfile", "locks", "media"},
    "surroundings": BASE
    | MEANING
    | SITE
    | {"icons", "nodes", "render", "fetched", "locks", "lockfile", "provenance"},
    # ... ways into a document, ...
    "myst": PURE | SITE | MYST | {"nodes", "render", "surroundings", "provenance"},
    "parser": PURE
    | SITE
    | MYST
    | {"nodes", "render", "notices", "surroundings", "myst", "pagefiles", "summaries", "dates"}
    | {"needless"},
    "roles": BASE | SITE | {"nodes", "surroundings"},
    "directives": PURE | SITE | {"nodes", "render", "notices", "surroundings"},
    # ... and what sees doctrees, and never a parser.
    "domain": BASE
    | SITE
    | {"graph", "media", "nodes", "roles", "directives", "locks", "pagefiles", "provenance"},
    "transforms": BASE
    | SITE
    | {"graph", "nodes", "icons", "notices", "domain", "fetched", "locks", "lockfile"}
    | {"provenance"},
    "pairs": BASE | SITE | {"translation", "media", "notices", "domain", "provenance"},
    "ages": BASE
    | SITE
    | {"readers.notation", "dates", "summaries", "locks", "lockfile"}
    | {"domain", "pairs"},
    "languages": BASE
    | SITE
    | {"babel", "dates", "summaries", "nodes", "notices", "surroundings", "domain"}
    | {"locks", "pairs", "ages"},
    "handover": BASE | SITE | {"domain"},
    "head": BASE | SITE | {"graph", "domain", "pairs"},
    "related": BASE | SITE | {"graph", "nodes", "notices", "surroundings", "domain"},
    "maps": BASE | SITE | {"graph", "linkmap", "nodes", "notices", "domain"},
    "previews": BASE | SITE | {"domain"},
    "sources": SITE | {"domain"},
    "guard": BASE | SITE | {"leaks", "pagefiles", "withheld", "domain"},
    "search": BASE | SITE | {"domain"},
    "discovery": BASE | SITE | {"graph", "dates", "summaries", "domain", "canonical"},
    "lists": BASE
    | SITE
    | {"graph", "letters", "dates", "nodes", "notices", "surroundings", "domain", "pairs", "ages"}
    | {"fetched"},
    "include": BASE
    | READERS
    | MEANING
    | SHAPE
    | SITE
    | {"excerpts", "myst", "nodes", "render", "notices", "surroundings", "pagefiles", "parser"}
    | {"domain", "locks"},
    "indices": BASE | SITE | {"graph", "letters", "lists", "notices", "domain", "provenance"},
    "changelists": BASE
    | SITE
    | {"changes", "change_reports", "revisions", "lockfile", "pagefiles", "letters"}
    | {"nodes", "notices", "surroundings", "domain", "previews"},
    "versions": BASE | SITE | {"dates", "lists", "nodes", "notices", "provenance", "domain"},
    "canonical": SITE | {"domain", "versions"},
    "assets": SITE | {"notices"},
    # The side stair: to the network and the shell without docutils or Sphinx.
    "credentials": set(),
    "outside": {"requests", "urllib3"},
    "client": {"credentials", "outside", "requests", "urllib3"},
    "api": {"client", "credentials"},
    "snapshot": BASE | {"readers.project", "selection", "lockfile", "store", "client", "api"},
    "mirror": BASE
    | {"api", "client", "filetypes", "lockfile", "pictures", "readers.project", "snapshot"}
    | {"store"},
    "cli": PURE
    | {"changes", "change_reports", "dates", "revisions"}
    | {"filetypes", "pictures", "mirror"}
    | {"snapshot", "api", "client", "credentials", "store", "selection", "lockfile", "doctor"}
    | {"reports", "click", "cli.choosing", "cli.connection", "cli.differences", "cli.terminal"}
    | {"writers", "writers.notation", "writers.markdown", "writers.project", "writers.myst"},
}
"""What a module may import besides the standard library, also inside a function and for types.

A module of a subpackage without an entry has that of its subpackage; ``__init__`` of a
subpackage may import its own modules too.
"""


WITHOUT_DOCUTILS = (
    BASE
    | MEANING
    | SHAPE
    | {"changes", "dates", "excerpts", "filetypes", "leaks", "linkmap", "pictures", "readers"}
    | {"revisions", "summaries", "withheld", "writers"}
)
WITHOUT_SPHINX = {
    "nodes",
    "render",
    "credentials",
    "outside",
    "client",
    "api",
    "snapshot",
    "mirror",
    "cli",
}
"""What may not even be loaded, by whatever way, once these are imported."""


def _paths() -> dict[str, Path]:
    """Each module by its name below the package ("" is the package itself), and its file."""
    names = [
        ROOT,
        *(found.name for found in pkgutil.walk_packages(sphinx_scrapbox.__path__, f"{ROOT}.")),
    ]
    paths = {}
    for name in names:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        paths[_short(name)] = Path(spec.origin)
    return paths


def _short(name: str) -> str:
    return name.removeprefix(ROOT).removeprefix(".")


PATHS = _paths()
BELOW_ROOT = sorted(PATHS.keys() - {""})


def _allowed(name: str) -> set[str]:
    rule = ALLOWED.get(name, ALLOWED.get(name.rpartition(".")[0]))
    if rule is None:
        pytest.fail(f"{name} is new: say in ALLOWED what it may import")
    return rule | {other for other in PATHS if other.startswith(f"{name}.")}


def _imports(name: str) -> Iterator[tuple[str, int]]:
    """Each import in *name*: short name of our module, or top name of another's; line."""
    path = PATHS[name]
    package = f"{ROOT}.{name}".rstrip(".").split(".")
    if path.name != "__init__.py":
        package.pop()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            parts = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*parts, *filter(None, [node.module])])
            # `from .readers import x`: x may be a module, or something that the module holds.
            inner = [f"{source}.{alias.name}" for alias in node.names]
            targets = [one if _short(one) in PATHS else source for one in inner]
        else:
            continue
        for target in targets:
            ours = target == ROOT or target.startswith(f"{ROOT}.")
            yield (_short(target) if ours else target.partition(".")[0]), node.lineno


def _loaded_by(name: str) -> set[str]:
    """The names of all modules that a fresh interpreter holds after importing *name*."""
    code = (
        "import importlib, json, sys; importlib.import_module(sys.argv[1]);"
        "print(json.dumps(list(sys.modules)))"
    )
    # -P: the package that is installed, not the one that may lie in the current folder.
    command = [sys.executable, "-P", "-c", code, f"{ROOT}.{name}".rstrip(".")]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def test_package_imports_nothing_at_the_top() -> None:
    for node in ast.parse(PATHS[""].read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            assert node.module in {"__future__", "typing"}, f"line {node.lineno}"
        assert not isinstance(node, ast.Import), f"line {node.lineno}"
    loaded = _loaded_by("")
    assert not loaded & {"docutils", "sphinx"}
    assert {name for name in loaded if name.startswith(ROOT)} == {ROOT}


@pytest.mark.parametrize("name", BELOW_ROOT)
def test_imports_go_down(name: str) -> None:
    # The package itself holds only the version, so anyone may ask it.
    allowed = _allowed(name) | sys.stdlib_module_names | {""}
    wrong = [f"line {line}: {target}" for target, line in _imports(name) if target not in allowed]
    assert not wrong


def test_imports_have_no_cycle() -> None:
    # setup() imports everything, so what leads to the package itself does not count.
    graph = {name: {target for target, _ in _imports(name)} - {""} for name in BELOW_ROOT}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("name", BELOW_ROOT)
def test_import_loads_no_higher_storey(name: str) -> None:
    head = name.partition(".")[0]
    if head in WITHOUT_DOCUTILS:
        forbidden = {"docutils", "sphinx"}
    elif head in WITHOUT_SPHINX:
        forbidden = {"sphinx"}
    else:
        forbidden = set()
    assert not _loaded_by(name) & forbidden


@pytest.mark.parametrize("name", sorted(PATHS))
def test_examples_in_docstrings(name: str) -> None:
    module = importlib.import_module(f"{ROOT}.{name}".rstrip("."))
    assert doctest.testmod(module).failed == 0
