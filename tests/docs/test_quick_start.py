"""The quick start, followed to the letter: from each kind of source to a site."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from readers import build_site
from sites import Html, page
from snippets import DOCS, ROOT, Step, blocks, steps
from wiki_server import HASTY, Wiki, serving

from sphinx_scrapbox.cli import main

LABEL = "(supported-sources)=\n"
PAGES = {"Compost": ["Turn it.", "See [Leaf mould]"], "Leaf mould": ["[Compost]", "[Nowhere]"]}
EXPORTED = {"Compost": "Turn it. See [[Leaf mould]]", "Leaf mould": "[[Compost]] [[Nowhere]]"}
FILES = {"conf.py", "index.md", "requirements.txt", ".gitignore"}


@pytest.fixture(scope="module")
def sections() -> tuple[str, str]:
    """The tutorial, and its section on what other tools write."""
    text = (DOCS / "tutorials" / "quickstart.md").read_text(encoding="utf-8")
    tutorial, _, sources = text.partition(LABEL)
    return tutorial, sources


@pytest.fixture
def wiki() -> Iterator[Wiki]:
    with serving(Wiki("garden")) as wiki:
        for title, rows in PAGES.items():
            wiki.write(title, *rows)
        yield wiki


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def have_sources(here: Path) -> None:
    """What readers have before they begin."""
    pages = [
        {"title": title, "updated": 1_700_000_000, "lines": [title, *rows]}
        for title, rows in PAGES.items()
    ]
    export = {"name": "garden", "displayName": "Garden", "exported": 1_700_000_000}
    (here / "garden.json").write_text(json.dumps({**export, "pages": pages}), encoding="utf-8")


def have_markdown(folder: Path) -> None:
    folder.mkdir(parents=True)
    for title, text in EXPORTED.items():
        (folder / f"{title}.md").write_text(page(title, text), encoding="utf-8")


def run(command: str, url: str) -> str:
    match shlex.split(command):
        case ["python" | "pip", *_] | [".", _]:
            return ""  # the tests have an environment
        case ["sphinx-build", *arguments]:
            return build_site(arguments)
        case ["sphinx-scrapbox", "init" | "pull" as name, "garden", *rest]:
            arguments = [name, "garden", *rest, "--url", url]
        case ["sphinx-scrapbox", *arguments]:
            pass
        case _:
            pytest.fail(f"a command that this test does not know: {command}")
    result = CliRunner().invoke(main, arguments, obj=HASTY)
    assert result.exit_code == 0, f"{command}\n{result.output}"
    return result.output


def follow(step: Step, here: Path, url: str) -> None:
    step.write(here)
    for command in step.commands:
        run(command, url)


@pytest.mark.parametrize("tab", ["project", "export", "markdown"])
def test_from_a_source_to_a_site(
    tab: str, sections: tuple[str, str], here: Path, wiki: Wiki
) -> None:
    have_sources(here)
    if tab == "markdown":
        have_markdown(here / "docs" / "wiki")
    todo = list(steps(sections[0], tab))
    builds = [step for step in todo if any("sphinx-build" in row for row in step.commands)]
    assert len(builds) == 2
    for step in todo:
        follow(step, here, wiki.url)
        if step is builds[0]:
            # What the table says is there.
            assert {path.name for path in (here / "docs").iterdir()} == {*FILES, "_build", "wiki"}
            assert (here / "docs/wiki/scrapbox.lock").is_file() == (tab != "markdown")
    html = Html((here / "docs/_build/html/about.html").read_text(encoding="utf-8")).root
    targets = {link["href"] for link in html.all("a", "reference")}
    assert {"wiki/Compost.html", "scrapbox-pages.html"} <= targets
    start = Html((here / "docs/_build/html/index.html").read_text(encoding="utf-8")).root
    assert "about.html" in {link["href"] for link in start.all("a", "reference")}


@pytest.mark.parametrize("name", ["README.md", "README.ja.md", "example_docs/index.md"])
def test_three_commands(name: str, here: Path, wiki: Wiki) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    block = next(block for block in blocks(text) if block.name in ("sh", "console"))
    rows = [row.removeprefix("$ ") for row in block.text.splitlines()]
    assert len(rows) == 3
    for row in rows:
        run(row, wiki.url)
    assert (here / "docs/_build/html/wiki/Compost.html").is_file()


@pytest.mark.parametrize(("name", "language"), [("README.md", ""), ("README.ja.md", "ja/")])
def test_links_of_the_readme(name: str, language: str) -> None:
    """They are absolute, as PyPI shows it, too; what they name is in the repository."""
    text = (ROOT / name).read_text(encoding="utf-8")
    source = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["urls"]["Source"]
    repository = urlsplit(source).path.strip("/")
    raw = f"https://raw.githubusercontent.com/{repository}/main/"
    pages = f"https://sphinx-scrapbox.readthedocs.io/en/latest/{language}"
    assert not re.search(r"!\[[^]]*\]\((?!https://)", text)
    images = re.findall(rf"\({re.escape(raw)}([^)]+)\)", text)
    documents = re.findall(rf"\({re.escape(pages)}([^)#]+)\.html[^)]*\)", text)
    assert images
    assert documents
    for file in (*images, *(f"example_docs/{name}.md" for name in documents)):
        assert (ROOT / file).is_file(), file


def test_all_files_of_a_folder(sections: tuple[str, str], here: Path) -> None:
    """Pages without front matter, or with more fields than a title, as some tools write them."""
    folder = here / "docs" / "wiki"
    folder.mkdir(parents=True)
    (folder / "Leaf mould.md").write_text(EXPORTED["Leaf mould"], encoding="utf-8")
    front = "---\ntitle: Compost\ncreated_at: 2024-03-09\n---\n"
    (folder / "Compost_1.md").write_text(front + EXPORTED["Compost"], encoding="utf-8")
    refused = CliRunner().invoke(main, ["init", "docs/wiki"], obj=HASTY)
    assert refused.exit_code == 2
    assert "no wiki pages" in refused.output
    (command,) = set(re.findall(r"`(init docs/wiki --all)`", sections[1]))
    run(f"sphinx-scrapbox {command}", "")
    for step in steps(sections[1]):
        follow(step, here, "")
    build_site(["-W", "docs", "docs/_build"])
    html = Html((here / "docs/_build/wiki/Compost_1.html").read_text(encoding="utf-8")).root
    assert html.one("h1").text.startswith("Compost")
    addresses = {link["href"].replace("%20", " ") for link in html.all("a")}
    assert "Leaf mould.html" in addresses
    html = Html((here / "docs/_build/wiki/Leaf mould.html").read_text(encoding="utf-8")).root
    assert "https://scrapbox.io/garden/Nowhere" in {link["href"] for link in html.all("a")}
