"""Prints the size figures of the package and the limits that they must keep.

    python benchmarks/house.py [PACKAGE] [--report-only] [--all]

Measured are the entries of each folder (without ``__init__.py``, ``py.typed`` and
``__pycache__``), the lines of each Python file, the lines of each function from its ``def`` to its
last line, the parameters of each function (without ``self``, ``cls``, ``*args`` and
``**kwargs``), and public names that two modules define at their top level. For information, the
lines of all Python files and the calls of ``connect`` on an application (``app.connect``) are
counted, too. The exit code is 1 if a limit is exceeded. Needs the standard library only.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ENTRIES = 12
FILE_LINES = 400
FUNCTION_LINES = 60
PARAMETERS = 7
SHARED_NAMES = frozenset({"FEATURE", "TYPE_CHECKING", "command", "register", "setup"})
"""Names that each module of a kind defines by convention, for a caller that looks for them."""

_NOT_COUNTED = frozenset({"__init__.py", "py.typed", "__pycache__"})
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class House:
    """The figures of one package; a place is ``path`` or ``path:line name``."""

    entries: dict[str, int] = field(default_factory=dict)
    file_lines: dict[str, int] = field(default_factory=dict)
    function_lines: dict[str, int] = field(default_factory=dict)
    parameters: dict[str, int] = field(default_factory=dict)
    connects: dict[str, int] = field(default_factory=dict)
    definitions: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """The files that define a public name at their top level, by name."""

    @property
    def total(self) -> int:
        """Lines of all Python files."""
        return sum(self.file_lines.values())

    @property
    def shared(self) -> dict[str, list[str]]:
        """The public names that several files define."""
        return {
            name: files
            for name, files in sorted(self.definitions.items())
            if len(files) > 1 and name not in SHARED_NAMES
        }


def measure(package: Path) -> House:
    """The figures of the package in a folder."""
    house = House()
    folders = [package, *(path for path in package.rglob("*") if path.is_dir())]
    for folder in sorted(folders):
        if folder.name != "__pycache__":
            names = {path.name for path in folder.iterdir()}
            house.entries[_place(folder, package)] = len(names - _NOT_COUNTED)
    for path in sorted(package.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        _measure_module(ast.parse(text, str(path)), _place(path, package), house)
        house.file_lines[_place(path, package)] = len(text.splitlines())
    return house


def _place(path: Path, package: Path) -> str:
    return path.relative_to(package.parent).as_posix()


def _measure_module(tree: ast.Module, place: str, house: House) -> None:
    for node in ast.walk(tree):
        if isinstance(node, _Function):
            name = f"{place}:{node.lineno} {node.name}"
            house.function_lines[name] = (node.end_lineno or node.lineno) - node.lineno + 1
            house.parameters[name] = _parameters(node.args)
        elif isinstance(node, ast.Call) and _is_connect(node.func):
            house.connects[place] = house.connects.get(place, 0) + 1
    for name in dict.fromkeys(_defined(tree.body)):
        if not name.startswith("_"):
            house.definitions[name].append(place)


def _parameters(arguments: ast.arguments) -> int:
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return len(named) - bool(named and named[0].arg in {"self", "cls"})


def _is_connect(function: ast.expr) -> bool:
    match function:
        case ast.Attribute(value=ast.Name(id="app") | ast.Attribute(attr="app"), attr="connect"):
            return True
    return False


def _defined(body: list[ast.stmt]) -> Iterator[str]:
    """The names of functions, classes and constants at the top level of a module."""
    for statement in body:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=targets):
                for target in targets:
                    yield from _bound(target)
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.If(body=then, orelse=otherwise):
                yield from _defined([*then, *otherwise])
            case ast.Try(body=tried, orelse=otherwise, handlers=handlers):
                yield from _defined([*tried, *otherwise])
                for handler in handlers:
                    yield from _defined(handler.body)


def _bound(target: ast.expr) -> Iterator[str]:
    match target:
        case ast.Name(id=name):
            yield name
        case ast.Tuple(elts=items) | ast.List(elts=items):
            for item in items:
                yield from _bound(item)


def _show(what: str, figures: dict[str, int], limit: int, everything: bool) -> bool:
    """Print the figures above a limit, the largest first; whether there are any."""
    ordered = sorted(figures.items(), key=lambda item: (-item[1], item[0]))
    above = [item for item in ordered if item[1] > limit]
    largest = ordered[0][1] if ordered else 0
    print(f"{what}: at most {largest} (limit {limit}), {len(above)} above it")
    for place, figure in ordered if everything else above:
        print(f"    {figure:5}  {place}")
    return bool(above)


def show(house: House, *, everything: bool = False) -> bool:
    """Print the figures; whether a limit is exceeded.

    :param everything: also print the files, functions and folders that keep the limits
    """
    exceeded = [
        _show("entries of a folder", house.entries, ENTRIES, everything),
        _show("lines of a file", house.file_lines, FILE_LINES, everything),
        _show("lines of a function", house.function_lines, FUNCTION_LINES, everything),
        _show("parameters of a function", house.parameters, PARAMETERS, everything),
        bool(house.shared),
    ]
    files = len(house.file_lines)
    print(f"lines in total: {house.total:,} in {files} files")
    print(f"public names in two modules: {len(house.shared)} (limit 0)")
    for name, places in house.shared.items():
        print(f"    {name}: {', '.join(places)}")
    print(f"app.connect: {sum(house.connects.values())} calls in {len(house.connects)} modules")
    return any(exceeded)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    default = Path(__file__).resolve().parents[1] / "sphinx_scrapbox"
    parser.add_argument("package", type=Path, nargs="?", default=default)
    parser.add_argument("--report-only", action="store_true", help="exit with 0 in any case")
    parser.add_argument("--all", action="store_true", help="print what keeps the limits, too")
    given = parser.parse_args()
    if not given.package.is_dir():
        parser.error(f"{given.package} is not a folder")
    exceeded = show(measure(given.package.resolve()), everything=given.all)
    sys.exit(exceeded and not given.report_only)


if __name__ == "__main__":
    main()
