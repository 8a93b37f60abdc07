"""``sphinx-scrapbox init``: a site that builds at once, whatever the pages come from."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml
from click.testing import Result
from commands import run_command
from folders import state
from sites import Html, Tag, page
from wiki_server import Wiki, serving

from sphinx_scrapbox.cli.init.templates import is_plain_path, python_string

FILES = {"conf.py", "index.md", "requirements.txt", ".gitignore"}
HOSTILE = [
    '"]\nimport os',
    "]] <script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "```{raw} html",
    "{raw}`<b>x</b>`",
    "{{ project }} ${{ github.token }}",
    "a\u202eb\u2028c",
    "[x](javascript:alert(3))",
    "+++",
    "# not a heading",
    "a | b",
    "`tick` \\ back",
]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The empty folder in which the commands run."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


@pytest.fixture
def wiki() -> Iterator[Wiki]:
    with serving(Wiki()) as wiki:
        wiki.write("Compost", "#public see [Leaf mould]", "Turn it once a month.")
        wiki.write("Leaf mould", "[Compost] and [Nobody]")
        wiki.write("Log: 1", " x [Compost]")
        yield wiki


def init(*args: object, input: str | None = None) -> Result:
    return run_command("init", *args, input=input)


def succeed(*args: object) -> str:
    return run_command("init", *args, code=0).output


def fail(*args: object) -> str:
    return run_command("init", *args, code=2).stderr


def build(site: Path) -> Tag:
    """The start page of a site, built in a process of its own with warnings as errors."""
    out = site / "_build" / "html"
    command = [sys.executable, "-m", "sphinx", "-W", "-q", str(site), str(out)]
    built = subprocess.run(command, capture_output=True, text=True)
    assert (built.returncode, built.stderr) == (0, "")
    root = "start" if (site / "start.md").exists() else "index"
    return Html((out / f"{root}.html").read_text(encoding="utf-8")).root


def links(html: Tag) -> set[str]:
    return {unquote(tag.attributes.get("href", "")) for tag in html.all("a")}


def export(path: Path, titles: dict[str, list[str]], name: str = "garden") -> Path:
    pages = [
        {"title": title, "updated": 1_700_000_000, "lines": [title, *rows]}
        for title, rows in titles.items()
    ]
    value = {"name": name, "displayName": name, "exported": 1_700_000_000, "pages": pages}
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# -- three kinds of source -------------------------------------------------------------


def test_project(wiki: Wiki, here: Path) -> None:
    output = succeed(f"{wiki.url}/{wiki.project}/Compost", "--daily-pull", "--github-pages")
    assert names(here / "docs") == {*FILES, "wiki"}
    assert "sphinx-build -W docs docs/_build/html" in output
    assert f"sphinx-scrapbox pull garden docs/wiki --url {wiki.url}" in output
    expected = {"wiki/Compost.html", "wiki/Leaf mould.html", "wiki/Log- 1.html"}
    assert expected <= links(build(here / "docs"))
    workflow = yaml.safe_load((here / ".github/workflows/wiki.yml").read_text(encoding="utf-8"))
    steps = [step.get("run", "").strip() for step in workflow["jobs"]["pull"]["steps"]]
    assert f"sphinx-scrapbox pull garden docs/wiki --url {wiki.url}" in steps
    pages = yaml.safe_load((here / ".github/workflows/pages.yml").read_text(encoding="utf-8"))
    assert '"docs" _build/site' in str(pages)


def test_export_in_japanese(here: Path) -> None:
    titles = {
        "種まき": ["春にトマトの種をまく", "[水やり]"],
        "水やり": ["朝に水をやるとよい"],
    }
    output = succeed(export(here / "garden.json", titles), "--read-the-docs")
    assert "docs/wiki: pages of the wiki garden, because 2 of 2 pages name it" in output
    assert "language: ja" in output
    html = build(here / "docs")
    assert html.one("html")["lang"] == "ja"
    assert "はじめに読むページ" in html.text
    settings = yaml.safe_load((here / ".readthedocs.yaml").read_text(encoding="utf-8"))
    assert settings["sphinx"]["configuration"] == "docs/conf.py"


def test_folder_of_exported_markdown(here: Path) -> None:
    wiki = here / "notes" / "wiki"
    wiki.mkdir(parents=True)
    (wiki / "Compost.md").write_text(page("Compost", "See [[Rain]]."), encoding="utf-8")
    (wiki / "Rain.md").write_text(page("Rain", "Wet."), encoding="utf-8")
    (here / "notes" / "old.md").write_text("# Old\n", encoding="utf-8")
    before = state(wiki)
    output = succeed("notes", "--theme", "alabaster")
    assert "notes/wiki: pages of the wiki garden-en, because" in output
    assert state(wiki) == before
    assert links(build(here / "notes")) >= {"wiki/Compost.html", "wiki/Rain.html"}
    assert not (here / "notes/_build/html/old.html").exists()


def test_folder_elsewhere_is_copied(here: Path, tmp_path: Path) -> None:
    away = tmp_path / "away"
    away.mkdir()
    (away / "Compost.md").write_text(page("Compost"), encoding="utf-8")
    succeed(away)
    assert state(here / "docs" / "wiki") == state(away)
    (here / "docs" / "conf.py").unlink()
    assert "already contains files" in fail(away)


def test_pages_in_the_current_folder(here: Path) -> None:
    (here / "index.md").write_text(page("index", "A page of the wiki."), encoding="utf-8")
    (here / "Compost.md").write_text(page("Compost", "[[index]]"), encoding="utf-8")
    succeed()
    assert links(build(here)) >= {"Compost.html", "index.html"}


def test_folders_of_wikis_beside_hand_written_pages(here: Path) -> None:
    for folder, title in {"en": "Compost", "ja": "堆肥"}.items():
        (here / "docs" / folder).mkdir(parents=True)
        (here / "docs" / folder / f"{title}.md").write_text(page(title), encoding="utf-8")
    (here / "docs" / "README.md").write_text("# [[Read me]]\n", encoding="utf-8")
    output = succeed("docs")
    assert "README" not in output
    assert 'scrapbox_pages = ["en/**", "ja/**"]' in (here / "docs/conf.py").read_text("utf-8")
    assert [path.name for path in here.iterdir()] == ["docs"]
    about = "# About\n\n{abbr}`AI (artificial)`\n"
    (here / "docs" / "about.md").write_text(about, encoding="utf-8")
    with (here / "docs" / "index.md").open("a", encoding="utf-8") as start:
        start.write("\n```{toctree}\nabout\n```\n")
    assert links(build(here / "docs")) >= {"en/Compost.html", "ja/堆肥.html", "about.html"}
    assert "<abbr" in (here / "docs/_build/html/about.html").read_text("utf-8")


@pytest.mark.parametrize("is_here", [True, False])
def test_names_that_hosts_refuse(here: Path, tmp_path: Path, is_here: bool) -> None:
    wiki = (here if is_here else tmp_path) / "notes" / "wiki"
    wiki.mkdir(parents=True)
    for title, text in {"Why not?": "See [[C#]].", "C#": "A note.", "Rain": "Wet."}.items():
        (wiki / f"{title}.md").write_text(page(title, text), encoding="utf-8")
    source = wiki.parent
    dry = init(source, "--dry-run")
    assert ("the names of 2 of these files; to rename them" in dry.stderr) is is_here
    assert "renamed 2 of 3 pages" in succeed(source, "--rename")
    site = here / ("notes" if is_here else "docs")
    assert names(site / "wiki") == {"Why not-.md", "C-.md", "Rain.md"}
    assert is_here or "Why not?.md" in names(wiki)
    assert "wiki/Why not-.html" in links(build(site))


# -- what others wrote -----------------------------------------------------------------


def test_hostile_titles(here: Path) -> None:
    titles = {title: [f"[{other}]" for other in HOSTILE] for title in HOSTILE}
    project = '""")\nimport os; os.system("touch owned") #'
    succeed(export(here / "x.json", titles, name=project))
    tree = ast.parse((here / "docs" / "conf.py").read_text(encoding="utf-8"))
    assert all(isinstance(node, ast.Assign) for node in tree.body)
    assert not any(isinstance(node, ast.Call | ast.Attribute) for node in ast.walk(tree))
    html = build(here / "docs")
    assert not any("alert" in tag.text for tag in html.all("script"))
    assert not any("onerror" in tag.attributes for tag in html.all("img"))
    assert not any(link.startswith("javascript") for link in links(html))
    assert "owned" not in names(here)


@pytest.mark.parametrize("text", ["a\"b\\'c", "\n#", "\ud800\x85\u2028", "'''\"\"\""])
def test_strings_of_python(text: str) -> None:
    literal = python_string(text)
    assert len(literal.splitlines()) == 1
    assert isinstance(ast.literal_eval(literal), str)


@pytest.mark.parametrize("name", ['a"b', "${{ x }}", "$(x)", "a\nb", "-x", "a;b", "a`b", "a: b"])
def test_names_that_no_workflow_can_hold(name: str) -> None:
    assert not is_plain_path(name)


def test_workflow_of_a_hostile_project(here: Path) -> None:
    assert "cannot be part of a workflow" in fail("${{ x }}", "--daily-pull")
    assert names(here) == set()


def test_workflow_of_a_private_project(
    wiki: Wiki, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wiki.public, wiki.token = False, ("x-personal-access-token", "a-secret-token")
    monkeypatch.setenv("SCRAPBOX_TOKEN", "a-secret-token")
    options = ("--tag", "public", "--private", "--daily-pull", "--github-pages")
    assert "note: the pages are private" in succeed(f"{wiki.url}/garden", *options)
    workflow = yaml.safe_load((here / ".github/workflows/wiki.yml").read_text(encoding="utf-8"))
    steps = workflow["jobs"]["pull"]["steps"]
    (pull,) = (step for step in steps if "pull garden" in step.get("run", ""))
    assert pull["run"].strip().endswith(f"--url {wiki.url} --private --tag public")
    assert pull["env"] == {"SCRAPBOX_TOKEN": "${{ secrets.SCRAPBOX_TOKEN }}"}
    assert not any(b"a-secret-token" in data for data in state(here).values())


# -- what exists -----------------------------------------------------------------------


def test_files_that_exist_are_kept(here: Path) -> None:
    (here / "docs").mkdir()
    (here / "docs" / "index.md").write_text("# Mine\n\n[[Compost]]\n", encoding="utf-8")
    output = succeed(export(here / "x.json", {"Compost": []}))
    assert "kept     docs/index.md, which exists" in output
    assert (here / "docs" / "index.md").read_text(encoding="utf-8").startswith("# Mine")
    build(here / "docs")
    before = state(here)
    output = succeed("x.json")
    update = "To update the pages: sphinx-scrapbox unpack EXPORT.json docs/wiki\n"
    assert f"docs/conf.py needs no change\n{update}" in output
    assert state(here) == before
    succeed("x.json", "--github-pages")
    before = state(here)
    kept = "kept     .github/workflows/pages.yml, which exists"
    assert f"{kept}\n" in succeed("x.json", "--github-pages")
    output = succeed("x.json", "--github-pages", "--versions")
    assert f"{kept}: delete it first to get a new one" in output
    assert state(here) == before


def test_dry_run(wiki: Wiki, here: Path) -> None:
    output = succeed(f"{wiki.url}/garden", "--dry-run", "--read-the-docs")
    assert f"would pull the pages of {wiki.url}/garden into docs/wiki" in output
    assert "would write docs/conf.py" in output
    assert "would write" in output
    assert names(here) == set()
    assert wiki.asked == []


def test_sphinx_project(here: Path) -> None:
    (here / "docs").mkdir()
    conf = here / "docs" / "conf.py"
    conf.write_text('project = "Manual"\nextensions = ["myst_parser"]', encoding="utf-8")
    (here / "docs" / "index.md").write_text("# Manual\n\n[[Compost]]\n", encoding="utf-8")
    export(here / "x.json", {"Compost": []})
    before = state(here)
    output = succeed("x.json")
    line = 'extensions = [*extensions, "sphinx_scrapbox"]'
    assert f"Add to docs/conf.py:\n    {line}\n" in output
    assert "With --add, init would add this, and unpack x.json into docs/wiki" in output
    assert state(here) == before
    assert f"added to docs/conf.py:\n    {line}\n" in succeed("x.json", "--add")
    assert conf.read_text(encoding="utf-8").endswith(f"\n{line}\n")
    assert "wiki/Compost.html" in links(build(here / "docs"))
    note = "note: docs/requirements.txt does not exist, but these files install packages from it"
    assert note in succeed("x.json", "--read-the-docs")
    (here / "docs" / "requirements.txt").touch()
    assert note not in succeed("x.json", "--read-the-docs")


def test_all_files_are_pages(here: Path) -> None:
    (here / "docs" / "wiki").mkdir(parents=True)
    (here / "docs" / "wiki" / "Leaf mould.md").write_text("[[Rot]]\n", encoding="utf-8")
    (here / "docs" / "wiki" / "Rot.md").write_bytes(b"- all of it \xff\n")
    assert "2 Markdown files look hand-written. Give" in fail("docs/wiki")
    assert "--all needs a folder" in fail("garden", "--all")
    (here / "docs" / "wiki" / "Why?.md").touch()
    output = succeed("docs/wiki", "--all")
    assert "run sphinx-scrapbox rename docs/wiki --all\n" in output
    assert "note: docs/wiki/Rot.md is not UTF-8, so Sphinx cannot read it" in output
    assert "scrapbox_project" not in (here / "docs" / "conf.py").read_text(encoding="utf-8")
    (here / "docs" / "wiki" / "Rot.md").write_text("- all of it\n", encoding="utf-8")
    assert {"wiki/Leaf mould.html", "wiki/Rot.html"} <= links(build(here / "docs"))


def test_links_of_the_start_page_to_missing_pages(here: Path) -> None:
    succeed(export(here / "x.json", {"Compost": []}))
    with (here / "docs" / "index.md").open("a", encoding="utf-8") as index:
        index.write("\n{scrapbox:tag}`beans`\n")
    assert "https://scrapbox.io/garden/beans" in links(build(here / "docs"))


def test_sources_that_are_none(here: Path, wiki: Wiki) -> None:
    (here / "conf.txt").write_text("x", encoding="utf-8")
    assert "not a readable project export" in fail("conf.txt")
    assert "under Page Data" in fail("conf.txt")
    for missing in ("garden.json", "docs/wki", "~x", ".\\x"):
        assert f"there is no file or folder {missing}" in fail(missing)
    (here / "A.md").write_text("A", encoding="utf-8")
    assert "A.md is a single page: give its folder, ." in fail("A.md")
    (here / "A.md").unlink()
    assert "contains no wiki pages" in fail(here)
    assert "PROJECT" in fail(export(here / "x.json", {"A": []}), "--daily-pull")
    wiki.public = False
    fail(f"{wiki.url}/garden")
    assert not (here / "docs").exists()
