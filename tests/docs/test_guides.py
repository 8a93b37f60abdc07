"""Each snippet of guides and reference, under the ``conf.py`` that its reader has by then.

Snippets before the first option of their page share a site. For those below, a site is built for
each ``conf.py`` that a page has told; only what nothing follows is just loaded.
"""

from __future__ import annotations

import ast
import json
import re
import shlex
import shutil
import textwrap
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import pytest
from click.testing import CliRunner
from docutils import nodes
from repositories import commit, git, needs_git, write
from sites import Site, page
from snippets import DOCS, Block, blocks, commands
from wiki_server import HASTY, Wiki, serving

from sphinx_scrapbox.cli import main
from sphinx_scrapbox.cli.init.templates import ConfValues, conf_py

pytestmark = pytest.mark.long

GUIDES = sorted(
    path.relative_to(DOCS).with_suffix("").as_posix()
    for folder in ("how-to", "explanation", "reference")
    for path in (DOCS / folder).glob("*.md")
)
QUICK_START = conf_py(ConfValues("Garden", "en", "alabaster", ["_build"]))
_INVENTORY = b"# Sphinx inventory version 2\n" + b"# \n" * 2 + b"# zlib\n" + zlib.compress(b"")
_SHOWN = ("[scrapbox.formula]", "[scrapbox.missing_page]", "[scrapbox.snapshot]", "[toc.secnum]")
"""What a page shows on purpose, and two snippets that number the same pages."""
TOKEN = "a-token"
PAIRS = DOCS / "wiki" / "pairs"
_PICTURES = ("people", "icons")
_WIKI = ("wiki", "seed-swap", "_kept", *_PICTURES)
_HANDWRITTEN = {"{example}", "md", "markdown", "rst"}
_STATEMENTS = ast.Assign | ast.AugAssign | ast.If | ast.Import | ast.ImportFrom | ast.Expr
_FENCE = re.compile(r"\s*(?:`{3,}|:{3,})")
_OFFLINE = """
if "intersphinx_mapping" in dir():
    intersphinx_mapping = {
        name: (address, "objects.inv") for name, (address, _) in intersphinx_mapping.items()
    }
"""
_DONE = {"check": {0, 1}, "coverage": {0, 1}, "status": {0, 1}}
"""Exit codes that say what a command found, not that it failed."""


@dataclass
class Segment:
    """Snippets of a page that follow on the same ``conf.py``; ``conf`` is what the page said."""

    guide: str
    conf: str
    snippets: list[Block] = field(default_factory=list)

    def files(self) -> dict[str, str]:
        """The snippets as documents beside the guide, or among the pages of the wiki."""
        files = {}
        for block in self.snippets:
            name = f"{self.guide}-{block.line}"
            if block.name in ("md", "markdown"):  # for the start page of a reader
                name = name.replace("/", "-")
            if block.name == "{wiki-example}":
                title = name.replace("/", " ")
                files[f"wiki/{title}.md"] = page(title, block.text)
            elif block.name == "rst":
                files[f"{name}.rst"] = f":orphan:\n\nSnippet\n=======\n\n{block.text}"
            else:
                title = "" if block.text.startswith("# ") else "# Snippet\n\n"
                files[f"{name}.md"] = f"---\norphan: true\n---\n\n{title}{block.text}"
        return files


def is_conf(text: str) -> bool:
    """Whether Python lines can be part of ``conf.py``: they set options."""
    return all(isinstance(node, _STATEMENTS) for node in ast.parse(text).body)


def segments(guide: str) -> Iterator[Segment]:
    segment = Segment(guide, "")
    for block in blocks((DOCS / f"{guide}.md").read_text(encoding="utf-8")):
        if block.name == "python" and is_conf(block.text):
            if segment.snippets:
                yield segment
            segment = Segment(guide, f"{segment.conf}\n{block.text}")
        elif block.name in _HANDWRITTEN or (
            block.name == "{wiki-example}" and block.options.get("notation") != "native"
        ):
            segment.snippets.append(block)
    yield segment


def stub(path: Path) -> str:
    """A document of the manual, for links to it: its headings alone."""
    headings = re.findall(r"^(?:#+ .*|\([\w-]+\)=)$", path.read_text(encoding="utf-8"), re.M)
    return "\n\n".join(["---\norphan: true\n---", *headings, ""])


def build(
    folder: Path,
    segments: Sequence[Segment],
    conf: str = "",
    more: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Build a site with the snippets, the example wiki, and the headings of the manual.

    :param more: further files with snippets.
    :raises AssertionError: if the build warns about a snippet or an option, or if a snippet shows
        the fence of a directive.
    """
    site = Site(folder, {"index.md": "# Garden\n", "conf.py": f"{QUICK_START}{conf}\n{_OFFLINE}"})
    (folder / "objects.inv").write_bytes(_INVENTORY)
    (folder / "_static").mkdir()
    shutil.copytree(PAIRS, folder, dirs_exist_ok=True)
    shutil.copytree(PAIRS / "ja", folder.parent / "ja" / "wiki", dirs_exist_ok=True)
    files = {name: text for part in segments for name, text in part.files().items()} | {**more}
    for name in _WIKI if files else _PICTURES:
        shutil.copytree(DOCS / name, folder / name)
    if files:
        for path in DOCS.glob("[!_w]*/*.md"):
            site.write({path.relative_to(DOCS).as_posix(): stub(path)})
        have_versions(folder)
        site.write(files)
    built = site.build("dummy", exclude_patterns=["_build", "_kept"])
    ours = {name.rpartition(".")[0] for name in files}
    assert [row for row in built.warnings if is_ours(row, ours)] == []
    for name in ours:
        for text in built.doctree(name).findall(nodes.Text):
            if not isinstance(text.parent, nodes.FixedTextElement | nodes.literal):
                assert not _FENCE.match(text.astext()), (name, text.astext())


def have_versions(folder: Path) -> None:
    """A tag to compare with, and what the command on the page about changes writes."""
    git(folder, "init", "-q")
    commit(folder, "v1.0")
    place = folder / "changes.json"
    arguments = ["diff", str(folder / "_kept" / "seed-swap"), str(folder / "seed-swap")]
    result = CliRunner().invoke(main, [*arguments, "--format", "json", "-o", str(place)])
    assert result.exit_code == 0, result.output


def is_ours(row: str, docnames: set[str]) -> bool:
    """Whether a row is a warning without a place, or about one of the documents."""
    place = re.match(r"SRC/(.+?)\.(?:md|rst|scrapbox)\b", row)
    if place is None:
        return "WARNING: " in row or "ERROR: " in row
    return place[1] in docnames and not row.endswith(_SHOWN)


@needs_git
def test_snippets_under_the_quick_start_alone(tmp_path: Path) -> None:
    first = [part for guide in GUIDES for part in segments(guide) if not part.conf]
    assert sum(len(part.snippets) for part in first) > 20
    build(tmp_path / "src", first, more={"how-to/restructuredtext.rst": in_restructuredtext()})


def in_restructuredtext() -> str:
    """The guide to reStructuredText, with its examples as text of the page."""
    text = (DOCS / "how-to" / "restructuredtext.rst").read_text(encoding="utf-8")
    example = re.compile(r"^\.\. example::\n(?:   :.*\n)*\n((?:   .*\n|\n)+)", re.M)
    assert example.search(text)
    return f":orphan:\n\n{example.sub(lambda match: textwrap.dedent(match[1]), text)}"


@needs_git
@pytest.mark.filterwarnings("ignore::sphinx.deprecation.RemovedInSphinx11Warning")  # of others
@pytest.mark.parametrize("guide", [name for name in GUIDES if any(s.conf for s in segments(name))])
def test_options_and_snippets_below_them(guide: str, tmp_path: Path) -> None:
    for number, part in enumerate(part for part in segments(guide) if part.conf):
        build(tmp_path / f"src{number}", [part], part.conf)


# -- commands --------------------------------------------------------------------------


def commands_of(guide: str) -> list[list[str]]:
    """The commands of this package on a page."""
    found = []
    for block in blocks((DOCS / f"{guide}.md").read_text(encoding="utf-8")):
        rows = block.text.splitlines() if block.name == "sh" else commands(block.text)
        if block.name in ("sh", "console"):
            found += [shlex.split(row) for row in rows if "sphinx-scrapbox " in row]
    return found


@pytest.fixture(scope="module")
def wiki() -> Iterator[Wiki]:
    with serving(Wiki("garden")) as wiki:
        wiki.token = ("x-personal-access-token", TOKEN)
        for title in ("Compost", "Leaf mould"):
            wiki.write(title, "#handbook [Compost] [mio.icon]")
        yield wiki


@needs_git
@pytest.mark.parametrize("guide", [name for name in GUIDES if commands_of(name)])
def test_commands(guide: str, wiki: Wiki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [{"title": "Compost", "lines": ["Compost", "#handbook"]}]
    (tmp_path / "garden.json").write_text(json.dumps({"name": "garden", "pages": pages}))
    (tmp_path / ".garden-token").write_text(f"SCRAPBOX_TOKEN={TOKEN}\n")
    files = {"index.md": "# Garden\n", "wiki/Compost.md": page("Compost", "Turn it.")}
    write(tmp_path / "docs", files)
    write(tmp_path, {"Compost.md": files["wiki/Compost.md"]})
    git(tmp_path, "init", "-q")
    for tag in ("v1.0", "v1.1", "origin/main"):
        git(tmp_path, "commit", "-q", "--allow-empty", "-m", tag)
        git(tmp_path, "add", "-A")
        git(tmp_path, "tag", tag)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for folder in ("pairs", "wiki/pairs"):
        shutil.copytree(PAIRS, tmp_path / "docs" / folder)
    for words in commands_of(guide):
        while "=" in words[0]:
            monkeypatch.setenv(*words.pop(0).replace("…", TOKEN).split("=", 1))
        _, name, *rest = [word.replace("~", str(tmp_path)) for word in words]
        if name in ("pull", "init") and rest[0] != "garden.json":
            rest[0] = wiki.project
        if name in ("pull", "init", "status"):
            rest += ["--url", wiki.url]  # the last one counts
        result = CliRunner().invoke(main, [name, *rest], obj=HASTY)
        assert result.exit_code in _DONE.get(name, {0}), (words, result.output)
