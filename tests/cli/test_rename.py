"""``sphinx-scrapbox rename``: safe names for files, with the same pages under the same titles."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from commands import run_command
from repositories import commit, git, lock, needs_git, write
from sites import Site, broken_links, page

from sphinx_scrapbox.cli.rename import rename_pages
from sphinx_scrapbox.formats.front_matter import read_front_matter
from sphinx_scrapbox.snapshot.filenames import Host, file_key, refusals
from sphinx_scrapbox.snapshot.folder import page_files
from sphinx_scrapbox.snapshot.git import Repository
from sphinx_scrapbox.snapshot.lockfile import load_lock

LONG = "長" * 60
PAGES = {
    "Why not?.md": page("Why not?", "See [[C#]] and [[10:15]]."),
    "C#.md": page("C#", "A note."),
    "10:15.md": page("10:15", "Tea, then [[Why not?]]."),
    "Leaf.md": page("Leaf"),
    "leaf.md": page("Leaf litter"),
    "nul.md": page("nul"),
    "the end.md": page("the end"),
    "the end..md": page("the end."),
    "種まき.md": page("種まき"),
    f"{LONG}.md": page(LONG),
    'sub/"a" or "b".md': page('"a" or "b"'),
}


def rename(*arguments: object) -> Result:
    return run_command("rename", *arguments)


def renamed(*arguments: object) -> str:
    return run_command("rename", *arguments, code=0).output


def names(folder: Path) -> set[str]:
    return set(page_files(folder))


def titles(folder: Path) -> list[str]:
    texts = [(folder / name).read_text(encoding="utf-8") for name in page_files(folder)]
    return sorted(read_front_matter(text.split("\n")).title for text in texts)


def redirects(folder: Path) -> dict[str, str]:
    text = (folder / "scrapbox-redirects.json").read_text(encoding="utf-8")
    moves: dict[str, str] = json.loads(text)["redirects"]
    return moves


def test_all_names_are_safe_afterwards(tmp_path: Path) -> None:
    write(tmp_path, PAGES)
    before = titles(tmp_path)
    dry = renamed(tmp_path, "--dry-run")
    assert names(tmp_path) == set(PAGES)
    assert "Why not?.md -> Why not-.md  (Netlify allows no ? in a name; " in dry
    assert "would rename 8 of 11 pages" in dry
    assert "renamed 8 of 11 pages\n" in renamed(tmp_path)
    now = names(tmp_path)
    assert {"Why not-.md", "C-.md", "10-15.md", "_nul.md", "種まき.md", "the end.md"} <= now
    assert all(not refusals(part) for name in now for part in Path(name).with_suffix("").parts)
    assert all(len(Path(name).name.encode()) <= 120 for name in now)
    assert len({file_key(name) for name in now}) == len(PAGES)
    assert titles(tmp_path) == before
    assert redirects(tmp_path)["Why not?"] == "Why not-"
    assert redirects(tmp_path)['sub/"a" or "b"'] == "sub/-a- or -b-"
    assert "all 11 pages have safe names" in renamed(tmp_path)


def test_for_one_host(tmp_path: Path) -> None:
    write(tmp_path, PAGES)
    renamed(tmp_path, "--for", "netlify")
    assert {"C-.md", "Why not-.md", "10:15.md", "nul.md"} <= names(tmp_path)


def test_the_site_is_the_same(tmp_path: Path) -> None:
    site = Site(tmp_path / "docs", {f"wiki/{name}": text for name, text in PAGES.items()})
    site.write({"index.md": "# Index\n\n[[Why not?]] [[C#]] [[10:15]] [[Leaf litter]]\n"})
    before = site.build(target="_before")
    renamed(tmp_path / "docs" / "wiki")
    after = site.build(target="_after")
    assert before.warnings == after.warnings
    assert broken_links(after.out) == []
    for old, new in redirects(tmp_path / "docs" / "wiki").items():
        facts = before.facts(f"wiki/{old}"), after.facts(f"wiki/{new}")
        assert facts[0].is_page
        assert len({(one.title, one.is_page, one.project) for one in facts}) == 1


@needs_git
def test_git(tmp_path: Path) -> None:
    write(tmp_path, {"wiki/Why not?.md": PAGES["Why not?.md"], "wiki/C#.md": PAGES["C#.md"]})
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "wiki/Why not?.md")
    git(tmp_path, "commit", "-qm", "x")
    (tmp_path / "wiki" / "Why not?.md").write_text(page("Why not?", "Edited."), encoding="utf-8")
    assert "renamed 2 of 2 pages, 1 of them in the index of git" in renamed(tmp_path / "wiki")
    assert git(tmp_path, "status", "--short", "-z").split("\0")[:3] == [
        "RM wiki/Why not-.md",  # renamed, and the edit is not staged
        "wiki/Why not?.md",
        "?? wiki/C-.md",
    ]


@needs_git
def test_file_in_conflict(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, {"a?.md": page("a?", "one")})
    commit(tmp_path, "one")
    git(tmp_path, "checkout", "-qb", "other")
    write(tmp_path, {"a?.md": page("a?", "two")})
    commit(tmp_path, "two")
    git(tmp_path, "checkout", "-q", "one")
    write(tmp_path, {"a?.md": page("a?", "three")})
    commit(tmp_path, "three")
    with pytest.raises(Exception, match="git"):
        git(tmp_path, "merge", "-q", "other")
    result = rename(tmp_path)
    assert result.exit_code == 2
    assert "a?.md is in a merge conflict: resolve it first" in result.stderr
    assert names(tmp_path) == {"a?.md"}


def test_pages_of_a_lock(tmp_path: Path) -> None:
    files = {"C#.scrapbox": "C#\nA note.\n", "Rain.scrapbox": "Rain\n[C#]\n"}
    write(tmp_path, {**files, "scrapbox.lock": lock(files)})
    renamed(tmp_path)
    rows = load_lock((tmp_path / "scrapbox.lock").read_bytes()).by_file
    assert set(rows) == {"C-.scrapbox", "Rain.scrapbox"}
    assert rows["C-.scrapbox"].title == "C#"
    assert rows["C-.scrapbox"].matches((tmp_path / "C-.scrapbox").read_text(encoding="utf-8"))
    assert redirects(tmp_path) == {"C#": "C-"}


class Stopped(BaseException):
    """A run that was killed."""


@needs_git
def test_interrupted_run_is_completed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    native = {"C#.scrapbox": "C#\nA note.\n", "Rain.scrapbox": "Rain\n[C#]\n"}
    pages = {"Why?.md": page("Why?"), "Bare?.md": "Wet.\n", "a:b.md": page("a:b")}
    files = {f"wiki/{name}": text for name, text in pages.items()}
    files |= {f"wiki/sub/{name}": text for name, text in native.items()}
    files |= {"conf.py": "", "wiki/sub/scrapbox.lock": lock(native)}

    def state(stop: int) -> dict[str, bytes] | None:
        """All files and the index of git after a run that is stopped, and a second one."""
        folder = tmp_path / str(stop)
        write(folder, files)
        git(folder, "init", "-q")
        git(folder, "add", "-A")
        steps = count()
        with monkeypatch.context() as patch:
            for owner, name in (
                (Path, "rename"),
                (Path, "replace"),
                (Repository, "rename_in_index"),
            ):
                patch.setattr(owner, name, stopping(getattr(owner, name), steps, stop))
            try:
                rename_pages(folder / "wiki", tuple(Host), every=True)
            except Stopped:
                patch.undo()
                rename_pages(folder / "wiki", tuple(Host), every=True)
            else:
                if next(steps) <= stop != -1:
                    return None
        paths = (path for path in folder.rglob("*") if ".git" not in path.parts)
        found = {
            str(path.relative_to(folder)): path.read_bytes() for path in paths if path.is_file()
        }
        return found | {"index": git(folder, "ls-files", "-s").encode()}

    expected = state(-1)
    assert expected
    for stop in range(20):
        result = state(stop)
        if result is None:
            assert stop == 8  # the index, three files that are written, and four that are moved
            break
        assert result == expected


def stopping(function: Callable[..., Any], steps: Iterator[int], stop: int) -> Callable[..., Any]:
    def call(*args: Any, **options: Any) -> Any:
        if next(steps) == stop:
            raise Stopped
        return function(*args, **options)

    return call


def test_pages_with_no_title_but_the_name_of_the_file(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "Rain?.md": "Wet.\n\nTwice.\n",
            'A "b"?.md': "---\nlang: en\n---\nWet.",
            "Crlf?.md": "Wet.\r\nCold.\r\n",
            "Sun?.scrapbox": "\nHot\n",
        },
    )
    output = renamed(tmp_path, "--all")
    assert "Sun?.scrapbox keeps its name: it has no title but the name of its file" in output
    texts = {name: (tmp_path / name).read_bytes().decode() for name in names(tmp_path)}
    assert texts["Rain-.md"] == '---\ntitle: "Rain?"\n---\n\nWet.\n\nTwice.\n'
    assert texts["A -b--.md"] == "---\ntitle: 'A \"b\"?'\nlang: en\n---\nWet."
    assert texts["Crlf-.md"] == '---\r\ntitle: "Crlf?"\r\n---\r\n\r\nWet.\r\nCold.\r\n'


def test_what_is_left_to_do_by_hand(tmp_path: Path) -> None:
    site = {
        "conf.py": 'latex_appendices = ["wiki/C#"]\n',
        "index.md": "# Index\n\n```{toctree}\nwiki/Why not?\n```\n\n[x](<wiki/C#.md>)\n",
        "wiki/about?.md": "# By hand\n\n[](10%3A15.md)\n",
        "wiki/a?/Rain.md": page("Rain"),
    }
    write(tmp_path, site | {f"wiki/{name}": text for name, text in PAGES.items()})
    output = renamed(tmp_path / "wiki")
    for note in (
        "conf.py:1 still names C#.md",
        "index.md:4 still names Why not?.md",
        "index.md:7 still names C#.md",
        "about?.md:3 still names 10:15.md",
        "note: about?.md keeps its name, as it is not recognised as a page",
        "note: rename the folder a? by hand: Netlify allows no ? in a name",
    ):
        assert note in output


def test_renaming_again(tmp_path: Path) -> None:
    write(tmp_path, {"a?.md": page("a?"), "b.md": page("b")})
    known = {"old": "a?", "b": "c", "x": "y"}
    text = json.dumps({"version": 1, "redirects": known})
    write(tmp_path, {"scrapbox-redirects.json": text})
    renamed(tmp_path)
    assert redirects(tmp_path) == {"old": "a-", "a?": "a-", "b": "c", "x": "y"}


def test_what_cannot_be_used(tmp_path: Path) -> None:
    assert "contains no wiki pages" in rename(tmp_path).stderr
    write(tmp_path, {"a?.md": page("a?"), "scrapbox-redirects.json": '{"version": 1, "redirects"'})
    assert "nothing was changed" in rename(tmp_path).stderr
    shutil.rmtree(tmp_path)
    assert rename(tmp_path).exit_code == 2
