"""The guide to a versioned site, followed to the letter, and what comes of it.

A repository is made with the files and the commands that stand on the page, against a wiki on the
loopback that changes in between. Then its tags are built side by side, and as Read the Docs does.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
import read_the_docs
from packaging.requirements import Requirement
from read_the_docs import ReadTheDocs, load_settings, plain_environment, run, run_offline
from sites import ROOT, Html, Tag, broken_links
from snippets import DOCS, blocks, steps
from wiki_server import Wiki, serving

GUIDE = DOCS / "tutorials" / "versioned-site.md"
PROJECT = "garden"  # as the guide calls it
FIRST, SECOND = 1_700_000_000, 1_710_000_000  # 2023-11-14 and 2024-03-09

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed"),
    pytest.mark.skipif(find_spec("furo") is None, reason="furo, the guide's theme, is not there"),
]

CURRENT = "https://example.org/handbook/main/"  # as the guide calls it


@dataclass
class Reader:
    """Somebody who does what the guide says."""

    folder: Path
    wiki: Wiki
    origin: Path
    pulls: int = 0
    said: dict[str, str] = field(default_factory=dict)

    def follow(self, page: Path) -> None:
        for step in steps(page.read_text(encoding="utf-8")):
            step.write(self.folder)
            for command in step.commands:
                self.said[command] = self.give(shlex.split(command))

    def give(self, command: list[str]) -> str:
        match command:
            case ["cd", folder]:
                self.folder /= folder
            case ["python", "-m", "venv", _] | [".", _] | ["python", "-m", "pip", "install", *_]:
                pass  # the tests have an environment; what shall be installed is looked at below
            case ["sphinx-polyversion", *arguments]:
                if find_spec("sphinx_polyversion") is not None:
                    return self.build_versions(["python", "-m", "sphinx_polyversion", *arguments])
            case ["sphinx-scrapbox", "pull", *_]:
                self.pulls += 1
                if self.pulls == 2:
                    time_goes_by(self.wiki)
                return self.run([*command, "--url", self.wiki.url])
            case ["git", "remote", "add", "origin", address]:
                assert urlsplit(address).hostname
                init = ["git", "init", "-q", "--bare", "--initial-branch", "main"]
                run([*init, str(self.origin)], self.folder, self.env)
                return self.run([*command[:-1], self.origin.as_uri()])
            case ["git" | "sphinx-build" | "sphinx-scrapbox", *_]:
                return self.run(command)
            case _:
                pytest.fail(f"the guide has a command that this test does not know: {command}")
        return ""

    def build_versions(self, command: list[str]) -> str:
        """Run sphinx-polyversion, again if git refused a worktree.

        It adds and removes worktrees at the same time, and git removes their folder with the last.
        """
        for _ in range(4):
            try:
                return self.run(command)
            except AssertionError as error:
                if "git worktree add" not in str(error):
                    raise
        return self.run(command)

    @property
    def env(self) -> dict[str, str]:
        return plain_environment(self.origin.parent)

    def run(self, command: list[str]) -> str:
        return run(command, self.folder, self.env)


def time_goes_by(wiki: Wiki) -> None:
    wiki.clock = SECOND
    wiki.write("Compost", "Turn it twice a week.", "Under it goes [Leaf compost].")
    old = wiki.find("Leaf mould")
    assert old
    wiki.write("Leaf compost", "Leaves, and a year.", id=old.id)
    wiki.delete("Old shed")
    wiki.write("Rain barrels", "Two of them, see [Compost].", "Once there was [Leaf mould].")


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with serving(Wiki(PROJECT, clock=FIRST)) as wiki:
        wiki.write("Compost", "Turn it once a week.", "Under it goes [Leaf mould].", "[Nowhere]")
        wiki.write("Leaf mould", "Leaves, and a year.")
        wiki.write("Old shed", "Where [Compost] began.")
        folder = tmp_path_factory.mktemp("guide")
        reader = Reader(folder, wiki, folder / "origin.git")
        reader.follow(GUIDE)
        yield reader


def page_of(folder: Path, name: str) -> Tag:
    return Html((folder / f"{name}.html").read_text(encoding="utf-8")).root


def line_of(page: Tag) -> str:
    return page.one("p", "scrapbox-provenance").text


def canonical(page: Tag) -> list[str]:
    return [tag["href"] for tag in page.all("link", rel="canonical")]


def is_listed(page: Tag) -> bool:
    return not any(tag.attributes.get("name") == "robots" for tag in page.all("meta"))


def live(wiki: Wiki, title: str) -> str:
    return f"{wiki.url}/{PROJECT}/{title}"


# -- the guide -------------------------------------------------------------------------


def test_what_the_commands_say(reader: Reader) -> None:
    assert reader.pulls == 2
    told = reader.said["sphinx-scrapbox diff HEAD docs/wiki"]
    for title in ("Compost", "Leaf compost", "Old shed", "Rain barrels"):
        assert title in told
    log = reader.run(["git", "log", "--format=%D %s"])
    assert "tag: v1.1" in log
    assert "tag: v1.0" in log
    assert reader.run(["git", "status", "--porcelain"]) == "?? docs/poly.py\n"
    assert not any("_build" in name for name in reader.run(["git", "ls-files"]).splitlines())


def test_local_build(reader: Reader) -> None:
    out = reader.folder / "docs/_build/html"
    assert "Turn it twice a week." in page_of(out, "wiki/Compost").text  # built once more
    assert "Old shed" in page_of(out, "changes").text
    assert broken_links(out) == []


def test_requirements_hold_for_what_is_installed(reader: Reader) -> None:
    wanted = (reader.folder / "docs/requirements.txt").read_text().split()
    for requirement in map(Requirement, wanted):
        try:
            assert requirement.specifier.contains(version(requirement.name), prereleases=True)
        except PackageNotFoundError:
            pytest.fail(f"{requirement.name} is not installed: add it to the group of the tests")


# -- side by side ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def versions(reader: Reader) -> Path:
    if find_spec("sphinx_polyversion") is None:
        pytest.skip("sphinx-polyversion is not installed")
    return reader.folder / "docs/_build/versions"


def test_each_version_shows_its_own_wiki(versions: Path, reader: Reader) -> None:
    assert {path.name for path in versions.iterdir() if path.is_dir()} == {"main", "v1.0", "v1.1"}
    first, second = versions / "v1.0", versions / "v1.1"
    assert "Turn it once a week." in page_of(first, "wiki/Compost").text
    assert "Turn it twice a week." in page_of(second, "wiki/Compost").text
    assert page_of(first, "wiki/Leaf mould").one("h1").text.startswith("Leaf mould")
    assert page_of(second, "wiki/Leaf mould").one("h1").text.startswith("Leaf compost")
    assert (first / "wiki/Old shed.html").is_file()
    assert not (second / "wiki/Old shed.html").exists()
    assert not (first / "wiki/Rain barrels.html").exists()
    assert (second / "wiki/Rain barrels.html").is_file()
    for folder in (first, second):
        assert broken_links(folder) == []


def test_each_version_tells_its_own_date(versions: Path, reader: Reader) -> None:
    for name, date in (("v1.0", "Nov 14, 2023"), ("v1.1", "Mar 09, 2024")):
        folder = versions / name
        told = page_of(folder, "index").one("p", "scrapbox-snapshot")
        assert told.text == f"From the wiki {PROJECT}, as of {date}: 3 pages."
        assert told.one("a")["href"] == f"{reader.wiki.url}/{PROJECT}"
        page = page_of(folder, "wiki/Compost")
        assert line_of(page) == f"As of {date} · Live page"
        line = page.one("p", "scrapbox-provenance")
        assert line.one("a")["href"] == live(reader.wiki, "Compost")


def changes_of(page: Tag) -> list[str]:
    """The pages in the list of changes, without their lines."""
    (article,) = page.all("article") or page.all("div", role="main")
    return [
        item.one("p").text if len(item.all("p")) == 1 else item.all("p")[0].text
        for item in article.all("li")
    ]


def test_versions_tell_what_changed(versions: Path) -> None:
    """Tags are found in the repository; the folders of the builds have none."""
    assert not (versions / "v1.0/changes.html").exists()
    for name in ("v1.1", "main"):
        page = page_of(versions / name, "changes")
        assert changes_of(page) == [
            "Rain barrels",
            "Compost — 1 removed, 2 edited",
            "Leaf compost (earlier: Leaf mould)",
            "Old shed",
        ]


@pytest.mark.parametrize(("name", "canonical"), [("v1.0", "noindex"), ("main", "self")])
def test_name_of_a_version(
    name: str, canonical: str, versions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lines for ``conf.py`` get it from what sphinx-polyversion passes on."""
    from sphinx_polyversion.git import GitRef, GitRefType
    from sphinx_polyversion.json import GLOBAL_ENCODER

    text = GUIDE.read_text(encoding="utf-8")
    (lines,) = (block.text for block in blocks(text) if block.name == "python")
    ref = GitRef(name, "0" * 40, f"refs/x/{name}", GitRefType.TAG, datetime.now(UTC))
    monkeypatch.setenv("POLYVERSION_DATA", GLOBAL_ENCODER.encode({"current": ref}))
    conf = {"os": os, "scrapbox_canonical": "self"}
    exec(lines, conf)
    assert (conf["release"], conf["scrapbox_canonical"]) == (name, canonical)


def test_versions_name_the_current_one(versions: Path) -> None:
    for name in ("v1.0", "v1.1", "main"):
        for page in ("index", "wiki/Compost", "scrapbox-pages"):
            assert canonical(page_of(versions / name, page)) == [f"{CURRENT}{page}.html"]


def test_links_and_previews_stay_inside_a_version(versions: Path) -> None:
    def links(name: str, page: str) -> set[str]:
        body = page_of(versions / name, page)
        return {tag["href"] for tag in body.all("a", "internal") if "Leaf" in tag["href"]}

    assert links("v1.0", "wiki/Compost") == {quote("Leaf mould.html")}
    assert links("v1.1", "wiki/Compost") == {quote("Leaf mould.html")}  # a page keeps its file
    # The title that it had is still a name of it.
    assert links("v1.1", "wiki/Rain barrels") == {quote("Leaf mould.html")}
    shown = {
        name: "".join(
            path.read_text(encoding="utf-8")
            for path in (versions / name / "_static/sphinx_scrapbox/previews").glob("*.json")
        )
        for name in ("v1.0", "v1.1")
    }
    assert "Turn it once a week." in shown["v1.0"]
    assert "Turn it twice a week." not in shown["v1.0"]
    assert "Turn it twice a week." in shown["v1.1"]
    assert "Old shed" in shown["v1.0"]
    assert "Old shed" not in shown["v1.1"]


# -- Read the Docs ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(reader: Reader) -> ReadTheDocs:
    return ReadTheDocs(reader.origin.as_uri(), reader.origin.parent / "read-the-docs")


@pytest.fixture(scope="module")
def published(site: ReadTheDocs) -> dict[str, Path]:
    """The output of each version: an old tag, the newest, and the branch."""
    return {
        "v1.0": site.build("v1.0", "v1.0", "tag"),
        "stable": site.build("stable", "v1.1", "tag"),
        "latest": site.build("latest", "main", "branch"),
    }


@pytest.mark.parametrize("by_name_space", [True, False])
def test_there_is_no_network(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_name_space: bool
) -> None:
    """Else nothing below would show that a build had asked the wiki."""
    if not by_name_space:
        monkeypatch.setattr(read_the_docs, "_can_unshare", lambda: False)
    port = urlsplit(reader.wiki.url).port
    ask = f"import socket; socket.create_connection(('127.0.0.1', {port}), 2)"
    command, env = ["python", "-c", ask], plain_environment(tmp_path)
    run(command, tmp_path, env)
    with pytest.raises(AssertionError, match="OSError"):
        run_offline(command, tmp_path, env, tmp_path)


def test_published_versions(published: dict[str, Path], reader: Reader, site: ReadTheDocs) -> None:
    texts = {"v1.0": "once", "stable": "twice", "latest": "twice"}
    dates = {"v1.0": "Nov 14, 2023", "stable": "Mar 09, 2024", "latest": "Mar 09, 2024"}
    for name, output in published.items():
        page = page_of(output / "html", "wiki/Compost")
        assert f"Turn it {texts[name]} a week." in page.text
        assert line_of(page) == f"As of {dates[name]} · Live page"
        assert name in page.one("head").one("title").text
        assert broken_links(output / "html") == []
        own = f"{site.address(name)}wiki/Compost.html"
        assert canonical(page) == ([] if name == "v1.0" else [own])
        assert is_listed(page) == (name != "v1.0")
        if name != "v1.0":
            assert "Rain barrels" in changes_of(page_of(output / "html", "changes"))
        assert is_listed(page_of(output / "html", "scrapbox-pages")) == (name != "v1.0")
        start = page_of(output / "html", "index")
        assert canonical(start) == [f"{site.address(name)}index.html"]
        assert is_listed(start)


def test_published_formats(published: dict[str, Path]) -> None:
    for output in published.values():
        assert {path.name for path in output.iterdir()} == {"html", "htmlzip", "epub", "pdf"}
        assert (output / "htmlzip/index.html").is_file()
        assert len(list((output / "epub").glob("*.epub"))) == 1
        assert len(list((output / "pdf").glob("*.tex"))) == 1
    book = (published["v1.0"] / "epub/wiki/Compost.xhtml").read_text(encoding="utf-8")
    assert "As of" in book
    assert "Turn it once a week." in book


def _can_print() -> bool:
    """Whether there is a TeX with what Sphinx asks of it for XeLaTeX."""
    if any(shutil.which(tool) is None for tool in ("latexmk", "xelatex", "kpsewhich")):
        return False
    font = subprocess.run(["kpsewhich", "FreeSerif.otf"], capture_output=True, check=False)
    return font.returncode == 0


@pytest.mark.skipif(not _can_print(), reason="no latexmk, xelatex or GNU FreeFont")
def test_pdf(published: dict[str, Path], site: ReadTheDocs) -> None:
    folder = published["stable"] / "pdf"
    command = ["latexmk", "-r", "latexmkrc", "-pdfxe", "-f", "-dvi-", "-ps-"]
    command += [f"-jobname={site.slug}", "-interaction=nonstopmode"]
    run_offline(command, folder, plain_environment(site.home), site.home)
    assert (folder / f"{site.slug}.pdf").stat().st_size > 1000
    log = (folder / f"{site.slug}.log").read_text(encoding="utf-8", errors="replace")
    assert not re.findall(r"^!.*", log, re.M)


# -- this project itself ---------------------------------------------------------------


@pytest.mark.skipif(
    not (ROOT / ".readthedocs.yaml").is_file(), reason="not part of a source distribution"
)
def test_settings_of_this_project() -> None:
    settings = load_settings(ROOT)
    install = settings["build"]["jobs"]["install"]
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    named = re.findall(r"--group (\S+)", " ".join(install))
    assert named
    assert set(named) <= groups.keys()
    assert settings["sphinx"]["fail_on_warning"] is True
