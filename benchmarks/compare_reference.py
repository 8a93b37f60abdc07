#!/usr/bin/env python3
"""Compare our reading of native notation with the reference parser's, page by page.

    python benchmarks/compare_reference.py [DIR] [--node PACKAGE] [--show N]

DIR holds projects in export form (``*.json``) and the reference parser's trees of their pages
(``*.reference.jsonl.gz``); by default the samples beside the repository. With ``--node`` the
trees are made afresh by the npm package ``@progfay/scrapbox-parser`` in the folder PACKAGE.

The reference is known to err in places, and the wiki's own types know more than it does. Each
such place is one member of :class:`Reason`. There our tree must be that of ``notation_rules.py``,
which shares no code with our reader; everywhere else, that of the reference. The exit code is 1 if
any line differs.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from notation_rules import (
    expected_cell,
    expected_inlines,
    expected_line,
    joined,
    without_controls,
)

from sphinx_scrapbox.formats.notation.characters import WHITE
from sphinx_scrapbox.formats.notation.lines import read_lines
from sphinx_scrapbox.wiki.ast import (
    Blank,
    Block,
    Code,
    CodeBlock,
    Command,
    Decoration,
    ExternalLink,
    Formula,
    Hashtag,
    Icon,
    Image,
    Inline,
    Line,
    Location,
    Numbered,
    Page,
    PageLink,
    Question,
    Quote,
    Strong,
    Table,
    Text,
)
from sphinx_scrapbox.wiki.titles import split_target

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "corpus" / "native"

Node = dict[str, Any]


class Reason(Enum):
    """Why a node of ours may differ from the reference's."""

    LINE_KIND = "quote, question, number or command in the middle of a line"
    CELL_LINE_KIND = "quote, question, number or command in a cell of a table"
    LOST = "text that the reference loses"
    BARE_ADDRESS = "bare address with a closing bracket in it"
    LABEL = "label that loses its last character"
    PLACE = "place that begins with N or S, or holds a bracket"
    TEAM_GYAZO = "image of a Gyazo team, not known when source and link are told apart"
    THUMBNAIL = "thumbnail suffix on the address of an image"
    FORMULA_RUNS_ON = "formula that runs on into the next"
    DECORATION_CLOSES_EARLY = "decoration closed by a bracket that closes another"
    ICONS = "icons multiplied into as many nodes"
    OVERFLOW = "page on which the reference throws"
    LINE_END = "CR or line separator that keeps a kind of line from being seen"
    SITE_NESTED = "formula or map inside a decoration (the wiki's own types)"
    SITE_STRONG_IMAGE = "strong image with a link (the wiki's own types)"
    NAME = "name of a block: trimmed, language taken off"
    CONTROL = "row with control characters, which are removed"


@dataclass
class Report:
    """What a comparison found."""

    pages: int = 0
    lines: int = 0
    cells: int = 0
    missing: int = 0
    reasons: Counter[Reason] = field(default_factory=Counter)
    unexplained: list[str] = field(default_factory=list)

    def print(self, show: int) -> None:
        print(f"{self.pages:,} pages, {self.lines:,} lines, {self.cells:,} cells of tables")
        if self.missing:
            print(f"{self.missing:,} pages without a reference tree, not compared")
        for reason, count in (+self.reasons).most_common():
            print(f"{count:8,}  {reason.name:24} {reason.value}")
        print(f"{len(self.unexplained):8,}  unexplained")
        for text in self.unexplained[:show]:
            print(f"\n{text}")


# -- from the reference's nodes to ours ------------------------------------------------

_LINE_KINDS = {"quote", "helpfeel", "numberList", "commandLine"}
_GYAZO = re.compile(r"https?://(?:[0-9a-z-]+\.)?gyazo\.com/[0-9a-f]{32}(?:/raw)?")
_POINT = re.compile(r"[NS][0-9.]+,[EW][0-9]")
_MISPLACED = re.compile(r"^\[[NS].*[NS][0-9.]+,\S+\]$|.[\[\]].")
_THUMBNAIL = "/thumb/1000"


class _Converter:
    def __init__(self, reasons: Counter[Reason]) -> None:
        self.reasons = reasons

    def nodes(self, nodes: Sequence[Node], context: str) -> Iterator[Inline]:
        """Our nodes for *nodes*; *context* is ``line``, ``inner``, ``nested`` or ``cell``."""
        run: list[Node] = []  # nodes that a wrong cut beside them may have shaped
        again = False
        for first, node in self._each_once(nodes):
            reason = self._reason(node, context, first=first)
            if reason:
                self.reasons[reason] += 1
                again = True
            elif not _is_loose(node):
                yield from self._run(run, context, again=again)
                run, again = [], False
                yield self.node(node)
                continue
            run.append(node)
        yield from self._run(run, context, again=again)

    def _run(self, run: Sequence[Node], context: str, *, again: bool) -> Iterator[Inline]:
        if again:
            text = "".join(node["raw"] for node in run)
            yield from expected_inlines(text, nested=context == "nested")
        else:
            yield from map(self.node, run)

    def _each_once(self, nodes: Sequence[Node]) -> Iterator[tuple[bool, Node]]:
        """Each node, and whether it is the first; an icon once, however often it is shown."""
        left = 0
        for at, node in enumerate(nodes):
            if left and node == nodes[at - 1]:
                left -= 1
                continue
            left = 0
            if node["type"] in ("icon", "strongIcon"):
                left = _icon_count(node["raw"]) - 1
                self.reasons[Reason.ICONS] += left > 0
            yield at == 0, node

    def _reason(self, node: Node, context: str, *, first: bool) -> Reason | None:
        """Why *node* must be read again, if it must."""
        kind, raw = node["type"], node["raw"]
        if kind in _LINE_KINDS and not (context == "line" and first):
            return Reason.LINE_KIND
        if kind == "link" and node["pathType"] == "absolute":
            if not raw.startswith("[") and "]" in raw:
                return Reason.BARE_ADDRESS
            label = node["content"]
            if label and raw.startswith(f"[{label}") and raw[len(label) + 1] not in WHITE:
                return Reason.LABEL
        if kind in ("strong", "decoration") and "[$ " in raw[1:]:
            return Reason.SITE_NESTED
        if kind == "link" and context == "nested" and _POINT.search(raw):
            return Reason.SITE_NESTED
        if kind == "googleMap" and _MISPLACED.search(raw):
            return Reason.PLACE
        if kind == "formula" and "[$ " in raw[3:]:
            return Reason.FORMULA_RUNS_ON
        if kind == "formula" and not node["formula"]:
            return Reason.LOST
        if kind == "decoration" and _closes_early(raw):
            return Reason.DECORATION_CLOSES_EARLY
        if kind == "image" and _GYAZO.search(raw):
            words = raw[1:-1].split()
            wants = words[1] if len(words) > 1 and _GYAZO.fullmatch(words[1]) else ""
            if wants and node["link"] == wants:
                return Reason.TEAM_GYAZO
        if kind == "strong":
            read = expected_line(raw)
            if len(read) == 1 and isinstance(read[0], Image) and read[0].link:
                return Reason.SITE_STRONG_IMAGE
        return None

    def node(self, node: Node) -> Inline:
        """Our node for one that both parsers must agree on."""
        raw = node["raw"]
        match node["type"]:
            case "plain":
                return Text(node["text"])
            case "blank":
                return Blank(node["text"])
            case "code":
                return Code(node["text"])
            case "formula":
                return Formula(node["formula"])
            case "strong":
                return Strong(self.body(node["nodes"], "nested"))
            case "decoration":
                return Decoration(node["rawDecos"], self.body(node["nodes"], "nested"))
            case "quote":
                return Quote(self.body(node["nodes"], "inner"))
            case "numberList":
                return Numbered(node["rawNumber"], self.body(node["nodes"], "line"))
            case "helpfeel":
                return Question(node["text"])
            case "commandLine":
                return Command(node["symbol"], node["text"])
            case "hashTag":
                return Hashtag(node["href"])
            case "link" if node["pathType"] == "absolute":
                return ExternalLink(node["href"], node["content"])
            case "link":
                project, title = _split(node["href"])
                return PageLink(title, project)
            case "image":
                return Image(self.source(node["src"], raw), node["link"])
            case "strongImage":
                return Image(self.source(node["src"], raw), strong=True)
            case "icon" | "strongIcon":
                project, name = _split(node["path"])
                strong = node["type"] == "strongIcon"
                return Icon(name, project, _icon_count(raw), strong)
            case "googleMap":
                return Location(
                    node["latitude"], node["longitude"], node["zoom"], node["place"].strip(WHITE)
                )
        raise ValueError(f"a node of an unknown type: {node}")

    def body(self, nodes: Sequence[Node], context: str) -> tuple[Inline, ...]:
        return joined(self.nodes(nodes, context))

    def source(self, address: str, raw: str) -> str:
        if address.endswith(_THUMBNAIL) and address not in raw:
            self.reasons[Reason.THUMBNAIL] += 1
            return address.removesuffix(_THUMBNAIL)
        return address


def _is_loose(node: Node) -> bool:
    """Whether *node* is of a late kind, so that an earlier cut beside it may have shaped it."""
    return node["type"] in ("plain", "hashTag") or (
        node["type"] == "link" and not node["raw"].startswith("[")
    )


def _split(path: str) -> tuple[str, str]:
    project, title = split_target(path) if path.startswith("/") else ("", path)
    return project, title


def _icon_count(raw: str) -> int:
    match = re.search(r"\.icon\*([0-9]+)\]", raw)
    return int(match[1]) if match else 1


def _closes_early(raw: str) -> bool:
    """Whether the last bracket of a decoration closes a bracket inside it."""
    body = raw[raw.index(" ") + 1 :]
    pairs = re.sub(r"\[[^\[\]]+\]", "", body)
    return "]" not in pairs


# -- pages -----------------------------------------------------------------------------


def compare_page(rows: Sequence[str], tree: Sequence[Node] | None, report: Report) -> None:
    """Compare our reading of *rows* with the reference's *tree*; None means that it threw."""
    report.pages += 1
    page = read_lines(rows)
    if tree is None:
        report.reasons[Reason.OVERFLOW] += 1
        for block in page.blocks:
            if isinstance(block, Line):
                _compare_with_rules(
                    block.nodes,
                    rows[block.line - page.line].lstrip(WHITE),
                    _where(page, block),
                    report,
                )
        return
    if len(page.blocks) != len(tree) - 1:
        report.unexplained.append(f"{rows[0]!r}: {len(page.blocks)} blocks, {len(tree) - 1}")
        return
    convert = _Converter(report.reasons)
    for ours, theirs in zip(page.blocks, tree[1:], strict=True):
        where = _where(page, ours)
        if ours.indent != theirs["indent"]:
            report.unexplained.append(f"{where}: indent {ours.indent}, {theirs['indent']}")
        elif isinstance(ours, CodeBlock):
            _compare_code(ours, theirs, where, report)
        elif isinstance(ours, Table):
            _compare_table(ours, theirs, where, report)
        elif theirs["type"] != "line":
            report.unexplained.append(f"{where}: a line, {theirs['type']}")
        else:
            report.lines += 1
            source = rows[ours.line - page.line].lstrip(WHITE)
            _compare_line(ours.nodes, theirs["nodes"], source, where, report, convert)


def _where(page: Page, block: Block) -> str:
    return f"{page.title}, line {block.line}"


def _compare_with_rules(ours: tuple[Inline, ...], source: str, where: str, report: Report) -> None:
    expected = expected_line(without_controls(source))
    if ours != expected:
        report.unexplained.append(f"{where}: {source!r}\n  {ours}\n  {expected}")


def _compare_line(
    ours: tuple[Inline, ...],
    theirs: Sequence[Node],
    source: str,
    where: str,
    report: Report,
    convert: _Converter,
) -> None:
    reason = None
    if without_controls(source) != source:
        reason = Reason.CONTROL
    elif _loses(theirs, source):
        reason = Reason.LOST
    elif re.search("[\u2028\u2029]", source):
        reason = Reason.LINE_END
    if reason:
        report.reasons[reason] += 1
        _compare_with_rules(ours, source, where, report)
    elif ours != (expected := convert.body(theirs, "line")):
        report.unexplained.append(f"{where}: {source!r}\n  {ours}\n  {expected}")


def _compare_code(ours: CodeBlock, theirs: Node, where: str, report: Report) -> None:
    content = "\n".join(map(without_controls, theirs.get("content", "").split("\n")))
    same = theirs["type"] == "codeBlock" and "\n".join(ours.rows) == content
    _compare_name(ours.name, ours.language, theirs, where, report)
    if not same:
        report.unexplained.append(f"{where}: another block of code")


def _compare_name(name: str, language: str, theirs: Node, where: str, report: Report) -> None:
    said = without_controls(theirs.get("fileName", ""))
    if name == said:
        return
    report.reasons[Reason.NAME] += 1
    squeezed = re.sub(rf"[{WHITE}]", "", f"{name}({language})" if language else name)
    if squeezed != re.sub(rf"[{WHITE}]", "", said):
        report.unexplained.append(f"{where}: named {name!r} ({language!r}), {said!r}")


def _compare_table(ours: Table, theirs: Node, where: str, report: Report) -> None:
    if theirs["type"] != "table" or len(ours.rows) != len(theirs["cells"]):
        report.unexplained.append(f"{where}: another table")
        return
    _compare_name(ours.name, "", theirs, where, report)
    convert = _Converter(report.reasons)
    for cells, their_cells in zip(ours.rows, theirs["cells"], strict=True):
        if len(cells) != len(their_cells):
            report.unexplained.append(f"{where}: {len(cells)} cells, {len(their_cells)}")
            continue
        for cell, their_cell in zip(cells, their_cells, strict=True):
            report.cells += 1
            source = _source(their_cell)
            reason = None
            if without_controls(source) != source:
                reason = Reason.CONTROL
            elif re.match(r">|\? .|[0-9]+\. |[$%] .", source):
                reason = Reason.CELL_LINE_KIND
            if reason:
                report.reasons[reason] += 1
                expected = expected_cell(without_controls(source))
            else:
                expected = convert.body(their_cell, "cell")
            if cell != expected:
                report.unexplained.append(f"{where}: {source!r}\n  {cell}\n  {expected}")


def _loses(nodes: Sequence[Node], source: str) -> bool:
    """Whether the text of *nodes*, or of any node inside them, is not all of its *source*."""
    return _source(nodes) != source or any(
        _loses(node["nodes"], _body(node)) for node in nodes if "nodes" in node
    )


def _body(node: Node) -> str:
    raw: str = node["raw"]
    match node["type"]:
        case "quote":
            return raw[1:]
        case "strong":
            return raw[2:-2]
        case "decoration":
            return raw[raw.index(" ") + 1 : -1]
    return raw[raw.index(" ") + 1 :]


def _source(nodes: Sequence[Node]) -> str:
    """The text that the reference's nodes were made of."""
    text = ""
    shown = 0
    last: Node | None = None
    for node in nodes:
        # A multiplied icon is written once.
        if (
            node["type"] in ("icon", "strongIcon")
            and node == last
            and shown < _icon_count(node["raw"])
        ):
            shown += 1
            continue
        last, shown = node, 1
        text += node["raw"]
    return text


# -- projects --------------------------------------------------------------------------

_SCRIPT = """
import {{parse}} from {module};
import fs from "fs";
const texts = JSON.parse(fs.readFileSync(0, "utf8"));
for (const text of texts) {{
    let tree = null;
    try {{ tree = parse(text); }} catch (error) {{}}
    fs.writeSync(1, JSON.stringify(tree) + "\\n");
}}
"""


def node_trees(package: Path, texts: Sequence[str]) -> Iterator[list[Node] | None]:
    """The trees of *texts* as the npm package in the folder *package* makes them now."""
    module = json.dumps((package.resolve() / "dist" / "index.js").as_uri())
    command = ["node", "--input-type=module", "--eval", _SCRIPT.format(module=module)]
    done = subprocess.run(command, input=json.dumps(texts).encode(), capture_output=True)
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace"))
    return map(json.loads, done.stdout.splitlines())


def read_project(path: Path) -> list[Node]:
    """The pages of a project in export form, each with ``rows``: the texts of its lines."""
    pages: list[Node] = json.loads(path.read_text("utf-8"))["pages"]
    for page in pages:
        lines = page["lines"]
        page["rows"] = [line if isinstance(line, str) else line["text"] for line in lines]
    return pages


def compare_project(path: Path, package: Path | None = None) -> Report:
    """Compare all pages of the project at *path*."""
    pages = read_project(path)
    trees: dict[str, list[Node] | None]
    if package:
        texts = ["\n".join(page["rows"]) for page in pages]
        ids = [page["id"] for page in pages]
        trees = dict(zip(ids, node_trees(package, texts), strict=True))
    else:
        with gzip.open(path.with_suffix(".reference.jsonl.gz"), "rt", encoding="utf-8") as file:
            trees = {row["id"]: row["blocks"] for row in map(json.loads, file)}
    report = Report()
    for page in pages:
        if page["id"] in trees:
            compare_page(page["rows"], trees[page["id"]], report)
        else:
            report.missing += 1
    return report


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("directory", nargs="?", type=Path, default=SAMPLES, metavar="DIR")
    parser.add_argument("--node", type=Path, metavar="PACKAGE", help="the npm package's folder")
    parser.add_argument("--show", type=int, default=10, metavar="N", help="differences to print")
    options = parser.parse_args(arguments)
    paths = sorted(options.directory.glob("*.json"))
    if not paths:
        print(f"no projects (*.json) in {options.directory}", file=sys.stderr)
        return 2
    unexplained = 0
    for path in paths:
        if not options.node and not path.with_suffix(".reference.jsonl.gz").exists():
            print(f"{path.name}: no reference trees beside it, and no --node", file=sys.stderr)
            return 2
        report = compare_project(path, options.node)
        print(f"{path.name}: ", end="")
        report.print(options.show)
        unexplained += len(report.unexplained)
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
