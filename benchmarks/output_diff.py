"""Compares two folders of output byte for byte, but for differences that are declared.

What is declared stands in a TOML file such as ``renames.toml``, which says how.
"""

from __future__ import annotations

import difflib
import io
import re
import tomllib
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Literal

Side = Literal["old", "new"]

_WINDOW = 160  # characters shown of a long line
_ANOTHER_ORDER = "  the same lines in another order"
_MAX_LINES = 600  # lines of a file that are compared to show a difference


@dataclass(frozen=True)
class Rule:
    """A regular expression and its replacement, in the files that a glob matches."""

    pattern: re.Pattern[str]
    replacement: str
    files: str = "*"
    side: str = "old"

    def applies(self, path: str, side: Side) -> bool:
        """Whether the rule holds for a path on one side."""
        return self.side in {side, "both"} and fnmatchcase(path, self.files)


@dataclass(frozen=True)
class Renames:
    """The differences that are declared."""

    conf: str = ""
    ignore: tuple[str, ...] = ()
    arguments: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[Rule, ...] = ()
    paths: tuple[Rule, ...] = ()
    outputs: tuple[Rule, ...] = ()
    printed: tuple[Rule, ...] = ()

    @classmethod
    def load(cls, path: Path) -> Renames:
        """Read a file.

        :raises ValueError: the file has a key that is not one of ours
        """
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        unknown = set(data) - {
            "conf",
            "ignore",
            "arguments",
            "source",
            "path",
            "output",
            "printed",
        }
        if unknown:
            raise ValueError(f"{path}: unknown keys {sorted(unknown)}")
        rules = {
            name: tuple(
                Rule(**{**entry, "pattern": re.compile(entry["pattern"], re.MULTILINE)})
                for entry in data.get(name, ())
            )
            for name in ("source", "path", "output", "printed")
        }
        return cls(
            conf=data.get("conf", ""),
            ignore=tuple(data.get("ignore", ())),
            arguments=data.get("arguments", {}),
            sources=rules["source"],
            paths=rules["path"],
            outputs=rules["output"],
            printed=rules["printed"],
        )

    def path(self, path: str, side: Side) -> str:
        """Where a file of one side is compared; ``""`` if it is not compared at all."""
        if any(fnmatchcase(path, glob) for glob in self.ignore):
            return ""
        return _apply(self.paths, path, path, side)


def _apply(rules: Iterable[Rule], text: str, path: str, side: Side) -> str:
    for rule in rules:
        if rule.applies(path, side):
            text = rule.pattern.sub(rule.replacement, text)
    return text


@dataclass
class Tree:
    """The files of one side: a loader of bytes for each path, ``site/builder/path``.

    Members of a ZIP file (EPUB) stand beside each other as ``file.epub!member``.
    """

    side: Side
    renames: Renames
    files: dict[str, Path] = field(default_factory=dict)
    members: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path, prefix: str, side: Side, renames: Renames) -> Tree:
        """The files below a folder."""
        tree = cls(side, renames)
        for file in sorted(folder.rglob("*")):
            if not file.is_file():
                continue
            path = renames.path(f"{prefix}/{file.relative_to(folder).as_posix()}", side)
            if path and file.suffix in {".epub", ".zip"}:
                tree._add_archive(path, file)
            elif path:
                tree.files[path] = file
        return tree

    def _add_archive(self, path: str, file: Path) -> None:
        with zipfile.ZipFile(file) as archive:
            names = [self.renames.path(f"{path}!{n}", self.side) for n in archive.namelist()]
            for name, info in zip(names, archive.infolist(), strict=True):
                if name:
                    self.members[name] = archive.read(info)
        self.members[f"{path}!"] = "\n".join(filter(None, names)).encode()

    @cached_property
    def paths(self) -> set[str]:
        """All paths."""
        return {*self.files, *self.members}

    def raw(self, path: str) -> bytes:
        """The bytes of a file as they are."""
        return self.members[path] if path in self.members else self.files[path].read_bytes()

    def text(self, path: str) -> str | None:
        """The text of a file, what is declared replaced; None if it is not text."""
        data = self.raw(path)
        if path.endswith(".inv"):
            head = io.BytesIO(data)
            lines = [head.readline() for _ in range(4)]
            data = b"".join(lines) + zlib.decompress(head.read())
        try:
            return _apply(self.renames.outputs, data.decode(), path, self.side)
        except UnicodeDecodeError:
            return None


@dataclass(frozen=True)
class Difference:
    """One file that differs; ``lines`` are a short unified diff."""

    path: str
    lines: tuple[str, ...]

    @property
    def signature(self) -> str:
        """Equal for files that differ in the same way: the diff without texts and numbers."""
        changed = [line for line in self.lines if line[:1] != "@"][:6]
        plain = (re.sub(r'"[^"]*"|>[^<]+<|\d+', "", line) for line in changed)
        return "\n".join(line[:_WINDOW] for line in plain)


def compare_trees(old: Tree, new: Tree, length: int) -> list[Difference]:
    """The files that differ, with at most *length* lines of a diff each."""
    differences = []
    for path in sorted(old.paths | new.paths):
        if path not in new.paths:
            differences.append(Difference(path, ("- the whole file",)))
        elif path not in old.paths:
            differences.append(Difference(path, ("+ the whole file",)))
        elif old.raw(path) != new.raw(path):
            before, after = old.text(path), new.text(path)
            if before is None or after is None:
                differences.append(Difference(path, ("  a binary file",)))
            elif before != after and sorted(before.split("\n")) == sorted(after.split("\n")):
                differences.append(Difference(path, (_ANOTHER_ORDER,)))
            elif before != after:
                differences.append(Difference(path, short_diff(before, after, length)))
    return differences


def compare_printed(old: str, new: str, renames: Renames, length: int) -> tuple[str, ...]:
    """A short diff of what two runs printed; empty if it is the same."""
    before = _apply(renames.printed, old, "", "old")
    after = _apply(renames.printed, new, "", "new")
    if before == after:
        return ()
    if sorted(before.splitlines()) == sorted(after.splitlines()):
        return (_ANOTHER_ORDER,)
    return short_diff(before, after, length)


def apply_to_sources(folder: Path, renames: Renames) -> None:
    """Edit the text files below a folder as declared for the sources of the new side."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        rules = [rule for rule in renames.sources if fnmatchcase(name, rule.files)]
        if path.is_file() and rules:
            text = path.read_text(encoding="utf-8")
            for rule in rules:
                text = rule.pattern.sub(rule.replacement, text)
            path.write_text(text, encoding="utf-8")


def short_diff(old: str, new: str, length: int) -> tuple[str, ...]:
    """The first *length* lines of the changed ones, each cut to where it changes."""
    before, after = old.splitlines(), new.splitlines()
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    before, after = before[start : start + _MAX_LINES], after[start : start + _MAX_LINES]
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    shown: list[str] = []
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal" or len(shown) > length:
            continue
        removed, added = before[i:j], after[k:m]
        shown.append(f"@@ line {start + k + 1} @@")
        pairs = max(len(removed), len(added))
        offsets = [_change(removed[n : n + 1], added[n : n + 1]) for n in range(pairs)]
        shown += [f"- {_cut(line, offsets[n])}" for n, line in enumerate(removed[:length])]
        shown += [f"+ {_cut(line, offsets[n])}" for n, line in enumerate(added[:length])]
    # Nothing but line ends differs if no line does.
    return tuple(shown[: length + 1]) or ("  line ends differ",)


def _change(removed: list[str], added: list[str]) -> int:
    """The first character in which two lines differ; 0 if there is only one."""
    if not removed or not added:
        return 0
    pairs = enumerate(zip(removed[0], added[0], strict=False))
    shorter = min(len(removed[0]), len(added[0]))
    return next((n for n, (a, b) in pairs if a != b), shorter)


def _cut(line: str, change: int) -> str:
    if len(line) <= _WINDOW:
        return line
    first = max(0, change - _WINDOW // 3)
    head, tail = "…" if first else "", "…" if first + _WINDOW < len(line) else ""
    return f"{head}{line[first : first + _WINDOW]}{tail}"
