r"""Writes the table of TeX commands that wiki pages may use.

    python benchmarks/tex_commands.py MATHJAX3 MATHJAX4 [--output FILE]

MATHJAX3 is the folder ``js`` of the npm package ``mathjax-full`` 3, MATHJAX4 the folder ``cjs`` of
``@mathjax/src`` 4 (with its dependencies installed). node and pdflatex are needed, too.

A command is in the table if both releases define it in the packages that Sphinx's default
component ``tex-mml-chtml`` loads (``base`` and ``ams``) or fetches when a formula needs them
(``boldsymbol``, ``cancel``), and LaTeX knows it with the packages of Sphinx's preamble or with
``LATEX_PREAMBLE`` of :mod:`sphinx_scrapbox.formats.tex`. Its kind follows from the function that
implements it in MathJax. Functions that are not in ``_KINDS`` are closed: those that define,
link, label, style, declare or place boxes freely.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from sphinx_scrapbox.formats.tex import LATEX_PREAMBLE

OUTPUT = Path(__file__).parents[1] / "sphinx_scrapbox/formats/tex/commands.py"

_READ_MAPS = """
const base = process.argv[1];
const {MapHandler} = require(base + '/input/tex/MapHandler.js');
const maps = {};
const register = MapHandler.register;
MapHandler.register = (map) => { maps[map.name] = map; return register(map); };
for (const name of ['base/Base', 'ams/Ams', 'boldsymbol/Boldsymbol', 'cancel/Cancel'])
  require(`${base}/input/tex/${name}Configuration.js`);
const rows = [];
for (const map of Object.values(maps))
  for (const [name, entry] of map.map ?? map._map ?? [])
    rows.push({map: map.name, type: map.constructor.name, name,
               char: entry.char ?? entry._char ?? '',
               attributes: entry.attributes ?? entry._attributes ?? {},
               handler: (entry.func ?? entry._func)?.name ?? ''});
console.log(JSON.stringify(rows));
"""

_KINDS = {
    "Accent": "m",
    "UnderOver": "m",
    "MathFont": "m",
    "Boldsymbol": "m",
    "TeXAtom": "m",
    "Phantom": "m",
    "Not": "m",
    "Cancel": "m",
    "HandleOperatorName": "m",
    "CancelTo": "mm",
    "Genfrac": "mm",
    "Overset": "mm",
    "Underset": "mm",
    "Overunderset": "mmm",
    "Sqrt": "om",
    "xArrow": "om",
    "Smash": "m",
    "CFrac": "mm",
    "HBox": "t",
    "FBox": "t",
    "MakeBig": "d",
    "NamedFn": "operator",
    "NamedOp": "operator",
    "MultiIntegral": "operator",
    "Spacer": "symbol",
    "Dots": "symbol",
    "Tilde": "symbol",
    "SetFont": "switch",
    "SetStyle": "switch",
    "Limits": "limits",
    "Over": "infix",
}
"""The kind of the commands that a function of MathJax implements."""
_SINGLE_KINDS = {
    **dict.fromkeys(("bmod", "iff", "implies", "impliedby"), "symbol"),
    **dict.fromkeys(("mathstrut", "varinjlim", "varliminf", "varlimsup", "varprojlim"), "symbol"),
    **dict.fromkeys(("boxed", "pmb", "mod", "pod", "pmod"), "m"),
    "stackrel": "mm",
    "substack": "rows",
}
"""The kind of commands that MathJax implements as macros."""
_CLOSED = frozenset(
    "genfrac above abovewithdelims atopwithdelims overwithdelims nobreakspace hbox And".split()
)
"""Commands of an open kind that take what the reader does not know, or that LaTeX lacks inside
``\\text``."""
_OPERATOR_CLASS = 1
_NO_SYMBOLS = frozenset(("not_remap", "remap"))


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("mathjax", nargs=2, type=Path, help="the folders of MathJax 3 and 4")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    arguments = parser.parse_args()
    old_rows, new_rows = (_rows(folder.resolve()) for folder in arguments.mathjax)
    old_names = {row["name"].lstrip("\\") for row in old_rows}
    classes = {row["name"]: row["attributes"] for row in old_rows if row["char"]}
    kinds: dict[str, str] = {}
    characters: dict[str, str] = {}
    delimiters: set[str] = set()
    for row in new_rows:
        name = row["name"].lstrip("\\")
        if not re.fullmatch("[A-Za-z]+", name) or name not in old_names or name in _CLOSED:
            continue
        if kind := _kind(row, classes):
            kinds.setdefault(name, kind)
            if row["type"] == "DelimiterMap":
                delimiters.add(name)
            if kind in ("symbol", "operator") and len(row["char"]) == 1:
                characters.setdefault(name, row["char"])
    known = _known_to_latex(kinds)
    by_kind = defaultdict(list)
    for name in sorted(known):
        by_kind[kinds[name]].append(name)
    _write(arguments.output, by_kind, delimiters & known, _signs(characters, known))


def _rows(folder: Path) -> list[dict[str, Any]]:
    command = ["node", "-e", _READ_MAPS, str(folder)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows = json.loads(output)
    return [
        row
        for row in rows
        if row["map"] not in _NO_SYMBOLS and row["type"] not in ("MacroMap", "EnvironmentMap")
    ]


def _kind(row: dict[str, Any], classes: dict[str, Any]) -> str:
    """The kind of a command, "" if it is closed."""
    if row["char"]:
        attributes = classes.get(row["name"]) or {}
        return "operator" if attributes.get("texClass") == _OPERATOR_CLASS else "symbol"
    if row["handler"] == "Macro":
        return _SINGLE_KINDS.get(row["name"], "")
    return _KINDS.get(row["handler"], "")


def _known_to_latex(names: dict[str, str]) -> set[str]:
    """Those of *names* that LaTeX knows with the packages of Sphinx's preamble."""
    asked = "\n".join(
        rf"\ifcsname {name}\endcsname\typeout{{KNOWN {name} .}}\fi" for name in names
    )
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "x.tex").write_text(
            "\\documentclass{report}\\usepackage{amsmath,amssymb,amstext}\n"
            f"{LATEX_PREAMBLE}\n\\begin{{document}}{asked}\n\\end{{document}}"
        )
        command = ["pdflatex", "-interaction=batchmode", "x.tex"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        log = (Path(folder) / "x.log").read_text(errors="replace")
    return set(re.findall(r"KNOWN (\S+) \.", log))


def _signs(characters: dict[str, str], known: set[str]) -> dict[str, str]:
    """The command for each character that is no ASCII; the first in the table of MathJax."""
    signs: dict[str, str] = {}
    for name, character in characters.items():
        if name in known and not character.isascii() and character.isprintable():
            signs.setdefault(character, name)
    return signs


def _write(
    path: Path, by_kind: dict[str, list[str]], delimiters: set[str], signs: dict[str, str]
) -> None:
    rows = ["_NAMES = {\n"]
    for kind in sorted(by_kind):
        rows.append(f'    "{kind}": """\n{_wrapped(by_kind[kind])}    """,\n')
    pairs = [f"{sign}{name}" for sign, name in sorted(signs.items())]
    path.write_text(
        _HEAD
        + "".join(rows)
        + "}\n"
        + "COMMANDS = {name: kind for kind, names in _NAMES.items() for name in names.split()}\n"
        + '"""The kind of each command; :mod:`.reader` says what follows a command of a kind."""\n'
        + f'DELIMITERS = frozenset(\n    """\n{_wrapped(sorted(delimiters))}    """.split()\n)\n'
        + '"""The commands that may follow ``\\\\left``."""\n'
        + f'SIGNS = {{\n    pair[0]: pair[1:]\n    for pair in """\n{_wrapped(pairs)}'
        + '    """.split()\n}\n'
        + '"""The command for a character that is no ASCII."""\n',
        encoding="utf-8",
    )


def _wrapped(words: list[str], width: int = 95) -> str:
    rows = [""]
    for word in words:
        if len(rows[-1]) + len(word) + 1 > width:
            rows.append("")
        rows[-1] += f" {word}" if rows[-1] else f"    {word}"
    return "".join(f"{row}\n" for row in rows)


_HEAD = '''"""The TeX commands that MathJax 3, MathJax 4 and Sphinx's LaTeX know, by kind.

Written by ``benchmarks/tex_commands.py``, which says what is in the table; do not edit.
"""

from __future__ import annotations

'''

if __name__ == "__main__":
    main()
